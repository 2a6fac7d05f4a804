"""The coarse form of a notice, by a declared function, so that it can be checked when the full form is opened.

Function `cells-hours/1`: for each volume, every cell (see `cells`) that it touches, error circle included, with the whole UTC hours
that it touches. Heights are not told. Two different notices may have one coarse form: it says no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable

from detente.geometry.durations import HOUR_US
from detente.geometry.volume import Volume4D
from detente.records.notices.notice import CoarseCell, CoarseNotice, Notice
from detente.rules.notices.screening.cells import Cell, cells_touched, outline_of


def coarse_of(notice: Notice, cell_ndeg: int) -> CoarseNotice:
    """Return the coarse form of a full notice, with cells `cell_ndeg` high (nanodegrees, a whole part of one degree)."""
    return CoarseNotice(
        activity=notice.activity,
        cell_ndeg=cell_ndeg,
        cells=tuple(sorted(_cells(notice.volumes, cell_ndeg))),
        needs_readback=notice.needs_readback,
        state=notice.state,
    )


def agrees(coarse: CoarseNotice, notice: Notice) -> bool:
    """Tell whether a coarse form is what the declared function makes of the full one. False is evidence against its author."""
    return coarse == coarse_of(notice, coarse.cell_ndeg)


def volumes_of(coarse: CoarseNotice) -> tuple[Volume4D, ...]:
    """Return the coarse form as volumes, for a coarse recipient's own conflicts: one for each cell and span, of any height."""
    return tuple(
        Volume4D(
            outline=outline_of(Cell(c.lat_index, c.lon_index), coarse.cell_ndeg),
            start_us=c.hour_first * HOUR_US,
            end_us=(c.hour_last + 1) * HOUR_US - 1,
        )
        for c in coarse.cells
    )


def _cells(volumes: Iterable[Volume4D], cell_ndeg: int) -> set[CoarseCell]:
    return {
        CoarseCell(cell.row, cell.column, volume.start_us // HOUR_US, volume.end_us // HOUR_US)
        for volume in volumes
        for cell in cells_touched(volume.outline, volume.error_mm, cell_ndeg)
    }
