"""Volumes as GeoJSON (RFC 7946): edges drawn out into short straight pieces, cut at the 180th meridian, poles closed.

A drawing, not the volume: circles have 72 corners. Exact numbers stand in the properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, TypedDict

import numpy as np

from detente.geometry.exact.edges import isometric, latitude_of
from detente.geometry.geodesic import GEOD
from detente.geometry.stated.position import degrees, travel
from detente.geometry.volume import NDEG, Circle, Corridor, Edge, Outline, Point

CORNERS: Final = 72
PIECE_M: Final = 20_000.0
"""No drawn piece of a curved edge is longer."""

Ring = list[tuple[float, float]]
"""Longitude and latitude in degrees; longitudes run on past 180 rather than jump."""


class GeoJson(TypedDict):
    """A geometry of RFC 7946: numbers in lists, as deep as the type of geometry has them."""

    type: str
    coordinates: object


def geometry_of(outline: Outline) -> GeoJson:
    """Return the GeoJSON geometry of an outline: a polygon or two; a corridor is its line (its width is a property)."""
    if isinstance(outline, Corridor):
        line = _run_on(list(_drawn(outline.line, outline.edge, closed=False)))
        return {"type": "LineString", "coordinates": [[round(x, 9), round(y, 9)] for x, y in line]}
    ring = _run_on(
        _around(outline) if isinstance(outline, Circle) else list(_drawn(outline.vertices, outline.edge, True))
    )
    return _cut(ring)


def _around(circle: Circle) -> Ring:
    points = [travel(circle.centre, 360 - k * 360 / CORNERS, circle.radius_mm) for k in range(CORNERS)]
    return [_lon_lat(p) for p in points]


def _lon_lat(point: Point) -> tuple[float, float]:
    return point.lon_ndeg / NDEG, point.lat_ndeg / NDEG


def _drawn(points: tuple[Point, ...], edge: Edge, closed: bool) -> Iterator[tuple[float, float]]:
    for a, b in pairwise([*points, points[0]] if closed else points):
        yield _lon_lat(a)
        yield from _between(a, b, edge)
    if not closed:
        yield _lon_lat(points[-1])


def _between(a: Point, b: Point, edge: Edge) -> Iterator[tuple[float, float]]:
    (lat_a, lon_a), (lat_b, lon_b) = degrees(a), degrees(b)
    _, _, metres = GEOD.inv(lon_a, lat_a, lon_b, lat_b)
    count = min(1000, int(metres // PIECE_M))
    if edge == "lonlat" or count == 0:
        return
    if edge == "geodesic":
        yield from ((float(x), float(y)) for x, y in GEOD.npts(lon_a, lat_a, lon_b, lat_b, count))
        return
    turn = (lon_b - lon_a + 180) % 360 - 180
    share = np.arange(1, count + 1) / (count + 1)
    if lat_a == lat_b:
        lats = np.full(count, lat_a)
    else:
        ends = isometric(np.array([lat_a, lat_b]))
        lats = latitude_of(ends[0] + share * (ends[1] - ends[0]))
    yield from ((lon_a + float(s) * turn, float(lat)) for s, lat in zip(share, lats, strict=True))


def _run_on(ring: Ring) -> Ring:
    """Return the same ring with longitudes that never jump by more than 180 degrees."""
    found = ring[:1]
    for lon, lat in ring[1:]:
        before = found[-1][0]
        found.append((before + (lon - before + 180) % 360 - 180, lat))
    return found


def _cut(ring: Ring) -> GeoJson:
    """Cut a ring at the 180th meridian; one that runs around a pole is closed over it."""
    import shapely
    from shapely.affinity import translate
    from shapely.geometry import MultiPolygon, box, mapping
    from shapely.geometry import Polygon as Flat
    from shapely.geometry.polygon import orient

    last = ring[-1][0] + (ring[0][0] - ring[-1][0] + 180) % 360 - 180
    if abs(last - ring[0][0]) > 180:  # once around the Earth
        pole = 90.0 if sum(lat for _, lat in ring) > 0 else -90.0
        ring = [*ring, (last, ring[0][1]), (last, pole), (ring[0][0], pole)]
    flat = shapely.make_valid(Flat(ring))
    parts = []
    for turns in (-1, 0, 1):
        piece = flat.intersection(box(-180 + 360 * turns, -90, 180 + 360 * turns, 90))
        for part in getattr(piece, "geoms", [piece]):
            if part.geom_type == "Polygon" and not part.is_empty:
                parts.append(orient(translate(part, -360 * turns)))
    whole = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    drawn = mapping(whole)
    return {"type": drawn["type"], "coordinates": _rounded(drawn["coordinates"])}


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 9)
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
