"""A stormy world: clocks off, stations and host that are killed at any moment, lines that lose, delay and repeat.

Everything follows from one seed. Host and stations are production's loops (`tests.world`). What must hold at the end is in
`test_simulation.py`.
"""

from __future__ import annotations

import random
from typing import NamedTuple

import msgspec
from tests.support import stations, world
from tests.support.stations import message, response
from tests.world.weather import Weather
from tests.world.world import PARTIES, SECOND, World

from detente.ledger.genesis import Genesis
from detente.network.following.sync import Pace
from detente.node.host.limits import LimitRules, Rate

STORM_S, CALM_S = 240, 150
LADDERS = {
    "exchange_every_us": 30 * SECOND,
    **{f"ladder_{name}_{reach}_us": after * SECOND for name, times in {
        "urgent": (20, 20, 40, 80),
        "stop": (10, 10, 20, 40),
        "priority": (30, 60, 90, 120),
    }.items() for reach, after in zip(("director", "alternate_channel", "higher_level", "host_duty_officer"), times, strict=True)},
}  # fmt: skip
GENESIS = msgspec.structs.replace(stations.the_genesis(), rules={**stations.RULES, **LADDERS})
ROOMY = Rate(burst=1_000_000, per_second=1_000_000)
LIMITS = LimitRules(bytes=ROOMY, entries=ROOMY, logins=ROOMY, reads=ROOMY, writes=ROOMY)
BRISK = Pace(poll_s=10.0, again_s=(0.1, 0.5, 2.0), watch_s=10.0)


class Sent(NamedTuple):
    """What an officer sent: its id, who, to whom, how urgent, and when by the true clock."""

    id: bytes
    author: str
    to: tuple[str, ...]
    urgency: str
    at_us: int


class Storm(World):
    """The world, with faults drawn from a seed. Times are the true clock's; a station's own is up to 5 min off."""

    def __init__(self, seed: int, *, genesis: Genesis = GENESIS, pace: Pace = BRISK) -> None:
        drawn = random.Random(seed)
        skew_us = {party: drawn.randint(-300, 300) * SECOND for party in PARTIES}
        super().__init__(seed, genesis=genesis, limits=LIMITS, pace=pace, skew_us=skew_us)
        self.drawn = drawn
        self.count = 0
        self.sent: list[Sent] = []
        self.replies: dict[tuple[bytes, str], int] = {}

    # --- the host ---

    def host_dies(self) -> None:
        """Killed where it stands, or at the next step of its next batch."""
        step = self.drawn.choice((None, "before-store", "after-store", "after-sign", "before-answer"))
        if step is None:
            self.host.leaves()
        else:
            self.host.fails_at = step

    def host_restarts(self) -> None:
        self.host.returns()

    # --- officers ---

    def says(self, party: str, urgency: str, to: tuple[str, ...]) -> None:
        """An officer sends a message. It counts, and half of those to whom it goes will answer, once the station has kept it."""
        if not self.station(party).runs:
            return
        self.count += 1
        body = message(urgency, words=f"{urgency} {self.count}")
        at_us, (entry, kept) = self.now_us, self.station(party).hands_in(body, to)
        sent = Sent(entry, party, to, urgency, at_us)
        kept.add_done_callback(lambda done: done.cancelled() or self._said(sent))

    def _said(self, sent: Sent) -> None:
        self.sent.append(sent)
        for other in sent.to:
            if self.drawn.random() < 0.5:
                answer = "comply" if sent.urgency == "stop" else self.drawn.choice(("acknowledge", "confirm"))
                self.after(self.drawn.randint(2, 100), lambda o=other, a=answer: self.answers(o, sent, a))

    def answers(self, party: str, sent: Sent, answer: str) -> None:
        """An officer answers as soon as the station runs and holds what it is about, and again if the answer was not kept."""
        if (sent.id, party) in self.replies:
            return
        station = self.station(party)
        if station.runs and station.holds(sent.id):
            at_us, (_, kept) = self.now_us, station.hands_in(response(sent.id, answer), [sent.author])
            key = sent.id, party
            kept.add_done_callback(lambda done: done.cancelled() or self.replies.setdefault(key, at_us))
        self.after(3, lambda: self.answers(party, sent, answer))

    # --- time ---

    def after(self, seconds: float, work) -> None:
        """Have something done after so many seconds."""
        self.at(self.now_us + round(seconds * SECOND), work)

    def storm(self) -> None:
        """Draw what happens, let it happen, then heal everything and let the ladders come to their ends."""
        weather = Weather(self, self.drawn)
        draw = self.drawn
        for _ in range(draw.randint(3, 6)):
            party = draw.choice(PARTIES)
            others = [p for p in PARTIES if p != party]
            to = tuple(sorted(draw.sample(others, draw.randint(1, 2))))
            urgency = draw.choice(("stop", "urgent", "urgent", "priority"))
            self.after(draw.randint(1, STORM_S - 60), lambda p=party, u=urgency, t=to: self.says(p, u, t))
        for _ in range(draw.randint(1, 5)):
            station, at = self.station(draw.choice(PARTIES)), draw.randint(0, STORM_S) + draw.random()
            self.after(at, station.crashes)
            self.after(at + draw.uniform(0, 60), station.comes_back)
        for _ in range(draw.randint(0, 3)):
            at = draw.randint(0, STORM_S)
            self.after(at, self.host_dies)
            self.after(at + draw.uniform(0, 90), self.host_restarts)
        self.run(STORM_S)
        weather.bad = False
        self.host_restarts()
        for party in PARTIES:
            if not self.station(party).runs:
                self.station(party).comes_back()
        self.run(CALM_S)


__all__ = ["GENESIS", "PARTIES", "Sent", "Storm", "world"]
