"""What waits for whose answer, since when, and until when it is due.

A notice waits for each recipient's screening, for an officer's answer, and for a read-back where it asks one: one that agrees
with what was told in every figure (`read_backs`); a wrong one ends no wait at all. A newer version asks afresh, and what was
asked of the old one is no longer waited for. Messages wait by their urgency; a query
waits for the author of what it asks about. Whether something is overdue is asked with a time and never stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final, Literal, NamedTuple

import msgspec

from detente.picture.fold import View
from detente.picture.heads import EntrySummary, Heads
from detente.picture.known import Entry, KeyUses, by_officer
from detente.picture.notices.read_backs import ReadBacks
from detente.picture.shards import Shards, empty
from detente.records.entries.closing import Closing
from detente.records.entries.erasure import Erasure
from detente.records.hotline.message import Message, Urgency
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.notices.notice_state import LIVE
from detente.records.notices.response import OFFICER_ONLY, Answer, Response
from detente.records.notices.warning import DangerWarning, Haste
from detente.rules.hotline.ladder import DEFAULTS

For = Literal["answer", "comply-or-reject", "officer", "read-back", "screening"]
"""What is waited for: text in answer to a query; a yes or no from the acting side; any officer's response; a read-back;
a screening."""

SETTLES: dict[Answer, frozenset[For]] = {
    "acknowledge": frozenset({"officer"}),
    "comply": frozenset({"comply-or-reject", "officer"}),
    "confirm": frozenset({"officer"}),
    "passed-to-unit": frozenset({"officer"}),
    "query": frozenset({"officer"}),
    "read-back": frozenset({"officer", "read-back"}),
    "reject": frozenset({"comply-or-reject", "officer", "read-back"}),
}
"""Which waits an answer ends. Ending a wait records no fact: what was read, or not, is `delivery`'s to say."""


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """How long each kind of answer may take, microseconds. None: waited for, never overdue."""

    officer_us: int | None = 5 * 60_000_000
    query_us: int | None = DEFAULTS["query"][0]
    query_urgent_us: int | None = DEFAULTS["query-urgent"][0]
    readback_us: int | None = 10 * 60_000_000
    screening_us: int | None = 15_000_000
    stop_us: int | None = DEFAULTS["stop"][0]
    urgent_us: int | None = DEFAULTS["urgent"][0]
    warning_us: int | None = DEFAULTS["warning-routine"][0]

    @classmethod
    def of(cls, rules: Mapping[str, int], screening_us: int) -> Clocks:
        """Take the ledger's own clocks from its rules:

        "officer_answer_us", "query_us", "query_urgent_us", "readback_us", "stop_us", "urgent_answer_us", "warning_us".
        """
        plain = cls()
        return cls(
            officer_us=rules.get("officer_answer_us", plain.officer_us),
            query_us=rules.get("query_us", plain.query_us),
            query_urgent_us=rules.get("query_urgent_us", plain.query_urgent_us),
            readback_us=rules.get("readback_us", plain.readback_us),
            screening_us=screening_us,
            stop_us=rules.get("stop_us", plain.stop_us),
            urgent_us=rules.get("urgent_answer_us", plain.urgent_us),
            warning_us=rules.get("warning_us", plain.warning_us),
        )


class WayOfAsking(NamedTuple):
    """One way of asking: what is waited for, and which clock runs."""

    for_: For
    clock: str


ASKS: dict[str, WayOfAsking] = {
    "officer": WayOfAsking("officer", "officer_us"),
    "query": WayOfAsking("answer", "query_us"),
    "query-urgent": WayOfAsking("answer", "query_urgent_us"),
    "read-back": WayOfAsking("read-back", "readback_us"),
    "screening": WayOfAsking("screening", "screening_us"),
    "stop": WayOfAsking("comply-or-reject", "stop_us"),
    "stop-officer": WayOfAsking("officer", "stop_us"),
    "urgent": WayOfAsking("officer", "urgent_us"),
    "warning": WayOfAsking("officer", "warning_us"),
}
"""Every way of asking, by the word under which it is remembered."""

BY_URGENCY: dict[Urgency, tuple[str, ...]] = {
    "routine": (),
    "priority": ("officer",),
    "urgent": ("urgent",),
    "stop": ("stop", "stop-officer"),
}
"""What a message asks of each recipient."""

BY_HASTE: dict[Haste, tuple[str, ...]] = {"routine": ("warning",), "priority": ("officer",), "urgent": ("urgent",)}
"""What a warning asks of its recipient: a fresh acknowledgement, by how soon somebody is in danger."""

Pending = tuple[tuple[str, tuple[str, ...]], ...]
"""Parties with what is still asked of each, by the words of `ASKS`."""


class Wait(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing waited for: `asker` waits for `asked` about `version` since `since_us`; due at `due_us`, None: no clock."""

    asked: str
    asker: str
    due_us: int | None
    for_: For
    since_us: int
    version: str

    def overdue(self, now_us: int) -> bool:
        """Whether the answer is late at a time; at the very deadline it is not."""
        return self.due_us is not None and now_us > self.due_us

    def sentence(self, now_us: int) -> str:
        """Say it in one line. The span is between two clocks, ours and the host's, and says so; a clock that is behind shows none."""
        waited = (
            f"{self.asker} has waited {max(0, now_us - self.since_us) // 1_000_000} s for {self.asked}: {self.for_}"
        )
        late = ", overdue" if self.overdue(now_us) else ""
        return f"{waited}{late} (by our clock, since the host's record)"


class WaitingState(msgspec.Struct, kw_only=True):
    """What is still asked, by the id of the version or query that asks it: see `shards`. `pressing`: what is urgent, by id.

    `queried`: what each query is about, by its id."""

    pending: list[dict[str, Pending]] = msgspec.field(default_factory=empty)
    pressing: set[str] = msgspec.field(default_factory=set)
    queried: dict[str, tuple[str, str]] = msgspec.field(default_factory=dict)


class Waiting(View):
    """Open questions of one viewer: its own to others, and others' to it and to each other as far as it may read."""

    name = "waiting"
    kinds: ClassVar[frozenset[str]] = frozenset(
        {"closing", "erasure", "message", "notice", "response", "screening", "warning"}
    )
    state: WaitingState

    def __init__(
        self, heads: Heads, read_backs: ReadBacks, clocks: Clocks | None = None, key_use: KeyUses | None = None
    ) -> None:
        self._heads = heads
        self._key_use = key_use
        self._read_backs = read_backs
        self._clocks = clocks or Clocks()
        self._same: dict[Pending, Pending] = {}  # few patterns, many notices: one tuple for each pattern
        self.restore(WaitingState())

    def restore(self, state: WaitingState) -> None:
        """Start from a saved state."""
        self.state = state
        self._pending = Shards(state.pending)

    def apply(self, known: Entry) -> None:
        """Take in one entry; `Heads` has taken it in before."""
        header = known.header
        old = self._heads.entry(header.supersedes) if header.supersedes else None
        if header.supersedes and old is not None and old.superseded_by == known.id:
            self._pending.pop(header.supersedes)
        for opened in known.opened:
            body = getattr(opened.record, "body", None)
            if isinstance(body, Notice | CoarseNotice):
                if isinstance(body, Notice) and body.emergency:
                    self.state.pressing.add(known.id)
                if body.state in LIVE:
                    self._ask(known.id, ("screening", "officer", "read-back") if body.needs_readback else _PLAIN)
                return
            if isinstance(body, Message):
                if body.urgency in ("stop", "urgent"):
                    self.state.pressing.add(known.id)
                self._ask(known.id, BY_URGENCY[body.urgency])
            elif isinstance(body, DangerWarning):
                if body.urgency == "urgent":
                    self.state.pressing.add(known.id)
                self._ask(known.id, BY_HASTE[body.urgency])
            elif isinstance(body, Closing) and self._heads.closing(body.about) is not None:
                self._pending.pop(body.about)
            elif isinstance(body, Erasure) and body.whole:
                self.state.pressing.discard(body.about)
                self._pending.pop(body.about)

    def answer(self, known: Entry, about: str) -> None:
        """Take in what an entry answers: it ends waits, and a query begins one."""
        author, response = known.header.author, known.body(Response)
        if response is not None:
            self._response(known, response)
        elif known.kind == "message":
            self._settle(about, author, frozenset({"answer"}))
        elif known.kind == "screening":
            self._settle(about, author, frozenset({"screening"}))

    def open(self) -> list[Wait]:
        """Return everything waited for, that with the nearest deadline first, then by time and version."""
        return sorted(self._waits(None), key=_urgency)

    def overdue(self, now_us: int) -> Iterator[Wait]:
        """Yield what is overdue at a time, the most overdue first."""
        return (wait for wait in self.open() if wait.overdue(now_us))

    def unanswered(self, message: str, viewer: str) -> tuple[str, ...]:
        """Return who has yet to answer an urgent message or stop, as far as one party can know: all to whom it sent its own,
        and itself where another asked; what a third has answered is not for it to say."""
        entry = self._heads.entry(message)
        if entry is None or message not in self.state.pressing:
            return ()
        return tuple(sorted(p for p, _ in self._pending.get(message) or () if viewer in (entry.author, p)))

    def asked_of(self, party: str) -> list[Wait]:
        """Return what waits for one party's answer, that with the nearest deadline first."""
        return sorted(self._waits(party), key=_urgency)

    def _waits(self, only: str | None) -> Iterator[Wait]:
        for version, pending in self._pending.items():
            entry = self._heads.entry(version)
            if entry is None:
                continue
            for party, asks in pending:
                if only is None or party == only:
                    yield from (self._wait(version, entry, party, ask) for ask in asks)

    def _wait(self, version: str, entry: EntrySummary, party: str, ask: str) -> Wait:
        if ask == "query" and not self.state.pressing.isdisjoint(self.state.queried.get(version, ())):
            ask = "query-urgent"
        for_, clock = ASKS[ask]
        within: int | None = getattr(self._clocks, clock)
        return Wait(
            asked=party,
            asker=entry.author,
            due_us=None if within is None else entry.received_at_us + within,
            for_=for_,
            since_us=entry.received_at_us,
            version=version,
        )

    def _response(self, known: Entry, response: Response) -> None:
        judged = self._read_backs.judged(known.id)
        said = response.answer not in OFFICER_ONLY or by_officer(known, self._key_use)
        if said and (response.answer != "read-back" or (judged is not None and judged.verdict == "agrees")):
            self._settle(response.version, known.header.author, SETTLES[response.answer])
        entry = self._heads.entry(response.version)
        if response.answer == "query" and entry is not None:
            self.state.queried[known.id] = (response.version, response.about)
            self._put(known.id, ((entry.author, ("query",)),))

    def _ask(self, version: str, asks: tuple[str, ...]) -> None:
        """Begin to wait for every recipient of a version."""
        entry = self._heads.entry(version)
        if entry is not None and asks:
            self._put(version, tuple((party, asks) for party in entry.recipients))

    def _settle(self, version: str, party: str, settled: frozenset[For]) -> None:
        pending = self._pending.get(version)
        if pending is None:
            return
        self._put(
            version,
            tuple(
                (asked, left)
                for asked, asks in pending
                if (left := asks if asked != party else tuple(a for a in asks if ASKS[a].for_ not in settled))
            ),
        )

    def _put(self, version: str, pending: Pending) -> None:
        if pending:
            self._pending.put(version, self._same.setdefault(pending, pending))
        else:
            self._pending.pop(version)


_PLAIN: Final = ("screening", "officer")


def _urgency(wait: Wait) -> tuple[bool, int, int, str, str, str]:
    return (wait.due_us is None, wait.due_us or 0, wait.since_us, wait.version, wait.asked, wait.for_)
