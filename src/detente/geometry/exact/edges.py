"""How an edge runs between two vertices, under each declared reading, cut into short pieces.

Three readings (docs/formats/volume.md, "Edges"): `geodesic`; `parallel`, the rhumb line, straight in longitude and
isometric latitude; `lonlat`, straight in longitude and latitude. A piece is one of three kinds:

* GEODESIC: exactly a geodesic (every meridian too, under any reading);
* ARC: exactly a stretch of a parallel;
* SLANTED: straight in (longitude, y), y being isometric or plain latitude. It runs within `bow` metres of the geodesic
  between its ends (and that geodesic within `bow` of it), and never due east or west.

Proof of `bow`: let h(s) be the distance of a curve of length l and geodesic curvature <= k from the geodesic through its
ends. In Fermi coordinates h'' >= -k - K h, and h = 0 at both ends, so h <= k l^2 / 8 times 1 + O(K l^2), which is below
1.01 for l <= 200 km. Also h <= l / 2, since one end of the curve is never farther. The curvature of a parallel and of a
rhumb line is at most tan(lat) / a; of a lon-lat line at most max sin A (1 + cos^2 A) (tan(lat) + 0.0068) / RHO_MIN.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from detente.geometry.geodesic import (
    E2,
    FLATTENING,
    GEOD,
    RHO_MIN_M,
    SEMI_MAJOR_M,
    Bools,
    Floats,
    Ints,
    direct,
    inverse,
    to_space,
)
from detente.geometry.volume import Edge

GEODESIC: Final = 0
ARC: Final = 1
SLANTED: Final = 2
LONGEST_M: Final = 100_000.0
"""No piece is longer: the bounds above, and those of the search, are tight and proven up to twice that."""
_N: Final = FLATTENING / (2 - FLATTENING)
_CONFORMAL: Final = (
    601676 * _N**6 / 22275,
    4174 * _N**5 / 315 - 144838 * _N**6 / 6237,
    4279 * _N**4 / 630 - 332 * _N**5 / 35 - 399572 * _N**6 / 14175,
    56 * _N**3 / 15 - 136 * _N**4 / 35 - 1262 * _N**5 / 105 + 73814 * _N**6 / 2835,
    7 * _N**2 / 3 - 8 * _N**3 / 5 - 227 * _N**4 / 45 + 2704 * _N**5 / 315 + 2323 * _N**6 / 945,
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3 + 116 * _N**4 / 45 + 26 * _N**5 / 45 - 2854 * _N**6 / 675,
)
"""Latitude minus conformal latitude, coefficients of sin 12x down to sin 2x (checked against the inverse in the tests)."""
Bounds = tuple[Floats, Floats, Floats]
_E: Final = E2**0.5


def isometric(lat: Floats) -> Floats:
    """Return the isometric latitude in degrees: the y in which rhumb lines are straight. Infinite at the poles."""
    phi = np.radians(lat)
    return np.asarray(np.degrees(np.arcsinh(np.tan(phi)) - _E * np.arctanh(_E * np.sin(phi))))


def latitude_of(psi: Floats) -> Floats:
    """Return the latitude of an isometric latitude, degrees: the series in the third flattening, to its seventh power (1e-15)."""
    chi = np.arctan(np.sinh(np.radians(psi)))
    double = 2 * np.cos(2 * chi)
    last = sum_ = np.zeros_like(chi)
    for term in _CONFORMAL:  # Clenshaw's sum of sines
        last, sum_ = sum_, term + double * sum_ - last
    return np.asarray(np.degrees(chi + sum_ * np.sin(2 * chi)))


def wrap(degrees: Floats) -> Floats:
    """Bring an angle into [-180, 180)."""
    return np.asarray((np.asarray(degrees) + 180.0) % 360.0 - 180.0)


@dataclass(slots=True, eq=False)
class Pieces:
    """Short curves side by side, one row each. Degrees and metres; `space0` and `space1` are the ends in x, y, z."""

    kind: Ints
    edge: Ints
    """Which edge of the outline the piece belongs to, from 0."""
    head: Bools
    """The piece starts where its edge starts (`tail`: ends where its edge ends)."""
    tail: Bools
    lat0: Floats
    lon0: Floats
    lat1: Floats
    lon1: Floats
    x0: Floats
    """Unwrapped longitude and y (isometric or plain latitude) of the ends: where ARC and SLANTED pieces are straight."""
    y0: Floats
    x1: Floats
    y1: Floats
    azimuth: Floats
    """At the start, of the geodesic to the end."""
    length: Floats
    """Of that geodesic."""
    reach: Floats
    """At least the length of the curve itself."""
    bow: Floats
    bend: Floats
    """At most this is its geodesic curvature, per metre."""
    space0: Floats
    space1: Floats
    middle: Floats
    sag: Floats
    """The curve is within `sag` of the straight line through space between its ends."""
    normal: Floats
    """Unit normal of the plane through the ends and the Earth's centre; it points to the left of the piece."""
    lean: Floats
    """The curve is within `lean` of that plane's cut through the ellipsoid."""
    isometric: bool

    def take(self, rows: Ints | Bools) -> Pieces:
        """Return some of the rows, in the order asked."""
        values: list[Any] = [getattr(self, f.name) for f in fields(self)]
        taken: list[Any] = [v if isinstance(v, bool) else v[rows] for v in values]
        return Pieces(*taken)

    @property
    def error(self) -> Floats:
        """How far the geodesics that stand for the pieces are from them: `bow` where the search needs a stand-in."""
        return np.where(self.kind == SLANTED, self.bow, 0.0)

    def __len__(self) -> int:
        return len(self.kind)


def measured(
    kind: Ints, edge: Ints, head: Bools, tail: Bools, lat: Floats, lon: Floats, x: Floats, y: Floats, is_isometric: bool
) -> Pieces:
    """Work out everything else about pieces from their kind and their ends; `lat`, `lon`, `x`, `y` have a row per end."""
    azimuth, _, length = inverse(lat[0], lon[0], lat[1], lon[1])
    space0, space1 = to_space(lat, lon)
    if kind.any():
        reach, bow, bend = _curve_bounds(kind, lat, x, y, length, is_isometric)
    else:
        reach, bow, bend = length, np.zeros(len(kind)), np.zeros(len(kind))
    span = space1 - space0
    chord = np.sqrt(np.einsum("ij,ij->i", span, span))
    sag = bow + 0.5 * np.sqrt(np.maximum(0.0, length - chord + 1e-8) * (length + chord)) + 1e-6
    after, before = [1, 2, 0], [2, 0, 1]
    normal = space0[:, after] * space1[:, before] - space0[:, before] * space1[:, after]
    size = np.sqrt(np.einsum("ij,ij->i", normal, normal))
    normal = normal / np.where(size == 0, 1.0, size)[:, None]
    # A plane section through the centre leans at most 0.1925 degrees from the surface normal: its curvature sideways is
    # at most tan(0.1925 deg) / RHO_MIN, so the geodesic is within that times l^2 / 8 of it.
    lean = bow + 0.0034 * length * length / (8 * RHO_MIN_M) + 1e-6
    return Pieces(
        kind, edge, head, tail, lat[0], lon[0], lat[1], lon[1], x[0], y[0], x[1], y[1],
        azimuth, length, reach, bow, bend, space0, space1, (space0 + space1) / 2, sag, normal, lean, is_isometric,
    )  # fmt: skip


def _curve_bounds(kind: Ints, lat: Floats, x: Floats, y: Floats, length: Floats, iso: bool) -> Bounds:
    """Return the length of each curve, its bow and bend, all rounded up; geodesics have their length and 0."""
    phi = np.radians(np.abs(lat))
    high = np.minimum(phi.max(axis=0), np.pi / 2 - 1e-12)
    low = np.where(lat[0] * lat[1] < 0, 0.0, phi.min(axis=0))
    round_m = SEMI_MAJOR_M * np.cos(low) / np.sqrt(1 - E2 * np.sin(low) ** 2)
    dx, dy = np.radians(np.abs(x[1] - x[0])), np.radians(np.abs(y[1] - y[0]))
    if iso:
        reach = round_m * np.hypot(dx, dy)
        bend = np.tan(high) / SEMI_MAJOR_M
    else:
        steep_m = SEMI_MAJOR_M * (1 - E2) / (1 - E2 * np.sin(high) ** 2) ** 1.5
        reach = np.hypot(round_m * dx, steep_m * dy)
        bend = 1.09 * (np.tan(high) + 0.0068) / RHO_MIN_M
    bend = np.where(kind == ARC, np.tan(high) / SEMI_MAJOR_M, bend)
    reach = np.where(kind == GEODESIC, length, np.maximum(reach * (1 + 1e-12), length))
    bow = np.where(kind == GEODESIC, 0.0, np.minimum(1.01 * bend * reach * reach / 8, reach / 2) + 1e-9)
    return reach, bow, np.where(kind == GEODESIC, 0.0, bend)


def split(pieces: Pieces, rows: Bools, parts: int = 4) -> tuple[Pieces, Ints]:
    """Cut the ARC and SLANTED rows into equal parts, keep the others; return the new pieces and the row each came from."""
    counts = np.where(rows, parts, 1)
    came = np.repeat(np.arange(len(pieces)), counts)
    order = np.arange(len(came)) - np.repeat(np.cumsum(counts) - counts, counts)
    n = counts[came]
    first, last = order / n, (order + 1) / n
    old = pieces.take(came)
    whole = n == 1
    x = np.where(whole, (old.x0, old.x1), (_mix(old.x0, old.x1, first), _mix(old.x0, old.x1, last)))
    y = np.where(whole, (old.y0, old.y1), (_mix(old.y0, old.y1, first), _mix(old.y0, old.y1, last)))
    inner = latitude_of(y) if pieces.isometric else y
    starts, ends = order == 0, order == n - 1
    lat = np.stack([np.where(starts, old.lat0, inner[0]), np.where(ends, old.lat1, inner[1])])
    lon = np.stack([np.where(starts, old.lon0, wrap(x[0])), np.where(ends, old.lon1, wrap(x[1]))])
    new = measured(old.kind, old.edge, old.head & starts, old.tail & ends, lat, lon, x, y, pieces.isometric)
    return new, came


def end_point(pieces: Pieces, row: int, last: bool) -> Pieces:
    """Return the first or last point of a piece as a piece of no length."""
    one = pieces.take(np.array([row]))
    lat, lon, x, y = (one.lat1, one.lon1, one.x1, one.y1) if last else (one.lat0, one.lon0, one.x0, one.y0)
    none = np.zeros(1, dtype=np.bool_)
    head, tail = (none, one.tail) if last else (one.head, none)
    kind = np.zeros(1, dtype=np.intp)
    both = np.ones((2, 1))
    return measured(kind, one.edge, head, tail, lat * both, lon * both, x * both, y * both, pieces.isometric)


def _mix(first: Floats, last: Floats, share: Floats) -> Floats:
    """Return the point that far along; exactly the ends at 0 and 1, exactly constant between equals."""
    return np.where(share >= 1, last, first + (last - first) * share)


def cut(edge: Edge, lat: Floats, lon: Floats, closed: bool, level: bool = False) -> Pieces:
    """Cut the edges between successive vertices (and back to the first, if closed) into pieces; edge i starts at vertex i.

    Edges of no length are left out. `level` also cuts geodesics where they run due east or west, so that no piece turns.
    """
    n = len(lat) if closed else len(lat) - 1
    after = (np.arange(n) + 1) % len(lat)
    lats, lons = np.stack([lat[:n], lat[after]]), np.stack([lon[:n], lon[after]])
    iso = edge == "parallel"
    if edge == "geodesic":
        return _shortened(_plain(lats, lons), level)
    turn = wrap(lons[1] - lons[0])
    kind = _kinds(edge, lats, turn)
    x = np.stack([lons[0], lons[0] + turn])
    y = np.where(np.abs(lats) < 90, isometric(np.clip(lats, -89.999999999, 89.999999999)), lats) if iso else lats
    pole = np.abs(lats) == 90
    lons = np.where(pole, 0.0, lons)
    flags = np.ones(n, dtype=np.bool_)
    pieces = measured(kind, np.arange(n), flags, flags, lats, lons, x, y, iso)
    real = pieces.reach > 1e-8
    pieces = pieces if real.all() else pieces.take(real)
    return _shortened(pieces, level)


def _plain(lats: Floats, lons: Floats) -> Pieces:
    """Return geodesic edges as pieces; those of no length left out."""
    n = lats.shape[1]
    flags = np.ones(n, dtype=np.bool_)
    pieces = measured(np.zeros(n, dtype=np.intp), np.arange(n), flags, flags, lats, lons, lons, lats, False)
    real = pieces.reach > 1e-8
    return pieces if real.all() else pieces.take(real)


def _kinds(edge: Edge, lats: Floats, turn: Floats) -> Ints:
    """Name the kind of each edge. A rhumb line to a pole is the meridian: any other never arrives."""
    straight = turn == 0
    if edge == "parallel":
        straight = straight | (np.abs(lats) == 90).any(axis=0)
    return np.where(straight, GEODESIC, np.where(lats[0] == lats[1], ARC, SLANTED)).astype(np.intp)


def _shortened(pieces: Pieces, level: bool) -> Pieces:
    """Cut what is longer than `LONGEST_M`; with `level`, also geodesics at their northernmost or southernmost point."""
    for _ in range(12):
        long = (pieces.reach > LONGEST_M) & (pieces.kind != GEODESIC)
        if not long.any():
            break
        pieces, _ = split(pieces, long)
    if not level and not (pieces.reach > LONGEST_M).any():
        return pieces
    stops = [_stops(pieces, row, level) for row in np.flatnonzero(pieces.kind == GEODESIC).tolist()]
    if not any(stops):
        return pieces
    return _cut_geodesics(pieces, dict(zip(np.flatnonzero(pieces.kind == GEODESIC).tolist(), stops, strict=True)))


def _stops(pieces: Pieces, row: int, level: bool) -> list[float]:
    """Return the distances from its start at which a geodesic is to be cut."""
    length = float(pieces.length[row])
    stops: list[float] = []
    if length > LONGEST_M:
        count = int(length // LONGEST_M) + 1
        stops = [length * k / count for k in range(1, count)]
    if level and (top := _turning(pieces, row)) is not None:
        stops = sorted({*stops, top})
    return stops


def _turning(pieces: Pieces, row: int) -> float | None:
    """Return where along a geodesic it runs due east or west, if strictly inside."""
    lat, lon, azimuth = float(pieces.lat0[row]), float(pieces.lon0[row]), float(pieces.azimuth[row])
    length = float(pieces.length[row])

    def northward(along: float) -> float:
        onward = GEOD.fwd(lon, lat, azimuth, along, return_back_azimuth=False)[2]
        return float(np.cos(np.radians(onward)))

    low, high = 0.0, length
    at_low, at_high = northward(low), northward(high)
    if abs(at_low) < 1e-12 or abs(at_high) < 1e-12 or at_low * at_high > 0 or abs(at_low) > 0.999999:
        return None
    for _ in range(60):
        middle = low + (high - low) * at_low / (at_low - at_high)
        value = northward(middle)
        if abs(value) < 1e-13 or high - low < 1e-6:
            return middle
        if value * at_low > 0:
            low, at_low = middle, value
        else:
            high, at_high = middle, value
    return (low + high) / 2


def _cut_geodesics(pieces: Pieces, stops: dict[int, list[float]]) -> Pieces:
    """Cut geodesic rows at the distances given; the others stay."""
    rows = [r for r in range(len(pieces)) for _ in range(len(stops.get(r, [])) + 1)]
    first = np.array([s for r in range(len(pieces)) for s in [0.0, *stops.get(r, [])]])
    last = np.array([s for r in range(len(pieces)) for s in [*stops.get(r, []), -1.0]])
    old = pieces.take(np.array(rows, dtype=np.intp))
    starts, ends = first == 0, last < 0
    lat_a, lon_a, _ = direct(old.lat0, old.lon0, old.azimuth, first)
    lat_b, lon_b, _ = direct(old.lat0, old.lon0, old.azimuth, np.maximum(last, 0.0))
    lat = np.stack([np.where(starts, old.lat0, lat_a), np.where(ends, old.lat1, lat_b)])
    lon = np.stack([np.where(starts, old.lon0, lon_a), np.where(ends, old.lon1, lon_b)])
    x, y = np.stack([old.x0, old.x1]), np.stack([old.y0, old.y1])
    return measured(old.kind, old.edge, old.head & starts, old.tail & ends, lat, lon, x, y, pieces.isometric)
