"""Outlines in degrees and kilometres for the tests, and a slow, independent way to measure them."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import Geod

from detente.geometry.volume import (
    NDEG,
    Altitude,
    Circle,
    Corridor,
    Edge,
    Outline,
    Point,
    Polygon,
    Separation,
    Volume4D,
)

EDGES: tuple[Edge, ...] = ("geodesic", "parallel", "lonlat")
WGS84 = Geod(ellps="WGS84")


def point(lat: float, lon: float) -> Point:
    return Point(round(lat * NDEG), round(lon * NDEG))


def area(*vertices: tuple[float, float], edge: Edge = "geodesic") -> Polygon:
    return Polygon(edge=edge, vertices=tuple(point(*v) for v in vertices))


def box(south: float, west: float, north: float, east: float, edge: Edge = "geodesic") -> Polygon:
    return area((south, west), (south, east), (north, east), (north, west), edge=edge)


def circle(lat: float, lon: float, km: float) -> Circle:
    return Circle(centre=point(lat, lon), radius_mm=round(km * 1e6))


def corridor(*line: tuple[float, float], km: float, edge: Edge = "geodesic") -> Corridor:
    return Corridor(edge=edge, half_width_mm=round(km * 1e6), line=tuple(point(*p) for p in line))


def height(metres: float, datum: str = "ellipsoid", doubt: float = 0) -> Altitude:
    return Altitude(datum=datum, uncertainty_mm=round(doubt * 1000), value_mm=round(metres * 1000))  # type: ignore[arg-type]


def volume(
    outline: Outline, low: float | None = None, high: float | None = None, start: int = 0, end: int = 10**9
) -> Volume4D:
    return Volume4D(
        altitude_lower=None if low is None else height(low),
        altitude_upper=None if high is None else height(high),
        end_us=end,
        outline=outline,
        start_us=start,
    )


def apart(km: float = 0, metres: float = 0, seconds: float = 0) -> Separation:
    return Separation(horizontal_mm=round(km * 1e6), time_us=round(seconds * 1e6), vertical_mm=round(metres * 1000))


def along(edge: Edge, p: Point, q: Point, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points of an edge straight from the definition of its reading: latitudes and longitudes, degrees."""
    lat1, lon1, lat2, lon2 = (v / NDEG for v in (p.lat_ndeg, p.lon_ndeg, q.lat_ndeg, q.lon_ndeg))
    turn = (lon2 - lon1 + 180) % 360 - 180
    if edge == "geodesic":
        azimuth, _, length = WGS84.inv(lon1, lat1, lon2, lat2)
        ones = np.ones(len(share))
        lon, lat, _ = WGS84.fwd(lon1 * ones, lat1 * ones, azimuth * ones, share * length)
        return lat, lon
    if edge == "lonlat":
        return lat1 + share * (lat2 - lat1), lon1 + share * turn
    if 90 in (abs(lat1), abs(lat2)):
        lon = np.full(len(share), lon2 if abs(lat1) == 90 else lon1)
        return lat1 + share * (lat2 - lat1), lon
    first, last = _stretched(lat1), _stretched(lat2)
    return _unstretched(first + share * (last - first)), lon1 + share * turn


def _stretched(lat: float) -> float:
    e = np.sqrt(WGS84.es)
    phi = np.radians(lat)
    return float(np.log(np.tan(np.pi / 4 + phi / 2)) + e / 2 * np.log((1 - e * np.sin(phi)) / (1 + e * np.sin(phi))))


def _unstretched(y: np.ndarray) -> np.ndarray:
    e = np.sqrt(WGS84.es)
    phi = 2 * np.arctan(np.exp(y)) - np.pi / 2
    for _ in range(30):
        bent = ((1 + e * np.sin(phi)) / (1 - e * np.sin(phi))) ** (e / 2)
        phi = 2 * np.arctan(np.exp(y) * bent) - np.pi / 2
    return np.degrees(phi)


def edges_of(outline: Outline) -> list[tuple[Edge, Point, Point]]:
    if isinstance(outline, Circle):
        return [("geodesic", outline.centre, outline.centre)]
    if isinstance(outline, Corridor):
        return [(outline.edge, p, q) for p, q in zip(outline.line, outline.line[1:], strict=False)]
    ring = outline.vertices
    return [(outline.edge, p, q) for p, q in zip(ring, ring[1:] + ring[:1], strict=True)]


def sampled_distance_m(a: Outline, b: Outline, grid: int = 24, zooms: int = 9) -> float:
    """Return the least distance between two skeletons, by sampling every pair of edges and zooming in on the best cells."""
    best = np.inf
    for first in edges_of(a):
        for second in edges_of(b):
            best = min(best, _zoomed(first, second, grid, zooms))
    return best


def _zoomed(first: tuple[Edge, Point, Point], second: tuple[Edge, Point, Point], grid: int, zooms: int) -> float:
    cells = [(0.5, 0.5, 0.5)]
    best = np.inf
    for _ in range(zooms):
        found = []
        for s, t, half in cells:
            shares_s = np.clip(np.linspace(s - half, s + half, grid), 0, 1)
            shares_t = np.clip(np.linspace(t - half, t + half, grid), 0, 1)
            lat1, lon1 = along(*first, shares_s)
            lat2, lon2 = along(*second, shares_t)
            i, j = (v.ravel() for v in np.meshgrid(np.arange(grid), np.arange(grid)))
            away = WGS84.inv(lon1[i], lat1[i], lon2[j], lat2[j])[2]
            for k in np.argsort(away)[:2]:
                found.append((away[k], shares_s[i[k]], shares_t[j[k]], 3 * half / grid))
        found.sort()
        best = min(best, found[0][0])
        cells = [(s, t, half) for _, s, t, half in found[:3]]
    return float(best)


def drawn(outline: Outline, centre: Point, per_edge: int = 400) -> shapely.Geometry:
    """Return a skeleton drawn with many points on the azimuthal equidistant chart about a centre: metres, approximate."""
    lats, lons = zip(*(along(*edge, np.linspace(0, 1, per_edge)) for edge in edges_of(outline)), strict=True)
    lat, lon = np.concatenate(lats), np.concatenate(lons)
    ones = np.ones(len(lat))
    azimuth, _, away = WGS84.inv(centre.lon_ndeg / NDEG * ones, centre.lat_ndeg / NDEG * ones, lon, lat)
    xy = np.stack([away * np.sin(np.radians(azimuth)), away * np.cos(np.radians(azimuth))], axis=1)
    if isinstance(outline, Polygon):
        return shapely.Polygon(xy).buffer(0)
    return shapely.LineString(xy) if isinstance(outline, Corridor) else shapely.Point(xy[0])
