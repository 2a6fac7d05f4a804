"""Volumes in columns: no Python object for each, and their drawings ready for `bounds`.

One row of whole numbers (from which the volume is rebuilt exactly), one of floats (its drawing), and its ring in the
table for its size: rings are padded to a power of two by repeating their last vertex, which moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detente.geometry.altitude import band_mm
from detente.geometry.bounds import GEODESIC, LONLAT, PARALLEL, Drawings
from detente.geometry.chart import A_M, RAD_PER_NDEG, Sketch, core
from detente.geometry.columns import Column, RowNumbers
from detente.geometry.volume import Altitude, AltitudeDatum, Circle, Corridor, Edge, Outline, Point, Polygon, Volume4D

START, END, LOW, LOW_ERROR, LOW_BAND, HIGH, HIGH_ERROR, HIGH_BAND, ERROR, REACH, CODES, RING, KEY = range(13)
_WIDTH = 13
_CENTRE_X, _CENTRE_Y, _RADIUS, _SLOP, _BUFFER, _LAT_LOW, _LAT_HIGH = range(7)
_FLOATS = 7
_NEVER = 2**60
"""Beyond any height: what an absent bound stands at."""

_EDGES: tuple[Edge, ...] = ("geodesic", "parallel", "lonlat")
_EDGE_CODE = {"geodesic": GEODESIC, "parallel": PARALLEL, "lonlat": LONLAT}
_DATUMS: tuple[AltitudeDatum, ...] = ("ellipsoid", "geoid", "ground", "flight_level", "unknown")
_LOW_CODE = {"ellipsoid": 0, "geoid": 1, "ground": 2, "flight_level": 3, "unknown": 4}
_HIGH_CODE = {**_LOW_CODE, "unknown": 5}
_NO_LOW, _NO_HIGH = 6, 7
"""Codes of datums. Only like datums compare directly; `unknown` is unlike itself, so above and below it differ."""
_POLYGON, _CIRCLE, _CORRIDOR = 0, 1, 2

# a row's CODES: shape 2 bits, edge 2, drawn 1, datums 3 + 3, ring size's power of two 5, vertices 32
_EDGE_AT, _DRAWN_AT, _LOW_AT, _HIGH_AT, _POWER_AT, _COUNT_AT = 2, 4, 5, 8, 11, 16

Slots = NDArray[np.int64]
Ints = NDArray[np.int64]


class VolumeStore:
    """Volumes by slot number, each under its caller's key."""

    def __init__(self, *, first_bits: int) -> None:
        self._bits = first_bits
        self._slots = RowNumbers()
        self._ints = Column(np.int64, (_WIDTH,), first_bits=first_bits)
        self._floats = Column(np.float64, (_FLOATS,), first_bits=first_bits)
        self._vertices: dict[int, Column] = {}
        self._rings: dict[int, Column] = {}
        self._ring_rows: dict[int, RowNumbers] = {}

    def put(self, key: int, volume: Volume4D, drawn: Sketch | None) -> int:
        """Store a volume with its drawing and return its slot."""
        edge, points, reach_mm = core(volume.outline)
        count = len(points)
        power = (count - 1).bit_length()
        row = self._new_ring(power)
        padded = points + points[-1:] * ((1 << power) - count)
        vertices, at = self._vertices[power].at(row)
        vertices[at] = [p.lat_ndeg for p in padded], [p.lon_ndeg for p in padded]
        slot = self._slots.new()
        if slot >= self._ints.size:
            self._ints.reach(slot)
            self._floats.reach(slot)
        floats, here = self._floats.at(slot)
        if drawn is not None:
            rings, at = self._rings[power].at(row)
            floats[here] = _draw(drawn, len(padded), rings[at])
        ints, here = self._ints.at(slot)
        ints[here] = _row(key, volume, edge, reach_mm, count, power, row, drawn is not None)
        return slot

    def drop(self, slot: int) -> None:
        """Forget the volume in a slot."""
        ints, here = self._ints.at(slot)
        codes = int(ints[here, CODES])
        self._ring_rows[codes >> _POWER_AT & 31].free(int(ints[here, RING]))
        self._slots.free(slot)

    def numbers(self, slots: Slots) -> Ints:
        """Return the rows of whole numbers of slots; columns are START, END, ... KEY."""
        return self._ints.take(slots)

    def drawings(self, slots: Slots, numbers: Ints) -> list[tuple[NDArray[np.intp], Drawings]]:
        """Return the drawings of slots by ring size, each group with the places in `slots` it is for. Undrawn are left out."""
        codes = numbers[:, CODES]
        powers = np.where(codes >> _DRAWN_AT & 1, codes >> _POWER_AT & 31, -1)
        groups = []
        for power in np.unique(powers).tolist():
            if power >= 0:
                places = np.flatnonzero(powers == power)
                groups.append((places, self._group(power, slots[places], numbers[places])))
        return groups

    def _group(self, power: int, slots: Slots, numbers: Ints) -> Drawings:
        floats = self._floats.take(slots)
        rows = numbers[:, RING]
        return Drawings(
            centre_x=floats[:, _CENTRE_X],
            centre_y=floats[:, _CENTRE_Y],
            radius=floats[:, _RADIUS],
            slop=floats[:, _SLOP],
            buffer=floats[:, _BUFFER],
            lat_low=floats[:, _LAT_LOW],
            lat_high=floats[:, _LAT_HIGH],
            edge=numbers[:, CODES] >> _EDGE_AT & 3,
            rings=self._rings[power].take(rows),
            vertices=self._vertices[power].take(rows),
        )

    def volume(self, slot: int) -> Volume4D:
        """Rebuild the volume in a slot, equal to the one that was put."""
        ints, here = self._ints.at(slot)
        row: list[int] = ints[here].tolist()
        codes = row[CODES]
        vertices, at = self._vertices[codes >> _POWER_AT & 31].at(row[RING])
        points = [Point(*pair) for pair in vertices[at, :, : codes >> _COUNT_AT].T.tolist()]
        return Volume4D(
            altitude_lower=_altitude(codes >> _LOW_AT & 7, row[LOW], row[LOW_ERROR]),
            altitude_upper=_altitude(codes >> _HIGH_AT & 7, row[HIGH], row[HIGH_ERROR]),
            end_us=row[END],
            error_mm=row[ERROR],
            outline=_outline(codes & 3, _EDGES[codes >> _EDGE_AT & 3], points, row[REACH]),
            start_us=row[START],
        )

    def _new_ring(self, power: int) -> int:
        rows = self._ring_rows.get(power)
        if rows is None:
            bits = max(4, self._bits - max(0, power - 3))
            rows = self._ring_rows[power] = RowNumbers()
            self._vertices[power] = Column(np.int64, (2, 1 << power), first_bits=bits)
            self._rings[power] = Column(np.float32, (2, 1 << power), first_bits=bits)
        row = rows.new()
        if row >= self._vertices[power].size:
            self._vertices[power].reach(row)
            self._rings[power].reach(row)
        return row


def _draw(drawn: Sketch, size: int, ring: NDArray[np.float32]) -> tuple[float, ...]:
    """Write a drawing's ring, from its centre, into `ring`; return its row of floats."""
    metre = A_M * RAD_PER_NDEG
    longitudes, ys = drawn.longitudes, drawn.ys
    west, east, south, north = min(longitudes) * metre, max(longitudes) * metre, min(ys), max(ys)
    centre_x, centre_y = (west + east) / 2, (south + north) / 2
    pad = size - len(ys)
    ring[0] = [lon * metre - centre_x for lon in longitudes] + [longitudes[-1] * metre - centre_x] * pad
    ring[1] = [y - centre_y for y in ys] + [ys[-1] - centre_y] * pad
    radius = math.hypot(east - west, north - south) / 2
    return centre_x, centre_y, radius, drawn.slop_m, drawn.buffer_m, drawn.lat_low, drawn.lat_high


def _row(
    key: int, volume: Volume4D, shape_edge: Edge, reach_mm: int, count: int, power: int, ring: int, drawn: bool
) -> tuple[int, ...]:
    lower, upper, outline = volume.altitude_lower, volume.altitude_upper, volume.outline
    low = (0, 0, -_NEVER) if lower is None else (lower.value_mm, lower.uncertainty_mm, band_mm(lower)[0])
    high = (0, 0, _NEVER) if upper is None else (upper.value_mm, upper.uncertainty_mm, band_mm(upper)[1])
    shape = _POLYGON if isinstance(outline, Polygon) else _CIRCLE if isinstance(outline, Circle) else _CORRIDOR
    if shape == _CORRIDOR:
        count = len(outline.line)  # type: ignore[union-attr]
    codes = (
        shape
        | _EDGE_CODE[shape_edge] << _EDGE_AT
        | drawn << _DRAWN_AT
        | (_NO_LOW if lower is None else _LOW_CODE[lower.datum]) << _LOW_AT
        | (_NO_HIGH if upper is None else _HIGH_CODE[upper.datum]) << _HIGH_AT
        | power << _POWER_AT
        | count << _COUNT_AT
    )
    return (volume.start_us, volume.end_us, *low, *high, volume.error_mm, reach_mm, codes, ring, key)


def _altitude(code: int, value_mm: int, error_mm: int) -> Altitude | None:
    if code in (_NO_LOW, _NO_HIGH):
        return None
    return Altitude(datum=_DATUMS[min(code, 4)], uncertainty_mm=error_mm, value_mm=value_mm)


def _outline(shape: int, edge: Edge, points: Sequence[Point], reach_mm: int) -> Outline:
    if shape == _POLYGON:
        return Polygon(edge=edge, vertices=tuple(points))
    if shape == _CIRCLE:
        return Circle(centre=points[0], radius_mm=reach_mm)
    return Corridor(edge=edge, half_width_mm=reach_mm, line=tuple(points))


def vertical_gaps(a: Ints, b: Ints) -> Ints:
    """Return the least vertical distances, mm, of pairs of rows (one may stand for all): `altitude.vertical_gap_mm`."""
    return np.maximum(np.maximum(_rise(a, b), _rise(b, a)), 0)


def _rise(over: Ints, under: Ints) -> Ints:
    like = (over[:, CODES] >> _LOW_AT & 7) == (under[:, CODES] >> _HIGH_AT & 7)
    own = (over[:, LOW] - over[:, LOW_ERROR]) - (under[:, HIGH] + under[:, HIGH_ERROR])
    return np.where(like, own, over[:, LOW_BAND] - under[:, HIGH_BAND])


def time_gaps(a: Ints, b: Ints) -> Ints:
    """Return the times between pairs of rows (one may stand for all), µs; 0 where they overlap."""
    return np.maximum(np.maximum(b[:, START] - a[:, END], a[:, START] - b[:, END]), 0)
