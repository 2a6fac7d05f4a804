"""How near two skeletons come: the closest pair of points of two sets of pieces, with a proven error.

Theory of operation. On a surface of positive curvature two geodesics that do not cross come closest at an end of one of
them (at an inner pair the second variation along the parallel field is minus the integral of the curvature, so it is never a minimum).
A parallel and a curve that nowhere runs due east or west come closest at an end or where they cross, since the nearest point
of a parallel lies on the same meridian. Two parallels: at an end. So every pair of pieces needs only: four distances from
an end to a piece (`tasks`), and whether the two cross. Two pieces of which one is SLANTED may also be nearest at an inner
pair, but only if both run at right angles to the line between: `_askew` excludes that where their directions differ by more than
directions can turn on the way. Where it cannot, the geodesics between their ends stand for them, which are within `bow`;
and where that is not good enough they are cut in n, and the bow falls n-squared-fold.

Each round: certain bounds through space drop the pairs that cannot be nearest; the others are solved; the rest is cut.

Where two curves run side by side for thousands of kilometres no pair can be dropped, and the rounds would grow without end. So the
work is counted (`MOST_WORK`), and what is not settled within it counts as meeting: never apart without proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from detente.geometry.exact.edges import ARC, SLANTED, Pieces, split
from detente.geometry.exact.tasks import SOLVED_M, Solved, crossings, curve_at, solve
from detente.geometry.geodesic import (
    E2,
    SEMI_MAJOR_M,
    Bools,
    Floats,
    Ints,
    direct,
    inverse,
    longest_over,
    shortest_over,
)

REFINED_M: Final = 1e-4
"""To this slanted pieces that run side by side are refined: the answer is within 2 * REFINED_M + SOLVED_M + the oracle's error."""
MOST_PARTS: Final = 64
MOST_CHILDREN: Final = 120
FEW_PARTS: Final = 4
ERROR_M: Final = 2.5e-4
"""What the answer may be off by: four times less than the epsilon that is promised."""
MOST_WORK: Final = 1_000_000
"""Pairs bounded, plus `SOLVING` for each solved: some two seconds. Counted, not timed: the same on every machine."""
SOLVING: Final = 6
AT_ONCE: Final = 4_000_000
"""So many distances between pieces stand in memory at once."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One end of the shortest line: where it meets a skeleton, and the directions there (azimuths, degrees)."""

    lat: float
    lon: float
    edge: int
    vertex: int
    """0 inside the edge, -1 where the edge starts, +1 where it ends."""
    tangent: float
    towards: float


@dataclass(frozen=True, slots=True)
class Nearest:
    """The least distance (metres, within `ERROR_M`), and the two points; `crossing` if the skeletons cross.

    `settled` is False where `MOST_WORK` was spent before it was told that they do not meet: then they count as crossing.
    """

    distance_m: float
    crossing: bool
    a: Touch
    b: Touch
    settled: bool = True


def nearest(pa: Pieces, pb: Pieces, limit_m: float = np.inf, mask: Bools | None = None) -> Nearest | None:
    """Return the closest pair of points of two sets of pieces; None if it is certainly farther than `limit_m`.

    `mask[i, j]` says which pairs of pieces count. If either side has ARC pieces, the other's geodesics must be level.
    """
    i, j, best = _coarse(pa, pb, limit_m, mask)
    left = MOST_WORK
    for _ in range(60):
        left -= len(i)
        if left < 0:
            return _unsettled(pa, pb, int(i[0]), int(j[0]))
        now = _round(pa, pb, i, j, best, left)
        if now is None:
            return None
        if isinstance(now, Nearest):
            return now
        left -= SOLVING * len(now.i)
        if now.sure is not None:
            return _crossing(pa, pb, int(now.i[now.sure]), int(now.j[now.sure]))
        best = min(best, float(now.upper.min()) + SOLVED_M)
        rough = (now.error > REFINED_M) & (now.floor < best - REFINED_M)
        if not rough.any():
            k = int(now.upper.argmin())
            return None if now.upper[k] > limit_m + ERROR_M else _answer(pa, pb, now, k)
        keep = now.floor <= best
        pa, pb, i, j = _refined(pa, pb, now.i[keep], now.j[keep], rough[keep])
    raise ArithmeticError("the search for the nearest points did not end: a fault in the program")  # pragma: no cover


@dataclass(frozen=True, slots=True)
class _Round:
    """Pairs of pieces after one round: what is known of each."""

    i: Ints
    j: Ints
    error: Floats
    """How much less than the least of its tasks the distance of the pair may be."""
    solved: Solved
    crossed: Bools
    upper: Floats
    """The distance of the pair is at most this."""
    floor: Floats
    """And at least this, never below 0."""
    sure: int | None
    """A pair that certainly crosses."""


def _unsettled(pa: Pieces, pb: Pieces, i: int, j: int) -> Nearest:
    """Say that curves count as meeting, where two pieces start that may be nearest."""
    first, second = (
        Touch(float(p.lat0[row]), float(p.lon0[row]), int(p.edge[row]), 0, float(p.azimuth[row]), 0.0)
        for p, row in ((pa, i), (pb, j))
    )
    return Nearest(0.0, True, first, second, settled=False)


def _round(pa: Pieces, pb: Pieces, i: Ints, j: Ints, best: float, left: int) -> _Round | Nearest | None:
    """Bound all pairs, drop those that are farther than `best`, solve the others if that is not more than is `left`."""
    if not len(i):
        return None
    low, up, maybe = _bounds(pa, pb, i, j)
    error = pa.error[i] + pb.error[j]
    best = min(best, float(longest_over(up.min())))
    keep = np.where(maybe, 0.0, low.min(axis=0) - error) <= best
    i, j, low, maybe, error = i[keep], j[keep], low[:, keep], maybe[keep], error[keep]
    if not len(i):
        return None
    if SOLVING * len(i) > left:
        return _unsettled(pa, pb, int(i[0]), int(j[0]))
    wanted = low <= best + error
    solved = solve(pa, pb, i, j, wanted)
    crossed = np.zeros(len(i), dtype=np.bool_)
    if maybe.any():
        crossed[maybe] = crossings(pa, pb, i[maybe], j[maybe])
    upper = solved.reach.min(axis=0)
    if not error.any():
        sure, floor = (
            crossed,
            np.where(wanted, np.maximum(solved.reach - solved.slack, low), low).min(axis=0) - SOLVED_M,
        )
    else:
        # Stand-ins that cross, with all ends farther from the other curve than the error, cannot be parted by bending within
        # it, nor made to cross if they do not. Beside an ARC the crossing is that of the curve itself.
        arc = (pa.kind[i] == ARC) | (pb.kind[j] == ARC)
        clear = arc | (error < upper)
        sure = crossed & clear
        proven = (solved.exact | ~wanted).all(axis=0)
        error = np.where(proven & clear & (arc | _askew(pa, pb, i, j, best)), 0.0, error)
        ends = np.where(wanted, np.maximum(solved.reach - solved.slack, low), low).min(axis=0)
        floor = np.where(crossed, 0.0, ends - error - SOLVED_M)
        upper = np.where(crossed, np.minimum(upper, error), upper)
    first = int(sure.argmax()) if sure.any() else None
    return _Round(i, j, error, solved, crossed, upper, np.maximum(floor, 0.0), first)


def _askew(pa: Pieces, pb: Pieces, i: Ints, j: Ints, best: float) -> Bools:
    """Prove that pieces nearer than `best` are not nearest at an inner pair, where both would be square to the line between.

    The azimuth along that line turns by at most tan(lat) / a for each metre; so would the directions of the two pieces differ.
    """
    (mid_a, spread_a), (mid_b, spread_b) = _directions(pa), _directions(pb)
    lats = np.abs(np.stack([pa.lat0[i], pa.lat1[i], pb.lat0[j], pb.lat1[j]])).max(axis=0)
    highest = np.radians(lats) + (min(best, 1e7) + pa.reach[i] + pb.reach[j]) / 6.3e6
    turn = best * np.tan(np.minimum(highest, 1.57)) / SEMI_MAJOR_M
    apart = np.radians(90 - np.abs((mid_a[i] - mid_b[j]) % 180.0 - 90))
    return np.asarray((highest < 1.55) & (apart > spread_a[i] + spread_b[j] + turn + 1e-6))


def _directions(pieces: Pieces) -> tuple[Floats, Floats]:
    """Return an azimuth (degrees) of each piece and how far (radians) its direction is from that anywhere on it."""
    highest = np.minimum(
        np.radians(np.abs(np.stack([pieces.lat0, pieces.lat1])).max(axis=0)) + pieces.reach / 6.3e6, 1.57
    )
    spread = pieces.length * np.tan(highest) / SEMI_MAJOR_M
    azimuth = pieces.azimuth
    slanted = pieces.kind == SLANTED
    if slanted.any() and pieces.isometric:
        azimuth = np.where(slanted, np.degrees(np.arctan2(pieces.x1 - pieces.x0, pieces.y1 - pieces.y0)), azimuth)
        spread = np.where(slanted, 1e-9, spread)
    elif slanted.any():
        ends = [curve_at(pieces, np.full(len(pieces), end))[2] for end in (0.0, 1.0)]
        turn = (ends[1] - ends[0] + 180) % 360 - 180
        azimuth = np.where(slanted, ends[0] + turn / 2, azimuth)
        spread = np.where(slanted, np.radians(np.abs(turn)) / 2 + 1e-9, spread)
    return azimuth, spread


def _answer(pa: Pieces, pb: Pieces, now: _Round, k: int) -> Nearest:
    """Put the nearest pair into words: which end of which piece, and its foot on the other."""
    i, j, task = int(now.i[k]), int(now.j[k]), int(now.solved.reach[:, k].argmin())
    reach = float(now.solved.reach[task, k])
    if now.crossed[k] and reach > REFINED_M:
        return _crossing(pa, pb, i, j)
    ends, row, pieces, onto = (pa, i, pb, j) if task < 2 else (pb, j, pa, i)
    other = _foot(pieces.take(np.array([onto])), float(now.solved.along[task, k]), float(now.solved.towards[task, k]))
    own = _end(ends.take(np.array([row])), task % 2 == 1, other)
    return Nearest(reach, False, own, other) if task < 2 else Nearest(reach, False, other, own)


def _coarse(pa: Pieces, pb: Pieces, limit_m: float, mask: Bools | None) -> tuple[Ints, Ints, float]:
    """Drop pairs whose enclosing balls are too far apart. Squares of Earth radii lose 0.1 m: one metre is allowed for it."""
    if len(pa) * len(pb) <= 36:
        near = np.ones((len(pa), len(pb)), dtype=np.bool_)
        i, j = np.nonzero(near if mask is None else mask)
        return i, j, limit_m
    step = max(1, AT_ONCE // len(pb))
    blocks = [slice(k, k + step) for k in range(0, len(pa), step)]
    best = limit_m
    if mask is None:
        least = min(float(_matrix(pa.space0[block], pb.space0).min()) for block in blocks)
        best = min(limit_m, float(longest_over(np.array(least + 1.0))))
    found = []
    for block in blocks:
        low = _matrix(pa.middle[block], pb.middle) - pa.reach[block, None] / 2 - pb.reach[None, :] / 2 - 1.0
        i, j = np.nonzero(low <= best if mask is None else (low <= best) & mask[block])
        found.append((i + block.start, j))
    return np.concatenate([i for i, _ in found]), np.concatenate([j for _, j in found]), best


def _matrix(p: Floats, q: Floats) -> Floats:
    square = (p * p).sum(axis=1)[:, None] + (q * q).sum(axis=1)[None, :] - 2 * (p @ q.T)
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def _bounds(pa: Pieces, pb: Pieces, i: Ints, j: Ints) -> tuple[Floats, Floats, Bools]:
    """Return certain bounds on the four end-to-piece distances of each pair, and which pairs may cross.

    Tasks 0, 1: start and end of a's piece to b's; 2, 3: start and end of b's to a's.
    """
    ends = np.stack([pa.space0[i], pa.space1[i], pb.space0[j], pb.space1[j]])
    start = ends[[2, 2, 0, 0]]
    span = ends[[3, 3, 1, 1]] - start
    off = ends - start
    square = np.einsum("kni,kni->kn", span, span)
    share = np.clip(np.einsum("kni,kni->kn", off, span) / np.where(square == 0, 1.0, square), 0.0, 1.0)
    off -= share[..., None] * span
    straight = np.sqrt(np.einsum("kni,kni->kn", off, off))
    sag_a, sag_b = pa.sag[i], pb.sag[j]
    sag = np.stack([sag_b, sag_b, sag_a, sag_a])
    lean = pa.lean[i] + pb.lean[j]
    to_b = np.einsum("kni,ni->kn", ends[:2], pb.normal[j])
    to_a = np.einsum("kni,ni->kn", ends[2:], pa.normal[i])
    maybe = (
        (to_b.max(axis=0) >= -lean)
        & (to_b.min(axis=0) <= lean)
        & (to_a.max(axis=0) >= -lean)
        & (to_a.min(axis=0) <= lean)
    )
    middles = pa.middle[i] - pb.middle[j]
    maybe &= np.sqrt(np.einsum("ni,ni->n", middles, middles)) <= (pa.reach[i] + pb.reach[j]) / 2 + 1e-6
    return shortest_over(np.maximum(straight - sag, 0.0)), straight + sag, maybe


def _refined(pa: Pieces, pb: Pieces, i: Ints, j: Ints, rough: Bools) -> tuple[Pieces, Pieces, Ints, Ints]:
    """Cut the slanted pieces of rough pairs, keep only pieces still in some pair, and pair the children."""
    most = int(np.clip(np.sqrt(MOST_CHILDREN / max(1, int(rough.sum()))), FEW_PARTS, MOST_PARTS))
    pa, first_a, count_a = _cut_rough(pa, i, rough, most)
    pb, first_b, count_b = _cut_rough(pb, j, rough, most)
    each = count_a * count_b
    pair = np.repeat(np.arange(len(i)), each)
    order = np.arange(len(pair)) - np.repeat(np.cumsum(each) - each, each)
    return pa, pb, first_a[pair] + order // count_b[pair], first_b[pair] + order % count_b[pair]


def _cut_rough(pieces: Pieces, rows: Ints, rough: Bools, most: int) -> tuple[Pieces, Ints, Ints]:
    """Cut; return the new pieces and, for each pair, its first child and how many it has."""
    used, position = np.unique(rows, return_inverse=True)
    kept = pieces.take(used)
    wanted = np.zeros(len(used), dtype=np.bool_)
    wanted[position[rough]] = True
    wanted &= kept.error > REFINED_M / 2
    if not wanted.any():
        return kept, position, np.ones(len(rows), dtype=np.intp)
    parts = int(np.clip(np.ceil(np.sqrt(kept.error[wanted].max() / REFINED_M * 3)), 2, most))
    new, _ = split(kept, wanted, parts)
    counts = np.where(wanted, parts, 1)
    return new, (np.cumsum(counts) - counts)[position], counts[position]


def _end(piece: Pieces, last: bool, other: Touch) -> Touch:
    """Return one end of a piece, looking at the other touch."""
    lat, lon = (piece.lat1, piece.lon1) if last else (piece.lat0, piece.lon0)
    towards, _, _ = inverse(lat, lon, np.array([other.lat]), np.array([other.lon]))
    vertex = int(piece.tail[0]) if last else -int(piece.head[0])
    _, _, tangent = _at(piece, np.inf if last else 0.0)
    return Touch(float(lat[0]), float(lon[0]), int(piece.edge[0]), vertex, tangent, float(towards[0]))


def _foot(piece: Pieces, along: float, towards: float) -> Touch:
    """Return the point so far along a piece (in the piece's own measure, `Solved.along`)."""
    lat, lon, tangent = _at(piece, along)
    vertex = -int(piece.head[0]) if along <= 0 else int(piece.tail[0]) if along >= _whole(piece) else 0
    return Touch(lat, lon, int(piece.edge[0]), vertex, tangent, towards)


def _whole(piece: Pieces) -> float:
    if piece.kind[0] == SLANTED:
        return 1.0
    return float(abs(piece.x1[0] - piece.x0[0])) if piece.kind[0] == ARC else float(piece.length[0])


def _at(piece: Pieces, along: float) -> tuple[float, float, float]:
    """Return latitude, longitude and azimuth of a piece at a point of it; its ends exactly."""
    along = min(along, whole := _whole(piece))
    if piece.kind[0] == SLANTED:
        lat, lon, tangent, _ = curve_at(piece, np.array([along]))
    elif piece.kind[0] == ARC:
        sign = 1.0 if piece.x1[0] > piece.x0[0] else -1.0
        lat, lon, tangent = piece.lat0, (piece.x0 + sign * along + 180) % 360 - 180, np.array([90.0 * sign])
    else:
        lat, lon, tangent = direct(piece.lat0, piece.lon0, piece.azimuth, np.array([along]))
    if along <= 0:
        lat, lon = piece.lat0, piece.lon0
    elif along >= whole:
        lat, lon = piece.lat1, piece.lon1
    return float(lat[0]), float(lon[0]), float(tangent[0])


def _crossing(pa: Pieces, pb: Pieces, i: int, j: int) -> Nearest:
    """Say where two pieces cross: the line in which their planes meet, good to the bow of the pieces."""
    line = np.cross(pa.normal[i], pb.normal[j])
    if line @ pa.middle[i] < 0:
        line = -line
    lat = float(np.degrees(np.arctan2(line[2], np.hypot(line[0], line[1]) * (1 - E2))))
    lon = float(np.degrees(np.arctan2(line[1], line[0])))
    first = Touch(lat, lon, int(pa.edge[i]), 0, float(pa.azimuth[i]), 0.0)
    second = Touch(lat, lon, int(pb.edge[j]), 0, float(pb.azimuth[j]), 0.0)
    return Nearest(0.0, True, first, second)
