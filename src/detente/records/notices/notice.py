"""A notice: where and when someone or something will be, is, or must be left alone. Never what an activity is at.

Three forms: `full` (Notice), `coarse` (cells and hours derived from the full form by a declared function), `own` (for
the author's own eyes). States and changes: `notice_state`. Lead times: `lead`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import msgspec

from detente.errors import Problem
from detente.geometry.exact.rings import check_volume
from detente.geometry.volume import NDEG, Volume4D
from detente.ledger.canonical import MAX_INT
from detente.records.body import Body, Faults, Stated
from detente.records.form import first_version
from detente.records.notices.notice_state import State
from detente.records.notices.place import StatedPlace, check_stated_place, compare

MAX_VOLUMES = 200
"""Most volumes in one notice."""

MAX_CELLS = 2_000
"""Most cells in the coarse form of one notice."""

LAST_HOUR = MAX_INT // 3_600_000_000 - 1
"""The last whole hour, from 1970, of which every microsecond can be written (the year 2255)."""


class Activity(StrEnum):
    """The class of a notice."""

    AIR = "air"
    CORRIDOR = "corridor"  # a way kept open
    GROUND = "ground"
    GUEST_ACTIVITY = "guest-activity"  # under another party's permission, named in rests_on
    HAZARD = "hazard"
    KEEP_OUT_ZONE = "keep-out-zone"
    LINE = "line"  # with a side for each user
    OWN_PRESENCE = "own-presence"
    PROTECTED_MOVEMENT = "protected-movement"
    PROTECTED_SITE = "protected-site"
    SEA = "sea"
    TEMPORARY_CLEARANCE = "temporary-clearance"  # left empty for a time at another's request


class Acceptance(Body, frozen=True, kw_only=True):
    """Who accepted a lead time shorter than the class minimum, in which role, and why."""

    officer: str
    party: str
    role: str
    words: str


class Users(Body, frozen=True, kw_only=True):
    """Which parties may be inside a zone or corridor, or on one side of a line (seen along the line's vertices)."""

    parties: tuple[str, ...]
    side: Literal["inside", "left", "right"]


class Notice(Body, frozen=True, kw_only=True):
    """The full form. `lead_time_us` is the class minimum that the author worked to; the actual one is computed.

    `rests_on` are ids of entries this notice depends on (a zone, a truce, a permission, a line): when one of them
    changes, owner and recipients are warned. `units` are names of acting units that the recipients may know.
    """

    activity: Activity
    emergency: bool
    lead_time_us: int
    needs_readback: bool
    place: StatedPlace | None
    rests_on: tuple[str, ...]
    shorter_lead_accepted_by: Acceptance | None
    state: State
    stated_time: Stated | None
    units: tuple[str, ...]
    users: tuple[Users, ...]
    volumes: tuple[Volume4D, ...]
    words: str

    @property
    def start_us(self) -> int:
        """The first moment of any volume."""
        return min(v.start_us for v in self.volumes)

    @property
    def end_us(self) -> int:
        """The last moment of any volume."""
        return max(v.end_us for v in self.volumes)


class CoarseCell(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """A cell of docs/formats/screening.md ("Cells": row, column) over a span of hours since 1970, both ends included."""

    lat_index: int
    lon_index: int
    hour_first: int
    hour_last: int


class CoarseNotice(Body, frozen=True, kw_only=True):
    """The coarse form: cell and hour only, derived from the full form by the function of docs/formats/records/notices.md."""

    activity: Activity
    cell_ndeg: int
    cells: tuple[CoarseCell, ...]
    needs_readback: bool
    state: State


class OwnNotice(Body, frozen=True, kw_only=True):
    """What the author keeps with a notice for its own eyes."""

    units: tuple[str, ...]
    words: str


def check(notice: Notice) -> tuple[Problem, ...]:
    """Return what is wrong with a full notice, except its lead time (`lead`). Contradictions between its place as stated and
    its shapes are looked for once each can be read."""
    faults = Faults()
    faults.at_least("lead_time_us", notice.lead_time_us, 0)
    faults.ids("rests_on", notice.rests_on)
    faults.stated("stated_time", notice.stated_time)
    faults.text("words", notice.words)
    _check_units(faults, notice.units)
    _check_volumes(faults, notice.volumes)
    _check_users(faults, notice)
    if notice.place is not None:
        faults.extend(check_stated_place(notice.place, "place"))
    if notice.activity is Activity.GUEST_ACTIVITY and not notice.rests_on:
        faults.add("notice_without_permission", "rests_on", "", "guest activity needs a permission", "Name its id.")
    if notice.shorter_lead_accepted_by is not None:
        _check_acceptance(faults, notice.shorter_lead_accepted_by)
    if notice.place is None or faults.all():
        return faults.all()
    return compare(notice.place, [volume.outline for volume in notice.volumes], "place")


def check_coarse(notice: CoarseNotice) -> tuple[Problem, ...]:
    """Return what is wrong with a coarse notice, seen alone."""
    faults = Faults()
    if not 1 <= notice.cell_ndeg <= NDEG or NDEG % notice.cell_ndeg:
        faults.add("cell_size", "cell_ndeg", notice.cell_ndeg, "must divide one degree", "Use for example 20000000.")
        return faults.all()
    if not 0 < len(notice.cells) <= MAX_CELLS:
        faults.add("notice_cells", "cells", len(notice.cells), f"1 to {MAX_CELLS} cells", "Use larger cells.")
    if any(not a < b for a, b in pairwise(notice.cells)):
        faults.add("not_sorted", "cells", "", "cells must be sorted, each once", "Sort them and drop repeats.")
    for i, cell in enumerate(notice.cells):
        faults.order(f"cells[{i}]", cell.hour_first, cell.hour_last)
        _check_cell(faults, f"cells[{i}]", cell, notice.cell_ndeg)
    return faults.all()


def _check_cell(faults: Faults, field: str, cell: CoarseCell, cell_ndeg: int) -> None:
    """On the Earth, and within the hours that a time of the canonical form can say: what is derived stays in 64 bits."""
    rows, columns = 90 * NDEG // cell_ndeg, 360 * NDEG // cell_ndeg
    if not (-rows <= cell.lat_index < rows and 0 <= cell.lon_index < columns):
        faults.add(
            "cell_place",
            field,
            f"{cell.lat_index}, {cell.lon_index}",
            "must be a cell on the Earth",
            "Derive the cells anew from the shape.",
        )
    if not -LAST_HOUR <= cell.hour_first <= cell.hour_last <= LAST_HOUR:
        faults.add(
            "cell_hours",
            field,
            f"{cell.hour_first} to {cell.hour_last}",
            f"hours lie within {LAST_HOUR} of 1970",
            "Derive the hours anew.",
        )


def check_own(notice: OwnNotice) -> tuple[Problem, ...]:
    """Return what is wrong with the author's own form."""
    faults = Faults()
    _check_units(faults, notice.units)
    faults.text("words", notice.words)
    return faults.all()


def _check_units(faults: Faults, units: tuple[str, ...]) -> None:
    faults.each_once("units", units)
    for i, unit in enumerate(units):
        faults.title(f"units[{i}]", unit)


def _check_volumes(faults: Faults, volumes: tuple[Volume4D, ...]) -> None:
    if not 0 < len(volumes) <= MAX_VOLUMES:
        faults.add(
            "notice_volumes", "volumes", len(volumes), f"a notice has 1 to {MAX_VOLUMES} volumes", "Split the notice."
        )
    for i, volume in enumerate(volumes):
        if not _sound(volume):
            faults.extend(check_volume(volume, f"volumes[{i}]"))


@lru_cache(maxsize=8192)
def _sound(volume: Volume4D) -> bool:
    """Versions of a notice mostly say the same volume again: its ring is proven once, not at every version."""
    return not check_volume(volume)


def _check_users(faults: Faults, notice: Notice) -> None:
    sides = {"left", "right"} if notice.activity is Activity.LINE else {"inside"}
    faults.each_once("users", [u.side for u in notice.users])
    for i, users in enumerate(notice.users):
        faults.parties(f"users[{i}].parties", users.parties)
        if users.side not in sides:
            faults.add(
                "notice_side",
                f"users[{i}].side",
                users.side,
                "a line has users left and right, anything else users inside",
                "Name the side as seen along the line.",
            )


def _check_acceptance(faults: Faults, acceptance: Acceptance) -> None:
    faults.role("shorter_lead_accepted_by.officer", acceptance.officer)
    faults.party("shorter_lead_accepted_by.party", acceptance.party)
    faults.role("shorter_lead_accepted_by.role", acceptance.role)
    faults.text("shorter_lead_accepted_by.words", acceptance.words)


FORMS = (
    first_version("notice", CoarseNotice, check_coarse, "coarse", 1),
    first_version("notice", Notice, check, "full"),
    first_version("notice", OwnNotice, check_own, "own", 2),
)
