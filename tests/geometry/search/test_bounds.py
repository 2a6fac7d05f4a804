"""Certain bounds: they may leave a pair undecided, they may never be wrong."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.geometry.shapes import gatherings

from detente.errors import Refused
from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.search.bounds import APART, MEETS, UNDECIDED, horizontal
from detente.geometry.search.chart import sketch
from detente.geometry.search.store import VolumeStore
from detente.geometry.volume import Point, Polygon, Volume4D


def bound(a: Volume4D, b: Volume4D, separation_m: float) -> int:
    """Return what `bounds.horizontal` says of one pair; UNDECIDED where an outline has no drawing."""
    sides = []
    for volume in (a, b):
        drawn = sketch(volume.outline, volume.error_mm)
        if drawn is None:
            return UNDECIDED
        store = VolumeStore(first_bits=4)
        slots = np.array([store.put(7, volume, drawn)])
        row = store.numbers(slots)
        ((power, _),) = store.by_ring_size(row)
        sides.append((store.drawings(power, slots, row), store.originals(power, row)))
    (one, original), (two, other) = sides
    return int(horizontal(one, two, separation_m, lambda _: (original, other))[0])


@settings(max_examples=100, deadline=None)
@given(gatherings(2), st.sampled_from([0.0025, 0.02, 0.3, 5.0, 100.0, 5000.0]))
def test_a_bound_is_never_on_the_wrong_side_of_the_exact_distance(pair: list[Volume4D], step_m: float) -> None:
    """A threshold just below the exact distance is never said to be met, one just above never missed."""
    a, b = pair[0], pair[-1]
    try:
        exact = horizontal_distance(a.outline, b.outline)
    except Refused:
        return
    assert exact is not None
    at = exact.distance_m - (a.error_mm + b.error_mm) / 1000
    assert bound(a, b, at - step_m) != MEETS or exact.distance_m == 0
    assert bound(a, b, at + step_m) != APART
    assert bound(b, a, at - step_m) != MEETS or exact.distance_m == 0


def square(lat: float, lon: float, side: float, edge: str = "geodesic") -> Volume4D:
    corners = ((0, 0), (0, side), (side, side), (side, 0))
    ring = tuple(Point(round((lat + y) * 1e9), round((lon + x) * 1e9)) for y, x in corners)
    return Volume4D(end_us=1, outline=Polygon(edge=edge, vertices=ring), start_us=0)  # type: ignore[arg-type]


def test_local_pairs_are_decided_to_a_decimetre_for_every_reading() -> None:
    """Two zones of 10 km, 9 km apart: a decimetre either side of the true distance is decided without the exact test."""
    for edge in ("geodesic", "parallel", "lonlat"):
        a, b = square(34, 40, 0.1, edge), square(34.03, 40.2, 0.1, edge)
        exact = horizontal_distance(a.outline, b.outline)
        assert exact is not None
        assert bound(a, b, exact.distance_m - 0.1) == APART
        assert bound(a, b, exact.distance_m + 0.1) == MEETS


def test_neighbouring_zones_that_share_a_corner_meet_without_any_separation() -> None:
    """Touching edges meet; that two rings name the same vertex is enough to know it."""
    assert bound(square(34, 40, 0.1), square(34.1, 40.1, 0.1), 0.0) == MEETS


def test_zones_on_either_side_of_the_antimeridian_are_neighbours() -> None:
    """179.95 E and 179.95 W are 11 km apart at the equator, not 40 000."""
    east, west = square(0, 179.85, 0.1), square(0, -179.95, 0.1)
    assert bound(east, west, 12_000) == MEETS
    assert bound(east, west, 11_000) == APART
