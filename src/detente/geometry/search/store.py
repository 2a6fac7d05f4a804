"""Volumes in columns: no Python object for each, and their drawings ready for `bounds`.

One row of whole numbers (from which the volume is rebuilt exactly), one of floats (its drawing), and its ring in the
table for its size: rings are padded to a power of two by repeating their last vertex, which moves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.geometry.altitude import band_mm
from detente.geometry.search.bounds import PLACING, Drawings, Originals
from detente.geometry.search.chart import A_M, EDGE_CODE, RAD_PER_NDEG, Sketch, core
from detente.geometry.search.columns import Column, RowNumbers
from detente.geometry.volume import Altitude, AltitudeDatum, Circle, Corridor, Edge, Outline, Point, Polygon, Volume4D

START, END, LOW, LOW_ERROR, LOW_BAND, HIGH, HIGH_ERROR, HIGH_BAND, ERROR, REACH, CODES, RING, KEY = range(13)
_WIDTH = 13
NEVER = 2**60
"""Beyond any height: what an absent bound stands at."""

_EDGES: tuple[Edge, ...] = ("geodesic", "parallel", "lonlat")
_DATUMS: tuple[AltitudeDatum, ...] = ("ellipsoid", "geoid", "ground", "flight_level", "unknown")
LOW_CODE = {"ellipsoid": 0, "geoid": 1, "ground": 2, "flight_level": 3, "unknown": 4, None: 6}
HIGH_CODE = {**LOW_CODE, "unknown": 5, None: 7}
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
        self._floats = Column(np.float64, (PLACING,), first_bits=first_bits)
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

    def by_ring_size(self, numbers: Ints) -> list[tuple[int, Slots]]:
        """Sort rows of drawn volumes by the power of two of their ring's size: (power, places among the rows)."""
        codes = numbers[:, CODES]
        powers = np.where(codes >> _DRAWN_AT & 1, codes >> _POWER_AT & 31, 32)
        present = np.flatnonzero(np.bincount(powers, minlength=33)[:32]).tolist()
        return [(power, np.flatnonzero(powers == power)) for power in present]

    def drawings(self, power: int, slots: Slots, numbers: Ints) -> Drawings:
        """Return the drawings of slots whose rings are of one size; `numbers` are their rows."""
        return Drawings(self._floats.take(slots), self._rings[power].take(numbers[:, RING]))

    def originals(self, power: int, numbers: Ints) -> Originals:
        """Return the stated rings of rows whose rings are of one size."""
        return Originals(numbers[:, CODES] >> _EDGE_AT & 3, self._vertices[power].take(numbers[:, RING]))

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
    xs, ys = [lon * metre - centre_x for lon in longitudes], [y - centre_y for y in ys]
    ring[0] = xs + xs[-1:] * pad
    ring[1] = ys + ys[-1:] * pad
    outer, inner = _discs(xs, ys)
    return centre_x, centre_y, outer, inner, drawn.slop_m, drawn.buffer_m, drawn.lat_low, drawn.lat_high


def _discs(xs: list[float], ys: list[float]) -> tuple[float, float]:
    """Return how far the farthest vertex and the nearest edge are from the origin; the latter below 0 if that is outside."""
    farthest, nearest, inside = 0.0, math.inf, False
    x0, y0 = xs[-1], ys[-1]
    for x, y in zip(xs, ys, strict=True):
        square = x * x + y * y
        if square > farthest:
            farthest = square
        ex, ey = x - x0, y - y0
        length = ex * ex + ey * ey
        along = x * ex + y * ey
        if along >= length:
            square = x0 * x0 + y0 * y0
        elif along > 0:
            cross = ex * y - ey * x
            square = cross * cross / length
        if square < nearest:
            nearest = square
        if (y > 0) != (y0 > 0) and (ex * y < ey * x) == (ey > 0):
            inside = not inside
        x0, y0 = x, y
    return math.sqrt(farthest), math.sqrt(nearest) if inside else -math.sqrt(nearest)


def _row(
    key: int, volume: Volume4D, shape_edge: Edge, reach_mm: int, count: int, power: int, ring: int, drawn: bool
) -> tuple[int, ...]:
    lower, upper, outline = volume.altitude_lower, volume.altitude_upper, volume.outline
    low = (0, 0, -NEVER) if lower is None else (lower.value_mm, lower.uncertainty_mm, band_mm(lower)[0])
    high = (0, 0, NEVER) if upper is None else (upper.value_mm, upper.uncertainty_mm, band_mm(upper)[1])
    shape = _POLYGON if isinstance(outline, Polygon) else _CIRCLE if isinstance(outline, Circle) else _CORRIDOR
    if shape == _CORRIDOR:
        count = len(outline.line)  # type: ignore[union-attr]
    codes = (
        shape
        | EDGE_CODE[shape_edge] << _EDGE_AT
        | drawn << _DRAWN_AT
        | LOW_CODE[None if lower is None else lower.datum] << _LOW_AT
        | HIGH_CODE[None if upper is None else upper.datum] << _HIGH_AT
        | power << _POWER_AT
        | count << _COUNT_AT
    )
    return (volume.start_us, volume.end_us, *low, *high, volume.error_mm, reach_mm, codes, ring, key)


def _altitude(code: int, value_mm: int, error_mm: int) -> Altitude | None:
    if code in (LOW_CODE[None], HIGH_CODE[None]):
        return None
    return Altitude(datum=_DATUMS[min(code, 4)], uncertainty_mm=error_mm, value_mm=value_mm)


def _outline(shape: int, edge: Edge, points: Sequence[Point], reach_mm: int) -> Outline:
    if shape == _POLYGON:
        return Polygon(edge=edge, vertices=tuple(points))
    if shape == _CIRCLE:
        return Circle(centre=points[0], radius_mm=reach_mm)
    return Corridor(edge=edge, half_width_mm=reach_mm, line=tuple(points))


class Heights(NamedTuple):
    """Lower and upper bounds of volumes, mm: in their own datum, error included; above the ellipsoid; the datum's code."""

    low: Ints
    low_band: Ints
    low_datum: Ints
    high: Ints
    high_band: Ints
    high_datum: Ints

    def pick(self, rows: NDArray[Any]) -> Heights:
        """Return the heights at `rows`."""
        return Heights(*(column[rows] for column in self))


def heights(numbers: Ints) -> Heights:
    """Return the heights of rows of a store."""
    codes = numbers[:, CODES]
    return Heights(
        numbers[:, LOW] - numbers[:, LOW_ERROR],
        numbers[:, LOW_BAND],
        codes >> _LOW_AT & 7,
        numbers[:, HIGH] + numbers[:, HIGH_ERROR],
        numbers[:, HIGH_BAND],
        codes >> _HIGH_AT & 7,
    )


def vertical_gaps(a: Heights, b: Heights) -> Ints:
    """Return the least vertical distances, mm, of pairs (one may stand for all), as `altitude.vertical_gap_mm` does."""
    return np.maximum(np.maximum(_rise(a, b), _rise(b, a)), 0)


def _rise(over: Heights, under: Heights) -> Ints:
    like = over.low_datum == under.high_datum
    rise: Ints = np.where(like, over.low - under.high, over.low_band - under.high_band)
    return rise


def time_gaps(a: Ints, b: Ints) -> Ints:
    """Return the times between pairs of rows (one may stand for all), µs; 0 where they overlap."""
    gaps: Ints = np.maximum(np.maximum(b[:, START] - a[:, END], a[:, START] - b[:, END]), 0)
    return gaps
