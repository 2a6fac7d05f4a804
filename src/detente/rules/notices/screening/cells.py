"""The coarse grid on which hidden presence and coarse notices are told (docs/formats/screening.md, "Cells").

A cell is `cell_ndeg` high. Its width in longitude doubles at 60, 75, 82, 86 and 88 degrees of latitude, so that a cell is never
narrower on the ground than about half its width at the equator; from 89 degrees to the pole one cell holds everything.
Integers throughout: two programs never disagree about a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from detente.errors import Refused, problem
from detente.geometry.exact.separation import meets
from detente.geometry.volume import NDEG, Circle, Corridor, Outline, Point, Polygon, Separation, Volume4D

HALF_TURN_NDEG = 180 * NDEG
POLE_NDEG = 90 * NDEG
CAP_NDEG = 89 * NDEG
"""From this latitude on, one cell holds everything up to the pole."""

WIDTH_DOUBLES_AT_NDEG = (60 * NDEG, 75 * NDEG, 82 * NDEG, 86 * NDEG, 88 * NDEG)

CAP_RADIUS_MM = 111_700_000
"""A circle about the pole that holds every point from 89 degrees on (one degree there is 111.694 km on WGS 84)."""


class Cell(msgspec.Struct, frozen=True, array_like=True, order=True):
    """A cell of the grid by the integer position of its south-west corner, in cell heights from 0, 0.

    `row` counts cells north of the equator, `column` counts widths of that row east of the antimeridian. Cap rows have column 0.
    """

    row: int
    column: int


def row_width_ndeg(row: int, cell_ndeg: int) -> int:
    """Return the width in longitude of the cells of a row, nanodegrees: a whole part of the full turn where it can be."""
    nearest = min(abs(row * cell_ndeg), abs((row + 1) * cell_ndeg))
    if nearest >= CAP_NDEG:
        return 2 * HALF_TURN_NDEG
    return cell_ndeg << sum(nearest >= limit for limit in WIDTH_DOUBLES_AT_NDEG)


def check_cell_size(cell_ndeg: int) -> None:
    """Refuse a cell height that does not divide one degree: the grid would not close at 180 degrees.

    Errors: Refused with the size given.
    """
    if cell_ndeg <= 0 or NDEG % cell_ndeg:
        raise Refused(
            [
                problem(
                    "cell_size",
                    "cell_ndeg",
                    cell_ndeg,
                    "must divide one degree",
                    "Use for example 20000000 (0.02 degrees).",
                )
            ]
        )


def cell_of(point: Point, cell_ndeg: int) -> Cell:
    """Return the cell that holds a point; a point on an edge belongs to the cell north or east of it."""
    lat_ndeg = min(point.lat_ndeg, POLE_NDEG - 1)
    row = lat_ndeg // cell_ndeg
    width = row_width_ndeg(row, cell_ndeg)
    if width == 2 * HALF_TURN_NDEG:
        return cap(lat_ndeg > 0, cell_ndeg)
    lon_ndeg = -HALF_TURN_NDEG if point.lon_ndeg == HALF_TURN_NDEG else point.lon_ndeg
    return Cell(row, (lon_ndeg + HALF_TURN_NDEG) // width)


def cap(north: bool, cell_ndeg: int) -> Cell:
    """Return the one cell about a pole."""
    return Cell(CAP_NDEG // cell_ndeg if north else -CAP_NDEG // cell_ndeg - 1, 0)


def outline_of(cell: Cell, cell_ndeg: int) -> Outline:
    """Return the ground of a cell: a box between parallels and meridians, or a circle about the pole."""
    width = row_width_ndeg(cell.row, cell_ndeg)
    if width == 2 * HALF_TURN_NDEG:
        return Circle(centre=Point(POLE_NDEG if cell.row > 0 else -POLE_NDEG, 0), radius_mm=CAP_RADIUS_MM)
    south, west = cell.row * cell_ndeg, cell.column * width - HALF_TURN_NDEG
    north, east = south + cell_ndeg, min(west + width, HALF_TURN_NDEG)
    return Polygon(
        edge="lonlat", vertices=(Point(south, west), Point(south, east), Point(north, east), Point(north, west))
    )


def neighbours(cell: Cell, cell_ndeg: int) -> Iterator[Cell]:
    """Yield the cells that share an edge or corner with this one, across 180 degrees and at the caps too."""
    width = row_width_ndeg(cell.row, cell_ndeg)
    for row in (cell.row - 1, cell.row, cell.row + 1):
        other = row_width_ndeg(row, cell_ndeg)
        if other == 2 * HALF_TURN_NDEG:
            if width != other:
                yield cap(row > 0, cell_ndeg)
            continue
        columns = -(-2 * HALF_TURN_NDEG // other)
        if width == 2 * HALF_TURN_NDEG:
            first, last = 0, columns - 1
        else:
            west, east = cell.column * width, (cell.column + 1) * width  # the last column of a row may be narrower
            first, last = -(-west // other) - 1, columns if east >= 2 * HALF_TURN_NDEG else east // other
        yield from (found for c in range(first, last + 1) if (found := Cell(row, c % columns)) != cell)


@lru_cache(maxsize=4096)
def cells_touched(outline: Outline, buffer_mm: int, cell_ndeg: int, limit: int = 20_000) -> frozenset[Cell]:
    """Return every cell within `buffer_mm` (geodesic, closed) of an outline.

    Walks outwards from a cell of the outline: cells near a connected shape are connected, so nothing is missed, and no
    bounding box has to be right across 180 degrees or at a pole. Errors: Refused where more than `limit` cells are touched.
    """
    shape = _timeless(outline)
    near = Separation(horizontal_mm=buffer_mm, time_us=0, vertical_mm=0)
    seen: set[Cell] = set()
    touched: set[Cell] = set()
    edge = [cell_of(point, cell_ndeg) for point in _points_of(outline)]
    while edge:
        cell = edge.pop()
        if cell in seen:
            continue
        seen.add(cell)
        if meets(_timeless(outline_of(cell, cell_ndeg)), shape, near) is None:
            continue
        touched.add(cell)
        if len(touched) > limit:
            raise Refused(
                [
                    problem(
                        "too_large",
                        "outline",
                        f"more than {limit} cells",
                        "must touch fewer coarse cells",
                        "Give a smaller area.",
                    )
                ]
            )
        edge.extend(neighbours(cell, cell_ndeg))
    return frozenset(touched)


def _timeless(outline: Outline) -> Volume4D:
    return Volume4D(outline=outline, start_us=0, end_us=0)


def _points_of(outline: Outline) -> Iterable[Point]:
    match outline:
        case Polygon(vertices=vertices):
            return vertices
        case Circle(centre=centre):
            return (centre,)
        case Corridor(line=line):
            return line
