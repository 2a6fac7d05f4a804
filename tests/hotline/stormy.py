"""A stormy world of real station nodes and a real host node: clocks off, stations and host that die, lines that delay and repeat.

Everything follows from one seed. The host's gate is the product's own (`node.host.Host`): it admits, refuses, and is loaded again
from its rows after each death. What must hold at the end is in `test_simulation.py`.
"""

from __future__ import annotations

import heapq
import random
from typing import NamedTuple

import msgspec
from tests.support import stations, world
from tests.support.stations import SECOND, World, message, response

from detente.ledger.genesis import sign_genesis
from detente.node.examine import examine
from detente.node.host import Host as Gate
from detente.node.limits import LimitRules, Rate
from detente.node.rows import StoredEntry
from detente.node.station import handle
from detente.node.station_inputs import HostUnreachable, Tick
from detente.node.station_values import WakeAt

PARTIES = ("cjtf", "rus", "un")
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
LEDGER = world.ledger_id(GENESIS)
ROOMY = Rate(burst=1_000_000, per_second=1_000_000)


class Sent(NamedTuple):
    """What an officer sent: its id, who, to whom, how urgent, and when by the true clock."""

    id: bytes
    author: str
    to: tuple[str, ...]
    urgency: str
    at_us: int


class Storm(World):
    """The world, with faults drawn from a seed. Times are the true clock's; a station's own is `skew` off."""

    def __init__(self, seed: int, *, pictures: bool = False) -> None:
        self.random = random.Random(seed)
        self.skew = {party: self.random.randint(-300, 300) * SECOND for party in PARTIES}
        self.off: set[str] = set()
        self.rows: list[StoredEntry] = []
        self.later: list[tuple[int, int, tuple]] = []
        self.count = 0
        self.stormy = True
        self.sent: list[Sent] = []
        self.replies: dict[tuple[bytes, str], int] = {}
        self.gate = self.load_gate()
        super().__init__(PARTIES, pictures=pictures)
        self.host.accept = self.accept  # type: ignore[method-assign]

    # --- the host ---

    def load_gate(self) -> Gate:
        roots = {party: world.signing(party, "root") for party in PARTIES}
        gate = Gate(sign_genesis(GENESIS, roots), LimitRules(entries=ROOMY, bytes=ROOMY))
        gate.load([gate.genesis_row(b""), *self.rows])
        return gate

    def accept(self, party: str, raw: bytes, now_us: int) -> bytes | None:
        if self.stormy and self.random.random() < 0.1:
            return self.lost(party)
        index = self.gate.admit(examine(raw, world.SLOTS, LEDGER), raw, party, now_us)
        batch = self.gate.take_batch()
        if batch is not None:
            self.rows += batch.rows
            self.gate.stored()
            self.gate.signed()
        receipt = type(self.host).accept(self.host, party, raw, self.gate.last_us)
        assert len(self.host.main.leaves) == self.gate.published > index
        return self.lost(party) if self.stormy and self.random.random() < 0.1 else receipt

    def lost(self, party: str) -> None:
        """The line broke before the host took it in, or after."""
        self.give(party, HostUnreachable("no answer"))

    def host_dies(self) -> None:
        self.host.dead = True

    def host_restarts(self) -> None:
        """Loaded again from what it had stored."""
        self.gate = self.load_gate()
        self.host.dead = False

    # --- stations, each by its own clock ---

    def start(self, party: str):
        true_us, self.now_us = self.now_us, self.now_us + self.skew[party]
        try:
            station = super().start(party)
        finally:
            self.now_us = true_us
        self.wake[party] = true_us
        return station

    def give(self, party: str, given) -> None:
        if party in self.off:
            return
        _, effects = handle(self.stations[party], given, self.now_us + self.skew[party])
        for keep in [e for e in effects if type(e).__name__ == "Keep"]:
            self.copies[party].write(keep)
        for effect in effects:
            if isinstance(effect, WakeAt):
                self.wake[party] = max(effect.at_us - self.skew[party], self.now_us + 1)
            else:
                self.todo.append((party, effect))

    def follow(self, party: str) -> None:
        if party in self.off:
            return
        if self.host.dead:
            if self.stations[party].sending.host_answers:
                self.give(party, HostUnreachable("no answer"))
            return
        super().follow(party)

    def dies(self, party: str) -> None:
        """Killed: what was under way is lost; what was kept is not."""
        self.off.add(party)
        self.todo = type(self.todo)((p, e) for p, e in self.todo if p != party)

    def comes_back(self, party: str) -> None:
        self.off.discard(party)
        self.restart(party)

    # --- lines that lose, delay and repeat ---

    def _send(self, party: str, to: str, kind: str, about: bytes, data: bytes) -> None:
        times = self.random.choices((0, 1, 2, 3), (2, 6, 2, 1))[0] if self.stormy else 1
        for _ in range(times):
            delay_us = self.random.randint(0, 40 * SECOND) if self.stormy and self.random.random() < 0.3 else 0
            self.do_at(self.now_us + delay_us, ("envelope", party, to, kind, about, data))
        if not times:
            self.do_at(self.now_us, ("lost", party, to, kind, about))

    def do_at(self, at_us: int, act: tuple) -> None:
        self.count += 1
        heapq.heappush(self.later, (at_us, self.count, act))

    def _act(self, act: tuple) -> None:
        from detente.node.station_inputs import PeerUnreachable

        match act:
            case ("envelope", party, to, kind, about, data) if to not in self.off and party not in self.off:
                World._send(self, party, to, kind, about, data)
            case ("envelope", party, to, kind, about, _) | ("lost", party, to, kind, about):
                self.give(party, PeerUnreachable(to, kind, about))
            case ("message", party, urgency, to):
                self._say(party, urgency, to)
            case ("answer", party, about, author, answer):
                if party in self.off or not self._holds(party, about):
                    self.do_at(self.now_us + 3 * SECOND, act)
                else:
                    self.send(party, response(about, answer), [author])
                    self.replies.setdefault((about, party), self.now_us)
            case ("dies", party):
                self.dies(party)
            case ("back", party) if party in self.off:
                self.comes_back(party)
            case ("host dies",):
                self.host_dies()
            case ("host back",):
                self.host_restarts()

    def _holds(self, party: str, entry: bytes) -> bool:
        station = self.stations[party]
        return entry in station.peers.direct or entry in {found for found, _ in self.copies[party].known.values()}

    # --- officers ---

    def send(self, party: str, body, audience, **more) -> bytes:
        true_us, self.now_us = self.now_us, self.now_us + self.skew[party]
        try:
            station, given = self.stations[party], []
            give, self.give = self.give, lambda p, g: given.append((p, g))  # type: ignore[method-assign]
            entry = super().send(party, body, audience, **more)
        finally:
            self.give = give  # type: ignore[method-assign]
            self.now_us = true_us
        assert station is self.stations[party]
        for p, g in given:
            self.give(p, g)
        return entry

    def _say(self, party: str, urgency: str, to: tuple[str, ...]) -> None:
        if party in self.off:
            return
        self.count += 1
        entry = self.send(party, message(urgency, words=f"{urgency} {self.count}"), to)
        self.sent.append(Sent(entry, party, to, urgency, self.now_us))
        for other in to:
            if self.random.random() < 0.5:
                answer = "comply" if urgency == "stop" else self.random.choice(("acknowledge", "confirm"))
                self.do_at(self.now_us + self.random.randint(2, 100) * SECOND, ("answer", other, entry, party, answer))

    # --- time ---

    def run(self, seconds: float = 0) -> None:
        until = self.now_us + int(seconds * SECOND)
        self.settle()
        while True:
            awake = [at for party, at in self.wake.items() if party not in self.off]
            due = min([*awake, *(at for at, _, _ in self.later[:1])], default=until + 1)
            if due > until:
                break
            self.now_us = max(self.now_us, due)
            while self.later and self.later[0][0] <= self.now_us:
                self._act(heapq.heappop(self.later)[2])
            for party in self.parties:
                if party not in self.off and self.wake[party] <= self.now_us:
                    self.wake[party] = self.now_us + 10**15
                    self.give(party, Tick())
            self.settle()
        self.now_us = until
        self.settle()

    def storm(self) -> None:
        """Draw what happens, let it happen, then heal everything and let the ladders come to their ends."""
        draw = self.random
        start = self.now_us
        for _ in range(draw.randint(3, 6)):
            party = draw.choice(PARTIES)
            others = [p for p in PARTIES if p != party]
            to = tuple(sorted(draw.sample(others, draw.randint(1, 2))))
            urgency = draw.choice(("stop", "urgent", "urgent", "priority"))
            self.do_at(start + draw.randint(1, STORM_S - 60) * SECOND, ("message", party, urgency, to))
        for _ in range(draw.randint(1, 5)):
            party, at = draw.choice(PARTIES), start + draw.randint(0, STORM_S) * SECOND + draw.randint(0, SECOND)
            self.do_at(at, ("dies", party))
            self.do_at(at + draw.randint(0, 60 * SECOND), ("back", party))
        for _ in range(draw.randint(0, 3)):
            at = start + draw.randint(0, STORM_S) * SECOND
            self.do_at(at, ("host dies",))
            self.do_at(at + draw.randint(0, 90 * SECOND), ("host back",))
        self.run(STORM_S)
        self.stormy = False
        if self.host.dead:
            self.host_restarts()
        for party in sorted(self.off):
            self.comes_back(party)
        self.run(CALM_S)


__all__ = ["GENESIS", "LEDGER", "PARTIES", "Sent", "Storm"]
