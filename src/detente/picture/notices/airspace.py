"""The air and ground picture: every live notice as this viewer may read it, by state and by time, with an index to search.

Live are the notices whose head is proposed, accepted, activated, nonconforming or contingent. Whether one has *lapsed*
(its last volume is over and nobody ended it) is asked with a time and never stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final, Literal

import msgspec

from detente import errors
from detente.geometry.durations import HOUR_US
from detente.geometry.search.index import VolumeIndex
from detente.geometry.volume import Separation, Volume4D
from detente.picture.fold import Fault, View
from detente.picture.heads import EntrySummary, Heads
from detente.picture.known import Entry, Opened
from detente.picture.shards import Shards, empty
from detente.records.entries.closing import Closing
from detente.records.entries.disclosure import Disclosure
from detente.records.notices.notice import Activity, CoarseNotice, Notice
from detente.records.notices.notice_state import LIVE, State
from detente.records.notices.sealed import Doubt
from detente.records.registry import Record
from detente.rules.notices.screening.coarse import volumes_of

Form = Literal["coarse", "full", "unreadable"]

FORMER: Final = 1024
"""Superseded versions that are kept to be held against read-backs."""


class LiveNotice(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """The head of one live notice. `full` and `coarse` are the forms this viewer may read, packed; see `notice`.

    An unreadable one (no form opened to this viewer, or sealed) has no state, class or time: that it exists is
    all that is known. `first` is the thread's first version, `version` its head.
    """

    activity: Activity | None
    author: str
    coarse: bytes | None
    end_us: int | None
    first: str
    full: bytes | None
    index: int
    received_at_us: int
    start_us: int | None
    state: State | None
    version: str

    @property
    def form(self) -> Form:
        """The best form that this viewer may read."""
        return "full" if self.full is not None else "coarse" if self.coarse is not None else "unreadable"

    def notice(self) -> Notice | None:
        """Return the full form, if this viewer may read it."""
        return None if self.full is None else _FULL.decode(self.full)

    def coarse_notice(self) -> CoarseNotice | None:
        """Return the coarse form, if this viewer may read it."""
        return None if self.coarse is None else _COARSE.decode(self.coarse)

    def volumes(self) -> tuple[Volume4D, ...]:
        """Return the volumes of the best form: those of the full one, else cells of the coarse one, else none."""
        notice = self.notice()
        if notice is not None:
            return notice.volumes
        coarse = self.coarse_notice()
        return () if coarse is None else volumes_of(coarse)

    def lapsed(self, at_us: int) -> bool:
        """Whether its last volume is over at a time, and still nobody has ended it."""
        return self.end_us is not None and self.end_us < at_us


class DoubtFlag(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A private doubt about one's own notice, as the author's own station knows it."""

    at_us: int
    by_role: str
    entry: str
    words: str


class AirspaceState(msgspec.Struct, kw_only=True):
    """Live notices by the id of their first version (see `shards`); open doubts by the same; what rests on which thread.

    `former` has the newest superseded versions by their own id, the oldest first: what was read back of one may come after it.
    """

    doubts: dict[str, list[DoubtFlag]] = {}
    former: dict[str, LiveNotice] = {}
    live: list[dict[str, LiveNotice]] = msgspec.field(default_factory=empty)
    resting: dict[str, set[str]] = {}


class Airspace(View):
    """The live notices of one viewer. Give it an index to search 10 000 notices and more."""

    name = "airspace"
    kinds: ClassVar[frozenset[str]] = frozenset({"closing", "disclosure", "erasure", "notice", "sealed"})
    state: AirspaceState

    def __init__(self, heads: Heads, index: VolumeIndex | None = None) -> None:
        self.state = AirspaceState()
        self._live = Shards(self.state.live)
        self._heads = heads
        self._index = index
        self._faults: list[Fault] = []
        self._unindexed: deque[str] = deque()  # first versions; those dropped meanwhile are passed over
        # By ledger index: the first version of what is in the search index. A key there is that index and the volume's.
        self._first_at: list[dict[int, str]] = [{} for _ in range(256)]

    def apply(self, known: Entry) -> None:
        """Take in one entry; `Heads` has taken it in before."""
        if known.kind == "notice":
            self._apply_notice(known)
        elif known.kind == "sealed":
            self._apply_doubt(known)
        elif known.kind == "erasure":
            self._apply_erasure(known)
        elif known.kind == "closing":
            self._apply_closing(known)

    def answer(self, known: Entry, about: str) -> None:
        """Take in a facet that was opened later."""
        if known.disclosed is not None:
            self._apply_disclosure(known, known.disclosed)

    def restore(self, state: AirspaceState) -> None:
        """Start from a saved state and index it again."""
        for notice in self._live.values():
            self._forget(notice)
        self.state = state
        self._live = Shards(state.live)
        for notice in self._live.values():
            self._remember(notice)

    def get(self, entry_id: str) -> LiveNotice | None:
        """Return the live notice that a version, or a first version, belongs to."""
        return self._live.get(self.first_of(entry_id))

    def version(self, entry_id: str) -> LiveNotice | None:
        """Return one version as it was told: the head of a live notice, or one that was superseded not long ago."""
        live = self.get(entry_id)
        return live if live is not None and live.version == entry_id else self.state.former.get(entry_id)

    def get_first(self, first: str) -> LiveNotice | None:
        """Return the live notice of a thread, by its first version."""
        return self._live.get(first)

    def first_of(self, entry_id: str) -> str:
        """Return the id of the first version of an entry's thread; the id itself when the entry is not known here."""
        entry = self._heads.entry(entry_id)
        return entry_id if entry is None else entry.first

    def is_head(self, entry_id: str) -> bool:
        """Whether an entry is known here and nothing has superseded it."""
        entry = self._heads.entry(entry_id)
        return entry is not None and entry.superseded_by is None

    def live(self, at_us: int | None = None) -> Iterator[LiveNotice]:
        """Yield the live notices, in no order that means anything; with a time, without those lapsed by then."""
        for notice in self._live.values():
            if at_us is None or not notice.lapsed(at_us):
                yield notice

    def lapsed(self, at_us: int) -> Iterator[LiveNotice]:
        """Yield the notices that are over at a time and that nobody has ended."""
        return (notice for notice in self._live.values() if notice.lapsed(at_us))

    def near(self, volumes: Iterable[Volume4D], separation: Separation) -> list[LiveNotice]:
        """Return live notices that come within the separation of any of the volumes; without an index, all that may."""
        if self._index is None:
            return [n for n in self._live.values() if n.form != "unreadable"]
        self.catch_up()
        firsts: dict[str, None] = {}
        for volume in volumes:
            for key in self._index.verdicts(volume, separation).keys.tolist():
                firsts[self._first_at[(key >> _PLACE_BITS) & 255][key >> _PLACE_BITS]] = None
        return [live for first in firsts if (live := self._live.get(first)) is not None]

    def catch_up(self, limit: int | None = None) -> int:
        """Put up to `limit` more notices into the index; return how many are left, at most. `near` catches up by itself.

        Folding leaves this work undone, so that a station that is far behind can do it in slices.
        """
        if self._index is None:
            return 0
        for _ in range(len(self._unindexed) if limit is None else min(limit, len(self._unindexed))):
            live = self._live.get(self._unindexed.popleft())
            table = self._first_at[live.index & 255] if live is not None else {}
            if live is None or live.index in table:
                continue
            keys: list[int] = []
            try:
                for place, volume in enumerate(live.volumes()):
                    self._index.insert(live.index << _PLACE_BITS | place, volume)
                    keys.append(live.index << _PLACE_BITS | place)
                table[live.index] = live.first
            except errors.SURVIVED as error:
                for key in keys:
                    self._index.delete(key)
                self._faults.append(fault_of(live, self.name, error))
        return len(self._unindexed)

    def take_faults(self) -> list[Fault]:
        """Hand over the notices that could not be put into the index: nothing is found near them."""
        found, self._faults = self._faults, []
        return found

    def resting_firsts(self, entry_id: str) -> tuple[str, ...]:
        """Return the first versions of what rests on an entry, or on another version of it; in no order that means anything."""
        of_version, of_thread = (self.state.resting.get(i, set()) for i in (entry_id, self.first_of(entry_id)))
        return tuple(of_version | of_thread) if of_version is not of_thread else tuple(of_version)

    def rested_on(self, entry_id: str) -> bool:
        """Whether any live notice rests on an entry, or on another version of it."""
        return bool(self.state.resting.get(entry_id) or self.state.resting.get(self.first_of(entry_id)))

    def doubts(self, entry_id: str) -> tuple[DoubtFlag, ...]:
        """Return the open private doubts about a notice; only the author's own station has any."""
        return tuple(self.state.doubts.get(self.first_of(entry_id), ()))

    def _apply_notice(self, known: Entry) -> None:
        entry = self._heads.entry(known.id)
        if entry is None:
            return
        self._supersede(entry.first)
        full, coarse = known.body(Notice), known.body(CoarseNotice)
        if entry.state is None or entry.state in LIVE:
            self._put(_live_notice(known, entry, full, coarse))

    def _supersede(self, first: str) -> None:
        live, former = self.get_first(first), self.state.former
        if live is None:
            return
        self._drop(first)
        former[live.version] = live
        if len(former) > FORMER:
            del former[next(iter(former))]

    def _apply_doubt(self, known: Entry) -> None:
        doubt = known.body(Doubt)
        if doubt is None:
            return
        first = self.first_of(doubt.about)
        if doubt.state == "settled":
            self.state.doubts.pop(first, None)
            return
        flag = DoubtFlag(at_us=known.received_at_us, by_role=doubt.by_role, entry=known.id, words=doubt.words)
        self.state.doubts.setdefault(first, []).append(flag)

    def _apply_erasure(self, known: Entry) -> None:
        erasure = known.erasure
        if erasure is None:
            return
        self.state.former.pop(erasure.about, None)
        if self.is_head(erasure.about):
            self._drop(self.first_of(erasure.about))

    def _apply_closing(self, known: Entry) -> None:
        closing = known.body(Closing)
        if closing is not None and self._heads.closing(closing.about) is not None:
            self._drop(self.first_of(closing.about))

    def _apply_disclosure(self, known: Entry, opened: Opened) -> None:
        disclosure = known.body(Disclosure)
        live = self.get(disclosure.about) if disclosure else None
        if (
            disclosure is None
            or live is None
            or live.version != disclosure.about
            or not isinstance(opened.record, Record)
        ):
            return
        body = opened.record.body
        if isinstance(body, Notice):
            self._drop(live.first)
            if body.state in LIVE:
                self._put(_with_full(live, body))
        elif isinstance(body, CoarseNotice) and live.form == "unreadable":
            self._drop(live.first)
            if body.state in LIVE:
                self._put(_with_coarse(live, body))

    def _put(self, live: LiveNotice) -> None:
        self._live.put(live.first, live)
        for entry_id in _rests_on(live):
            self.state.resting.setdefault(self.first_of(entry_id), set()).add(live.first)
        self._remember(live)

    def _drop(self, first: str) -> None:
        live = self._live.pop(first)
        if live is None:
            return
        for entry_id in _rests_on(live):
            for key in {entry_id, self.first_of(entry_id)} & self.state.resting.keys():
                self.state.resting[key].discard(first)
                if not self.state.resting[key]:
                    del self.state.resting[key]
        self._forget(live)

    def _remember(self, live: LiveNotice) -> None:
        if self._index is not None:
            self._unindexed.append(live.first)

    def _forget(self, live: LiveNotice) -> None:
        if self._index is not None and self._first_at[live.index & 255].pop(live.index, None) is not None:
            for place in range(len(live.volumes())):
                self._index.delete(live.index << _PLACE_BITS | place)


def fault_of(live: LiveNotice, view: str, error: Exception) -> Fault:
    """Return what is to be said of a live notice at which work that folding left undone has raised."""
    words = f"{type(error).__name__}: {error}"[:400]
    return Fault(author=live.author, entry=live.version, index=live.index, kind="notice", view=view, words=words)


_FULL = msgspec.msgpack.Decoder(Notice)
_COARSE = msgspec.msgpack.Decoder(CoarseNotice)
_PACK = msgspec.msgpack.Encoder()
_PLACE_BITS = 12
"""Room for the volumes of one notice in an index key: more than its cells or volumes may be."""


def _live_notice(known: Entry, entry: EntrySummary, full: Notice | None, coarse: CoarseNotice | None) -> LiveNotice:
    bare = LiveNotice(
        activity=None,
        author=entry.author,
        coarse=None,
        end_us=None,
        first=entry.first,
        full=None,
        index=known.index,
        received_at_us=known.received_at_us,
        start_us=None,
        state=None,
        version=known.id,
    )
    with_coarse = bare if coarse is None else _with_coarse(bare, coarse)
    return with_coarse if full is None else _with_full(with_coarse, full)


def _with_full(live: LiveNotice, notice: Notice) -> LiveNotice:
    change: dict[str, Any] = {"activity": notice.activity, "full": _PACK.encode(notice), "state": notice.state}
    return msgspec.structs.replace(live, start_us=notice.start_us, end_us=notice.end_us, **change)


def _with_coarse(live: LiveNotice, notice: CoarseNotice) -> LiveNotice:
    start = min((c.hour_first for c in notice.cells), default=0) * HOUR_US
    end = (max((c.hour_last for c in notice.cells), default=0) + 1) * HOUR_US - 1
    change: dict[str, Any] = {"activity": notice.activity, "coarse": _PACK.encode(notice), "state": notice.state}
    return msgspec.structs.replace(live, start_us=start, end_us=end, **change)


def _rests_on(live: LiveNotice) -> tuple[str, ...]:
    notice = live.notice()
    return () if notice is None else notice.rests_on
