"""Resident memory of a station that holds many live notices: tree, picture, queue of slots; bodies stay in the own copy.

The notices go through the node in this process, as they would after being checked; nothing is left out but the network.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.bench_catchup import TO, made_rows
from bench.table import Row
from tests.support import world
from tests.support.station_process import write_station

from detente.ledger import canonical
from detente.ledger.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from detente.node.host.showing import known_bytes
from detente.node.station.handle import handle
from detente.node.station.inputs import CheckpointArrived, EntriesArrived, LeavesArrived
from detente.node.station.parts.checking import brief_page, verdict_on
from detente.node.station.parts.durable_change import Keep
from detente.wiring.station import open_station

COUNT = 100_000
STEP = 2_048
"""Entries given in one step; below the size at which a station puts folding off."""


def resident_kib() -> int:
    """Return the resident memory of this process now."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def rows(count: int = COUNT) -> list[Row]:
    genesis = world.signed_genesis(clock="real", origin="detente.example/levant")
    host = world.signing("host", "log")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / TO
        write_station(folder, TO, host="http://127.0.0.1:1", port=1, local=1, peers={}, genesis=genesis)
        parts = open_station(folder)
        state = parts.state
        before = resident_kib()
        now_us = time.time_ns() // 1000
        made = made_rows(canonical.encode(genesis), genesis.genesis, count, now_us - count - 60_000_000)
        first = 0
        batch = []
        for row in made:
            batch.append(row)
            if len(batch) < STEP and row.index < count:
                continue
            leaves = b"".join(r.leaf for r in batch)
            keeps: list[Keep] = []
            for given in (LeavesArrived(first, leaves),):
                keeps += [e for e in handle(state, given, now_us)[1] if isinstance(e, Keep)]
            head = Checkpoint(
                origin=genesis.genesis.origin, root=state.following.tree.root(), size=state.following.tree.size
            )
            handle(state, CheckpointArrived(sign_checkpoint(head, host).data), now_us)
            raws = [known_bytes(r, TO, erased=False) for r in batch if r.index]
            page = brief_page(verdict_on(first, first + len(batch), raws, leaves, state.following.viewer), raws)
            keeps += [e for e in handle(state, EntriesArrived(page, leaves), now_us)[1] if isinstance(e, Keep)]
            parts.copy.write(*keeps).result()
            first += len(batch)
            batch = []
        assert state.following.folded == count + 1, state.alarms.raised
        used = resident_kib() - before
        parts.copy.close()
    each = used * 1024 / count
    return [
        Row(
            f"station's memory with {count:,} live notices",
            f"{used / 1024:,.0f} MiB, {each:,.0f} B each",
            "4 GiB at 1,000,000 is 4,295 B each",
            f"{each / 4295:.2f}",
            f"straight on, 1,000,000 take {each * 1_000_000 / 2**30:.1f} GiB",
        )
    ]


if __name__ == "__main__":
    from bench.table import render

    print(render("Station's memory", rows(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)))
