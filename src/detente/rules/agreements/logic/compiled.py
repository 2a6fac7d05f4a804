"""Compiles a core formula into nested Python functions over what is held.

`Compiler.scan(f, given)` returns a function `scan(lowest, highest, slots)`: it yields each time point in the closed stretch at which
`f` holds, once for each way to bind its variables; before each yield the values stand in `slots`. `given` are the variables whose
values stand there already. Cost follows the events that match, found through an index on the fields that are bound.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator
from typing import Any

from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula
from detente.rules.agreements.logic.guarded import binds, disjuncts, order
from detente.rules.agreements.logic.happening import column_of, inside
from detente.rules.agreements.logic.index import EventStore
from detente.rules.agreements.logic.values import Undefined, aggregate, arithmetic

INFINITE = float("inf")
Slots = list[Any]
Scan = Callable[[float, float, Slots], Iterator[int]]
Test = Callable[[Slots], bool]
Names = frozenset[str]


class Compiler:
    """Compiles formulas that share their slots and what is held."""

    def __init__(self, held: EventStore) -> None:
        self.held = held
        self.slots: dict[str, int] = {}

    def slot(self, name: str) -> int:
        """Return the slot of a variable."""
        return self.slots.setdefault(name, len(self.slots))

    def scan(self, f: Formula, given: Names) -> Scan:
        """Return the scan of a core formula."""
        free = fm.free_vars(f)
        match f:
            case fm.Truth(value):
                return self._every(lambda _: value)
            case fm.Compare():
                return self._every(self.test(f, given))
            case fm.Event():
                return self._event(f, given)
            case fm.Not(body):
                return self._not(self.scan(body, given & free))
            case fm.And():
                return self._and(order(f, given & free), given & free)
            case fm.Or():
                return _either([self.scan(part, given & free) for part in disjuncts(f)])
            case fm.Exists(names, body):
                return self.scan(body, (given & free) - frozenset(names))
            case fm.Once(window, body) | fm.Eventually(window, body):
                single = free <= given
                return self._witness(self.scan(body, given & free), window, isinstance(f, fm.Once), single)
            case fm.Previous(window, body) | fm.Next(window, body):
                return self._beside(self.scan(body, given & free), window, isinstance(f, fm.Previous))
            case fm.Since(window, left, right) | fm.Until(window, left, right):
                return self._stretch(f, window, left, right, given & free)
            case fm.Aggregate():
                return self._aggregate(f, given)
        raise TypeError(f"not in the core: {f!r}")

    # --- without time

    def test(self, f: fm.Compare | fm.Truth, given: Names) -> Test:
        """Return the test of a comparison; an equation that gives a variable its value sets it and is true."""
        if isinstance(f, fm.Truth):
            value = f.value
            return lambda _: value
        found = binds(f, given)
        if found is not None:
            slot, value_of = self.slot(found[0]), self.term(found[1])

            def bind(slots: Slots) -> bool:
                try:
                    slots[slot] = value_of(slots)
                except Undefined:
                    return False
                return True

            return bind
        left, right, op = self.term(f.left), self.term(f.right), f.op

        def compare(slots: Slots) -> bool:
            try:
                return COMPARE[op](left(slots), right(slots))
            except Undefined:
                return False

        return compare

    def term(self, term: fm.LogicTerm) -> Callable[[Slots], Any]:
        """Return the function that gives a term its value; raises `Undefined` where it has none."""
        match term:
            case fm.Var(name):
                slot = self.slot(name)
                return lambda slots: slots[slot]
            case fm.Const(value):
                fixed = inside(value)
                return lambda _: fixed
            case fm.Arith(op, left, right):
                one, two = self.term(left), self.term(right)
                return lambda slots: arithmetic(op, one(slots), two(slots))
        raise TypeError(f"no term: {term!r}")

    def _every(self, test: Test) -> Scan:
        between = self.held.between

        def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
            if test(slots):
                yield from between(lowest, highest)

        return scan

    # --- events

    def _event(self, f: fm.Event, given: Names) -> Scan:
        signature = self.held.signatures[f.name]
        fixed: list[tuple[int, Callable[[Slots], Any]]] = []
        free: list[tuple[int, int]] = []
        same: list[tuple[int, int]] = []
        first: dict[str, int] = {}
        for field, term in f.args:
            column = column_of(signature, field)
            if isinstance(term, fm.Var) and term.name not in given:
                if term.name in first:
                    same.append((first[term.name], column))
                else:
                    first[term.name] = column
                    free.append((self.slot(term.name), column))
            else:
                fixed.append((column, self.term(term)))
        if len({column for column, _ in fixed}) < len(fixed):
            raise AssertionError("one field twice")
        fixed.sort(key=lambda pair: pair[0])
        return _rows(self._entries(f.name, fixed), free, same)

    def _entries(self, name: str, fixed: list[tuple[int, Callable[[Slots], Any]]]) -> Callable[[Slots], Any]:
        """Return the function that finds the entries with the fixed values."""
        if not fixed:
            everything = self.held.all[name]
            return lambda _: everything
        by_key = self.held.index(name, tuple(column for column, _ in fixed)).by_key
        if len(fixed) == 1:
            only = fixed[0][1]
            return lambda slots: by_key.get(only(slots))
        values = [value for _, value in fixed]
        return lambda slots: by_key.get(tuple([value(slots) for value in values]))

    # --- connectives

    def _not(self, body: Scan) -> Scan:
        between = self.held.between

        def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
            for moment in between(lowest, highest):
                for _ in body(moment, moment, slots):
                    break
                else:
                    yield moment

        return scan

    def _and(self, parts: list[Formula], given: Names) -> Scan:
        """Tests run as soon as their variables are there; the first part that has a time drives, the rest follow at its moments."""
        steps: list[Test | Scan] = []
        timed: list[bool] = []
        for part in parts:
            if isinstance(part, fm.Compare | fm.Truth):
                steps.append(self.test(part, given))
                timed.append(False)
            else:
                steps.append(self.scan(part, given))
                timed.append(True)
            given |= fm.free_vars(part)
        if not any(timed):
            tests: list[Any] = steps
            return self._every(lambda slots: all(test(slots) for test in tests))
        made: Any = None
        for step, has_time in zip(reversed(steps), reversed(timed), strict=True):
            if made is None and not has_time:
                made = self._every(step)  # type: ignore[arg-type]
            elif made is None:
                made = step
            else:
                made = (_then if has_time else _when)(step, made)  # type: ignore[arg-type]
        return made  # type: ignore[no-any-return]

    # --- time

    def _witness(self, body: Scan, window: fm.Window, past: bool, single: bool) -> Scan:
        between = self.held.between
        near, far = window.from_us, INFINITE if window.to_us is None else window.to_us

        def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
            for moment in between(lowest, highest):
                first, last = (moment - far, moment - near) if past else (moment + near, moment + far)
                for _ in body(first, last, slots):
                    yield moment
                    if single:
                        break

        return scan

    def _beside(self, body: Scan, window: fm.Window, past: bool) -> Scan:
        held = self.held
        near, far = window.from_us, INFINITE if window.to_us is None else window.to_us

        def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
            for moment in held.between(lowest, highest):
                moments = held.moments
                position = bisect_left(moments, moment) + (-1 if past else 1)
                if 0 <= position < len(moments) and near <= abs(moment - moments[position]) <= far:
                    for _ in body(moments[position], moments[position], slots):
                        yield moment

        return scan

    def _stretch(self, f: Formula, window: fm.Window, left: Formula, right: Formula, given: Names) -> Scan:
        start = self.scan(right, given)
        covered = given | fm.free_vars(right)
        breaks: Scan | None = self.scan(left.body, covered) if isinstance(left, fm.Not) else None
        holds = self.scan(left, covered)
        held, past = self.held, isinstance(f, fm.Since)
        near, far = window.from_us, INFINITE if window.to_us is None else window.to_us

        def unbroken(first: float, last: float, slots: Slots) -> bool:
            if breaks is not None:
                return not any(True for _ in breaks(first, last, slots))
            return all(any(True for _ in holds(m, m, slots)) for m in held.between(first, last))

        def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
            for moment in held.between(lowest, highest):
                if past:
                    for witness in start(moment - far, moment - near, slots):
                        if witness == moment or unbroken(witness + 1, moment, slots):
                            yield moment
                else:
                    for witness in start(moment + near, moment + far, slots):
                        if witness == moment or unbroken(moment, witness - 1, slots):
                            yield moment

        return scan

    # --- aggregates

    def _aggregate(self, f: fm.Aggregate, given: Names) -> Scan:
        body = self.scan(f.body, given & frozenset(f.groups))
        locals_ = sorted(fm.free_vars(f.body))
        places = [self.slot(name) for name in locals_]
        group_slots = [self.slot(name) for name in f.groups]
        picks = [locals_.index(name) for name in f.groups]
        value_pick, result, known, op = locals_.index(f.value), self.slot(f.result), f.result in given, f.op
        between = self.held.between

        def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
            asked = slots[result] if known else None
            for moment in between(lowest, highest):
                ways = {tuple([slots[place] for place in places]) for _ in body(moment, moment, slots)}
                groups: dict[tuple[Hashable, ...], list[Any]] = {} if picks else {(): []}
                for way in ways:
                    groups.setdefault(tuple([way[pick] for pick in picks]), []).append(way[value_pick])
                for group, values in groups.items():
                    found = aggregate(op, values, bool(picks))
                    if found is None or (known and found != asked):
                        continue
                    for slot, value in zip(group_slots, group, strict=True):
                        slots[slot] = value
                    slots[result] = found
                    yield moment

        return scan


def _rows(entries: Callable[[Slots], Any], free: list[tuple[int, int]], same: list[tuple[int, int]]) -> Scan:
    """Yield the rows among the entries, their free columns put into slots."""

    def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
        found = entries(slots)
        if found is None:
            return
        times, rows = found.times, found.rows
        position, end = bisect_left(times, lowest), len(times)
        while position < end:
            moment = times[position]
            if moment > highest:
                return
            row = rows[position]
            if not same or all(row[one] == row[other] for one, other in same):
                for slot, column in free:
                    slots[slot] = row[column]
                yield moment
            position += 1

    return scan


def _either(parts: list[Scan]) -> Scan:
    def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
        for part in parts:
            yield from part(lowest, highest, slots)

    return scan


def _then(first: Scan, rest: Scan) -> Scan:
    def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
        for moment in first(lowest, highest, slots):
            for _ in rest(moment, moment, slots):
                yield moment

    return scan


def _when(test: Test, rest: Scan) -> Scan:
    def scan(lowest: float, highest: float, slots: Slots) -> Iterator[int]:
        if test(slots):
            yield from rest(lowest, highest, slots)

    return scan


def _ordered(left: Any, right: Any) -> bool:
    kinds = (type(left), type(right))
    return kinds == (str, str) or all(kind is int or kind is float for kind in kinds)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: _ordered(left, right) and left < right,
    "<=": lambda left, right: _ordered(left, right) and left <= right,
    ">": lambda left, right: _ordered(left, right) and left > right,
    ">=": lambda left, right: _ordered(left, right) and left >= right,
}
"""Comparisons of inside values."""
