"""The quick proof that a small ring does not cross itself never says more than is true."""

from __future__ import annotations

import shapely
from hypothesis import given
from hypothesis import strategies as st

from detente.geometry.exact.rings import star_clearance

points = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=9)


@given(points)
def test_the_bound_is_below_the_true_clearance_of_a_valid_ring(ring: list[tuple[int, int]]) -> None:
    """Where a clearance is claimed, the ring is simple and at least so clear; elsewhere nothing is claimed."""
    bound = star_clearance([float(x) for x, _ in ring], [float(y) for _, y in ring])
    if bound:
        polygon = shapely.polygons(ring)
        assert shapely.is_valid(polygon)
        assert shapely.minimum_clearance(polygon) >= bound - 1e-9


def test_a_box_and_a_ring_with_points_along_its_sides_are_seen_through_at_once() -> None:
    """What people draw most is proven without building a geometry."""
    assert star_clearance([0.0, 4.0, 4.0, 0.0], [0.0, 0.0, 2.0, 2.0]) > 1
    assert star_clearance([0.0, 1.0, 2.0, 2.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]) > 0.3
    assert star_clearance([0.0, 2.0, 0.0, 2.0], [0.0, 2.0, 2.0, 0.0]) == 0, "a bow tie"
