"""Certain answers for many pairs of volumes at once; only what stays UNDECIDED needs the exact test (`separation`).

Time and height are decided outright, on integers. The horizontal distance is bounded in steps, each narrower and slower:
supports of the Mercator drawings (float32), their least distance, the same on a Lambert chart made for the pair
(float64), and last only the few edges that matter, cut in sixteen. `chart` holds the proofs. Every bound keeps
`MARGIN_M` clear of the threshold, so whatever the exact test would flag as `boundary` reaches the exact test.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from detente.geometry.chart import A_M, M_MIN_M, RAD_PER_NDEG, TURN_NDEG, Floats, isometric, mercator_scale

APART, MEETS, UNDECIDED = 0, 1, 2
MARGIN_M = 0.002
"""Kept clear on both sides of every threshold: twice the bound on the exact test's own error."""

GEODESIC, PARALLEL, LONLAT = 0, 1, 2

_ROUND_M = 1e-4
_TURN_M = 2 * np.pi * A_M
_LIMIT_LAT = np.radians(85.0)
_LIMIT_M = 1e7
_LIMIT_LAMBERT_M = 1e6
_CUTS = 16
_GEOD = Geod(ellps="WGS84")

Codes = NDArray[np.int8]
Bools = NDArray[np.bool_]
Array = NDArray[Any]


class Drawings(NamedTuple):
    """Drawings of one or many cores, column by column; `rings` all have one size (shorter ones repeat their last vertex).

    `centre_x`, `centre_y`, `radius`, `slop` and `rings` (float32, from the centre) are Mercator metres; `buffer` is metres
    on the ground; latitudes are radians; `edge` is GEODESIC, PARALLEL or LONLAT. `rings` and `vertices` have shape (n, 2,
    size): x and y, latitudes and longitudes (ndeg).
    """

    centre_x: Floats
    centre_y: Floats
    radius: Floats
    slop: Floats
    buffer: Floats
    lat_low: Floats
    lat_high: Floats
    edge: NDArray[np.int64]
    rings: NDArray[np.float32]
    vertices: NDArray[np.int64]

    def pick(self, rows: Array) -> Drawings:
        """Return the drawings at `rows`; a single drawing stands for all and is returned as it is."""
        return self if len(self.centre_x) == 1 else Drawings(*(column[rows] for column in self))

    def repeated(self, count: int) -> Drawings:
        """Return `count` drawings: these, or the single one that stands for all."""
        if len(self.centre_x) == count:
            return self
        return Drawings(*(np.broadcast_to(column, (count, *column.shape[1:])) for column in self))


def horizontal(a: Drawings, b: Drawings, separation_m: float) -> Codes:
    """Say of each pair whether its outlines certainly meet or are apart within `separation_m`, as far as can be said.

    `a` and `b` hold as many drawings as there are pairs, or one that stands in every pair.
    """
    pairs = max(len(a.centre_x), len(b.centre_x))
    verdict = np.full(pairs, UNDECIDED, np.int8)
    if not pairs:
        return verdict
    threshold = np.broadcast_to(separation_m + a.buffer + b.buffer, (pairs,))
    if a.rings.shape[2] == b.rings.shape[2] == 1:
        return _between_points(a, b, threshold)
    place = _on_mercator(a, b, threshold)
    verdict = _by_supports(a.rings, b.rings, place)
    rows = np.flatnonzero(verdict == UNDECIDED)
    if len(rows):
        a, b, threshold = a.pick(rows), b.pick(rows), threshold[rows]
        verdict[rows] = some = _by_mercator(a, b, _Placed(*(part[rows] for part in place)), threshold)
        few = np.flatnonzero(some == UNDECIDED)
        if len(few):
            a, b, threshold = a.pick(few).repeated(len(few)), b.pick(few).repeated(len(few)), threshold[few]
            verdict[rows[few]] = np.where(
                _share_a_vertex(a, b) & (threshold >= 0), MEETS, _by_lambert(a, b, threshold)
            )
    return verdict


def _share_a_vertex(a: Drawings, b: Drawings) -> Bools:
    """Say which pairs have a vertex in common, so that they touch whatever their edges do: neighbouring zones do."""
    same = a.vertices[:, :, :, None] == b.vertices[:, :, None, :]
    result: Bools = same.all(axis=1).any(axis=(1, 2))
    return result


def _verdict(least: Array, most: Array, low: Array, high: Array) -> Codes:
    """Apart if the least the distance can be is above `high`, meeting if the most is below `low`."""
    verdict = np.full(least.shape, UNDECIDED, np.int8)
    verdict[least > high] = APART
    verdict[most < low] = MEETS
    return verdict


def _between_points(a: Drawings, b: Drawings, threshold: Floats) -> Codes:
    one, two = a.repeated(len(threshold)).vertices[:, :, 0], b.repeated(len(threshold)).vertices[:, :, 0]
    distance = _GEOD.inv(one[:, 1] * 1e-9, one[:, 0] * 1e-9, two[:, 1] * 1e-9, two[:, 0] * 1e-9)[2]
    return _verdict(distance, distance, threshold - MARGIN_M, threshold + MARGIN_M)


class _Band(NamedTuple):
    """The latitudes that matter to a pair: none outside can lie on a path no longer than the threshold."""

    low: Floats
    high: Floats


def _band(a: Drawings, b: Drawings, threshold: Floats) -> _Band:
    widen = 1.02 * (threshold + MARGIN_M) / M_MIN_M + 1e-9
    low = np.maximum(a.lat_low, b.lat_low) - widen
    high = np.minimum(a.lat_high, b.lat_high) + widen
    return _Band(np.minimum(low, high), np.maximum(low, high))


class _Placed(NamedTuple):
    """How the second drawing of each pair lies from the first on Mercator, and what would decide the pair there."""

    east: Floats
    north: Floats
    tight: Floats
    """what rounding to float32 may do to a distance between the two"""
    low: Floats
    """below this distance they meet"""
    high: Floats
    """above this distance they are apart"""


def _on_mercator(a: Drawings, b: Drawings, threshold: Floats) -> _Placed:
    east = b.centre_x - a.centre_x
    east -= _TURN_M * np.round(east / _TURN_M)
    north = b.centre_y - a.centre_y
    band = _band(a, b, threshold)
    far = np.maximum(-band.low, band.high)
    near = np.maximum(np.maximum(band.low, -band.high), 0.0)
    proven = far <= _LIMIT_LAT
    if not proven.all():
        far, near = np.minimum(far, _LIMIT_LAT), np.minimum(near, _LIMIT_LAT)
    tight = (np.abs(east) + np.abs(north) + (a.radius + b.radius)) * 2.0**-18 + _ROUND_M
    slack = tight + a.slop + b.slop
    high = (threshold + MARGIN_M) * mercator_scale(far) + slack
    low = (threshold - MARGIN_M) * mercator_scale(near) - slack
    proven &= high < _LIMIT_M
    if not proven.all():
        low, high = np.where(proven, low, -np.inf), np.where(proven, high, np.inf)
    return _Placed(east, north, tight, low, high)


def _by_supports(a: Array, b: Array, at: _Placed) -> Codes:
    """Look along the line between the centres: the gap between the shapes' shadows, and their foremost vertices."""
    between = np.hypot(at.east, at.north)
    scale = 1 / np.maximum(between, 1e-3)
    u, v = (at.east * scale).astype(np.float32)[:, None], (at.north * scale).astype(np.float32)[:, None]
    ax, ay, bx, by = a[:, 0], a[:, 1], b[:, 0], b[:, 1]
    along_a, along_b = u * ax, u * bx
    along_a += v * ay
    along_b += v * by
    i, j = along_a.argmax(axis=1), along_b.argmin(axis=1)
    rows = np.arange(len(between))
    rows_a = rows if len(a) > 1 else 0
    rows_b = rows if len(b) > 1 else 0
    gap = between + along_b[rows, j] - along_a[rows, i]
    foremost = np.hypot(at.east + bx[rows_b, j] - ax[rows_a, i], at.north + by[rows_b, j] - ay[rows_a, i])
    return _verdict(gap, foremost, at.low, at.high)


def _by_mercator(a: Drawings, b: Drawings, at: _Placed, threshold: Floats) -> Codes:
    """Take the least distance between the Mercator drawings, in float32."""
    verdict = np.empty(len(threshold), np.int8)
    at_once = max(1, 2**16 // (a.rings.shape[2] * b.rings.shape[2]))
    for start in range(0, len(threshold), at_once):
        part = slice(start, start + at_once)
        ring_a = a.rings if len(a.rings) == 1 else a.rings[part]
        ring_b = b.rings if len(b.rings) == 1 else b.rings[part]
        verdict[part] = _between_rings(
            ring_a[:, 0],
            ring_a[:, 1],
            ring_b[:, 0] + at.east[part].astype(np.float32)[:, None],
            ring_b[:, 1] + at.north[part].astype(np.float32)[:, None],
            (a.slop if len(a.slop) == 1 else a.slop[part]) + at.tight[part],
            (b.slop if len(b.slop) == 1 else b.slop[part]) + at.tight[part],
            at.low[part],
            at.high[part],
            threshold[part],
        )
    return verdict


class _Rings(NamedTuple):
    """Two rings of chords against each other: squared distances vertex to edge, and which edges cross."""

    from_a: Array
    """[pair, vertex of a, edge of b]"""
    from_b: Array
    """[pair, edge of a, vertex of b]"""
    crossing: Bools
    """[pair, edge of a, edge of b]"""
    a_inside: Bools
    """whether a's first vertex lies inside b"""
    b_inside: Bools


def _rings(ax: Array, ay: Array, bx: Array, by: Array) -> _Rings:
    """Compare ring with ring, pair by pair; a may be a single ring. Both are closed from last vertex to first."""
    fx, fy = _after(ax, 1) - ax, _after(ay, 1) - ay
    ex, ey = _after(bx, 1) - bx, _after(by, 1) - by
    up_a, up_b = ay > by[:, :1], by > ay[:, :1]
    dx, dy = ax[:, :, None] - bx[:, None, :], ay[:, :, None] - by[:, None, :]
    fx, fy, ex, ey = fx[:, :, None], fy[:, :, None], ex[:, None, :], ey[:, None, :]
    from_a = _to_segment(dx, dy, ex, ey)
    from_b = _to_segment(-dx, -dy, fx, fy)
    side_a = ex * dy - ey * dx > 0
    side_b = fy * dx - fx * dy > 0
    crossing = (side_a ^ _after(side_a, 1)) & (side_b ^ _after(side_b, 2))
    a_inside = (up_b ^ _after(up_b, 1)) & (side_a[:, 0, :] == (ey[:, 0, :] > 0))
    b_inside = (up_a ^ _after(up_a, 1)) & (side_b[:, :, 0] == (fy[:, :, 0] > 0))
    return _Rings(
        from_a, from_b, crossing, np.logical_xor.reduce(a_inside, axis=1), np.logical_xor.reduce(b_inside, axis=1)
    )


def _after(values: Array, axis: int) -> Array:
    """Return at each place along an axis what stands at the next, and at the last what stands at the first."""
    if axis == 1:
        return np.concatenate((values[:, 1:], values[:, :1]), axis=1)
    return np.concatenate((values[:, :, 1:], values[:, :, :1]), axis=2)


def _to_segment(dx: Array, dy: Array, ex: Array, ey: Array) -> Array:
    """Return squared distances from points d to segments e, both seen from the segment's start."""
    square = ex * ex + ey * ey
    t = dx * ex
    t += dy * ey
    t *= np.where(square > 0, 1 / np.where(square > 0, square, 1), 0)
    np.clip(t, 0, 1, out=t)
    x = t * ex
    np.subtract(dx, x, out=x)
    t *= ey
    np.subtract(dy, t, out=t)
    x *= x
    t *= t
    x += t
    return x


def _between_rings(
    ax: Array,
    ay: Array,
    bx: Array,
    by: Array,
    slop_a: Array,
    slop_b: Array,
    low: Array,
    high: Array,
    threshold: Array,
) -> Codes:
    rings = _rings(ax, ay, bx, by)
    least = np.sqrt(np.minimum(rings.from_a.min(axis=(1, 2)), rings.from_b.min(axis=(1, 2))))
    touching = rings.crossing.any(axis=(1, 2)) | rings.a_inside | rings.b_inside
    least[touching] = 0
    verdict = _verdict(least, least, low, high)
    open_still = touching & (verdict == UNDECIDED) & (threshold >= 0)
    if open_still.any():
        rows = np.flatnonzero(open_still)
        verdict[rows[_surely_overlap(_Rings(*(part[rows] for part in rings)), slop_a[rows], slop_b[rows])]] = MEETS
    return verdict


def _surely_overlap(rings: _Rings, slop_a: Array, slop_b: Array) -> Bools:
    """Say whether the true edges overlap, not only their chords.

    Vertices are exact. Bending one chord into its true edge keeps it within its slop; as long as no end of either edge is
    swept over by the other, the number of crossings keeps its parity. The same holds for a vertex inside a ring.
    """
    clear_b = rings.from_a > (slop_b * slop_b)[:, None, None]
    clear_a = rings.from_b > (slop_a * slop_a)[:, None, None]
    firm = rings.crossing & clear_b & _after(clear_b, 1) & clear_a & _after(clear_a, 2)
    a_inside = rings.a_inside & clear_b[:, 0, :].all(axis=1)
    b_inside = rings.b_inside & clear_a[:, :, 0].all(axis=1)
    result: Bools = firm.any(axis=(1, 2)) | a_inside | b_inside
    return result


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


def _by_lambert(a: Drawings, b: Drawings, threshold: Floats) -> Codes:
    """Draw each pair on its own chart and take the least distance there; cut the edges that matter if that is not enough."""
    pairs = len(threshold)
    band = _band(a, b, threshold)
    proven = (np.maximum(np.abs(band.low), np.abs(band.high)) <= _LIMIT_LAT) & (threshold < _LIMIT_LAMBERT_M)
    phi0 = np.clip((band.low + band.high) / 2, -_LIMIT_LAT, _LIMIT_LAT)
    n = np.sin(phi0)
    n = np.where(np.abs(n) < 1e-6, 1e-6, n)
    phi0 = np.arcsin(n)
    k0 = mercator_scale(phi0)
    chart = _Lambert(n, isometric(n), a.vertices[:, 1, 0], A_M / k0)
    shape_a, shape_b = _shape(a, chart), _shape(b, chart)
    ends = np.clip(np.stack([band.low, band.high]), -_LIMIT_LAT, _LIMIT_LAT)
    most = (mercator_scale(ends) / k0 * np.exp(-n * (isometric(np.sin(ends)) - chart.psi0))).max(axis=0)
    high = np.where(proven, (threshold + MARGIN_M) * most + _ROUND_M, np.inf)
    low = np.where(proven, threshold - MARGIN_M - _ROUND_M, -np.inf)
    slop_a, slop_b = shape_a.slop.max(axis=1), shape_b.slop.max(axis=1)
    verdict = np.empty(pairs, np.int8)
    at_once = max(1, 2**19 // (shape_a.x.shape[1] * shape_b.x.shape[1]))
    for start in range(0, pairs, at_once):
        part = slice(start, start + at_once)
        slops = slop_a[part] + slop_b[part]
        verdict[part] = _between_rings(
            shape_a.x[part],
            shape_a.y[part],
            shape_b.x[part],
            shape_b.y[part],
            slop_a[part] + _ROUND_M,
            slop_b[part] + _ROUND_M,
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


def _shape(drawing: Drawings, chart: _Lambert) -> _Shape:
    lat = drawing.vertices[:, 0] * RAD_PER_NDEG
    first = drawing.vertices[:, 1, :1]
    lon = (_short_way(drawing.vertices[:, 1] - first) + _short_way(first - chart.lon0_ndeg[:, None])) * RAD_PER_NDEG
    psi = isometric(np.sin(lat)) - chart.psi0[:, None]
    x, y = chart.draw(lon, psi)
    length = np.hypot(_after(x, 1) - x, _after(y, 1) - y)
    stretch = np.exp(-chart.n[:, None] * psi) * (chart.metres / A_M)[:, None]
    least, most = stretch.min(axis=1), stretch.max(axis=1)
    margin = 1 + 0.01
    off_parallel = np.maximum(
        np.abs(np.sin(drawing.lat_low) - chart.n), np.abs(np.sin(drawing.lat_high) - chart.n)
    )
    geodesic = drawing.edge == GEODESIC
    curvature = np.where(geodesic, off_parallel, np.abs(chart.n)) * margin / (A_M * least)
    sagitta = curvature[:, None] * length * length / 7
    steep = np.maximum(np.abs(drawing.lat_low), np.abs(drawing.lat_high))
    rise = _after(lat, 1) - lat
    uneven = A_M * rise * rise / 8 * ((np.tan(steep) + 0.0068) / np.cos(steep) * most * margin)[:, None]
    slop = sagitta + np.where(drawing.edge == LONLAT, 1.0, 0.0)[:, None] * uneven
    slop = np.where(curvature[:, None] * length > 1, np.inf, slop)
    return _Shape(x, y, lon, psi, lat, slop, np.where(geodesic, 0.0, 1.0)[:, None] * slop, drawing.edge)


def _short_way(ndeg: NDArray[np.int64]) -> NDArray[np.int64]:
    return ndeg - TURN_NDEG * np.round(ndeg / TURN_NDEG).astype(np.int64)


def _by_cutting(a: _Shape, b: _Shape, chart: _Lambert, low: Floats, high: Floats) -> Codes:
    """Cut every pair of edges that could come within `high` into sixteen by sixteen and take the least distance of all."""
    rings = _rings(a.x, a.y, b.x, b.y)
    ends_a = np.minimum(rings.from_a, _after(rings.from_a, 1))
    ends_b = np.minimum(rings.from_b, _after(rings.from_b, 2))
    nearest = np.sqrt(np.minimum(ends_a, ends_b))
    nearest[rings.crossing] = 0
    slops = a.slop[:, :, None] + b.slop[:, None, :]
    pair, i, j = np.nonzero(nearest - slops <= high[:, None, None])
    ax, ay = _cut(a, chart, pair, i)
    bx, by = _cut(b, chart, pair, j)
    cut = _rings(ax, ay, bx, by)
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
    return _verdict(least, most, low, high)


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
