"""The rules of threads as an author's own station asks them of its own entries: before it signs.

What waits in the queue counts as said: it is signed, and the host will have it in this order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from detente.errors import Problem
from detente.ledger.entry import Submission
from detente.ledger.facets import Facet
from detente.node.station.parts.outbox import Queued
from detente.node.station.state import Station
from detente.picture.known import Entry, known_of, open_facet
from detente.records.entries.closing import Closing
from detente.records.entries.erasure import Erasure
from detente.records.entries.supersede import (
    Proposed,
    Version,
    Versions,
    check_closing,
    check_erasure,
    check_supersession,
)
from detente.records.notices.notice import CoarseNotice, Notice

_SUBMISSION = msgspec.json.Decoder(Submission)


class OwnVersions:
    """Versions as the own copy has them, with those of a kind that wait in the queue after them, in their order."""

    def __init__(self, state: Station, kind: str) -> None:
        self._base: Versions = state.picture.heads
        self._queued: dict[str, Version] = {}
        self._after: dict[str, str] = {}
        self._closed: dict[str, tuple[str, ...]] = {}
        for known in _queued(state, kind):
            closing = known.body(Closing)
            if closing is not None:
                self._closed[closing.about] = (*self._closed.get(closing.about, ()), *known.recipients)
            else:
                self._add(known)

    def version(self, entry_id: str) -> Version | None:
        """Return the entry as a version in its thread, or None when it is not known here."""
        found = self._queued.get(entry_id) or self._base.version(entry_id)
        if found is None:
            return None
        closed = (*found.closed, *self._closed.get(entry_id, ()))
        after = found.superseded_by or self._after.get(entry_id)
        return msgspec.structs.replace(found, closed=closed, superseded_by=after)

    def head_of(self, first: str) -> str:
        """Return the id of the head of the thread that began with `first`."""
        head = self._base.head_of(first) if self._base.version(first) is not None else first
        while head in self._after:
            head = self._after[head]
        return head

    def _add(self, known: Entry) -> None:
        if self._base.version(known.id) is not None:
            return  # recorded, and folded already
        before = self.version(known.header.supersedes) if known.header.supersedes else None
        told = known.body(Notice) or known.body(CoarseNotice)
        self._queued[known.id] = Version(
            activity=told.activity if told is not None else None,
            author=known.header.author,
            first=before.first if before is not None else known.id,
            id=known.id,
            kind=known.kind,
            readers=known.recipients,
            state=told.state if told is not None else None,
            superseded_by=None,
        )
        if known.header.supersedes:
            self._after.setdefault(known.header.supersedes, known.id)


class NewEntry(Protocol):
    """An entry as far as the rules of threads look at it: a draft, or one that is signed."""

    @property
    def author(self) -> str: ...
    @property
    def facets(self) -> Sequence[Facet | None]: ...
    @property
    def kind(self) -> str: ...
    @property
    def supersedes(self) -> str | None: ...


def thread_problems(state: Station, made: NewEntry) -> tuple[Problem, ...]:
    """Return what the host must refuse in an own entry by the rules of threads: its head, its erasure, its closing.

    A station that has not read all of the ledger yet cannot call an entry unknown; then it leaves the question to the host.
    """
    bodies = [_body(made.kind, position, facet) for position, facet in enumerate(made.facets) if facet is not None]
    erasure = next((body for body in bodies if isinstance(body, Erasure)), None)
    closing = next((body for body in bodies if isinstance(body, Closing)), None)
    about = erasure.about if erasure is not None else closing.about if closing is not None else made.supersedes
    name = made.kind.partition("/")[0]
    versions: Versions = (
        OwnVersions(state, name if made.supersedes else "") if about is not None else state.picture.heads
    )
    if about is not None and versions.version(about) is None and state.following.folded < state.following.size:
        return ()
    if erasure is not None:
        return check_erasure(erasure, made.author, versions, state.unanswered(erasure.about))
    if closing is not None:
        return check_closing(closing, made.author, versions)
    told = next((body for body in bodies if isinstance(body, Notice | CoarseNotice)), None)
    new = Proposed(
        activity=told.activity if told is not None else None,
        author=made.author,
        kind=name,
        state=told.state if told is not None else None,
        supersedes=made.supersedes,
    )
    return check_supersession(new, versions)


class SignedEntry(NamedTuple):
    """What the rules of threads look at in an entry that is signed already."""

    author: str
    facets: Sequence[Facet | None]
    kind: str
    supersedes: str | None

    @classmethod
    def of(cls, made: Submission) -> SignedEntry:
        """Take a submission apart."""
        facets = [None if opening is None else opening.facet for opening in made.facets]
        return cls(made.header.author, facets, made.header.kind, made.header.supersedes)


def _body(kind: str, position: int, facet: Facet) -> object:
    return getattr(open_facet(kind, position, facet).record, "body", None)


def _queued(state: Station, kind: str) -> Iterator[Entry]:
    """Yield what waits in the queue of one kind ("": of every kind), and every closing, in the order in which they were composed."""
    for item in state.sending.outbox.items.values():
        if item.state != "refused" and (not kind or item.kind in (kind, "closing")):
            yield _known(item)


def _known(item: Queued) -> Entry:
    made = _SUBMISSION.decode(item.raw)
    facets = [None if opening is None else opening.facet for opening in made.facets]
    return known_of(0, item.composed_at_us, item.id.hex(), made.header, facets)
