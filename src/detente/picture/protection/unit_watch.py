"""Protected movements that are about to begin, and which recipients have no acting unit on record as having them.

A liaison office that has read a route has not told whoever watches the road. From `unit_ahead_us` before the start (but never
sooner than a grace after the notice was recorded) each such recipient is named, to the owner and to that recipient itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import ClassVar, Final

import msgspec

from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.notices.delivery import Delivery
from detente.records.entries.closing import Closing
from detente.records.notices.notice import Activity, Notice
from detente.records.notices.notice_state import LIVE

AHEAD_US: Final = 60 * 60_000_000
"""How long before a protected movement begins its acting units must have it; the ledger's rule "unit_ahead_us" sets another."""

GRACE_US: Final = 5 * 60_000_000
"""How long a notice recorded later than that is left before anybody is named."""


class Watched(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One live movement: from when its recipients are looked at, when it begins, and when it is over."""

    end_us: int
    look_us: int
    start_us: int


class Unreached(msgspec.Struct, frozen=True, kw_only=True):
    """One movement, and how far it came at each recipient of which no acting unit has confirmed it."""

    author: str
    start_us: int
    standings: tuple[str, ...]
    version: str

    def sentence(self, now_us: int) -> str:
        """Say it in one line."""
        minutes = (self.start_us - now_us) // 60_000_000
        when = f"begins in {minutes} min" if minutes >= 0 else f"began {-minutes} min ago"
        return f"a protected movement of {self.author} {when}, and no acting unit has confirmed that it has it. {'; '.join(self.standings)}"


class UnitWatchState(msgspec.Struct, kw_only=True):
    """Live protected movements by the id of their version."""

    watched: dict[str, Watched] = {}


class UnitWatch(View):
    """The movements of one viewer. `Heads` has taken the entry in before; what is due is asked with a time and never stored."""

    name = "unit-watch"
    kinds: ClassVar[frozenset[str]] = frozenset({"closing", "erasure", "notice"})
    state: UnitWatchState

    def __init__(self, heads: Heads, delivery: Delivery, rules: Mapping[str, int]) -> None:
        self._ahead_us = rules.get("unit_ahead_us", AHEAD_US)
        self._heads, self._delivery = heads, delivery
        self.restore(UnitWatchState())

    def restore(self, state: UnitWatchState) -> None:
        """Start from a saved state; whoever raises what is due knows what it has raised."""
        self.state = state
        self._due = [(one.look_us, version) for version, one in state.watched.items()]
        heapify(self._due)

    def apply(self, known: Entry) -> None:
        """Take in one version of a movement; a newer version is looked at afresh."""
        gone, notice = known.erasure or known.body(Closing), known.body(Notice)
        if gone is not None:
            self.state.watched.pop(gone.about, None)
        if notice is None or notice.activity is not Activity.PROTECTED_MOVEMENT:
            return
        if known.header.supersedes:
            self.state.watched.pop(known.header.supersedes, None)
        if notice.state in LIVE:
            look = max(notice.start_us - self._ahead_us, known.received_at_us + GRACE_US)
            end = max(volume.end_us for volume in notice.volumes)
            self.state.watched[known.id] = Watched(end_us=end, look_us=look, start_us=notice.start_us)
            heappush(self._due, (look, known.id))

    def due_us(self) -> int | None:
        """When the next movement is to be looked at; None while none is."""
        return self._due[0][0] if self._due else None

    def take(self, party: str, now_us: int) -> Iterator[Unreached]:
        """Yield what a party's officers must know now, each once: of its own movements, and of those it was told of."""
        while self._due and self._due[0][0] <= now_us:
            _, version = heappop(self._due)
            one, entry = self.state.watched.get(version), self._heads.entry(version)
            if one is None or entry is None or entry.superseded_by is not None or one.end_us < now_us:
                continue
            asked = entry.recipients if entry.author == party else [p for p in entry.recipients if p == party]
            courses = [self._delivery.course(version, p) for p in asked]
            missing = tuple(course.sentence() for course in courses if course.unit_reached_us is None)
            if missing:
                yield Unreached(author=entry.author, standings=missing, start_us=one.start_us, version=version)
