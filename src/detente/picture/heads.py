"""Every entry this viewer may read, by id: its place in the ledger, its thread, and what superseded it.

The base of the other views, so it stands first in the driver.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.known import Entry, Opened
from detente.picture.shards import Shards, empty
from detente.records.entries.closing import Closing
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.entries.supersede import Version
from detente.records.notices.notice import Activity, CoarseNotice, Notice
from detente.records.notices.notice_state import State
from detente.records.registry import Record


class EntrySummary(msgspec.Struct, kw_only=True, array_like=True, gc=False):
    """One entry in a few words. `row` counts this viewer's entries from 0; `superseded_by` is None at the thread's head."""

    activity: Activity | None
    audience: tuple[str, ...]
    author: str
    erased: bool
    first: str
    index: int
    kind: str
    received_at_us: int
    row: int
    state: State | None
    superseded_by: str | None

    @property
    def recipients(self) -> tuple[str, ...]:
        """The audience without the author."""
        return tuple(p for p in self.audience if p != self.author)


class HeadsState(msgspec.Struct, kw_only=True):
    """Entries by id; heads by the id of the thread's first version, where a thread has more than one: see `shards`.

    `closed`: closings by the version they are about, each with those it was addressed to. `left`: threads (by first version) of
    which some version left out a reader of the one before. `emptied`: positions of parts that were erased alone, by entry.
    """

    emptied: dict[str, list[int]] = {}

    closed: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    left: set[str] = msgspec.field(default_factory=set)
    entries: list[dict[str, EntrySummary]] = msgspec.field(default_factory=empty)
    heads: list[dict[str, str]] = msgspec.field(default_factory=empty)


class Heads(View):
    """Knows every entry by id, and every thread's head. Answers `records.entries.supersede.check_supersession`."""

    name = "heads"
    kinds: ClassVar[frozenset[str]] = frozenset()
    state: HeadsState

    def __init__(self) -> None:
        self._audiences: dict[tuple[str, ...], tuple[str, ...]] = {}  # one tuple for each, to save memory
        self.restore(HeadsState())

    def restore(self, state: HeadsState) -> None:
        """Start from a saved state."""
        self.state = state
        self._entries = Shards(state.entries)
        self._heads = Shards(state.heads)
        self._size = len(self._entries)

    def apply(self, known: Entry) -> None:
        """Take in one entry. An entry that supersedes one unknown here begins a thread of its own."""
        header = known.header
        old = self._entries.get(header.supersedes) if header.supersedes else None
        if old is not None and (old.author != header.author or old.superseded_by is not None):
            old = None  # the host should have refused it; it changes nothing of what stands
        full = known.body(Notice) or known.body(CoarseNotice)
        first = old.first if old is not None else known.id
        entry = EntrySummary(
            activity=full.activity if full else None,
            audience=self._audiences.setdefault(header.audience, header.audience),
            author=sys.intern(header.author),
            erased=known.erased,
            first=first,
            index=known.index,
            kind=sys.intern(known.kind),
            received_at_us=known.received_at_us,
            row=self._size,
            state=full.state if full else None,
            superseded_by=None,
        )
        self._entries.put(known.id, entry)
        self._size += 1
        if old is not None:
            old.superseded_by = known.id
            if old.audience != entry.audience and not set(old.recipients) <= set(entry.audience):
                self.state.left.add(first)
            self._heads.put(first, known.id)
        if known.kind == "erasure":
            self._erase(known)
            self._empty(known)
        elif known.kind == "closing":
            self._close(known)

    def answer(self, known: Entry, about: str) -> None:
        """Take in a facet that was opened later."""
        if known.disclosed is not None:
            self._disclose(known, known.disclosed)

    def entry(self, entry_id: str) -> EntrySummary | None:
        """Return an entry in a few words, or None when it is not known here."""
        return self._entries.get(entry_id)

    def beginning(self, prefix: str) -> list[str]:
        """Return the ids known here that begin with some hex digits, two at least, in no order that means anything."""
        return [entry_id for entry_id in self._entries.table(prefix) if entry_id.startswith(prefix)]

    def entries(self) -> Iterator[tuple[str, EntrySummary]]:
        """Yield every entry known here with its id, in no order that means anything."""
        return self._entries.items()

    def version(self, entry_id: str) -> Version | None:
        """Return an entry as a version in its thread, or None when it is not known here."""
        found = self._entries.get(entry_id)
        if found is None:
            return None
        return Version(
            activity=found.activity,
            author=found.author,
            closed=tuple(party for _, parties in self.state.closed.get(entry_id, ()) for party in parties),
            first=found.first,
            id=entry_id,
            kind=found.kind,
            readers=found.recipients,
            state=found.state,
            superseded_by=found.superseded_by,
        )

    def head_of(self, first: str) -> str:
        """Return the id of the head of the thread that began with `first`; `first` itself when nothing superseded it."""
        return self._heads.get(first) or first

    def closing(self, entry_id: str) -> str | None:
        """Return the closing that ended a thread for this viewer, given its last version here; None while it goes on.

        Its author, who has the next version, is never the one for whom it ended.
        """
        entry, closed = self._entries.get(entry_id), self.state.closed.get(entry_id)
        return closed[0][0] if closed and entry is not None and entry.superseded_by is None else None

    def _close(self, known: Entry) -> None:
        closing = known.body(Closing)
        entry = self._entries.get(closing.about) if closing else None
        if closing is not None and entry is not None and entry.author == known.header.author:
            self.state.closed.setdefault(closing.about, []).append((known.id, known.recipients))

    def _erase(self, known: Entry) -> None:
        erasure = known.erasure
        entry = self._entries.get(erasure.about) if erasure else None
        if entry is not None:
            entry.erased, entry.activity, entry.state = True, None, None

    def emptied(self, entry_id: str) -> tuple[int, ...]:
        """Return the positions of the parts of an entry that were erased alone."""
        return tuple(self.state.emptied.get(entry_id, ()))

    def _empty(self, known: Entry) -> None:
        erasure = known.body(Erasure)
        if erasure is not None and not erasure.whole and self.entry(erasure.about) is not None:
            gone = {*self.state.emptied.get(erasure.about, ()), *erasure.positions}
            self.state.emptied[erasure.about] = sorted(gone)

    def _disclose(self, known: Entry, opened: Opened) -> None:
        disclosure = known.body(Disclosure)
        entry = self._entries.get(disclosure.about) if disclosure else None
        body = opened.record.body if isinstance(opened.record, Record) else None
        if entry is not None and isinstance(body, Notice | CoarseNotice):
            entry.activity, entry.state = body.activity, body.state
