"""Rings of straight chords on a chart, compared pair by pair: least distances, crossings, and what is certain of both.

A ring is closed from its last vertex to its first. Repeated vertices and edges run there and back do no harm.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

APART, MEETS, UNDECIDED = 0, 1, 2

Codes = NDArray[np.int8]
Bools = NDArray[np.bool_]
Array = NDArray[Any]


def decided(least: Array, most: Array, low: Array, high: Array) -> Codes:
    """Say APART where the least that the distance can be is above `high`, MEETS where the most is below `low`."""
    verdict = np.full(least.shape, UNDECIDED, np.int8)
    verdict[least > high] = APART
    verdict[most < low] = MEETS
    return verdict


class Rings(NamedTuple):
    """Two rings of chords against each other: squared distances vertex to edge, and which edges cross."""

    from_a: Array
    """[pair, vertex of a, edge of b]"""
    from_b: Array
    """[pair, edge of a, vertex of b]"""
    crossing: Bools
    """[pair, edge of a, edge of b]"""
    a_inside: Bools
    """whether a's first vertex lies inside b"""
    b_inside: Bools


def compare(ax: Array, ay: Array, bx: Array, by: Array) -> Rings:
    """Compare ring with ring, pair by pair; a may be a single ring. Both are closed from last vertex to first."""
    fx, fy = after(ax, 1) - ax, after(ay, 1) - ay
    ex, ey = after(bx, 1) - bx, after(by, 1) - by
    up_a, up_b = ay > by[:, :1], by > ay[:, :1]
    dx, dy = ax[:, :, None] - bx[:, None, :], ay[:, :, None] - by[:, None, :]
    fx, fy, ex, ey = fx[:, :, None], fy[:, :, None], ex[:, None, :], ey[:, None, :]
    from_a = _to_segment(dx, dy, ex, ey)
    from_b = _to_segment(-dx, -dy, fx, fy)
    side_a = ex * dy - ey * dx > 0
    side_b = fy * dx - fx * dy > 0
    crossing = (side_a ^ after(side_a, 1)) & (side_b ^ after(side_b, 2))
    a_inside = (up_b ^ after(up_b, 1)) & (side_a[:, 0, :] == (ey[:, 0, :] > 0))
    b_inside = (up_a ^ after(up_a, 1)) & (side_b[:, :, 0] == (fy[:, :, 0] > 0))
    return Rings(
        from_a, from_b, crossing, np.logical_xor.reduce(a_inside, axis=1), np.logical_xor.reduce(b_inside, axis=1)
    )


def after(values: Array, axis: int) -> Array:
    """Return at each place along an axis what stands at the next, and at the last what stands at the first."""
    if axis == 1:
        return np.concatenate((values[:, 1:], values[:, :1]), axis=1)
    return np.concatenate((values[:, :, 1:], values[:, :, :1]), axis=2)


def _to_segment(dx: Array, dy: Array, ex: Array, ey: Array) -> Array:
    """Return squared distances from points d to segments e, both seen from the segment's start."""
    square = ex * ex + ey * ey
    t = dx * ex
    t += dy * ey
    t *= np.where(square > 0, 1 / np.where(square > 0, square, 1), 0)
    np.clip(t, 0, 1, out=t)
    x = t * ex
    np.subtract(dx, x, out=x)
    t *= ey
    np.subtract(dy, t, out=t)
    x *= x
    t *= t
    x += t
    return x


def between_rings(
    ax: Array,
    ay: Array,
    bx: Array,
    by: Array,
    slop_a: Array,
    slop_b: Array,
    low: Array,
    high: Array,
    threshold: Array,
) -> Codes:
    """Decide pairs of rings whose true edges lie within `slop_a`, `slop_b` of their chords; those slops are in `low`, `high`.

    `threshold` is that of the pair on the ground: whatever overlaps meets, unless the threshold is below 0.
    """
    rings = compare(ax, ay, bx, by)
    least = np.sqrt(np.minimum(rings.from_a.min(axis=(1, 2)), rings.from_b.min(axis=(1, 2))))
    touching = rings.crossing.any(axis=(1, 2)) | rings.a_inside | rings.b_inside
    least[touching] = 0
    verdict = decided(least, least, low, high)
    open_still = touching & (verdict == UNDECIDED) & (threshold >= 0)
    if open_still.any():
        rows = np.flatnonzero(open_still)
        verdict[rows[_surely_overlap(Rings(*(part[rows] for part in rings)), slop_a[rows], slop_b[rows])]] = MEETS
    return verdict


def _surely_overlap(rings: Rings, slop_a: Array, slop_b: Array) -> Bools:
    """Say whether the true edges overlap, not only their chords.

    Vertices are exact. Bending one chord into its true edge keeps it within its slop; as long as no end of either edge is
    swept over by the other, the number of crossings keeps its parity. The same holds for a vertex inside a ring.
    """
    clear_b = rings.from_a > (slop_b * slop_b)[:, None, None]
    clear_a = rings.from_b > (slop_a * slop_a)[:, None, None]
    firm = rings.crossing & clear_b & after(clear_b, 1) & clear_a & after(clear_a, 2)
    a_inside = rings.a_inside & clear_b[:, 0, :].all(axis=1)
    b_inside = rings.b_inside & clear_a[:, :, 0].all(axis=1)
    result: Bools = firm.any(axis=(1, 2)) | a_inside | b_inside
    return result
