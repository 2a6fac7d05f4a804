"""Rings of straight chords on a chart, compared pair by pair: least distances, crossings, and what is certain of both.

A ring is closed from its last vertex to its first. Repeated vertices and edges run there and back do no harm. Arrays have
the pairs last, (vertex, pair), so that every step runs along many pairs at once; a side may hold one ring for all pairs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

APART, MEETS, UNDECIDED = 0, 1, 2

Codes = NDArray[np.int8]
Bools = NDArray[np.bool_]
Array = NDArray[Any]


class PairLimits(NamedTuple):
    """What decides each pair: they meet below `low`, are apart above `high` (chart metres, slops allowed for).

    The true edges lie within `slop_a`, `slop_b` of the chords. Where `overlap_meets`, whatever surely overlaps meets.
    """

    slop_a: Array
    slop_b: Array
    low: Array
    high: Array
    overlap_meets: Bools

    def pick(self, rows: Array) -> PairLimits:
        """Return the limits of some pairs."""
        return PairLimits(*(part[rows] for part in self))


class Compared(NamedTuple):
    """Two rings of chords against each other: squared distances vertex to edge, and which edges cross."""

    from_a: Array
    """[vertex of a, edge of b, pair]"""
    from_b: Array
    """[edge of a, vertex of b, pair]"""
    crossing: Bools
    """[edge of a, edge of b, pair]"""
    a_inside: Bools
    """whether a's first vertex lies inside b"""
    b_inside: Bools

    def pick(self, rows: Array) -> Compared:
        """Return the comparisons of some pairs."""
        return Compared(*(part[..., rows] for part in self))


def decided(least: Array, most: Array, low: Array, high: Array) -> Codes:
    """Say APART where the least that the distance can be is above `high`, MEETS where the most is below `low`."""
    verdict = np.full(least.shape, UNDECIDED, np.int8)
    verdict[least > high] = APART
    verdict[most < low] = MEETS
    return verdict


def between_rings(ax: Array, ay: Array, bx: Array, by: Array, limits: PairLimits) -> Codes:
    """Decide pairs of rings by their least distance, and by whether they surely overlap."""
    compared = compare(ax, ay, bx, by)
    least = np.sqrt(np.minimum(compared.from_a.min(axis=(0, 1)), compared.from_b.min(axis=(0, 1))))
    touching = compared.crossing.any(axis=(0, 1)) | compared.a_inside | compared.b_inside
    least[touching] = 0
    verdict = decided(least, least, limits.low, limits.high)
    doubtful = touching & (verdict == UNDECIDED) & limits.overlap_meets
    if doubtful.any():
        rows = np.flatnonzero(doubtful)
        verdict[rows[_surely_overlap(compared.pick(rows), limits.pick(rows))]] = MEETS
    return verdict


def compare(ax: Array, ay: Array, bx: Array, by: Array) -> Compared:
    """Compare ring with ring."""
    fx, fy = after(ax)[:, None] - ax[:, None], after(ay)[:, None] - ay[:, None]
    ex, ey = after(bx) - bx, after(by) - by
    dx, dy = ax[:, None] - bx, ay[:, None] - by
    from_a = _to_segment(dx, dy, ex, ey)
    from_b = _to_segment(-dx, -dy, fx, fy)
    side_a = ex * dy > ey * dx
    side_b = fy * dx > fx * dy
    crossing = side_a ^ after(side_a)
    crossing &= side_b ^ after(side_b, 1)
    above_a, above_b = ay > by[:1], by > ay[:1]
    a_inside = (above_b ^ after(above_b)) & (side_a[0] == (ey > 0))
    b_inside = (above_a ^ after(above_a)) & (side_b[:, 0] == (fy[:, 0] > 0))
    return Compared(from_a, from_b, crossing, np.logical_xor.reduce(a_inside), np.logical_xor.reduce(b_inside))


def after(values: Array, axis: int = 0) -> Array:
    """Return at each place along an axis what stands at the next, and at the last what stands at the first."""
    if axis == 0:
        return np.concatenate((values[1:], values[:1]))
    return np.concatenate((values[:, 1:], values[:, :1]), axis=1)


def _to_segment(dx: Array, dy: Array, ex: Array, ey: Array) -> Array:
    """Return squared distances from points d to segments e, both seen from the segment's start."""
    square = ex * ex + ey * ey
    t = dx * ex
    t += dy * ey
    t *= np.where(square > 0, 1 / np.where(square > 0, square, 1), 0)
    np.maximum(t, 0, out=t)
    np.minimum(t, 1, out=t)
    x = t * ex
    np.subtract(dx, x, out=x)
    t *= ey
    np.subtract(dy, t, out=t)
    x *= x
    t *= t
    x += t
    return x


def _surely_overlap(compared: Compared, limits: PairLimits) -> Bools:
    """Say whether the true edges overlap, not only their chords.

    Vertices are exact. Bending one chord into its true edge keeps it within its slop; as long as no end of either edge is
    swept over by the other, the number of crossings keeps its parity. The same holds for a vertex inside a ring.
    """
    clear_b = compared.from_a > limits.slop_b * limits.slop_b
    clear_a = compared.from_b > limits.slop_a * limits.slop_a
    firm = compared.crossing & clear_b & after(clear_b) & clear_a & after(clear_a, 1)
    a_inside = compared.a_inside & clear_b[0].all(axis=0)
    b_inside = compared.b_inside & clear_a[:, 0].all(axis=0)
    result: Bools = firm.any(axis=(0, 1)) | a_inside | b_inside
    return result
