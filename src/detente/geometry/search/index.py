"""The live set: which volumes meet this one? Exact, among a million, while others come and go.

The grid gives what may meet; time and height are settled on integers; `bounds` settles the outlines of all but a few;
those few go to the exact test. Insert and delete cost microseconds; nothing is ever rebuilt, so no step is long.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.geometry.exact.separation import Encounter, meets
from detente.geometry.search import store
from detente.geometry.search.bounds import APART, MEETS, UNDECIDED, Originals, horizontal
from detente.geometry.search.boxes import box_of
from detente.geometry.search.chart import sketch
from detente.geometry.search.chords import Codes
from detente.geometry.search.grid import Grid
from detente.geometry.search.store import VolumeStore
from detente.geometry.volume import Separation, Volume4D

_SHARDS = 1024

Rows = NDArray[np.int64]


class MeetingKeys(NamedTuple):
    """Keys of the volumes that meet the one asked about, ascending, and which of them meet only within the error bound."""

    keys: NDArray[np.int64]
    boundary: NDArray[np.bool_]


class VolumeIndex:
    """Volumes by key (any int64). Not safe for use by several threads at once.

    `expected` sizes the first chunk of memory that is reserved (not used); more volumes than that are no problem.
    """

    def __init__(self, expected: int = 1 << 20) -> None:
        bits = max(4, (expected - 1).bit_length())
        self._store = VolumeStore(first_bits=bits)
        self._grid = Grid(first_bits=bits)
        # many small tables: a large one stops everything for tens of milliseconds when it grows
        self._slots: list[dict[int, int]] = [{} for _ in range(_SHARDS)]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __contains__(self, key: int) -> bool:
        return key in self._slots[key % _SHARDS]

    def insert(self, key: int, volume: Volume4D) -> None:
        """Add a volume under a key. KeyError if the key is in use: delete it first."""
        shard = self._slots[key % _SHARDS]
        if key in shard:
            raise KeyError(key)
        drawn = sketch(volume.outline, volume.error_mm)
        slot = self._store.put(key, volume, drawn)
        self._grid.insert(slot, box_of(volume, drawn, None))
        shard[key] = slot
        self._size += 1

    def delete(self, key: int) -> None:
        """Remove a volume. KeyError if there is none under the key."""
        slot = self._slots[key % _SHARDS].pop(key)
        self._grid.delete(slot)
        self._store.drop(slot)
        self._size -= 1

    def volume(self, key: int) -> Volume4D:
        """Return the volume under a key, equal to the one inserted. KeyError if there is none."""
        return self._store.volume(self._slots[key % _SHARDS][key])

    def candidates(self, volume: Volume4D, separation: Separation) -> NDArray[np.int64]:
        """Return the keys of all volumes whose boxes come within the separation: every one that meets, and some others."""
        slots = self._grid.search(box_of(volume, sketch(volume.outline, volume.error_mm), separation))
        keys: NDArray[np.int64] = self._store.numbers(slots)[:, store.KEY]
        return keys

    def verdicts(self, volume: Volume4D, separation: Separation) -> MeetingKeys:
        """Return the keys of exactly the volumes that `separation.meets` says meet this one."""
        drawn = sketch(volume.outline, volume.error_mm)
        slots = self._grid.search(box_of(volume, drawn, separation))
        numbers = self._store.numbers(slots)
        asked = VolumeStore(first_bits=0)
        row = asked.numbers(np.array([asked.put(0, volume, drawn)]))
        near = store.time_gaps(row, numbers) <= separation.time_us
        near &= store.vertical_gaps(store.heights(row), store.heights(numbers)) <= separation.vertical_mm
        slots, numbers = slots[near], numbers[near]
        verdict = np.full(len(slots), UNDECIDED, np.int8)
        if drawn is not None:
            for power, places in self._store.by_ring_size(numbers):
                verdict[places] = self._outlines(
                    asked, power, slots[places], numbers[places], separation.horizontal_mm / 1000
                )
        boundary = np.zeros(len(slots), np.bool_)
        for place in np.flatnonzero(verdict == UNDECIDED).tolist():
            meeting = meets(volume, self._store.volume(int(slots[place])), separation)
            verdict[place] = APART if meeting is None else MEETS
            boundary[place] = meeting is not None and meeting.boundary
        found = np.flatnonzero(verdict == MEETS)
        keys = numbers[found, store.KEY]
        order = np.argsort(keys)
        return MeetingKeys(keys[order], boundary[found][order])

    def _outlines(self, asked: VolumeStore, power: int, slots: Rows, numbers: Rows, separation_m: float) -> Codes:
        """Settle the outlines of slots with rings of one size against the only one in `asked`."""
        only = np.zeros(1, np.int64)
        row = asked.numbers(only)
        ((size, _),) = asked.by_ring_size(row)

        def originals(rows: Rows) -> tuple[Originals, Originals]:
            edge, ring = asked.originals(size, row)
            alike = Originals(np.broadcast_to(edge, rows.shape), np.broadcast_to(ring, (len(rows), *ring.shape[1:])))
            return alike, self._store.originals(power, numbers[rows])

        one = asked.drawings(size, only, row)
        return horizontal(one, self._store.drawings(power, slots, numbers), separation_m, originals)

    def query(self, volume: Volume4D, separation: Separation) -> list[tuple[int, Encounter]]:
        """Return every volume that meets this one, by key, each with the whole answer of `separation.meets`.

        Slow by comparison with `verdicts`: the whole answer takes up to milliseconds for each.
        """
        found = []
        for key in self.verdicts(volume, separation).keys.tolist():
            meeting = meets(volume, self.volume(key), separation)
            if meeting is not None:
                found.append((key, meeting))
        return found
