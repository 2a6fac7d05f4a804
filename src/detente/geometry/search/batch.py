"""All pairs that meet among many volumes, at once.

Boxes that touch are found bundle by bundle (`leaves`), time and height are settled on integers, outlines by `bounds`, and
what is left, of two million pairs a handful, goes to the exact test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.geometry.exact.separation import meets
from detente.geometry.search.bounds import horizontal
from detente.geometry.search.bulk import VolumeTable, table
from detente.geometry.search.chords import APART, MEETS, UNDECIDED, Codes
from detente.geometry.search.grid import LEAST, MOST
from detente.geometry.search.leaves import Boxes, Bundles, bundled
from detente.geometry.search.store import vertical_gaps
from detente.geometry.volume import Separation, Volume4D

_AT_ONCE = 1 << 15

Rows = NDArray[np.int64]


class Encounters(NamedTuple):
    """Every pair of volumes that meet, by position, `first` < `second`, in ascending order; `boundary` says which meet only
    within the error bound."""

    first: Rows
    second: Rows
    boundary: NDArray[np.bool_]


def all_meetings(volumes: Sequence[Volume4D], separation: Separation, *, threads: int = 2) -> Encounters:
    """Return exactly the pairs for which `separation.meets` returns a meeting.

    Of two million pairs a handful need the exact test. `threads` share the work; they change no answer.
    """
    if len(volumes) < 2:
        none = np.empty(0, np.int64)
        return Encounters(none, none, np.empty(0, np.bool_))
    columns = table(volumes, separation.horizontal_mm)
    boxes = _boxes(columns, separation)
    order, starts = bundled(boxes)
    columns = columns.reordered(order)
    boxes = Boxes(boxes.low[:, order], boxes.high[:, order], boxes.west[order], boxes.width[order])
    common = Bundles(boxes, starts)
    cuts = np.linspace(0, len(starts) - 1, 8 * threads + 1).astype(int).tolist()

    def settle(first: int, last: int) -> list[Settled]:
        return [_settle(columns, separation, *pairs) for pairs in _portions(common.touching(first, last))]

    with ThreadPoolExecutor(threads) as pool:
        parts = [part for some in pool.map(settle, cuts[:-1], cuts[1:]) for part in some]
    if not parts:
        parts = [Settled(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8))]
    first, second, verdict = (np.concatenate([part[k] for part in parts]) for k in range(3))
    first, second = order[first], order[second]
    boundary = np.zeros(len(first), np.bool_)
    for row in np.flatnonzero(verdict == UNDECIDED).tolist():
        meeting = meets(volumes[first[row]], volumes[second[row]], separation)
        verdict[row] = APART if meeting is None else MEETS
        boundary[row] = meeting is not None and meeting.boundary
    if (verdict == APART).any():
        met = np.flatnonzero(verdict == MEETS)
        first, second, boundary = first[met], second[met], boundary[met]
    # one number for each pair, so that plain sorting, which is fast, puts all in order
    key = (np.minimum(first, second) * len(volumes) + np.maximum(first, second)) * 2 + boundary
    key.sort()
    first, second = np.divmod(key >> 1, len(volumes))
    return Encounters(first, second, (key & 1).astype(np.bool_))


class Settled(NamedTuple):
    """Pairs that meet, or may: by position, with MEETS or UNDECIDED."""

    first: Rows
    second: Rows
    verdict: Codes


def _boxes(columns: VolumeTable, separation: Separation) -> Boxes:
    """Return boxes widened by half a separation. Times are ranks among the starts: whether two overlap is then exact."""
    starts = np.sort(columns.start_us)
    first = np.searchsorted(starts, columns.start_us, side="left")
    last = np.searchsorted(starts, columns.end_us + separation.time_us, side="right") - 1
    aside = (separation.vertical_mm + 1) // 2
    bottom = np.clip(columns.heights.low_band - aside, LEAST, MOST)
    top = np.clip(columns.heights.high_band + aside, LEAST, MOST)
    return Boxes(
        np.stack([first, bottom, columns.south]), np.stack([last, top, columns.north]), columns.west, columns.width
    )


def _portions(pairs: Iterable[tuple[Rows, Rows]]) -> Iterator[tuple[Rows, Rows]]:
    """Join small lots of pairs into portions that are worth a call and still fit the processor's cache."""
    waiting: list[tuple[Rows, Rows]] = []
    size = 0
    for lot in pairs:
        waiting.append(lot)
        size += len(lot[0])
        if size >= _AT_ONCE:
            yield np.concatenate([one for one, _ in waiting]), np.concatenate([two for _, two in waiting])
            waiting, size = [], 0
    if size:
        yield np.concatenate([one for one, _ in waiting]), np.concatenate([two for _, two in waiting])


def _settle(columns: VolumeTable, separation: Separation, first: Rows, second: Rows) -> Settled:
    heights = columns.heights
    near = vertical_gaps(heights.pick(first), heights.pick(second)) <= separation.vertical_mm
    first, second = first[near], second[near]
    verdict = _outlines(columns, separation.horizontal_mm / 1000, first, second)
    open_still = verdict != APART
    return Settled(first[open_still], second[open_still], verdict[open_still])


def _outlines(columns: VolumeTable, separation_m: float, first: Rows, second: Rows) -> Codes:
    verdict = np.full(len(first), UNDECIDED, np.int8)
    power_a, power_b = columns.powers[first], columns.powers[second]
    for a, one in columns.groups.items():
        of_a = power_a == a
        for b, two in columns.groups.items():
            rows = np.flatnonzero(of_a & (power_b == b))
            if len(rows):
                i, j = columns.places[first[rows]], columns.places[second[rows]]
                verdict[rows] = horizontal(
                    one.drawn(i),
                    two.drawn(j),
                    separation_m,
                    lambda few, one=one, two=two, i=i, j=j: (one.stated(i[few]), two.stated(j[few])),  # type: ignore[misc]
                )
    return verdict
