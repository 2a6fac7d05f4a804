"""Volumes for the geometry benchmarks: a congested theatre, the Levant, with traffic heaped around a few dozen places."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from detente.geometry.volume import Altitude, Point, Polygon, Separation, Volume4D

SEPARATION = Separation(horizontal_mm=5_556_000, time_us=300_000_000, vertical_mm=305_000)
"""3 nautical miles, 5 minutes, 1 000 feet."""

_EPOCH_US = 1_790_000_000_000_000
_HOUR_US = 3_600_000_000
_PLACES = 60


def volumes(seed: int, hours: float, crowding: float = 1.0) -> Iterator[Volume4D]:
    """Yield volumes without end: polygons of 8 vertices, 2 to 20 km across, 20 minutes to 4 hours, up to 9 km high.

    Starts spread evenly over `hours`; two in three lie around one of 60 places (35 km standard deviation over
    `crowding`), the others anywhere in 32-37 N, 35-42 E. Each edge reading, and heights above the sea, the ellipsoid and
    flight levels, occur. One in six has an error circle of up to 100 m.
    """
    rng = random.Random(seed)
    places = [(rng.uniform(32.5, 36.5), rng.uniform(35.5, 41.5)) for _ in range(_PLACES)]
    spread = 0.31 / crowding
    while True:
        if rng.random() < 0.67:
            lat, lon = rng.choice(places)
            lat, lon = rng.gauss(lat, spread), rng.gauss(lon, spread * 1.2)
        else:
            lat, lon = rng.uniform(32, 37), rng.uniform(35, 42)
        yield _volume(rng, lat, lon, hours)


def _volume(rng: random.Random, lat: float, lon: float, hours: float) -> Volume4D:
    radius = 0.009 * math.exp(rng.uniform(0, 2.3))
    turn = rng.uniform(0, 0.7)
    vertices = []
    for k in range(8):
        r = radius * rng.uniform(0.6, 1.0)
        angle = turn + k * math.pi / 4
        vertices.append(
            Point(round((lat + r * math.cos(angle)) * 1e9), round((lon + 1.2 * r * math.sin(angle)) * 1e9))
        )
    start = _EPOCH_US + round(rng.uniform(0, hours) * _HOUR_US)
    floor_mm = round(rng.uniform(0, 8_000_000))
    datum = rng.choices(("geoid", "ellipsoid", "flight_level"), (6, 2, 2))[0]
    return Volume4D(
        altitude_lower=Altitude(datum=datum, value_mm=floor_mm),
        altitude_upper=Altitude(datum=datum, value_mm=floor_mm + round(rng.uniform(100_000, 1_000_000))),
        end_us=start + round(math.exp(rng.uniform(0, 2.5)) * _HOUR_US / 3),
        error_mm=rng.randrange(100_000) if rng.random() < 1 / 6 else 0,
        outline=Polygon(edge=rng.choices(("geodesic", "parallel", "lonlat"), (6, 2, 2))[0], vertices=tuple(vertices)),
        start_us=start,
    )
