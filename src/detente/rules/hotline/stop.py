"""A stop: what it asks to stop, matched privately by who receives it, and a clock that only the acting side's word ends.

    sent ──> held by the station ──> read by an officer ──> passed to unit U by way W … ──> complied | rejected
     └───────────────────────────── the clock runs ────────────────────────────────────────────────┘

It must be answered even where nothing matches: "comply" then says that nothing of ours goes on there. What matched never leaves the
station that was asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from detente.geometry.exact.separation import meets
from detente.geometry.volume import Circle, Separation, Volume4D
from detente.records.hotline.message import Message
from detente.rules.hotline.lapse import ClockReading, Lapse, lapse

AHEAD_US = 2 * 3_600_000_000
"""A stop without times of its own is about what goes on now, and what begins within this span."""

TOUCHING = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """One own activity that a stop may concern: a notice's version, or "" for presence held privately; its units and volumes."""

    units: tuple[str, ...]
    version: str
    volumes: tuple[Volume4D, ...]
    what: str


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """One own activity that a stop concerns, and why. For the own officers alone."""

    own: Own
    why: Literal["named", "in its volume", "near its place"]

    def sentence(self) -> str:
        """Say it in one line."""
        units = f", units {', '.join(self.own.units)}" if self.own.units else ", no unit named"
        return f"{self.own.what}{units}: {self.why}"


class StopClock(msgspec.Struct, frozen=True, kw_only=True):
    """One stop at one party. The clock runs from when it was signed (`since_us`, the asker's clock) until `closed_us`, None while
    it runs; `took` says how long the answer took, and by whose clock.

    `held_us`: since when its station held it, by its watermark in the host's log; `acknowledged_us`: as it signed directly, by its own
    clock; `read_us`: when an officer answered at all; None: no evidence. `passed` are units it was passed to, with when.
    """

    acknowledged_us: int | None
    answer: Literal["comply", "reject"] | None
    asker: str
    closed_us: int | None
    held_us: int | None
    party: str
    passed: tuple[tuple[str, int], ...]
    read_us: int | None
    since_us: int
    stop: str
    took: Lapse | None
    words: str

    def lapse(self, now_us: int, viewer: str) -> Lapse:
        """How long it took, or has been running by the viewer's own clock: since it was asked, or was held by the viewer itself."""
        if self.took is not None:
            return self.took
        now = ClockReading(at_us=now_us, by=viewer)
        if viewer == self.party and self.acknowledged_us is not None:
            return lapse(ClockReading(at_us=self.acknowledged_us, by=viewer), now)
        return lapse(ClockReading(at_us=self.since_us, by=self.asker), now)

    def sentence(self, now_us: int, viewer: str) -> str:
        """Say it in one line."""
        ran, who = self.lapse(now_us, viewer), f"stop from {self.asker} to {self.party}"
        if self.answer is not None:
            return f"{who}: {self.answer} {ran.sentence()}"
        running = "RUNNING" if ran.us is None else f"RUNNING for {ran.us // 1_000_000} s"
        clocks = f", asked {ran.began.sentence()}, and it is {ran.ended.sentence()}" if ran.us is None else ""
        return f"{who}: {running}{clocks}; {self._reached(viewer)}"

    def _reached(self, viewer: str) -> str:
        passed = f"; passed to {', '.join(unit for unit, _ in self.passed)}" if self.passed else ""
        if self.read_us is not None:
            return f"read by an officer, who has neither complied nor rejected{passed}"
        if viewer == self.party:
            return f"held by this station{passed}"
        held = self.held_us is not None or self.acknowledged_us is not None
        return f"{'held by its station' if held else 'not held by its station yet'}{passed}"


def asked_volumes(
    stop: Message, now_us: int
) -> tuple[tuple[Volume4D, Literal["in its volume", "near its place"]], ...]:
    """Return the ground and times that a stop asks about."""
    asked: list[tuple[Volume4D, Literal["in its volume", "near its place"]]] = [
        (v, "in its volume") for v in stop.volumes
    ]
    if stop.within is not None:
        circle = Circle(centre=stop.within.centre, radius_mm=stop.within.radius_mm)
        asked.append((Volume4D(end_us=now_us + AHEAD_US, outline=circle, start_us=now_us), "near its place"))
    return tuple(asked)


def matches(stop: Message, own: Iterable[Own], now_us: int) -> tuple[Matched, ...]:
    """Return the own activities that a stop concerns: named by it, or meeting its ground and times; touching counts."""
    found = []
    asked = asked_volumes(stop, now_us)
    named = set(stop.about)
    for one in own:
        if one.version in named:
            found.append(Matched(own=one, why="named"))
            continue
        why = next((why for volume, why in asked if any(meets(volume, v, TOUCHING) for v in one.volumes)), None)
        if why is not None:
            found.append(Matched(own=one, why=why))
    return tuple(found)
