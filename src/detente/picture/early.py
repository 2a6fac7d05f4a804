"""Answers that came before what they answer, kept until it comes.

Two outboxes race when a host comes back: "comply" may be recorded before the stop that it answers. What an entry says of another is
therefore handed to the views by itself, when both are here (`View.answer`):

    entry ──> each view's `apply`, at its index
      └──> each entry that it answers: here? ──yes──> each view's `answer`
                                        └──no──> kept here by that id ──it comes──> each view's `answer`

So views see a question before its answers, whatever the order of the ledger, and none of them has to remember answers by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from detente.errors import EvidenceError
from detente.ledger.canonical import Hex32
from detente.ledger.entry import Header
from detente.picture.known import Entry, Opened, with_disclosed
from detente.records.agreements.assent import Assent
from detente.records.agreements.permission import PermissionReply
from detente.records.agreements.position import Position
from detente.records.entries.disclosure import Disclosure
from detente.records.evidence.claim import Claim
from detente.records.hotline.call import Call
from detente.records.hotline.message import Message
from detente.records.notices.change import Changed
from detente.records.notices.response import Response
from detente.records.notices.screening import Screening
from detente.records.notices.warning import DangerWarning
from detente.records.protection.humane import Consent, Coordination
from detente.records.registry import REGISTRY, Record, Unknown

MOST: Final = 1024
"""Answers of one author that wait here at most. Of more, the oldest is let go: what it answers is not for this viewer to read."""

ANSWERS: Final[Mapping[type, Callable[[Any], tuple[str, ...]]]] = {
    Assent: lambda said: (said.about,),
    Call: lambda said: said.about,
    Changed: lambda said: said.about,
    Claim: lambda said: said.about,
    Consent: lambda said: (said.about,),
    Coordination: lambda said: (said.about,),
    DangerWarning: lambda said: tuple(one.version for one in said.endangered),
    Disclosure: lambda said: (said.about,),
    Message: lambda said: () if said.in_reply_to is None else (said.in_reply_to,),
    PermissionReply: lambda said: (said.about,),
    Position: lambda said: (said.about,),
    Response: lambda said: (said.version,),
    Screening: lambda said: (said.about,),
}
"""Which entries a body answers. Bodies that views find by the id they name, whenever it comes, need no row."""


def answered_by(known: Entry) -> tuple[str, ...]:
    """Return the ids of the entries that an entry answers, each once. A message replies by its header too, so that the reply
    counts when its words were erased.
    """
    found = dict.fromkeys(known.header.refers_to) if known.kind == "message" else {}
    for opened in known.opened:
        body = getattr(opened.record, "body", None)
        ids = ANSWERS.get(type(body))
        found |= dict.fromkeys(ids(body)) if ids is not None else {}
    return tuple(found)


class EarlyFacet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One readable facet as bytes. `why` is set where it was not understood."""

    audience: tuple[str, ...]
    position: int
    kind: str
    form: str
    body: bytes
    why: str = ""


class Packed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One waiting entry as a snapshot holds it, with the id that it waits for."""

    about: str
    erased: bool
    header: Header
    id: Hex32
    index: int
    parts: tuple[EarlyFacet, ...]
    received_at_us: int


class Early:
    """The waiting answers of one viewer. `here` says whether an entry has come."""

    def __init__(self, here: Callable[[str], bool]) -> None:
        self._here = here
        self._waiting: dict[str, list[Entry]] = {}
        self._order: dict[str, dict[tuple[str, str], None]] = {}  # by author: (about, id), the oldest first
        self._unasked: set[str] = set()  # ids of responses that wait: a query among them has not asked anything yet

    def ready(self, known: Entry) -> Iterator[tuple[Entry, str]]:
        """Yield each entry and the one that it answers, of which both are here with this entry; keep what waits for more."""
        for about in answered_by(known):
            if self._here(about) and about not in self._unasked:
                yield known, about
            else:
                self._keep(known, about)
        yield from self._come(known)

    def erase(self, entry: str) -> None:
        """Forget what a waiting entry says; that a message replies stays in its header."""
        for about, waiting in list(self._waiting.items()):
            for known in [k for k in waiting if k.id == entry]:
                self._drop(about, known)
                if about in known.header.refers_to and known.kind == "message":
                    self._keep(msgspec.structs.replace(known, erased=True, opened=()), about)

    def save(self) -> list[Packed]:
        """Return what waits, in order of the ledger for each id waited for."""
        return [_packed(known, about) for about, waiting in self._waiting.items() for known in waiting]

    def restore(self, saved: list[Packed]) -> None:
        """Start from what was saved."""
        self._waiting.clear()
        self._order.clear()
        self._unasked.clear()
        for one in sorted(saved, key=lambda packed: packed.index):
            self._keep(_unpacked(one), one.about)

    def _come(self, question: Entry) -> Iterator[tuple[Entry, str]]:
        """Yield what waited for an entry, each before what waited for it. One author can make a chain of `MOST`: no recursion."""
        came = self._waiting_for(question)
        while came:
            known, asked = came.pop()
            self._drop(asked.id, known)
            yield _opening(known, asked), asked.id
            came += self._waiting_for(known)

    def _waiting_for(self, question: Entry) -> list[tuple[Entry, Entry]]:
        """Return each entry that waits for this one, with it, the first in the ledger last. A query that waits has none yet."""
        waiting = () if question.id in self._unasked else self._waiting.get(question.id, ())
        return [(known, question) for known in reversed(waiting)]

    def _keep(self, known: Entry, about: str) -> None:
        order = self._order.setdefault(known.header.author, {})
        self._waiting.setdefault(about, []).append(known)
        order[(about, known.id)] = None
        if known.kind == "response":
            self._unasked.add(known.id)
        if len(order) > MOST:
            oldest, entry = next(iter(order))
            self._drop(oldest, next(k for k in self._waiting[oldest] if k.id == entry))

    def _drop(self, about: str, known: Entry) -> None:
        left = [other for other in self._waiting.pop(about) if other.id != known.id]
        if left:
            self._waiting[about] = left
        self._order[known.header.author].pop((about, known.id), None)
        self._unasked.discard(known.id)


def _opening(known: Entry, question: Entry) -> Entry:
    """Return a disclosure with the facet that it opens, now that what it opens is here; anything else as it was."""
    if known.kind != "disclosure" or known.disclosed is not None or question.header.author != known.header.author:
        return known
    try:
        return with_disclosed(known, question.header)
    except EvidenceError:
        return known  # it opens nothing: the entry stands as its author's word, and shows nothing


def _packed(known: Entry, about: str) -> Packed:
    return Packed(
        about=about,
        erased=known.erased,
        header=known.header,
        id=known.id,
        index=known.index,
        parts=tuple(_part(opened) for opened in known.opened),
        received_at_us=known.received_at_us,
    )


def _part(opened: Opened) -> EarlyFacet:
    record = opened.record
    if isinstance(record, Unknown):
        return EarlyFacet(opened.audience, opened.position, record.kind, record.form, record.body, record.why)
    kind, form, body = REGISTRY.write(record.body)
    return EarlyFacet(opened.audience, opened.position, kind, form, body)


def _unpacked(packed: Packed) -> Entry:
    opened = tuple(
        Opened(audience=part.audience, position=part.position, record=_record(part)) for part in packed.parts
    )
    return Entry(
        erased=packed.erased,
        header=packed.header,
        id=packed.id,
        index=packed.index,
        opened=opened,
        received_at_us=packed.received_at_us,
    )


def _record(part: EarlyFacet) -> Record | Unknown:
    if part.why:
        return msgspec.convert({"body": part.body, "form": part.form, "kind": part.kind, "why": part.why}, Unknown)
    return REGISTRY.read(part.kind, part.form, part.body, strict=False)
