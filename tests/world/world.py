"""One world: a host and stations, the production loops of each, over a network and disks in memory, in time that jumps.

    with World() as world:
        told = world.station("rus").sends(message("urgent"), ["un"])
        world.run(30)
        assert world.station("un").alarms("urgent")

Everything is one process and one thread (`loop`), so a run follows from its seed. `weather` brings faults; without it nothing
goes wrong that a test does not do.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec
import structlog
from tests.support import world as keys
from tests.support.stations import GENESIS, START_US
from tests.world.copy import Disk, DiskCopy
from tests.world.loop import JumpingLoop, Process
from tests.world.network import Line, Listener, Network

from detente.errors import Unavailable
from detente.geometry.volume import Volume4D
from detente.host.app import HostApp
from detente.host.engine import HostLoop
from detente.host.metrics import Metrics
from detente.host.tokens import Tokens
from detente.ledger import canonical
from detente.ledger import keys as ledger_keys
from detente.ledger.entry import Draft, Submission, check_submission, encode_submission
from detente.ledger.facets import Facet
from detente.ledger.genesis import Genesis, ledger_id, sign_genesis
from detente.ledger.keys import SigningKey
from detente.ledger.readable import ReadableEntry
from detente.network.client import HostClient
from detente.network.following.sync import Pace
from detente.network.peers import PeersClient
from detente.node.host.host import HostLedger
from detente.node.host.limits import LimitRules
from detente.node.station.effects import Effect
from detente.node.station.inputs import Input, PresenceSet, Release, Tick
from detente.node.station.state import Me, Station
from detente.picture.known import Entry, known_of
from detente.picture.picture import Picture
from detente.records.body import Body
from detente.records.registry import REGISTRY
from detente.rules.notices.screening.screening import Presence
from detente.station.direct import direct_app
from detente.station.engine import StationLoop
from detente.storage import MemoryStore
from detente.wiring.station import StationConfig, StationParts, load_memory

PARTIES = ("cjtf", "rus", "un")
SECOND = 1_000_000
LEISURELY = Pace(poll_s=30.0, watch_s=30.0)
"""For stories of hours: what is rung for comes at once all the same; only an empty look costs as much as a full one."""

CALM = msgspec.structs.replace(GENESIS, rules={**GENESIS.rules, "exchange_every_us": 600 * SECOND})
"""A ledger whose stations show each other their checkpoints every ten minutes, not every five seconds: hours pass quickly."""

NOWHERE = Path("/nowhere")
T = TypeVar("T")


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """No log lines; and a signature verified once is not verified again, which for a pure function changes nothing."""
    before, verify = structlog.get_config(), ledger_keys.crypto_sign_open
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    ledger_keys.crypto_sign_open = lru_cache(maxsize=65_536)(verify)
    try:
        yield
    finally:
        structlog.configure(**before)
        ledger_keys.crypto_sign_open = verify


class WorldClock:
    """The loop's time as a station's or the host's clock shows it."""

    def __init__(self, loop: JumpingLoop, skew_us: int = 0) -> None:
        self._loop = loop
        self.skew_us = skew_us

    def now_us(self) -> int:
        return START_US + self._loop.now_us + self._loop.suspended_us + self.skew_us


class ReopenedStore(MemoryStore):
    """What a former process has stored, in the hands of the next."""

    def __init__(self, former: MemoryStore) -> None:
        super().__init__()
        self._rows, self._kept = former._rows, former._kept


class WorldHost:
    """The host of a world. Its store outlives it; sessions, batches under way and streams do not."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.store: MemoryStore = MemoryStore()
        self.clock = WorldClock(world.loop)
        self.fails_at = ""
        """The step (`host.engine.FAILPOINTS`) at which the next batch fails; nothing is written then until a restart."""
        self.start()

    def start(self) -> None:
        """Begin a process, loaded from the store."""
        world = self._world
        self.process = Process("host")
        self.store = ReopenedStore(self.store)
        self.engine = HostLoop(
            lambda: HostLedger(world.signed, world.limits),
            self.store,
            keys.signing("host", "log"),
            now=self.clock.now_us,
            tick=self.clock.now_us,
            failpoint=self._step,
            metrics=Metrics(),
        )
        self.engine.load(world.genesis_bytes)
        self.app = HostApp(self.engine, Tokens.fresh(world.ledger), world.genesis_bytes, round_s=world.round_s)
        world.network.listeners["host"] = Listener(self.process, self.app)

    def _step(self, name: str) -> None:
        if name == self.fails_at:
            self.fails_at = ""
            raise Unavailable(f"failed {name} (test)")

    def leaves(self) -> None:
        """The host's process is killed: who waits for it hears the line break."""
        self._world.network.listeners.pop("host", None)
        self.store.close()
        self.process.kill(self._world.loop)

    def returns(self) -> None:
        """The host starts again, from what it had stored. It is killed first if it runs."""
        if not self.process.dead:
            self.leaves()
        self.fails_at = ""
        self._world.network.hanging.discard("host")
        self.start()


class WorldStation:
    """One station of a world, and the officers at it."""

    def __init__(self, world: World, party: str, skew_us: int) -> None:
        self._world = world
        self.party = party
        self.disk = Disk()
        self.clock = WorldClock(world.loop, skew_us)
        self.start()

    # --- its life ---

    def start(self) -> None:
        """Begin a process, loaded from the own copy."""
        world, party = self._world, self.party
        me = Me(
            cosigner_key=keys.signing(party, "cosigner"),
            exchange_key=keys.exchange(party),
            genesis=world.genesis,
            party=party,
            peers=tuple(p for p in world.parties if p != party),
            station_key=keys.signing(party, "station"),
        )
        self.process = Process(party)
        self.copy = DiskCopy(self.disk, world.disk_takes)
        picture, state = load_memory(me, self.copy, self.clock.now_us())
        parts = StationParts(
            clock=self.clock,
            config=StationConfig(host="http://host", party=party, peers={p: f"http://{p}" for p in me.peers}),
            copy=self.copy,
            folder=NOWHERE,
            genesis=world.signed,
            genesis_bytes=world.genesis_bytes,
            local_token="",
            officers={},
            picture=picture,
            state=state,
            tightened=(),
        )
        line = Line(world.network, self.process)
        client = HostClient(
            parts.config.host,
            ledger=state.ledger,
            party=party,
            station_public=me.station_key.public,
            sign=me.station_key.sign,
            transport=line,
        )
        peers = PeersClient(parts.config.peers, transport=line)
        self.engine = StationLoop(parts, client, peers, draw=world.random_bytes, pace=world.pace)
        self.engine.work_failed = self._mistake  # type: ignore[method-assign]
        world.network.listeners[party] = Listener(self.process, direct_app(self.engine))
        self.process.context.run(world.loop.create_task, self.engine.start())

    def crashes(self) -> None:
        """The process is killed: what had not reached the disk is lost."""
        self._world.network.listeners.pop(self.party, None)
        self.copy.pull_the_plug()
        self.process.kill(self._world.loop)

    def comes_back(self) -> None:
        """The station starts again, from its own copy. It is killed first if it runs."""
        if not self.process.dead:
            self.crashes()
        self.start()

    @property
    def runs(self) -> bool:
        """Whether its process lives."""
        return not self.process.dead

    def _mistake(self, name: str, error: BaseException) -> None:
        self._world.mistakes.append((f"{self.party}: {name}", error))
        StationLoop.work_failed(self.engine, name, error)

    # --- what it holds ---

    @property
    def state(self) -> Station:
        """What its node holds."""
        return self.engine.state

    @property
    def picture(self) -> Picture:
        """What its views hold."""
        return self.engine.parts.picture

    def alarms(self, kind: str | None = None) -> list[Any]:
        """Return the alarms that were raised, of one kind or all."""
        return [alarm for alarm in self.state.alarms.raised if kind is None or alarm.kind == kind]

    def holds(self, entry: bytes) -> bool:
        """Whether an entry is in the own copy, or has come directly."""
        return entry in self.state.peers.direct or any(entry == found for found, _ in self.disk.known.values())

    def entries(self) -> list[Entry]:
        """Return every entry that it may read and holds, in order of the ledger, read again from its own copy."""
        rows = sorted((index, raw) for index, (_, raw) in self.disk.known.items())
        return [_known(index, msgspec.json.decode(raw, type=ReadableEntry)) for index, raw in rows]

    # --- what its officers do ---

    def sends(self, body: Body, to: Iterable[str], *, signer: str = "watch-1", supersedes: str | None = None) -> bytes:
        """An officer signs an entry and hands it to the station; returns its id."""
        return self.hands_in(body, to, signer=signer, supersedes=supersedes)[0]

    def hands_in(
        self, body: Body, to: Iterable[str], *, signer: str = "watch-1", supersedes: str | None = None
    ) -> tuple[bytes, asyncio.Future[None] | None]:
        """As `sends`; also returns what is done once the entry is durable here, as an officer is told only then."""
        kind, form, data = REGISTRY.write(body)
        audience = tuple(sorted(to))
        facets: list[Facet | None] = [None] * 4
        facets[REGISTRY.position(body)] = Facet(audience=audience, body=msgspec.Raw(data), form=form)
        draft = Draft(
            audience=audience,
            author=self.party,
            facets=tuple(facets),  # type: ignore[arg-type]
            kind=kind,
            signed_at_us=self.clock.now_us(),
            supersedes=supersedes,
        )
        return self.seals(draft, keys.signing(self.party, signer))

    def seals(self, draft: Draft, key: SigningKey) -> tuple[bytes, asyncio.Future[None] | None]:
        """Seal a draft and hand it in."""
        composed = self.engine.sealed(draft, key)
        world = self._world
        entry = check_submission(encode_submission(composed.submission), world.genesis.slots, world.ledger).id
        return entry, self.gives(composed)

    def gives(self, given: Input) -> asyncio.Future[None] | None:
        """Give the engine an input, as the local listener does for an officer. Raises what it raises."""
        return self._world.within(self.process, lambda: self.engine.give(given))[0]

    def repeats(self, effect: Effect) -> None:
        """Have something carried out that the node had decided before."""
        self._world.within(self.process, lambda: self.engine._do(effect))

    def states_presence(self, *volumes: Volume4D, speaks_for: tuple[str, ...] = ()) -> None:
        """Somebody here says where own people are."""
        held_from_us = self.clock.now_us()
        presence = tuple(Presence(held_from_us=held_from_us, party=self.party, volume=v) for v in volumes)
        self.gives(PresenceSet(presence, speaks_for or (self.party,)))

    def releases(self) -> None:
        """An officer lets go what the station holds back."""
        self.gives(Release("watch-1"))


def _known(index: int, raw: ReadableEntry) -> Entry:
    facets = [None if opening is None else opening.facet for opening in raw.facets]
    return known_of(index, raw.received_at_us, raw.id, raw.header, facets)


class World:
    """A host, stations, a network, and time. `seed` draws salts and, if there is `weather`, faults."""

    def __init__(
        self,
        seed: int = 0,
        *,
        parties: tuple[str, ...] = PARTIES,
        genesis: Genesis = GENESIS,
        limits: LimitRules | None = None,
        pace: Pace = LEISURELY,
        round_s: float = 0.0,
        skew_us: dict[str, int] | None = None,
    ) -> None:
        self.random = random.Random(seed)
        self.random_bytes = self.random.randbytes
        self.parties, self.genesis = parties, genesis
        self.ledger = ledger_id(genesis)
        self.signed = sign_genesis(genesis, {party: keys.signing(party, "root") for party in keys.PARTIES})
        self.genesis_bytes = canonical.encode(self.signed)
        self.limits = limits or LimitRules()
        self.pace, self.round_s = pace, round_s
        self.mistakes: list[tuple[str, BaseException]] = []
        self.write_us: Callable[[], int] = lambda: 0
        """How long a write to a disk takes."""
        self.loop = JumpingLoop()
        self.network = Network(self.loop)
        self.host = WorldHost(self)
        skews = skew_us or {}
        self.stations = {party: WorldStation(self, party, skews.get(party, 0)) for party in parties}

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill everybody and let go of the loop."""
        for station in self.stations.values():
            station.crashes()
        self.host.leaves()
        self.loop.run_until(self.loop.now_us)
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        while left := asyncio.all_tasks(self.loop):
            for task in left:
                task.cancel()
            self.loop.run_until(self.loop.now_us)
        self.loop.close()

    # --- time ---

    @property
    def now_us(self) -> int:
        """The true time. A station's own clock may be off."""
        return START_US + self.loop.now_us + self.loop.suspended_us

    def run_until(self, at_us: int) -> None:
        """Let time pass to a moment, with everything that is due by then."""
        self.loop.run_until(at_us - START_US - self.loop.suspended_us)
        self.raise_mistakes()

    def run(self, seconds: float = 0) -> None:
        """Let time pass."""
        self.run_until(self.now_us + round(seconds * SECOND))

    def settle(self) -> None:
        """Let everything happen that follows at this very moment."""
        self.run(0)

    def all_sleep(self, seconds: float) -> None:
        """Suspend every machine: clocks go on, nothing runs, and on waking each station looks at what is due."""
        self.loop.suspended_us += round(seconds * SECOND)
        for station in self.stations.values():
            station.gives(Tick())

    def at(self, at_us: int, work: Callable[[], object]) -> None:
        """Have something done when its time has come."""
        self.loop.call_later((at_us - self.now_us) / SECOND, work)

    def within(self, process: Process, work: Callable[[], T]) -> T:
        """Do something as part of a process, and nothing that follows from it."""
        found: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                found.append(work())
            except BaseException as error:
                errors.append(error)

        if self.loop.is_running():
            process.context.run(run)
        else:
            self.loop.call_soon(run, context=process.context)
            self.loop.one_turn()
        if errors:
            raise errors[0]
        return found[0]

    def raise_mistakes(self) -> None:
        """Fail on an error that a part of a station ended in, or that nobody awaited."""
        for name, error in self.mistakes:
            raise AssertionError(f"{name} failed at {self.now_us - START_US} us") from error
        for context in self.loop.unseen:
            raise AssertionError(str(context)) from context.get("exception")

    # --- who is there, and what lies between ---

    def recorded(self) -> dict[int, Submission]:
        """Return every entry of the ledger by index."""
        rows = self.host.store.read(1, self.host.store.size())
        return {row.index: msgspec.json.decode(row.submission, type=Submission) for row in rows if row.submission}

    def station(self, party: str) -> WorldStation:
        """Return a party's station."""
        return self.stations[party]

    def send(self, party: str, body: Body, to: Iterable[str], **more: Any) -> bytes:
        """An officer of a party sends an entry; returns its id."""
        return self.station(party).sends(body, to, **more)

    def alarms(self, party: str, kind: str | None = None) -> list[Any]:
        """Return what a party's station has raised."""
        return self.station(party).alarms(kind)

    def restart(self, party: str) -> None:
        """Kill a station at this moment and start it again from what it had kept."""
        self.station(party).comes_back()

    def kinds(self, party: str) -> list[str]:
        """Return the kinds of the entries that a station holds, in order of the ledger."""
        return [known.kind for known in self.station(party).entries()]

    def cut(self, one: str, other: str) -> None:
        """Cut the line between two ("host" is one, too)."""
        self.network.cut_off(one, other)

    def mend(self, one: str, other: str) -> None:
        """Mend the line between two."""
        self.network.cut.discard(frozenset((one, other)))

    def disk_takes(self, done: Callable[[], None]) -> None:
        """Have a write reach its disk."""
        late_us = self.write_us()
        if late_us:
            self.loop.call_later(late_us / SECOND, done)
        else:
            done()
