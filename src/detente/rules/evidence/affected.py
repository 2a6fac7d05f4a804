"""Whom a place or route concerns, whether or not anybody goes there: questions to ask, never assertions.

A report that a group *may* go to one of two deserts concerns whoever is there; asking whether to tell them asserts no movement.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.volume import Outline


class Interest(msgspec.Struct, frozen=True, kw_only=True):
    """Ground on which a party has people, or for which it answers, in words: `why`."""

    outline: Outline
    party: str
    why: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a source names as possible. `provenance` is who names it; it stays one of several, and becomes no position."""

    name: str
    outline: Outline
    provenance: str


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """A party whose ground lies within reach of a place: the nearest of its interests, metres between the outlines (0: they meet)."""

    candidate: str
    distance_m: int
    party: str
    provenance: str
    why: str

    def question(self) -> str:
        """Ask whether to tell the party; say what is known of the place, and that nothing says anybody goes there."""
        return (
            f"Notify {self.party}? {self.candidate} is named by {self.provenance}; {self.why}, {self.distance_m / 1000:.0f} km away. "
            "Nothing here says that anybody goes there."
        )


def affected(candidates: Sequence[Candidate], interests: Sequence[Interest], within_mm: int) -> tuple[Affected, ...]:
    """Return for each candidate, in order, the parties with ground within a distance; each party once, by its nearest ground."""
    found: list[Affected] = []
    for candidate in candidates:
        nearest: dict[str, Affected] = {}
        for interest in interests:
            between = horizontal_distance(candidate.outline, interest.outline, within_mm)
            if between is None or between.distance_m * 1000 > within_mm:
                continue
            one = Affected(
                candidate=candidate.name,
                distance_m=round(between.distance_m),
                party=interest.party,
                provenance=candidate.provenance,
                why=interest.why,
            )
            if interest.party not in nearest or one.distance_m < nearest[interest.party].distance_m:
                nearest[interest.party] = one
        found += [nearest[party] for party in sorted(nearest)]
    return tuple(found)
