"""Changes on which open notices rest: found, ranked by how soon somebody is in danger, and who has been warned and has answered.

    entry ──> change? (`picture.notices.changes`, before the other views take it in)
          ──> `Search`: a few thousand notices at a time, then ranked

What is endangered is derived whenever it is asked for; remembered are the changes, and which warnings were given, so that none is
given twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop
from itertools import islice
from typing import ClassVar

import msgspec

from detente.geometry.volume import Separation
from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.notices.airspace import Airspace, LiveNotice
from detente.picture.notices.changes import Before, change_in
from detente.picture.parties.directory import Directory
from detente.picture.shards import Shards, empty
from detente.records.notices.notice import Activity, Notice
from detente.records.notices.notice_state import LIVE, State
from detente.records.notices.warning import Cause, DangerWarning, Haste
from detente.rules.notices.changes.fan_out import Change, OpenNotice, Ranked, Why, touch

NAMING = frozenset({"assent", "change", "permission", "position"})
"""Kinds whose change depends on an entry that they name."""

Slot = tuple[str, Cause]
"""A change, by the entry that says it, and whether it is what that says, or the end that it states."""


class Warned(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One warning on record. `count` notices; `at_us` None while it is only queued here."""

    at_us: int | None
    author: str
    count: int
    entry: str
    recipient: str
    step: int
    urgency: Haste


class DangersState(msgspec.Struct, kw_only=True):
    """Changes by their entry, in order of the ledger; full readers of each thread; warnings, and what they covered, by slot."""

    changes: dict[str, Change] = {}
    covered: dict[str, dict[str, list[int]]] = {}
    readers: list[dict[str, tuple[str, ...]]] = msgspec.field(default_factory=empty)
    warned: dict[str, list[Warned]] = {}


class Dangers(View):
    """What changed, whom it endangers, who was warned.

    It runs before the other views, so that it sees them as they were before this entry; only `Heads` runs earlier.
    """

    name = "dangers"
    kinds: ClassVar[frozenset[str]] = frozenset(
        {
            "agreement",
            "assent",
            "change",
            "channel",
            "erasure",
            "lifeline",
            "notice",
            "party",
            "permission",
            "position",
            "warning",
        }
    )
    state: DangersState

    def __init__(self, heads: Heads, airspace: Airspace, directory: Directory, separation: Separation) -> None:
        self._heads = heads
        self._airspace = airspace
        self._before = Before(heads, airspace, directory)
        self._separation = separation
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}  # one tuple for each set of readers
        self.fresh: list[Change] = []
        """Changes taken in since somebody last took them from here."""
        self.restore(DangersState())

    def restore(self, state: DangersState) -> None:
        """Start from a saved state; every change in it is fresh again, for whoever keeps what it has done."""
        self.state = state
        self._readers = Shards(state.readers)
        self._covered = {
            slot: {(party, index) for party, indexes in by_party.items() for index in indexes}
            for slot, by_party in state.covered.items()
        }
        self.fresh = list(state.changes.values())

    def apply(self, known: Entry) -> None:
        """Take in one entry, before the other views but `Heads` do."""
        warning = known.body(DangerWarning)
        if warning is not None:
            self.warn(warning, known.header.author, known.id, known.received_at_us)
            return
        erasure = known.erasure
        if erasure is not None:
            self._erase(erasure.about)
            return
        if known.kind == "notice":
            self._read_by(known)
        self._change(known)

    def answer(self, known: Entry, about: str) -> None:
        """Take in an entry again now that what it names is here: of which thread it is, and what it inherits."""
        warning = known.body(DangerWarning)
        if warning is not None:
            self._cover(warning)
        elif known.kind in NAMING:
            self._change(known)

    def _change(self, known: Entry) -> None:
        change = change_in(known, self._before)
        change = self._inherit(change) if change is not None else None
        if change is not None and self.state.changes.get(change.source) != change:
            self.state.changes[change.source] = change
            self.fresh.append(change)

    def warn(self, warning: DangerWarning, author: str, entry: str, at_us: int | None) -> None:
        """Remember a warning: on record, or (`at_us` None) queued here and as good as sent."""
        self._cover(warning)
        key = _slot(warning.about, warning.cause)
        slot = (author, warning.recipient, warning.step)
        given = [w for w in self.state.warned.get(key, ()) if (w.author, w.recipient, w.step) != slot]
        given.append(
            Warned(
                at_us=at_us,
                author=author,
                count=len(warning.endangered),
                entry=entry,
                recipient=warning.recipient,
                step=warning.step,
                urgency=warning.urgency,
            )
        )
        self.state.warned[key] = given

    def _cover(self, warning: DangerWarning) -> None:
        key = _slot(warning.about, warning.cause)
        covered = self._covered.setdefault(key, set())
        kept = self.state.covered.setdefault(key, {}).setdefault(warning.recipient, [])
        for one in warning.endangered:
            version = self._heads.entry(one.version)
            if version is not None and (warning.recipient, version.index) not in covered:
                covered.add((warning.recipient, version.index))
                kept.append(version.index)

    def take_fresh(self) -> list[Change]:
        """Return the changes taken in since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh

    def changes(self) -> list[Change]:
        """Return every change on record, in order of the ledger."""
        return sorted(self.state.changes.values(), key=lambda change: change.index)

    def change(self, source: str) -> Change | None:
        """Return the change that an entry says, or None."""
        return self.state.changes.get(source)

    def end_stands(self, change: Change) -> bool:
        """Whether an announced end still holds: nothing that the same party said later of the same matter took its place."""
        later = (c for c in self.state.changes.values() if c.index > change.index and c.matter == change.matter)
        return all(c.by != change.by for c in later)

    def warned(self, source: str, cause: Cause) -> list[Warned]:
        """Return the warnings given for a change, in order."""
        return list(self.state.warned.get(_slot(source, cause), ()))

    def covered(self, source: str, cause: Cause) -> set[tuple[str, int]]:
        """Return (recipient, ledger index of the version) of all that was warned of."""
        return self._covered.setdefault(_slot(source, cause), set())

    def endangered(self, change: Change, cause: Cause = "said", author: str | None = None) -> list[Ranked]:
        """Return every open notice that a change endangers (of one author, if named), the soonest danger first."""
        search = Search(self, change, cause, author)
        while search.look(1_000_000):
            pass
        return list(search.ranked())

    def readers(self, first: str) -> tuple[str, ...]:
        """Return who may read the full form of a thread's head, as far as it is known here."""
        return self._readers.get(first) or ()

    def open_of(self, live: LiveNotice, why: Why) -> OpenNotice:
        """Return a live notice whose class and times are readable here as the rule sees it."""
        return OpenNotice(
            activity=live.activity or Activity.LINE,
            author=live.author,
            end_us=live.end_us or 0,
            index=live.index,
            readers=self.readers(live.first),
            start_us=live.start_us or 0,
            state=live.state or State.ENDED,
            version=live.version,
            why=why,
        )

    def candidates(self, change: Change, cause: Cause, author: str | None) -> Iterator[tuple[LiveNotice, Why]]:
        """Yield live notices that a change may touch, some more than once: named first, then by ground, line and party."""
        for about in change.about:
            for first in self._airspace.resting_firsts(about):
                named = self._airspace.get_first(first)
                if named is not None:
                    yield named, "names it"
        if change.ground:
            for live in self._airspace.near(change.ground, self._separation):
                yield live, "on its ground"
        if change.parties and not change.ground and (change.worse or cause == "over"):
            why: Why = "over its line" if change.channels else "of its parties"
            concerned = frozenset(change.parties)
            least = 2 if change.channels else 1  # a line carries what passes between its ends
            for live in self._airspace.live():
                ends = {live.author, *self.readers(live.first)} & concerned
                if (author is None or live.author == author) and len(ends) >= least:
                    yield live, why

    def _inherit(self, change: Change) -> Change:
        """Take over the matter, and parties and ground where neither is stated, from the earlier change that this one names."""
        earlier = next((e for about in change.about if (e := self.state.changes.get(about)) is not None), None)
        if earlier is None or not set(change.readers) <= set(earlier.readers):
            return change  # who reads this one must not learn from a warning what the earlier one says
        if change.parties or change.ground:
            return msgspec.structs.replace(change, matter=earlier.matter)
        return msgspec.structs.replace(change, ground=earlier.ground, matter=earlier.matter, parties=earlier.parties)

    def _erase(self, entry: str) -> None:
        first = self._airspace.first_of(entry)
        if self._airspace.is_head(entry):
            self._readers.pop(first)
        for source in [s for s in self.state.changes if self._airspace.first_of(s) == first]:
            del self.state.changes[source]

    def _read_by(self, known: Entry) -> None:
        self._readers.pop(self._airspace.first_of(known.id))
        for opened in known.opened:
            body = getattr(opened.record, "body", None)
            if isinstance(body, Notice) and body.state in LIVE:
                readers = self._same.setdefault(opened.audience, opened.audience)
                self._readers.put(self._airspace.first_of(known.id), readers)
                return


class Search:
    """Looks for what one change endangers, in slices; then hands it out, the soonest danger first."""

    def __init__(self, dangers: Dangers, change: Change, cause: Cause, author: str | None = None) -> None:
        self.change, self.cause = change, cause
        self._dangers = dangers
        self._author = author
        self._candidates = dangers.candidates(change, cause, author)
        self._seen: set[str] = set()
        self._found: list[tuple[int, int, int, LiveNotice, Why]] = []
        self._touch = touch(change, cause)
        self._ordered = False

    def look(self, limit: int) -> bool:
        """Look at up to `limit` candidates; False when there are no more."""
        n = 0
        for live, why in islice(self._candidates, limit):
            n += 1
            if live.first in self._seen or live.version == self.change.source:
                continue
            self._seen.add(live.first)
            if live.activity is None or live.start_us is None or live.end_us is None or live.state is None:
                continue  # its class and time are not readable here
            if self._author is None or live.author == self._author:
                at = self._touch(live.activity, live.state, live.start_us, live.end_us, live.index, why)
                if at is not None:
                    self._found.append((*at, live.index, live, why))
        return n == limit

    @property
    def found(self) -> int:
        """How many were found so far."""
        return len(self._found)

    def ranked(self) -> Iterator[Ranked]:
        """Hand out what was found, the soonest danger first; each once."""
        self._order()
        while self._found:
            yield self._ranked(heappop(self._found))

    def first(self) -> Ranked:
        """Return the one in danger soonest, of those not handed out; raises IndexError when there is none."""
        self._order()
        return self._ranked(self._found[0])

    def in_danger(self, at_us: int) -> int:
        """Return how many are in danger by a moment."""
        return sum(found[0] <= at_us for found in self._found)

    def _ranked(self, found: tuple[int, int, int, LiveNotice, Why]) -> Ranked:
        danger_us, exposed, index, live, why = found
        return Ranked(danger_us=danger_us, exposed=exposed, index=index, open=self._dangers.open_of(live, why))

    def _order(self) -> None:
        if not self._ordered:
            heapify(self._found)
            self._ordered = True


def _slot(source: str, cause: Cause) -> str:
    return f"{source} {cause}"
