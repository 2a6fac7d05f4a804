"""Patterns of what is reached rather than owed: calm for a time, satisfaction of all, powers that are used; and written formulas."""

from __future__ import annotations

from detente.errors import Problem, Refused
from detente.records.agreements.term import CalmFor, MutualSatisfaction, Power, Term, What, Written
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula, Var, Window
from detente.rules.agreements.logic.guarded import check_terms
from detente.rules.agreements.logic.parser import parse_formula
from detente.rules.agreements.patterns.expansion import (
    FIELDS,
    IN_EFFECT,
    SIDES,
    START,
    Expansion,
    Role,
    RuleSide,
    both,
    exists,
    least,
    made,
    once,
)
from detente.rules.agreements.readings.spans import length_us, most_us

SATISFIED, NOT_SATISFIED = "position.satisfied", "position.not-satisfied"


def calm_for(term: Term, p: CalmFor) -> Expansion:
    """Reached at a start from which nothing of `without` (and no reset) happened until `due`, and on each day what must.

    A count starts with the term, with each thing that ended the one before, and with each day where days must qualify.
    """
    roles: tuple[Role, ...] = (Role(name="without", what=p.without, whose="any", within_effect=False),)
    if p.reset is not None:
        roles = (*roles, Role(name="reset", what=p.reset, whose="any", within_effect=False))
    if p.and_daily is not None:
        roles = (*roles, Role(name="daily", what=p.and_daily, whose="any", within_effect=False))
    ahead = Window(1, most_us(p.lasts))
    rules = {}
    for name, side in SIDES:
        # Here `certain` is that it is reached: what ends it must not even be possible, what must be there is established.
        ends = [side.save("without", t="x"), *([side.save("reset", t="x")] if p.reset is not None else [])]
        calm = [fm.Not(fm.Eventually(ahead, exists(fm.conj(end, least("x", "<=", "d")), "d"))) for end in ends]
        start = fm.event("start", reading="r", due="d", days="n")
        parts: list[Formula] = [start, *calm]
        if p.and_daily is not None:
            parts.append(_each_day(side, most_us(p.lasts)))
        rules[name] = exists(fm.conj(*parts), "r", "d")
    return made(term.term, "condition", roles, both("reached", rules), (START,))


def _each_day(side: RuleSide, until_us: int) -> Formula:
    """Where days must qualify (n > 0): what must happen did, on n different days until d. Otherwise nothing is asked.

    Events of `daily` name their local day in `about`.
    """
    start = fm.event("start", due="d", days="n")
    seen = exists(fm.conj(side.harm("daily", about="k", t="x"), least("x", "<=", "d")), "d", "k")
    counted = fm.Aggregate("c", "CNT", "k", ("d", "n"), fm.conj(start, fm.Eventually(Window(0, until_us), seen)))
    enough = exists(fm.conj(counted, least("c", ">=", "n")), "d", "n")
    return fm.Or(enough, fm.conj(start, fm.Compare("=", Var("n"), fm.Const(0))))


def mutual_satisfaction(term: Term, p: MutualSatisfaction) -> Expansion:
    """Reached when each party's last word on it is that it is satisfied."""
    roles = tuple(
        Role(name=f"{word}_{n}", what=What(by=(party,), classes=(cls,)), whose="any", within_effect=False)
        for n, party in enumerate(p.parties)
        for word, cls in (("yes", SATISFIED), ("no", NOT_SATISFIED))
    )
    rules = {}
    for name, side in SIDES:
        stands = [
            fm.Since(fm.ANY_TIME, fm.Not(exists(side.save(f"no_{n}"))), exists(side.harm(f"yes_{n}")))
            for n in range(len(p.parties))
        ]
        said: Formula = side.harm("yes_0", id="i")
        for n in range(1, len(p.parties)):
            said = fm.Or(said, side.harm(f"yes_{n}", id="i"))
        rules[name] = exists(fm.conj(said, *stands), "i")
    return made(term.term, "condition", roles, both("reached", rules))


def power(term: Term, p: Power) -> Expansion:
    """Used well by a declaration of one who may, after what must come before; otherwise the declaration is a breach."""
    roles: tuple[Role, ...] = (
        Role(name="declares", what=What(by=(), classes=(f"power.{p.act}",)), whose="any", within_effect=False),
    )
    if p.after is not None:
        roles = (*roles, Role(name="before", what=p.after, whose="any", within_effect=False))
    near = fm.ANY_TIME if p.within is None else Window(0, length_us(p.within))
    used, misused = {}, {}
    for name, side in SIDES:
        mine = _one_of("p", term.bearers)
        said = fm.conj(side.harm("declares", id="i", party="p"), mine)
        fine: list[Formula] = []
        if p.after is not None:
            fine.append(once(exists(side.harm("before"))))
        if p.jointly:
            fine += [once(exists(side.harm("declares", party=fm.Const(other))), near) for other in term.bearers]
        used[name] = exists(fm.conj(said, *fine), "i", "p")
        wrong: list[Formula] = [fm.Not(once(exists(side.save("before"))))] if p.after is not None else []
        misused[name] = exists(fm.conj(said, *wrong, *([] if wrong else [fm.Truth(False)])), "i", "p")
    return made(term.term, "power", roles, {**both("used", used), **both("breach", misused)})


def _one_of(variable: str, values: tuple[str, ...]) -> Formula:
    found: Formula = fm.Compare("=", Var(variable), fm.Const(values[0]))
    for value in values[1:]:
        found = fm.Or(found, fm.Compare("=", Var(variable), fm.Const(value)))
    return found


def written(term: Term, p: Written) -> Expansion:
    """A formula as it was signed: established events where it asks whether something happened, possible ones where it asks whether not."""
    roles = tuple(Role(name=event.name, what=event.what, whose="actor") for event in p.events)
    signatures = tuple(fm.Signature(event.name, FIELDS) for event in p.events)
    formula, places = parse_formula(p.breach, (*signatures, IN_EFFECT))
    loose = sorted(fm.free_vars(formula) - {"i", "p"})
    if loose:
        raise Refused([_problem(term, f"variable {loose[0]} is neither bound, nor i (which event) nor p (whose)")])
    check_terms(fm.Terms((*signatures, IN_EFFECT), (fm.Rule("breach", formula),)), places)
    rules = {}
    for name, side in SIDES:
        found = fm.conj(signed(formula, side), fm.event("in_effect", party="p", reading="r"))
        rules[name] = found
    return made(term.term, "limit", roles, both("breach", rules), (IN_EFFECT,))


def signed(f: Formula, side: RuleSide, positive: bool = True) -> Formula:
    """Put established or possible events in, by whether a part speaks for or against. Counts take what harms."""
    match f:
        case fm.Event("in_effect", _):
            return f
        case fm.Event(name, args):
            harm = side.certain == positive
            return fm.Event(name if harm else f"maybe_{name}", args)
        case fm.Not(body):
            return fm.Not(signed(body, side, not positive))
        case fm.Implies(left, right):
            return fm.Or(fm.Not(signed(left, side, not positive)), signed(right, side, positive))
        case _:
            parts = tuple(signed(child, side, positive) for child in fm.children(f))
            return fm.rebuild(f, parts)


def _problem(term: Term, rule: str) -> Problem:
    return Problem(
        code="formula", field=f"{term.term}.pattern.breach", value="", rule=rule, next_step="Mend the formula."
    )
