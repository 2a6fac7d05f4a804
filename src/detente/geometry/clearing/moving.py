"""A volume moved as a whole: later, higher, or along a bearing."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from detente.geometry.exact.shape import prepare, skeleton
from detente.geometry.geodesic import E2, GEOD, direct, inverse
from detente.geometry.volume import NDEG, Altitude, Circle, Corridor, Outline, Point, Polygon, Volume4D

POLAR_DEG = 80.0
"""Beyond this latitude an outline is turned with the meridians as it moves; below, it keeps its true bearings."""


def delayed(volume: Volume4D, time_us: int) -> Volume4D:
    """Return the volume later by that time (earlier if negative)."""
    return msgspec.structs.replace(volume, start_us=volume.start_us + time_us, end_us=volume.end_us + time_us)


def raised(volume: Volume4D, height_mm: int) -> Volume4D:
    """Return the volume higher by that much, each bound in its own datum; an unbounded side stays so."""
    return msgspec.structs.replace(
        volume,
        altitude_lower=_raised(volume.altitude_lower, height_mm),
        altitude_upper=_raised(volume.altitude_upper, height_mm),
    )


def _raised(altitude: Altitude | None, height_mm: int) -> Altitude | None:
    return altitude and msgspec.structs.replace(altitude, value_mm=altitude.value_mm + height_mm)


def moved(volume: Volume4D, distance_mm: int, bearing_ndeg: int) -> Volume4D:
    """Return the volume moved as a sheet: its anchor goes that far along the geodesic that starts on that true bearing.

    Every vertex keeps its distance and true bearing from the anchor, so that the outline is neither turned nor stretched.
    """
    return msgspec.structs.replace(volume, outline=moved_outline(volume.outline, distance_mm, bearing_ndeg))


def anchor(outline: Outline) -> tuple[float, float]:
    """Return the point by which an outline is moved, latitude and longitude in degrees: its middle, on the surface."""
    if isinstance(outline, Circle):
        return outline.centre.lat_ndeg / NDEG, outline.centre.lon_ndeg / NDEG
    x, y, z = prepare(outline).centre
    if math.hypot(x, y, z) < 1e5:
        first = skeleton(prepare(outline).outline)[0]
        return first.lat_ndeg / NDEG, first.lon_ndeg / NDEG
    return math.degrees(math.atan2(z, math.hypot(x, y) * (1 - E2))), math.degrees(math.atan2(y, x))


def moved_outline(outline: Outline, distance_mm: int, bearing_ndeg: int) -> Outline:
    """Return the outline moved as `moved` says. Vertices are rounded to whole nanodegrees (0.1 mm)."""
    lat, lon = anchor(outline)
    bearing = bearing_ndeg / NDEG
    new_lon, new_lat, onward = GEOD.fwd(lon, lat, bearing, distance_mm / 1000, return_back_azimuth=False)
    if isinstance(outline, Circle):
        return Circle(centre=_point(new_lat, new_lon), radius_mm=outline.radius_mm)
    points = skeleton(outline)
    lats = np.array([p.lat_ndeg for p in points]) / NDEG
    lons = np.array([p.lon_ndeg for p in points]) / NDEG
    same = np.ones(len(points))
    azimuth, _, away = inverse(lat * same, lon * same, lats, lons)
    turn = onward - bearing if max(abs(lat), abs(new_lat)) > POLAR_DEG else 0.0
    at_lat, at_lon, _ = direct(new_lat * same, new_lon * same, azimuth + turn, away)
    vertices = tuple(_point(p, q) for p, q in zip(at_lat.tolist(), at_lon.tolist(), strict=True))
    if isinstance(outline, Polygon):
        return Polygon(edge=outline.edge, vertices=vertices)
    return Corridor(edge=outline.edge, half_width_mm=outline.half_width_mm, line=vertices)


def _point(lat: float, lon: float) -> Point:
    return Point(round(lat * NDEG), round(((lon + 180) % 360 - 180) * NDEG))
