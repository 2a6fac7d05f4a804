"""Pairs of boxes that touch, among many boxes at once: a bounding-volume hierarchy with leaves of 128 boxes, joined level by level.

The boxes are halved again and again along whichever of time, height, latitude and longitude tells them apart best; boxes of
very different size never share a leaf. A leaf is compared only with the leaves whose common box touches its own, and then
all pairs of boxes of the two leaves are compared at once, as whole arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SIZE = 256
_TURN = 2**32
_TURNS = (_TURN, 0, -_TURN)

Ints = NDArray[np.int64]
Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]
Angles = NDArray[np.uint32] | np.uint32


class Boxes(NamedTuple):
    """Closed bounds, one column per box: `low` and `high` (3, n), within 32 bits, say of time, height and latitude;
    longitude in binary angles, `width` (below 2**32) eastwards from `west`."""

    low: Ints
    high: Ints
    west: Ints
    width: Ints


def bundled(boxes: Boxes) -> tuple[Rows, Rows]:
    """Return an order of the boxes in which neighbours stand together, and where in it each bundle starts (and the end)."""
    extent = np.maximum(boxes.high - boxes.low, 1)
    extent = np.concatenate([extent, np.maximum(boxes.width, 1)[None]])
    # a class spans a factor of 8 in time, 64 in height and 4 in space
    kinds = [np.frexp(axis.astype(np.float64))[1].astype(np.int64) for axis in extent]
    kind = (kinds[0] // 3 * 64 + kinds[1] // 6) * 64 + np.maximum(kinds[2], kinds[3]) // 2
    centre = np.concatenate([(boxes.low + boxes.high) / 2, (boxes.west + boxes.width / 2)[None]])
    orders, counts = [], []
    for each in np.unique(kind).tolist():
        rows = np.flatnonzero(kind == each)
        order, count = _halved(rows, centre[:, rows], extent[:, rows].astype(np.float64))
        orders.append(order)
        counts.append(count)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return np.concatenate(orders), starts


def _halved(rows: Rows, centre: NDArray[np.float64], extent: NDArray[np.float64]) -> tuple[Rows, Rows]:
    """Return rows in bundle order, and how many are in each bundle."""
    depth = max(0, int(np.ceil(np.log2(len(rows) / SIZE))))
    places = -(-len(rows) // (1 << depth)) << depth
    # the last row fills up the places that are left over; it is taken out again at the end
    index = np.minimum(np.arange(places), len(rows) - 1)
    stand_in = np.arange(places) >= len(rows)
    at = centre[:, index]
    typical = extent.mean(axis=1)[:, None]
    for level in range(depth):
        groups = at.reshape(4, 1 << level, -1)
        # a sample is enough to choose by: every order is right, some are quicker
        sample = groups[:, :, :: max(1, groups.shape[2] >> 8)]
        best = ((sample.max(axis=2) - sample.min(axis=2)) / typical).argmax(axis=0)
        along = groups[best, np.arange(1 << level)]
        order = np.argpartition(along, along.shape[1] // 2, axis=1) + np.arange(1 << level)[:, None] * along.shape[1]
        order = order.ravel()
        at, index, stand_in = at[:, order], index[order], stand_in[order]
    bundles = stand_in.reshape(1 << depth, -1)
    return rows[index[~stand_in]], (~bundles).sum(axis=1)


class Bundles:
    """Boxes in bundle order, with the box common to each bundle."""

    def __init__(self, boxes: Boxes, starts: Rows) -> None:
        self._starts = starts
        self._low, self._high = boxes.low.astype(np.int32), boxes.high.astype(np.int32)
        self._west, self._width = boxes.west.astype(np.uint32), boxes.width.astype(np.uint32)
        self._least = np.minimum.reduceat(self._low, starts[:-1], axis=1)
        self._most = np.maximum.reduceat(self._high, starts[:-1], axis=1)
        self._from = np.minimum.reduceat(boxes.west, starts[:-1])
        self._to = np.maximum.reduceat(boxes.west + boxes.width, starts[:-1])

    def touching(self, first: int, last: int) -> Iterator[tuple[Rows, Rows]]:
        """Yield all pairs of touching boxes, by position i < j, with i in the bundles from `first` to before `last`."""
        for bundle in range(first, last):
            i = np.arange(self._starts[bundle], self._starts[bundle + 1])
            j = self._near(bundle)
            row, column = np.divmod(np.flatnonzero(self._compare(i, j)), len(j))
            yield i[row], j[column]

    def _near(self, bundle: int) -> Rows:
        """Return the boxes, of this bundle or later ones, that touch this bundle's common box."""
        least, most, west, east = self._least[:, bundle], self._most[:, bundle], self._from[bundle], self._to[bundle]
        near = np.zeros(len(self._from) - bundle, np.bool_)
        for turn in _TURNS:
            near |= (self._from[bundle:] + turn <= east) & (self._to[bundle:] + turn >= west)
        for axis in range(3):
            near &= (self._least[axis, bundle:] <= most[axis]) & (self._most[axis, bundle:] >= least[axis])
        others = np.flatnonzero(near) + bundle
        counts = self._starts[others + 1] - self._starts[others]
        ends = np.cumsum(counts)
        j = np.arange(ends[-1]) + np.repeat(self._starts[others] - ends + counts, counts)
        close = self._spans(
            self._west[j], self._width[j], np.uint32(west % _TURN), np.uint32(min(east - west, _TURN - 1))
        )
        for axis in range(3):
            close &= (self._low[axis, j] <= most[axis]) & (self._high[axis, j] >= least[axis])
        found: Rows = j[close]
        return found

    def _compare(self, i: Rows, j: Rows) -> Bools:
        """Compare every box of i with every box of j; only pairs i < j count."""
        met = i[:, None] < j
        met &= self._spans(self._west[i][:, None], self._width[i][:, None], self._west[j], self._width[j])
        for axis in range(3):
            met &= self._low[axis, i][:, None] <= self._high[axis, j]
            met &= self._high[axis, i][:, None] >= self._low[axis, j]
        return met

    @staticmethod
    def _spans(west: Angles, width: Angles, other_west: Angles, other_width: Angles) -> Bools:
        """Say which spans of longitude touch: one begins within the other. Differences run on across the antimeridian."""
        result: Bools = (other_west - west) <= width
        result |= (west - other_west) <= other_width
        return result
