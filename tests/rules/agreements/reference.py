"""What a formula means, written from the definition: slow, obvious, and importing nothing of the monitor.

A trace is a list of (moment, set of events). A formula holds at position i of the trace under a binding of its free variables, or it
does not; `holds` says which, case by case. Quantifiers range over the values that occur, which is enough for guarded formulas.
Events are (moment, name, fields); positions are the distinct moments in order.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

from detente.rules.agreements.logic import formula as fm

Trace = list[tuple[int, list[tuple[str, dict]]]]


def trace_of(events) -> Trace:
    """Put events, in any order, into positions by moment."""
    moments = sorted({at for at, _, _ in events})
    return [(m, [(name, fields) for at, name, fields in events if at == m]) for m in moments]


def found(formula, events, extra=()) -> set[tuple[int, tuple]]:
    """Return every (moment, values of the free variables by name) at which the formula holds."""
    trace = trace_of(events)
    domain = domain_of(formula, trace, extra)
    names = sorted(fm.free_vars(formula))
    return {
        (trace[i][0], values)
        for i in range(len(trace))
        for values in itertools.product(domain, repeat=len(names))
        if holds(formula, trace, i, dict(zip(names, values, strict=True)), domain)
    }


def domain_of(formula, trace, extra) -> list:
    values = list(extra)
    for moment, events in trace:
        values.append(moment)
        values += [value for _, fields in events for value in fields.values()]
    for part in fm.walk(formula):
        terms = [part.left, part.right] if isinstance(part, fm.Compare) else []
        terms += [term for _, term in part.args] if isinstance(part, fm.Event) else []
        values += [term.value for term in terms if isinstance(term, fm.Const)]
    different = []
    for value in values:
        if not any(equal(value, other) for other in different):
            different.append(value)
    return different


def holds(f, trace, i, b, domain) -> bool:
    now = trace[i][0]

    def sat(g, j, binding=b):
        return holds(g, trace, j, binding, domain)

    def inside(window, distance):
        return window.from_us <= distance and (window.to_us is None or distance <= window.to_us)

    positions = range(len(trace))
    match f:
        case fm.Truth(value):
            return value
        case fm.Event(name, args):
            for event_name, fields in trace[i][1]:
                there = {**fields, "t": now}
                if event_name == name and all(equal(there[field], value_of(term, b)) for field, term in args):
                    return True
            return False
        case fm.Compare(op, left, right):
            return compare(op, value_of(left, b), value_of(right, b))
        case fm.Not(body):
            return not sat(body, i)
        case fm.And(left, right):
            return sat(left, i) and sat(right, i)
        case fm.Or(left, right):
            return sat(left, i) or sat(right, i)
        case fm.Implies(left, right):
            return not sat(left, i) or sat(right, i)
        case fm.Equiv(left, right):
            return sat(left, i) == sat(right, i)
        case fm.Exists(names, body):
            return any(
                sat(body, i, {**b, **dict(zip(names, values, strict=True))})
                for values in itertools.product(domain, repeat=len(names))
            )
        case fm.Forall(names, body):
            return all(
                sat(body, i, {**b, **dict(zip(names, values, strict=True))})
                for values in itertools.product(domain, repeat=len(names))
            )
        case fm.Previous(window, body):
            return i > 0 and inside(window, now - trace[i - 1][0]) and sat(body, i - 1)
        case fm.Next(window, body):
            return i + 1 < len(trace) and inside(window, trace[i + 1][0] - now) and sat(body, i + 1)
        case fm.Once(window, body):
            return any(inside(window, now - trace[j][0]) and sat(body, j) for j in positions if j <= i)
        case fm.Historically(window, body):
            return all(sat(body, j) for j in positions if j <= i and inside(window, now - trace[j][0]))
        case fm.Eventually(window, body):
            return any(inside(window, trace[j][0] - now) and sat(body, j) for j in positions if j >= i)
        case fm.Always(window, body):
            return all(sat(body, j) for j in positions if j >= i and inside(window, trace[j][0] - now))
        case fm.Since(window, left, right):
            return any(
                inside(window, now - trace[j][0]) and sat(right, j) and all(sat(left, k) for k in range(j + 1, i + 1))
                for j in positions
                if j <= i
            )
        case fm.Until(window, left, right):
            return any(
                inside(window, trace[j][0] - now) and sat(right, j) and all(sat(left, k) for k in range(i, j))
                for j in positions
                if j >= i
            )
        case fm.Aggregate(result, op, value, groups, body):
            others = sorted(fm.free_vars(body) - set(groups))
            ways = [
                {**{g: b[g] for g in groups}, **dict(zip(others, values, strict=True))}
                for values in itertools.product(domain, repeat=len(others))
            ]
            values = [way[value] for way in ways if sat(body, i, way)]
            made = aggregate(op, values, bool(groups))
            return made is not None and equal(made, b[result])
    raise TypeError(f)


def aggregate(op, values, grouped):
    if op == "CNT":
        return None if grouped and not values else len(values)
    numbers = [value for value in values if is_number(value)]
    if op == "SUM":
        exact = sum((Fraction(value) for value in numbers), Fraction(0))
        if not numbers and grouped:
            return None
        return int(exact) if exact == int(exact) else float(exact)
    if not numbers:
        return None
    return min(numbers) if op == "MIN" else max(numbers)


def is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(one, other) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other


class Undefined:
    """The value of a term without one."""


def value_of(term, b):
    match term:
        case fm.Var(name):
            return b[name]
        case fm.Const(value):
            return value
        case fm.Arith(op, left, right):
            one, two = value_of(left, b), value_of(right, b)
            if not (is_number(one) and is_number(two)) or (op in ("/", "MOD") and two == 0):
                return Undefined
            if op == "MOD":
                return one - two * int(Fraction(one) / Fraction(two))
            return {"+": lambda: one + two, "-": lambda: one - two, "*": lambda: one * two, "/": lambda: one / two}[
                op
            ]()
    raise TypeError(term)


def compare(op, one, other) -> bool:
    if one is Undefined or other is Undefined:
        return False
    if op in ("=", "!="):
        return equal(one, other) == (op == "=")
    if not ((is_number(one) and is_number(other)) or (isinstance(one, str) and isinstance(other, str))):
        return False
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[op]
