"""The shortest way for one outline out of the reach of another, on a flat chart round the one that moves.

The shifts that leave the two too close are the Minkowski difference of the outlines, widened by the reach. Each outline is cut into
convex parts; the difference of two convex parts is the hull of the differences of their corners. The nearest point of
the boundary of their union is the way out. `least_change` then finds the exact distance in that direction on the ellipsoid.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from detente.geometry.clearing.convex import XY, convex_parts
from detente.geometry.clearing.moving import anchor
from detente.geometry.exact.shape import Shape, prepare
from detente.geometry.geodesic import Floats, inverse
from detente.geometry.volume import Outline

MOST_PAIRS: Final = 400
"""Above so many pairs of convex parts the whole outlines' hulls are used: a sure way out, but another may be shorter."""
MOST_CORNERS: Final = 64


def way_out(a: Outline, b: Outline, apart_mm: int) -> tuple[float, float, bool]:
    """Return the least shift of `a` (metres east, north) that takes it `apart_mm` from `b`, and whether hulls were used."""
    first, second = prepare(a), prepare(b)
    centre = anchor(a)
    reach_m = (apart_mm + first.radius_mm + second.radius_mm) / 1000
    still, moving = _parts(second, _chart(second, centre)), _parts(first, _chart(first, centre))
    hulled = len(still) * len(moving) > MOST_PAIRS
    if hulled:
        still, moving = [_hull(still)], [_hull(moving)]
    forbidden = _difference(still, moving).buffer(max(reach_m, 0.01), quad_segs=32)
    line = shapely.shortest_line(shapely.Point(0.0, 0.0), forbidden.boundary)
    east, north = shapely.get_coordinates(line)[1].tolist()
    if math.hypot(east, north) < 1e-3:  # on the boundary already: any step away from the middle
        x, y = shapely.get_coordinates(forbidden.centroid)[0].tolist()
        size = math.hypot(x, y) or 1.0
        east, north = -x / size * 1e-3, -y / size * 1e-3 or 1e-3
    return east, north, hulled


def _chart(shape: Shape, centre: tuple[float, float]) -> Floats:
    """Return the ends of a shape's pieces on the azimuthal equidistant chart: metres east and north of the centre."""
    pieces = shape.pieces
    lat, lon = pieces.lat0, pieces.lon0
    if shape.role == "line":
        lat, lon = np.append(lat, pieces.lat1[-1]), np.append(lon, pieces.lon1[-1])
    same = np.ones(len(lat))
    azimuth, _, away = inverse(centre[0] * same, centre[1] * same, lat, lon)
    angle = np.radians(azimuth)
    return np.stack([away * np.sin(angle), away * np.cos(angle)], axis=1)


def _parts(shape: Shape, points: Floats) -> list[list[XY]]:
    """Return an outline's skeleton as convex parts: pieces of a line, parts of a ring (its hull if it has too many corners)."""
    corners: list[XY] = [(x, y) for x, y in points.tolist()]
    if shape.role == "line":
        return [list(pair) for pair in pairwise(corners)]
    if shape.role == "point":
        return [corners]
    parts = convex_parts(points) if len(corners) <= MOST_CORNERS else None
    return [_hull([corners])] if parts is None else parts


def _hull(parts: list[list[XY]]) -> list[XY]:
    corners = [p for part in parts for p in part]
    hull = shapely.get_coordinates(shapely.convex_hull(shapely.MultiPoint(corners)))
    return [(x, y) for x, y in hull.tolist()]


def _difference(still: list[list[XY]], moving: list[list[XY]]) -> shapely.Geometry:
    """Return the shifts of `moving` that make it touch `still`."""
    hulls = []
    for one in still:
        for other in moving:
            sums = np.array(one)[:, None, :] - np.array(other)[None, :, :]
            hulls.append(shapely.convex_hull(shapely.multipoints(sums.reshape(-1, 2))))
    return hulls[0] if len(hulls) == 1 else shapely.union_all(hulls)
