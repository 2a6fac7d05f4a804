"""One real station inside the test's own process, its host a function from request to answer: no sockets, a real clock.

async with at_work(folder, FakeHost()) as desk:
    desk.host.answer = lambda request: httpx.Response(403)
    await desk.sees("host-refuses")
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.support import world
from tests.support.station_process import write_station
from tests.support.stations import GENESIS
from typer.testing import CliRunner

from detente.ledger.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from detente.ledger.genesis import genesis_leaf
from detente.ledger.keys import SigningKey
from detente.ledger.tree import Tree
from detente.network.client import HostClient
from detente.station.engine import StationLoop
from detente.station.local import local_app
from detente.wiring.station import open_station

REAL = world.sign_genesis(
    msgspec.structs.replace(GENESIS, clock="real", origin="detente.example/levant"), world.roots()
)
SEEN_WITHIN_S = 40.0
"""Far more than the 5 s that are promised: what is asserted is that it is seen, on a machine under any load."""


class Doorbell(httpx.AsyncByteStream):
    """A stream of events on which none comes for a while."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.5)
        yield b": beat\n\n"


class FakeHost:
    """An honest host of a ledger that holds its genesis and nothing else, until told otherwise by `answer`."""

    def __init__(self) -> None:
        self.key: SigningKey = world.signing("host", "log")
        self.mode = "writing"
        self.answer: Callable[[httpx.Request], httpx.Response | None] = lambda request: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        told = self.answer(request)
        if request.url.path == "/v1/stream":
            return told if told is not None and told.is_error else httpx.Response(200, stream=Doorbell())
        if told is not None:
            return told
        if request.url.path == "/checkpoint":
            if request.url.query:
                return refused(404, "not-found")
            return httpx.Response(200, content=self.note())
        if request.url.path == "/v1/leaves":
            return httpx.Response(200, content=genesis_leaf(REAL.genesis))
        if request.method == "POST" and request.url.path.startswith("/v1/entries") and self.mode != "writing":
            return refused(503, "read-only")
        return httpx.Response(200, json=self.small(request.url.path))

    def small(self, path: str) -> dict[str, Any]:
        """Everything that is answered with a few fields."""
        status = {"mode": self.mode, "now_us": 0, "size": 1}
        page = {"entries": [], "next": 1, "size": 1}
        few = {"/v1/session/challenge": {"challenge": "00" * 32}, "/v1/session": {"token": "t"}}
        return {**few, "/v1/status": status, "/v1/entries": page}.get(path, {})

    def note(self) -> bytes:
        """The checkpoint of size 1."""
        tree = Tree()
        tree.append(genesis_leaf(REAL.genesis))
        head = Checkpoint(origin=REAL.genesis.origin, root=tree.root(1), size=1)
        return sign_checkpoint(head, self.key).data


def refused(status: int, code: str) -> httpx.Response:
    """A refusal as a host words it."""
    told = {"code": code, "field": "", "next_step": "wait", "rule": "not now", "value": ""}
    return httpx.Response(status, json={"problems": [told], "status": status})


class AtWork:
    """A running station and the ways in which its officers and whoever watches its process look at it."""

    def __init__(self, engine: StationLoop, host: FakeHost) -> None:
        self.engine = engine
        self.host = host
        self.told: list[str] = []
        """What the events stream said, in order."""
        engine.listeners.add(lambda topic, about: self.told.append(f"{topic} {about}"))
        token = {"Authorization": f"Bearer {engine.parts.local_token}"}
        transport = httpx.ASGITransport(local_app(engine))
        self.http = httpx.AsyncClient(base_url="http://station", headers=token, transport=transport)
        self.stranger = httpx.AsyncClient(base_url="http://station", transport=transport)

    async def get(self, path: str) -> Any:
        """Ask the local listener."""
        return (await self.http.get(f"/local/{path}")).json()

    async def kinds(self, path: str) -> set[str]:
        """The troubles that an answer's basis names."""
        found = await self.get(path)
        return {trouble["kind"] for trouble in found.get("basis", found)["troubles"]}

    async def health(self) -> httpx.Response:
        """Ask as a supervisor does: without the token."""
        return await self.stranger.get("/healthz")

    async def until(self, check: Callable[[], Any]) -> Any:
        """Ask again and again until something true comes."""
        end = time.monotonic() + SEEN_WITHIN_S
        while not (found := await check()):
            assert time.monotonic() < end, await self.get("status")
            await asyncio.sleep(0.02)
        return found

    async def sees(self, kind: str) -> Any:
        """Wait until a trouble is shown by status, watch, another view, health and events; return it from `status`."""

        async def everywhere() -> Any:
            views = [kind in await self.kinds(path) for path in ("status", "watch", "notices", "entries", "alarms")]
            health = (await self.health()).json()
            in_health = kind in {trouble["kind"] for trouble in health.get("troubles", ())}
            return all(views) and in_health and f"trouble {kind}" in self.told

        await self.until(everywhere)
        status = await self.get("status")
        return next(t for t in status["troubles"] if t["kind"] == kind)

    async def well(self) -> None:
        """Wait until nothing is wrong and the picture is fresh."""

        async def fresh() -> bool:
            status = await self.get("status")
            return bool(status["fresh"] and not status["troubles"])

        await self.until(fresh)


@asynccontextmanager
async def at_work(folder: Path, host: FakeHost | None = None) -> AsyncIterator[AtWork]:
    """Run the station of `rus` in a new folder."""
    write_station(folder, "rus", host="http://host", port=0, local=0, peers={}, genesis=REAL)
    parts = open_station(folder)
    told = host or FakeHost()
    me = parts.state.me
    client = HostClient(
        "http://host",
        ledger=parts.state.ledger,
        party=me.party,
        station_public=me.station_key.public,
        sign=me.station_key.sign,
        transport=httpx.MockTransport(told),
    )
    engine = StationLoop(parts, client)
    desk = AtWork(engine, told)
    await engine.start()
    try:
        yield desk
    finally:
        await desk.http.aclose()
        await desk.stranger.aclose()
        await engine.stop()


def said_by(status: Any, *verb: str, monkeypatch: Any, folder: Path) -> Any:
    """Run a verb of the command line against canned answers whose basis is that of a status."""
    from tests.support.fake_station import FakeStation

    from detente.cli.app import app

    made = FakeStation(folder)
    made.basis |= {name: status[name] for name in ("fresh", "troubles")}
    monkeypatch.setattr("detente.cli.session.find_station", lambda _: made)
    return CliRunner().invoke(app, list(verb), env={"COLUMNS": None})


def lines(output: str) -> list[Any]:
    """Read a log: one JSON object a line."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]
