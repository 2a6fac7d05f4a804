"""An assent: what a party does to its being bound: it assents, makes a reservation, suspends, resumes or withdraws.

These are the party's *words*. What its deeds show stands beside them, and neither replaces the other (`rules.agreements.sheets.status`).
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults, Stated
from detente.records.evidence.claim import Tag
from detente.records.form import first_version

Act = Literal["assent", "reservation", "resumption", "suspension", "withdrawal"]


class Assent(Body, frozen=True, kw_only=True):
    """One act of one party about the agreement `about` (the id of a version). `terms` are those concerned; empty: all.

    `party` is who is bound by it: the author, or somebody whose word the author passes on ("said by"). `at` is from when it
    counts, None: from when it is recorded.
    """

    about: str
    act: Act
    at: Stated | None
    party: str
    source: str
    tag: Tag
    terms: tuple[str, ...]
    who: str
    words: str


def check(assent: Assent) -> tuple[Problem, ...]:
    """Return what is wrong with an act about an agreement, seen alone."""
    faults = Faults()
    faults.hash("about", assent.about)
    faults.stated("at", assent.at)
    faults.party("party", assent.party)
    faults.text("who", assent.who, needed=True)
    faults.text("words", assent.words, needed=assent.act == "reservation")
    faults.text("source", assent.source, needed=assent.tag in ("DOC", "CONF"))
    faults.each_once("terms", assent.terms)
    for i, term in enumerate(assent.terms):
        faults.name(f"terms[{i}]", term)
    return faults.all()


FORMS = (first_version("assent", Assent, check),)
