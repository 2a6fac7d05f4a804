"""Notified places and movements that are reported hit, each with who reports it. What is reported, not what is true."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.geometry.exact.separation import meets
from detente.geometry.volume import Separation, Volume4D

HIT_CLASSES = frozenset({"attack", "explosion", "fire", "hit", "overflight-incident", "shelling", "strike"})
"""Event classes of a report or claim that may be about harm to a place."""

NEAR = Separation(horizontal_mm=500_000, time_us=3_600_000_000, vertical_mm=10_000_000)
"""A report within 500 m and an hour of a notified place counts as about it; its own error comes on top."""


class Notified(msgspec.Struct, frozen=True, kw_only=True):
    """One protected site or movement that was notified, by its version."""

    author: str
    version: str
    volumes: tuple[Volume4D, ...]
    words: str


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """One report or claim of harm, by its entry. `about` are entries that it names itself."""

    about: tuple[str, ...]
    denies: bool
    entry: str
    place: Volume4D | None
    says: str
    who: str


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One report set beside one notified place: named by the report, or near it."""

    denies: bool
    entry: str
    notice: str
    says: str
    who: str
    why: str

    def sentence(self) -> str:
        """Say it in one line."""
        verb = "denies" if self.denies else "reports"
        return f"{self.who} {verb} ({self.why}): {self.says}"


def hits_of(notified: Iterable[Notified], reported: Reported) -> list[Hit]:
    """Return the notified places that one report is about; one that it names counts wherever it puts it."""
    found = []
    for place in notified:
        why = "named" if place.version in reported.about else ""
        if not why and reported.place is not None:
            near = any(meets(volume, reported.place, NEAR) for volume in place.volumes)
            why = "within 500 m and an hour of it" if near else ""
        if why:
            found.append(
                Hit(
                    denies=reported.denies,
                    entry=reported.entry,
                    notice=place.version,
                    says=reported.says,
                    who=reported.who,
                    why=why,
                )
            )
    return found
