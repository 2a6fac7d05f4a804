"""A real host to test against: inside the test's own process (`local_host`) or as a process of its own (`HostProcess`).

    with HostProcess(tmp_path) as host:
        station = host.login("un")
        receipt = station.submit(submission("un", notice(), ["cjtf", "un"]))

Parties, keys and genesis are those of `tests.support.world`.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import msgspec
from tests.support import world

from detente.geometry.volume import NDEG, Altitude, Point, Polygon, Volume4D
from detente.host.app import HostApp
from detente.host.engine import HostLoop
from detente.host.metrics import Metrics
from detente.host.tokens import Tokens
from detente.ledger import canonical
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.entry import Draft, encode_submission, seal
from detente.ledger.facets import Facet
from detente.ledger.genesis import Genesis, ledger_id
from detente.ledger.keys import SigningKey
from detente.ledger.receipt import CheckedReceipt, check_receipt, read_receipt
from detente.network.client import trusted
from detente.node.host.host import HostLedger
from detente.node.host.limits import LimitRules
from detente.node.host.sessions import session_message
from detente.records.body import Body
from detente.records.hotline.message import Message
from detente.records.notices.notice import Activity, Notice
from detente.records.notices.notice_state import State
from detente.records.registry import REGISTRY
from detente.scenario.processes import Running
from detente.storage import MemoryStore, Store
from detente.wiring.clocks import StepClock, steady_us

START_US = world.CREATED_US + 60_000_000
HOST_KEY = world.signing("host", "log")
REAL: dict[str, Any] = {"clock": "real", "origin": "detente.example/levant"}

_count = itertools.count()


def vertices(count: int = 8) -> tuple[Point, ...]:
    """A ring of so many corners around 35.3 N 40.1 E."""
    ring = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 3), (1, 2), (1, 1), (1, 0)][:count]
    return tuple(Point(35 * NDEG + y * 100_000_000, 40 * NDEG + x * 100_000_000) for y, x in ring)


def notice(words: str = "transit", state: State = State.ACCEPTED, start_us: int = START_US, **changes: Any) -> Notice:
    """An air notice of eight corners."""
    volume = Volume4D(
        altitude_lower=Altitude(datum="geoid", value_mm=3_000_000),
        altitude_upper=Altitude(datum="geoid", value_mm=6_000_000),
        end_us=start_us + 3_600_000_000,
        outline=Polygon(edge="geodesic", vertices=vertices()),
        start_us=start_us,
    )
    made = Notice(
        activity=Activity.AIR,
        emergency=False,
        lead_time_us=0,
        needs_readback=False,
        place=None,
        rests_on=(),
        shorter_lead_accepted_by=None,
        state=state,
        stated_time=None,
        units=(),
        users=(),
        volumes=(volume,),
        words=words,
    )
    return msgspec.structs.replace(made, **changes)


def message(words: str = "good morning") -> Message:
    """A routine message."""
    return Message(
        about=(),
        in_reply_to=None,
        language="en",
        phrase=None,
        subject="",
        to_role=None,
        urgency="routine",
        volumes=(),
        within=None,
        words=words,
    )


def submission(
    author: str,
    body: Body,
    audience: Sequence[str],
    *,
    facet_audience: Sequence[str] | None = None,
    genesis: Genesis | None = None,
    key: SigningKey | None = None,
    salt: str | None = None,
    sealed: bool = False,
    signed_at_us: int = START_US,
    supersedes: bytes | None = None,
    tag_keys: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the bytes of one sealed entry with one body, signed by the author's officer."""
    kind, form, data = REGISTRY.write(body)
    position = REGISTRY.position(body)
    facets: list[Facet | None] = [None] * 4
    facets[position] = Facet(
        audience=tuple(sorted(facet_audience if facet_audience is not None else audience)),
        body=msgspec.Raw(data),
        form=form,
    )
    draft = Draft(
        audience=tuple(sorted(audience)),
        author=author,
        facets=(facets[0], facets[1], facets[2], facets[3]),
        kind=kind,
        sealed=frozenset({position}) if sealed else frozenset(),
        signed_at_us=signed_at_us,
        supersedes=supersedes.hex() if supersedes else None,
    )
    made = seal(
        draft,
        key or world.signing(author, "watch-1"),
        world.salts(salt if salt is not None else f"hosts {next(_count)}"),
        ledger_id(genesis or world.genesis()),
        world.SLOTS,
        world.shared_keys(author) if tag_keys is None else tag_keys,
    )
    return encode_submission(made)


def checked(receipt: bytes, raw: bytes) -> CheckedReceipt:
    """Check a receipt for a submission as a station does, and return what it shows."""
    salt = bytes.fromhex(json.loads(raw)["header_salt"])
    origin = read_receipt(receipt).proof.partition("\n\n")[2].partition("\n")[0]
    return check_receipt(read_receipt(receipt), world.SLOTS, salt, NoteKey(name=origin, public=HOST_KEY.public))


def login_body(party: str, challenge: str, ledger: bytes, key: SigningKey | None = None) -> bytes:
    """Return the answer to a challenge."""
    key = key or world.signing(party, "station")
    signature = key.sign(session_message(ledger, bytes.fromhex(challenge)))
    return canonical.encode(
        {"challenge": challenge, "key": key.public.hex(), "party": party, "signature": signature.hex()}
    )


class Local:
    """A host in this process: no sockets, no workers; a step clock that the test moves."""

    def __init__(
        self,
        store: Store | None = None,
        limits: LimitRules | None = None,
        failpoint: Any = None,
        genesis: Any = None,
        key: SigningKey = HOST_KEY,
    ) -> None:
        signed = genesis or world.signed_genesis()
        self.genesis = signed.genesis
        self.ledger = ledger_id(self.genesis)
        self.clock = StepClock(START_US)
        self.store = store if store is not None else MemoryStore()
        self.tick_us = 0
        self.engine = HostLoop(
            lambda: HostLedger(signed, limits or LimitRules()),
            self.store,
            key,
            now=self.clock.now_us,
            tick=lambda: steady_us() if self.tick_us == 0 else self.tick_us,
            failpoint=failpoint or (lambda name: None),
            metrics=Metrics(),
        )
        data = canonical.encode(signed)
        self.engine.load(data)
        self.app = HostApp(self.engine, Tokens.fresh(self.ledger), data)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://host")

    async def login(self, party: str, key: SigningKey | None = None) -> dict[str, str]:
        """Log a station in; returns the header to send."""
        challenge = (await self.client.post("/v1/session/challenge", content=b"{}")).json()["challenge"]
        body = login_body(party, challenge, self.ledger, key)
        answer = await self.client.post("/v1/session", content=body)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}


class Station:
    """A logged-in station over real HTTP: the few requests that tests make again and again."""

    def __init__(self, http: httpx.Client, ledger: bytes, party: str) -> None:
        self.http = http
        self.party = party
        challenge = http.post("/v1/session/challenge", content=b"{}").json()["challenge"]
        answer = http.post("/v1/session", content=login_body(party, challenge, ledger))
        assert answer.status_code == 200, answer.text
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path, headers=self.headers)

    def post(self, path: str, body: bytes) -> httpx.Response:
        return self.http.post(path, content=body, headers=self.headers)

    def submit(self, raw: bytes) -> bytes:
        """Submit one entry and return its receipt."""
        answer = self.post("/v1/entries", raw)
        assert answer.status_code == 200, answer.text
        return answer.content

    def entries(self, start: int = 0) -> list[dict[str, Any]]:
        """Every entry this party may read."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.get(f"/v1/entries?from={start}&limit=1000").json()
            found += page["entries"]
            if page["next"] >= page["size"]:
                return found
            start = page["next"]


def secret_file(path: Path, seed: bytes) -> None:
    """Write a key file as the product wants it: readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(seed.hex())
    path.chmod(0o600)


def write_folder(folder: Path, genesis: Any = None, settings: str = "") -> None:
    """Make a host's folder as `detente init` would; free ports, no workers unless `settings` say so."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "genesis.json").write_bytes(canonical.encode(genesis or world.signed_genesis(**REAL)))
    secret_file(folder / "host.key", world.seed("host log"))
    text = settings if "workers" in settings else f"workers = 0\n{settings}"
    (folder / "host.toml").write_text(f'listen = "127.0.0.1:0"\noperator = "127.0.0.1:0"\n{text}')


class HostProcess:
    """A host in a process of its own, on free ports of loopback. `kill` is kill -9; `start` again reads the same folder."""

    def __init__(
        self, folder: Path, *, settings: str = "", genesis: Any = None, failpoints: str = "", fresh: bool = True
    ) -> None:
        self.folder = folder
        self.failpoints = failpoints
        self.clients: list[httpx.Client] = []
        self.process: Running | None = None
        if fresh:
            write_folder(folder, genesis, settings)
        self.ledger = ledger_id(canonical_genesis(folder))
        self.url = self.operator = ""

    def start(self) -> HostProcess:
        """Start it and wait until it listens."""
        environment = dict(os.environ, DETENTE_FAILPOINTS=self.failpoints)
        self.process = Running("detente.host.server", self.folder, self.folder / "host.log", environment)
        self.process.wait()
        self.url, self.operator = self.process.said["parties"], self.process.said["operator"]
        return self

    def http(self) -> httpx.Client:
        """Return a new client for the parties' listener."""
        client = httpx.Client(base_url=self.url, timeout=10, verify=trusted(None), trust_env=False)
        self.clients.append(client)
        return client

    def login(self, party: str) -> Station:
        """Log a station in on a connection of its own."""
        return Station(self.http(), self.ledger, party)

    def operator_token(self) -> str:
        return (self.folder / "operator.token").read_text()

    def set_clock(self, now_us: int) -> httpx.Response:
        """Move the step clock of a virtual ledger."""
        headers = {"Authorization": f"Bearer {self.operator_token()}"}
        url = f"{self.operator}/v1/clock"
        return httpx.post(url, json={"now_us": now_us}, headers=headers, verify=trusted(None), trust_env=False)

    def kill(self) -> None:
        """End it by SIGKILL, at whatever it is doing."""
        assert self.process is not None
        self.process.kill()
        self._ended()

    def stop(self) -> int | None:
        """End it by SIGTERM; returns its exit code."""
        assert self.process is not None
        self.process.ask_to_end()
        return self._ended()

    def _ended(self) -> int | None:
        assert self.process is not None
        code = self.process.ended(20)
        for client in self.clients:
            client.close()
        self.clients.clear()
        return code

    def __enter__(self) -> HostProcess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.alive:
            self.kill()


def canonical_genesis(folder: Path) -> Genesis:
    """Return the genesis in a host's folder."""
    from detente.ledger.genesis import read_genesis

    return read_genesis((folder / "genesis.json").read_bytes()).genesis


@contextmanager
def running_host(folder: Path, **more: Any) -> Iterator[HostProcess]:
    """Run a host process for the length of a `with`."""
    with HostProcess(folder, **more) as host:
        yield host
