"""A grid over space and time that says which boxes may touch a box. Inserting, deleting and searching are short steps.

A box is eight whole numbers (`Box`). Each lies in exactly one cell: its size picks a class of cells at least as large,
its least corner picks the cell, so a search looks one cell further down than the box it is given. Cells are numbered
modulo a power of two: far places share cells, and the final comparison tells them apart. That comparison is made on
blocks of 16 boxes, column by column; a cell is a chain of blocks, all full but the first.

Angles are binary (2**32 to the turn), so longitude runs on across the antimeridian by itself; a time unit is 2**21 µs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.geometry.search.columns import Column, RowNumbers

LEAST, MOST = -(2**31), 2**31 - 1
TIME_SHIFT = 21
WHOLE_TURN = 2**32 - 1

_SPACE_SHIFTS = (20, 21, 22, 23, 24, 25, 26)
"""Cell sides, from 9.8 to 626 km of latitude. What is larger lies in one class with a single cell."""
_TIME_SHIFTS = (11, 13, 15, 17, 19, 21)
"""Cell lengths: 72 minutes, 4.8 and 19 hours, 3.2, 12.7 and 51 days. What lasts longer lies in one cell."""
_BITS = 6
_MASK = (1 << _BITS) - 1
_ROWS = 16
_COLUMNS = 8


class Box(NamedTuple):
    """Closed bounds: time units; mm above the ellipsoid; binary angles. `width` runs east from `west`, below 2**32."""

    start: int
    end: int
    bottom: int
    top: int
    south: int
    north: int
    west: int
    width: int


class Grid:
    """Boxes by slot number. `insert` and `delete` take microseconds; nothing is ever rebuilt."""

    def __init__(self, *, first_bits: int) -> None:
        self._classes: dict[int, NDArray[np.int32]] = {}
        self._counts: dict[int, int] = {}
        self._boxes = Column(np.int32, (_COLUMNS, _ROWS), first_bits=first_bits)
        self._slots = Column(np.int32, (_ROWS,), first_bits=first_bits)
        self._next = Column(np.int32, first_bits=first_bits)
        self._cells = Column(np.int64, first_bits=first_bits)
        self._fill = bytearray()
        self._blocks = RowNumbers()
        self._places = Column(np.int64, first_bits=first_bits)

    def insert(self, slot: int, box: Box) -> None:
        """Add a box under a slot number that is not in use."""
        kind = _class_of(box)
        heads = self._classes.get(kind)
        if heads is None:
            heads = self._classes[kind] = np.full(_cells(kind), -1, np.int32)
            self._counts[kind] = 0
        cell = _cell_of(kind, box)
        head = int(heads[cell])
        if head < 0 or self._fill[head] == _ROWS:
            head = self._new_block(kind, cell, head)
            heads[cell] = head
        row = self._fill[head]
        self._fill[head] = row + 1
        chunk, at = self._boxes.at(head)
        chunk[at, :, row] = _signed(box)
        chunk, at = self._slots.at(head)
        chunk[at, row] = slot
        self._places.reach(slot)
        chunk, at = self._places.at(slot)
        chunk[at] = head * _ROWS + row
        self._counts[kind] += 1

    def delete(self, slot: int) -> None:
        """Remove the box of a slot, which must be there. The cell's last box takes its place."""
        chunk, at = self._places.at(slot)
        block, row = divmod(int(chunk[at]), _ROWS)
        chunk, at = self._cells.at(block)
        kind, cell = divmod(int(chunk[at]), 1 << 32)
        heads = self._classes[kind]
        head = int(heads[cell])
        last = self._fill[head] - 1
        source, from_at = self._boxes.at(head)
        if (block, row) != (head, last):
            chunk, at = self._boxes.at(block)
            chunk[at, :, row] = source[from_at, :, last]
            slots, at = self._slots.at(head)
            moved = int(slots[at, last])
            slots, at = self._slots.at(block)
            slots[at, row] = moved
            chunk, at = self._places.at(moved)
            chunk[at] = block * _ROWS + row
        source[from_at, 0, last] = MOST
        source[from_at, 1, last] = LEAST
        self._fill[head] = last
        if last == 0:
            chunk, at = self._next.at(head)
            heads[cell] = chunk[at]
            self._blocks.free(head)
        self._counts[kind] -= 1

    def search(self, box: Box) -> NDArray[np.int64]:
        """Return the slots of all boxes that touch a box, in no particular order."""
        kinds = [kind for kind, count in self._counts.items() if count]
        if not kinds:
            return np.empty(0, np.int64)
        times = {time: _times_near(time, box) for time in {kind & 7 for kind in kinds}}
        places = {space: _places_near(space, box) for space in {kind >> 3 for kind in kinds}}
        link = np.concatenate([self._classes[kind].take(times[kind & 7] | places[kind >> 3]).ravel() for kind in kinds])
        chain = []
        while True:
            link = link[link >= 0]
            if not len(link):
                break
            chain.append(link)
            link = self._next.take(link)
        if not chain:
            return np.empty(0, np.int64)
        blocks = np.concatenate(chain)
        boxes = self._boxes.take(blocks)
        hits = np.flatnonzero(_touching(boxes, box))
        slots: NDArray[np.int64] = self._slots.take(blocks[hits >> 4])[np.arange(len(hits)), hits & 15].astype(np.int64)
        return slots

    def _new_block(self, kind: int, cell: int, following: int) -> int:
        block = self._blocks.new()
        if block == len(self._fill):
            self._fill.append(0)
            for column in (self._boxes, self._slots, self._next, self._cells):
                column.reach(block)
        chunk, at = self._boxes.at(block)
        chunk[at, 0] = MOST
        chunk[at, 1] = LEAST
        chunk, at = self._next.at(block)
        chunk[at] = following
        chunk, at = self._cells.at(block)
        chunk[at] = kind << 32 | cell
        return block


def _touching(boxes: NDArray[np.int32], box: Box) -> NDArray[np.bool_]:
    """Return, block by block and row by row, which boxes touch `box`. Empty rows end before they start: they never do."""
    near = boxes[:, 0] <= box.end
    near &= boxes[:, 1] >= box.start
    near &= boxes[:, 2] <= box.top
    near &= boxes[:, 3] >= box.bottom
    near &= boxes[:, 4] <= box.north
    near &= boxes[:, 5] >= box.south
    angles = boxes.view(np.uint32)
    west = angles[:, 6]
    here = np.uint32(box.west & WHOLE_TURN)
    east = (west - here) <= np.uint32(box.width)
    east |= (here - west) <= angles[:, 7]
    near &= east
    return near


def _class_of(box: Box) -> int:
    extent = max(box.north - box.south, box.width)
    space = 0
    for shift in _SPACE_SHIFTS:
        if extent <= 1 << shift:
            break
        space += 1
    lasting = box.end - box.start
    time = 0
    for shift in _TIME_SHIFTS:
        if lasting <= 1 << shift:
            break
        time += 1
    return space * 8 + time


def _cells(kind: int) -> int:
    space, time = divmod(kind, 8)
    return 1 << (3 * _BITS if space < len(_SPACE_SHIFTS) else _BITS if time < len(_TIME_SHIFTS) else 0)


def _cell_of(kind: int, box: Box) -> int:
    space, time = divmod(kind, 8)
    cell = (box.start >> _TIME_SHIFTS[time]) & _MASK if time < len(_TIME_SHIFTS) else 0
    if space < len(_SPACE_SHIFTS):
        shift = _SPACE_SHIFTS[space]
        cell |= ((box.south >> shift) & _MASK) << _BITS | ((box.west >> shift) & _MASK) << 2 * _BITS
    return cell


def _times_near(time: int, box: Box) -> NDArray[np.int64]:
    """Return the time part of every cell in which a box of this class that touches `box` may lie."""
    if time == len(_TIME_SHIFTS):
        return np.zeros(1, np.int64)
    return _run(box.start, box.end, _TIME_SHIFTS[time])


def _places_near(space: int, box: Box) -> NDArray[np.int64]:
    """Return the place part of every such cell, as a column."""
    if space == len(_SPACE_SHIFTS):
        return np.zeros((1, 1), np.int64)
    shift = _SPACE_SHIFTS[space]
    rows = _run(box.south, box.north, shift) << _BITS
    columns = _run(box.west, box.west + box.width, shift) << 2 * _BITS
    return (columns[:, None] | rows).reshape(-1, 1)


def _run(low: int, high: int, shift: int) -> NDArray[np.int64]:
    first = (low - (1 << shift)) >> shift
    return np.arange(first, min((high >> shift) + 1, first + _MASK + 1)) & _MASK


def _signed(box: Box) -> tuple[int, ...]:
    west, width = box.west & WHOLE_TURN, box.width
    return (*box[:6], west - 2**32 if west > MOST else west, width - 2**32 if width > MOST else width)
