"""Volumes for the geometry benchmarks: a congested theatre, the Levant, with traffic heaped around a few dozen places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detente.geometry.volume import Altitude, Point, Polygon, Separation, Volume4D

SEPARATION = Separation(horizontal_mm=5_556_000, time_us=300_000_000, vertical_mm=305_000)
"""3 nautical miles, 5 minutes, 1 000 feet."""

_EPOCH_US = 1_790_000_000_000_000
_HOUR_US = 3_600_000_000
_PLACES = 60
_LOT = 4096
_EDGES = ("geodesic", "parallel", "lonlat")
_DATUMS = ("geoid", "ellipsoid", "flight_level")


def volumes(seed: int, hours: float, crowding: float = 1.0) -> Iterator[Volume4D]:
    """Yield volumes without end: polygons of 8 vertices, 2 to 20 km across, 20 minutes to 4 hours, up to 9 km high.

    Starts spread evenly over `hours`; two in three lie around one of 60 places (34 km standard deviation over
    `crowding`), the others anywhere in 32-37 N, 35-42 E. Edge readings: geodesic 6 in 10, parallel 2, lonlat 2. Heights:
    above the sea 6 in 10, the ellipsoid 2, flight levels 2. One in six has an error circle of up to 100 m.
    """
    rng = np.random.default_rng(seed)
    places = rng.uniform((32.5, 35.5), (36.5, 41.5), (_PLACES, 2))
    while True:
        heaped = places[rng.integers(0, _PLACES, _LOT)] + rng.normal(0, (0.31 / crowding, 0.37 / crowding), (_LOT, 2))
        middle = np.where(rng.random((_LOT, 1)) < 0.67, heaped, rng.uniform((32, 35), (37, 42), (_LOT, 2)))
        radius = 0.009 * np.exp(rng.uniform(0, 2.3, (_LOT, 1))) * rng.uniform(0.6, 1.0, (_LOT, 8))
        angle = rng.uniform(0, 0.7, (_LOT, 1)) + np.arange(8) * (np.pi / 4)
        lat = middle[:, :1] + radius * np.cos(angle)
        lon = middle[:, 1:] + 1.2 * radius * np.sin(angle)
        start = _EPOCH_US + (rng.uniform(0, hours, _LOT) * _HOUR_US).astype(np.int64)
        floor = rng.uniform(0, 8_000_000, _LOT)
        columns = (
            (lat * 1e9).astype(np.int64),
            (lon * 1e9).astype(np.int64),
            rng.choice(3, _LOT, p=(0.6, 0.2, 0.2)),
            rng.choice(3, _LOT, p=(0.6, 0.2, 0.2)),
            floor.astype(np.int64),
            (floor + rng.uniform(100_000, 1_000_000, _LOT)).astype(np.int64),
            np.where(rng.random(_LOT) < 1 / 6, rng.integers(0, 100_000, _LOT), 0),
            start,
            start + (np.exp(rng.uniform(0, 2.5, _LOT)) * _HOUR_US / 3).astype(np.int64),
        )
        for row in zip(*(column.tolist() for column in columns), strict=True):
            yield _volume(*row)


def _volume(
    lat: list[int], lon: list[int], edge: int, datum: int, low: int, high: int, error: int, start: int, end: int
) -> Volume4D:
    return Volume4D(
        altitude_lower=Altitude(datum=_DATUMS[datum], value_mm=low),
        altitude_upper=Altitude(datum=_DATUMS[datum], value_mm=high),
        end_us=end,
        error_mm=error,
        outline=Polygon(edge=_EDGES[edge], vertices=tuple(map(Point, lat, lon))),
        start_us=start,
    )
