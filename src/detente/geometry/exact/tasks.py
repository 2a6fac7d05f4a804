"""What a pair of pieces is asked: how far each end is from the other piece, and whether the two cross.

How far an end is from a piece depends on the kind of the piece. On a GEODESIC piece the distance is convex, and
`geodesic.foot` finds its least value. On an ARC piece there is a closed form. On a SLANTED piece this is used:

| name | meaning |
|---|---|
| b | the semi-minor axis; the Gaussian curvature of the ellipsoid is nowhere above 1/b^2 |
| k | the greatest geodesic curvature along the piece |
| f | the distance from the end to a point of the piece, as that point moves along it by arc length |
| m | 3/4 cot(f/b)/b - k: the least f'' between the point found and the minimum |
| l | the length of the piece |
| -k' | the least that f'' can be anywhere on the piece |

Where f' = 0, f'' >= cot(f/b)/b - k: this is Rauch's comparison theorem (1951), applied to the Hessian of the distance. So while
f < b atan(1/(k b)) every critical point is a strict minimum, there is at most one, and projecting on the tangent finds it.

The search has ended when an end is nearest (f' points outwards), or when |f'| <= 1/2 and f'^2 / 2m is within the tolerance.
Where that is not proven (far away, or beside a curve that bends much), f is nowhere less than at the point found by more than
|f'| l + k' l^2 / 2; this is returned as `slack`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from detente.geometry.exact.edges import ARC, GEODESIC, SLANTED, Pieces, isometric, latitude_of, wrap
from detente.geometry.geodesic import (
    E2,
    SEMI_MAJOR_M,
    SEMI_MINOR_M,
    Bools,
    Floats,
    Ints,
    direct,
    foot,
    inverse,
)

SOLVED_M: Final = 2e-5
"""To this the distance from an end to a piece is solved."""


class Solved:
    """The four tasks of each pair: distance, where on the piece, azimuth there towards the end; infinite where not asked.

    `along` is metres on a geodesic, degrees from x0 on an arc, a share from 0 to 1 on a slanted piece. Where not `exact`,
    the distance is that of some point of the piece: the least may be less, by `slack` metres at most.
    """

    __slots__ = ("along", "exact", "reach", "slack", "towards")

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.reach, self.along, self.towards = (np.full(shape, np.inf) for _ in range(3))
        self.exact = np.ones(shape, dtype=np.bool_)
        self.slack = np.zeros(shape)


def solve(pa: Pieces, pb: Pieces, i: Ints, j: Ints, wanted: Bools) -> Solved:
    """Solve the wanted tasks. Tasks 0, 1: start and end of a's piece onto b's; 2, 3: start and end of b's onto a's."""
    task, pair = np.nonzero(wanted)  # in order of tasks: a's ends first
    half = int(np.searchsorted(task, 2))
    own, onto = np.concatenate([i[pair[:half]], j[pair[half:]]]), np.concatenate([j[pair[:half]], i[pair[half:]]])
    at_end = task % 2 == 1

    def end(name: str) -> Floats:
        first = np.concatenate([getattr(pa, name + "0")[own[:half]], getattr(pb, name + "0")[own[half:]]])
        last = np.concatenate([getattr(pa, name + "1")[own[:half]], getattr(pb, name + "1")[own[half:]]])
        return np.where(at_end if first.ndim == 1 else at_end[:, None], last, first)

    def side(name: str) -> Floats:
        return np.concatenate([getattr(pb, name)[onto[:half]], getattr(pa, name)[onto[half:]]])

    lat, lon, space, kind = end("lat"), end("lon"), end("space"), side("kind")
    found = np.empty((3, len(task)))
    slack = np.zeros(len(task))
    straight = kind == GEODESIC
    whole = bool(straight.all())
    if whole or straight.any():
        pick = slice(None) if whole else straight
        share = _share(space[pick], side("space0")[pick], side("space1")[pick])
        length = side("length")[pick]
        lat0, lon0, azimuth = (side(name)[pick] for name in ("lat0", "lon0", "azimuth"))
        found[:, pick] = foot(lat[pick], lon[pick], lat0, lon0, azimuth, length, share * length, SOLVED_M)
    if not whole:
        arc, slanted = kind == ARC, kind == SLANTED
        if arc.any():
            fields = (side(name)[arc] for name in ("lat0", "lon0", "lon1", "x0", "x1"))
            found[:, arc] = _onto_arc(lat[arc], lon[arc], *fields)
        if slanted.any():
            share = _share(space[slanted], side("space0")[slanted], side("space1")[slanted])
            first = np.arange(len(task)) < half
            for one, pieces in ((slanted & first, pb), (slanted & ~first, pa)):
                if one.any():
                    rows = pieces.take(onto[one])
                    *value, slack[one] = onto_curve(lat[one], lon[one], rows, share[one[slanted]])
                    found[:, one] = value
    out = Solved(wanted.shape)
    out.reach[task, pair], out.along[task, pair], out.towards[task, pair] = found
    out.exact[task, pair], out.slack[task, pair] = slack == 0, slack
    return out


def _share(space: Floats, start: Floats, stop: Floats) -> Floats:
    """Return how far along the straight line through space the foot of a point is: a first guess."""
    span = stop - start
    square = np.einsum("ni,ni->n", span, span)
    return np.asarray(np.einsum("ni,ni->n", space - start, span) / np.where(square == 0, 1.0, square))


def curve_at(pieces: Pieces, share: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return latitude, longitude, azimuth (degrees) and metres per share of SLANTED pieces at a share of each."""
    x = pieces.x0 + (pieces.x1 - pieces.x0) * share
    y = pieces.y0 + (pieces.y1 - pieces.y0) * share
    start, stop = share <= 0, share >= 1
    lat = latitude_of(y) if pieces.isometric else y
    lat = np.where(start, pieces.lat0, np.where(stop, pieces.lat1, lat))
    lon = np.where(start, pieces.lon0, np.where(stop, pieces.lon1, wrap(x)))
    phi = np.radians(lat)
    squash = 1 - E2 * np.sin(phi) ** 2
    parallel_m = SEMI_MAJOR_M * np.cos(phi) / np.sqrt(squash)
    east = parallel_m * np.radians(pieces.x1 - pieces.x0)
    north_m = parallel_m if pieces.isometric else SEMI_MAJOR_M * (1 - E2) / squash**1.5
    north = north_m * np.radians(pieces.y1 - pieces.y0)
    return lat, lon, np.degrees(np.arctan2(east, north)), np.hypot(east, north)


def onto_curve(lat: Floats, lon: Floats, pieces: Pieces, share: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return distance, share, azimuth back, and how much less the least can be (0: proven), of the nearest points of SLANTED pieces."""
    share = np.clip(share, 0.0, 1.0)
    bend = pieces.bend
    for _ in range(12):
        at_lat, at_lon, azimuth, scale = curve_at(pieces, share)
        towards, _, reach = inverse(at_lat, at_lon, lat, lon)
        cosine = np.cos(np.radians(towards - azimuth))
        angle = np.minimum(reach / SEMI_MINOR_M, 1.5)
        least = 0.75 / (SEMI_MINOR_M * np.tan(np.maximum(angle, 1e-15))) - bend
        ended = ((share <= 0) & (cosine <= 0)) | ((share >= 1) & (cosine >= 0))
        flat = (np.abs(cosine) <= 0.5) & (least > 0) & (cosine * cosine <= 2 * SOLVED_M * least)
        settled = ended | flat | (reach < SOLVED_M)
        if settled.all():
            break
        step = SEMI_MINOR_M * np.arctan2(np.sin(angle) * cosine, np.cos(angle)) / scale
        share = np.where(settled, share, np.clip(share + step, 0.0, 1.0))
    one_only = np.arctan2(1.0, np.maximum(bend, 1e-12) * SEMI_MINOR_M) * SEMI_MINOR_M * 0.99
    proven = settled & (reach + pieces.reach < one_only)
    outer = np.minimum((reach + pieces.reach) / SEMI_MINOR_M, 3.0)
    downward = bend + np.maximum(0.0, -1 / np.tan(np.maximum(outer, 1e-15))) / SEMI_MINOR_M
    falling = np.where(ended, 0.0, np.abs(cosine)) * pieces.reach
    return reach, share, towards, np.where(proven, 0.0, falling + downward * pieces.reach**2 / 2 + SOLVED_M)


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


def crossings(pa: Pieces, pb: Pieces, i: Ints, j: Ints) -> Bools:
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
