"""`known_to(party, at)` and `as_of(at)` on a ledger of 1 000 000 entries, beside folding the entries again.

The ledger: ten parties; 90 % notices (a third of them newer versions of earlier ones) to one to three recipients, 10 %
watermarks. Asked at 20 sizes spread over the ledger, for each party in turn; every answer is made anew and its live
notices are turned into ids. Baseline: the definition, a plain fold over tuples already in memory. Filling the columns, a
snapshot and starting from it are rows of their own. Single thread, garbage collection on.
Alone: `python bench/bench_known_to.py`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from detente.ledger.entry import Header
from detente.picture.fold import Driver
from detente.picture.heads import Heads
from detente.picture.known import Entry, Opened
from detente.picture.timeline import Timeline
from detente.records.body import Body
from detente.records.entries.watermark import Watermark
from detente.records.notices.notice import Activity, CoarseNotice
from detente.records.notices.notice_state import State
from detente.records.registry import Record
from table import Row, render

ENTRIES = 1_000_000
PARTIES = tuple(f"party-{i}" for i in range(10))
LEAD_US = 250_000


class Said(NamedTuple):
    """One entry in the baseline's own terms. `size` is a watermark's, -1 for a notice."""

    index: int
    id: str
    author: str
    audience: tuple[str, ...]
    supersedes: str | None
    size: int


def rows() -> list[Row]:
    """Return the rows; about 60 seconds."""
    said = list(_said(ENTRIES))
    timeline, fill_s, driver = _fill(said)
    sizes = [ENTRIES * (i + 1) // 20 for i in range(20)]
    asked = [(PARTIES[i % len(PARTIES)], size) for i, size in enumerate(sizes)]
    ours = [_timed(lambda p=p, s=s: timeline.ids(timeline.known_to(p, size=s).live)) for p, s in asked]  # type: ignore[misc]
    naive = _timed(lambda: _naive(said, *asked[-1]))
    assert set(timeline.ids(timeline.known_to(asked[-1][0], size=ENTRIES).live)) == _naive(said, *asked[-1])
    as_of = [_timed(lambda s=s: timeline.ids(timeline.as_of(size=s).live)) for s in sizes]  # type: ignore[misc]
    naive_as_of = _timed(lambda: _naive_as_of(said, ENTRIES))
    saved = [driver.snapshot("root", "ruleset")]
    save_s = _timed(lambda: driver.snapshot("root", "ruleset"))
    restored = _timed(lambda: _views()[0].restore(saved[0], "root", "ruleset"))
    return [
        _row("known_to, 1 000 000 entries, worst of 20", max(ours), naive, "asked: under 1 s; baseline at full size"),
        _row("as_of, 1 000 000 entries, worst of 20", max(as_of), naive_as_of, "baseline at full size"),
        Row(
            "columns filled, heads and timeline",
            f"{ENTRIES / fill_s:,.0f}/s",
            "-",
            "-",
            f"{fill_s:.1f} s for {ENTRIES:,}; bodies decoded before",
        ),
        _row(
            "start from a snapshot of both",
            restored,
            fill_s,
            f"{len(saved[0].views) / 2**20:.0f} MiB, saved in {save_s:.1f} s",
        ),
    ]


def _row(work: str, ours_s: float, baseline_s: float, note: str) -> Row:
    return Row(work, f"{ours_s * 1e3:,.1f} ms", f"{baseline_s * 1e3:,.0f} ms", f"{baseline_s / ours_s:,.0f} x", note)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _said(count: int) -> Iterator[Said]:
    chance = random.Random(17)
    heads: dict[str, list[tuple[str, tuple[str, ...]]]] = {party: [] for party in PARTIES}
    for index in range(1, count + 1):
        entry_id = chance.randbytes(32).hex()
        author = PARTIES[chance.randrange(len(PARTIES))]
        if index % 10 == 0:
            yield Said(index, entry_id, author, PARTIES, None, index)
            continue
        own = heads[author]
        if own and chance.random() < 1 / 3:
            at = chance.randrange(len(own))
            old, audience = own[at]
            own[at] = (entry_id, audience)
            yield Said(index, entry_id, author, audience, old, -1)
        else:
            audience = tuple(sorted(chance.sample(PARTIES, chance.randint(1, 3))))
            own.append((entry_id, audience))
            yield Said(index, entry_id, author, audience, None, -1)


def _views() -> tuple[Driver, Timeline]:
    heads = Heads()
    timeline = Timeline(heads)
    return Driver([heads, timeline]), timeline


def _fill(said: list[Said]) -> tuple[Timeline, float, Driver]:
    driver, timeline = _views()
    spent = 0.0
    for start in range(0, len(said), 50_000):
        known = [_known(one) for one in said[start : start + 50_000]]
        began = time.perf_counter()
        for one in known:
            driver.apply(one)
        spent += time.perf_counter() - began
    return timeline, spent, driver


_NOTICE = CoarseNotice(activity=Activity.AIR, cell_ndeg=1, cells=(), needs_readback=False, state=State.ACCEPTED)


def _known(said: Said) -> Entry:
    body: Body = _NOTICE if said.size < 0 else Watermark(count=0, list_hash="", size=said.size)
    kind = "notice" if said.size < 0 else "watermark"
    header = Header(
        audience=said.audience,
        author=said.author,
        commitments=("", "", "", ""),
        key="",
        kind=f"{kind}/1",
        ledger="",
        refers_to=(),
        signed_at_us=0,
        supersedes=said.supersedes,
    )
    record = Record(body=body, form="full", kind=kind, version=1)
    opened = (Opened(audience=said.audience, position=0, record=record),)
    return Entry(header=header, id=said.id, index=said.index, opened=opened, received_at_us=said.index * LEAD_US)


def _naive(said: list[Said], party: str, size: int) -> set[str]:
    """Return the live notices a party knew, by the definition."""
    told = 0
    for one in said:
        if one.index >= size:
            break
        if one.size >= 0 and one.author == party:
            told = max(told, min(one.size, one.index))
    live: set[str] = set()
    for one in said:
        if one.index >= size:
            break
        own = one.author == party
        if one.size >= 0 or not (own or (one.index < told and party in one.audience)):
            continue
        live.add(one.id)
        live.discard(one.supersedes or "")
    return live


def _naive_as_of(said: list[Said], size: int) -> set[str]:
    live: set[str] = set()
    for one in said:
        if one.index >= size:
            break
        if one.size < 0:
            live.add(one.id)
            live.discard(one.supersedes or "")
    return live


if __name__ == "__main__":
    print(render("Who knew what, when", rows()))
