"""Many volumes at once into columns: the same rows, drawings and boxes as `store`, `chart` and `boxes` give one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from detente.geometry.altitude import GEOID_MM, PRESSURE_MM, TEMPERATURE_PERCENT, offset_mm
from detente.geometry.search.bounds import Drawings, Originals
from detente.geometry.search.boxes import BINARY_PER_RAD, FULL_LAT, MARGIN_M, undrawn_box
from detente.geometry.search.chart import (
    A_M,
    EDGE_CODE,
    GEODESIC,
    HALF_TURN_NDEG,
    LIMIT_LAT_NDEG,
    LIMIT_SPAN_LAT_NDEG,
    LIMIT_SPAN_LON_NDEG,
    LONLAT,
    M_MIN_M,
    RAD_PER_NDEG,
    TURN_NDEG,
    Floats,
    core,
    ordinates,
)
from detente.geometry.search.grid import WHOLE_TURN
from detente.geometry.search.store import HIGH_CODE, LOW_CODE, NEVER, Heights
from detente.geometry.volume import Altitude, Point, Polygon, Volume4D

Ints = NDArray[np.int64]
_METRE = A_M * RAD_PER_NDEG


class Group(NamedTuple):
    """Volumes whose drawings have rings of one size."""

    drawings: Drawings
    originals: Originals

    def drawn(self, rows: Ints) -> Drawings:
        """Return the drawings at `rows`."""
        return Drawings(self.drawings.placing.take(rows, axis=0), self.drawings.rings.take(rows, axis=0))

    def stated(self, rows: Ints) -> Originals:
        """Return the originals at `rows`."""
        return Originals(self.originals.edge.take(rows), self.originals.ndeg.take(rows, axis=0))


class VolumeTable(NamedTuple):
    """Volumes in the order given, column by column.

    `powers` is the drawing's ring size as a power of two, -1 if there is none; `places` the volume's place in that size's
    group. Boxes (binary angles; `width` eastwards from `west`) hold each outline with half a separation around it: two
    that come within the separation have boxes that touch.
    """

    start_us: Ints
    end_us: Ints
    heights: Heights
    powers: Ints
    places: Ints
    groups: dict[int, Group]
    south: Ints
    north: Ints
    west: Ints
    width: Ints

    def reordered(self, order: Ints) -> VolumeTable:
        """Return the same volumes in another order, and so in memory."""
        places = np.empty_like(self.places)
        groups = {}
        for power, group in self.groups.items():
            rows = np.flatnonzero(self.powers[order] == power)
            places[rows] = np.arange(len(rows))
            old = self.places[order[rows]]
            groups[power] = Group(group.drawn(old), group.stated(old))
        return VolumeTable(
            self.start_us[order],
            self.end_us[order],
            self.heights.pick(order),
            self.powers[order],
            places,
            groups,
            *(column[order] for column in (self.south, self.north, self.west, self.width)),
        )


class _Rings(NamedTuple):
    """All rings end to end. Per vertex: ndeg, Mercator metres, and which vertex comes next; per ring: the rest."""

    lat: Ints
    lon: Ints
    x: Floats
    y: Floats
    following: Ints
    first: Ints
    size: Ints
    low: Ints
    high: Ints
    drawn: NDArray[np.bool_]


def table(volumes: Sequence[Volume4D], separation_mm: int) -> VolumeTable:
    """Return the columns of some volumes, with boxes widened by half of a horizontal separation."""
    # no new container for each polygon: a hundred thousand of them would wake the garbage collector again and again
    outlines = [volume.outline for volume in volumes]
    rings = _rings([o.vertices if type(o) is Polygon else core(o)[1] for o in outlines])
    edge = np.array([EDGE_CODE[o.edge if type(o) is Polygon else core(o)[0]] for o in outlines], np.int64)
    reach_mm = np.array([0 if type(o) is Polygon else core(o)[2] for o in outlines], np.int64)
    buffer = (reach_mm + _column(volumes, "error_mm")) / 1000
    slop, bulge = _slops(rings, edge)
    lat_low, lat_high = rings.low * RAD_PER_NDEG - bulge, rings.high * RAD_PER_NDEG + bulge
    powers = np.where(rings.drawn, np.frexp((rings.size - 1).astype(np.float64))[1], -1).astype(np.int64)
    places, groups = _groups(rings, powers, (slop, buffer, lat_low, lat_high), edge)
    west, east = _extent(rings, slop)
    angles = _angles(lat_low, lat_high, west, east, buffer + separation_mm / 2000)
    for row in np.flatnonzero(~rings.drawn).tolist():
        box = undrawn_box(volumes[row].outline, (volumes[row].error_mm + separation_mm / 2) / 1000)
        for column, value in zip(angles, box, strict=True):
            column[row] = value
    lower = _heights([volume.altitude_lower for volume in volumes], -1)
    upper = _heights([volume.altitude_upper for volume in volumes], 1)
    return VolumeTable(
        _column(volumes, "start_us"),
        _column(volumes, "end_us"),
        Heights(*lower, *upper),
        powers,
        places,
        groups,
        *angles,
    )


def _column(rows: Iterable[object], name: str, count: int = -1) -> Ints:
    return np.fromiter(map(attrgetter(name), rows), np.int64, count)


_POINT = np.dtype([("array", "u1"), ("lat_int", "u1"), ("lat", ">i8"), ("lon_int", "u1"), ("lon", ">i8")])


def _ndeg(points: list[Point]) -> tuple[Ints, Ints]:
    """Return latitudes and longitudes. Where no coordinate is within 4.3 degrees of 0, four times as fast.

    MessagePack writes such an integer in nine bytes, the most it ever takes: if a point takes 19, all of them do.
    """
    packed = msgspec.msgpack.encode(points)
    head = len(packed) - _POINT.itemsize * len(points)
    if 1 <= head <= 5 and packed[head : head + 1] == b"\x92":
        rows = np.frombuffer(packed, _POINT, offset=head)
        return rows["lat"].astype(np.int64), rows["lon"].astype(np.int64)
    return _column(points, "lat_ndeg", len(points)), _column(points, "lon_ndeg", len(points))


def _rings(rings: Sequence[Sequence[Point]]) -> _Rings:
    count = np.fromiter(map(len, rings), np.int64, len(rings))
    first = np.cumsum(count) - count
    last = first + count - 1
    points = list(chain.from_iterable(rings))
    lat, raw = _ndeg(points)
    following = np.arange(1, len(points) + 1)
    following[last] = first
    step = raw[following] - raw
    step -= TURN_NDEG * ((step > HALF_TURN_NDEG).astype(np.int64) - (step < -HALF_TURN_NDEG))
    run = np.cumsum(step) - step
    lon = run - np.repeat(run[first] - raw[first], count)
    low, high = np.minimum.reduceat(lat, first), np.maximum.reduceat(lat, first)
    drawn = lon[last] + step[last] == lon[first]
    drawn &= np.maximum.reduceat(lon, first) - np.minimum.reduceat(lon, first) <= LIMIT_SPAN_LON_NDEG
    drawn &= (low >= -LIMIT_LAT_NDEG) & (high <= LIMIT_LAT_NDEG) & (high - low <= LIMIT_SPAN_LAT_NDEG)
    y = ordinates(np.clip(lat, -LIMIT_LAT_NDEG, LIMIT_LAT_NDEG))
    return _Rings(lat, raw, lon * _METRE, y, following, first, count, low, high, drawn)


def _slops(rings: _Rings, edge: Ints) -> tuple[Floats, Floats]:
    """Return per ring the slop (chart metres) and what a geodesic may add to its latitudes (radians): `chart.sketch`."""
    steep = np.minimum(np.maximum(rings.high, -rings.low), LIMIT_LAT_NDEG) * RAD_PER_NDEG
    rise = (rings.lat[rings.following] - rings.lat) * RAD_PER_NDEG
    dx, dy = rings.x[rings.following] - rings.x, rings.y[rings.following] - rings.y
    rise2 = np.maximum.reduceat(rise * rise, rings.first)
    chord2 = np.maximum.reduceat(dx * dx + dy * dy, rings.first)
    geodesic = (np.sin(steep) + chord2 / (7 * A_M * A_M)) * chord2 / (7 * A_M)
    lonlat = A_M * rise2 / 8 * (np.tan(steep) + 0.0068) / np.cos(steep)
    slop = np.where(edge == GEODESIC, geodesic, np.where(edge == LONLAT, lonlat, 0.0))
    return slop, np.where(edge == GEODESIC, 1.007 * slop / A_M, 0.0)


def _groups(
    rings: _Rings, powers: Ints, floats: tuple[Floats, Floats, Floats, Floats], edge: Ints
) -> tuple[Ints, dict[int, Group]]:
    places = np.zeros(len(powers), np.int64)
    groups = {}
    for power in set(powers.tolist()) - {-1}:
        rows = np.flatnonzero(powers == power)
        places[rows] = np.arange(len(rows))
        at = rings.first[rows][:, None] + np.minimum(np.arange(1 << power), rings.size[rows][:, None] - 1)
        x, y = rings.x[at], rings.y[at]
        west, east, south, north = x.min(axis=1), x.max(axis=1), y.min(axis=1), y.max(axis=1)
        centre_x, centre_y = (west + east) / 2, (south + north) / 2
        x, y = x - centre_x[:, None], y - centre_y[:, None]
        ring = np.stack([x, y], axis=1).astype(np.float32)
        vertices = np.stack([rings.lat[at], rings.lon[at]], axis=1)
        placing = np.stack([centre_x, centre_y, *_discs(x, y), *(column[rows] for column in floats)], axis=1)
        groups[power] = Group(Drawings(placing, ring), Originals(edge[rows], vertices))
    return places, groups


def _discs(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the radii of the discs around rings' centres (the origin) and inside them: `bounds.Drawings`."""
    ex, ey = np.roll(x, -1, 1) - x, np.roll(y, -1, 1) - y
    square = ex * ex + ey * ey
    t = np.clip(-(x * ex + y * ey) / np.where(square > 0, square, 1), 0, 1)
    nearest = np.sqrt(((x + t * ex) ** 2 + (y + t * ey) ** 2).min(axis=1))
    across = (y > 0) ^ (np.roll(y, -1, 1) > 0)
    left = (ex * y < ey * x) == (ey > 0)
    inside = np.logical_xor.reduce(across & left, axis=1)
    return np.sqrt((x * x + y * y).max(axis=1)), np.where(inside, nearest, -nearest)


def _extent(rings: _Rings, slop: Floats) -> tuple[Floats, Floats]:
    west, east = np.minimum.reduceat(rings.x, rings.first), np.maximum.reduceat(rings.x, rings.first)
    return (west - slop) / A_M, (east + slop) / A_M


def _angles(south: Floats, north: Floats, west: Floats, east: Floats, reach_m: Floats) -> tuple[Ints, Ints, Ints, Ints]:
    """Return south, north, west, width as `boxes` does."""
    reach = reach_m + MARGIN_M
    south, north = south - reach / M_MIN_M, north + reach / M_MIN_M
    farthest = np.maximum(north, -south)
    aside = reach / (A_M * np.cos(np.minimum(farthest, FULL_LAT)))
    first = np.floor((west - aside) * BINARY_PER_RAD) - 1
    width = np.floor((east + aside) * BINARY_PER_RAD) + 1 - first
    whole = (farthest >= FULL_LAT) | (width >= WHOLE_TURN)
    return (
        np.floor(np.clip(south, -2, 2) * BINARY_PER_RAD).astype(np.int64) - 1,
        np.floor(np.clip(north, -2, 2) * BINARY_PER_RAD).astype(np.int64) + 1,
        np.where(whole, 0, first).astype(np.int64) & WHOLE_TURN,
        np.where(whole, WHOLE_TURN, width).astype(np.int64),
    )


def _heights(bounds: list[Altitude | None], side: int) -> tuple[Ints, Ints, Ints]:
    """Return bounds in their own datum with their error, above the ellipsoid, and the datum's code; side -1 is lower."""
    codes = LOW_CODE if side < 0 else HIGH_CODE
    code = np.array([codes[None if bound is None else bound.datum] for bound in bounds], np.int64)
    own = np.array(
        [side * NEVER if bound is None else bound.value_mm + side * bound.uncertainty_mm for bound in bounds], np.int64
    )
    error = np.array([0 if bound is None else bound.uncertainty_mm for bound in bounds], np.int64)
    band = own.copy()
    for datum in ("ellipsoid", "geoid", "ground"):
        band[code == codes[datum]] += offset_mm(datum, 0)[side > 0]
    level = code == codes["flight_level"]
    height = np.maximum(own[level] - side * error[level], 0)
    percent = TEMPERATURE_PERCENT[side > 0]
    swell = height * percent // 100 if side < 0 else -(-height * percent // 100)
    band[level] += GEOID_MM[side > 0] + PRESSURE_MM[side > 0] + swell
    for row in np.flatnonzero(code == codes["unknown"]).tolist():
        bound = bounds[row]
        assert bound is not None
        band[row] += offset_mm("unknown", bound.value_mm)[side > 0]
    return own, band, code
