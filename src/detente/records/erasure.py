"""An erasure: body and salt of an entry are destroyed; its leaf stays, and so does who ordered it and why."""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults

ERASABLE = frozenset(
    {"affiliation", "assessment", "bulletin", "call", "claim", "message", "notice", "place", "report", "whereabouts"}
)
"""Kinds whose bodies may be destroyed: what people said. Answers, keys, watermarks and findings stand as evidence."""


class Erasure(Body, frozen=True, kw_only=True):
    """Nobody who obeys holds the body of entry `about` any more. `authority` is who may order that, in words."""

    about: str
    authority: str
    reason: str


def check(erasure: Erasure) -> tuple[Problem, ...]:
    """Return what is wrong with an erasure, seen alone."""
    faults = Faults()
    faults.hash("about", erasure.about)
    faults.text("authority", erasure.authority, needed=True)
    faults.text("reason", erasure.reason, needed=True)
    return faults.all()
