"""The open conflicts of one viewer: pairs of live notices too close, derived as notices come, change and go.

A conflict is never an entry. `Airspace` stands before this view in the driver and finds the neighbours; `rules.notices.pairs`
decides exactly; this view only remembers which pairs are open and since which entry.
"""

from __future__ import annotations

from itertools import islice
from typing import ClassVar

import msgspec

from detente import errors
from detente.geometry.volume import Separation
from detente.picture.fold import Fault, View
from detente.picture.known import Entry
from detente.picture.notices.airspace import Airspace, LiveNotice, fault_of
from detente.picture.shards import Shards, empty
from detente.records.entries.closing import Closing
from detente.rules.notices.pairs import Conflict, Live, SeparationFor, conflicts_with


class OpenConflict(msgspec.Struct, frozen=True, kw_only=True):
    """One open conflict, and the entry that brought it about: the later of the two versions."""

    at_us: int
    conflict: Conflict
    entry: str
    index: int


class OpenConflictsState(msgspec.Struct, kw_only=True):
    """Open conflicts by pair, "first/second" of the two threads' first versions, sorted; threads not yet compared
    (see `shards`).
    """

    open: dict[str, OpenConflict] = {}
    pending: list[dict[str, bool]] = msgspec.field(default_factory=empty)


class OpenConflicts(View):
    """Open pairs. `widest` is at least as wide, in every dimension, as any separation that `separation_for` may give.

    Folding only notes what changed; `settle` compares it, all at once or in slices, and every question settles first.
    """

    name = "open-conflicts"
    kinds: ClassVar[frozenset[str]] = frozenset({"closing", "disclosure", "erasure", "notice"})
    state: OpenConflictsState

    def __init__(self, airspace: Airspace, separation_for: SeparationFor, widest: Separation) -> None:
        self.state = OpenConflictsState()
        self._pending = Shards(self.state.pending)
        self._airspace = airspace
        self._separation_for = separation_for
        self._widest = widest
        self._pairs: dict[str, set[str]] = {}  # pair keys by first version
        self._faults: list[Fault] = []

    def apply(self, known: Entry) -> None:
        """Take in one entry; `Airspace` has taken it in before."""
        body = known.body(Closing) or known.erasure
        if known.kind != "disclosure":
            self._changed(body.about if body is not None else known.id)

    def answer(self, known: Entry, about: str) -> None:
        """Take in a facet that was opened later."""
        if known.kind == "disclosure":
            self._changed(about)

    def _changed(self, about: str) -> None:
        if not self._airspace.is_head(about):
            return
        first = self._airspace.first_of(about)
        for pair in list(self._pairs.get(first, ())):
            self._close(pair)
        self._pending.pop(first)
        live = self._airspace.get(about)
        if live is not None and live.activity is not None:
            self._pending.put(first, True)

    def restore(self, state: OpenConflictsState) -> None:
        """Start from a saved state."""
        self.state = state
        self._pending = Shards(state.pending)
        self._pairs = {}
        for pair in state.open:
            self._join(pair)

    def settle(self, limit: int | None = None) -> int:
        """Compare up to `limit` of the notices that changed; return how many are left."""
        for first, _ in list(islice(self._pending.items(), limit)):
            self._pending.pop(first)
            live = self._airspace.get(first)
            if live is not None:
                try:
                    self._compare(live)
                except errors.SURVIVED as error:
                    self._faults.append(fault_of(live, self.name, error))
        return len(self._pending)

    def take_faults(self) -> list[Fault]:
        """Hand over the notices whose comparison raised: what they come too close to is not known here."""
        found, self._faults = self._faults, []
        return found

    def left(self) -> int:
        """Return how many notices are not compared yet."""
        return len(self._pending)

    def open(self, at_us: int | None = None) -> list[OpenConflict]:
        """Return the open conflicts, the soonest first; with a time, without those whose last moment is past."""
        self.settle()
        found = (o for o in self.state.open.values() if at_us is None or o.conflict.meeting.last_us >= at_us)
        return sorted(found, key=_soonest)

    def of(self, entry_id: str) -> list[OpenConflict]:
        """Return the open conflicts of one notice, given any of its versions, the soonest first."""
        self.settle()
        pairs = self._pairs.get(self._airspace.first_of(entry_id), ())
        return sorted((self.state.open[p] for p in pairs), key=_soonest)

    def _compare(self, live: LiveNotice) -> None:
        one = _as_live(live)
        if one is None:
            return
        neighbours = {n.version: n for n in self._airspace.near(one.volumes, self._widest) if n.first != live.first}
        others = [seen for n in neighbours.values() if (seen := _as_live(n)) is not None]
        for conflict in self._conflicts(live, one, others):
            other = neighbours[conflict.first if conflict.second == live.version else conflict.second]
            later = max(live, other, key=lambda n: n.index)
            pair = "/".join(sorted((live.first, other.first)))
            self.state.open[pair] = OpenConflict(
                at_us=later.received_at_us, conflict=conflict, entry=later.version, index=later.index
            )
            self._join(pair)

    def _conflicts(self, live: LiveNotice, one: Live, others: list[Live]) -> list[Conflict]:
        """Compare one notice with its neighbours; where that raises with one of them, the others are compared all the same."""
        try:
            return list(conflicts_with(one, others, self._separation_for))
        except errors.SURVIVED:
            pass
        found: list[Conflict] = []
        for other in others:
            try:
                found += conflicts_with(one, [other], self._separation_for)
            except errors.SURVIVED as error:
                made = fault_of(live, self.name, error)
                words = f"compared with notice {other.notice} by {other.author}: {made.words}"
                self._faults.append(msgspec.structs.replace(made, words=words))
        return found

    def _join(self, pair: str) -> None:
        for first in pair.split("/"):
            self._pairs.setdefault(first, set()).add(pair)

    def _close(self, pair: str) -> None:
        del self.state.open[pair]
        for first in pair.split("/"):
            pairs = self._pairs[first]
            pairs.discard(pair)
            if not pairs:
                del self._pairs[first]


def _as_live(notice: LiveNotice) -> Live | None:
    if notice.activity is None:
        return None
    return Live(activity=notice.activity, author=notice.author, notice=notice.version, volumes=notice.volumes())


def _soonest(one: OpenConflict) -> tuple[int, str, str]:
    return (one.conflict.meeting.first_us, one.conflict.first, one.conflict.second)
