"""Real stations to test against: processes of their own on free ports of loopback, around a real host.

    with Watch(tmp_path) as watch:                     # a host and three stations, virtual clock
        entry = watch["cjtf"].send(notice(), ["rus"])
        watch.step(10)
        assert watch["rus"].entry(entry)["stands"] == "proven"

Parties, keys and genesis are those of `tests.support.world`. `kill` is kill -9; `start` reads the same folder again.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import msgspec
from tests.support import world
from tests.support.hosts import HostProcess, secret_file

from detente.ledger import canonical
from detente.ledger.genesis import SignedGenesis
from detente.network.client import trusted
from detente.records.body import Body
from detente.records.registry import REGISTRY
from detente.scenario.processes import Running
from detente.wiring.founding import free_ports


def free_port() -> int:
    """Return a port of loopback that is free now."""
    return free_ports("127.0.0.1", 1)[0]


def write_station(
    folder: Path,
    party: str,
    *,
    host: str,
    port: int,
    local: int,
    peers: dict[str, str],
    genesis: SignedGenesis,
    settings: str = "",
) -> None:
    """Make a station's folder as `detente init` would; `settings` are more lines for its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "genesis.json").write_bytes(canonical.encode(genesis))
    for name in ("station", "cosigner", "exchange"):
        secret_file(folder / "keys" / f"{name}.key", world.seed(f"{party} {name}"))
    secret_file(folder / "keys" / "officers" / "watch-1.key", world.seed(f"{party} watch-1"))
    lines = [
        f'party = "{party}"',
        f'host = "{host}"',
        f'listen = "127.0.0.1:{port}"',
        f'local = "127.0.0.1:{local}"',
        "[peers]",
        *(f'{other} = "{url}"' for other, url in peers.items()),
    ]
    (folder / "station.toml").write_text("\n".join(lines) + f"\n{settings}")


class StationProcess:
    """A station in a process of its own."""

    def __init__(self, folder: Path, party: str) -> None:
        self.folder = folder
        self.party = party
        self.process: Running | None = None
        self.http = httpx.Client(timeout=30, verify=trusted(None), trust_env=False)
        self.direct = self.local = ""

    def start(self) -> StationProcess:
        """Start it and wait until it listens."""
        self.spawn()
        return self.listening()

    def spawn(self) -> None:
        """Start it, and do not wait."""
        self.process = Running("detente.station.server", self.folder, self.folder / "station.log")

    def listening(self) -> StationProcess:
        """Wait until it listens."""
        assert self.process is not None
        self.process.wait()
        self.direct, self.local = self.process.said["direct"], self.process.said["local"]
        token = (self.folder / "local.token").read_text()
        self.http.close()
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(
            base_url=self.local, headers=headers, timeout=30, verify=trusted(None), trust_env=False
        )
        return self

    def kill(self) -> None:
        """End it by SIGKILL, at whatever it is doing."""
        assert self.process is not None
        self.process.kill()

    def stop(self) -> int | None:
        """End it by SIGTERM; returns its exit code."""
        assert self.process is not None
        self.process.ask_to_end()
        return self.process.ended(20)

    # --- what an officer does ---

    def get(self, path: str) -> Any:
        answer = self.http.get(f"/local/{path}")
        assert answer.status_code < 400, answer.text
        return answer.json()

    def post(self, path: str, body: object) -> Any:
        answer = self.http.post(f"/local/{path}", content=msgspec.json.encode(body))
        assert answer.status_code < 400, answer.text
        return answer.json()

    def send(
        self, body: Body, audience: Sequence[str], *, wait_s: int = 0, officer: str = "watch-1", **more: Any
    ) -> str:
        """Send one entry with one facet; returns its id."""
        kind, form, data = REGISTRY.write(body)
        asked = {
            "facets": [{"audience": list(audience), "body": json.loads(data), "form": form}],
            "kind": kind,
            "officer": officer,
            **more,
        }
        return str(self.post(f"send?wait_s={wait_s}", asked)["id"])

    def status(self) -> Any:
        return self.get("status")

    def entry(self, entry: str) -> Any:
        answer = self.http.get(f"/local/entries/{entry}")
        return answer.json() if answer.status_code == 200 else None

    def entries(self, kind: str) -> list[Any]:
        """Every readable entry of one kind ("notice")."""
        return [e for e in self.get("entries?limit=1000")["entries"] if e["header"]["kind"].startswith(f"{kind}/")]

    def alarms(self, kind: str | None = None) -> list[Any]:
        return [a for a in self.get("alarms")["alarms"] if kind is None or a["kind"] == kind]

    def wait_for(self, check: Any, within_s: float = 10.0) -> Any:
        """Ask again and again until `check()` gives something true; returns it."""
        end = time.monotonic() + within_s
        while True:
            found = check()
            if found:
                return found
            assert time.monotonic() < end, (self.folder / "station.log").read_text()[-3000:]
            time.sleep(0.01)


class Watch:
    """A host and one station for each party, wired to each other."""

    def __init__(self, folder: Path, *, virtual: bool = True, genesis: SignedGenesis | None = None) -> None:
        from tests.support.stations import GENESIS

        changes: dict[str, Any] = {} if virtual else {"clock": "real", "origin": "detente.example/levant"}
        made = world.sign_genesis(msgspec.structs.replace(GENESIS, **changes), world.roots())
        self.genesis = genesis or made
        self.folder = folder
        self.host = HostProcess(folder / "host", genesis=self.genesis)
        self.ports: dict[str, tuple[int, int]] = {}
        settings = folder / "host" / "host.toml"  # a host that is started again must be found where it was
        settings.write_text(settings.read_text().replace("127.0.0.1:0", f"127.0.0.1:{free_port()}", 1))
        self.stations: dict[str, StationProcess] = {}
        self.now_us = 0

    def __enter__(self) -> Watch:
        self.host.start()
        parties = [founder.party for founder in self.genesis.genesis.founders]
        self.ports = ports = {party: (free_port(), free_port()) for party in parties}
        for party in parties:
            peers = {other: f"http://127.0.0.1:{ports[other][0]}" for other in parties if other != party}
            folder = self.folder / party
            write_station(
                folder,
                party,
                host=self.host.url,
                port=ports[party][0],
                local=ports[party][1],
                peers=peers,
                genesis=self.genesis,
            )
            self.stations[party] = StationProcess(folder, party)
            self.stations[party].spawn()
        for station in self:
            station.listening()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for station in self.stations.values():
            if station.process is not None and station.process.alive:
                station.kill()
            station.http.close()
        with contextlib.suppress(Exception):
            self.host.kill()

    def __getitem__(self, party: str) -> StationProcess:
        return self.stations[party]

    def __iter__(self) -> Iterator[StationProcess]:
        return iter(self.stations.values())

    def set(self, now_us: int) -> None:
        """Set every clock to a time, the host's first, and wait until all have drained."""
        self.drain()
        self.now_us = now_us
        self.host.set_clock(now_us)
        for station in self:
            station.post("clock", {"now_us": now_us})
        self.drain()

    def step(self, seconds: float) -> None:
        """Move all clocks on, stopping wherever a station has something due."""
        end = self.now_us + int(seconds * 1_000_000)
        while True:
            due = min(station.get("drained")["wake_us"] for station in self)
            if due > end:
                break
            self.set(max(due, self.now_us + 1))
        self.set(end)

    def drain(self) -> None:
        """Wait until no station has anything under way and all have seen the same ledger."""
        before: list[Any] = []
        for _ in range(40):
            found = [station.get("drained") for station in self]
            # A station that is cut off from the host stands still where it is; the others must agree with themselves.
            if all(f["drained"] for f in found) and [f["size"] for f in found] == [f["size"] for f in before]:
                return
            before = found
        raise AssertionError(f"the stations do not come to rest: {before}")
