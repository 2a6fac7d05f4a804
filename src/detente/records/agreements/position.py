"""A position: what a party says of an agreement: where it stands, when it ends, how a clause is to be read, whether it is satisfied.

A party's position binds nobody else; several opposite ones stand side by side.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults, Stated
from detente.records.evidence.claim import Tag
from detente.records.form import first_version

Says = Literal[
    "declares",
    "ended",
    "ends",
    "holding",
    "in force",
    "not satisfied",
    "reads",
    "satisfied",
    "says nothing",
    "suspended",
    "void",
]


class Position(Body, frozen=True, kw_only=True):
    """What `party` says of the agreement `about` (the id of a version), or of one of its terms (`term`, "" for the whole).

    `says` "ends": it announces an end at `at`; "ended": over since `at`; "reads": it uses the reading named in `reading`;
    "declares": it uses a power, named in `power`. `at` is the time spoken of, None: from when it is recorded. `by_authority` says who
    spoke and whether that is the organ that may.
    """

    about: str
    at: Stated | None
    by_authority: Literal["competent", "not competent", "unknown"]
    party: str
    power: Literal["", "end", "extend", "reset", "suspend", "withdraw"]
    reading: str
    says: Says
    source: str
    tag: Tag
    term: str
    who: str
    words: str


def check(position: Position) -> tuple[Problem, ...]:
    """Return what is wrong with a position, seen alone."""
    faults = Faults()
    faults.hash("about", position.about)
    faults.stated("at", position.at)
    faults.party("party", position.party)
    faults.text("who", position.who, needed=True)
    faults.text("words", position.words)
    faults.text("source", position.source, needed=position.tag in ("DOC", "CONF"))
    if position.term:
        faults.name("term", position.term)
    if position.reading:
        faults.name("reading", position.reading)
    if (position.says == "reads") != bool(position.reading):
        faults.add(
            "reading", "reading", position.reading, 'is given exactly when it says "reads"', "Name it, or leave it."
        )
    if (position.says == "declares") != bool(position.power):
        rule = 'is given exactly when it says "declares"'
        faults.add("power", "power", position.power, rule, "Name the power, or leave it.")
    if position.says in ("satisfied", "not satisfied") and not position.term:
        faults.add("satisfied_of", "term", "", "says with which term", "Name the term.")
    if position.says == "ends" and position.at is None:
        faults.add("ends_when", "at", "", "says when it ends", "State the time with its zone.")
    return faults.all()


FORMS = (first_version("position", Position, check),)
