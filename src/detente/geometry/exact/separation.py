"""Do two volumes come closer than a separation allows? The exact answer, and why (docs/formats/volume.md, "Bounds").

Two volumes *meet* iff in all three dimensions at once they are no farther apart than the separation: horizontally (error
circles and epsilon on top), vertically (uncertainty bands included), and in time. Sets are closed: what touches meets.
The order of the volumes and of their vertices changes no bit of the answer.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
import pyproj
import shapely

import detente
from detente.geometry.altitude import vertical_gap_mm
from detente.geometry.exact.nearest import Nearest, Touch, nearest
from detente.geometry.exact.shape import Shape, prepare
from detente.geometry.geodesic import distance_m, longest_over
from detente.geometry.volume import NDEG, Edge, Outline, Point, Separation, Volume4D

EPSILON_MM: Final = 1
"""Apart only if beyond separation + epsilon: the bound on what measuring may be off by (four times what is proven)."""
RULESET: Final = (
    f"detente {getattr(detente, '__version__', '0.1.0')} geometry 1; PROJ {pyproj.proj_version_str}; "
    f"GEOS {shapely.geos_version_string}; epsilon {EPSILON_MM} mm"
)
"""What computed a result. Different rulesets are shown as that, never as fraud."""
EDGES: Final[tuple[Edge, ...]] = ("geodesic", "parallel", "lonlat")


class Encounter(msgspec.Struct, frozen=True, kw_only=True):
    """Two volumes are closer than allowed: the least distance in each dimension, and when.

    Gaps are 0 where the volumes share ground, height or time. `horizontal_mm` is between the outlines as stated (without error circles);
    `allowed_mm` is what it was compared with (separation + both error circles). `boundary`: only epsilon makes them meet.
    `first_us` to `last_us` is the time both are there; where there is a gap in time, that gap.
    `near_a`, `near_b` are the nearest points of the two skeletons (a circle's centre, a corridor's line).
    """

    allowed_mm: int
    boundary: bool
    first_us: int
    horizontal_mm: int
    last_us: int
    near_a: Point
    near_b: Point
    ruleset: str = RULESET
    time_us: int
    vertical_mm: int


class Horizontal(msgspec.Struct, frozen=True, kw_only=True):
    """The least geodesic distance between two outlines, metres, within a quarter of epsilon, and where."""

    distance_m: float
    inside: bool
    near_a: Point
    near_b: Point


def time_gap_us(a: Volume4D, b: Volume4D) -> int:
    """Return the time between the end of the one and the start of the other; 0 where they share a moment."""
    return max(0, a.start_us - b.end_us, b.start_us - a.end_us)


def horizontal_bounds(a: Outline, b: Outline) -> tuple[int, int]:
    """Return certain bounds on the least distance between two outlines, millimetres. Cheap; for choosing, not deciding."""
    first, second = prepare(a), prepare(b)
    radii = first.radius_mm + second.radius_mm
    low = math.dist(first.centre, second.centre) - first.ball_m - second.ball_m
    high = float(longest_over(np.array(math.dist(first.corner, second.corner))))
    return max(0, math.floor(low * 1000) - radii), max(0, math.ceil(high * 1000) - radii)


def bounding_ball(outline: Outline) -> tuple[tuple[float, float, float], float]:
    """Return centre (x, y, z) and radius, metres, of a ball that certainly holds the outline: for a coarse index."""
    shape = prepare(outline)
    return shape.centre, shape.ball_m + shape.radius_mm / 1000


def horizontal_distance(a: Outline, b: Outline, limit_mm: int | None = None) -> Horizontal | None:
    """Return how near two outlines come; None only if they are certainly farther apart than `limit_mm`.

    Exact to `nearest.ERROR_M`, proven for skeletons up to 9 000 km apart.
    """
    first, second = prepare(a), prepare(b)
    swap = second.order < first.order
    if swap:
        first, second = second, first
    found = _skeletons(first, second, limit_mm)
    if found is None:
        return None
    inside = found.crossing or _inside(first, second, found)
    apart = 0.0 if inside else max(0.0, found.distance_m - (first.radius_mm + second.radius_mm) / 1000)
    near = (_point(found.b), _point(found.a)) if swap else (_point(found.a), _point(found.b))
    return Horizontal(distance_m=apart, inside=inside, near_a=near[0], near_b=near[1])


def _skeletons(first: Shape, second: Shape, limit_mm: int | None) -> Nearest | None:
    limit_m = math.inf
    if limit_mm is not None:
        limit_m = (limit_mm + first.radius_mm + second.radius_mm) / 1000 + 0.01
        gap = math.dist(first.centre, second.centre) - first.ball_m - second.ball_m
        if gap > limit_m:
            return None
        if "area" in (first.role, second.role) and gap <= 0:
            limit_m = math.inf  # one may lie deep inside the other: only the nearest stretch of ring tells
    if first.role == second.role == "point":
        return _points(first, second, limit_m)
    arcs = first.has_arcs or second.has_arcs
    return nearest(
        first.level_pieces if arcs else first.pieces, second.level_pieces if arcs else second.pieces, limit_m
    )


def _points(first: Shape, second: Shape, limit_m: float) -> Nearest | None:
    lat1, lon1, lat2, lon2 = float(first.lat[0]), float(first.lon[0]), float(second.lat[0]), float(second.lon[0])
    apart = distance_m(lat1, lon1, lat2, lon2)
    if apart > limit_m:
        return None
    return Nearest(apart, False, Touch(lat1, lon1, 0, 0, 0.0, 0.0), Touch(lat2, lon2, 0, 0, 0.0, 0.0))


def _inside(first: Shape, second: Shape, found: Nearest) -> bool:
    """Say whether one skeleton lies inside the other's ring: told by the side on which the nearest point lies."""
    if found.distance_m < 1e-6:
        return False  # they touch: the distance says so
    return (first.role == "area" and _within(first, found.a)) or (second.role == "area" and _within(second, found.b))


def _within(area: Shape, at: Touch) -> bool:
    """Say whether the direction `at.towards` leads from the ring's nearest point to its inside."""
    if at.vertex == 0:
        left = math.sin(math.radians(at.towards - at.tangent)) < 0
    else:
        edges = area.edges
        here = edges.index(at.edge)
        before, after = (edges[here - 1], at.edge) if at.vertex < 0 else (at.edge, edges[(here + 1) % len(edges)])
        arrive, leave = area.tangent(before, True), area.tangent(after, False)
        left = (leave - at.towards) % 360.0 < (leave - arrive - 180.0) % 360.0
    return left == area.left_inside


def _point(touch: Touch) -> Point:
    return Point(round(touch.lat * NDEG), round(touch.lon * NDEG))


def meets(a: Volume4D, b: Volume4D, separation: Separation) -> Encounter | None:
    """Return how two volumes meet under a separation, or None where they are apart.

    Closed: exactly at the separation they meet. Both volumes must have passed `rings.check_volume`.
    """
    time_us = time_gap_us(a, b)
    if time_us > separation.time_us:
        return None
    vertical_mm = vertical_gap_mm(a, b)
    if vertical_mm > separation.vertical_mm:
        return None
    allowed_mm = separation.horizontal_mm + a.error_mm + b.error_mm
    found = horizontal_distance(a.outline, b.outline, allowed_mm + EPSILON_MM)
    if found is None or found.distance_m * 1000 > allowed_mm + EPSILON_MM:
        return None
    first, last = sorted((max(a.start_us, b.start_us), min(a.end_us, b.end_us)))
    return Encounter(
        allowed_mm=allowed_mm,
        boundary=found.distance_m * 1000 > allowed_mm,
        first_us=first,
        horizontal_mm=round(found.distance_m * 1000),
        last_us=last,
        near_a=found.near_a,
        near_b=found.near_b,
        time_us=time_us,
        vertical_mm=vertical_mm,
    )
