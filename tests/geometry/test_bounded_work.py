"""No outline asks for more memory or work than is promised, and what is not told within it is never called apart."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from tests.geometry.exact.outlines import area, corridor, volume

from detente.geometry.exact import nearest, rings
from detente.geometry.exact.rings import check_outline, check_volume
from detente.geometry.exact.separation import horizontal_distance, meets
from detente.geometry.volume import Outline, Separation

SLIVER = area((0, 90), (89.9999, 90), (-90, 90.000000052), edge="lonlat")
"""Pole to pole and 6 mm wide: to tell its area from nothing, its edges were cut into nine million pieces."""


def codes(outline: Outline) -> list[str]:
    return [p.code for p in check_outline(outline)]


def most_bytes(step: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        step()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_volume_of_450_bytes_takes_no_gigabytes(monkeypatch: pytest.MonkeyPatch):
    """What an outline may ask for is bounded before it is worked out; the sliver is refused as having no area to speak of."""
    assert rings.MOST_REFINED == 1_000_000  # some 400 MB; the test allows less, to be quick
    monkeypatch.setattr(rings, "MOST_REFINED", 50_000)
    assert most_bytes(lambda: check_outline(SLIVER)) < 100 << 20
    assert codes(SLIVER) == ["ring_degenerate"]


def test_a_thousand_edges_round_the_earth_are_refused():
    """Measured piece by piece with another such outline, they would fill any memory."""
    across = [(lat / 10, 150 * (n % 2)) for n, lat in enumerate(range(-400, 400))]
    for edge in ("geodesic", "parallel", "lonlat"):
        assert codes(corridor(*across, km=1, edge=edge)) == ["outline_long"]
    (found,) = check_volume(volume(corridor(*across, km=1)))
    assert found.field == "volume.outline.line"
    assert found.value.endswith("km of edges")
    assert found.next_step == "Split it into several areas."


def test_a_border_of_a_thousand_points_is_measured():
    """A ring of 1 000 vertices round a continent is work that people have; it stays allowed."""
    north = [(30 + (n % 2) / 100, n / 10) for n in range(499)]
    ring = area(*north, *[(lat - 20, lon) for lat, lon in reversed(north)])
    assert codes(ring) == []


def test_edges_too_close_for_too_long_are_refused(monkeypatch: pytest.MonkeyPatch):
    """Where the steps allowed do not tell whether two edges of a ring meet, the ring is refused, and says why."""
    monkeypatch.setattr(nearest, "MOST_WORK", 2)
    ring = area((34, 36), (34, 40), (34.00001, 40), (34.00001, 36), edge="lonlat")
    assert codes(ring) == ["ring_too_close"]


def test_what_is_not_settled_in_the_steps_allowed_counts_as_meeting(monkeypatch: pytest.MonkeyPatch):
    """Never apart without proof: two routes 111 m apart part when they can be measured, and meet when they cannot."""
    a, b = (corridor((34 + d, 36), (35 + d, 40), km=0, edge="lonlat") for d in (0.0, 0.001))
    none = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)
    assert meets(volume(a), volume(b), none) is None
    monkeypatch.setattr(nearest, "MOST_WORK", 20)
    found = horizontal_distance(a, b)
    assert found is not None
    assert (found.distance_m, found.inside) == (0.0, True)
    assert abs(found.near_a.lat_ndeg - 34_000_000_000) < 2_000_000_000
    assert meets(volume(a), volume(b), none) is not None


def test_distances_in_blocks_are_those_at_once(monkeypatch: pytest.MonkeyPatch):
    """Working in blocks bounds memory and changes no bit of the answer."""
    a, b = (corridor(*[(34 + d + k / 7, 36 + (k % 2)) for k in range(12)], km=0) for d in (0.0, 0.003))
    whole = horizontal_distance(a, b)
    monkeypatch.setattr(nearest, "AT_ONCE", 30)
    assert horizontal_distance(a, b) == whole
