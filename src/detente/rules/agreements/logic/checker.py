"""The checker: accepts or refuses a proof of a verdict from the log alone. It shares nothing with the monitor but the formulas.

A proof is a tree with the shape of the formula as written (docs/formats/logic.md, "Proofs"). It claims that the formula holds, or
fails, at one moment under one binding. The checker walks tree and formula together and looks everything up in the log itself: that an
event is there, that none is, which time points a window has. So an accepted proof means a true claim, whoever made it.

A variable may stand for *any other value*: one that is none of those listed. Where the checker cannot tell for all of them at once,
it refuses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any

import msgspec

from detente.errors import EvidenceError
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula, Value

Tree = Any
BIAS = 2**62
"""Moments lie between minus and plus this."""
Event = tuple[str, Mapping[str, Value]]


class Other(msgspec.Struct, frozen=True):
    """Any value but these."""

    than: frozenset[Any]


class Log:
    """The events of a log, by moment."""

    def __init__(self, events: Iterable[tuple[int, str, Mapping[str, Value]]]) -> None:
        self.at: dict[int, list[Event]] = {}
        self.named: dict[str, list[int]] = {}
        for moment, name, fields in events:
            self.at.setdefault(moment, []).append((name, {**fields, fm.TIME_FIELD: moment}))
            self.named.setdefault(name, []).append(moment)
        self.moments = sorted(self.at)
        self.named = {name: sorted(set(moments)) for name, moments in self.named.items()}
        self._by_field: dict[tuple[str, str], dict[Any, list[int]]] = {}

    def having(self, name: str, field: str, value: Any) -> list[int]:
        """Return the moments, in order, at which an event of this name has this value."""
        if (name, field) not in self._by_field:
            made: dict[Any, list[int]] = {}
            for moment in self.named.get(name, ()):
                for other, fields in self.at[moment]:
                    if other == name:
                        made.setdefault(form(fields[field]), []).append(moment)
            self._by_field[name, field] = made
        return self._by_field[name, field].get(value, [])


def digest(proof: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a proof without its digest: JSON with sorted keys and no spaces."""
    body = {key: value for key, value in proof.items() if key != "digest"}
    return sha256(b"detente/verdict-proof/v1\n" + msgspec.json.encode(body, order="sorted")).hexdigest()


def check(proof: object, rules: Mapping[str, Formula], log: Log) -> tuple[int, int]:
    """Accept a proof, returning from which to which moment it looked; else raise `EvidenceError` with the reason.

    `rules` are the formulas whose satisfaction is claimed (for a required rule: of its opposite), as parsed.
    """
    fields = {"at_us", "bindings", "digest", "evidence", "holds", "rule", "tree"}
    try:
        whole = isinstance(proof, Mapping) and set(proof) == fields and proof["digest"] == digest(proof)
    except (TypeError, ValueError, RecursionError):  # what no JSON can say: half a surrogate pair, endless nesting
        whole = False
    if not whole or not isinstance(proof, Mapping):
        raise EvidenceError("the proof is not whole: its digest does not fit")
    rule = rules.get(proof["rule"]) if isinstance(proof["rule"], str) else None
    if rule is None:
        raise EvidenceError("no such rule")
    bindings, at_us = proof["bindings"], proof["at_us"]
    if not isinstance(bindings, Mapping) or set(bindings) != fm.free_vars(rule) or type(proof["holds"]) is not bool:
        raise EvidenceError("the bindings are not those of the rule")
    if type(at_us) is not int or at_us not in log.at:
        raise EvidenceError("the log has no event at that moment")
    try:
        walk = _Walk(log, _list(proof["evidence"]))
        walk.check(rule, at_us, {name: form(value) for name, value in bindings.items()}, proof["holds"], proof["tree"])
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
        raise EvidenceError(f"the tree does not fit the formula: {error}") from None
    if walk.used != set(range(len(walk.evidence))):
        raise EvidenceError("the evidence lists an event that the proof does not use")
    return walk.first, walk.last


def form(value: Any) -> Any:
    """Return a value so that equality is that of the logic: true is no number."""
    if isinstance(value, bool):
        return ("truth", value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError("no value")


def _no(reason: str) -> None:
    raise EvidenceError(reason)


def _one_value_each(f: fm.Event, known: Mapping[str, Value]) -> bool:
    """Say whether an event gives each variable one value: a variable that stands in two fields cannot be two values."""
    seen: dict[str, Any] = {}
    return all(
        seen.setdefault(term.name, form(known[field])) == form(known[field])
        for field, term in f.args
        if isinstance(term, fm.Var)
    )


class _Walk:
    def __init__(self, log: Log, evidence: Any) -> None:
        self.log = log
        self.evidence: list[Mapping[str, Value]] = list(evidence)
        self.used: set[int] = set()
        self.first, self.last = log.moments[-1], log.moments[0]

    def check(self, f: Formula, at: int, env: dict[str, Any], want: bool, tree: Tree) -> None:
        """Check that `f` holds (want) or fails at a moment."""
        self.first, self.last = min(self.first, at), max(self.last, at)
        match f:
            case fm.Truth(value):
                if value is not want or tree is not None:
                    _no(f"{fm.text(f)} is not {want}")
            case fm.Event():
                self.event(f, at, env, want, tree)
            case fm.Compare(op, left, right):
                if tree is not None or _compare(op, _term(left, env), _term(right, env)) is not want:
                    _no(f"{fm.text(f)} is not {want} there")
            case fm.Not(body):
                self.check(body, at, env, not want, tree)
            case fm.And(left, right):
                self.two(left, right, at, env, want, True, tree)
            case fm.Or(left, right):
                self.two(left, right, at, env, want, False, tree)
            case fm.Implies(left, right):
                self.two(fm.Not(left), right, at, env, want, False, tree)
            case fm.Equiv(left, right):
                one, two, value = _three(tree)
                if type(value) is not bool:
                    _no("EQUIV needs true or false")
                self.check(left, at, env, value, one)
                self.check(right, at, env, value is want, two)
            case fm.Exists(names, body) | fm.Forall(names, body):
                some = isinstance(f, fm.Exists) is want
                if some:
                    values, inner = _two(tree)
                    new = {name: form(value) for name, value in zip(names, values, strict=True)}
                    self.check(body, at, {**env, **new}, want, inner)
                else:
                    self.all_values(names, env, tree, lambda e, t: self.check(body, at, e, want, t))
            case fm.Previous(window, body) | fm.Next(window, body):
                self.beside(f, window, body, at, env, want, tree)
            case fm.Once(window, body) | fm.Eventually(window, body):
                self.window(f, window, body, at, env, want, want, tree)
            case fm.Historically(window, body) | fm.Always(window, body):
                self.window(f, window, body, at, env, want, not want, tree)
            case fm.Since() | fm.Until():
                self.stretch(f, at, env, want, tree)
            case fm.Aggregate():
                self.aggregate(f, at, env, want, tree)
            case _:
                _no("no formula")

    def event(self, f: fm.Event, at: int, env: dict[str, Any], want: bool, tree: Tree) -> None:
        args = [(field, _term(term, env)) for field, term in f.args]
        if want:
            item = self.evidence[_index(tree, len(self.evidence))]
            name = item["event"]
            fields: dict[str, Value] = {**item, fm.TIME_FIELD: at}
            there = [known for n, known in self.log.at[at] if n == name and _same(known, fields)]
            if item["t"] != at or type(item["t"]) is not int or name != f.name or not there:
                _no(f"the log has no such event: {item}")
            if not all(not isinstance(v, Other) and form(fields[field]) == v for field, v in args):
                _no(f"the event does not fit {fm.text(f)}: {item}")
            self.used.add(tree)
        elif tree is not None:
            _no("an absence has no tree")
        else:
            for other, known in self.log.at[at]:
                if other != f.name or any(_differ(form(known[field]), value) for field, value in args):
                    continue
                if _one_value_each(f, known):
                    _no(f"there is an event that fits {fm.text(f)}")

    def two(
        self, left: Formula, right: Formula, at: int, env: dict[str, Any], want: bool, both: bool, tree: Tree
    ) -> None:
        """AND, or OR: both sides, or the side that the tree picks."""
        one, two = _two(tree)
        if want is both:
            self.check(left, at, env, want, one)
            self.check(right, at, env, want, two)
        else:
            self.check((left, right)[_index(one, 2)], at, env, want, two)

    def all_values(self, names: tuple[str, ...], env: dict[str, Any], tree: Tree, leaf: Callable[..., None]) -> None:
        """Go through all values of the names: those listed one by one, all others at once."""
        if not names:
            leaf(env, tree)
            return
        cases, rest = _two(tree)
        listed = [form(value) for value, _ in cases]
        if len(set(listed)) != len(listed):
            _no("a value is listed twice")
        for value, (_, inner) in zip(listed, cases, strict=True):
            self.all_values(names[1:], {**env, names[0]: value}, inner, leaf)
        self.all_values(names[1:], {**env, names[0]: Other(frozenset(listed))}, rest, leaf)

    # --- time

    def span(self, f: Formula, at: int) -> tuple[float, float]:
        """Return the closed stretch of time that the operator looks at."""
        window: fm.Window = f.window  # type: ignore[attr-defined]
        far = float("inf") if window.to_us is None else window.to_us
        if isinstance(f, fm.PAST):
            return at - far, at - window.from_us
        return at + window.from_us, at + far

    def places(self, low: float, high: float) -> tuple[int, int]:
        """Return from where to before where the time points of a closed stretch stand."""
        moments = self.log.moments
        first, end = bisect_left(moments, low), bisect_right(moments, high)
        if first < end:
            self.first, self.last = min(self.first, moments[first]), max(self.last, moments[end - 1])
        return first, end

    def moments(self, low: float, high: float) -> list[int]:
        first, end = self.places(low, high)
        return self.log.moments[first:end]

    def beside(
        self, f: Formula, window: fm.Window, body: Formula, at: int, env: dict[str, Any], want: bool, tree: Tree
    ) -> None:
        moments = self.log.moments
        place = bisect_left(moments, at) + (-1 if isinstance(f, fm.Previous) else 1)
        there = 0 <= place < len(moments)
        distance = abs(moments[place] - at) if there else 0
        if not (there and window.from_us <= distance and (window.to_us is None or distance <= window.to_us)):
            if want or tree is not None:
                _no("there is no time point beside it in the window")
            return
        self.check(body, moments[place], env, want, tree)

    def window(
        self,
        f: Formula,
        window: fm.Window,
        body: Formula,
        at: int,
        env: dict[str, Any],
        want: bool,
        some: bool,
        tree: Tree,
    ) -> None:
        low, high = self.span(f, at)
        if some:
            moment, inner = _two(tree)
            if type(moment) is not int or not low <= moment <= high or moment not in self.log.at:
                _no("the witness lies outside the window, or is no time point")
            self.check(body, moment, env, want, inner)
        else:
            self.every(low, high, body, env, want, tree)

    def every(self, low: float, high: float, body: Formula, env: dict[str, Any], want: bool, tree: Tree) -> None:
        """Check a formula at every time point of a stretch: the listed ones by their own trees, all others by one.

        Where that one tree only says that events of some names are absent, moments without such events need no look.
        """
        cases, rest = _two(tree)
        listed = {_index(moment + BIAS, 2 * BIAS) - BIAS: inner for moment, inner in cases}
        if len(listed) != len(cases):
            _no("a moment is listed twice")
        first, end = self.places(low, high)
        if not all(low <= moment <= high and moment in self.log.at for moment in listed):
            _no("a listed moment is not in the stretch")
        for moment, inner in listed.items():
            self.check(body, moment, env, want, inner)
        if end - first == len(listed):
            return
        absent = _silent(body, want, rest, env)
        if absent is None:
            look: Iterable[int] = self.log.moments[first:end]
        else:
            near = [self.near(event, there) for event, there in absent]
            look = [m for moments in near for m in moments[bisect_left(moments, low) : bisect_right(moments, high)]]
        for moment in look:
            if moment not in listed:
                self.check(body, moment, env, want, rest)

    def near(self, f: fm.Event, env: dict[str, Any]) -> list[int]:
        """Return the moments at which an event could fit."""
        for field, term in f.args:
            value = _term(term, env)
            if field != fm.TIME_FIELD and not isinstance(value, Other):
                return self.log.having(f.name, field, value)
        return self.log.named.get(f.name, [])

    def stretch(self, f: fm.Since | fm.Until, at: int, env: dict[str, Any], want: bool, tree: Tree) -> None:
        past = isinstance(f, fm.Since)
        low, high = self.span(f, at)
        if want:
            moment, right, left = _three(tree)
            if type(moment) is not int or not low <= moment <= high or moment not in self.log.at:
                _no("the witness lies outside the window, or is no time point")
            self.check(f.right, moment, env, True, right)
            self.every(*_between(moment, at, past), f.left, env, True, left)
            return
        cases, rest = _two(tree)
        breaks = {moment: (where, inner) for moment, where, inner in cases}
        moments = self.moments(low, high)
        if len(breaks) != len(cases) or not set(breaks) <= set(moments):
            _no("a listed moment is listed twice or not in the window")
        for moment, (where, inner) in breaks.items():
            first, last = _between(moment, at, past)
            if where is None:
                self.check(f.right, moment, env, False, inner)
            else:
                if type(where) is not int or not first <= where <= last or where not in self.log.at:
                    _no("the break lies outside the stretch")
                self.check(f.left, where, env, False, inner)
        for moment in moments:
            if moment not in breaks:
                self.check(f.right, moment, env, False, rest)

    # --- aggregates

    def aggregate(self, f: fm.Aggregate, at: int, env: dict[str, Any], want: bool, tree: Tree) -> None:
        """All ways to make the body hold: each value listed, leaves that hold are ways, and all others fail."""
        names = tuple(sorted(fm.free_vars(f.body) - set(f.groups)))
        inner = {name: value for name, value in env.items() if name in f.groups}
        values: list[Any] = []

        def leaf(full: dict[str, Any], branch: Tree) -> None:
            holds, below = _two(branch)
            if type(holds) is not bool or (holds and any(isinstance(v, Other) for v in full.values())):
                _no("a way must have values")
            self.check(f.body, at, full, holds, below)
            if holds:
                values.append(full[f.value])

        self.all_values(names, inner, tree, leaf)
        made = _aggregate(f.op, values, bool(f.groups))
        asked = env[f.result]
        if isinstance(asked, Other) and made is not None and made not in asked.than:
            _no("the result could be any of several")
        if (made is not None and made == asked) is not want:
            _no(f"the aggregate is {made}")


def _two(tree: Tree) -> tuple[Any, Any]:
    one, two = _list(tree)
    return one, two


def _three(tree: Tree) -> tuple[Any, Any, Any]:
    one, two, three = _list(tree)
    return one, two, three


def _list(tree: Tree) -> list[Any]:
    if not isinstance(tree, list):
        raise TypeError("a list must stand there")
    return tree


def _index(value: Any, below: int) -> int:
    if type(value) is not int or not 0 <= value < below:
        raise TypeError("a number in range must stand there")
    return value


def _between(moment: int, at: int, past: bool) -> tuple[int, int]:
    """Return the stretch in which the left side must hold, given a witness of the right side."""
    return (moment + 1, at) if past else (at, moment - 1)


def _silent(f: Formula, want: bool, tree: Tree, env: dict[str, Any]) -> list[tuple[fm.Event, dict[str, Any]]] | None:
    """Return events such that, where none of them is, this tree shows its claim by absence alone; None if it does not.

    Each comes with the bindings under which it is absent.
    """
    match f:
        case fm.Event() if not want and tree is None:
            return [(f, env)]
        case fm.Not(body):
            return _silent(body, not want, tree, env)
        case fm.And(left, right) if not want:
            return _silent((left, right)[_index(_two(tree)[0], 2)], False, _two(tree)[1], env)
        case fm.Or(left, right) if not want:
            one, two = _silent(left, False, _two(tree)[0], env), _silent(right, False, _two(tree)[1], env)
            return None if one is None or two is None else one + two
        case fm.Exists((name,), body) if not want:
            cases, rest = _two(tree)
            return None if cases else _silent(body, False, rest, {**env, name: Other(frozenset())})
    return None


def _term(term: fm.LogicTerm, env: dict[str, Any]) -> Any:
    """Return the value of a term, `Other`, or `_term` itself where it has none."""
    match term:
        case fm.Var(name):
            return env[name]
        case fm.Const(value):
            return form(value)
        case fm.Arith(op, left, right):
            one, two = _term(left, env), _term(right, env)
            if isinstance(one, Other) or isinstance(two, Other):
                raise EvidenceError("no sum of any other value")
            if not (_number(one) and _number(two)) or (op in ("/", "MOD") and two == 0):
                return _term
            if op == "MOD":
                return one - two * int(Fraction(one) / Fraction(two))
            return {"+": lambda: one + two, "-": lambda: one - two, "*": lambda: one * two, "/": lambda: one / two}[
                op
            ]()
    raise TypeError("no term")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _differ(one: Any, other: Any) -> bool:
    """Tell whether a value of the log surely differs from another, which may be any but some."""
    return one in other.than if isinstance(other, Other) else one != other


def _compare(op: str, one: Any, two: Any) -> bool:
    if one is _term or two is _term:
        return False
    if isinstance(one, Other) or isinstance(two, Other):
        known = two if isinstance(one, Other) else one
        other = one if isinstance(one, Other) else two
        if op in ("=", "!=") and not isinstance(known, Other) and known in other.than:
            return op == "!="
        raise EvidenceError("nothing is known of any other value there")
    if op in ("=", "!="):
        return (one == two) is (op == "=")
    if not ((_number(one) and _number(two)) or (isinstance(one, str) and isinstance(two, str))):
        return False
    return bool({"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}[op])


def _same(fields: Mapping[str, Value], other: Mapping[str, Any]) -> bool:
    """Tell whether the evidence is the event of the log, field by field."""
    return set(fields) | {"event"} == set(other) and all(form(v) == form(other[k]) for k, v in fields.items())


def _aggregate(op: str, values: list[Any], grouped: bool) -> Any:
    if op == "CNT":
        return len(values) if values or not grouped else None
    numbers = [value for value in values if _number(value)]
    if op == "SUM":
        total = sum((Fraction(value) for value in numbers), Fraction())
        return (int(total) if total == int(total) else float(total)) if numbers or not grouped else None
    return None if not numbers else min(numbers) if op == "MIN" else max(numbers)
