"""Patterns that forbid or limit: absence, at most n, only after, and what is permitted."""

from __future__ import annotations

from detente.records.agreements.term import Absence, AtMost, Excuse, Permitted, Precedes, Term
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula, Window
from detente.rules.agreements.patterns.expansion import (
    FIELDS,
    IN_EFFECT,
    SIDES,
    Expansion,
    Role,
    RuleSide,
    both,
    exists,
    in_effect,
    made,
    once,
    twice,
)
from detente.rules.agreements.readings.spans import length_us


def excuses(term: Term) -> tuple[Role, ...]:
    """Return the roles of what excuses."""
    return tuple(
        Role(name=f"excuse_{n}", what=excuse.what, whose="affected", within_effect=False)
        for n, excuse in enumerate(term.excused_by)
    )


def unexcused(side: RuleSide, excused_by: tuple[Excuse, ...], permitted: bool) -> list[Formula]:
    """Return the conditions under which a breach now is not excused."""
    found: list[Formula] = []
    for n, excuse in enumerate(excused_by):
        window = fm.ANY_TIME if excuse.within is None else Window(0, length_us(excuse.within))
        found.append(fm.Not(once(side.save(f"excuse_{n}", party="p"), window)))
    if permitted:
        found.append(fm.Not(side.save("permitted", id="i", party="p")))
    return found


def absence(term: Term, p: Absence, permitted: bool) -> Expansion:
    """Each thing that must not be done, done while the term is in effect, is a breach."""
    roles = (Role(name="never", what=p.never, whose="actor"), *excuses(term))
    rules = {
        name: exists(
            fm.conj(
                side.harm("never", id="i", party="p", first="f"),
                in_effect(side, band=True),
                *unexcused(side, term.excused_by, permitted),
            ),
            "i",
            "p",
            "r",
        )
        for name, side in SIDES
    }
    return _limit(term, roles, rules, permitted)


def at_most(term: Term, p: AtMost, permitted: bool) -> Expansion:
    """One more than allowed within the window that ends now is a breach."""
    roles = (Role(name="counted", what=p.what, whose="actor"), *excuses(term))
    window = Window(0, length_us(p.per) - 1)
    rules = {
        name: exists(
            fm.conj(
                side.harm("counted", id="i", party="p", first="f"),
                in_effect(side, band=True),
                *unexcused(side, term.excused_by, permitted),
                fm.Aggregate("c", "CNT", "j", ("p",), once(side.harm("counted", id="j", party="p"), window)),
                fm.Compare(">", fm.Var("c"), fm.Const(p.most)),
            ),
            "i",
            "p",
            "r",
        )
        for name, side in SIDES
    }
    return _limit(term, roles, rules, permitted)


def precedes(term: Term, p: Precedes, permitted: bool) -> Expansion:
    """`then` without a `first` in the window before it is a breach."""
    roles = (
        Role(name="then", what=p.then, whose="actor"),
        Role(name="first", what=p.first, whose="any", within_effect=False),
        *excuses(term),
    )
    window = Window(0 if p.least is None else length_us(p.least), None if p.most is None else length_us(p.most))
    rules = {}
    for name, side in SIDES:
        then = side.harm("then", id="i", party="p", first="f", **({"about": "o"} if p.each else {}))
        before = side.save("first", **({"id": "o"} if p.each else {}))
        rules[name] = exists(
            fm.conj(
                then,
                in_effect(side, band=True),
                *unexcused(side, term.excused_by, permitted),
                fm.Not(once(before, window)),
            ),
            "i",
            "p",
            "r",
        )
    return _limit(term, roles, rules, permitted)


def permission(term: Term, p: Permitted, permitted: bool) -> Expansion:
    """What may be done, done without what must come before it, is a breach of the permission's condition."""
    roles: tuple[Role, ...] = (Role(name="may", what=p.may, whose="actor"),)
    if p.only_after is not None:
        roles = (*roles, Role(name="before", what=p.only_after, whose="any", within_effect=False))
    window = fm.ANY_TIME if p.within is None else Window(0, length_us(p.within))
    rules = {}
    used = {}
    for name, side in SIDES:
        act = fm.conj(side.harm("may", id="i", party="p", first="f"), in_effect(side, band=True))
        other = side.save("before") if p.only_after is not None else None
        condition: Formula = fm.Truth(False) if other is None else fm.Not(once(other, window))
        rules[name] = exists(fm.conj(act, condition), "i", "p", "r")
        fine: Formula = fm.Truth(True) if p.only_after is None else once(side.harm("before"), window)
        used[name] = exists(fm.conj(act, fine), "i", "p", "r")
    return made(term.term, "limit", roles, {**both("breach", rules), **both("used", used)}, (IN_EFFECT,))


def _limit(term: Term, roles: tuple[Role, ...], rules: dict[str, Formula], permitted: bool) -> Expansion:
    more: tuple[fm.Signature, ...] = (IN_EFFECT,)
    if permitted:
        more = (*more, *twice("permitted", FIELDS))
    return made(term.term, "limit", roles, both("breach", rules), more)
