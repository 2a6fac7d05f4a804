"""Hypothesis strategies for volumes anywhere on Earth, with a liking for the awkward places, and near to each other."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from detente.geometry.volume import NDEG, Altitude, Circle, Corridor, Outline, Point, Polygon, Separation, Volume4D

HOMES = [
    (34.0, 40.0),
    (0.0, 0.0),
    (-17.0, 179.98),
    (65.0, -179.99),
    (70.0, 25.0),
    (85.0, 10.0),
    (89.99, 0.0),
    (-79.9, 180.0),
]
"""Where volumes gather: the Levant, the equator, both sides of the antimeridian, the Arctic, near and at the poles."""

EDGES = st.sampled_from(["geodesic", "parallel", "lonlat"])
DATUMS = st.sampled_from(["ellipsoid", "geoid", "ground", "flight_level", "unknown"])


def point(lat: float, lon: float) -> Point:
    """Make a point from degrees, bringing it back onto the Earth."""
    lat = max(-90.0, min(90.0, lat))
    return Point(round(lat * NDEG), round(((lon + 180.0) % 360.0 - 180.0) * NDEG))


@st.composite
def outlines(draw: st.DrawFn, home: tuple[float, float], spread: float, size: float) -> Outline:
    """Draw an outline within `spread` degrees of home, up to `size` degrees across."""
    stretch = 1 / max(math.cos(math.radians(home[0])), 0.05)
    lat = home[0] + draw(st.floats(-1, 1)) * spread
    lon = home[1] + draw(st.floats(-1, 1)) * spread * stretch
    kind = draw(st.sampled_from(["polygon", "polygon", "polygon", "circle", "corridor"]))
    radius = size * draw(st.floats(0.05, 0.5))
    if kind == "circle":
        return Circle(centre=point(lat, lon), radius_mm=max(1, round(radius * 111e6)))
    if kind == "corridor":
        steps = draw(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=2, max_size=5, unique=True))
        line = tuple(point(lat + radius * y, lon + radius * x * stretch) for y, x in steps)
        if len(set(line)) < len(line) or abs(lat) + radius > 89:
            return Circle(centre=point(lat, lon), radius_mm=1000)
        return Corridor(edge=draw(EDGES), half_width_mm=round(1 + radius * draw(st.floats(0, 3e7))), line=line)
    count = draw(st.integers(3, 9))
    turn = draw(st.floats(0, 1))
    ring = []
    for k in range(count):
        r = radius * draw(st.floats(0.5, 1.0))
        angle = 2 * math.pi * (k + turn) / count
        ring.append(point(lat + r * math.cos(angle), lon + r * stretch * math.sin(angle)))
    if abs(lat) + radius > 89.5:
        return Circle(centre=point(lat, lon), radius_mm=max(1, round(radius * 111e6)))
    return Polygon(edge=draw(EDGES), vertices=tuple(ring))


@st.composite
def volumes(draw: st.DrawFn, home: tuple[float, float], spread: float, size: float) -> Volume4D:
    """Draw a volume; times and heights are few and small, so that many touch exactly."""
    start = draw(st.integers(0, 20)) * 1_000_000
    low = draw(st.none() | st.integers(0, 40).map(lambda k: k * 100_000))
    datum = draw(DATUMS)
    return Volume4D(
        altitude_lower=None if low is None else Altitude(datum=datum, value_mm=low),
        altitude_upper=draw(
            st.none()
            | st.builds(
                Altitude,
                datum=st.just(datum),
                uncertainty_mm=st.integers(0, 30_000),
                value_mm=st.just((low or 0) + 500_000),
            )
        ),
        end_us=start + draw(st.integers(0, 8)) * 1_000_000,
        error_mm=draw(st.sampled_from([0, 0, 1, 100_000])),
        outline=draw(outlines(home, spread, size)),
        start_us=start,
    )


@st.composite
def gatherings(draw: st.DrawFn, most: int) -> list[Volume4D]:
    """Draw some volumes near one place, of one scale: from a hundred metres to a quarter of a hemisphere."""
    home = draw(st.sampled_from(HOMES))
    size = draw(st.sampled_from([0.001, 0.1, 0.1, 1.0, 6.0, 25.0]))
    return draw(st.lists(volumes(home, size * draw(st.floats(0.2, 3.0)), size), min_size=2, max_size=most))


separations = st.builds(
    Separation,
    horizontal_mm=st.sampled_from([0, 1, 1_000_000, 9_260_000, 300_000_000]),
    time_us=st.integers(0, 5).map(lambda k: k * 500_000),
    vertical_mm=st.integers(0, 5).map(lambda k: k * 100_000),
)
