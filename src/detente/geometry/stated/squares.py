"""The letters of the military grid (MGRS): which square of UTM, or of the polar grids, a reference names; and back.

Only arithmetic and PROJ: the C library behind the `mgrs` package keeps its projection in global variables and lets go of
the interpreter's lock, so two threads can be given each other's zone; it is the oracle of the tests instead.

                100 km columns                      100 km rows (repeat every 2 000 km)
    zone 1, 4, ...   A B C D E F G H        odd zones    A ... V from the equator
    zone 2, 5, ...   J K L M N P Q R        even zones   F ... V A ... E from the equator
    zone 3, 6, ...   S T U V W X Y Z
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final, NamedTuple

from pyproj import Proj

from detente.geometry.stated.position import at_degrees, degrees, refuse
from detente.geometry.volume import Point

BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
ROWS: Final = "ABCDEFGHJKLMNPQRSTUV"
COLUMNS: Final = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
POLAR_WEST: Final = "JKLPQRSTUXYZ"
POLAR_EAST: Final = "ABCFGHJKLPQR"
POLAR_ROWS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
SIDE: Final = 100_000.0
EQUATOR_M: Final = 10_000_000.0
"""The equator's northing in the south."""
NOISE_M: Final = 1e-5
"""A position this near below a grid line counts as on it: nanodegrees are coarser."""
REFERENCE: Final = re.compile(r"^(?:([0-9]{1,2})([C-HJ-NP-X])|([ABYZ]))([A-HJ-NP-Z])([A-HJ-NP-Z])([0-9]*)$")
WIDE: Final[dict[tuple[int, str], tuple[float, float]]] = {
    (31, "V"): (0, 3), (32, "V"): (3, 12),
    (31, "X"): (0, 9), (33, "X"): (9, 21), (35, "X"): (21, 33), (37, "X"): (33, 42),
}  # fmt: skip
"""Zones around Norway and Svalbard that are not 6 degrees wide; 32X, 34X and 36X do not exist."""
OVERLAP_DEG: Final = 0.5
"""How far beyond its zone a square may lie: maps overlap there."""


class Square(NamedTuple):
    """A square of a grid: projection, south-west corner and side in grid metres."""

    projection: Proj
    east: float
    north: float
    side: float

    def degrees(self, right: float, up: float) -> tuple[float, float]:
        """Return latitude and longitude, on the grid's own datum, at parts of the side to the right and up."""
        lon, lat = self.projection(self.east + self.side * right, self.north + self.side * up, inverse=True)
        return float(lat), float(lon)

    def at(self, part: float) -> Point:
        """Return the point at a part of the diagonal: 0 is the south-west corner, 0.5 the centre. On the grid's datum."""
        return at_degrees(*self.degrees(part, part))


@lru_cache(maxsize=1024)
def utm(zone: int, south: bool, ellipsoid: str) -> Proj:
    """Return the UTM projection of a zone on an ellipsoid."""
    return Proj(proj="utm", zone=zone, south=south, ellps=ellipsoid)


@lru_cache(maxsize=2)
def ups(south: bool) -> Proj:
    """Return the polar grid of a hemisphere, easting first, WGS 84."""
    return Proj(5042 if south else 5041)


def zone_of(lat: float, lon: float) -> tuple[int, str]:
    """Return UTM zone and band of a position between 80 S and 84 N, degrees."""
    band = BANDS[min(19, math.floor((lat + 80) / 8))]
    east = (lon + 180) % 360 - 180
    for (zone, letter), (west, end) in WIDE.items():
        if letter == band and west <= east < end:
            return zone, band
    return math.floor((east + 180) / 6) + 1, band


def zone_bounds(zone: int, band: str) -> tuple[float, float] | None:
    """Return the meridians of a zone in a band, degrees; None where there is none."""
    if (zone, band) in WIDE:
        return WIDE[(zone, band)]
    if not 1 <= zone <= 60 or (band == "X" and zone in (32, 34, 36)):
        return None
    return zone * 6.0 - 186, zone * 6.0 - 180


def band_bounds(band: str) -> tuple[float, float]:
    """Return the parallels of a band, degrees."""
    low = -80.0 + 8 * BANDS.index(band)
    return low, 84.0 if band == "X" else low + 8


def square_of(reference: str, ellipsoid: str, field: str = "grid") -> Square:
    """Return the square that a reference without spaces names. Refused: lost digits; letters that do not occur there."""
    parts = REFERENCE.match(reference)
    if parts is None or len(parts[6]) % 2 or len(parts[6]) > 10:
        raise refuse(
            "grid-digits", field, reference, "the digits of a grid are easting then northing, as many of each, at most 5 + 5",
            "Ask for all digits again: one was lost or added.",
        )  # fmt: skip
    half = len(parts[6]) // 2
    side = 10.0 ** (5 - half)
    right, up = int(parts[6][:half] or 0) * side, int(parts[6][half:] or 0) * side
    square = (
        _polar(parts[3], parts[4], parts[5], right, up, side)
        if parts[3]
        else _zoned(int(parts[1]), parts[2], (parts[4], parts[5]), (right, up, side), ellipsoid)
    )
    if square is None:
        raise refuse(
            "grid-no-such-square", field, reference, "there is no such square: these 100 km letters do not occur in this zone and band",
            "Ask for zone, band and letters again, in the spelling alphabet.",
        )  # fmt: skip
    return square


def _zoned(
    zone: int, band: str, letters: tuple[str, str], metres: tuple[float, float, float], ellipsoid: str
) -> Square | None:
    bounds = zone_bounds(zone, band)
    column, row = COLUMNS[(zone - 1) % 3].find(letters[0]), ROWS.find(letters[1])
    if bounds is None or column < 0 or row < 0:
        return None
    right, up, side = metres
    low, high = band_bounds(band)
    south = band < "N"
    start = ((row - (0 if zone % 2 else 5)) % 20) * SIDE + up
    for cycle in range(5):
        square = Square(utm(zone, south, ellipsoid), (column + 1) * SIDE + right, start + cycle * 20 * SIDE, side)
        if square.north + side > EQUATOR_M + 0.5 and south:
            break
        corners = [square.degrees(x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)]
        lats = [lat for lat, _ in corners]
        # From the zone's middle, so that zones 1 and 60 are like the others.
        offsets = [(lon - sum(bounds) / 2 + 180) % 360 - 180 for _, lon in corners]
        reach = (bounds[1] - bounds[0]) / 2 + OVERLAP_DEG
        if max(lats) >= low - 1e-6 and min(lats) <= high + 1e-6 and min(offsets) <= reach and max(offsets) >= -reach:
            return square
    return None


def _polar(letter: str, column: str, row: str, right: float, up: float, side: float) -> Square | None:
    south, west = letter in "AB", letter in "AY"
    across = (POLAR_WEST if west else POLAR_EAST).find(column)
    upward = POLAR_ROWS.find(row)
    if across < 0 or upward < 0:
        return None
    east = (20 - len(POLAR_WEST) + across if west else 20 + across) * SIDE + right
    north = ((8 if south else 13) + upward) * SIDE + up
    square = Square(ups(south), east, north, side)
    lats = [abs(square.degrees(x, y)[0]) for x in (0.0, 1.0) for y in (0.0, 1.0)]
    return square if max(lats) >= (80 if south else 84) - 1e-6 else None


def reference_of(point: Point, digits: int) -> tuple[str, str, str]:
    """Return what stands before the digits (zone, band, letters), easting and northing of the WGS 84 square of a point."""
    lat, lon = degrees(point)
    if not -80 <= lat <= 84:
        return _polar_reference(lat, lon, digits)
    zone, band = zone_of(lat, lon)
    east, north = (metres + NOISE_M for metres in utm(zone, lat < 0, "WGS84")(lon, lat))
    if lat < 0:
        north = min(north, EQUATOR_M - NOISE_M)
    column = COLUMNS[(zone - 1) % 3][math.floor(east / SIDE) - 1]
    row = ROWS[(math.floor(north / SIDE) + (0 if zone % 2 else 5)) % 20]
    return f"{zone:02d}{band}{column}{row}", _cut(east, digits), _cut(north, digits)


def _polar_reference(lat: float, lon: float, digits: int) -> tuple[str, str, str]:
    south = lat < 0
    east, north = (metres + NOISE_M for metres in ups(south)(lon, lat))
    across, upward = math.floor(east / SIDE), math.floor(north / SIDE)
    west = across < 20
    column = POLAR_WEST[across - 20 + len(POLAR_WEST)] if west else POLAR_EAST[across - 20]
    letter = ("A" if west else "B") if south else ("Y" if west else "Z")
    row = POLAR_ROWS[upward - (8 if south else 13)]
    return f"{letter}{column}{row}", _cut(east, digits), _cut(north, digits)


def _cut(metres: float, digits: int) -> str:
    within = math.floor(metres % SIDE)
    return f"{within:05d}"[:digits]
