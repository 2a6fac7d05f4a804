"""The narrow bound: each pair on a Lambert chart of its own, in float64, and if need be its nearest edges cut in sixteen.

`chart` holds the proofs. Within 50 km what stays undecided is centimetres wide.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.geometry.chart import (
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
from detente.geometry.chords import UNDECIDED, Codes, after, between_rings, compare, decided

_LIMIT_M = 1e6
_CUTS = 16


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


class _Lambert(NamedTuple):
    """One chart per pair: the latitude where it is true, its Mercator coordinates, its cone constant and its scale there."""

    n: Floats
    psi0: Floats
    lon0_ndeg: NDArray[np.int64]
    metres: Floats

    def draw(self, lon: Floats, psi: Floats) -> tuple[Floats, Floats]:
        """Return x and y in metres; `lon` (radians) from `lon0_ndeg`, `psi` from `psi0`."""
        axes = (slice(None), *(None,) * (lon.ndim - 1))
        n, metres = self.n[axes], self.metres[axes]
        rho = np.exp(-n * psi)
        half = np.sin(n * lon / 2)
        return metres * rho * np.sin(n * lon) / n, metres * (2 * rho * half * half - np.expm1(-n * psi)) / n


class _Shape(NamedTuple):
    """A core on a Lambert chart: vertices, their Mercator coordinates, and per edge (from vertex i) length and slop."""

    x: Floats
    y: Floats
    lon: Floats
    psi: Floats
    lat: Floats
    slop: Floats
    bend: Floats
    """per edge, what of its slop shrinks with the square of its length when it is cut"""
    edge: NDArray[np.int64]


def by_lambert(pairs: Pairs) -> Codes:
    """Draw each pair on its own chart and take the least distance there; cut the edges that matter if that is not enough."""
    threshold, band = pairs.threshold, pairs.band
    proven = (np.maximum(np.abs(band[0]), np.abs(band[1])) <= LIMIT_LAT) & (threshold < _LIMIT_M)
    phi0 = np.clip((band[0] + band[1]) / 2, -LIMIT_LAT, LIMIT_LAT)
    n = np.sin(phi0)
    n = np.where(np.abs(n) < 1e-6, 1e-6, n)
    phi0 = np.arcsin(n)
    k0 = mercator_scale(phi0)
    chart = _Lambert(n, isometric(n), pairs.a.ndeg[:, 1, 0], A_M / k0)
    shape_a, shape_b = _shape(pairs.a, chart), _shape(pairs.b, chart)
    ends = np.clip(np.stack(band), -LIMIT_LAT, LIMIT_LAT)
    most = (mercator_scale(ends) / k0 * np.exp(-n * (isometric(np.sin(ends)) - chart.psi0))).max(axis=0)
    high = np.where(proven, (threshold + MARGIN_M) * most + ROUND_M, np.inf)
    low = np.where(proven, threshold - MARGIN_M - ROUND_M, -np.inf)
    slop_a, slop_b = shape_a.slop.max(axis=1), shape_b.slop.max(axis=1)
    verdict = np.empty(len(threshold), np.int8)
    at_once = max(1, 2**19 // (shape_a.x.shape[1] * shape_b.x.shape[1]))
    for start in range(0, len(threshold), at_once):
        part = slice(start, start + at_once)
        slops = slop_a[part] + slop_b[part]
        verdict[part] = between_rings(
            shape_a.x[part],
            shape_a.y[part],
            shape_b.x[part],
            shape_b.y[part],
            slop_a[part] + ROUND_M,
            slop_b[part] + ROUND_M,
            low[part] - slops,
            high[part] + slops,
            threshold[part],
        )
    rows = np.flatnonzero((verdict == UNDECIDED) & proven & (low > 0))
    at_once = max(1, at_once // 8)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        cut_a, cut_b = _Shape(*(p[some] for p in shape_a)), _Shape(*(p[some] for p in shape_b))
        verdict[some] = _by_cutting(cut_a, cut_b, _Lambert(*(p[some] for p in chart)), low[some], high[some])
    return verdict


def _shape(core: Core, chart: _Lambert) -> _Shape:
    lat = core.ndeg[:, 0] * RAD_PER_NDEG
    first = core.ndeg[:, 1, :1]
    lon = (_short_way(core.ndeg[:, 1] - first) + _short_way(first - chart.lon0_ndeg[:, None])) * RAD_PER_NDEG
    psi = isometric(np.sin(lat)) - chart.psi0[:, None]
    x, y = chart.draw(lon, psi)
    length = np.hypot(after(x, 1) - x, after(y, 1) - y)
    stretch = np.exp(-chart.n[:, None] * psi) * (chart.metres / A_M)[:, None]
    least, most = stretch.min(axis=1), stretch.max(axis=1)
    margin = 1 + 0.01
    off_parallel = np.maximum(
        np.abs(np.sin(core.lat_low) - chart.n), np.abs(np.sin(core.lat_high) - chart.n)
    )
    geodesic = core.edge == GEODESIC
    curvature = np.where(geodesic, off_parallel, np.abs(chart.n)) * margin / (A_M * least)
    sagitta = curvature[:, None] * length * length / 7
    steep = np.maximum(np.abs(core.lat_low), np.abs(core.lat_high))
    rise = after(lat, 1) - lat
    uneven = A_M * rise * rise / 8 * ((np.tan(steep) + 0.0068) / np.cos(steep) * most * margin)[:, None]
    slop = sagitta + np.where(core.edge == LONLAT, 1.0, 0.0)[:, None] * uneven
    slop = np.where(curvature[:, None] * length > 1, np.inf, slop)
    return _Shape(x, y, lon, psi, lat, slop, np.where(geodesic, 0.0, 1.0)[:, None] * slop, core.edge)


def _short_way(ndeg: NDArray[np.int64]) -> NDArray[np.int64]:
    return ndeg - TURN_NDEG * np.round(ndeg / TURN_NDEG).astype(np.int64)


def _by_cutting(a: _Shape, b: _Shape, chart: _Lambert, low: Floats, high: Floats) -> Codes:
    """Cut every pair of edges that could come within `high` into sixteen by sixteen and take the least distance of all."""
    rings = compare(a.x, a.y, b.x, b.y)
    ends_a = np.minimum(rings.from_a, after(rings.from_a, 1))
    ends_b = np.minimum(rings.from_b, after(rings.from_b, 2))
    nearest = np.sqrt(np.minimum(ends_a, ends_b))
    nearest[rings.crossing] = 0
    slops = a.slop[:, :, None] + b.slop[:, None, :]
    pair, i, j = np.nonzero(nearest - slops <= high[:, None, None])
    ax, ay = _cut(a, chart, pair, i)
    bx, by = _cut(b, chart, pair, j)
    cut = compare(ax, ay, bx, by)
    # these are open chains: the chord that would close them is not theirs
    gap = np.minimum(cut.from_a[:, :, :-1].min(axis=(1, 2)), cut.from_b[:, :-1, :].min(axis=(1, 2)))
    gap[cut.crossing[:, :-1, :-1].any(axis=(1, 2))] = 0
    gap = np.sqrt(gap)
    left = (
        a.slop[pair, i] - a.bend[pair, i] * (1 - _CUTS**-2) + b.slop[pair, j] - b.bend[pair, j] * (1 - _CUTS**-2)
    )
    least, most = np.full(len(low), np.inf), np.full(len(low), np.inf)
    np.minimum.at(least, pair, gap - left)
    np.minimum.at(most, pair, gap + left)
    inside = rings.a_inside | rings.b_inside
    least[inside] = 0
    return decided(least, most, low, high)


def _cut(shape: _Shape, chart: _Lambert, pair: NDArray[np.int64], i: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return points along edges i, ends included, as their declared reading runs; geodesics along their chart chord."""
    following = (i + 1) % shape.x.shape[1]
    t = np.linspace(0, 1, _CUTS + 1)

    def along(values: Floats) -> Floats:
        start = values[pair, i][:, None]
        line: Floats = start + (values[pair, following][:, None] - start) * t
        return line

    psi0 = chart.psi0[pair][:, None]
    edge = shape.edge[pair][:, None]
    psi = np.where(edge == LONLAT, isometric(np.sin(along(shape.lat))) - psi0, along(shape.psi))
    x, y = _Lambert(*(part[pair] for part in chart)).draw(along(shape.lon), psi)
    return np.where(edge == GEODESIC, along(shape.x), x), np.where(edge == GEODESIC, along(shape.y), y)
