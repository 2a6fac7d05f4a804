"""What waits for whose answer, since when, and until when it is due.

A notice waits for each recipient's screening, for an officer's answer, and for a read-back where it asks one; a newer
version asks afresh, and what was asked of the old one is no longer waited for. Messages wait by their urgency; a query
waits for the author of what it asks about. Whether something is overdue is asked with a time and never stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Literal

import msgspec

from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Known
from detente.records.erasure import Erasure
from detente.records.message import Message
from detente.records.notice import CoarseNotice, Notice
from detente.records.notice_state import LIVE
from detente.records.response import Answer, Response
from detente.records.screening import Screening

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
    query_us: int | None = None
    readback_us: int | None = 10 * 60_000_000
    screening_us: int | None = 15_000_000
    stop_us: int | None = 60_000_000
    urgent_us: int | None = 120_000_000

    @classmethod
    def of(cls, rules: Mapping[str, int], screening_us: int) -> Clocks:
        """Take the ledger's own clocks from its rules: "officer_answer_us", "query_us", "readback_us", "stop_us", "urgent_us"."""
        plain = cls()
        return cls(
            officer_us=rules.get("officer_answer_us", plain.officer_us),
            query_us=rules.get("query_us", plain.query_us),
            readback_us=rules.get("readback_us", plain.readback_us),
            screening_us=screening_us,
            stop_us=rules.get("stop_us", plain.stop_us),
            urgent_us=rules.get("urgent_us", plain.urgent_us),
        )


class Wait(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
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
        """Say it in one line."""
        waited = f"{self.asker} has waited {(now_us - self.since_us) // 1_000_000} s for {self.asked}: {self.for_}"
        return f"{waited}, overdue" if self.overdue(now_us) else waited


class WaitingState(msgspec.Struct, kw_only=True):
    """Open waits by the id of the version or query that they wait on."""

    open: dict[str, list[Wait]] = {}


class Waiting(View):
    """Open questions of one viewer: its own to others, and others' to it and to each other as far as it may read."""

    name = "waiting"
    kinds: ClassVar[frozenset[str]] = frozenset({"erasure", "message", "notice", "response", "screening"})
    state: WaitingState

    def __init__(self, heads: Heads, clocks: Clocks | None = None) -> None:
        self.state = WaitingState()
        self._heads = heads
        self._clocks = clocks or Clocks()

    def apply(self, known: Known) -> None:
        """Take in one entry; `Heads` has taken it in before."""
        header = known.header
        old = self._heads.entry(header.supersedes) if header.supersedes else None
        if header.supersedes and old is not None and old.superseded_by == known.id:
            self.state.open.pop(header.supersedes, None)
        if known.kind == "message":
            # By the header, so that a reply still counts when its words were erased.
            for answered in header.refers_to:
                self._settle(answered, header.author, frozenset({"answer"}))
        for opened in known.opened:
            body = getattr(opened.record, "body", None)
            if isinstance(body, Notice | CoarseNotice):
                self._notice(known, body)
                return
            if isinstance(body, Message):
                self._message(known, body)
            elif isinstance(body, Response):
                self._response(known, body)
            elif isinstance(body, Screening):
                self._settle(body.about, known.header.author, frozenset({"screening"}))
            elif isinstance(body, Erasure):
                self.state.open.pop(body.about, None)

    def open(self) -> list[Wait]:
        """Return everything waited for, that with the nearest deadline first, then by time and version."""
        return sorted((w for waits in self.state.open.values() for w in waits), key=_urgency)

    def overdue(self, now_us: int) -> Iterator[Wait]:
        """Yield what is overdue at a time, the most overdue first."""
        return (wait for wait in self.open() if wait.overdue(now_us))

    def asked_of(self, party: str) -> list[Wait]:
        """Return what waits for one party's answer, that with the nearest deadline first."""
        return [wait for wait in self.open() if wait.asked == party]

    def _notice(self, known: Known, notice: Notice | CoarseNotice) -> None:
        if notice.state not in LIVE:
            return
        clocks = self._clocks
        waits: list[tuple[For, int | None]] = [("screening", clocks.screening_us), ("officer", clocks.officer_us)]
        if notice.needs_readback:
            waits.append(("read-back", clocks.readback_us))
        self._ask(known, None, waits)

    def _message(self, known: Known, message: Message) -> None:
        author = known.header.author
        if message.in_reply_to is not None:
            self._settle(message.in_reply_to, author, frozenset({"answer"}))
        clocks = self._clocks
        if message.urgency == "stop":
            self._ask(known, None, [("officer", clocks.stop_us), ("comply-or-reject", clocks.stop_us)])
        elif message.urgency == "urgent":
            self._ask(known, None, [("officer", clocks.urgent_us)])
        elif message.urgency == "priority":
            self._ask(known, None, [("officer", clocks.officer_us)])

    def _response(self, known: Known, response: Response) -> None:
        self._settle(response.version, known.header.author, SETTLES[response.answer])
        entry = self._heads.entry(response.version)
        if response.answer == "query" and entry is not None:
            self._ask(known, (entry.author,), [("answer", self._clocks.query_us)])

    def _ask(self, known: Known, parties: Iterable[str] | None, waits: Iterable[tuple[For, int | None]]) -> None:
        """Begin to wait for these parties, None: for every recipient."""
        entry = self._heads.entry(known.id)
        if entry is None:
            return
        since = entry.received_at_us
        asked = [
            Wait(
                asked=party,
                asker=entry.author,
                due_us=None if within is None else since + within,
                for_=for_,
                since_us=since,
                version=known.id,
            )
            for party in (entry.recipients if parties is None else parties)
            for for_, within in waits
        ]
        if asked:
            self.state.open[known.id] = asked

    def _settle(self, version: str, party: str, settled: frozenset[For]) -> None:
        waits = self.state.open.get(version)
        if waits is None:
            return
        left = [w for w in waits if w.asked != party or w.for_ not in settled]
        if left:
            self.state.open[version] = left
        else:
            del self.state.open[version]


def _urgency(wait: Wait) -> tuple[bool, int, int, str, str, str]:
    return (wait.due_us is None, wait.due_us or 0, wait.since_us, wait.version, wait.asked, wait.for_)
