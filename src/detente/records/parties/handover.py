"""A hand-over note: what is open when one shift leaves and the next comes, signed by both; for the party alone.

The shift that leaves writes it, drawn from what is open; the shift that comes signs the same list in an entry of its own.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

What = Literal["approval", "direct", "ladder", "relay", "waiting"]
"""Why it is open: held for approval; came directly and is not recorded; a ladder runs; taken and not relayed; waited for."""


class OpenMatter(Body, frozen=True, kw_only=True):
    """One open matter: the entry, why it is open, since when, and in words."""

    about: str
    since_us: int
    what: What
    words: str


class Handover(Body, frozen=True, kw_only=True):
    """One signature under a hand-over. `accepts` is the note that the incoming shift signs; None: this is the note itself.

    `count` is how many matters were open; `open` holds those that come first, as many as there is room for.
    """

    accepts: str | None
    at_us: int
    count: int
    incoming: str
    open: tuple[OpenMatter, ...]
    outgoing: str
    party: str
    role: str
    words: str


def check(handover: Handover) -> tuple[Problem, ...]:
    """Return what is wrong with a hand-over note, seen alone."""
    faults = Faults()
    faults.party("party", handover.party)
    faults.role("role", handover.role)
    faults.role("incoming", handover.incoming)
    faults.role("outgoing", handover.outgoing)
    faults.text("words", handover.words)
    if handover.accepts is not None:
        faults.hash("accepts", handover.accepts)
    if handover.incoming == handover.outgoing:
        rule = "is another officer than the one who leaves"
        faults.add("handover_same", "incoming", handover.incoming, rule, "Name who takes over.")
    if handover.count < len(handover.open):
        faults.add("handover_count", "count", handover.count, "counts everything open", "Count again.")
    for i, one in enumerate(handover.open):
        faults.hash(f"open[{i}].about", one.about)
        faults.text(f"open[{i}].words", one.words, needed=True)
    return faults.all()


FORMS = (first_version("handover", Handover, check),)
