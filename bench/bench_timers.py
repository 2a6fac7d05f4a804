"""Running ladders: 100 000 at once, a restart in the middle of their climb, and what a second of waiting costs.

Half of the matters have been called for once or more when the restart comes; a tenth were answered. After it every call of every
ladder is taken to its end, and the calls before and after are compared with what the ladders say: none lost, none twice.
Baseline: one asyncio timer handle for each matter. Then the same restart as a whole station does it, from its own copy.

    python bench/bench_timers.py [--timers 100000] [--station 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import msgspec
from bench.table import Row, render

from detente.records.hotline.step import LadderName
from detente.rules.hotline.ladder import Matter, ladder_of, steps_due
from detente.rules.hotline.timers import Timers

SECOND = 1_000_000
SPREAD_US = 600 * SECOND
NAMES: tuple[LadderName, ...] = ("urgent", "stop", "warning", "priority", "screening")
Slot = tuple[str, str, LadderName, int]


def matters(count: int) -> list[Matter]:
    """So many matters, begun over ten minutes."""
    draw = random.Random(1)
    return [Matter(f"{n:064x}", f"p{n % 100}", NAMES[n % len(NAMES)], draw.randrange(SPREAD_US)) for n in range(count)]


def running() -> Timers:
    ladders = {name: ladder_of(name) for name in NAMES}
    return Timers(lambda matter: ladders[matter.ladder])


def drain(timers: Timers, now_us: int, slots: list[Slot]) -> None:
    while calls := timers.take(now_us, 64):
        slots += [(*c.matter.key, c.rung.step) for c in calls]


def resume(all_: Iterable[Matter], ended: Iterable[Matter], slots: Iterable[Slot]) -> Timers:
    """What a restart does: every matter, every answer, every slot taken, from the entries that say so."""
    timers = running()
    for matter in all_:
        timers.start(matter)
    for matter in ended:
        timers.end(matter.about, matter.party, matter.ladder, SPREAD_US)
    for slot in slots:
        timers.took(*slot)
    timers.due_us()
    return timers


def timed(count: int) -> tuple[float, float, float, int]:
    """Return seconds to resume, µs for one look while nothing is due, ms of the longest slice of 64 calls, and calls made."""
    all_ = matters(count)
    ended = all_[::10]
    timers, slots = resume(all_, (), ()), []
    drain(timers, SPREAD_US, slots)
    for matter in ended:
        timers.end(matter.about, matter.party, matter.ladder, SPREAD_US)
    before = set(slots)
    began = time.perf_counter()
    again = resume(all_, ended, slots)
    took = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(10_000):
        again.due_us()
    look = (time.perf_counter() - began) * 100
    worst, end_us = 0.0, 100 * 86_400 * SECOND
    while True:
        began = time.perf_counter()
        calls = again.take(end_us, 64)
        worst = max(worst, time.perf_counter() - began)
        if not calls:
            break
        slots += [(*c.matter.key, c.rung.step) for c in calls]
    gone = {m.key for m in ended}
    wanted = before | {
        (*m.key, rung.step)
        for m in all_
        if m.key not in gone
        for rung in steps_due(ladder_of(m.ladder), m.since_us, end_us)
    }
    assert len(slots) == len(set(slots)), "a slot was taken twice"
    assert set(slots) == wanted, "a call was lost"
    return took, look, worst * 1000, len(slots)


def handles(count: int) -> float:
    """Return the seconds that one asyncio handle for each matter takes."""

    async def start() -> float:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        found = [loop.call_later(3_600 + m.since_us / SECOND, int) for m in matters(count)]
        took = time.perf_counter() - began
        for handle in found:
            handle.cancel()
        return took

    return asyncio.run(start())


def station(count: int) -> tuple[float, int]:
    """Return the seconds in which a station node is loaded from a copy with so many own urgent messages, and timers running."""
    from tests.support import stations, world

    from detente.ledger.entry import Draft, check_submission, encode_submission, seal_keeping
    from detente.ledger.facets import Facet
    from detente.ledger.readable import ReadableEntry
    from detente.node.station.load import load
    from detente.records.registry import REGISTRY

    made = stations.World(("rus", "cjtf"))
    key, shared = world.signing("rus", "watch-1"), made.stations["rus"].shared_keys()
    rows = []
    for n in range(count):
        kind, form, data = REGISTRY.write(stations.message("urgent", words=f"{n}"))
        facet = Facet(audience=("cjtf",), body=msgspec.Raw(data), form=form)
        draft = Draft(
            audience=("cjtf",), author="rus", facets=(facet, None, None, None), kind=kind, signed_at_us=made.now_us + n
        )
        sealed, _ = seal_keeping(draft, key, made.salts, stations.LEDGER, world.SLOTS, shared)
        entry = check_submission(encode_submission(sealed), world.SLOTS, stations.LEDGER).id
        known = ReadableEntry(
            erased=False,
            facets=sealed.facets,
            header=sealed.header,
            header_salt=sealed.header_salt,
            id=entry.hex(),
            index=n + 1,
            received_at_us=made.now_us + n,
            signature=sealed.signature,
            slots=sealed.slots,
        )
        rows.append((n + 1, entry, msgspec.json.encode(known)))
    empty = stations.World(("rus", "cjtf")).stations["rus"]
    began = time.perf_counter()
    load(empty, {}, [], rows, made.now_us)
    empty.timers.due_us()
    return time.perf_counter() - began, len(empty.timers)


def rows(timers: int = 100_000, held: int = 10_000) -> list[Row]:
    """Measure and return the table's rows."""
    took, look, worst, calls = timed(timers)
    base = handles(timers)
    loaded, running_ = station(held)
    assert running_ == held
    return [
        Row(
            f"{timers:,} timers: resume after a restart",
            f"{took:.2f} s",
            f"{base:.2f} s for one asyncio handle each",
            f"{took / base:.1f}",
            f"reach 2 s; {calls:,} calls before and after: none lost, none twice; longest slice of 64 calls {worst:.1f} ms",
        ),
        Row(
            f"one look at {timers:,} running timers, none due",
            f"{look:.1f} µs",
            f"{timers:,} comparisons if each were asked",
            "-",
            "per input of the station",
        ),
        Row(
            f"a station node loaded from a copy with {held:,} unanswered urgent messages",
            f"{loaded:.2f} s",
            f"{took * held / timers:.2f} s is the timers' share of it",
            "-",
            "no picture; what is read and folded for everything else takes the rest",
        ),
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--timers", type=int, default=100_000)
    parser.add_argument("--station", type=int, default=10_000)
    asked = parser.parse_args()
    print(render("Ladders", rows(asked.timers, asked.station)))
