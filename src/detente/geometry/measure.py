"""How large a shape is on the ground: area and length on the WGS 84 ellipsoid, for budgets and least sizes.

These bound what may be asked; they never decide whether two volumes meet, so a part in a million is exact enough.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from pyproj import Geod

from detente.geometry.volume import NDEG, Circle, Corridor, Outline, Point, Polygon

_GEOD = Geod(ellps="WGS84")


def area_m2(outline: Outline, margin_m: float = 0.0) -> float:
    """Return the area within `margin_m` of an outline, in square metres, bounded from above (corners are counted round).

    Polygon edges are taken as geodesics whatever their declared reading; the smaller side of the ring is meant.
    """
    match outline:
        case Circle(radius_mm=radius_mm):
            return math.pi * (radius_mm / 1000 + margin_m) ** 2
        case Corridor(line=line, half_width_mm=half_width_mm):
            width_m = half_width_mm / 1000 + margin_m
            return 2 * width_m * length_m(line) + math.pi * width_m**2
        case Polygon(vertices=vertices):
            lats, lons = _degrees(vertices)
            inside_m2, around_m = _GEOD.polygon_area_perimeter(lons, lats)
            return abs(float(inside_m2)) + float(around_m) * margin_m + math.pi * margin_m**2


def length_m(line: Iterable[Point]) -> float:
    """Return the geodesic length of a line, in metres."""
    lats, lons = _degrees(line)
    return float(_GEOD.line_length(lons, lats))


def _degrees(points: Iterable[Point]) -> tuple[list[float], list[float]]:
    points = list(points)
    return [p.lat_ndeg / NDEG for p in points], [p.lon_ndeg / NDEG for p in points]
