"""A host on a ledger of 1 000 000 live notices: how long a restart takes, and how much memory it needs.

The store is written directly (so that no hours are spent submitting), by the same rows that a host writes; then a real host process is
started on it and asked. Baseline: reading every row once with SQLite and doing nothing with it.

    python bench/bench_restart.py [--entries 1000000]
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from bench.bench_submissions import AUTHOR, preload
from bench.table import Row, render
from tests.support import hosts


def resident_mib(pid: int, what: str = "VmRSS") -> float:
    """Return the memory of a process in MiB, as the kernel counts it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024


def rows(entries: int = 1_000_000) -> list[Row]:
    """Measure and return the table's rows."""
    with tempfile.TemporaryDirectory() as folder:
        host = hosts.HostProcess(Path(folder))
        preload(Path(folder), entries)
        began = time.perf_counter()
        with sqlite3.connect(Path(folder) / "ledger.db") as plain:
            count = sum(1 for _ in plain.execute("SELECT * FROM entry ORDER BY idx"))
        plain.close()
        reading = time.perf_counter() - began
        began = time.perf_counter()
        with host:
            took = time.perf_counter() - began
            assert host.process is not None
            station = host.login(AUTHOR)
            assert station.get("/v1/status").json()["size"] == count == entries + 1
            began = time.perf_counter()
            assert len(station.get(f"/v1/entries?from={entries // 2}&limit=256").json()["entries"]) == 256
            page = time.perf_counter() - began
            held, peak = resident_mib(host.process.pid), resident_mib(host.process.pid, "VmHWM")
    return [
        Row(
            f"host restart on {entries:,} entries",
            f"{took:.1f} s",
            f"{reading:.1f} s to read the rows",
            f"{took / reading:.1f}",
            f"reach 30 s; process start included; first page of 256 in {page * 1e3:.0f} ms",
        ),
        Row(
            f"host memory at {entries:,} live notices",
            f"{held:,.0f} MiB (peak {peak:,.0f})",
            "4,096 MiB",
            f"{held / 4096:.2f}",
            "resident; bodies stay in the store",
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    print(render("Host restart and memory", rows(parser.parse_args().entries)))
