"""An erasure: body and salt of an entry, or of one part of it, are destroyed; its leaf stays, and so does who ordered it and why.

Which kinds can be erased, and when: docs/formats/records/entries.md, "erasure"; the rule itself is
`records.entries.supersede.check_erasure`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from detente.errors import Problem
from detente.ledger.leaf import FACETS
from detente.records.body import Body, Faults
from detente.records.form import second_version

ERASABLE: Final = frozenset(
    {"affiliation", "assessment", "bulletin", "call", "claim", "message", "notice", "place", "report", "whereabouts"}
)
"""Kinds whose bodies may be destroyed: what people said. Answers, keys, watermarks and findings stand as evidence."""

WHOLE: Final = tuple(range(FACETS))
"""The positions of an erasure of all that an entry said."""

ERASABLE_ALONE: Final = {"notice": {"humane": 3}}
"""Forms that can be erased alone, with their positions, by kind: what a person may be known by, and no place or time rests on."""


class Erasure(Body, frozen=True, kw_only=True):
    """Nobody who obeys holds these facets of entry `about` any more. `authority` is who may order that, in words.

    `positions` are those of the facets (0 to 3, ascending): all four, or that of one form that can be erased alone.
    """

    about: str
    authority: str
    positions: tuple[int, ...] = WHOLE
    reason: str

    @property
    def whole(self) -> bool:
        """Whether nothing of what the entry said is left."""
        return self.positions == WHOLE


class ErasureFirst(Body, frozen=True, kw_only=True):
    """Version 1: always of the whole entry."""

    about: str
    authority: str
    reason: str


def upcast_first(first: ErasureFirst) -> Erasure:
    """Carry version 1 forward."""
    return Erasure(about=first.about, authority=first.authority, positions=WHOLE, reason=first.reason)


def check(erasure: Erasure) -> tuple[Problem, ...]:
    """Return what is wrong with an erasure, seen alone."""
    faults = Faults()
    faults.hash("about", erasure.about)
    faults.text("authority", erasure.authority, needed=True)
    faults.text("reason", erasure.reason, needed=True)
    inside = all(0 <= position < FACETS for position in erasure.positions)
    if not erasure.positions or not inside or any(a >= b for a, b in pairwise(erasure.positions)):
        rule = "are facet positions, 0 to 3, ascending, each once, at least one"
        faults.add("erasure-positions", "positions", list(erasure.positions), rule, "Name what to destroy.")
    return faults.all()


FORMS = (second_version("erasure", Erasure, check, ErasureFirst, upcast_first),)
