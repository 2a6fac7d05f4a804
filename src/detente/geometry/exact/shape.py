"""An outline made ready for measuring: a skeleton (point, line or ring) cut into pieces, and a radius around it.

A circle is its centre with a radius, a corridor its line with a half-width: nothing is ever drawn as a polygon. The
skeleton is brought into one order first (ring from its least vertex, in the direction of its lesser neighbour), so that
the same outline gives the same bits however its vertices were listed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, Literal

import numpy as np

from detente.errors import Refused, problem
from detente.geometry.exact.edges import ARC, GEODESIC, Pieces, cut, measured, split
from detente.geometry.geodesic import E2, GEOD, SEMI_MINOR_M, Floats
from detente.geometry.volume import NDEG, Circle, Corridor, Edge, Outline, Point, Polygon

HALF_EARTH_M2: Final = 2.5503281086204425e14
"""Half the surface of the WGS 84 ellipsoid: what a ring's smaller side is smaller than."""
FINEST: Final = 6
"""So many times curved pieces are cut in four to tell an area from nothing."""


def canonical_point(point: Point, edge: Edge = "geodesic") -> Point:
    """Return the one way to write a position: -180 for 180 degrees, longitude 0 at a pole (where it says nothing)."""
    lon = -180 * NDEG if point.lon_ndeg == 180 * NDEG else point.lon_ndeg
    if abs(point.lat_ndeg) == 90 * NDEG and edge != "lonlat":
        lon = 0
    return Point(point.lat_ndeg, lon)


def canonical_ring(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the ring from its least vertex towards the lesser of that vertex's neighbours."""
    keys = [(p.lat_ndeg, p.lon_ndeg) for p in points]
    start = keys.index(min(keys))
    forward = keys[start:] + keys[:start]
    backward = [forward[0], *reversed(forward[1:])]
    return tuple(Point(*key) for key in min(forward, backward))


def canonical(outline: Outline) -> Outline:
    """Return the same outline in the one order and spelling that measuring uses."""
    if isinstance(outline, Circle):
        return Circle(centre=canonical_point(outline.centre), radius_mm=outline.radius_mm)
    if isinstance(outline, Polygon):
        ring = canonical_ring(tuple(canonical_point(p, outline.edge) for p in outline.vertices))
        return Polygon(edge=outline.edge, vertices=ring)
    line = tuple(canonical_point(p, outline.edge) for p in outline.line)
    keys = [(p.lat_ndeg, p.lon_ndeg) for p in line]
    if keys[::-1] < keys:
        line = line[::-1]
    return Corridor(edge=outline.edge, half_width_mm=outline.half_width_mm, line=line)


@dataclass(eq=False)
class Shape:
    """A measured outline. `order` sorts shapes, so that a pair is always measured the same way round."""

    outline: Outline
    role: Literal["point", "line", "area"]
    edge: Edge
    lat: Floats
    lon: Floats
    radius_mm: int
    pieces: Pieces
    centre: tuple[float, float, float]
    """Centre and radius (metres, through space) of a ball that holds the skeleton, inside included."""
    ball_m: float
    corner: tuple[float, float, float]
    order: tuple[object, ...] = field(default=())

    @cached_property
    def level_pieces(self) -> Pieces:
        """The pieces, with geodesics also cut where they run due east or west (needed beside arcs of parallels)."""
        if self.role == "point" or not (self.pieces.kind == GEODESIC).any():
            return self.pieces
        return cut(self.edge, self.lat, self.lon, self.role == "area", level=True)

    @cached_property
    def has_arcs(self) -> bool:
        """Whether some edge runs along a parallel without being a geodesic."""
        return bool((self.pieces.kind == ARC).any())

    @cached_property
    def left_inside(self) -> bool:
        """Whether the smaller side of the ring lies to its left. Refused when the ring has no proven area."""
        area = signed_area_m2(self.pieces)
        if area is None:
            raise Refused(
                [
                    problem(
                        "ring_degenerate", "outline.vertices", len(self.lat),
                        "the ring must enclose an area", "give at least three vertices that are not on one line",
                    )
                ]
            )  # fmt: skip
        return area > 0

    @cached_property
    def edges(self) -> list[int]:
        """The numbers of the edges that have a length, in order."""
        return sorted(set(self.pieces.edge.tolist()))

    def tangent(self, edge: int, at_end: bool) -> float:
        """Return the azimuth (degrees) on which an edge leaves its first vertex, or arrives at its last."""
        pieces = self.pieces
        row = int(((pieces.edge == edge) & (pieces.tail if at_end else pieces.head)).argmax())
        kind = int(pieces.kind[row])
        east, north = float(pieces.x1[row] - pieces.x0[row]), float(pieces.y1[row] - pieces.y0[row])
        lat, lon = (pieces.lat1, pieces.lon1) if at_end else (pieces.lat0, pieces.lon0)
        if kind == ARC:
            return 90.0 if east > 0 else -90.0
        if kind == GEODESIC:
            if not at_end:
                return float(pieces.azimuth[row])
            back: float = GEOD.inv(lon[row], lat[row], pieces.lon0[row], pieces.lat0[row])[0]
            return back + 180.0
        if not pieces.isometric:
            sine, cosine = _sin_cos(float(lat[row]))
            east, north = east * cosine * (1 - E2 * sine * sine), north * (1 - E2)
        return math.degrees(math.atan2(east, north))


def _sin_cos(degrees: float) -> tuple[float, float]:
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))


def signed_area_m2(pieces: Pieces, most: float = math.inf) -> float | None:
    """Return the area of a ring's smaller side, positive if that is on the left; None if it cannot be told from 0.

    Curved pieces are refined until their bow cannot change the sign; not beyond `most` pieces (each costs about a microsecond).
    """
    for level in range(FINEST + 1):
        area, _ = GEOD.polygon_area_perimeter(pieces.lon0, pieces.lat0)
        doubt = float((pieces.bow * pieces.reach).sum()) + 1e-4 + 1e-15 * float(pieces.reach.sum()) * 1e7
        if abs(area) > doubt:
            return float(area)
        curved = pieces.kind != GEODESIC
        if level == FINEST or not curved.any() or 4 * len(pieces) > most:
            return None
        pieces, _ = split(pieces, curved)
    return None


@lru_cache(maxsize=8192)
def _prepared(outline: Outline) -> Shape:
    same = canonical(outline)
    if same != outline:
        return _prepared(same)
    return _measure(outline)


def prepare(outline: Outline) -> Shape:
    """Measure an outline, or return the measure already taken (a cache of the last 8 192; it changes no answer)."""
    return _prepared(outline)


def _measure(outline: Outline) -> Shape:
    points = (outline.centre,) if isinstance(outline, Circle) else skeleton(outline)
    lat = np.array([p.lat_ndeg for p in points]) / NDEG
    lon = np.array([p.lon_ndeg for p in points]) / NDEG
    order = (type(outline).__name__, tuple((p.lat_ndeg, p.lon_ndeg) for p in points), radius_of(outline))
    edge: Edge = "geodesic" if isinstance(outline, Circle) else outline.edge
    if isinstance(outline, Circle):
        zero, flag, twice = np.zeros(1, dtype=np.intp), np.ones(1, dtype=np.bool_), np.ones((2, 1))
        pieces = measured(zero, zero, flag, flag, lat * twice, lon * twice, lon * twice, lat * twice, False)
    else:
        pieces = cut(edge, lat, lon, isinstance(outline, Polygon))
    if not len(pieces):
        raise Refused(
            [problem("ring_degenerate", "outline", len(points), "every point is the same", "give different points")]
        )
    role: Literal["point", "line", "area"] = (
        "point" if isinstance(outline, Circle) else "area" if isinstance(outline, Polygon) else "line"
    )
    centre = pieces.middle.mean(axis=0)
    away = pieces.middle - centre
    ball = float((np.sqrt(np.einsum("ij,ij->i", away, away)) + pieces.reach / 2).max()) + 1e-3
    if role == "area" and ball * ball > 0.95 * (SEMI_MINOR_M**2 + float(centre @ centre)):
        ball = 2e7  # the ball would hold half the Earth, so the smaller side of the ring may lie outside it
    return Shape(
        outline, role, edge, lat, lon, radius_of(outline), pieces,
        (float(centre[0]), float(centre[1]), float(centre[2])), ball,
        (float(pieces.space0[0, 0]), float(pieces.space0[0, 1]), float(pieces.space0[0, 2])), (*order, edge),
    )  # fmt: skip


def skeleton(outline: Outline) -> tuple[Point, ...]:
    """Return the vertices of a ring, the points of a line, or the centre of a circle."""
    if isinstance(outline, Polygon):
        return outline.vertices
    if isinstance(outline, Corridor):
        return outline.line
    return (outline.centre,)


def radius_of(outline: Outline) -> int:
    """Return how far the outline reaches beyond its skeleton, millimetres."""
    if isinstance(outline, Circle):
        return outline.radius_mm
    return outline.half_width_mm if isinstance(outline, Corridor) else 0
