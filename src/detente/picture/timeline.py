"""Who could know what, when: every entry of one viewer in append-only columns, asked with masks.

A row is one entry, in order of the ledger. `as_of` is the viewer's own picture at a size or time; `known_to` is what the
record shows another party to have been told by then: the watermark in force decides, and nothing is assumed beyond it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from detente.picture.heads import EntrySummary, Heads
from detente.picture.known import Entry
from detente.picture.plain import PlainView
from detente.records.entries.watermark import Watermark
from detente.records.notices.notice_state import LIVE, State

Rows = NDArray[np.int64]

NEVER: Final = np.iinfo(np.int64).max
"""`until_index` of what nothing has superseded yet."""

_STATES: Final = tuple(State)
_UNREADABLE: Final = len(_STATES)
_NO_NOTICE: Final = _UNREADABLE + 1
_LIVE_CODES: Final = np.array([s in LIVE for s in _STATES] + [True, False])
"""Which codes count as live: a notice of which nothing can be read may be, so it does."""


class NumberColumn:
    """Numbers that are appended and, seldom, changed; doubled when full."""

    def __init__(self, dtype: DTypeLike = np.int64) -> None:
        self._data: NDArray[Any] = np.empty(16, dtype)
        self._size = 0

    def append(self, value: int) -> None:
        """Add a number at the end."""
        if self._size == len(self._data):
            self._data = np.concatenate([self._data, np.empty_like(self._data)])
        self._data[self._size] = value
        self._size += 1

    def set(self, row: int, value: int) -> None:
        """Change a number."""
        self._data[row] = value

    @property
    def values(self) -> NDArray[Any]:
        """All numbers, as a view."""
        return self._data[: self._size]

    def load(self, data: bytes) -> None:
        """Replace all numbers by saved ones."""
        self._data = np.frombuffer(data, self._data.dtype).copy()
        self._size = len(self._data)
        if not self._size:
            self._data = np.empty(16, self._data.dtype)


class AsOf(msgspec.Struct, frozen=True, kw_only=True):
    """One viewer's picture at a ledger size: rows of all entries so far, of those not superseded, of live notices."""

    current: Rows
    entries: Rows
    live: Rows
    size: int


class KnownTo(msgspec.Struct, frozen=True, kw_only=True):
    """What one party knew at a ledger size, as far as the record shows. All members are rows, ascending.

    `told`: addressed to it and covered by the watermark in force. `own`: what it wrote itself. `no_evidence`: recorded
    and addressed to it, but beyond the watermark: it may have known, and nothing here shows it. `current` and `live` are
    those of `told` and `own` that nothing it knew had superseded, and the live notices among them.
    `watermark` is the id of the watermark in force, None if there was none; `told_size` the size that it names.
    """

    current: Rows
    live: Rows
    no_evidence: Rows
    own: Rows
    party: str
    size: int
    told: Rows
    told_size: int
    watermark: str | None


class _Party:
    """One party's rows: addressed to it, written by it; and its watermarks, growing in index and in size."""

    def __init__(self) -> None:
        self.addressed, self.written = NumberColumn(), NumberColumn()
        self.mark_index, self.mark_size, self.mark_row = NumberColumn(), NumberColumn(), NumberColumn()

    def columns(self) -> tuple[NumberColumn, ...]:
        return (self.addressed, self.written, self.mark_index, self.mark_size, self.mark_row)


class TimelineState(msgspec.Struct, kw_only=True):
    """The columns as bytes: in memory they are arrays, and this exists only in a snapshot."""

    columns: list[bytes]
    ids: bytes
    parties: dict[str, list[bytes]]


class Timeline(PlainView):
    """The columns of one viewer. `Heads` stands before it in the driver."""

    name = "timeline"
    kinds: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._ids: list[str] = []
        self._from_index, self._until_index, self._next_row = NumberColumn(), NumberColumn(), NumberColumn()
        self._received_at_us = NumberColumn()
        self._state = NumberColumn(np.int8)
        self._parties: dict[str, _Party] = {}

    def apply(self, known: Entry) -> None:
        """Take in one entry."""
        entry = self._heads.entry(known.id)
        if entry is None:
            return
        row = len(self._ids)
        self._ids.append(known.id)
        self._from_index.append(known.index)
        self._until_index.append(NEVER)
        self._next_row.append(-1)
        self._received_at_us.append(known.received_at_us)
        self._state.append(_code(entry))
        self._supersede(known, row)
        self._party(entry.author).written.append(row)
        for party in entry.recipients:
            self._party(party).addressed.append(row)
        erasure = known.erasure
        erased = self._heads.entry(erasure.about) if erasure is not None else None
        if erased is not None:
            self._state.set(erased.row, _code(erased))
        watermark = known.body(Watermark)
        if watermark is not None:
            self._mark(self._party(entry.author), min(watermark.size, known.index), known.index, row)

    def ids(self, rows: Rows) -> list[str]:
        """Return the entry ids of rows, in their order."""
        ids = self._ids
        return [ids[row] for row in rows.tolist()]

    def ids_since(self, at_us: int) -> list[str]:
        """Return the ids of what the host received at a time or later, in order."""
        first = int(np.searchsorted(self._received_at_us.values, at_us, "left"))
        return list(self._ids[first:])

    def size_at(self, at_us: int) -> int:
        """Return the ledger size, as far as this viewer's entries show it, at a time: those received then or before."""
        rows = int(np.searchsorted(self._received_at_us.values, at_us, "right"))
        return int(self._from_index.values[rows - 1]) + 1 if rows else 0

    def as_of(self, *, size: int | None = None, at_us: int | None = None) -> AsOf:
        """Return the picture at a ledger size or at a time (µs); exactly one of the two is given."""
        size = self._size(size, at_us)
        rows = int(np.searchsorted(self._from_index.values, size, "left"))
        current = np.flatnonzero(self._until_index.values[:rows] >= size)
        return AsOf(current=current, entries=np.arange(rows), live=self._live(current), size=size)

    def known_to(self, party: str, *, size: int | None = None, at_us: int | None = None) -> KnownTo:
        """Return what a party knew at a ledger size or at a time (µs), as far as this viewer's record shows."""
        size = self._size(size, at_us)
        columns = self._parties.get(party) or _Party()
        from_index = self._from_index.values
        addressed, own = columns.addressed.values, columns.written.values
        marks = int(np.searchsorted(columns.mark_index.values, size, "left"))
        told_size = int(columns.mark_size.values[marks - 1]) if marks else 0
        first_untold = int(np.searchsorted(from_index, min(told_size, size), "left"))
        end = int(np.searchsorted(from_index, size, "left"))
        told_count, addressed_count = np.searchsorted(addressed, [first_untold, end]).tolist()
        own_count = int(np.searchsorted(own, end))
        told, own = addressed[:told_count], own[:own_count]
        current = self._current_among(told, own, end)
        return KnownTo(
            current=current,
            live=self._live(current),
            no_evidence=addressed[told_count:addressed_count].copy(),
            own=own.copy(),
            party=party,
            size=size,
            told=told.copy(),
            told_size=told_size,
            watermark=self._ids[int(columns.mark_row.values[marks - 1])] if marks else None,
        )

    def save(self) -> bytes:
        """Return the columns as bytes."""
        state = TimelineState(
            columns=[c.values.tobytes() for c in self._columns()],
            ids=b"".join(bytes.fromhex(i) for i in self._ids),
            parties={p: [c.values.tobytes() for c in of.columns()] for p, of in self._parties.items()},
        )
        return msgspec.msgpack.encode(state)

    def parse(self, data: bytes) -> TimelineState:
        """Return saved columns."""
        return msgspec.msgpack.decode(data, type=TimelineState)

    def restore(self, state: TimelineState) -> None:
        """Replace the columns by saved ones."""
        self._ids = [state.ids[i : i + 32].hex() for i in range(0, len(state.ids), 32)]
        for column, data in zip(self._columns(), state.columns, strict=True):
            column.load(data)
        self._parties = {}
        for party, columns in state.parties.items():
            for column, data in zip(self._party(party).columns(), columns, strict=True):
                column.load(data)

    def _size(self, size: int | None, at_us: int | None) -> int:
        if (size is None) == (at_us is None):
            raise ValueError("give a size or a time, one of the two")
        return size if size is not None else self.size_at(at_us or 0)

    def _current_among(self, told: Rows, own: Rows, end: int) -> Rows:
        """Return the rows of what is known that nothing known supersedes. A newer version sent to others leaves it be."""
        known = np.zeros(end, np.bool_)
        known[told] = True
        known[own] = True
        rows = np.flatnonzero(known)
        following = self._next_row.values[rows]
        superseded = (following >= 0) & (following < end)
        superseded[superseded] = known[following[superseded]]
        return rows[~superseded]

    def _live(self, rows: Rows) -> Rows:
        live: Rows = rows[_LIVE_CODES[self._state.values[rows]]]
        return live

    def _supersede(self, known: Entry, row: int) -> None:
        old = self._heads.entry(known.header.supersedes) if known.header.supersedes else None
        if old is not None and old.superseded_by == known.id:
            self._until_index.set(old.row, known.index)
            self._next_row.set(old.row, row)

    def _mark(self, party: _Party, size: int, index: int, row: int) -> None:
        sizes = party.mark_size.values
        if not len(sizes) or size > sizes[-1]:
            party.mark_index.append(index)
            party.mark_size.append(size)
            party.mark_row.append(row)

    def _party(self, party: str) -> _Party:
        found = self._parties.get(party)
        if found is None:
            found = self._parties[party] = _Party()
        return found

    def _columns(self) -> tuple[NumberColumn, ...]:
        return (self._from_index, self._until_index, self._next_row, self._received_at_us, self._state)


def _code(entry: EntrySummary) -> int:
    if entry.kind != "notice" or entry.erased:
        return _NO_NOTICE
    return _UNREADABLE if entry.state is None else _STATES.index(entry.state)
