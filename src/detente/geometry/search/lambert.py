"""The narrow bound: each pair on a Lambert chart of its own, in float64, and if need be its nearest edges cut in sixteen.

`chart` holds the proofs. Within 50 km what stays undecided is centimetres wide.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.geometry.search.chart import (
    A_M,
    GEODESIC,
    LIMIT_LAT,
    LONLAT,
    MARGIN_M,
    RAD_PER_NDEG,
    ROUND_M,
    TURN_NDEG,
    Floats,
    isometric,
    mercator_scale,
)
from detente.geometry.search.chords import UNDECIDED, Codes, PairLimits, after, between_rings, compare, decided

_LIMIT_M = 1e6
_CUTS = 16
_AT_ONCE = 2**16
_SPARE = 1.01
"""An edge may leave the latitudes of its ends by a little, and with them the range of the chart's stretch."""

Rows = NDArray[np.int64]


class Core(NamedTuple):
    """Cores of outlines, one row each: how their edges run, their latitudes (radians), their rings (n, 2, size) in ndeg."""

    edge: NDArray[np.int64]
    lat_low: Floats
    lat_high: Floats
    ndeg: NDArray[np.int64]


class Pairs(NamedTuple):
    """Pairs of cores, the distance that decides each (metres), and its band: the least and largest latitude that matter."""

    a: Core
    b: Core
    threshold: Floats
    band: tuple[Floats, Floats]


class _Charts(NamedTuple):
    """One chart per pair: the latitude where it is true (its sine n and isometric latitude), its longitude 0, its scale."""

    n: Floats
    psi0: Floats
    lon0_ndeg: NDArray[np.int64]
    metres: Floats

    def pick(self, rows: Rows) -> _Charts:
        return _Charts(self.n[rows], self.psi0[rows], self.lon0_ndeg[rows], self.metres[rows])

    def draw(self, lon: Floats, psi: Floats) -> tuple[Floats, Floats]:
        """Return x and y in metres; `lon` (radians) from `lon0_ndeg`, `psi` from `psi0`; pairs last."""
        rho = np.exp(-self.n * psi)
        half = np.sin(self.n * lon / 2)
        scale = self.metres / self.n
        return scale * rho * np.sin(self.n * lon), scale * (2 * rho * half * half - np.expm1(-self.n * psi))


class _Shape(NamedTuple):
    """Cores on their charts, (vertex, pair); slops are of the edge from that vertex."""

    x: Floats
    y: Floats
    lon: Floats
    psi: Floats
    lat: Floats
    slop: Floats
    bend: Floats
    """what of the slop shrinks with the square of the edge's length when it is cut"""
    edge: NDArray[np.int64]
    """(pair)"""

    def pick(self, rows: Rows) -> _Shape:
        return _Shape(
            x=self.x[:, rows],
            y=self.y[:, rows],
            lon=self.lon[:, rows],
            psi=self.psi[:, rows],
            lat=self.lat[:, rows],
            slop=self.slop[:, rows],
            bend=self.bend[:, rows],
            edge=self.edge[rows],
        )


def by_lambert(pairs: Pairs) -> Codes:
    """Draw each pair on its own chart and take the least distance there; cut the edges that matter if that is not enough."""
    threshold, band = pairs.threshold, pairs.band
    proven = (np.maximum(-band[0], band[1]) <= LIMIT_LAT) & (threshold < _LIMIT_M)
    n = np.sin(np.clip((band[0] + band[1]) / 2, -LIMIT_LAT, LIMIT_LAT))
    n = np.where(np.abs(n) < 1e-6, 1e-6, n)
    k0 = mercator_scale(np.arcsin(n))
    charts = _Charts(n, isometric(n), pairs.a.ndeg[:, 1, 0], A_M / k0)
    a, b = _shape(pairs.a, charts), _shape(pairs.b, charts)
    ends = np.clip(np.stack(band), -LIMIT_LAT, LIMIT_LAT)
    most = (mercator_scale(ends) / k0 * np.exp(-n * (isometric(np.sin(ends)) - charts.psi0))).max(axis=0)
    high = np.where(proven, (threshold + MARGIN_M) * most + ROUND_M, np.inf)
    low = np.where(proven, threshold - MARGIN_M - ROUND_M, -np.inf)
    slop_a, slop_b = a.slop.max(axis=0), b.slop.max(axis=0)
    slops = slop_a + slop_b
    limits = PairLimits(slop_a + ROUND_M, slop_b + ROUND_M, low - slops, high + slops, threshold >= 0)
    verdict = np.full(len(threshold), UNDECIDED, np.int8)
    portion = max(1, _AT_ONCE // (len(a.x) * len(b.x)))
    for rows in _portions(np.arange(len(threshold)), portion):
        verdict[rows] = between_rings(a.x[:, rows], a.y[:, rows], b.x[:, rows], b.y[:, rows], limits.pick(rows))
    for rows in _portions(np.flatnonzero((verdict == UNDECIDED) & proven & (low > 0)), max(1, portion // 8)):
        verdict[rows] = _by_cutting(a.pick(rows), b.pick(rows), charts.pick(rows), low[rows], high[rows])
    return verdict


def _portions(rows: Rows, size: int) -> list[Rows]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _shape(core: Core, charts: _Charts) -> _Shape:
    ndeg = np.ascontiguousarray(core.ndeg.transpose(1, 2, 0))
    lat: Floats = ndeg[0] * RAD_PER_NDEG
    east = _short_way(ndeg[1] - ndeg[1, 0])
    lon: Floats = (east + _short_way(ndeg[1, 0] - charts.lon0_ndeg)) * RAD_PER_NDEG
    psi = isometric(np.sin(lat)) - charts.psi0
    x, y = charts.draw(lon, psi)
    length = np.hypot(after(x) - x, after(y) - y)
    stretch = np.exp(-charts.n * psi) * (charts.metres / A_M)
    least, most = stretch.min(axis=0) / _SPARE, stretch.max(axis=0) * _SPARE
    geodesic = core.edge == GEODESIC
    off_parallel = np.maximum(np.abs(np.sin(core.lat_low) - charts.n), np.abs(np.sin(core.lat_high) - charts.n))
    curvature = np.where(geodesic, off_parallel, np.abs(charts.n)) / (A_M * least)
    slop = curvature * length * length / 7
    steep = np.maximum(np.abs(core.lat_low), np.abs(core.lat_high))
    rise = after(lat) - lat
    uneven = A_M * rise * rise / 8 * ((np.tan(steep) + 0.0068) / np.cos(steep) * most)
    slop += np.where(core.edge == LONLAT, uneven, 0.0)
    bend = np.where(geodesic, 0.0, slop)
    bent_too_far = curvature * length > 1
    slop[bent_too_far], bend[bent_too_far] = np.inf, 0.0
    return _Shape(x, y, lon, psi, lat, slop, bend, core.edge)


def _short_way(ndeg: NDArray[np.int64]) -> NDArray[np.int64]:
    return ndeg - TURN_NDEG * np.round(ndeg / TURN_NDEG).astype(np.int64)


def _by_cutting(a: _Shape, b: _Shape, charts: _Charts, low: Floats, high: Floats) -> Codes:
    """Cut every pair of edges that could be the nearest into sixteen by sixteen and take the least distance of all."""
    rings = compare(a.x, a.y, b.x, b.y)
    nearest = np.minimum(rings.from_a, after(rings.from_a))
    nearest = np.sqrt(np.minimum(nearest, np.minimum(rings.from_b, after(rings.from_b, 1))))
    nearest[rings.crossing] = 0
    slops = a.slop[:, None] + b.slop
    i, j, pair = np.nonzero(nearest - slops <= np.minimum(high, (nearest + slops).min(axis=(0, 1))))
    least, most = np.full(len(low), np.inf), np.full(len(low), np.inf)
    for rows in _portions(np.arange(len(pair)), _AT_ONCE // (_CUTS + 1) ** 2):
        gap, left = _between_edges(a, b, charts, i[rows], j[rows], pair[rows])
        np.minimum.at(least, pair[rows], gap - left)
        np.minimum.at(most, pair[rows], gap + left)
    inside = rings.a_inside | rings.b_inside
    least[inside] = 0
    most = np.where(inside, np.minimum(most, a.slop.max(axis=0) + b.slop.max(axis=0)), most)
    return decided(least, most, low, high)


def _between_edges(a: _Shape, b: _Shape, charts: _Charts, i: Rows, j: Rows, pair: Rows) -> tuple[Floats, Floats]:
    """Return the least distances between cut edges i of a and j of b, and what slop is left in them."""
    some = charts.pick(pair)
    cut = compare(*_cut(a, some, i, pair), *_cut(b, some, j, pair))
    # these are open chains: the chord that would close them is not theirs
    gap = np.sqrt(np.minimum(cut.from_a[:, :-1].min(axis=(0, 1)), cut.from_b[:-1].min(axis=(0, 1))))
    gap[cut.crossing[:-1, :-1].any(axis=(0, 1))] = 0
    left = a.slop[i, pair] + b.slop[j, pair] - (a.bend[i, pair] + b.bend[j, pair]) * (1 - _CUTS**-2)
    return gap, left


def _cut(shape: _Shape, charts: _Charts, i: Rows, pair: Rows) -> tuple[Floats, Floats]:
    """Return points along edges i, ends included, as their declared reading runs; geodesics along their chart chord."""
    following = (i + 1) % len(shape.x)
    t = np.linspace(0, 1, _CUTS + 1)[:, None]

    def along(values: Floats) -> Floats:
        start = values[i, pair]
        line: Floats = start + (values[following, pair] - start) * t
        return line

    edge = shape.edge[pair]
    psi = np.where(edge == LONLAT, isometric(np.sin(along(shape.lat))) - charts.psi0, along(shape.psi))
    x, y = charts.draw(along(shape.lon), psi)
    return np.where(edge == GEODESIC, along(shape.x), x), np.where(edge == GEODESIC, along(shape.y), y)
