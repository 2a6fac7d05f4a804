"""How near two skeletons come: the closest pair of points of two sets of pieces, with a proven error.

Theory of operation. On a surface of positive curvature two geodesics that do not cross come closest at an end of one of
them (at an inner pair the second variation along the parallel field is minus the integral of the curvature, so it is never a minimum).
A parallel and a curve that nowhere runs due east or west come closest at an end or where they cross, since the nearest point
of a parallel lies on the same meridian. Two parallels: at an end. So every pair of pieces needs only: four distances from
an end to a piece (convex, or closed form), and whether the two cross. SLANTED pieces are replaced by the geodesics between
their ends, which are within `bow`; where that is not good enough the piece is cut in n and the bow falls n-squared-fold.

Each round: certain bounds through space drop the pairs that cannot be nearest; the others are solved; the rest is cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from detente.geometry.edges import ARC, GEODESIC, SLANTED, Pieces, end_point, isometric, split
from detente.geometry.geodesic import E2, Bools, Floats, Ints, direct, foot, inverse, longest_over

SOLVED_M: Final = 2e-5
"""To this a distance to a geodesic is solved."""
REFINED_M: Final = 1e-4
"""To this a slanted piece is refined: the answer is then within 2 * REFINED_M + SOLVED_M + the oracle's error."""
MOST_PARTS: Final = 64
MOST_CHILDREN: Final = 2500
FEW_PARTS: Final = 4
DIVE_ABOVE: Final = 24
ERROR_M: Final = 2.5e-4
"""What the answer may be off by: four times less than the epsilon that is promised."""


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
    """The least distance (metres, within `ERROR_M`), and the two points; `crossing` if the skeletons cross."""

    distance_m: float
    crossing: bool
    a: Touch
    b: Touch


def nearest(pa: Pieces, pb: Pieces, limit_m: float = np.inf, mask: Bools | None = None) -> Nearest | None:
    """Return the closest pair of points of two sets of pieces; None if it is certainly farther than `limit_m`.

    `mask[i, j]` says which pairs of pieces count. If either side has ARC pieces, the other's geodesics must be level.
    """
    i, j, best = _coarse(pa, pb, limit_m, mask)
    dived: Nearest | None = None
    for _ in range(60):
        now = _solved(pa, pb, i, j, best)
        if now is None:
            return _within(dived, limit_m)
        if now.sure is not None:
            return _crossing(pa, pb, int(now.i[now.sure]), int(now.j[now.sure]))
        best = min(best, float(now.upper.min()) + SOLVED_M)
        rough = (now.error > REFINED_M) & (now.floor < best - REFINED_M)
        if dived is None and int(rough.sum()) > DIVE_ABOVE:
            dived = _dive(pa, pb, now)
            best = min(best, dived.distance_m + ERROR_M / 2)
            rough &= now.floor < best - REFINED_M
        if not rough.any():
            k = int(now.upper.argmin())
            if dived is not None and dived.distance_m <= now.upper[k]:
                return _within(dived, limit_m)
            return _within(_answer(pa, pb, now, k), limit_m)
        keep = now.floor <= best
        pa, pb, i, j = _refined(pa, pb, now.i[keep], now.j[keep], rough[keep])
    raise ArithmeticError("the search for the nearest points did not end: a fault in the program")  # pragma: no cover


def _within(found: Nearest | None, limit_m: float) -> Nearest | None:
    return None if found is None or found.distance_m > limit_m + ERROR_M else found


@dataclass(frozen=True, slots=True)
class _Solved:
    """Pairs of pieces after one round: what is known of each."""

    i: Ints
    j: Ints
    error: Floats
    reach: Floats
    """The four distances from an end to a piece (or its stand-in); infinite where not asked."""
    along: Floats
    towards: Floats
    crossed: Bools
    upper: Floats
    """The distance of the pair is at most this (the solver's tolerance apart)."""
    floor: Floats
    """And at least this, never below 0."""
    sure: int | None
    """A pair that certainly crosses."""


def _solved(pa: Pieces, pb: Pieces, i: Ints, j: Ints, best: float) -> _Solved | None:
    """Bound all pairs, drop those that are farther than `best`, solve the others."""
    if not len(i):
        return None
    low, up, maybe = _bounds(pa, pb, i, j)
    error = pa.error[i] + pb.error[j]
    best = min(best, float(longest_over(up.min())))
    keep = np.where(maybe, 0.0, low.min(axis=0) - error) <= best
    i, j, low, maybe, error = i[keep], j[keep], low[:, keep], maybe[keep], error[keep]
    if not len(i):
        return None
    wanted = low <= best + error
    reach, along, towards = _solve(pa, pb, i, j, wanted)
    crossed = np.zeros(len(i), dtype=np.bool_)
    if maybe.any():
        crossed[maybe] = _cross(pa, pb, i[maybe], j[maybe])
    if not error.any():
        sure, upper, floor = crossed, reach.min(axis=0), np.where(wanted, reach, low).min(axis=0) - SOLVED_M
    else:
        # Stand-ins that cross, with all ends farther from the other than the error, cannot be parted by bending within it.
        # An end of a piece lies on its curve; a foot inside a stand-in only near it.
        exact = (pa.kind[i] == ARC) | (pb.kind[j] == ARC)
        sure = crossed & (exact | (error < reach.min(axis=0)))
        ended = (along <= 0) | (along >= np.stack([pb.length[j], pb.length[j], pa.length[i], pa.length[i]]))
        doubt = np.stack([pb.error[j], pb.error[j], pa.error[i], pa.error[i]])
        upper = np.where(ended, reach, reach + doubt).min(axis=0)
        upper = np.where(crossed, np.minimum(upper, error), upper)
        floor = np.where(crossed, 0.0, np.where(wanted, reach, low).min(axis=0) - error - SOLVED_M)
    first = int(sure.argmax()) if sure.any() else None
    return _Solved(i, j, error, reach, along, towards, crossed, upper, np.maximum(floor, 0.0), first)


def _answer(pa: Pieces, pb: Pieces, now: _Solved, k: int) -> Nearest:
    """Put the nearest pair into words."""
    i, j, task = int(now.i[k]), int(now.j[k]), int(now.reach[:, k].argmin())
    if now.crossed[k] and now.reach[task, k] > REFINED_M:
        return _crossing(pa, pb, i, j)
    return _touching(pa, pb, i, j, task, now.reach[task, k], now.along[task, k], now.towards[task, k])


def _dive(pa: Pieces, pb: Pieces, now: _Solved) -> Nearest:
    """Follow the most promising end down to the curve itself, so that a good upper bound is known before all is cut.

    Without it, curves that run along each other would be cut everywhere before anything could be dropped.
    """
    task, k = (int(v) for v in np.unravel_index(int(now.reach.argmin()), now.reach.shape))
    i, j = int(now.i[k]), int(now.j[k])
    ends, row, onto = (pa, i, pb.take(np.array([j]))) if task < 2 else (pb, j, pa.take(np.array([i])))
    at = _heading(ends, row, np.inf if task % 2 else 0.0)
    point = end_point(ends, row, task % 2 == 1)
    found = nearest(point, onto)
    if found is None:  # pragma: no cover - without a limit there is always an answer
        raise ArithmeticError("no nearest point: a fault in the program")
    flag = (ends.tail if task % 2 else ends.head)[row]
    own = replace(found.a, tangent=at, vertex=(1 if task % 2 else -1) if flag else 0)
    return replace(found, a=own) if task < 2 else replace(found, a=found.b, b=own)


def _coarse(pa: Pieces, pb: Pieces, limit_m: float, mask: Bools | None) -> tuple[Ints, Ints, float]:
    """Drop pairs whose enclosing balls are too far apart. Squares of Earth radii lose 0.1 m: one metre is allowed for it."""
    if len(pa) * len(pb) <= 36:
        best = limit_m
        near = np.ones((len(pa), len(pb)), dtype=np.bool_)
    else:
        low = _matrix(pa.middle, pb.middle) - pa.reach[:, None] / 2 - pb.reach[None, :] / 2 - 1.0
        best = limit_m
        if mask is None:
            best = min(limit_m, float(longest_over(_matrix(pa.space0, pb.space0).min() + 1.0)))
        near = low <= best
    if mask is not None:
        near &= mask
    i, j = np.nonzero(near)
    return i, j, best


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
    return np.maximum(straight - sag, 0.0), straight + sag, maybe


def _solve(pa: Pieces, pb: Pieces, i: Ints, j: Ints, wanted: Bools) -> tuple[Floats, Floats, Floats]:
    """Solve the wanted tasks: distance, distance along the piece, azimuth there towards the end (each 4 by pairs).

    `along` is metres on a geodesic, degrees from x0 on an arc.
    """
    task, pair = np.nonzero(wanted)  # in order of tasks: a's ends first
    half = int(np.searchsorted(task, 2))
    own, onto = np.concatenate([i[pair[:half]], j[pair[half:]]]), np.concatenate([j[pair[:half]], i[pair[half:]]])
    at_end = task % 2 == 1

    def end(name: str) -> Floats:
        first, second = getattr(pa, name + "0")[own[:half]], getattr(pb, name + "0")[own[half:]]
        value = np.concatenate([first, second])
        last = np.concatenate([getattr(pa, name + "1")[own[:half]], getattr(pb, name + "1")[own[half:]]])
        return np.where(at_end if value.ndim == 1 else at_end[:, None], last, value)

    def side(name: str) -> Floats:
        return np.concatenate([getattr(pb, name)[onto[:half]], getattr(pa, name)[onto[half:]]])

    lat, lon, space = end("lat"), end("lon"), end("space")
    solved = np.empty((3, len(task)))
    arc = side("kind") == ARC
    if arc.any():
        fields = ("lat0", "lon0", "lon1", "x0", "x1")
        solved[:, arc] = _onto_arc(lat[arc], lon[arc], *(side(name)[arc] for name in fields))
    if not arc.all():
        flat = slice(None) if not arc.any() else ~arc
        start = side("space0")[flat]
        span = side("space1")[flat] - start
        square = np.einsum("ni,ni->n", span, span)
        length = side("length")[flat]
        guess = np.einsum("ni,ni->n", space[flat] - start, span) / np.where(square == 0, 1.0, square) * length
        lat0, lon0, azimuth = side("lat0")[flat], side("lon0")[flat], side("azimuth")[flat]
        solved[:, flat] = foot(lat[flat], lon[flat], lat0, lon0, azimuth, length, guess, SOLVED_M)
    out = np.full((3, *wanted.shape), np.inf)
    out[:, task, pair] = solved
    return out[0], out[1], out[2]


def _onto_arc(
    lat: Floats, lon: Floats, lat0: Floats, lon0: Floats, lon1: Floats, x0: Floats, x1: Floats
) -> tuple[Floats, Floats, Floats]:
    """The nearest point of a parallel is on the same meridian; of a stretch of it, the end nearer in longitude.

    Any path between the parallels is at least as long as the meridian between them; and along a parallel the distance from a point grows
    with the difference in longitude (its derivative is the Clairaut constant, positive below 180 degrees).
    """
    west, width = np.minimum(x0, x1), np.abs(x1 - x0)
    turn = (lon - west) % 360.0
    turn = np.where(turn <= width, turn, np.where(turn - width < 360.0 - turn, width, 0.0))
    along = np.where(x1 > x0, turn, width - turn)
    inner = np.where((lon - west) % 360.0 <= width, lon, 0.0)
    at = np.where(along <= 0, lon0, np.where(along >= width, lon1, inner))
    towards, _, reach = inverse(lat0, at, lat, lon)
    return reach, along, towards


def _cross(pa: Pieces, pb: Pieces, i: Ints, j: Ints) -> Bools:
    """Say which pairs cross (their stand-in geodesics, for SLANTED beside anything but an ARC).

    A crossing within nanometres of an end may go either way: the distance from that end is then nanometres.
    """
    arc_a, arc_b = pa.kind[i] == ARC, pb.kind[j] == ARC
    out = np.zeros(len(i), dtype=np.bool_)
    plain = ~arc_a & ~arc_b
    if plain.any():
        out[plain] = _cross_geodesics(pa, pb, i[plain], j[plain])
    for mixed, arcs, rows, others, beside in ((arc_a & ~arc_b, pa, i, pb, j), (arc_b & ~arc_a, pb, j, pa, i)):
        if mixed.any():
            out[mixed] = _cross_level(arcs.take(rows[mixed]), others.take(beside[mixed]))
    return out


def _cross_geodesics(pa: Pieces, pb: Pieces, i: Ints, j: Ints) -> Bools:
    """Two geodesics shorter than a quarter turn cross if each has the other's ends on either side."""
    n = len(i)
    from_lat = np.concatenate([pb.lat0[j], pb.lat0[j], pa.lat0[i], pa.lat0[i]])
    from_lon = np.concatenate([pb.lon0[j], pb.lon0[j], pa.lon0[i], pa.lon0[i]])
    to_lat = np.concatenate([pa.lat0[i], pa.lat1[i], pb.lat0[j], pb.lat1[j]])
    to_lon = np.concatenate([pa.lon0[i], pa.lon1[i], pb.lon0[j], pb.lon1[j]])
    along = np.concatenate([pb.azimuth[j], pb.azimuth[j], pa.azimuth[i], pa.azimuth[i]])
    azimuth, _, _ = inverse(from_lat, from_lon, to_lat, to_lon)
    side = np.sin(np.radians(azimuth - along)).reshape(4, n)
    return np.asarray((side[0] * side[1] < 0) & (side[2] * side[3] < 0))


def _cross_level(arcs: Pieces, others: Pieces) -> Bools:
    """A curve that rises or falls throughout crosses a parallel once at most: say whether within the arc."""
    level = arcs.lat0
    out = (others.lat0 - level) * (others.lat1 - level) < 0
    at = np.zeros(len(level))
    slanted = out & (others.kind == SLANTED)
    if slanted.any():
        y = isometric(level) if others.isometric else level
        rise = np.where(others.y1 == others.y0, 1.0, others.y1 - others.y0)
        at = np.where(slanted, others.x0 + (y - others.y0) / rise * (others.x1 - others.x0), at)
    straight = out & (others.kind == GEODESIC)
    if straight.any():
        at[straight] = _longitude_at(others.take(straight), level[straight])
    turn = (at - np.minimum(arcs.x0, arcs.x1)) % 360.0
    return np.asarray(out & (turn <= np.abs(arcs.x1 - arcs.x0)))


def _longitude_at(geodesics: Pieces, level: Floats) -> Floats:
    """Return the longitude at which rising or falling geodesics reach a latitude: bisection kept short by Newton."""
    rising = geodesics.lat1 > geodesics.lat0
    low, high = np.zeros(len(level)), geodesics.length.copy()
    along = high * (level - geodesics.lat0) / (geodesics.lat1 - geodesics.lat0)
    for _ in range(80):
        lat, lon, onward = direct(geodesics.lat0, geodesics.lon0, geodesics.azimuth, along)
        miss = level - lat
        if (np.abs(miss) < 1e-13).all() or (high - low < 1e-9).all():
            break
        beyond = (miss < 0) == rising
        low, high = np.where(beyond, low, along), np.where(beyond, along, high)
        sine = np.sin(np.radians(lat))
        slope = 6335439.0 / (1 - E2 * sine * sine) ** 1.5 / np.cos(np.radians(onward))
        along = along + np.radians(miss) * slope
        along = np.where((along <= low) | (along >= high), (low + high) / 2, along)
    return lon


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


def _touching(pa: Pieces, pb: Pieces, i: int, j: int, task: int, reach: float, along: float, towards: float) -> Nearest:
    """Put the winning task into words: which end, which foot."""
    ends, row, pieces, onto = (pa, i, pb, j) if task < 2 else (pb, j, pa, i)
    at_end = task % 2 == 1
    lat = float((ends.lat1 if at_end else ends.lat0)[row])
    lon = float((ends.lon1 if at_end else ends.lon0)[row])
    other = _foot_touch(pieces, onto, float(along), float(towards))
    back = _azimuth(lat, lon, other.lat, other.lon)
    vertex = (1 if ends.tail[row] else 0) if at_end else (-1 if ends.head[row] else 0)
    own = Touch(lat, lon, int(ends.edge[row]), vertex, _heading(ends, row, 0.0 if not at_end else np.inf), back)
    return Nearest(float(reach), False, own, other) if task < 2 else Nearest(float(reach), False, other, own)


def _azimuth(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Return the azimuth from one point to another, degrees."""
    there, _, _ = inverse(np.array([lat]), np.array([lon]), np.array([to_lat]), np.array([to_lon]))
    return float(there[0])


def _heading(pieces: Pieces, row: int, along: float) -> float:
    """Return the azimuth of a piece (its stand-in) at a distance along it."""
    if pieces.kind[row] == ARC:
        return 90.0 if pieces.x1[row] > pieces.x0[row] else -90.0
    length = min(along, float(pieces.length[row]))
    _, _, onward = direct(pieces.lat0[[row]], pieces.lon0[[row]], pieces.azimuth[[row]], np.array([length]))
    return float(onward[0])


def _foot_touch(pieces: Pieces, row: int, along: float, towards: float) -> Touch:
    arc = pieces.kind[row] == ARC
    whole = float(abs(pieces.x1[row] - pieces.x0[row])) if arc else float(pieces.length[row])
    if along <= 0:
        lat, lon, vertex = float(pieces.lat0[row]), float(pieces.lon0[row]), -1 if pieces.head[row] else 0
    elif along >= whole:
        lat, lon, vertex = float(pieces.lat1[row]), float(pieces.lon1[row]), 1 if pieces.tail[row] else 0
    elif arc:
        sign = 1 if pieces.x1[row] > pieces.x0[row] else -1
        lat, lon, vertex = float(pieces.lat0[row]), (float(pieces.x0[row]) + sign * along + 180) % 360 - 180, 0
    else:
        at = direct(pieces.lat0[[row]], pieces.lon0[[row]], pieces.azimuth[[row]], np.array([along]))
        lat, lon, vertex = float(at[0][0]), float(at[1][0]), 0
    return Touch(lat, lon, int(pieces.edge[row]), vertex, _heading(pieces, row, 0.0 if along <= 0 else along), towards)


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
