"""One world: the product's host (its ASGI application, no sockets), three of its station nodes, a step clock, and fresh salts.

Everything that the observer's side receives is written down with the virtual time at which it came: each answer of the host to
its station and to its questions (status, headers, chunks of the body), its event stream, what other stations send it or answer
it directly, and the alarms of its own station.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import msgspec
from tests.support import world
from tests.support.hosts import HOST_KEY, login_body
from tests.support.stations import GENESIS, START_US, Copy, NoPicture
from tests.worlds.normal import Normal

from detente.errors import Refused
from detente.host.app import HostApp
from detente.host.engine import HostLoop
from detente.host.metrics import Metrics
from detente.host.tokens import Tokens
from detente.ledger import canonical
from detente.ledger.entry import Draft, check_submission, encode_submission, seal_keeping
from detente.ledger.genesis import sign_genesis
from detente.ledger.keys import SigningKey
from detente.network.client import _problems
from detente.network.serving.connection import PEER, Peer
from detente.node.host.host import HostLedger
from detente.node.host.limits import LimitRules, Rate
from detente.node.station.effects import Compose, Raise, Refetch, Reply, SendCosignature, SendDirect, Submit, WakeAt
from detente.node.station.handle import handle
from detente.node.station.inputs import (
    CheckpointArrived,
    Composed,
    DirectAnswered,
    DirectArrived,
    EntriesArrived,
    HostAnswered,
    HostRefused,
    HostUnreachable,
    LeavesArrived,
    PeerUnreachable,
    PresenceSet,
    Receipted,
    Tick,
)
from detente.node.station.load import load
from detente.node.station.parts.checking import Page, check_page
from detente.node.station.parts.screener import HolderScreener, rules_of
from detente.node.station.state import Me, Station
from detente.rules.notices.screening.screening import Presence
from detente.station.direct import direct_app
from detente.storage import MemoryStore
from detente.wiring.clocks import StepClock

PARTIES = ("cjtf", "rus", "un")
RULES = msgspec.structs.replace(
    GENESIS,
    rules={**GENESIS.rules, "exchange_every_us": 60_000_000},
    screening=msgspec.structs.replace(GENESIS.screening, epoch_us=3_600_000_000),
)
SIGNED = sign_genesis(RULES, world.roots())
GENESIS_BYTES = canonical.encode(SIGNED)
LIMITS = LimitRules(reads=Rate(burst=150, per_second=50), entries=Rate(burst=100, per_second=20))
PUBLIC = [world.ledger_id(RULES).hex(), HOST_KEY.public.hex()] + [
    key
    for founder in RULES.founders
    for key in (
        founder.cosigner_key,
        founder.exchange_key,
        founder.root_key,
        founder.station_key,
        *(officer.key for officer in founder.officers),
    )
]
TURNS = 12
"""Turns of the loop after which everything set off by one input has happened."""

MOMENTS = 1000
"""Moments between two steps of a story at most; a story of an hour has some hundred."""

Seen = tuple[int, str, Any]
"""When, what, and what it held."""


class Sim:
    """A world being played. `observer` is whose side is written down; `salt` makes the random values of this world."""

    def __init__(self, observer: str, salt: int) -> None:
        self.observer = observer
        self.ledger = world.ledger_id(RULES)
        self.clock = StepClock(START_US)
        self.random = random.Random(salt)
        self.salts = self._salts()
        self.normal = Normal(RULES.slots, PUBLIC)
        self.seen: list[Seen] = []
        self.hidden: list[bytes] = []
        """Ids of what others sent and the observer may not read, in the order of sending; some of it the host refused."""
        self.engine = HostLoop(
            lambda: HostLedger(SIGNED, LIMITS),
            MemoryStore(),
            HOST_KEY,
            now=self.clock.now_us,
            tick=self.clock.now_us,
            failpoint=lambda name: None,
            metrics=Metrics(),
        )
        self.engine.load(GENESIS_BYTES)
        self.app = HostApp(self.engine, Tokens.fresh(self.ledger), GENESIS_BYTES, round_s=0.0)
        self.peers = {party: Peer(address=party) for party in PARTIES}
        self.tokens: dict[str, str] = {}
        self.away: set[str] = set()
        self.stations: dict[str, Station] = {}
        self.copies = {party: Copy() for party in PARTIES}
        self.wake: dict[str, int] = {}
        self.cosigned: dict[str, bytes] = {}
        self.then: dict[str, Callable[[], None]] = {}
        """What a party does as soon as its station has seen the ledger grow."""
        self.todo: deque[tuple[str, Any]] = deque()
        self.gone = asyncio.Event()

    @property
    def now_us(self) -> int:
        return self.clock.now_us()

    def _salts(self) -> Iterator[bytes]:
        while True:
            yield self.random.randbytes(32)

    def see(self, what: str, held: Any) -> None:
        """Write down something that reached the observer."""
        self.seen.append((self.now_us - START_US, what, held))

    # --- life

    async def start(self) -> None:
        """Log everybody in, open the observer's stream, start the stations."""
        for party in PARTIES:
            await self.login(party)
        self.stream = asyncio.create_task(self._stream())
        for party in PARTIES:
            me = Me(
                cosigner_key=world.signing(party, "cosigner"),
                exchange_key=world.exchange(party),
                genesis=RULES,
                party=party,
                peers=tuple(p for p in PARTIES if p != party),
                station_key=world.signing(party, "station"),
            )
            screener = HolderScreener(rules_of(RULES.screening))
            station = Station(me=me, picture=NoPicture(RULES), screener=screener, read_entry=lambda index: None)
            load(station, {}, [], [], self.now_us)
            self.stations[party] = station
            self.wake[party] = self.now_us
        await self.until(self.now_us + 1)

    async def stop(self) -> None:
        """Hang up."""
        self.gone.set()
        await self.stream

    async def login(self, party: str) -> None:
        self.tokens.pop(party, None)
        challenge = (await self.ask(party, "POST", "/v1/session/challenge", b"{}"))[2]
        body = login_body(party, msgspec.json.decode(challenge)["challenge"], self.ledger)
        status, _, data = await self.ask(party, "POST", "/v1/session", body)
        assert status == 200, data
        self.tokens[party] = msgspec.json.decode(data)["token"]

    # --- the host, asked without a socket

    async def ask(
        self, party: str, method: str, path: str, body: bytes = b"", label: str = "", **headers: str
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Send one request in a party's session; what the observer gets back is written down, chunk by chunk."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(self._scope(party, method, path, headers), receive, send)
        head, *chunks = sent
        if party == self.observer:
            self._see_answer(f"{method} {label or path}", path.partition("?")[0], head, chunks)
        return head["status"], head["headers"], b"".join(chunk["body"] for chunk in chunks)

    def _scope(self, party: str, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        path, _, query = path.partition("?")
        given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        if party in self.tokens and "authorization" not in headers:
            given.append((b"authorization", b"Bearer " + self.tokens[party].encode()))
        return {
            "headers": given,
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "type": "http",
            PEER: self.peers[party],
        }

    def _see_answer(self, what: str, path: str, head: dict[str, Any], chunks: list[dict[str, Any]]) -> None:
        kind = dict(head["headers"]).get(b"content-type", b"")
        bodies = [chunk["body"] for chunk in chunks]
        if path == "/v1/session" and head["status"] == 200:
            held: list[str] = [self.normal.session(body) for body in bodies]
        else:
            held = [self.normal.body(path, kind, body) for body in bodies]
        self.see(what, (head["status"], head["headers"], [len(body) for body in bodies], held))

    async def _stream(self) -> None:
        """The observer's event stream, open all the time."""
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if "headers" in message:
                self.see("stream", (message["status"], message["headers"]))
            else:
                self.see("stream", (len(message["body"]), self.normal.text(message["body"].decode())))

        await self.app(self._scope(self.observer, "GET", "/v1/stream?from=0", {}), receive, send)

    async def quiet(self) -> None:
        """Let everything happen that is set off."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    # --- time

    async def until(self, at_us: int) -> None:
        """Let time pass, stopping at every moment at which some station is due."""
        await self.settle()
        for _ in range(MOMENTS):
            if (due := min(self.wake.values())) > at_us:
                break
            self.clock.set(max(self.now_us, due))
            for party in PARTIES:
                if self.wake[party] <= self.now_us:
                    self.wake[party] = self.now_us + 10**15
                    self.give(party, Tick())
            await self.settle()
        else:
            raise AssertionError(f"a station asks to be woken again and again: {self.wake}")
        self.clock.set(at_us)

    async def settle(self) -> None:
        """Carry out what is to be done now, and follow the host, until nothing is left."""
        for _ in range(100):
            for _ in range(100):
                if not self.todo:
                    break
                submits = [(party, effect) for party, effect in self.todo if isinstance(effect, Submit)]
                rest = [(party, effect) for party, effect in self.todo if not isinstance(effect, Submit)]
                self.todo.clear()
                for party, effect in rest:
                    await self._do(party, effect)
                await asyncio.gather(*(self._submit(party, effect.items) for party, effect in submits))
            await self.quiet()
            for party in PARTIES:
                await self.follow(party)
            cosigned, self.cosigned = self.cosigned, {}
            for party, note in cosigned.items():  # the newest, as the station's process does
                if party not in self.away:
                    await self.ask(party, "POST", "/v1/cosignatures", note)
            if not self.todo:
                return
        raise AssertionError("the stations never come to rest")

    # --- stations

    def give(self, party: str, given: Any) -> None:
        _, effects = handle(self.stations[party], given, self.now_us)
        for effect in effects:
            if type(effect).__name__ == "Keep":
                self.copies[party].write(effect)
        self.todo += [(party, effect) for effect in effects]

    async def follow(self, party: str) -> None:
        """What the station's process does when the host's doorbell rings."""
        station, size = self.stations[party], self.engine.host.published
        if party in self.away:
            if station.sending.host_answers:
                self.give(party, HostUnreachable("no answer"))
            return
        if not station.sending.host_answers:
            self.give(party, HostAnswered())
        if station.following.tree.size < size:
            status, _, leaves = await self.ask(
                party, "GET", f"/v1/leaves?from={station.following.tree.size}&limit=4096"
            )
            if status == 200:
                self.give(party, LeavesArrived(station.following.tree.size, leaves))
        if station.following.size < size:
            status, _, note = await self.ask(party, "GET", "/checkpoint")
            if status == 200:
                self.give(party, CheckpointArrived(note))
        while station.following.next_entry < station.following.size:
            before = station.following.next_entry
            await self._entries(party, before, station.following.size)
            if station.following.next_entry == before:
                return
            if party in self.then:
                self.todo.append((party, self.then.pop(party)))

    async def _entries(self, party: str, first: int, stop: int, *, again: bool = False) -> None:
        station, copy = self.stations[party], self.copies[party]
        status, _, data = await self.ask(party, "GET", f"/v1/entries?from={first}&limit=512")
        if status != 200:
            return
        raws = [bytes(raw) for raw in msgspec.json.decode(data, type=Page).entries]
        leaves = b"".join(copy.leaves[index] for index in range(first, stop))
        page = check_page(first, stop, raws, leaves, station.following.viewer)
        size = len(leaves) // (stop - first)
        self.give(party, EntriesArrived(page, leaves[: (page.next - first) * size], again))

    async def _do(self, party: str, effect: Any) -> None:
        match effect:
            case SendDirect(to, kind, about, data):
                self._send_direct(party, to, kind, about, data)
            case Compose(draft):
                self.seal(party, draft, world.signing(party, "station"))
            case Raise(alarm) if party == self.observer:
                self.see("alarm", self.normal.text(msgspec.json.encode(alarm).decode()))
            case SendCosignature(note):
                self.cosigned[party] = note
            case Refetch(first, stop) if party not in self.away:
                await self._entries(party, first, stop, again=True)
            case WakeAt(at_us):
                self.wake[party] = at_us
            case _ if callable(effect):
                effect()

    async def _submit(self, party: str, items: tuple[tuple[bytes, bytes], ...]) -> None:
        if party in self.away:
            self.give(party, HostUnreachable("no answer"))
            return
        if len(items) == 1:
            status, _, data = await self.ask(party, "POST", "/v1/entries", items[0][1])
            lines = [data]
        else:
            body = b"\n".join(raw for _, raw in items) + b"\n"
            status, _, data = await self.ask(party, "POST", "/v1/entries/batch", body)
            lines = data.split(b"\n")[: len(items)] if status == 200 else [data] * len(items)
        for (entry, _), line in zip(items, lines, strict=True):
            problems = _problems(line)
            if not problems:
                self.give(party, Receipted(entry, line))
            elif problems[0].code == "too-fast":
                self.stations[party].sending.outbox.unreachable(self.now_us)
                self.give(party, Tick())
                return
            else:
                self.give(party, HostRefused(entry, tuple(problem.sentence() for problem in problems)))

    def _send_direct(self, party: str, to: str, kind: str, about: bytes, data: bytes) -> None:
        if to == self.observer:
            self.see(f"direct {kind} from {party}", (len(data), self.normal.text(data.decode())))
        reply = self.reply(to, DirectArrived(kind, data))
        if party == self.observer:
            self.see(f"direct {kind} answered by {to}", (len(reply), self.normal.text(reply.decode())))
        if reply:
            self.give(party, DirectAnswered(to, kind, about, reply))
        else:
            self.give(party, PeerUnreachable(to, kind, about))

    def reply(self, to: str, given: DirectArrived) -> bytes:
        """Hand a station something direct; return its answer, and leave what else it wants done for later."""
        held, self.todo = self.todo, deque()
        try:
            self.give(to, given)
        except Refused:
            self.todo = held
            return b""
        reply = next((effect.data for _, effect in self.todo if isinstance(effect, Reply)), b"")
        held += self.todo
        self.todo = held
        return reply

    def seal(self, party: str, draft: Draft, key: SigningKey) -> bytes:
        """Seal a draft with fresh salts and hand it to its author's station; return the entry's id."""
        shared = self.stations[party].shared_keys()
        submission, kept = seal_keeping(draft, key, self.salts, self.ledger, RULES.slots, shared)
        entry = check_submission(encode_submission(submission), RULES.slots, self.ledger).id
        self.give(party, Composed(submission, kept))
        return entry

    def state_presence(self, party: str, presence: tuple[Presence, ...]) -> None:
        self.give(party, PresenceSet(presence, (party,)))

    # --- the other stations' direct listeners, asked by whoever can reach them

    async def ask_station(self, party: str, method: str, path: str, body: bytes = b"") -> None:
        """Send the observer's request to another station's direct listener and write down the answer."""
        sim = self

        async def reply_to(given: DirectArrived) -> bytes:
            handle(sim.stations[party], given, sim.now_us)  # only what is refused gets here in these tests
            return b""

        copy = SimpleNamespace(kept=lambda prefix: {})
        stub = SimpleNamespace(
            follower=SimpleNamespace(ring=asyncio.Event()),
            now_us=self.now_us,
            parts=SimpleNamespace(copy=copy),
            peers=SimpleNamespace(cut=set()),
            reply_to=reply_to,
            state=self.stations[party],
        )
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = self._scope(self.observer, method, path, {"authorization": ""})
        await direct_app(stub)(scope, receive, send)  # type: ignore[arg-type]
        head, *chunks = sent
        self._see_answer(f"{method} {path} of {party}", path, head, chunks)

    def guessable(self) -> list[bytes]:
        """Ids that the observer may not know, as an attacker might have got hold of them.

        An attacker that does the same in both worlds guesses the id "of leaf 7", not "of the third message": how many entries
        stand behind what it cannot read is hidden. So ids come by leaf, and then those that are on no ledger (both worlds agree
        on when something waits at a station or is refused).
        """
        published = {row.id: row.submission for row in self.engine.store.read(1, self.engine.store.size())}
        headers = {entry: msgspec.json.decode(raw)["header"] for entry, raw in published.items()}
        return [
            *(
                entry
                for entry, header in headers.items()
                if self.observer not in (header["author"], *header["audience"])
            ),
            *(entry for entry in self.hidden if entry not in published),
        ]

    def leaves(self) -> list[bytes]:
        """Every leaf but genesis."""
        return [row.leaf for row in self.engine.store.read(1, self.engine.store.size())]
