"""A stop sent with the host killed, until the other station shows it; real processes, each step durable on both sides."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.table import Row
from tests.support.station_process import Watch
from tests.support.stations import message

STOPS = 20


def rows(stops: int = STOPS) -> list[Row]:
    took: list[float] = []
    plain: list[float] = []
    with tempfile.TemporaryDirectory() as name, Watch(Path(name), virtual=False) as watch:
        for station in watch:
            station.wait_for(lambda s=station: s.status()["size"], 30)  # type: ignore[misc]
        watch.host.kill()
        time.sleep(1.0)
        for n in range(stops):
            began = time.perf_counter()
            watch["cjtf"].status()
            plain.append(time.perf_counter() - began)
            began = time.perf_counter()
            stop = watch["rus"].send(message("stop", words=f"stop {n}"), ["cjtf"])
            while watch["cjtf"].entry(stop) is None:
                time.sleep(0.001)
            took.append(time.perf_counter() - began)
    middle, worst, base = statistics.median(took), max(took), statistics.median(plain)
    return [
        Row(
            "`stop` with the host killed, seen at the other station",
            f"median {middle * 1000:.0f} ms, worst {worst * 1000:.0f} ms of {stops}",
            f"one plain local request {base * 1000:.0f} ms",
            f"{middle / base:.1f}",
            "signed, durable at both stations, acknowledged; no host",
        )
    ]


if __name__ == "__main__":
    from bench.table import render

    print(render("Stop past a dead host", rows()))
