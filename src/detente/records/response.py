"""A response: what a party, in a role, says about one version of another party's entry.

Each answer is a separate fact. None is inferred from a later one: a unit that complied may never have read it back.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults

Answer = Literal["acknowledge", "comply", "confirm", "passed-to-unit", "query", "read-back", "reject"]

ANSWER_MEANS: dict[Answer, str] = {
    "acknowledge": "an officer in this role has read it",
    "comply": "the acting side has done, or is doing, what was asked",
    "confirm": "an officer in this role agrees with what it says",
    "passed-to-unit": "it has been given to the acting unit named",
    "query": "an answer is wanted before anything else",
    "read-back": "an officer said back the place and time as understood",
    "reject": "it will not be done, for the reason given",
}


OFFICER_ONLY: frozenset[Answer] = frozenset({"acknowledge", "confirm", "read-back"})
"""Answers that a person gives: they need an officer's key. A station may pass on that a unit was told, or complied."""


class Readback(Body, frozen=True, kw_only=True):
    """Place and time as the reader understood them, in figures. None or "" is what was not said back."""

    decimal: str
    end_us: int | None
    grid: str
    start_us: int | None


class Response(Body, frozen=True, kw_only=True):
    """One answer. `about` is the first version of the entry (its thread), `version` the version that is answered.

    `unit` names the acting unit for passed-to-unit and, where known, for comply and reject.
    """

    about: str
    answer: Answer
    by_role: str
    readback: Readback | None
    unit: str | None
    version: str
    words: str


def check(response: Response) -> tuple[Problem, ...]:
    """Return what is wrong with a response, seen alone."""
    faults = Faults()
    faults.hash("about", response.about)
    faults.hash("version", response.version)
    faults.role("by_role", response.by_role)
    faults.text("words", response.words, needed=response.answer in ("query", "reject"))
    if response.unit is not None:
        faults.title("unit", response.unit)
    if response.answer == "passed-to-unit" and response.unit is None:
        faults.add("response_unit", "unit", "", "passing on names the acting unit", "Name the unit it was given to.")
    if (response.answer == "read-back") != (response.readback is not None):
        faults.add("response_readback", "readback", "", "is given exactly with the answer read-back", "Say it back.")
    if response.readback is not None:
        _check_readback(faults, response.readback)
    return faults.all()


def _check_readback(faults: Faults, readback: Readback) -> None:
    faults.text("readback.grid", readback.grid)
    faults.text("readback.decimal", readback.decimal)
    faults.order("readback", readback.start_us, readback.end_us)
    if not (readback.grid or readback.decimal):
        faults.add("readback_place", "readback", "", "the place is said back in figures", "Say back grid or degrees.")
