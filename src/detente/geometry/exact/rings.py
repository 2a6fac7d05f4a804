"""Refusing bad volumes, and saying where they are bad (docs/formats/volume.md, "Rules").

Nothing here repairs: a ring that crosses itself has two readings, and guessing between them is how places go wrong.
Self-crossing is decided on the edges as declared, so the same vertices may pass under one reading and fail under another.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely

from detente.errors import Problem, problem
from detente.geometry.altitude import band_mm
from detente.geometry.exact.edges import LONGEST_M, Pieces, cut, end_point
from detente.geometry.exact.nearest import Nearest, nearest
from detente.geometry.exact.shape import HALF_EARTH_M2, signed_area_m2
from detente.geometry.geodesic import GEOD
from detente.geometry.volume import NDEG, Altitude, Circle, Corridor, Edge, Outline, Point, Polygon, Volume4D

MAX_VERTICES: Final = 1000
MAX_REACH_MM: Final = 4_000_000_000
"""The largest radius or half-width, 4 000 km: keeps every comparison within the 9 000 km for which bounds are proven."""
MAX_ERROR_MM: Final = 500_000_000
MAX_EDGE_M: Final = 19_900_000.0
"""A longer geodesic edge may run either way round the Earth."""
MOST_PIECES: Final = 4_000
"""Into so many pieces of at most 100 km an outline may be cut: two outlines are measured piece by piece with each other."""
EDGE_PIECES: Final = 600
"""No edge is cut into more (574: straight in longitude and latitude from pole to pole, half round the Earth)."""
MOST_REFINED: Final = 1_000_000
"""Into so many pieces curved edges may be cut to tell the area between them from nothing."""
LOWEST_MM: Final = -12_000_000
HIGHEST_MM: Final = 1_000_000_000
LATEST_US: Final = 2**53 - 1
"""Times lie within this of 1970 (years 1684 to 2255), so that they stay whole numbers in any JSON reader."""
TOUCH_M: Final = 0.001
"""Edges that come this near each other, without sharing a vertex, touch."""


def fault(code: str, field: str, value: object, rule: str, step: str) -> Problem:
    """Make a `Problem` whose next step is a sentence."""
    return problem(code, field, value, rule, f"{step[0].upper()}{step[1:]}.")


_REPEATED = "no two vertices may be the same point"


def check_volume(volume: Volume4D, field: str = "volume") -> tuple[Problem, ...]:
    """Return everything that is wrong with a volume; nothing if it may be compared. `field` heads the paths named."""
    return (*check_time(volume, field), *check_heights(volume, field), *check_outline(volume.outline, f"{field}.outline"),
            *_whole(f"{field}.error_mm", volume.error_mm, 0, MAX_ERROR_MM, "check the unit of the stated error"))  # fmt: skip


def check_time(volume: Volume4D, field: str) -> tuple[Problem, ...]:
    """Return what is wrong with the time span."""
    step = "give a time between the years 1685 and 2254"
    found = (
        *_whole(f"{field}.start_us", volume.start_us, -LATEST_US, LATEST_US, step),
        *_whole(f"{field}.end_us", volume.end_us, -LATEST_US, LATEST_US, step),
    )
    if volume.start_us > volume.end_us:
        given = f"{volume.start_us} to {volume.end_us}"
        found += (
            fault(
                "time_reversed",
                f"{field}.end_us",
                given,
                "the end must not be before the start",
                "swap the two, or mend the zone",
            ),
        )
    return found


def check_heights(volume: Volume4D, field: str) -> tuple[Problem, ...]:
    """Return what is wrong with the heights. Different datums are refused only where no Earth could put them in order."""
    lower, upper = volume.altitude_lower, volume.altitude_upper
    found: tuple[Problem, ...] = ()
    for name, altitude in (("altitude_lower", lower), ("altitude_upper", upper)):
        if altitude is not None:
            found += _whole(
                f"{field}.{name}.value_mm",
                altitude.value_mm,
                LOWEST_MM,
                HIGHEST_MM,
                "check the unit: a foot is 304.8 mm",
            )
            found += _whole(
                f"{field}.{name}.uncertainty_mm",
                altitude.uncertainty_mm,
                0,
                MAX_ERROR_MM,
                "give the half-width of the doubt",
            )
    if lower is not None and upper is not None and _certainly_above(lower, upper):
        given = f"{lower.value_mm} mm ({lower.datum}) to {upper.value_mm} mm ({upper.datum})"
        rule = "the upper altitude must not be below the lower"
        found += (fault("altitude_reversed", f"{field}.altitude_upper", given, rule, "swap them, or mend the datum"),)
    return found


def _certainly_above(lower: Altitude, upper: Altitude) -> bool:
    if lower.datum == upper.datum:
        return lower.value_mm > upper.value_mm
    return band_mm(lower)[0] > band_mm(upper)[1]


def _whole(field: str, value: int, least: int, most: int, step: str) -> tuple[Problem, ...]:
    if least <= value <= most:
        return ()
    return (fault("out_of_range", field, value, f"must lie between {least:,} and {most:,}".replace(",", " "), step),)


def check_outline(outline: Outline, field: str = "outline") -> tuple[Problem, ...]:
    """Return what is wrong with an outline: ranges and sizes first; crossings only where the vertices themselves hold."""
    if isinstance(outline, Circle):
        return check_points((outline.centre,), f"{field}.centre", single=True) + _whole(
            f"{field}.radius_mm", outline.radius_mm, 1, MAX_REACH_MM, "check the unit: a nautical mile is 1 852 000 mm"
        )
    if isinstance(outline, Corridor):
        return _whole(
            f"{field}.half_width_mm", outline.half_width_mm, 0, MAX_REACH_MM, "check the unit; give half the width"
        ) + _check_count(outline.line, 2, f"{field}.line") or _check_vertices(
            outline.line, outline.edge, False, f"{field}.line"
        )
    found = _check_count(outline.vertices, 3, f"{field}.vertices")
    found = found or _check_vertices(outline.vertices, outline.edge, True, f"{field}.vertices")
    return found or _check_ring(outline, f"{field}.vertices")


def _check_count(points: tuple[Point, ...], least: int, field: str) -> tuple[Problem, ...]:
    if least <= len(points) <= MAX_VERTICES:
        return ()
    rule = f"must have between {least} and {MAX_VERTICES} points"
    return (fault("vertex_count", field, f"{len(points)} points", rule, "add points, or split the area"),)


def check_points(points: tuple[Point, ...], field: str, single: bool = False) -> tuple[Problem, ...]:
    """Return which positions lie off the Earth; says so where latitude and longitude look swapped."""
    found: tuple[Problem, ...] = ()
    for k, point in enumerate(points):
        if abs(point.lat_ndeg) <= 90 * NDEG and abs(point.lon_ndeg) <= 180 * NDEG:
            continue
        given, step = _off_the_earth(point)
        rule = "latitude must lie within 90 degrees, longitude within 180"
        found += (fault("position_range", field if single else f"{field}[{k}]", given, rule, step),)
    return found


def _off_the_earth(point: Point) -> tuple[str, str]:
    """Say what of a position is out of range, and how it was meant: swapped, or a meridian that map tools count on past 180."""
    if abs(point.lat_ndeg) <= 90 * NDEG and abs(point.lon_ndeg) <= 540 * NDEG:
        same = point.lon_ndeg - math.copysign(360 * NDEG, point.lon_ndeg)
        return f"longitude {point.lon_ndeg / NDEG:.12g}", f"the same meridian is written {same / NDEG:.12g}"
    if abs(point.lon_ndeg) <= 90 * NDEG and abs(point.lat_ndeg) <= 180 * NDEG:
        return words(point), "latitude comes first: these look swapped"
    return words(point), "give latitude, then longitude"


def words(point: Point) -> str:
    """Write a position for a reader, in degrees."""
    lat, lon = point.lat_ndeg / NDEG, point.lon_ndeg / NDEG
    return f"{abs(lat):.9g} {'N' if lat >= 0 else 'S'} {abs(lon):.9g} {'E' if lon >= 0 else 'W'}"


def place_key(point: Point) -> tuple[int, int]:
    """Return a key that is equal for two spellings of one place: 180 and -180 degrees, any longitude at a pole."""
    if abs(point.lat_ndeg) == 90 * NDEG:
        return point.lat_ndeg, 0
    return point.lat_ndeg, -180 * NDEG if point.lon_ndeg == 180 * NDEG else point.lon_ndeg


def _check_vertices(points: tuple[Point, ...], edge: Edge, ring: bool, field: str) -> tuple[Problem, ...]:
    """Return positions off the Earth, repeated vertices, and edges that might run either way round."""
    found = check_points(points, field)
    if found:
        return found
    keys = [place_key(p) for p in points]
    seen: dict[tuple[int, int], int] = {}
    for k, key in enumerate(keys):
        before = seen.setdefault(key, k)
        if before == k:
            continue
        follows = before == k - 1 or (ring and before == 0 and k == len(keys) - 1)
        if (
            edge == "lonlat"
            and follows
            and len(set(keys)) > 1
            and abs(key[0]) == 90 * NDEG
            and points[before] != points[k]
        ):
            continue  # in plain longitude and latitude a pole is a line: its two ends are one place
        if not ring and not follows:
            continue  # a line may come back to where it was
        found += (_repeated(points, before, k, ring, follows, field),)
    if found:
        return found
    pairs = zip(range(len(points)), points, points[1:] + points[:1], strict=True)
    for k, p, q in list(pairs)[: None if ring else -1]:
        found += _check_edge(k, (k + 1) % len(points), p, q, edge, field)
    return found or _check_length(points, edge, ring, field)


def _check_length(points: tuple[Point, ...], edge: Edge, ring: bool, field: str) -> tuple[Problem, ...]:
    """Return a problem if the edges are together so long that measuring them would take more than `MOST_PIECES`."""
    if len(points) * EDGE_PIECES <= MOST_PIECES:
        return ()
    lat, lon = np.array([p.lat_ndeg for p in points]) / NDEG, np.array([p.lon_ndeg for p in points]) / NDEG
    length_m = float(GEOD.line_length(lon, lat))
    if len(points) + 4 * length_m / LONGEST_M <= MOST_PIECES / 2:
        return ()
    if length_m <= MOST_PIECES * LONGEST_M and len(cut(edge, lat, lon, ring)) <= MOST_PIECES:
        return ()
    given = f"{length_m / 1000:.0f} km of edges"
    rule = f"the edges must be measurable in {MOST_PIECES} pieces of at most {LONGEST_M / 1000:.0f} km"
    return (fault("outline_long", field, given, rule, "split it into several areas"),)


def _repeated(points: tuple[Point, ...], before: int, k: int, ring: bool, follows: bool, field: str) -> Problem:
    at = f"{field}[{k}]"
    given = f"vertex {k} is vertex {before}: {words(points[k])}"
    if ring and before == 0 and k == len(points) - 1:
        step = "leave out the last vertex: the ring closes by itself"
        return fault("ring_closed_twice", at, given, "the first vertex is not repeated at the end", step)
    if follows:
        return fault("vertex_repeated", at, given, _REPEATED, f"leave out vertex {k}")
    return fault("vertex_repeated", at, given, _REPEATED, "give two areas, one for each loop")


def _check_edge(k: int, after: int, p: Point, q: Point, edge: Edge, field: str) -> tuple[Problem, ...]:
    """Return a problem if an edge could run either way round the Earth."""
    turn = abs(p.lon_ndeg - q.lon_ndeg) % (360 * NDEG)
    if turn < 90 * NDEG or turn > 270 * NDEG:
        return ()
    polar = 90 * NDEG in (abs(p.lat_ndeg), abs(q.lat_ndeg))
    if edge == "geodesic":
        length = GEOD.inv(p.lon_ndeg / NDEG, p.lat_ndeg / NDEG, q.lon_ndeg / NDEG, q.lat_ndeg / NDEG)[2]
        either = length > MAX_EDGE_M
    else:
        either = turn == 180 * NDEG and not (polar and edge == "parallel")
    if not either:
        return ()
    given = f"edge {k}-{after}: {words(p)} to {words(q)}"
    rule = "an edge must not be able to run either way round the Earth"
    return (fault("edge_ambiguous", f"{field}[{k}]", given, rule, "put a vertex between the two"),)


def _check_ring(polygon: Polygon, field: str) -> tuple[Problem, ...]:
    """Return crossings, touches, spikes and missing area. Small plain rings pass on a planar proof (`plainly_simple`)."""
    if plainly_simple(polygon):
        return ()
    lat = np.array([p.lat_ndeg for p in polygon.vertices]) / NDEG
    lon = np.array([p.lon_ndeg for p in polygon.vertices]) / NDEG
    level = polygon.edge != "geodesic"
    pieces = cut(polygon.edge, lat, lon, True, level=level)
    edges = sorted(set(pieces.edge.tolist()))
    found = _spike(pieces, edges, polygon, field) or _crossing(pieces, edges, polygon, field)
    return found or _check_area(pieces, polygon, field)


def plainly_simple(polygon: Polygon) -> bool:
    """Prove on a flat chart that a small ring neither touches nor crosses itself; False proves nothing.

    On the chart (longitude times the cosine of the middle latitude, latitude) lengths are within a tenth of the true ones
    while the ring is under a degree wide and below 75 degrees. Every reading of an edge stays within `bow` of the chart's
    straight line, and leaves a vertex at most 4 bow / length off its direction; so if the ring's least clearance is more
    than twenty bows and a millimetre, no two edges can meet under any reading.
    """
    lats = [p.lat_ndeg for p in polygon.vertices]
    lons = [p.lon_ndeg for p in polygon.vertices]
    south, north, west, east = min(lats), max(lats), min(lons), max(lons)
    if north - south > NDEG or east - west > NDEG or max(north, -south) > 75 * NDEG:
        return False
    middle = math.radians((north + south) / 2 / NDEG)
    metres = 111_200.0
    squeeze = math.cos(middle) * metres
    bend = 2.3 * (math.tan(math.radians(max(north, -south) / NDEG)) + 0.01) / 6.335e6
    reach = math.hypot((east - west) * squeeze, (north - south) * metres) / NDEG  # no edge is longer
    margin = 20 * bend * (1.6 * reach) ** 2 / 8 + 0.02
    if star_clearance([x * squeeze / NDEG for x in lons], [y * metres / NDEG for y in lats]) * 0.9 > margin:
        return True
    chart = np.empty((len(lats), 2))
    chart[:, 0] = lons
    chart[:, 1] = lats
    chart -= (west, south)
    chart *= (squeeze / NDEG, metres / NDEG)
    span = np.abs(np.diff(chart, axis=0, append=chart[:1]))
    longest = float(span.max()) * 1.6
    ring = shapely.polygons(chart)
    return bool(shapely.minimum_clearance(ring) * 0.9 > 20 * bend * longest * longest / 8 + 0.02) and bool(
        shapely.is_valid(ring)
    )


def star_clearance(xs: list[float], ys: list[float]) -> float:
    """Return a lower bound of a planar ring's least clearance if all of it is seen from the mean of its vertices, else 0.

    Seen from there, the ring goes round once and each edge fills a sector of its own. A vertex is then at least as far from
    every edge it is no end of as from the nearer ray of its two neighbours; from sectors further round it is further.
    A few microseconds for the outlines that people draw, where building a planar geometry takes a hundred.
    """
    n = len(xs)
    middle_x, middle_y = sum(xs) / n, sum(ys) / n
    least, rounds = math.inf, 0
    x0, y0 = xs[-1] - middle_x, ys[-1] - middle_y
    r0 = math.sqrt(x0 * x0 + y0 * y0)
    turn = 0
    for x, y in zip(xs, ys, strict=True):
        x1, y1 = x - middle_x, y - middle_y
        r1 = math.sqrt(x1 * x1 + y1 * y1)
        cross = x0 * y1 - y0 * x1
        sign = 1 if cross > 0 else -1
        turn = turn or sign
        if sign != turn or not cross:
            return 0.0
        if x0 * x1 + y0 * y1 >= 0:
            least = min(least, abs(cross) / r0, abs(cross) / r1)
        else:  # more than a right angle apart: the nearest point of the other's ray is the middle itself
            least = min(least, r0, r1)
        rounds += (y0 < 0) != (y1 < 0)
        x0, y0, r0 = x1, y1, r1
    return least if rounds == 2 else 0.0


def _crossing(pieces: Pieces, edges: list[int], polygon: Polygon, field: str) -> tuple[Problem, ...]:
    """Return the place where two edges that share no vertex meet."""
    place = np.zeros(max(edges) + 1, dtype=np.int16)  # at most `MAX_VERTICES`
    place[edges] = np.arange(len(edges))
    at = place[pieces.edge]
    gap = (at[None, :] - at[:, None]) % len(edges)
    mask = (gap > 1) & (gap < len(edges) - 1) & (at[:, None] < at[None, :])
    if not mask.any():
        return ()
    found = nearest(pieces, pieces, TOUCH_M, mask)
    if found is None:
        return ()
    if not found.settled:
        rule = "whether two edges meet must be told in a bounded number of steps; here edges run side by side too closely for too long"
        return (fault("ring_too_close", field, f"{len(edges)} edges", rule, "move the edges apart, or split the area"),)
    return (_meets_itself(found, polygon, field),)


def _meets_itself(found: Nearest, polygon: Polygon, field: str) -> Problem:
    n = len(polygon.vertices)
    first, second = sorted((found.a.edge, found.b.edge))
    how = "crosses" if found.crossing else "touches"
    where = words(Point(round(found.a.lat * NDEG), round(found.a.lon * NDEG)))
    given = f"edge {first}-{(first + 1) % n} {how} edge {second}-{(second + 1) % n} near {where} ({polygon.edge} edges)"
    step = "put the vertices in order around the area, or give two areas"
    return fault("ring_crosses_itself", f"{field}[{first}]", given, "edges must not cross or touch", step)


def _spike(pieces: Pieces, edges: list[int], polygon: Polygon, field: str) -> tuple[Problem, ...]:
    """Return the vertices at which the ring runs back along itself."""
    for here, before in zip(edges, [edges[-1], *edges[:-1]], strict=True):
        comes, goes = pieces.edge == before, pieces.edge == here
        arrival, departure = pieces.take(comes & pieces.tail), pieces.take(goes & pieces.head)
        back = float(GEOD.inv(arrival.lon1[0], arrival.lat1[0], arrival.lon0[0], arrival.lat0[0])[0])
        turn = abs((float(departure.azimuth[0]) - back + 180) % 360 - 180)
        if turn > 5 and min(arrival.length[0], departure.length[0]) > 1:
            continue
        start, end = int((comes & pieces.head).argmax()), int((goes & pieces.tail).argmax())
        ends = (
            (end_point(pieces, start, False), pieces.take(goes)),
            (end_point(pieces, end, True), pieces.take(comes)),
        )
        if any(nearest(end, line, TOUCH_M) is not None for end, line in ends):
            n = len(polygon.vertices)
            given = f"edge {here}-{(here + 1) % n} runs back along edge {before}-{(before + 1) % n}"
            step = f"leave out vertex {here}, or move it off the line"
            rule = "the ring must not run back along itself"
            return (fault("ring_degenerate", f"{field}[{here}]", given, rule, step),)
    return ()


def _check_area(pieces: Pieces, polygon: Polygon, field: str) -> tuple[Problem, ...]:
    area = signed_area_m2(pieces, MOST_REFINED)
    if area is None:
        given = "the ring encloses no area"
        return (
            problem("ring_degenerate", field, given, "the ring must enclose an area", "move a vertex off the line"),
        )
    if abs(area) > 0.99 * HALF_EARTH_M2:
        given = f"{abs(area) / 1e12:.1f} million km2"
        rule = "the smaller side is meant, and this ring halves the Earth"
        return (fault("ring_ambiguous", field, given, rule, "give a smaller area"),)
    return ()
