"""What a term becomes: kinds of events in its own roles, and rules of the small logic over them.

Each role has two kinds of events: `pull_back` for what is established at the term's threshold, and `maybe_pull_back` for all that may
have happened (what is established is among it). Each pattern has two rules, of one shape:

    breach_certain    what would harm is established, and nothing that would save may have happened
    breach_possible   what would harm may have happened, and nothing that would save is established

Certain is *breached*; not even possible is *kept*; between them the term is *contested* or *undetermined*. `reached_certain` and
`reached_possible` are the same for conditions, which are reached or not. Every rule has a proof that the separate checker accepts.

What the logic cannot see is decided before: whether an event is in scope (area, actors), when a deadline falls in a calendar (`owed`), and
when the term is in effect (`in_effect`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from detente.records.agreements.term import What
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import (
    ANY_TIME,
    Compare,
    Const,
    Event,
    Formula,
    Rule,
    Signature,
    Terms,
    Var,
    Window,
)
from detente.rules.agreements.logic.guarded import check_terms

FIELDS = (
    ("id", "string"),
    ("about", "string"),
    ("party", "string"),
    ("actor", "string"),
    ("first", "int"),
    ("last", "int"),
)
"""What every event of a role says: which matter, about which other one, whose it is in the term, who is said to have done it,
and between which instants it happened (µs since 1970 UTC). One that is not known to the instant stands at the end of its band, and
as `maybe_` at both ends too."""

IN_EFFECT = Signature("in_effect", (("party", "string"), ("reading", "string"), ("since", "int")))
OWED = (("id", "string"), ("party", "string"), ("reading", "string"), ("due", "int"))
START = Signature("start", (("reading", "string"), ("due", "int"), ("days", "int")))
BROKEN = (("term", "string"), ("party", "string"))

Whose = Literal["actor", "affected", "any", "owed"]
"""Whose an event of a role is: its actor's (a bearer's), that of who was affected, everybody's, or that of who then owes."""


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A part that events play in a term. `by`: only these parties or actors (empty: whoever `whose` says)."""

    name: str
    what: What
    whose: Whose
    within_effect: bool = True
    """Whether `in_effect` is told at its moments."""


class Expansion(msgspec.Struct, frozen=True, kw_only=True):
    """A term in the small logic. `kind`: what it is to hold: no breach of a `duty`, or a `condition` that is reached, or a `power`."""

    checked: tuple[tuple[Rule, Formula], ...] = ()
    kind: Literal["condition", "duty", "limit", "nothing", "power"]
    roles: tuple[Role, ...]
    term: str
    terms: Terms
    why_nothing: str = ""

    def text(self) -> str:
        """Write it as terms that `detente monitor` reads."""
        lines = [f"# {self.term}"]
        for role in self.roles:
            by = f" by {', '.join(role.what.by)}" if role.what.by else ""
            lines.append(f"# {role.name}: {', '.join(role.what.classes)}{by}")
        if self.why_nothing:
            lines.append(f"# not monitored: {self.why_nothing}")
        lines += [f"EVENT {s.name}({', '.join(f'{n}: {kind}' for n, kind in s.fields)})" for s in self.terms.events]
        lines += [f"FIND {rule.name}: {fm.text(rule.formula)}" for rule in self.terms.rules]
        return "\n".join(lines) + "\n"


def made(
    term: str,
    kind: Literal["condition", "duty", "limit", "power"],
    roles: tuple[Role, ...],
    rules: dict[str, Formula],
    more: tuple[Signature, ...] = (),
) -> Expansion:
    """Put an expansion together; raises `Refused` if a rule cannot be monitored."""
    own = [role.name for role in roles if role.whose != "owed"]
    events = [Signature(name, FIELDS) for role in own for name in (role, f"maybe_{role}")]
    terms = Terms((*events, *more), tuple(Rule(name, formula) for name, formula in rules.items()))
    return Expansion(checked=check_terms(terms), kind=kind, roles=roles, term=term, terms=terms)


def twice(name: str, fields: tuple[tuple[str, str], ...]) -> tuple[Signature, Signature]:
    """Return the signatures of a kind of event, and of what may have happened of it."""
    return Signature(name, fields), Signature(f"maybe_{name}", fields)


class RuleSide:
    """Names events for one of the two rules: what harms as established, what saves as possible; or the other way round."""

    def __init__(self, certain: bool) -> None:
        self.certain = certain

    def harm(self, name: str, **fields: str | fm.LogicTerm) -> Event:
        """Name an event that makes for a breach (or undoes what was reached)."""
        return fm.event(name if self.certain else f"maybe_{name}", **fields)

    def save(self, name: str, **fields: str | fm.LogicTerm) -> Event:
        """Name an event that speaks against it."""
        return fm.event(f"maybe_{name}" if self.certain else name, **fields)


CERTAIN, POSSIBLE = RuleSide(True), RuleSide(False)
SIDES = (("certain", CERTAIN), ("possible", POSSIBLE))


def both(what: str, make: dict[str, Formula]) -> dict[str, Formula]:
    """Name the pair of rules."""
    return {f"{what}_{name}": formula for name, formula in make.items()}


def exists(formula: Formula, *keep: str) -> Formula:
    """Bind all variables but these."""
    names = tuple(sorted(fm.free_vars(formula) - frozenset(keep)))
    return fm.Exists(names, formula) if names else formula


def in_effect(side: RuleSide, band: bool) -> Formula:
    """The term is in effect now for party p under reading r; for the whole of the event's band where that must be certain."""
    if side.certain and band:
        return exists(
            fm.conj(fm.event("in_effect", party="p", reading="r", since="s"), Compare("<=", Var("s"), Var("f"))),
            "p",
            "r",
            "f",
        )
    return fm.event("in_effect", party="p", reading="r")


def once(formula: Formula, window: Window = ANY_TIME) -> Formula:
    """Some time before, within the window."""
    return fm.Once(window, formula)


def least(condition: str, op: Literal["<", "<=", ">", ">="], other: str) -> Compare:
    """Compare two variables."""
    return Compare(op, Var(condition), Var(other))


def text(value: str) -> Const:
    """A value."""
    return Const(value)
