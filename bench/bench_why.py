"""Wall time of why and least change for one pair, beside what one would write first: edges sampled, each way tried step by step."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable

import numpy as np
from pyproj import Geod

from detente.geometry.clearing.moving import moved
from detente.geometry.clearing.why import why
from detente.geometry.exact.separation import meets
from detente.geometry.volume import NDEG, Altitude, Edge, Point, Polygon, Separation, Volume4D

try:
    from bench.table import Row, render
except ImportError:  # run alone
    from table import Row, render  # type: ignore[no-redef]

RULE = Separation(horizontal_mm=5_000_000, time_us=0, vertical_mm=300_000)
GEOD = Geod(ellps="WGS84")


def octagon(lat: float, lon: float, km: float, edge: Edge, bite: bool) -> Volume4D:
    """A ring of 8 vertices, one of them pushed in if `bite`: the notice of the table."""
    points = []
    for k in range(8):
        reach = km * (300 if bite and k == 2 else 1000)
        lon2, lat2, _ = GEOD.fwd(lon, lat, 45 * k + 10, reach)
        points.append(Point(round(lat2 * NDEG), round(lon2 * NDEG)))
    low = Altitude(datum="geoid", value_mm=1_000_000)
    high = Altitude(datum="geoid", value_mm=3_000_000)
    ring = Polygon(edge=edge, vertices=tuple(points))
    return Volume4D(altitude_lower=low, altitude_upper=high, end_us=10**9, outline=ring, start_us=0)


def cases(edge: Edge, bite: bool, count: int) -> list[tuple[Volume4D, Volume4D]]:
    """Pairs never measured before (nothing is in the cache), about 11 km across and overlapping or a few km apart."""
    rng = np.random.default_rng(7)
    return [
        (
            octagon(34 + k / 50, 36, 5 + rng.random(), edge, bite),
            octagon(34 + k / 50 + 0.08 * rng.random(), 36.06, 5, edge, bite),
        )
        for k in range(count)
    ]


def sampled_metres(a: Volume4D, b: Volume4D, per_edge: int) -> float:
    """The least distance of points sampled along straight lon-lat edges: what one would write first. Misses containment."""
    drawn = []
    for volume in (a, b):
        ring = np.array([(p.lat_ndeg, p.lon_ndeg) for p in volume.outline.vertices]) / NDEG  # type: ignore[union-attr]
        share = np.linspace(0, 1, per_edge, endpoint=False)[:, None, None]
        drawn.append((ring + share * (np.roll(ring, -1, axis=0) - ring)).reshape(-1, 2))
    i, j = (v.ravel() for v in np.meshgrid(np.arange(len(drawn[0])), np.arange(len(drawn[1]))))
    return float(GEOD.inv(drawn[0][i, 1], drawn[0][i, 0], drawn[1][j, 1], drawn[1][j, 0])[2].min())


def naive(a: Volume4D, b: Volume4D) -> float:
    """Step out on 8 bearings by 500 m until the samples (500 m apart) are far enough: good to 500 m, proves nothing."""
    best = math.inf
    for bearing in range(0, 360, 45):
        for step in range(1, 60):
            distance = step * 500_000
            if distance >= best or sampled_metres(moved(a, distance, bearing * NDEG), b, 8) * 1000 > RULE.horizontal_mm:
                best = min(best, distance)
                break
    return best


def timed(work: Callable[[Volume4D, Volume4D], object], pairs: Iterable[tuple[Volume4D, Volume4D]]) -> list[float]:
    """Milliseconds for each pair."""
    found = []
    for a, b in pairs:
        start = time.perf_counter()
        work(a, b)
        found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def rows(count: int = 150) -> list[Row]:
    """Median and 99th percentile, warm code, cold cache."""
    table = []
    for edge, bite, name in (
        ("geodesic", False, "convex, geodesic"),
        ("geodesic", True, "with a bite, geodesic"),
        ("parallel", True, "with a bite, rhumb lines"),
    ):
        pairs = cases(edge, bite, count)  # type: ignore[arg-type]
        timed(lambda a, b: why(a, b, RULE), cases(edge, bite, 10))  # type: ignore[arg-type]
        ours = timed(lambda a, b: why(a, b, RULE), pairs)
        base = timed(naive, pairs[:2])
        middle = statistics.median(ours)
        table.append(
            Row(
                f"why and least change, 8 vertices each, {name}",
                f"{middle:.2f} ms, p99 {ours[int(len(ours) * 0.99)]:.2f} ms",
                f"{statistics.median(base):,.0f} ms (samples of 500 m steps)",
                f"{statistics.median(base) / middle:,.0f}x",
                "reach: under 5 ms; verdict, readings, nearest points, time, height and place",
            )
        )
    pairs = cases("geodesic", True, count)
    fresh = timed(lambda a, b: meets(a, b, RULE), pairs)
    again = timed(lambda a, b: meets(a, b, RULE), pairs)
    base = timed(lambda a, b: sampled_metres(a, b, 50), pairs[:20])
    table.append(
        Row(
            "exact verdict for one pair, 8 vertices each",
            f"{statistics.median(fresh):.2f} ms; {statistics.median(again):.2f} ms once both are measured",
            f"{statistics.median(base):.1f} ms (50 samples an edge: good to 100 m)",
            f"{statistics.median(base) / statistics.median(fresh):,.0f}x",
            "proven to 0.25 mm, interiors included",
        )
    )
    return table


if __name__ == "__main__":
    print(render("Why, and the least change", rows()))
