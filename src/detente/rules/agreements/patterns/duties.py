"""Patterns that oblige: within a time, in phases, all at the same moment, as long as the other side keeps its own."""

from __future__ import annotations

from detente.records.agreements.term import Deadline, Phases, Reciprocal, Simultaneous, Term, Within
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Compare, Const, Event, Formula, Var, Window
from detente.rules.agreements.patterns.expansion import (
    BROKEN,
    IN_EFFECT,
    OWED,
    SIDES,
    Expansion,
    Role,
    RuleSide,
    both,
    exists,
    in_effect,
    least,
    made,
    once,
    twice,
)
from detente.rules.agreements.patterns.limits import excuses
from detente.rules.agreements.readings.spans import length_us, longest_us


def undone(side: RuleSide, done: Event, until_us: int) -> Formula:
    """Nothing of `done` from s (when it was owed) until d (when it was due). What may have happened counts at any end of its band."""
    near: Formula = fm.conj(done, least("x", "<=", "d"))
    if not side.certain:
        near = fm.conj(done, least("x", "<=", "d"), least("f", ">=", "s"))
    keep = fm.free_vars(done) - {"x", "f"}
    return fm.Not(fm.Eventually(Window(0, until_us), exists(near, *keep, "s", "d")))


def _done(side: RuleSide, name: str, **more: str | fm.LogicTerm) -> Event:
    bound: dict[str, str | fm.LogicTerm] = {"t": "x"} if side.certain else {"t": "x", "first": "f"}
    return side.save(name, **more, **bound)


def _excused(side: RuleSide, term: Term, until_us: int) -> list[Formula]:
    """A duty that was not done by d is excused by what happened until d, and within its span of it."""
    found: list[Formula] = []
    for n, excuse in enumerate(term.excused_by):
        event = side.save(f"excuse_{n}", party="p", t="e")
        late = fm.conj(event, least("e", "<=", "d"))
        early: Formula = event
        if excuse.within is not None:
            reach = fm.Arith("+", Var("e"), Const(length_us(excuse.within)))
            late = fm.conj(late, Compare(">=", reach, Var("d")))
            early = fm.conj(event, Compare(">=", reach, Var("d")))
            before = Window(0, length_us(excuse.within))
        else:
            before = fm.ANY_TIME
        found.append(fm.Not(fm.Eventually(Window(0, until_us), exists(late, "p", "d"))))
        found.append(fm.Not(once(exists(early, "p", "d"), before)))
    return found


def within(term: Term, p: Within, begins_us: int | None) -> Expansion:
    """Each duty that is owed and not done by its deadline is a breach at the moment at which it began to be owed."""
    until_us = longest_us(p.by, begins_us)
    roles: tuple[Role, ...] = (Role(name="must", what=p.must, whose="actor", within_effect=False),)
    if p.after is not None:
        roles = (*roles, Role(name="owed", what=p.after, whose="owed"))
    roles = (*roles, *excuses(term))
    link: dict[str, str | fm.LogicTerm] = {"about": "i"} if p.each else {}
    rules = {
        name: exists(
            fm.conj(
                side.harm("owed", id="i", party="p", reading="r", due="d", t="s"),
                undone(side, _done(side, "must", party="p", **link), until_us),
                *_excused(side, term, until_us),
            ),
            "i",
            "p",
            "r",
            "d",
        )
        for name, side in SIDES
    }
    return _owed(term, roles, rules)


def simultaneous(term: Term, p: Simultaneous, begins_us: int | None) -> Expansion:
    """A side that has not acted by the deadline, or not within the tolerance of another side's act, is in breach."""
    tolerance_us = length_us(p.tolerance)
    roles = tuple(Role(name=f"side_{n}", what=s.does, whose="actor") for n, s in enumerate(p.sides))
    near = Window(0, tolerance_us)
    rules = {}
    for name, side in SIDES:
        ways: list[Formula] = []
        for n, own in enumerate(p.sides):
            for m, other in enumerate(p.sides):
                if n == m:
                    continue
                moved = fm.conj(
                    side.harm(f"side_{m}", id="i", party=Const(other.party)),
                    fm.event("in_effect", party="p", reading="r"),
                    Compare("=", Var("p"), Const(own.party)),
                    Compare("=", Var("d"), Const(0)),
                )
                joined = side.save(f"side_{n}", party=Const(own.party))
                ways.append(fm.conj(moved, fm.Not(once(joined, near)), fm.Not(fm.Eventually(near, joined))))
            if p.by is not None:
                due = side.harm("owed", id="i", party="p", reading="r", due="d", t="s")
                done = _done(side, f"side_{n}", party=Const(own.party))
                until_us = longest_us(p.by, begins_us) + tolerance_us
                ways.append(fm.conj(due, Compare("=", Var("p"), Const(own.party)), undone(side, done, until_us)))
        rules[name] = _any([exists(way, "i", "p", "r", "d") for way in ways])
    return _owed(term, roles, rules, (IN_EFFECT,))


def phases(term: Term, p: Phases, begins_us: int | None) -> Expansion:
    """What belongs to a phase before the one before is complete is a breach; so is one that is not complete in its time."""
    roles: list[Role] = []
    for n, phase in enumerate(p.phases):
        roles.append(Role(name=f"complete_{n}", what=phase.completes, whose="actor"))
        if phase.begins is not None:
            roles.append(Role(name=f"begin_{n}", what=phase.begins, whose="actor"))
    rules = {}
    for name, side in SIDES:
        ways: list[Formula] = []
        for n, phase in enumerate(p.phases):
            if n > 0:
                before = fm.Not(once(side.save(f"complete_{n - 1}")))
                for kind in ("begin", "complete"):
                    if kind == "complete" or phase.begins is not None:
                        act = side.harm(f"{kind}_{n}", id="i", party="p", first="f")
                        early = fm.conj(act, in_effect(side, band=True), before, Compare("=", Var("d"), Const(0)))
                        ways.append(exists(early, "i", "p", "r", "d"))
            if phase.within is not None:
                due = side.harm("owed", id="i", party="p", reading="r", due="d", t="s")
                mine = Compare("=", Var("i"), Const(phase.name))
                done = undone(
                    side, _done(side, f"complete_{n}"), longest_us(Deadline(at=None, after=phase.within), None)
                )
                ways.append(exists(fm.conj(due, mine, done), "i", "p", "r", "d"))
        rules[name] = _any(ways)
    return _owed(term, tuple(roles), rules, (IN_EFFECT,))


def reciprocal(term: Term, p: Reciprocal) -> Expansion:
    """A breach of the duty counts unless another has broken its own before."""
    rules = {}
    for name, side in SIDES:
        others = [
            fm.Not(
                once(
                    exists(
                        fm.conj(side.save("broken", term=Const(other), party="q"), Compare("!=", Var("q"), Var("p"))),
                        "p",
                    )
                )
            )
            for other in p.while_kept
        ]
        duty = fm.conj(
            side.harm("broken", term=Const(p.duty), party="p"),
            fm.event("in_effect", party="p", reading="r"),
            Compare("=", Var("i"), Const(p.duty)),
            *others,
        )
        rules[name] = exists(duty, "i", "p", "r")
    return made(term.term, "limit", (), both("breach", rules), (IN_EFFECT, *twice("broken", BROKEN)))


def _any(ways: list[Formula]) -> Formula:
    found = ways[0]
    for way in ways[1:]:
        found = fm.Or(found, way)
    return found


def _owed(
    term: Term, roles: tuple[Role, ...], rules: dict[str, Formula], more: tuple[fm.Signature, ...] = ()
) -> Expansion:
    return made(term.term, "duty", roles, both("breach", rules), (*more, *twice("owed", OWED)))
