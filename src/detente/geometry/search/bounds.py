"""Certain answers for many pairs of outlines at once; only what stays UNDECIDED needs the exact test (`separation`).

The distance is bounded in steps, each narrower and slower: discs around and inside the Mercator drawings; their shadows
on the line between them; their least distance (float32); then `lambert`. `chart` holds the proofs. Every bound keeps
`MARGIN_M` clear of the threshold, so whatever the exact test would flag as `boundary` reaches the exact test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from detente.geometry.search.chart import A_M, LIMIT_LAT, M_MIN_M, MARGIN_M, ROUND_M, Floats, mercator_scale
from detente.geometry.search.chords import APART, MEETS, UNDECIDED, Bools, Codes, PairLimits, between_rings, decided
from detente.geometry.search.lambert import Core, Pairs, by_lambert

__all__ = ["APART", "MEETS", "PLACING", "UNDECIDED", "Drawings", "Originals", "horizontal"]

CENTRE_X, CENTRE_Y, OUTER, INNER, SLOP, BUFFER, LAT_LOW, LAT_HIGH = range(8)
PLACING = 8

_TURN_M = 2 * np.pi * A_M
_LIMIT_M = 1e7
_AT_ONCE = 2**16
_MOST_EDGES = 2**18
"""Rings of more pairs of edges than this are left to the exact test, which does not look at each."""

_GEOD = Geod(ellps="WGS84")

Array = NDArray[Any]
Rows = NDArray[np.int64]


class Drawings(NamedTuple):
    """Drawings of cores, one row each; all rings have one size (shorter ones repeat their last vertex).

    `placing` has the columns CENTRE_X to SLOP in Mercator metres, BUFFER in metres on the ground, LAT_LOW and LAT_HIGH in
    radians. OUTER is the radius of a disc around the centre that holds the drawing, INNER of one that it holds; below 0 if
    the centre is outside, -INNER being then how far at most. `rings` (n, 2, size) are x and y from the centre, float32.
    """

    placing: Floats
    rings: NDArray[np.float32]


class Originals(NamedTuple):
    """How cores' edges run (GEODESIC, PARALLEL, LONLAT), and their rings (n, 2, size) as stated: latitudes, longitudes, ndeg."""

    edge: NDArray[np.int64]
    ndeg: NDArray[np.int64]


def horizontal(
    a: Drawings, b: Drawings, separation_m: float, originals: Callable[[Rows], tuple[Originals, Originals]]
) -> Codes:
    """Say of each pair whether its outlines certainly meet or are apart within `separation_m`, as far as can be said.

    `b` holds as many drawings as there are pairs; `a` as many, or one that stands in every pair. `originals(rows)` fetches
    both sides' originals of those few pairs that the drawings do not decide.
    """
    if not len(b.placing):
        return np.empty(0, np.int8)
    threshold = separation_m + a.placing[:, BUFFER] + b.placing[:, BUFFER]
    if a.rings.shape[2] == b.rings.shape[2] == 1:
        return _between_points(*originals(np.arange(len(threshold))), threshold)
    at = _place(a.placing, b.placing, threshold)
    verdict = _by_discs(a.placing, b.placing, at)
    rows = np.flatnonzero(verdict == UNDECIDED)
    verdict[rows] = _by_shadows(a.rings if len(a.rings) == 1 else a.rings[rows], b.rings[rows], at.pick(rows))
    rows = rows[verdict[rows] == UNDECIDED]
    edges = a.rings.shape[2] * b.rings.shape[2]
    if edges > _MOST_EDGES:
        return verdict
    portion = max(1, _AT_ONCE // edges)
    for start in range(0, len(rows), portion):
        some = rows[start : start + portion]
        verdict[some] = _by_mercator(a.rings if len(a.rings) == 1 else a.rings[some], b.rings[some], at.pick(some))
    rows = rows[verdict[rows] == UNDECIDED]
    if len(rows):
        one, two = originals(rows)
        placing = np.broadcast_to(a.placing, b.placing.shape)[rows], b.placing[rows]
        cores = [
            Core(original.edge, where[:, LAT_LOW], where[:, LAT_HIGH], original.ndeg)
            for original, where in zip((one, two), placing, strict=True)
        ]
        narrow = by_lambert(Pairs(cores[0], cores[1], threshold[rows], (at.low_lat[rows], at.high_lat[rows])))
        narrow[_share_a_vertex(one, two) & (threshold[rows] >= 0)] = MEETS
        verdict[rows] = narrow
    return verdict


def _share_a_vertex(a: Originals, b: Originals) -> Bools:
    """Say which pairs have a vertex in common, so that they touch whatever their edges do: neighbouring zones do."""
    result: Bools = (a.ndeg[:, :, :, None] == b.ndeg[:, :, None, :]).all(axis=1).any(axis=(1, 2))
    return result


def _between_points(a: Originals, b: Originals, threshold: Floats) -> Codes:
    one, two = a.ndeg[:, :, 0] * 1e-9, b.ndeg[:, :, 0] * 1e-9
    distance = _GEOD.inv(one[:, 1], one[:, 0], two[:, 1], two[:, 0])[2]
    return decided(distance, distance, threshold - MARGIN_M, threshold + MARGIN_M)


class _Placed(NamedTuple):
    """How the second drawing of each pair lies from the first on Mercator, and what would decide the pair there."""

    east: Floats
    north: Floats
    between: Floats
    slop_a: Floats
    """what the first's edges and rounding to float32 may do to a distance between the two; `slop_b` likewise"""
    slop_b: Floats
    low: Floats
    """below this distance they meet"""
    high: Floats
    """above this distance they are apart"""
    threshold: Floats
    low_lat: Floats
    """no path as short as the threshold leaves these latitudes"""
    high_lat: Floats

    def pick(self, rows: Rows) -> _Placed:
        return _Placed(*(part[rows] for part in self))


def _place(a: Floats, b: Floats, threshold: Floats) -> _Placed:
    east = b[:, CENTRE_X] - a[:, CENTRE_X]
    east -= _TURN_M * np.round(east * (1 / _TURN_M))
    north = b[:, CENTRE_Y] - a[:, CENTRE_Y]
    widen = (threshold + MARGIN_M) * (1.02 / M_MIN_M) + 1e-9
    half = widen / 2
    low_a, low_b, high_a, high_b = (
        a[:, LAT_LOW] - half,
        b[:, LAT_LOW] - half,
        a[:, LAT_HIGH] + half,
        b[:, LAT_HIGH] + half,
    )
    first = np.maximum(np.maximum(low_a, low_b) - half, (low_a + low_b) / 2)
    last = np.minimum(np.minimum(high_a, high_b) + half, (high_a + high_b) / 2)
    low_lat, high_lat = np.minimum(first, last), np.maximum(first, last)
    far = np.maximum(-low_lat, high_lat)
    near = np.maximum(np.maximum(low_lat, -high_lat), 0.0)
    proven = far <= LIMIT_LAT
    if not proven.all():
        far, near = np.minimum(far, LIMIT_LAT), np.minimum(near, LIMIT_LAT)
    rounding = (np.abs(east) + np.abs(north) + (a[:, OUTER] + b[:, OUTER])) * 2.0**-18 + ROUND_M
    slop_a, slop_b = a[:, SLOP] + rounding, b[:, SLOP] + rounding
    slack = slop_a + slop_b
    high = (threshold + MARGIN_M) * mercator_scale(far) + slack
    low = (threshold - MARGIN_M) * mercator_scale(near) - slack
    proven &= high < _LIMIT_M
    if not proven.all():
        low, high = np.where(proven, low, -np.inf), np.where(proven, high, np.inf)
    return _Placed(
        east, north, np.sqrt(east * east + north * north), slop_a, slop_b, low, high, threshold, low_lat, high_lat
    )


def _by_discs(a: Floats, b: Floats, at: _Placed) -> Codes:
    """Compare the discs around the drawings and those inside them."""
    gap = at.between - (a[:, OUTER] + b[:, OUTER])
    inner = np.maximum(at.between - (a[:, INNER] + b[:, INNER]), 0.0)
    return decided(gap, inner, at.low, at.high)


def _by_shadows(a: Array, b: Array, at: _Placed) -> Codes:
    """Look along the line between the centres: the gap between the shapes' shadows, and their foremost vertices."""
    scale = 1 / np.maximum(at.between, 1e-3)
    u, v = (at.east * scale).astype(np.float32), (at.north * scale).astype(np.float32)
    reach_a, ahead_x, ahead_y = _foremost(_pairs_last(a), u, v)
    reach_b, behind_x, behind_y = _foremost(_pairs_last(b), -u, -v)
    gap = at.between - reach_a - reach_b
    foremost = np.hypot(at.east + (behind_x - ahead_x), at.north + (behind_y - ahead_y))
    return decided(gap, foremost, at.low, at.high)


def _foremost(rings: Array, u: Array, v: Array) -> tuple[Array, Array, Array]:
    """Return how far each ring reaches in a direction, and the vertex that does."""
    along = u * rings[0]
    along += v * rings[1]
    reach = along.max(axis=0)
    x, y = np.broadcast_to(rings[:, 0], (2, *reach.shape)).copy()
    for vertex in range(1, len(along)):
        best = along[vertex] == reach
        np.copyto(x, rings[0, vertex], where=best)
        np.copyto(y, rings[1, vertex], where=best)
    return reach, x, y


def _pairs_last(rings: Array) -> Array:
    """Return rings (pair, 2, vertex) as (2, vertex, pair): long runs are fast."""
    return np.ascontiguousarray(rings.transpose(1, 2, 0))


def _by_mercator(a: Array, b: Array, at: _Placed) -> Codes:
    """Take the least distance between the Mercator drawings, in float32."""
    ax, ay = _pairs_last(a)
    bx, by = _pairs_last(b)
    bx += at.east.astype(np.float32)
    by += at.north.astype(np.float32)
    return between_rings(ax, ay, bx, by, PairLimits(at.slop_a, at.slop_b, at.low, at.high, at.threshold >= 0))
