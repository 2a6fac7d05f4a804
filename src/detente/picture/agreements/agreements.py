"""Agreements as one viewer sees them: from that viewer's entries only, each new one revising exactly the verdicts that it touches.

What is kept is what agreements look at, as bytes; the live terms are made from it again on `restore`. `as_of` and `known_to` answer for
verdicts by folding the entries of that size, or of that party's knowledge, anew: slow, and the same code.

Notices, answers, calls and messages are kept from the first agreement on that this viewer may read: they are many, and what went before
no agreement governs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import ClassVar

import msgspec

from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.plain import PlainView
from detente.records.agreements.agreement import Agreement, Annex
from detente.records.agreements.assent import Assent
from detente.records.agreements.position import Position
from detente.records.agreements.verdict import Answer, ReadAs, Verdicts
from detente.records.body import Body
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.registry import REGISTRY, Record
from detente.rules.agreements.facts.occurrences import Occurrences, OccurrencesChanged
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.judging.watching import Watching

ALWAYS = frozenset(
    {
        "affiliation",
        "agreement",
        "assent",
        "bulletin",
        "claim",
        "disclosure",
        "erasure",
        "position",
        "report",
        "verdict",
        "whereabouts",
    }
)
ACTS = frozenset({"call", "message", "notice", "response"})
ANSWERS = frozenset({"assent", "disclosure", "position"})
"""Kinds that mean nothing without the entry they are about."""


class ReadableFacet(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One facet that was readable: its kind with version, form, canonical bytes, and who else may read it."""

    kind: str
    form: str
    body: bytes
    audience: tuple[str, ...]


class AgreementEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One entry as agreements need it. `about` is the entry that a disclosure opens or an erasure erases, "" otherwise."""

    id: str
    index: int
    author: str
    audience: tuple[str, ...]
    name: str
    received_at_us: int
    signed_at_us: int
    thread: str
    parts: tuple[ReadableFacet, ...]
    about: str = ""


class AgreementsState(msgspec.Struct, kw_only=True):
    """Every entry that agreements look at, in order of the ledger."""

    kept: list[AgreementEntry] = []


Key = tuple[str, str, ReadAs, str]


class PublishedVerdicts(msgspec.Struct, kw_only=True):
    """What one party has last published on one agreement: its answers, in which entry, for whom."""

    answers: dict[Key, Answer]
    audience: tuple[str, ...]
    entry: str
    ruleset: str


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """The last verdicts that one party has published on an agreement, and whether by the ruleset that is applied here.

    Another ruleset may come to other answers from the same entries; that is no contradiction, and is shown as the ruleset it is.
    """

    author: str
    entry: str
    ruleset: str
    same_ruleset: bool


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Published verdicts that an entry has changed: the batch to be recorded. `was` has the answer published before of each."""

    about: str
    audience: tuple[str, ...]
    author: str
    now_us: int
    revises: str
    size: int
    trigger: str
    verdicts: tuple[Verdict, ...]
    was: tuple[Answer, ...]


class Agreements(PlainView):
    """All agreements that this viewer may read, live. `Heads` stands before it in the driver."""

    name = "agreements"
    kinds: ClassVar[frozenset[str]] = ALWAYS | ACTS
    state: AgreementsState

    def __init__(self, heads: Heads | None = None) -> None:
        self._heads = heads
        self.restore(AgreementsState())

    def restore(self, state: AgreementsState) -> None:
        """Make all live terms again from a saved state."""
        self.state = AgreementsState()
        self.book = Occurrences()
        self.watching: dict[str, Watching] = {}
        self.published: dict[tuple[str, str], PublishedVerdicts] = {}
        self.slots: set[tuple[str, str, str]] = set()
        self._thread: dict[str, str] = {}
        self._annexes: dict[str, str] = {}
        self._due: list[Due] = []
        for kept in state.kept:
            self._take(kept)
        self._due.clear()

    def apply(self, known: Entry) -> None:
        """Take in one entry, but for what is said of an agreement or opens a facet."""
        if known.kind in ANSWERS or (known.kind in ACTS and not self.watching):
            return
        self._take(self._kept(known))

    def answer(self, known: Entry, about: str) -> None:
        """Take in what is said of an agreement, or a facet opened later."""
        if known.kind in ANSWERS:
            self._take(self._kept(known))

    # --- what stands

    def verdicts(self, agreement: str, now_us: int) -> tuple[Verdict, ...]:
        """Return the verdicts on an agreement, by any id of a version of it, at a moment; none where it is not known."""
        found = self.of(agreement)
        return () if found is None else found.verdicts(now_us)

    def of(self, agreement: str) -> Watching | None:
        """Return an agreement by the id of any version, or by its short name where only one has it."""
        found = self.watching.get(self._thread.get(agreement, agreement))
        if found is not None:
            return found
        named = [w for w in self.watching.values() if w.body.agreement == agreement]
        return named[0] if len(named) == 1 else None

    def as_of(self, size: int) -> Agreements:
        """Return the agreements as this viewer saw them at a ledger size."""
        return self._again(lambda kept: kept.index < size, None)

    def known_to(self, party: str, entries: Collection[str]) -> Agreements:
        """Return the agreements as a party saw them that knew these entries (`Timeline.known_to`), as far as this viewer can tell.

        Of an entry with several facets, those count that the party could read.
        """
        known = frozenset(entries)
        return self._again(lambda kept: kept.id in known, party)

    def publications(self, about: str, ruleset: str) -> tuple[Publication, ...]:
        """Return what each party last published on an agreement, beside the ruleset that is applied here."""
        return tuple(
            Publication(author=author, entry=held.entry, ruleset=held.ruleset, same_ruleset=held.ruleset == ruleset)
            for (author, of), held in sorted(self.published.items())
            if of == about
        )

    def take_due(self) -> list[Due]:
        """Hand over the revisions that entries have made due since last asked."""
        due, self._due = self._due, []
        return due

    # ---

    def _again(self, wanted: Callable[[AgreementEntry], bool], party: str | None) -> Agreements:
        found = Agreements()
        for kept in self.state.kept:
            if not wanted(kept):
                continue
            if party is not None and kept.author != party:
                kept = msgspec.structs.replace(kept, parts=tuple(p for p in kept.parts if party in p.audience))
            found._take(kept)
        found._due.clear()
        return found

    def _kept(self, known: Entry) -> AgreementEntry:
        header = known.header
        opened = [*known.opened, *([known.disclosed] if known.disclosed is not None else [])]
        parts = []
        for one in opened:
            if isinstance(one.record, Record):
                kind, form, data = REGISTRY.write(one.record.body)
                parts.append(ReadableFacet(kind, form, data, one.audience))
        disclosure, erasure = known.body(Disclosure), known.erasure
        about = disclosure.about if disclosure is not None else erasure.about if erasure is not None else ""
        entry = self._heads.entry(known.id) if self._heads is not None else None
        return AgreementEntry(
            id=known.id,
            index=known.index,
            author=header.author,
            audience=header.audience,
            name=known.kind,
            received_at_us=known.received_at_us,
            signed_at_us=header.signed_at_us,
            thread=known.id if entry is None else entry.first,
            parts=tuple(parts),
            about=about,
        )

    def _take(self, kept: AgreementEntry) -> None:
        self.state.kept.append(kept)
        before = self._answers(kept.received_at_us) if self.published else {}
        for part in kept.parts:
            record = REGISTRY.read(part.kind, part.form, part.body, strict=False)
            if isinstance(record, Record):
                self._body(kept, record.body)
        if kept.name == "erasure":
            self._forget(kept.about)
            self._changed(self.book.erase(kept.about))
        if before:
            self._revisions(kept, before)

    def _forget(self, entry: str) -> None:
        """Destroy what an erased entry said: nothing of it stays in a snapshot, or in what was shown at an earlier size."""
        for at, held in enumerate(self.state.kept):
            if held.id == entry:
                self.state.kept[at] = msgspec.structs.replace(held, parts=())

    def _body(self, kept: AgreementEntry, body: Body) -> None:
        match body:
            case Agreement():
                self._agreement(kept, body)
            case Annex():
                self._annex(kept, body)
            case Verdicts():
                self._verdicts(kept, body)
            case Disclosure() | Erasure():
                return
            case _:
                at_us = kept.signed_at_us
                self._changed(self.book.take(kept.id, kept.author, at_us, kept.received_at_us, body, kept.thread))
                if isinstance(body, Assent | Position):
                    self._act(kept.id, kept.received_at_us, body)

    def _changed(self, changed: OccurrencesChanged) -> None:
        if changed.now or changed.gone:
            for watching in self.watching.values():
                watching.take(changed, self.book)

    def _agreement(self, kept: AgreementEntry, body: Agreement) -> None:
        thread = kept.thread
        self._thread[kept.id] = thread
        held = self.watching.get(thread)
        if held is None:
            held = self.watching[thread] = Watching(thread, kept.id, body, kept.author)
        held.entry, held.body = kept.id, body
        held.versions.append(kept.id)
        held.annexes.clear()
        held.build(self.book)

    def _annex(self, kept: AgreementEntry, body: Annex) -> None:
        entry = kept.about or kept.id
        held = self.watching.get(self._thread.get(entry, kept.thread))
        if held is None:
            return
        form = REGISTRY.write(body)[1]
        held.annexes[form] = (form, body)
        held.build(self.book)

    def _act(self, entry: str, at_us: int, body: Assent | Position) -> None:
        thread = self._thread.get(body.about, body.about)
        held = self.watching.get(thread)
        if held is not None:
            held.add_act(entry, at_us, body, self.book)

    def _verdicts(self, kept: AgreementEntry, body: Verdicts) -> None:
        about = self._thread.get(body.about, body.about)
        said = {(v.term, v.party, v.reading, v.instance): v.answer for v in body.verdicts}
        held = self.published.get((kept.author, about))
        answers = {**held.answers, **said} if held is not None else said
        self.published[(kept.author, about)] = PublishedVerdicts(
            answers=answers, audience=kept.audience, entry=kept.id, ruleset=body.ruleset
        )
        if body.trigger is not None:
            self.slots.add((kept.author, about, body.trigger))

    def _answers(self, now_us: int) -> dict[str, dict[Key, Answer]]:
        """The answers on every agreement of which somebody has published verdicts."""
        return {
            about: {v.key: v.answer for v in self.watching[about].verdicts(now_us)}
            for about in {about for _, about in self.published}
            if about in self.watching
        }

    def _revisions(self, kept: AgreementEntry, before: dict[str, dict[Key, Answer]]) -> None:
        """Find what this entry has changed of what was published: one batch for each agreement and publisher."""
        now_us = kept.received_at_us
        for (author, about), published in self.published.items():
            if about not in before or (author, about, kept.id) in self.slots or kept.id == published.entry:
                continue
            revised = [
                v
                for v in self.watching[about].verdicts(now_us)
                if v.key in published.answers
                and v.answer != published.answers[v.key]
                and before[about].get(v.key) != v.answer
            ]
            if revised:
                self._due.append(
                    Due(
                        about=about,
                        audience=published.audience,
                        author=author,
                        now_us=now_us,
                        revises=published.entry,
                        size=kept.index + 1,
                        trigger=kept.id,
                        verdicts=tuple(revised),
                        was=tuple(published.answers[v.key] for v in revised),
                    )
                )
