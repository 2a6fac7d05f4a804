"""An erasure: body and salt of an entry are destroyed; its leaf stays, and so does who ordered it and why."""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.disclosure import POSITIONS


class Erasure(Body, frozen=True, kw_only=True):
    """The facets at `positions` of entry `about` are no longer held. `authority` is who may order it, in words."""

    about: str
    authority: str
    positions: tuple[int, ...]
    reason: str


def check(erasure: Erasure) -> tuple[Problem, ...]:
    """Return what is wrong with an erasure, seen alone."""
    faults = Faults()
    faults.hash("about", erasure.about)
    faults.text("authority", erasure.authority, needed=True)
    faults.text("reason", erasure.reason, needed=True)
    faults.each_once("positions", erasure.positions)
    if not erasure.positions or not all(0 <= p < POSITIONS for p in erasure.positions):
        faults.add("facet_position", "positions", erasure.positions, "are some of 0 to 3", "Name the facets to erase.")
    return faults.all()
