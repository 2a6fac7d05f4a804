"""The volume index among a million live volumes, beside a numpy scan, shapely's STRtree rebuilt, and rtree.

Generator: `congested.volumes` (the Levant, starts over 6 hours, clustered around 60 places), 8 vertices each. Timed calls
take a ready Volume4D and give back the exact answer: keys and boundary flags (`verdicts`); decoding a notice and the full
why of a meeting are not in it. Warm-up: 100 queries. Garbage collection is on, with what was loaded frozen. The longest
step is shown on the wall clock, which counts what other processes took, and on the thread's own clock, which does not.
DETENTE_BENCH_SCALE shrinks the number of volumes and queries (default 1).
"""

from __future__ import annotations

import gc
import os
import resource
import time
from array import array
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np
import rtree
import shapely
from numpy.typing import NDArray

from congested import SEPARATION, volumes
from detente.geometry.exact.separation import meets
from detente.geometry.search.bulk import VolumeTable, table
from detente.geometry.search.index import MeetingKeys, VolumeIndex
from detente.geometry.volume import Volume4D
from table import Row, render

T = TypeVar("T")
Floats = NDArray[np.float64]
DEGREES = 360 / 2**32
SCALE = float(os.environ.get("DETENTE_BENCH_SCALE", "1"))
LIVE = max(2000, int(1_000_000 * SCALE))
QUERIES = max(100, int(1000 * SCALE))
HOURS = 6.0
CHANGES_PER_S = 5000


class Timed:
    """Durations of one kind of step, in seconds: on the wall clock and on the thread's own."""

    def __init__(self) -> None:
        self.wall = array("d")
        self.own = array("d")

    def __call__(self, step: Callable[..., T], *given: object) -> T:
        own, wall = time.thread_time(), time.perf_counter()
        result = step(*given)
        self.wall.append(time.perf_counter() - wall)
        self.own.append(time.thread_time() - own)
        return result

    def ms(self, percent: float) -> float:
        return float(np.percentile(self.wall, percent)) * 1e3

    def text(self) -> str:
        own_ms = float(np.percentile(self.own, 99)) * 1e3
        return f"p50 {self.ms(50):.2f}, p99 {self.ms(99):.2f} ms ({own_ms:.2f} by its own clock)"

    def longest(self) -> str:
        return f"longest {max(self.wall) * 1e3:.1f} ms by the wall, {max(self.own) * 1e3:.1f} by its own clock"


def resident_mib() -> float:
    """Return this process's memory now."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


def fill(index: VolumeIndex, insert: Timed) -> None:
    """Insert the live volumes, timing each."""
    for key, volume in enumerate(islice(volumes(1, HOURS), LIVE)):
        insert(index.insert, key, volume)


def churn(index: VolumeIndex, asked: list[Volume4D], insert: Timed, delete: Timed, query: Timed) -> float:
    """Query as fast as answers come, while on the same thread CHANGES_PER_S volumes a second come and as many go.

    Returns the changes per second achieved (of each kind).
    """
    new = volumes(3, HOURS)
    began, done = time.perf_counter(), 0
    for volume in asked:
        query(index.verdicts, volume, SEPARATION)
        while done < (time.perf_counter() - began) * CHANGES_PER_S:
            coming = next(new)
            insert(index.insert, LIVE + done, coming)
            delete(index.delete, done)
            done += 1
    return done / (time.perf_counter() - began)


def rows() -> list[Row]:
    """Return the table."""
    gc.collect()
    gc.freeze()
    before = resident_mib()
    index, loading = VolumeIndex(), Timed()
    fill(index, loading)
    used = resident_mib() - before
    asked = list(islice(volumes(2, HOURS), QUERIES))
    for volume in asked[:100]:
        index.verdicts(volume, SEPARATION)
    rest, busy, insert, delete = Timed(), Timed(), Timed(), Timed()
    found = [rest(index.verdicts, volume, SEPARATION) for volume in asked]
    spread = "/".join(f"{np.percentile([len(v.keys) for v in found], p):.0f}" for p in (10, 50, 90, 99))
    out = [
        Row(
            f"exact query among {LIVE:,}, at rest; beside {name}", rest.text(), base, f"{ms / rest.ms(50):,.0f}x",
            f"hits p10/50/90/99 {spread}; {rest.longest()}",
        )
        for name, base, ms in others(index, asked, found)
    ]  # fmt: skip
    rate = churn(index, asked, insert, delete, busy)
    work = f"exact query while on the same thread {rate:,.0f}/s are inserted and as many deleted"
    out.append(Row(work, busy.text(), "", "", busy.longest()))
    for name, timed in (("insert, filling", loading), ("insert", insert), ("delete", delete)):
        each = f"mean {np.mean(timed.wall) * 1e6:.0f}, p99 {timed.ms(99) * 1e3:.0f} µs"
        out.append(Row(name, each, "", "", timed.longest()))
    out.append(Row(f"memory for {LIVE:,} volumes", f"{used:,.0f} MiB", "", "", "any volume can be rebuilt from it"))
    return out


def others(index: VolumeIndex, asked: list[Volume4D], found: list[MeetingKeys]) -> Iterator[tuple[str, str, float]]:
    """Yield each baseline: its name, its figures, milliseconds for an exact query. All filter time and height by box too.

    They find candidates by boxes made beforehand; the exact test then goes through the candidates one by one.
    """
    columns = [
        table([index.volume(key) for key in range(start, min(start + 20_000, LIVE))], SEPARATION.horizontal_mm)
        for start in range(0, LIVE, 20_000)
    ]
    low, high = (np.concatenate([side(column) for column in columns], axis=1) for side in (_low, _high))
    outlines = np.concatenate([column.groups[3].originals.ndeg for column in columns])[:, ::-1].transpose(0, 2, 1) / 1e9
    some = asked[: max(3, QUERIES // 100)]

    def box(volume: Volume4D) -> tuple[list[float], list[float]]:
        one = table([volume], SEPARATION.horizontal_mm)
        first, last = _low(one)[:, 0], _high(one)[:, 0]
        first[0] -= SEPARATION.time_us
        last[0] += SEPARATION.time_us
        first[1] -= SEPARATION.vertical_mm
        last[1] += SEPARATION.vertical_mm
        return first.tolist(), last.tolist()

    def scan(volume: Volume4D) -> list[int]:
        first, last = box(volume)
        near = np.ones(LIVE, np.bool_)
        for axis in range(4):
            near &= (low[axis] <= last[axis]) & (high[axis] >= first[axis])
        return np.flatnonzero(near).tolist()

    began = time.perf_counter()
    tree = shapely.STRtree(shapely.polygons(outlines))
    tree.query(shapely.Point(0, 0))
    rebuild_s = time.perf_counter() - began

    def strtree(volume: Volume4D) -> list[int]:
        first, last = box(volume)
        keys = tree.query(shapely.box(first[3] - 0.04, first[2] - 0.04, last[3] + 0.04, last[2] + 0.04))
        near = np.ones(len(keys), np.bool_)
        for axis in range(4):
            near &= (low[axis, keys] <= last[axis]) & (high[axis, keys] >= first[axis])
        return np.sort(keys[near]).tolist()

    tenth = LIVE // 10
    began = time.perf_counter()
    properties = rtree.index.Property(dimension=4, leaf_capacity=100)
    items = ((key, (*low[:, key], *high[:, key]), None) for key in range(tenth))
    boxes = rtree.index.Index(items, properties=properties)
    load_s = time.perf_counter() - began

    def r_tree(volume: Volume4D) -> list[int]:
        first, last = box(volume)
        return sorted(boxes.intersection((*first, *last)))

    for name, candidates, size, note in (
        ("a numpy scan of all boxes", scan, LIVE, ""),
        ("STRtree", strtree, LIVE, f"; rebuilt in one step of {rebuild_s * 1e3:,.0f} ms"),
        (f"rtree (4-D, {tenth:,} volumes only)", r_tree, tenth, f"; loaded in {load_s * 1e3:,.0f} ms"),
    ):
        search, exact = Timed(), Timed()
        for volume, verdicts in zip(some, found, strict=False):
            keys = search(candidates, volume)
            met = exact(_confirm, index, volume, keys)
            assert met == [key for key in verdicts.keys.tolist() if key < size], f"{name} answers otherwise"
        ms = search.ms(50) + exact.ms(50)
        yield name, f"p50 {search.ms(50):.1f} ms for candidates, {ms:,.0f} ms exact{note}", ms


def _low(columns: VolumeTable) -> Floats:
    west = (columns.west - (columns.west >> 31 << 32)) * DEGREES
    return np.stack([columns.start_us, columns.heights.low_band, columns.south * DEGREES, west])


def _high(columns: VolumeTable) -> Floats:
    east = (columns.west - (columns.west >> 31 << 32) + columns.width) * DEGREES
    return np.stack([columns.end_us, columns.heights.high_band, columns.north * DEGREES, east])


def _confirm(index: VolumeIndex, volume: Volume4D, keys: list[int]) -> list[int]:
    return [key for key in keys if meets(volume, index.volume(key), SEPARATION)]


if __name__ == "__main__":
    print(render(__doc__.splitlines()[0], rows()))
