"""What this viewer holds of evidence: claims, reports, counts, grades, who is which, verdicts; folded entry by entry.

The view is one list in order of the ledger: one more report costs one step, and what stood at an earlier size is a cut of the list.
Support, contradictions, counts and the day's report follow from a cut by the rules of `evidence`; they are worked out when
somebody asks, never in the fold.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, ClassVar, Final

import msgspec

from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.plain import PlainView
from detente.records.agreements.verdict import Verdicts
from detente.records.body import Body
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.records.evidence.assessment import Assessment
from detente.records.evidence.bulletin import Bulletin
from detente.records.evidence.claim import Claim
from detente.records.evidence.report import Report
from detente.records.notices.notice import Notice
from detente.records.registry import Record
from detente.rules.evidence.ends import PROTECTED
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.said import ClaimSaid, said

LISTS: Final[dict[type[Body], str]] = {
    Affiliation: "affiliations",
    Assessment: "assessments",
    Bulletin: "bulletins",
    Claim: "claims",
    Notice: "notices",
    Report: "reports",
    Verdicts: "verdicts",
    Whereabouts: "whereabouts",
}
"""Which list of `OnRecord` a body of each type goes to."""

_TYPES: Final = {name: kind for kind, name in LISTS.items()}
_INDEX: Final = attrgetter("index")


class EvidenceEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry that bears on evidence. `supersedes` is the entry that it takes the place of, where that is known here.

    Of a notice the body is kept only where it protects somebody: the day's report and the ends of truces look at those alone.
    """

    at_us: int
    author: str
    bodies: tuple[Body, ...]
    entry: str
    index: int
    supersedes: str | None


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    """One entry as a snapshot has it: each body with the name of its list."""

    at_us: int
    author: str
    bodies: tuple[tuple[str, bytes], ...]
    entry: str
    index: int
    supersedes: str | None


class HeldEvidence(PlainView):
    """The entries that bear on evidence, in order of the ledger. `Heads` has taken the entry in before."""

    name = "evidence"
    kinds: ClassVar[frozenset[str]] = frozenset(
        {
            *("affiliation", "assessment", "bulletin", "claim", "erasure"),
            *("notice", "report", "verdict", "whereabouts"),
        }
    )

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._entries: list[EvidenceEntry] = []

    def apply(self, known: Entry) -> None:
        """Take in what bears on evidence, and let go of what is erased."""
        found = [o.record.body for o in known.opened if isinstance(o.record, Record) and type(o.record.body) in LISTS]
        if found:
            kept = [body for body in found if not isinstance(body, Notice) or body.activity in PROTECTED]
            self._entries.append(
                EvidenceEntry(
                    at_us=known.received_at_us,
                    author=known.header.author,
                    bodies=tuple(kept),
                    entry=known.id,
                    index=known.index,
                    supersedes=self._superseded(known),
                )
            )
        elif (erasure := known.erasure) is not None:
            self._erase(erasure.about)

    def entries(self, size: int | None = None, start: int = 0) -> list[EvidenceEntry]:
        """Return the entries from an index on, and below a ledger size (None: all). The list is the caller's, and is not folded into."""
        first = bisect_left(self._entries, start, key=_INDEX) if start else 0
        end = None if size is None else bisect_left(self._entries, size, key=_INDEX)
        return self._entries[first:end]

    def save(self) -> bytes:
        """Return the entries as bytes."""
        return msgspec.msgpack.encode([_packed(one) for one in self._entries])

    def parse(self, data: bytes) -> list[EvidenceEntry]:
        """Return saved entries. Raises msgspec.DecodeError, or KeyError for a body of no known list."""
        return [_unpacked(one) for one in msgspec.msgpack.decode(data, type=list[_Packed])]

    def restore(self, state: Any) -> None:
        """Replace the entries by saved ones."""
        self._entries = state

    def _superseded(self, known: Entry) -> str | None:
        """Only what `Heads` takes for the next version takes the place of anything: not what another author says of it."""
        old = self._heads.entry(known.header.supersedes) if known.header.supersedes else None
        return known.header.supersedes if old is not None and old.superseded_by == known.id else None

    def _erase(self, about: str) -> None:
        erased = self._heads.entry(about)
        if erased is None:
            return
        at = bisect_left(self._entries, erased.index, key=_INDEX)
        if at < len(self._entries) and self._entries[at].entry == about:
            del self._entries[at]


def held_of(entries: Iterable[EvidenceEntry]) -> OnRecord:
    """Return entries as the lists that the rules of evidence are made from, in their order."""
    lists: dict[str, list[Any]] = {name: [] for name in _TYPES}
    recorded: dict[str, int] = {}
    authors: dict[str, str] = {}
    supersedes: dict[str, str] = {}
    for one in entries:
        recorded[one.entry], authors[one.entry] = one.at_us, one.author
        if one.supersedes is not None:
            supersedes[one.entry] = one.supersedes
        for body in one.bodies:
            kept: ClaimSaid | tuple[str, int, Body] = (
                said(one.entry, body, one.at_us) if isinstance(body, Claim) else (one.entry, one.at_us, body)
            )
            lists[LISTS[type(body)]].append(kept)
    kept_lists = {name: tuple(found) for name, found in lists.items()}
    return OnRecord(authors=authors, recorded=recorded, supersedes=supersedes, **kept_lists)


def _packed(one: EvidenceEntry) -> _Packed:
    bodies = tuple((LISTS[type(body)], msgspec.msgpack.encode(body)) for body in one.bodies)
    return _Packed(one.at_us, one.author, bodies, one.entry, one.index, one.supersedes)


def _unpacked(packed: _Packed) -> EvidenceEntry:
    return EvidenceEntry(
        at_us=packed.at_us,
        author=packed.author,
        bodies=tuple(msgspec.msgpack.decode(data, type=_TYPES[name]) for name, data in packed.bodies),
        entry=packed.entry,
        index=packed.index,
        supersedes=packed.supersedes,
    )
