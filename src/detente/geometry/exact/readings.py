"""Under which reading of the edges a conflict holds.

Standards disagree how the edge between two vertices runs. Each outline says how its own runs; where another reading would turn
the verdict, whoever reads the vertices otherwise sees another answer, and should be told.
"""

from __future__ import annotations

import math

import msgspec

from detente.geometry.altitude import vertical_gap_mm
from detente.geometry.exact.rings import check_outline, plainly_simple
from detente.geometry.exact.separation import EDGES, EPSILON_MM, Encounter, horizontal_distance, meets, time_gap_us
from detente.geometry.exact.shape import skeleton
from detente.geometry.geodesic import RHO_MIN_M
from detente.geometry.volume import NDEG, Circle, Edge, Outline, Polygon, Separation, Volume4D


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """Whether two volumes meet as declared, and if both outlines' edges ran in each other way.

    None: under that reading an outline is not a valid one (it crosses itself, or an edge could run either way).
    """

    declared: bool
    geodesic: bool | None
    lonlat: bool | None
    parallel: bool | None

    @property
    def holds(self) -> tuple[Edge, ...]:
        """The readings under which the two meet."""
        return tuple(edge for edge in EDGES if getattr(self, edge))

    @property
    def differ(self) -> bool:
        """Whether some reading gives another answer than the declared ones."""
        return any(getattr(self, edge) is not self.declared for edge in EDGES)

    def words(self) -> str:
        """Say it in a sentence."""
        verdict = "meet" if self.declared else "stay apart"
        if not self.differ:
            return f"They {verdict} however the edges are read."
        sides = [
            f"{name} {'not a valid outline' if value is None else 'meet' if value else 'apart'}"
            for name, value in ((edge, getattr(self, edge)) for edge in EDGES)
        ]
        return f"They {verdict} as declared, but readings differ: {', '.join(sides)}."


def readings(a: Volume4D, b: Volume4D, separation: Separation) -> Readings:
    """Return whether two volumes meet under each reading. Asks the exact test only where the readings could differ."""
    return readings_of(meets(a, b, separation), a, b, separation)


def readings_of(meeting: Encounter | None, a: Volume4D, b: Volume4D, separation: Separation) -> Readings:
    """Return the same where the verdict as declared is known."""
    declared = meeting is not None
    if _cannot_differ(meeting, a, b, separation):
        return Readings(declared=declared, geodesic=declared, lonlat=declared, parallel=declared)
    found = {edge: _under(edge, a, b, separation) for edge in EDGES}
    return Readings(declared=declared, **found)


def reread(volume: Volume4D, edge: Edge) -> Volume4D:
    """Return the volume with its edges read in another way; a circle has none."""
    if isinstance(volume.outline, Circle):
        return volume
    return msgspec.structs.replace(volume, outline=msgspec.structs.replace(volume.outline, edge=edge))


def _under(edge: Edge, a: Volume4D, b: Volume4D, separation: Separation) -> bool | None:
    first, second = reread(a, edge), reread(b, edge)
    if check_outline(first.outline) or check_outline(second.outline):
        return None
    return meets(first, second, separation) is not None


def _cannot_differ(meeting: Encounter | None, a: Volume4D, b: Volume4D, separation: Separation) -> bool:
    """Prove from the spread of the readings that every reading gives the verdict of the declared one."""
    spread_mm = spread_bound_mm(a.outline) + spread_bound_mm(b.outline)
    if spread_mm == 0:
        return True
    if not math.isfinite(spread_mm):
        return False
    if meeting is not None:
        return meeting.horizontal_mm + spread_mm + 2 < meeting.allowed_mm
    if time_gap_us(a, b) > separation.time_us or vertical_gap_mm(a, b) > separation.vertical_mm:
        return True
    allowed_mm = separation.horizontal_mm + a.error_mm + b.error_mm + EPSILON_MM
    return horizontal_distance(a.outline, b.outline, allowed_mm + math.ceil(spread_mm) + 2) is None


def spread_bound_mm(outline: Outline) -> float:
    """Return how far apart two readings of an outline can be at most; infinite where that is not cheaply known."""
    if isinstance(outline, Circle):
        return 0.0
    if isinstance(outline, Polygon) and not plainly_simple(outline):
        return math.inf
    points = skeleton(outline)
    pairs = list(zip(points, points[1:] + points[:1], strict=True))
    widest = 0.0
    for p, q in pairs if isinstance(outline, Polygon) else pairs[:-1]:
        high = max(abs(p.lat_ndeg), abs(q.lat_ndeg)) / NDEG
        east, north = abs(p.lon_ndeg - q.lon_ndeg) / NDEG, abs(p.lat_ndeg - q.lat_ndeg) / NDEG
        if high > 80 or east > 1 or north > 1:
            return math.inf
        low = math.radians(min(abs(p.lat_ndeg), abs(q.lat_ndeg)) / NDEG if p.lat_ndeg * q.lat_ndeg > 0 else 0.0)
        if east == 0:
            continue
        length = math.hypot(east * 111_700 * math.cos(low), north * 111_700)
        # a rhumb line and a lon-lat line each leave the geodesic by no more than their bow (edges.py)
        widest = max(widest, 2.2 * (math.tan(math.radians(high)) + 0.0068) / RHO_MIN_M * length * length / 8)
    return widest * 1000
