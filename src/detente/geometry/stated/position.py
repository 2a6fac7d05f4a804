"""A position as somebody stated it, on WGS 84 with the circle that its digits leave open, and what a reader may make of it.

Everything that reads a place (coordinates, grids, phrase, spoken) gives a `StatedPosition`; everything that compares places
takes one. Angles in nanodegrees, lengths in millimetres. Format and rules: docs/formats/place.md.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, Literal

import msgspec

from detente.errors import Problem, Refused, problem
from detente.geometry.geodesic import GEOD, distance_m
from detente.geometry.volume import NDEG, Point

Form = Literal["decimal", "dms", "dm", "utm", "mgrs", "phrase", "spoken"]
"""How a place was stated: degrees with decimals; degrees, minutes, seconds; degrees and minutes; grids; words."""
Order = Literal["lat,lon", "lon,lat"]
"""Which of two figures without hemisphere letters comes first."""

LAT_MM_PER_DEGREE: Final = 111_695_000
"""The longest a degree of latitude gets on WGS 84 (at the poles 111 693.98 m), rounded up."""
LON_MM_PER_DEGREE: Final = 111_695_000
"""The longest a degree of longitude gets, divided by the cosine of the latitude (approached at the poles), rounded up."""
NDEG_MM: Final = 1
"""Rounding a position to whole nanodegrees moves it by less than 0.1 mm: one millimetre covers it."""


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """A way to misread what was stated: where the reader would plot it, and how far off that is (None, 0: no one place)."""

    code: str
    off_mm: int
    words: str
    would_plot: Point | None


class StatedPosition(msgspec.Struct, frozen=True, kw_only=True):
    """A place on WGS 84. The true one is within `error_mm` of `point`, if what was stated is true to its last digit.

    `datum` is the canonical name of the datum it was stated on, `stated` the text as given. `error_mm` holds the
    precision of the digits, the uncertainty of the datum shift, and what the source itself declared, added up.
    """

    cautions: tuple[Caution, ...] = ()
    datum: str
    error_mm: int
    form: Form
    point: Point
    stated: str


def known_position(point: Point, error_mm: int = 0, name: str = "") -> StatedPosition:
    """Return a WGS 84 point that needs no reading as a position: a landmark for phrases, say."""
    return StatedPosition(datum="WGS84", error_mm=error_mm, form="decimal", point=point, stated=name)


class Theatre(msgspec.Struct, frozen=True, kw_only=True):
    """A theatre: where places are expected. Nanodegrees, bounds included; `west` > `east` crosses the 180th meridian."""

    east_ndeg: int
    north_ndeg: int
    south_ndeg: int
    west_ndeg: int

    def holds(self, point: Point) -> bool:
        """Say whether a point is inside."""
        if not self.south_ndeg <= point.lat_ndeg <= self.north_ndeg:
            return False
        if self.west_ndeg <= self.east_ndeg:
            return self.west_ndeg <= point.lon_ndeg <= self.east_ndeg
        return point.lon_ndeg >= self.west_ndeg or point.lon_ndeg <= self.east_ndeg


def apart_mm(a: Point, b: Point) -> int:
    """Return the geodesic distance between two points, millimetres, rounded."""
    return round(distance_m(*degrees(a), *degrees(b)) * 1000)


def degrees(point: Point) -> tuple[float, float]:
    """Return latitude and longitude in degrees, for PROJ only."""
    return point.lat_ndeg / NDEG, point.lon_ndeg / NDEG


def at_degrees(lat: float, lon: float) -> Point:
    """Return the point at degrees that PROJ computed, to the nearest nanodegree, longitude in [-180, 180]."""
    return Point(round(lat * NDEG), wrap(round(lon * NDEG)))


def wrap(lon_ndeg: int) -> int:
    """Return the same meridian in [-180, 180] degrees; what is already there stays as it is."""
    if -180 * NDEG <= lon_ndeg <= 180 * NDEG:
        return lon_ndeg
    return (lon_ndeg + 180 * NDEG) % (360 * NDEG) - 180 * NDEG


def travel(start: Point, bearing_deg: float, distance_mm: float) -> Point:
    """Return where a geodesic of that length ends that leaves `start` on a true bearing."""
    lat, lon = degrees(start)
    lon2, lat2, _ = GEOD.fwd(lon, lat, bearing_deg, distance_mm / 1000)
    return at_degrees(float(lat2), float(lon2))


def angle_error_mm(lat_ndeg: int, lat_half: Fraction, lon_half: Fraction) -> int:
    """Return a radius that holds every position within half a last digit of latitude and of longitude (degrees)."""
    nearest_equator = max(0.0, abs(lat_ndeg) / NDEG - float(lat_half))
    north = float(lat_half) * LAT_MM_PER_DEGREE
    east = float(lon_half) * LON_MM_PER_DEGREE * math.cos(math.radians(min(90.0, nearest_equator)))
    return math.ceil(math.hypot(north, east)) + NDEG_MM


def say_distance(mm: int) -> str:
    """Say a distance for a person: 730 mm, 441 m, 7.2 km, 130 km."""
    if mm < 1000:
        return f"{mm} mm"
    if mm < 9_950:
        return f"{mm / 1000:.1f} m"
    if mm < 999_500:
        return f"{mm / 1000:.0f} m"
    if mm < 99_950_000:
        return f"{mm / 1_000_000:.1f} km"
    return f"{mm / 1_000_000:.0f} km"


def caution(code: str, words: str, would_plot: Point, true: Point) -> Caution:
    """Make a caution; `{off}` in `words` becomes the distance between the two points."""
    off = apart_mm(would_plot, true)
    return Caution(code=code, off_mm=off, words=words.format(off=say_distance(off)), would_plot=would_plot)


def refuse(code: str, field: str, value: object, rule: str, next_step: str) -> Refused:
    """Make the refusal of one fault."""
    return Refused([one(code, field, value, rule, next_step)])


def one(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    """Make one problem."""
    return problem(code, field, value, rule, next_step)
