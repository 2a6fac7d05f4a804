"""Evidence as a view: one report folded into many, a question about all of them, and the share of the fold for what is no evidence.

The ledger: claims by 500 origins on 20 000 subjects, a tenth of them newer versions. What is timed on the serving thread is the
fold of one entry and the cut that a question takes; the answer itself is worked out beside it. The last row folds notices into a
whole picture, with and without this view: it may cost the fold a few percent. Single thread, garbage collection on, processor time.
Alone: `python bench/bench_evidence.py`.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec
from bench.table import Row, render
from tests.support.play import LEDGER, circle, empty_picture, notice

from detente.ledger.entry import Header
from detente.picture.evidence.evidence import HeldEvidence, held_of
from detente.picture.heads import Heads
from detente.picture.known import Entry, Opened
from detente.picture.picture import Picture
from detente.records.body import Body
from detente.records.evidence.claim import Claim
from detente.records.registry import Record
from detente.rules.evidence.origins import support

CLAIMS = 300_000
NOTICES = 10_000


def rows() -> list[Row]:
    """Return the rows; about a minute and a half."""
    heads = Heads()
    view = HeldEvidence(heads)
    worst = filled = 0.0
    for n in range(CLAIMS):
        known = _known(n, "claim", _claim(n), None if n % 10 else _id(n - 7))
        heads.apply(known)
        took = _timed(lambda known=known: view.apply(known))  # type: ignore[misc]
        filled, worst = filled + took, max(worst, took)
    cut_s = _timed(view.entries)
    held_s, origins_s = _answered(view)
    with_it, without = _notices()
    return [
        Row(
            f"one report folded, {CLAIMS:,} are held",
            f"{filled / CLAIMS * 1e6:.1f} µs, worst {worst * 1e3:.1f} ms",
            f"{held_s:.1f} s, folding all of it again",
            f"{filled / CLAIMS / held_s:.0e}",
            "issue 13 asks: 10 ms. The worst is mostly the garbage collector's",
        ),
        Row(
            "a question's part on the serving thread: the cut",
            f"{cut_s * 1e3:.1f} ms",
            "-",
            "-",
            f"the rest beside it: the lists {held_s:.1f} s, support of every subject {origins_s:.1f} s",
        ),
        Row(
            f"{NOTICES:,} notices folded into a whole picture",
            f"{with_it / NOTICES * 1e6:.1f} µs each",
            f"{without / NOTICES * 1e6:.1f} µs without this view",
            f"{with_it / without:.2f}",
            "the least of six runs each, in turn",
        ),
    ]


def _answered(view: HeldEvidence) -> tuple[float, float]:
    entries = view.entries()
    began = time.process_time()
    held = held_of(entries)
    lists = time.process_time()
    found = support(held.current().claims)
    assert sum(one.claims for one in found.values()) == CLAIMS - CLAIMS // 10 + 1
    return lists - began, time.process_time() - lists


def _notices() -> tuple[float, float]:
    known = [_known(n, "notice", _notice(n), None) for n in range(NOTICES)]
    took: dict[bool, float] = {}
    for run in range(6):
        for with_it in (True, False) if run % 2 else (False, True):
            picture = empty_picture()
            gc.collect()
            fold = picture if with_it else _without(picture)
            took[with_it] = min(_timed(lambda fold=fold: [fold.apply(k) for k in known]), took.get(with_it, 1e9))  # type: ignore[misc]
    return took[True], took[False]


def _without(picture: Picture) -> Picture:
    """Return the picture as it was before evidence was a view."""
    by_kind = picture.driver._by_kind
    for kind, views in by_kind.items():
        by_kind[kind] = tuple(view for view in views if view is not picture.evidence)
    return picture


def _timed(work: object) -> float:
    began = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - began


def _known(n: int, kind: str, body: Body, supersedes: str | None) -> Entry:
    header = Header(
        audience=("cjtf", "rus"),
        author="cjtf",
        commitments=("00" * 32,) * 4,
        key="11" * 32,
        kind=f"{kind}/1",
        ledger=LEDGER,
        refers_to=(),
        signed_at_us=n,
        supersedes=supersedes,
    )
    opened = (Opened(audience=("cjtf", "rus"), position=0, record=_record(kind, body)),)
    return Entry(header=header, id=_id(n), index=n + 1, opened=opened, received_at_us=n)


def _record(kind: str, body: Body) -> Record:
    return Record(body=body, form="full", kind=kind, version=1)


def _id(n: int) -> str:
    return f"{n * 2_654_435_761 % 2**32:08x}" + f"{n:056x}"


FIRST = Claim(
    about=(),
    at_stated=None,
    chain=(),
    count=None,
    event_class="",
    implies=(),
    origin="",
    party=None,
    place=None,
    report=None,
    said=None,
    says="It happened.",
    source="",
    stance="asserts",
    subject="matter",
    tag="ILL",
    who="who",
)


def _claim(n: int) -> Claim:
    return msgspec.structs.replace(FIRST, subject=f"matter.{n % 20_000}", who=f"origin {n % 500}")


def _notice(n: int) -> Body:
    return notice(volumes=(circle(lat=20 + n % 2000 * 0.01, lon=30 + n // 2000 * 0.02),))


if __name__ == "__main__":
    print(render("Evidence as a view", rows()))
