"""The coarse facet of a notice, by a declared function, so that it can be checked when the full facet is opened.

Function `cells-hours/1`: every cell (see `cells`) that any volume touches, error circle included, and the whole UTC hours that
its time touches. Heights are not told. The result says no more than that; two different notices may have one coarse facet.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.conflicts.cells import Cell, cells_touched, outline_of
from detente.geometry.volume import Volume4D

HOUR_US = 3_600_000_000
FUNCTION = "cells-hours/1"


class Coarse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a coarse recipient learns: cells in order, and the first and last moment of the hours touched."""

    cell_ndeg: int
    cells: tuple[Cell, ...]
    end_us: int
    function: str = FUNCTION
    start_us: int


def coarse_of(volumes: Iterable[Volume4D], cell_ndeg: int) -> Coarse:
    """Return the coarse form of at least one volume: all its cells over all its hours together."""
    volumes = list(volumes)
    cells = {c for v in volumes for c in cells_touched(v.outline, v.error_mm, cell_ndeg)}
    return Coarse(
        cell_ndeg=cell_ndeg,
        cells=tuple(sorted(cells)),
        end_us=-(-(max(v.end_us for v in volumes) + 1) // HOUR_US) * HOUR_US,
        start_us=min(v.start_us for v in volumes) // HOUR_US * HOUR_US,
    )


def agrees(coarse: Coarse, volumes: Iterable[Volume4D]) -> bool:
    """Tell whether a coarse facet is what the declared function makes of the full volumes. False is evidence against its author."""
    return coarse.function == FUNCTION and coarse == coarse_of(volumes, coarse.cell_ndeg)


def volumes_of(coarse: Coarse) -> tuple[Volume4D, ...]:
    """Return the coarse form as volumes, for a coarse recipient's own conflicts: one for each cell, of any height."""
    return tuple(
        Volume4D(outline=outline_of(c, coarse.cell_ndeg), start_us=coarse.start_us, end_us=coarse.end_us) for c in coarse.cells
    )
