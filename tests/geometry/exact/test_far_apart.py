"""Large shapes thousands of kilometres apart: still exact, and within a bounded amount of work."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from detente.geometry.exact import nearest as search
from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.exact.shape import prepare
from detente.geometry.exact.tasks import curve_at
from detente.geometry.geodesic import inverse
from detente.geometry.volume import NDEG, Corridor, Outline, Point, Polygon

MIB = 1 << 20


def polygon(edge: str, *corners: tuple[float, float]) -> Polygon:
    return Polygon(edge=edge, vertices=tuple(Point(round(lat * NDEG), round(lon * NDEG)) for lat, lon in corners))  # type: ignore[arg-type]


CHINA = polygon(
    "parallel", (46.07, 120.85), (41.92, 125.15), (36.78, 125.86), (31.92, 120.85), (35.83, 114.12), (42.17, 116.1)
)
PACIFIC = polygon("parallel", (-8.56, -140.15), (-11.27, -134.6), (-16.94, -133.0), (-21.97, -135.36), (-25.48, -140.0))
AFRICA = polygon("lonlat", (29.45, 0.28), (27.0, 11.03), (16.95, 6.69), (8.64, -0.42), (18.1, -5.66))
NORTH = polygon("lonlat", (76.7, 40.84), (71.41, 43.98), (66.98, 38.31), (70.93, 32.99), (76.12, 33.23))
OCEAN = Corridor(
    edge="lonlat",
    half_width_mm=1,
    line=(
        Point(-22_735_005_452, 54_301_025_672),
        Point(-15_812_535_535, 54_301_025_672),
        Point(-32_136_065_330, 57_589_750_643),
    ),
)
BRAZIL = Corridor(
    edge="parallel",
    half_width_mm=1,
    line=(Point(-4_397_595_884, -21_330_273_408), Point(8_102_391_616, -29_820_876_801)),
)
PAIRS = {
    "across the Pacific": (CHINA, PACIFIC),
    "Africa and the Arctic": (AFRICA, NORTH),
    "two corridors": (OCEAN, BRAZIL),
}


def sampled(a: Outline, b: Outline) -> float:
    """Return the least distance between five points of each piece's curve: never less than the true one."""
    points = []
    for outline in (a, b):
        pieces = prepare(outline).pieces
        share = np.linspace(0, 1, 5)
        rows = np.repeat(np.arange(len(pieces)), len(share))
        points.append(curve_at(pieces.take(rows), np.tile(share, len(pieces)))[:2])
    (lat_a, lon_a), (lat_b, lon_b) = points
    i, j = np.meshgrid(np.arange(len(lat_a)), np.arange(len(lat_b)), indexing="ij")
    return float(inverse(lat_a[i.ravel()], lon_a[i.ravel()], lat_b[j.ravel()], lon_b[j.ravel()])[2].min())


@pytest.mark.parametrize("name", PAIRS)
def test_far_apart_shapes_are_compared_exactly_in_little_memory(name: str) -> None:
    """Edges that bend cannot be told apart by chords through the Earth: once this took 24 GiB."""
    a, b = PAIRS[name]
    tracemalloc.start()
    found = horizontal_distance(a, b)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found is not None
    assert peak < 64 * MIB
    near = sampled(a, b)
    assert near - 0.002 * near <= found.distance_m <= near + search.ERROR_M
