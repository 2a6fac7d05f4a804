"""Cutting a plane ring into a few convex parts, for `way_out`. On a flat chart, metres; not exact, and not relied on."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from detente.geometry.geodesic import Floats

STRAIGHT: Final = 0.01
"""A turn of less than this (radians) the wrong way still counts as convex: edges that bulge a little are cut nowhere."""

XY = tuple[float, float]


def convex_parts(ring: Floats) -> list[list[XY]] | None:
    """Return convex parts that together cover a simple ring; None if it cannot be cut (it crosses itself on the chart)."""
    points: list[XY] = [(float(x), float(y)) for x, y in ring]
    if len(points) < 3:
        return [points]
    if sum(_cross(points[0], p, q) for p, q in pairwise(points)) < 0:
        points.reverse()
    parts: list[list[XY]] = []
    waiting = [points]
    while waiting:
        part = waiting.pop()
        bends = [k for k in range(len(part)) if len(part) > 3 and _turn(part, k) < -STRAIGHT]
        if not bends:
            parts.append(part)
            continue
        to = _best_cut(part, bends[0])
        if to is None:
            return None
        first, last = sorted((bends[0], to))
        waiting += [part[first : last + 1], part[last:] + part[: first + 1]]
    return parts


def _cross(o: XY, p: XY, q: XY) -> float:
    return (p[0] - o[0]) * (q[1] - o[1]) - (p[1] - o[1]) * (q[0] - o[0])


def _turn(part: list[XY], k: int) -> float:
    """Return the angle by which a ring turns left at a vertex, radians."""
    before, here, after = part[k - 1], part[k], part[(k + 1) % len(part)]
    dot = (here[0] - before[0]) * (after[0] - here[0]) + (here[1] - before[1]) * (after[1] - here[1])
    return math.atan2(_cross(before, here, after), dot)


def _best_cut(part: list[XY], k: int) -> int | None:
    """Return the vertex to cut to: one that mends the bend at k if there is, else the nearest that can be seen."""
    n = len(part)
    ranked = []
    for j in range(n):
        if j in (k, (k - 1) % n, (k + 1) % n) or not _sees(part, k, j):
            continue
        before, here, after = part[k - 1], part[k], part[(k + 1) % n]
        mends = _cross(before, here, part[j]) >= 0 and _cross(here, after, part[j]) >= 0
        ranked.append((not mends, math.dist(here, part[j]), j))
    return min(ranked)[2] if ranked else None


def _sees(part: list[XY], k: int, j: int) -> bool:
    """Say whether the line from vertex k to vertex j stays inside a ring that runs anticlockwise."""
    n = len(part)
    for at, to in ((k, j), (j, k)):
        before, here, after = part[at - 1], part[at], part[(at + 1) % n]
        left_of_in, left_of_out = _cross(before, here, part[to]) > 0, _cross(here, after, part[to]) > 0
        inside = left_of_in and left_of_out if _turn(part, at) >= 0 else left_of_in or left_of_out
        if not inside:
            return False
    p, q = part[k], part[j]
    for m in range(n):
        if k in (m, (m + 1) % n) or j in (m, (m + 1) % n):
            continue
        r, s = part[m], part[(m + 1) % n]
        if _cross(p, q, r) * _cross(p, q, s) <= 0 and _cross(r, s, p) * _cross(r, s, q) <= 0:
            return False
    return True
