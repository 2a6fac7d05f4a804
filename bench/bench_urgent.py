"""`urgent` submitted at one station until seen at another: 100 parties connected, 50 messages a second going on.

Host and two stations are real processes, each step durable. The other 98 are light clients in one process: each logged in and
holding the host's stream; they fold nothing, and send the 50 routine messages a second between them. *Seen* is when the
receiving station's own officers can read the entry at its local listener, asked every 2 ms; *proven* when it stands in its copy under
a checkpoint. Everything shares this machine's cores. Baseline: one plain request to the receiving station, measured beside it.

    python bench/bench_urgent.py [--messages 100] [--clients 98] [--per-second 50]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import msgspec
from bench.table import Row, render

from detente.errors import DetenteError, Refused
from detente.ledger.entry import Draft, encode_submission, seal
from detente.ledger.facets import Facet
from detente.ledger.keys import ExchangeKey, SigningKey
from detente.network.client import HostClient
from detente.network.following.stream import events
from detente.records.hotline.message import Message
from detente.records.registry import REGISTRY
from detente.scenario.processes import Door, running
from detente.wiring.founding import Founded, Founding, PartyPlan, found_ledger, read_founded

SENDER, TAKER = "p000", "p001"
LIMITS = "[limits]\nlogins = { burst = 1000, per_second = 1000 }\n"
"""All come from one address here; in the field each has its own."""


def message(urgency: str, words: str) -> dict[str, Any]:
    """The body of a message."""
    return {
        "about": [],
        "in_reply_to": None,
        "language": "en",
        "phrase": None,
        "subject": "",
        "to_role": None,
        "urgency": urgency,
        "volumes": [],
        "within": None,
        "words": words,
    }


def seed(founded: Founded, party: str, *name: str) -> bytes:
    """Read one key of a party."""
    return bytes.fromhex(founded.station_folder(party).joinpath("keys", *name).read_text().strip())


def sealed(founded: Founded, party: str, to: str, words: str) -> bytes:
    """One routine message by an officer of a party, ready to be handed in."""
    genesis = founded.genesis.genesis
    kind, form, data = REGISTRY.write(msgspec.convert(message("routine", words), Message))
    draft = Draft(
        audience=(to,),
        author=party,
        facets=(Facet(audience=(to,), body=msgspec.Raw(data), form=form), None, None, None),
        kind=kind,
        signed_at_us=time.time_ns() // 1000,
    )
    keys = {f.party: bytes.fromhex(f.exchange_key) for f in genesis.founders}
    shared = {to: ExchangeKey.from_seed(seed(founded, party, "exchange.key")).shared(keys[to])}
    officer = SigningKey.from_seed(seed(founded, party, "officers", "watch-1.key"))
    salts = iter(lambda: os.urandom(32), b"")
    return encode_submission(seal(draft, officer, salts, bytes.fromhex(founded.ledger), genesis.slots, shared))


def light(folder: Path, url: str, parties: list[str], per_second: int, ready: Event, done: Event) -> None:
    """Hold a stream for each party, and send so many messages a second between them, until told to stop."""
    asyncio.run(_light(read_founded(folder), url, parties, per_second, ready, done))


async def _light(founded: Founded, url: str, parties: list[str], per_second: int, ready: Event, done: Event) -> None:
    clients = {}
    for party in parties:
        key = SigningKey.from_seed(seed(founded, party, "station.key"))
        clients[party] = HostClient(
            url, ledger=bytes.fromhex(founded.ledger), party=party, station_public=key.public, sign=key.sign
        )
    heard = dict.fromkeys(parties, 0)

    async def listen(party: str) -> None:
        while True:
            with contextlib.suppress(DetenteError):
                async for _ in events(clients[party], 0):
                    heard[party] += 1
            await asyncio.sleep(0.2)

    listening = [asyncio.create_task(listen(party)) for party in parties]
    pairs = [(party, parties[(n + 1) % len(parties)]) for n, party in enumerate(parties)]
    ahead = [(a, sealed(founded, a, b, f"{n} {a}")) for n in range(3) for a, b in pairs]
    while not all(heard.values()):
        await asyncio.sleep(0.1)
        for party in parties[:2]:
            with contextlib.suppress(DetenteError):
                await clients[party].submit([sealed(founded, party, parties[2], f"begin {time.time_ns()}")])
    ready.set()
    began, sent, tasks = time.monotonic(), 0, set()
    while not done.is_set():
        while sent < (time.monotonic() - began) * per_second:
            party, to = pairs[sent % len(pairs)]
            raw = ahead.pop()[1] if ahead and ahead[-1][0] == party else sealed(founded, party, to, f"m {sent}")
            task = asyncio.create_task(clients[party].submit([raw]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.sleep(0.005)
    print(f"light clients: {sent} messages in {time.monotonic() - began:.1f} s", file=sys.stderr)
    for task in (*listening, *tasks):
        task.cancel()


def only_each_other(founded: Founded) -> None:
    """The two real stations know one another directly, and the host asks these two at its start; the light ones listen nowhere."""
    for party, other in ((SENDER, TAKER), (TAKER, SENDER)):
        path = founded.station_folder(party) / "station.toml"
        lines = path.read_text().splitlines()
        kept = [line for line in lines if not re.match(r'"?p\d{3}"? = ', line) or line.strip('"').startswith(other)]
        path.write_text("\n".join(kept) + "\n")
    path = founded.host_folder / "host.toml"
    path.write_text(f"answers_needed = 2\n{path.read_text()}\n{LIMITS}")


def door(started: Any, folder: Path) -> Door:
    return Door(started.said["local"], (folder / "local.token").read_text().strip())


def seen_s(taker: Door, entry: str, until_proven: bool, began: float) -> float:
    """Wait until an entry can be read at a station, and return since when."""
    while time.perf_counter() - began < 10:
        with contextlib.suppress(Refused):
            found = taker.get(f"/local/entries/{entry}")
            if not until_proven or found["stands"] == "proven":
                break
        time.sleep(0.002)
    return time.perf_counter() - began


def rows(messages: int = 100, clients: int = 98, per_second: int = 50) -> list[Row]:
    """Measure and return the table's rows."""
    parties = [f"p{n:03d}" for n in range(clients + 2)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "ledger"
        founded = found_ledger(folder, Founding(parties=tuple(PartyPlan(p, p) for p in parties), workers=1))
        only_each_other(founded)
        folders = {p: founded.station_folder(p) for p in (SENDER, TAKER)}
        with running(founded.host_folder, folders) as (_, started):
            sender, taker = door(started[SENDER], folders[SENDER]), door(started[TAKER], folders[TAKER])
            ready, done = multiprocessing.Event(), multiprocessing.Event()
            url = founded.addresses.host.url
            others = multiprocessing.Process(target=light, args=(folder, url, parties[2:], per_second, ready, done))
            others.start()
            assert ready.wait(60), "the light clients did not connect"
            time.sleep(2)
            first, proven, plain = [], [], []
            for n in range(messages):
                began = time.perf_counter()
                taker.get("/local/status")
                plain.append(time.perf_counter() - began)
                asked = {
                    "facets": [{"audience": [TAKER], "body": message("urgent", f"urgent {n}")}],
                    "kind": "message",
                    "officer": "watch-1",
                }
                began = time.perf_counter()
                entry = str(sender.post("/local/send", asked, wait_s=0)["id"])
                first.append(seen_s(taker, entry, False, began))
                proven.append(seen_s(taker, entry, True, began))
            done.set()
            others.join(20)
    return [
        _row("seen at another", first, plain, clients, per_second),
        _row("proven in the other's copy", proven, plain, clients, per_second),
    ]


def _row(what: str, took: list[float], plain: list[float], clients: int, per_second: int) -> Row:
    cuts = statistics.quantiles(took, n=100)
    base = statistics.median(plain)
    return Row(
        f"`urgent` at one station until {what}",
        f"median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms of {len(took)}",
        f"one plain local request {base * 1000:.0f} ms",
        f"{cuts[49] / base:.1f}",
        f"reach 50 / 250 ms; {clients} light clients on the host's stream, {per_second} messages/s; two cores for all",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--clients", type=int, default=98)
    parser.add_argument("--per-second", type=int, default=50)
    asked = parser.parse_args()
    print(render("Urgent", rows(asked.messages, asked.clients, asked.per_second)))
