"""Makes proofs of verdicts: trees that `checker.py` accepts from the log alone, with the least evidence found.

The prover uses the monitor's indices to find witnesses quickly; the checker trusts none of it. Where several proofs are possible the
one that cites fewest events is taken, place by place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from detente.errors import DetenteError
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.checker import Log, Other, digest
from detente.rules.agreements.logic.compiled import COMPARE, Compiler, Scan
from detente.rules.agreements.logic.formula import Formula, Terms, Value
from detente.rules.agreements.logic.guarded import check_terms, core, violations
from detente.rules.agreements.logic.happening import Flag, Happening, column_of, inside, outside, row_of
from detente.rules.agreements.logic.index import EventStore
from detente.rules.agreements.logic.touches import touches
from detente.rules.agreements.logic.values import Undefined, aggregate, arithmetic

Env = dict[str, Any]
Tree = Any
INFINITE = float("inf")


class NoProof(DetenteError):  # noqa: N818 - an answer
    """The claim is false, or only another rule could show it."""


class Prover:
    """Proves what rules say of what is held."""

    def __init__(self, terms: Terms, held: EventStore) -> None:
        """Take terms that can be monitored (else `Refused`), and the events."""
        self.terms, self.held = terms, held
        check_terms(terms)
        self.rules = {rule.name: violations(rule.formula) if rule.required else rule.formula for rule in terms.rules}
        self.compiler = Compiler(held)
        self._scans: dict[tuple[int, frozenset[str]], tuple[Formula, Scan]] = {}
        self._cores: dict[int, tuple[Formula, Formula]] = {}
        self._candidates: dict[tuple[int, str], tuple[Formula, list[Any]]] = {}

    def prove(self, rule: str, at_us: int, bindings: Mapping[str, Value], holds: bool = True) -> dict[str, Any]:
        """Return the proof that a rule holds (or fails) at a moment under bindings; raises `NoProof`."""
        formula = self.rules[rule]
        env = {name: inside(value) for name, value in bindings.items()}
        if set(env) != fm.free_vars(formula) or at_us not in self.held.moment_set:
            raise NoProof("the rule has other variables, or nothing happened at that moment")
        found = _Search(self).tree(formula, at_us, env, holds)
        if found is None:
            raise NoProof(f"{rule} does not {'hold' if holds else 'fail'} there")
        evidence: dict[tuple[str, Any], int] = {}
        tree = _numbered(found.tree, evidence)
        made: dict[str, Any] = {
            "at_us": at_us,
            "bindings": {name: bindings[name] for name in sorted(bindings)},
            "evidence": [self._event(name, row) for name, row in evidence],
            "holds": holds,
            "rule": rule,
            "tree": tree,
        }
        return {**made, "digest": digest(made)}

    def _event(self, name: str, row: tuple[Any, ...]) -> dict[str, Value]:
        signature = self.held.signatures[name]
        fields = {field: outside(value) for field, value in zip(signature.names(), row[1:], strict=True)}
        return {"event": name, "t": row[0], **fields}

    def core(self, f: Formula) -> Formula:
        known = self._cores.get(id(f))
        if known is None:
            known = self._cores[id(f)] = (f, core(f))
        return known[1]

    def scan(self, f: Formula, given: frozenset[str]) -> Scan:
        key = (id(f), given)
        known = self._scans.get(key)
        if known is None:
            known = self._scans[key] = (f, self.compiler.scan(self.core(f), given))
        return known[1]


class _Cited(msgspec.Struct, frozen=True):
    """A leaf that cites an event; becomes its number in the evidence."""

    name: str
    row: tuple[Any, ...]


def _numbered(tree: Tree, evidence: dict[tuple[str, Any], int]) -> Tree:
    if isinstance(tree, _Cited):
        return evidence.setdefault((tree.name, tree.row), len(evidence))
    if isinstance(tree, list):
        return [_numbered(part, evidence) for part in tree]
    return outside(tree) if isinstance(tree, Flag) else tree


def _cites(tree: Tree) -> int:
    """Count the events that a tree cites."""
    if isinstance(tree, _Cited):
        return 1
    return sum(map(_cites, tree)) if isinstance(tree, list) else 0


class _Found(msgspec.Struct, frozen=True):
    """A tree; None is a tree, so it is wrapped."""

    tree: Tree


class _Search:
    def __init__(self, prover: Prover) -> None:
        self.p, self.held = prover, prover.held

    def tree(self, f: Formula, at: int, env: Env, want: bool) -> _Found | None:
        match f:
            case fm.Truth(value):
                return _Found(None) if value is want else None
            case fm.Event():
                return self.event(f, at, env, want)
            case fm.Compare(op, left, right):
                return _Found(None) if _known(op, left, right, env) is want else None
            case fm.Not(body):
                return self.tree(body, at, env, not want)
            case fm.And(left, right):
                return self.two(left, right, at, env, want, True)
            case fm.Or(left, right):
                return self.two(left, right, at, env, want, False)
            case fm.Implies(left, right):
                return self.two(fm.Not(left), right, at, env, want, False)
            case fm.Equiv(left, right):
                for value in (True, False):
                    one, two = self.tree(left, at, env, value), self.tree(right, at, env, value is want)
                    if one is not None and two is not None:
                        return _Found([one.tree, two.tree, value])
                return None
            case fm.Exists(names, body) | fm.Forall(names, body):
                if isinstance(f, fm.Exists) is want:
                    return self.some_value(names, body, at, env, want)
                return self.all_values(names, body, at, env, lambda e: self.tree(body, at, e, want))
            case fm.Previous() | fm.Next():
                return self.beside(f, at, env, want)
            case fm.Once() | fm.Eventually():
                return self.some(f, at, env, True) if want else self.every(*_span(f, at), f.body, env, False)
            case fm.Historically() | fm.Always():
                return self.every(*_span(f, at), f.body, env, True) if want else self.some(f, at, env, False)
            case fm.Since() | fm.Until():
                return self.stretch_holds(f, at, env) if want else self.stretch_fails(f, at, env)
            case fm.Aggregate():
                return self.aggregate(f, at, env, want)
        raise TypeError(f"no formula: {f!r}")

    def event(self, f: fm.Event, at: int, env: Env, want: bool) -> _Found | None:
        slots, scan = self.scan(f, env)
        there = any(True for _ in scan(at, at, slots))
        if not want:
            return None if there else _Found(None)
        if not there:
            return None
        signature = self.held.signatures[f.name]
        args = [(column_of(signature, field), _term(term, env)) for field, term in f.args]
        entries = self.held.all[f.name]
        for place in range(bisect_left(entries.times, at), len(entries.times)):
            row = entries.rows[place]
            if all(row[column] == value for column, value in args):
                return _Found(_Cited(f.name, row))
        return None

    def scan(self, f: Formula, env: Env) -> tuple[list[Any], Scan]:
        """Return slots with the bindings in them, and the scan of a formula given these."""
        given = frozenset(env) & fm.free_vars(f)
        scan = self.p.scan(f, given)
        slots: list[Any] = [None] * len(self.p.compiler.slots)
        for name in given:
            slots[self.p.compiler.slot(name)] = env[name]
        return slots, scan

    def two(self, left: Formula, right: Formula, at: int, env: Env, want: bool, both: bool) -> _Found | None:
        one = self.tree(left, at, env, want)
        if want is both:
            if one is None:
                return None
            two = self.tree(right, at, env, want)
            return None if two is None else _Found([one.tree, two.tree])
        if one is not None and not _cites(one.tree):
            return _Found([0, one.tree])
        two = self.tree(right, at, env, want)
        if one is None:
            return None if two is None else _Found([1, two.tree])
        if two is not None and _cites(two.tree) < _cites(one.tree):
            return _Found([1, two.tree])
        return _Found([0, one.tree])

    # --- values

    def some_value(self, names: tuple[str, ...], body: Formula, at: int, env: Env, want: bool) -> _Found | None:
        sought = body if want else fm.Not(body)
        sought = self.kept(sought, body, want)
        outer = {name: value for name, value in env.items() if name not in names}
        slots, scan = self.scan(sought, outer)
        places = [self.p.compiler.slot(name) for name in names]
        for _ in scan(at, at, slots):
            values = [slots[place] for place in places]
            found = self.tree(body, at, {**outer, **dict(zip(names, values, strict=True))}, want)
            if found is not None:
                return _Found([values, found.tree])
        return None

    def kept(self, made: Formula, body: Formula, want: bool) -> Formula:
        """Return the same object each time for the opposite of a formula, so that its scan is made once."""
        if want:
            return body
        known = self.p._candidates.setdefault((id(body), "not"), (body, [made]))
        return known[1][0]  # type: ignore[no-any-return]

    def all_values(
        self, names: tuple[str, ...], body: Formula, at: int, env: Env, leaf: Callable[[Env], _Found | None]
    ) -> _Found | None:
        if not names:
            return leaf(env)
        outer = {name: value for name, value in env.items() if name not in names}
        values = self.candidates(names[0], names, body, at, outer)
        cases = []
        for value in values:
            found = self.all_values(names[1:], body, at, {**outer, names[0]: value}, leaf)
            if found is None:
                return None
            cases.append([value, found.tree])
        other = Other(frozenset(_form(value) for value in values))
        rest = self.all_values(names[1:], body, at, {**outer, names[0]: other}, leaf)
        return None if rest is None else _Found([cases, rest.tree])

    def candidates(self, name: str, names: tuple[str, ...], body: Formula, at: int, env: Env) -> list[Hashable]:
        """Return every value that a variable could have in an event the body can look at, and what it is compared with."""
        found: dict[Hashable, None] = {}
        made = self.p.core(body)
        for part in fm.walk(made):
            if isinstance(part, fm.Compare) and name in fm.free_vars(part):
                for side in (part.left, part.right):
                    if isinstance(side, fm.Const):
                        found[inside(side.value)] = None
                    elif isinstance(side, fm.Var) and side.name in env and not isinstance(env[side.name], Other):
                        found[env[side.name]] = None
            elif isinstance(part, fm.Aggregate) and part.result == name:
                slots, scan = self.scan(part, {k: v for k, v in env.items() if k not in names})
                for _ in scan(at, at, slots):
                    found[slots[self.p.compiler.slot(name)]] = None
        for touch in touches(made):
            if touch.event is None or name not in fm.free_vars(touch.event):
                continue
            low = -INFINITE if touch.to_us is None else at - touch.to_us
            high = INFINITE if touch.from_us is None else at - touch.from_us
            slots, scan = self.scan(touch.event, env)
            place = self.p.compiler.slot(name)
            for _ in scan(low, high, slots):
                found[slots[place]] = None
        return list(found)

    # --- time

    def beside(self, f: fm.Previous | fm.Next, at: int, env: Env, want: bool) -> _Found | None:
        moments = self.held.moments
        place = bisect_left(moments, at) + (-1 if isinstance(f, fm.Previous) else 1)
        low, high = f.window.from_us, INFINITE if f.window.to_us is None else f.window.to_us
        if not (0 <= place < len(moments) and low <= abs(moments[place] - at) <= high):
            return None if want else _Found(None)
        return self.tree(f.body, moments[place], env, want)

    def some(
        self, f: fm.Once | fm.Eventually | fm.Historically | fm.Always, at: int, env: Env, want: bool
    ) -> _Found | None:
        """A witness in the window: the one that cites fewest events among the first few."""
        low, high = _span(f, at)
        best: _Found | None = None
        for moment in self._moments_of(self.kept(fm.Not(f.body), f.body, want), low, high, env):
            found = self.tree(f.body, moment, env, want)
            if found is None:
                continue
            if best is None or _cites(found.tree) < _cites(best.tree[1]):
                best = _Found([moment, found.tree])
            if _cites(best.tree[1]) <= 1:
                break
        return best

    def _moments_of(self, f: Formula, low: float, high: float, env: Env) -> Iterator[int]:
        """Yield moments at which a formula holds; all of the stretch where it cannot be searched."""
        if any(isinstance(value, Other) for name, value in env.items() if name in fm.free_vars(f)):
            yield from self.held.between(low, high)
            return
        slots, scan = self.scan(f, env)
        before = None
        for moment in scan(low, high, slots):
            if moment != before:
                yield moment
            before = moment

    def every(self, low: float, high: float, body: Formula, env: Env, want: bool) -> _Found | None:
        """All moments of a stretch: by absence of events where that shows it, the others one by one."""
        absent = self.absent(body, env, want)
        if absent is not None:
            rest, events = absent
            moments: Iterable[int] = sorted(
                {m for event in events for m in self._moments_of(event, low, high, env_of(event, env))}
            )
            cases = []
            for moment in moments:
                found = self.tree(body, moment, env, want)
                if found is None:
                    return None
                cases.append([moment, found.tree])
            return _Found([cases, rest])
        each: list[tuple[int, Tree]] = []
        for moment in self.held.between(low, high):
            found = self.tree(body, moment, env, want)
            if found is None:
                return None
            each.append((moment, found.tree))
        if not each:
            return _Found([[], None])
        count = Counter(repr(tree) for _, tree in each)
        common = count.most_common(1)[0][0]
        rest = next(tree for _, tree in each if repr(tree) == common)
        return _Found([[[moment, tree] for moment, tree in each if repr(tree) != common], rest])

    def absent(self, f: Formula, env: Env, want: bool) -> tuple[Tree, list[fm.Event]] | None:
        """Return a tree that shows a claim wherever none of some events is, and those events."""
        match f:
            case fm.Event() if not want:
                return None, [f]
            case fm.Truth(value) if value is want:
                return None, []
            case fm.Compare(op, left, right) if fm.free_vars(f) <= set(env) and _known(op, left, right, env) is want:
                return None, []
            case fm.Not(body):
                return self.absent(body, env, not want)
            case fm.And(left, right) if not want:
                for place, side in enumerate((left, right)):
                    found = self.absent(side, env, False)
                    if found is not None:
                        return [place, found[0]], found[1]
            case fm.And(left, right) | fm.Or(left, right) if isinstance(f, fm.And) is want:
                one, two = self.absent(left, env, want), self.absent(right, env, want)
                if one is not None and two is not None:
                    return [one[0], two[0]], [*one[1], *two[1]]
            case fm.Exists((name,), body) if not want:
                inner = {k: v for k, v in env.items() if k != name}
                found = self.absent(body, {**inner, name: Other(frozenset())}, False)
                if found is not None:
                    return [[], found[0]], found[1]
        return None

    def stretch_holds(self, f: fm.Since | fm.Until, at: int, env: Env) -> _Found | None:
        low, high = _span(f, at)
        past = isinstance(f, fm.Since)
        moments = list(self._moments_of(f.right, low, high, env))
        for moment in reversed(moments) if past else moments:
            right = self.tree(f.right, moment, env, True)
            if right is None:
                continue
            first, last = (moment + 1, at) if past else (at, moment - 1)
            left = self.every(first, last, f.left, env, True)
            if left is not None:
                return _Found([moment, right.tree, left.tree])
        return None

    def stretch_fails(self, f: fm.Since | fm.Until, at: int, env: Env) -> _Found | None:
        past = isinstance(f, fm.Since)
        cases: list[Any] = []
        rest: list[tuple[int, Tree]] = []
        for moment in self.held.between(*_span(f, at)):
            right = self.tree(f.right, moment, env, False)
            if right is not None:
                rest.append((moment, right.tree))
                continue
            first, last = (moment + 1, at) if past else (at, moment - 1)
            for where in self.held.between(first, last) if first <= last else []:
                left = self.tree(f.left, where, env, False)
                if left is not None:
                    cases.append([moment, where, left.tree])
                    break
            else:
                return None
        common = Counter(repr(tree) for _, tree in rest).most_common(1)
        if not common:
            return _Found([cases, None])
        shared = next(tree for _, tree in rest if repr(tree) == common[0][0])
        cases += [[moment, None, tree] for moment, tree in rest if repr(tree) != common[0][0]]
        return _Found([cases, shared])

    # --- aggregates

    def aggregate(self, f: fm.Aggregate, at: int, env: Env, want: bool) -> _Found | None:
        names = tuple(sorted(fm.free_vars(f.body) - set(f.groups)))
        outer = {name: env[name] for name in f.groups}
        values: list[Any] = []

        def leaf(full: Env) -> _Found | None:
            found = self.tree(f.body, at, full, False)
            if found is not None:
                return _Found([False, found.tree])
            if any(isinstance(value, Other) for value in full.values()):
                return None
            found = self.tree(f.body, at, full, True)
            if found is None:
                return None
            values.append(full[f.value])
            return _Found([True, found.tree])

        made = self.all_values(names, f.body, at, outer, leaf)
        if made is None:
            return None
        result = aggregate(f.op, values, bool(f.groups))
        asked = env[f.result]
        if isinstance(asked, Other):
            return made if not want and (result is None or result in asked.than) else None
        return made if (result is not None and result == asked) is want else None


def env_of(event: fm.Event, env: Env) -> Env:
    """Return the bindings that an event formula can be searched with: those that are values."""
    return {n: v for n, v in env.items() if n in fm.free_vars(event) and not isinstance(v, Other)}


def _span(f: Formula, at: int) -> tuple[float, float]:
    window: fm.Window = f.window  # type: ignore[attr-defined]
    far = INFINITE if window.to_us is None else window.to_us
    return (at - far, at - window.from_us) if isinstance(f, fm.PAST) else (at + window.from_us, at + far)


def _form(value: Hashable) -> Any:
    """Return an inside value as the checker's form has it."""
    return ("truth", value.value) if isinstance(value, Flag) else value


def _term(term: fm.LogicTerm, env: Env) -> Any:
    match term:
        case fm.Var(name):
            return env[name]
        case fm.Const(value):
            return inside(value)
        case fm.Arith(op, left, right):
            one, two = _term(left, env), _term(right, env)
            if isinstance(one, Other) or isinstance(two, Other):
                raise _Unknown
            return arithmetic(op, one, two)
    raise TypeError(f"no term: {term!r}")


class _Unknown(Exception):  # noqa: N818 - no error: an answer
    """It depends on which other value."""


def _known(op: str, left: fm.LogicTerm, right: fm.LogicTerm, env: Env) -> bool | None:
    """Return what a comparison answers, or None where it depends on which other value a variable has."""
    try:
        one, two = _term(left, env), _term(right, env)
    except Undefined:
        return False
    except _Unknown:
        return None
    if isinstance(one, Other) or isinstance(two, Other):
        known, other = (two, one) if isinstance(one, Other) else (one, two)
        if op in ("=", "!=") and not isinstance(known, Other) and _form(known) in other.than:
            return op == "!="
        return None
    return COMPARE[op](one, two)


def held_of(terms: Terms, happenings: Iterable[Happening]) -> EventStore:
    """Put events where a prover can find them."""
    held = EventStore(terms.events)
    for happening in happenings:
        held.add_moment(happening.at_us)
        signature = held.signatures.get(happening.name)
        if signature is not None:
            held.add_row(happening.name, row_of(happening, signature))
    return held


def log_of(happenings: Iterable[Happening]) -> Log:
    """Put events where the checker can find them."""
    return Log((h.at_us, h.name, h.fields) for h in happenings)
