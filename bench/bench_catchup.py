"""A station catching up on a long ledger: leaves, root, tags, signatures, own copy, fold; against a real host process.

The ledger is made beforehand (not timed): notices of 8 vertices, about 1 kB, addressed to the station. Timed is the real
follower from an empty copy to "proven to the end, folded, durable", over HTTP on loopback; the host runs beside it on the
same two cores and its work is included. The baseline is what no way around exists for: the signature checks alone, on one thread.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.table import Row
from tests.support import world
from tests.support.hosts import HostProcess
from tests.support.station_process import write_station
from tests.support.stations import circle, notice

from detente.geometry.volume import NDEG, Point, Polygon
from detente.ledger.entry import (
    ENTRY_DOMAIN,
    Draft,
    Submission,
    check_submission,
    encode_header,
    encode_submission,
    entry_id,
    header_commitment,
    seal,
)
from detente.ledger.facets import Facet
from detente.ledger.genesis import genesis_leaf, ledger_id
from detente.ledger.keys import verify
from detente.ledger.leaf import Leaf, encode_leaf, tag
from detente.node.host.rows import StoredEntry
from detente.records.registry import REGISTRY
from detente.storage import SqliteStore

COUNT = 100_000
TO = "rus"


def made_rows(genesis_bytes: bytes, genesis: object, count: int, start_us: int) -> Iterator[StoredEntry]:
    """Yield a whole ledger of one author's notices: one sealed notice, signed anew under another time for each entry."""
    ledger = ledger_id(genesis)  # type: ignore[arg-type]
    first = genesis_leaf(genesis)  # type: ignore[arg-type]
    yield StoredEntry(0, genesis.created_us, first, ledger, genesis_bytes, count + 1)  # type: ignore[attr-defined]
    key = world.signing("cjtf", "watch-1")
    shared = world.shared_keys("cjtf")
    ring = tuple(Point(35 * NDEG + i * i * 3_000_000, 40 * NDEG + i * 10_000_000) for i in range(8))
    base = circle(35.3, 40.1, start_us=start_us)
    volume = msgspec.structs.replace(base, outline=Polygon(edge="geodesic", vertices=ring))
    kind, form, data = REGISTRY.write(notice(volume, words="transit " * 40))
    facets = (Facet(audience=(TO,), body=msgspec.Raw(data), form=form), None, None, None)
    draft = Draft(audience=(TO,), author="cjtf", facets=facets, kind=kind, signed_at_us=start_us)
    sealed = seal(draft, key, world.salts("bench"), ledger, world.SLOTS, shared)
    commitments = tuple(bytes.fromhex(c) for c in sealed.header.commitments)
    for index in range(1, count + 1):
        at_us = start_us + index
        header = msgspec.structs.replace(sealed.header, signed_at_us=at_us)
        signed = encode_header(header)
        signature = key.sign(ENTRY_DOMAIN + signed)
        entry = entry_id(signed, signature)
        salt = entry  # any 32 bytes do
        committed = header_commitment(salt, entry)
        tags = tag(shared[TO], committed) + os.urandom(16 * (world.SLOTS - 1))
        slots = tuple(tags[n : n + 16].hex() for n in range(0, len(tags), 16))
        made = Submission(
            facets=sealed.facets, header=header, header_salt=salt.hex(), signature=signature.hex(), slots=slots
        )
        leaf = encode_leaf(Leaf(index, at_us, committed, commitments, tags))  # type: ignore[arg-type]
        yield StoredEntry(index, at_us, leaf, entry, encode_submission(made), count + 1)


def fill(folder: Path, count: int) -> HostProcess:
    """Make a host's folder with a ledger of so many entries in it."""
    host = HostProcess(folder, genesis=world.signed_genesis(clock="real", origin="detente.example/levant"))
    from detente.ledger.genesis import read_genesis

    data = (folder / "genesis.json").read_bytes()
    genesis = read_genesis(data).genesis
    store = SqliteStore(folder / "ledger.db")
    rows = list(made_rows(data, genesis, count, time.time_ns() // 1000 - 3_600_000_000))
    store.append(rows, 0).result()
    store.close()
    raw = rows[1].submission
    assert raw is not None
    check_submission(raw, world.SLOTS, ledger_id(genesis))
    return host


async def catch_up(folder: Path) -> tuple[float, float, float, int]:
    """Catch up from nothing; returns seconds until all leaves are proven, all entries checked and durable, all folded; the size."""
    from detente.station.engine import StationLoop
    from detente.wiring.station import open_station

    engine = StationLoop(open_station(folder))
    carrying = asyncio.create_task(engine._carry_out())
    began = time.perf_counter()
    follower = engine.follower
    await follower.client.login()
    task = asyncio.create_task(follower.catch_up())
    while engine.state.following.size == 0 and not task.done():
        await asyncio.sleep(0.01)
    proven = time.perf_counter() - began
    while engine.state.following.next_entry < engine.state.following.size and not task.done():
        await asyncio.sleep(0.005)
    await engine.flush()
    kept = time.perf_counter() - began
    await task
    await engine.flush()
    took = time.perf_counter() - began
    assert engine.state.following.folded == engine.state.following.size, engine.state.alarms.raised
    assert not [a for a in engine.state.alarms.raised if a.kind != "back-dated"], engine.state.alarms.raised
    size = engine.state.following.size
    carrying.cancel()
    await engine.stop()
    return proven, kept, took, size


def verify_alone(count: int) -> float:
    """Seconds per signature check, on one thread, of a header as long as a notice's."""
    key = world.signing("cjtf", "watch-1")
    message = ENTRY_DOMAIN + os.urandom(620)
    signature = key.sign(message)
    began = time.perf_counter()
    for _ in range(count):
        verify(key.public, message, signature)
    return (time.perf_counter() - began) / count


def rows(count: int = COUNT) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        host = fill(folder / "host", count)
        with host:
            write_station(
                folder / TO,
                TO,
                host=host.url,
                port=1,
                local=1,
                peers={},
                genesis=world.signed_genesis(clock="real", origin="detente.example/levant"),
            )
            try:
                import uvloop

                uvloop.install()
            except ImportError:
                pass
            proven, kept, took, size = asyncio.run(catch_up(folder / TO))
    check_s = verify_alone(4000)
    rate, alone = (size - 1) / kept, 1 / check_s
    return [
        Row(
            f"station catches up on {size - 1:,} entries",
            f"{rate:,.0f} entries/s",
            f"{alone:,.0f} signature checks/s, one thread",
            f"{rate / alone:.2f}",
            f"leaves and root proven after {proven:.1f} s, entries checked and durable after {kept:.1f} s, "
            f"and all in the picture after {took:.1f} s ({(size - 1) / took:,.0f}/s); "
            "host process on the same two cores included",
        )
    ]


if __name__ == "__main__":
    from bench.table import render

    print(render("Catching up", rows(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)))
