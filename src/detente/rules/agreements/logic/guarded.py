"""Brings a formula to its core, and tells whether it can be monitored: every variable guarded, every future bounded.

The core has Truth, Event, Compare, Not, And, Or, Exists, Previous, Next, Once, Eventually, Since, Until and Aggregate; bound names
are all different. `HISTORICALLY[a,b] f` is `NOT ONCE[a,b] NOT f`, and so on.

A formula can be evaluated *given* some bound variables if its others are guarded: an event, an equation or an aggregate gives them
their values. In a conjunction what comes first binds for what comes after; `order` finds an order or names the variable that has
no guard. Both engines and the prover follow this order, so what is accepted here can be evaluated there.
"""

from __future__ import annotations

from collections.abc import Iterable

from detente.errors import Problem, Refused, problem
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula
from detente.rules.agreements.logic.parser import Places, not_too_deep
from detente.rules.agreements.logic.tokens import TextPlace, refuse

Names = frozenset[str]
NONE: Names = frozenset()
MOST_PARTS = 20_000
"""Of the core of one rule."""
MOST_STEPS = 100_000
"""So often parts are asked whether they can be evaluated, to find the order of all conjunctions of one rule."""


class Work:
    """What has been found of the parts of one formula, so that nothing is worked out twice; and how much may still be asked."""

    def __init__(self) -> None:
        self.left = MOST_STEPS
        self.done: dict[tuple[int, Names], Names | Unguarded] = {}
        self._free: dict[int, tuple[Formula, Names]] = {}

    def free(self, f: Formula) -> Names:
        """Return the free variables; the formula is kept, so that its id stays its own."""
        found = self._free.get(id(f))
        if found is None:
            found = self._free[id(f)] = (f, fm.free_vars_of(f, self.free))
        return found[1]


class Unguarded(Exception):  # noqa: N818 - turned into a problem before it leaves
    """A variable has no guard in some part of a formula."""

    def __init__(self, variable: str, part: Formula) -> None:
        super().__init__(variable)
        self.variable, self.part = variable, part


def conjuncts(f: Formula) -> list[Formula]:
    """Return the parts of nested conjunctions, left to right."""
    return [*conjuncts(f.left), *conjuncts(f.right)] if isinstance(f, fm.And) else [f]


def disjuncts(f: Formula) -> list[Formula]:
    """Return the parts of nested disjunctions, left to right."""
    return [*disjuncts(f.left), *disjuncts(f.right)] if isinstance(f, fm.Or) else [f]


# --- the core


class _Core:
    """Rewrites one formula; keeps the place of what it rewrites."""

    def __init__(self, places: Places, taken: Iterable[str]) -> None:
        self.places, self.taken = places, set(taken)
        self.count = self.parts = 0

    def fresh(self, name: str) -> str:
        while name in self.taken:
            self.count += 1
            name = f"{name.rstrip('0123456789').rstrip('_') or 'x'}_{self.count}"
        self.taken.add(name)
        return name

    def at(self, origin: Formula, made: Formula) -> Formula:
        place = self.places.get(id(origin))
        if place is not None and id(made) not in self.places:
            self.places[id(made)] = (made, place[1])
        return made

    def core(self, f: Formula, names: dict[str, str]) -> Formula:
        """Return the core of a formula, its bound names renamed apart."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            rule = f"has more than {MOST_PARTS} parts once EQUIV is written out"
            raise refuse("size", _place(f, self.places), "", rule, "Split the rule, or write EQUIV as two IMPLIES.")
        return self.at(f, self._core(f, names))

    def _core(self, f: Formula, names: dict[str, str]) -> Formula:
        match f:
            case fm.Event() | fm.Compare():
                terms: dict[str, fm.LogicTerm] = {old: fm.Var(new) for old, new in names.items()}
                return fm.substitute(f, terms, self.fresh)
            case fm.Not(body):
                return self.negated(self.core(body, names), f)
            case fm.Implies(left, right):
                return fm.Or(self.negated(self.core(left, names), f), self.core(right, names))
            case fm.Equiv(left, right):
                one, two = self.core(left, names), self.core(right, names)
                again, other = self.core(left, names), self.core(right, names)
                both = self.at(f, fm.And(one, two))
                return fm.Or(both, self.at(f, fm.And(self.negated(again, f), self.negated(other, f))))
            case fm.Exists(bound, body):
                inner = {**names, **{name: self.fresh(name) for name in bound}}
                return fm.Exists(tuple(inner[name] for name in bound), self.core(body, inner))
            case fm.Forall(bound, body):
                inner = {**names, **{name: self.fresh(name) for name in bound}}
                opposite = self.negated(self.core(body, inner), f)
                return self.negated(self.at(f, fm.Exists(tuple(inner[name] for name in bound), opposite)), f)
            case fm.Historically(window, body):
                opposite = self.negated(self.core(body, names), f)
                return self.negated(self.at(f, fm.Once(window, opposite)), f)
            case fm.Always(window, body):
                opposite = self.negated(self.core(body, names), f)
                return self.negated(self.at(f, fm.Eventually(window, opposite)), f)
            case fm.Aggregate(result, op, value, groups, body):
                local = {name: self.fresh(name) for name in sorted(fm.free_vars(body) - frozenset(groups))}
                inner = {**names, **local}
                renamed = tuple(names.get(group, group) for group in groups)
                return fm.Aggregate(
                    names.get(result, result), op, inner.get(value, value), renamed, self.core(body, inner)
                )
            case _:
                return fm.rebuild(f, tuple(self.core(child, names) for child in fm.children(f)))

    def negated(self, f: Formula, origin: Formula) -> Formula:
        """Return the opposite of a core formula, negation driven in where that helps to guard."""
        match f:
            case fm.Not(body):
                return body
            case fm.Truth(value):
                return self.at(origin, fm.Truth(not value))
            case fm.Or(left, right):
                return self.at(f, fm.And(self.negated(left, origin), self.negated(right, origin)))
            case fm.And() if all(isinstance(part, fm.Not) for part in conjuncts(f)):
                return self.at(f, fm.Or(self.negated(f.left, origin), self.negated(f.right, origin)))
            case _:
                return self.at(origin, fm.Not(f))


def core(f: Formula, places: Places | None = None) -> Formula:
    """Return the core of a formula. Free variables keep their names."""
    return _Core({} if places is None else places, fm.free_vars(f)).core(f, {})


def violations(f: Formula) -> Formula:
    """Return what to look for when a formula is required: its opposite, outermost ALWAYS and FORALL taken off.

    So that a violation of `ALWAYS FORALL x. a(x) IMPLIES b(x)` tells its x. Without a window ALWAYS means the whole log here.
    """
    while isinstance(f, fm.Forall) or (isinstance(f, fm.Always) and f.window == fm.ANY_TIME):
        f = f.body
    return fm.Not(f)


# --- guards


def evaluable(f: Formula, given: Names, work: Work | None = None) -> Names:
    """Return the free variables of a core formula if it can be evaluated given these; raises `Unguarded`.

    Raises `Refused` where finding out takes more than `MOST_STEPS`.
    """
    work = Work() if work is None else work
    key = (id(f), given & work.free(f))
    found = work.done.get(key)
    if found is None:
        work.left -= 1
        if work.left < 0:
            rule = "what binds which variable cannot be told in a bounded number of steps"
            raise refuse("tangled", None, "", rule, "Split the rule, or nest less.")
        try:
            found = _evaluable(f, key[1], work)
        except Unguarded as error:
            found = error
        work.done[key] = found
    if isinstance(found, Unguarded):
        raise found
    return found


def _evaluable(f: Formula, given: Names, work: Work) -> Names:
    free = work.free(f)
    match f:
        case fm.Truth() | fm.Event():
            return free
        case fm.Compare():
            if _binds(f, given) is None and not free <= given:
                raise Unguarded(min(free - given), f)
        case fm.Not(body):
            if not free <= given:
                raise Unguarded(min(free - given), f)
            evaluable(body, given, work)
        case fm.And():
            order(f, given, work)
        case fm.Or():
            for part in disjuncts(f):
                covered = evaluable(part, given, work) | given
                if not free <= covered:
                    raise Unguarded(min(free - covered), part)
        case fm.Exists(names, body):
            evaluable(body, given - frozenset(names), work)
        case fm.Once() | fm.Eventually() | fm.Previous() | fm.Next():
            evaluable(f.body, given, work)
        case fm.Since() | fm.Until():
            covered = evaluable(f.right, given, work) | given
            if not free <= covered:
                raise Unguarded(min(free - covered), f.left)
            evaluable(f.left, covered, work)
        case fm.Aggregate(_, _, _, groups, body):
            evaluable(body, given & frozenset(groups), work)
        case _:
            raise TypeError(f"not in the core: {f!r}")
    return free


def order(f: Formula, given: Names, work: Work | None = None) -> list[Formula]:
    """Return the conjuncts in an order in which each can be evaluated given those before it; raises `Unguarded`.

    Cheap tests first, then events, then the rest; what only takes away comes as soon as its variables are there.
    """
    work = Work() if work is None else work
    waiting, found, bound = conjuncts(f), [], given
    while waiting:
        ready = [(n, part) for n, part in enumerate(waiting) if _is_evaluable(part, bound, work)]
        if not ready:
            raise _why_stuck(waiting, bound, work)
        n, best = min(ready, key=lambda one: (_rank(one[1], bound, work), one[0]))
        del waiting[n]
        found.append(best)
        bound |= work.free(best)
    return found


def _rank(part: Formula, bound: Names, work: Work) -> int:
    match part:
        case fm.Truth():
            return 0
        case fm.Compare():
            return 0 if work.free(part) <= bound else 1
        case fm.Event():
            return 2
        case fm.Not():
            return 3
        case fm.Exists() | fm.And() | fm.Or():
            return 4 if work.free(part) <= bound else 5
        case fm.Aggregate():
            return 8
        case _:
            return 6 if work.free(part) <= bound else 7


def _is_evaluable(part: Formula, bound: Names, work: Work) -> bool:
    try:
        evaluable(part, bound, work)
    except Unguarded:
        return False
    return True


def _why_stuck(waiting: list[Formula], bound: Names, work: Work) -> Unguarded:
    for part in waiting:
        try:
            evaluable(part, bound, work)
        except Unguarded as error:
            return error
    raise AssertionError("some part waits for nothing")


def binds(f: fm.Compare, given: Names) -> tuple[str, fm.LogicTerm] | None:
    """Return the variable that an equation gives a value, and the term it equals; None if it gives none."""
    return _binds(f, given)


def _binds(f: fm.Compare, given: Names) -> tuple[str, fm.LogicTerm] | None:
    if f.op != "=":
        return None
    for one, other in ((f.left, f.right), (f.right, f.left)):
        if isinstance(one, fm.Var) and one.name not in given and fm.term_vars(other) <= given:
            return one.name, other
    return None


# --- how far a formula looks


def reach(f: Formula) -> tuple[int | None, int | None]:
    """Return how far before and after its moment a formula looks, in microseconds, both 0 or more; None is without bound."""
    before: int | None = 0
    after: int | None = 0
    for child in fm.children(f):
        child_before, child_after = reach(child)
        before = None if before is None or child_before is None else max(before, child_before)
        after = None if after is None or child_after is None else max(after, child_after)
    if isinstance(f, fm.PAST):
        before = None if before is None or f.window.to_us is None else before + f.window.to_us
    elif isinstance(f, fm.FUTURE):
        after = None if after is None or f.window.to_us is None else after + f.window.to_us
    return before, after


# --- the check


def check(f: Formula, places: Places | None = None, events: tuple[fm.Signature, ...] = (), name: str = "") -> Formula:
    """Return the core of a formula that can be monitored; else raise `Refused`, naming place, reason and variable."""
    places = {} if places is None else places
    try:
        with not_too_deep():
            made = core(f, places)
            problems = [*_unbounded(made, places), *_kinds(made, places, events)]
            try:
                evaluable(made, NONE)
            except Unguarded as error:
                problems.append(_unguarded(error, places))
    except Refused as refused:
        problems = list(refused.problems)
    if problems:
        raise Refused(_named(p, name) for p in problems)
    return made


def check_terms(terms: fm.Terms, places: Places | None = None) -> tuple[tuple[fm.Rule, Formula], ...]:
    """Return each rule with the core of what to look for; raises `Refused` with every problem of every rule."""
    found: list[tuple[fm.Rule, Formula]] = []
    problems: list[Problem] = []
    for rule in terms.rules:
        try:
            sought = violations(rule.formula) if rule.required else rule.formula
            if rule.required and places is not None and id(rule.formula) in places:
                places[id(sought)] = (sought, places[id(rule.formula)][1])
            found.append((rule, check(sought, places, terms.events, rule.name)))
        except Refused as error:
            problems.extend(error.problems)
    if problems:
        raise Refused(problems)
    return tuple(found)


def _named(p: Problem, name: str) -> Problem:
    where = ", ".join(part for part in (p.field, f"rule {name}" if name else "") if part)
    return problem(p.code, where, p.value, p.rule, p.next_step)


def _place(f: Formula, places: Places) -> TextPlace | None:
    for part in fm.walk(f):
        if id(part) in places:
            return places[id(part)][1]
    return None


def _unguarded(error: Unguarded, places: Places) -> Problem:
    return refuse(
        "unguarded",
        _place(error.part, places),
        fm.text(error.part),
        f"variable {error.variable} is not guarded: no event, equation or aggregate gives it a value there",
        f"Add an event that has {error.variable} to the same conjunction.",
    ).problems[0]


def _unbounded(f: Formula, places: Places) -> list[Problem]:
    return [
        refuse(
            "unbounded future",
            _place(part, places),
            type(part).__name__.upper(),
            "looks into the future without bound, so no verdict would ever be settled",
            "Give a window that ends, such as [0,7d].",
        ).problems[0]
        for part in fm.walk(f)
        if isinstance(part, fm.FUTURE) and part.window.to_us is None
    ]


# --- kinds of values

KIND = {"string": "text", "int": "number", "float": "number", "number": "number", "bool": "truth"}


def _kinds(f: Formula, places: Places, events: tuple[fm.Signature, ...]) -> list[Problem]:
    """Find variables used as text in one place and as a number in another."""
    types = {s.name: dict(s.fields) for s in events}
    seen: dict[str, str] = {}
    problems: list[Problem] = []

    def use(term: fm.LogicTerm, kind: str | None, part: Formula) -> None:
        match term:
            case fm.Const(value) if kind is not None and value is not None and _kind(value) != kind:
                clash(fm.term_text(term), _kind(value), kind, part)
            case fm.Arith(_, left, right):
                use(left, "number", part)
                use(right, "number", part)
                if kind not in (None, "number"):
                    clash(fm.term_text(term), "number", kind, part)
            case fm.Var(name) if kind is not None:
                if seen.setdefault(name, kind) != kind:
                    clash(f"variable {name}", seen[name], kind, part)

    def clash(what: str, one: str, other: str, part: Formula) -> None:
        rule = f"{what} is {one} in one place and {other or 'something else'} here"
        problems.append(
            refuse("type", _place(part, places), fm.text(part), rule, "Compare like with like.").problems[0]
        )

    for part in fm.walk(f):
        match part:
            case fm.Event(name, args):
                fields = {**types.get(name, {}), fm.TIME_FIELD: "int"}
                for field, term in args:
                    use(term, KIND.get(fields.get(field, "any")), part)
            case fm.Compare(_, left, right):
                sides = [_kind_of(side, seen) for side in (left, right)]
                use(left, sides[1], part)
                use(right, sides[0], part)
            case fm.Aggregate(result, op, value, _, _):
                use(fm.Var(result), "number", part)
                if op != "CNT":
                    use(fm.Var(value), "number", part)
    return problems


def _kind(value: fm.Value) -> str:
    return "truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _kind_of(term: fm.LogicTerm, seen: dict[str, str]) -> str | None:
    match term:
        case fm.Const(value):
            return None if value is None else _kind(value)
        case fm.Arith():
            return "number"
        case fm.Var(name):
            return seen.get(name)
    return None
