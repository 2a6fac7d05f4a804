"""The coarse grid: every point has one cell, cells close around the globe, and a shape touches all the cells it should."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from detente.errors import Refused
from detente.geometry.exact.separation import meets
from detente.geometry.volume import NDEG, Circle, Corridor, Point, Polygon, Separation, Volume4D
from detente.rules.notices.screening.cells import (
    Cell,
    cell_of,
    cells_touched,
    check_cell_size,
    neighbours,
    outline_of,
    row_width_ndeg,
)

SIZES = (20_000_000, 100_000_000, NDEG)
TOUCH = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)
VECTORS = json.loads((Path(__file__).parents[3] / "docs/formats/vectors/cells.json").read_text())
GEOD = Geod(ellps="WGS84")

points = st.builds(Point, st.integers(-90 * NDEG, 90 * NDEG), st.integers(-180 * NDEG, 180 * NDEG))


def over(outline):
    return Volume4D(outline=outline, start_us=0, end_us=0)


@pytest.mark.parametrize("row", VECTORS, ids=lambda r: f"{r['lat_ndeg']},{r['lon_ndeg']}@{r['cell_ndeg']}")
def test_the_published_vectors_hold(row):
    """Every implementation puts these points, at 180 degrees and the poles too, into these cells."""
    assert cell_of(Point(row["lat_ndeg"], row["lon_ndeg"]), row["cell_ndeg"]) == Cell(row["row"], row["column"])


@settings(max_examples=60)
@given(points, st.sampled_from(SIZES))
def test_a_point_lies_in_its_own_cell(point, cell_ndeg):
    """The ground of the cell that a point is put into holds the point."""
    ground = outline_of(cell_of(point, cell_ndeg), cell_ndeg)
    assert meets(over(ground), over(Circle(centre=point, radius_mm=1)), TOUCH) is not None


@settings(max_examples=120)
@given(points, st.sampled_from(SIZES))
def test_neighbours_know_each_other(point, cell_ndeg):
    """If one cell borders another, the other borders the one: a walk over the grid misses nothing."""
    cell = cell_of(point, cell_ndeg)
    for other in neighbours(cell, cell_ndeg):
        assert other != cell
        assert cell in set(neighbours(other, cell_ndeg))


@pytest.mark.parametrize(
    "centre",
    [
        (35.2663, 40.1527),
        (0.0, 179.9999),
        (-17.5, -180.0),
        (59.99, 10.0),
        (75.0, 0.0),
        (88.99, 45.0),
        (89.999, 120.0),
        (-90.0, 0.0),
    ],
)
def test_a_circle_touches_the_cell_of_each_point_in_it(centre):
    """Also over 180 degrees and at the poles: points of the circle, in every direction, lie in touched cells."""
    lat, lon = centre
    circle = Circle(centre=Point(round(lat * NDEG), round(lon * NDEG)), radius_mm=5_000_000)
    touched = cells_touched(circle, 0, 20_000_000)
    for bearing in range(0, 360, 15):
        for metres in (0.0, 1200.0, 4999.9):
            east, north, _ = GEOD.fwd(lon, lat, bearing, metres)
            assert cell_of(Point(round(north * NDEG), round(east * NDEG)), 20_000_000) in touched


def test_buffer_reaches_the_cells_beside_the_shape():
    """A buffer touches every cell within it and none much farther: 1 km around a point in the middle of a 2 km cell."""
    middle = Circle(centre=Point(35_270_000_000, 40_150_000_000), radius_mm=1)
    assert len(cells_touched(middle, 0, 20_000_000)) == 1
    assert len(cells_touched(middle, 1_300_000, 20_000_000)) == 5


def test_a_long_corridor_and_a_polygon_are_covered_whole():
    """A road of 60 km touches an unbroken chain of cells from end to end."""
    road = Corridor(
        edge="geodesic",
        half_width_mm=100_000,
        line=(Point(36 * NDEG, 37 * NDEG), Point(36_200_000_000, 37_600_000_000)),
    )
    touched = cells_touched(road, 0, 20_000_000)
    start = cell_of(road.line[0], 20_000_000)
    reached, edge = {start}, [start]
    while edge:
        for other in neighbours(edge.pop(), 20_000_000):
            if other in touched and other not in reached:
                reached.add(other)
                edge.append(other)
    assert reached == touched
    assert cell_of(road.line[1], 20_000_000) in touched
    box = Polygon(
        edge="lonlat",
        vertices=(Point(NDEG, NDEG), Point(NDEG, 2 * NDEG), Point(2 * NDEG, 2 * NDEG), Point(2 * NDEG, NDEG)),
    )
    assert Cell(1, 181) in cells_touched(box, 0, NDEG)


def test_cells_widen_towards_the_poles():
    """In degrees a cell doubles its width at 60, 75, 82, 86 and 88 degrees, and the cap is one cell."""
    widths = [row_width_ndeg(lat * 50, 20_000_000) // 20_000_000 for lat in (0, 59, 60, 75, 82, 86, 88)]
    assert widths == [1, 1, 2, 4, 8, 16, 32]
    assert row_width_ndeg(89 * 50, 20_000_000) == 360 * NDEG


@pytest.mark.parametrize("cell_ndeg", [0, -1, 300_000_001, 7])
def test_a_grid_that_does_not_close_is_refused(cell_ndeg):
    """A cell height that is no whole part of a degree is refused by name."""
    with pytest.raises(Refused) as refused:
        check_cell_size(cell_ndeg)
    assert refused.value.problems[0].field == "cell_ndeg"


def test_a_shape_of_too_many_cells_is_refused_not_begun():
    """A continent in two-kilometre cells is refused with a sentence."""
    with pytest.raises(Refused):
        cells_touched(Circle(centre=Point(0, 0), radius_mm=500_000_000), 0, 20_000_000, 50)
