"""Humanitarian notifications: what sites and movements are, whose consent they have, approvals asked for, and which are reported hit."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.known import Entry
from detente.picture.notices.airspace import Airspace, LiveNotice
from detente.records.entries.erasure import Erasure
from detente.records.evidence.claim import Claim
from detente.records.evidence.report import Report
from detente.records.notices.notice import Activity
from detente.records.protection.humane import Consent, Coordination, HumaneNotice
from detente.rules.protection.hits import HIT_CLASSES, NEAR, Hit, Notified, Reported, hits_of

PROTECTED = frozenset({Activity.PROTECTED_MOVEMENT, Activity.PROTECTED_SITE})


class Coordinated(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One request for approval, or an answer to one: who says it, to whom, when."""

    at_us: int
    author: str
    coordination: Coordination
    entry: str
    to: tuple[str, ...]


class HumaneState(msgspec.Struct, kw_only=True):
    """Details and consents by the notice's first version; coordination by what it is about; hits in order of the ledger."""

    consents: dict[str, Consent] = {}
    coordinated: dict[str, list[Coordinated]] = {}
    details: dict[str, HumaneNotice] = {}
    hits: list[Hit] = []


class Humane(View):
    """Stands after `Airspace`. `fresh` are hits taken in since somebody last took them from here."""

    name = "humane"
    kinds: ClassVar[frozenset[str]] = frozenset({"claim", "consent", "coordination", "erasure", "notice", "report"})
    state: HumaneState

    def __init__(self, airspace: Airspace) -> None:
        self._airspace = airspace
        self.restore(HumaneState())

    def restore(self, state: HumaneState) -> None:
        """Start from a saved state; every hit in it is fresh again, for whoever keeps what it has shown."""
        self.state = state
        self.fresh = list(state.hits)

    def apply(self, known: Entry) -> None:
        """Take in one entry."""
        for opened in known.opened:
            body = getattr(opened.record, "body", None)
            if isinstance(body, HumaneNotice):
                self.state.details[self._airspace.first_of(known.id)] = body
            elif isinstance(body, Claim | Report):
                near = [] if body.place is None else self._airspace.near((body.place,), NEAR)
                self._reported(known, body, near)
            elif isinstance(body, Erasure):
                self._erased(body)

    def answer(self, known: Entry, about: str) -> None:
        """Take in what an entry says of a notice, or of a request."""
        consent, coordination, claim = known.body(Consent), known.body(Coordination), known.body(Claim)
        live = self._airspace.get(about)
        if consent is not None:
            self.state.consents[self._airspace.first_of(about)] = consent
        elif coordination is not None:
            self._coordinated(known, coordination)
        elif claim is not None and live is not None:
            self._reported(known, claim, [live])

    def details(self, entry_id: str) -> HumaneNotice | None:
        """Return the humanitarian part of a notice, given any of its versions."""
        return self.state.details.get(self._airspace.first_of(entry_id))

    def consent(self, entry_id: str) -> Consent | None:
        """Return the owner's consent, which only the author's own station knows."""
        return self.state.consents.get(self._airspace.first_of(entry_id))

    def forbidden(self, entry_id: str) -> frozenset[str]:
        """Return the parties with which a notice must not be shared."""
        consent = self.consent(entry_id)
        return frozenset(consent.not_to) if consent is not None else frozenset()

    def approval(self, notice: str, party: str) -> Coordinated | None:
        """Return the last word on approval between a notice's author and one party, or None: nobody asked."""
        asked = self.state.coordinated.get(self._airspace.first_of(notice), [])
        last: Coordinated | None = None
        for one in asked:
            if one.coordination.says == "asks-approval" and party in one.to:
                answers = self.state.coordinated.get(one.entry, [])
                last = next((a for a in reversed(answers) if a.author == party), one)
        return last

    def hits(self) -> list[Hit]:
        """Return every report set beside a notified place, in order of the ledger."""
        return list(self.state.hits)

    def hits_of(self, entry_id: str) -> list[Hit]:
        """Return the reports about one notified place that are no denials, given any of its versions."""
        first = self._airspace.first_of(entry_id)
        return [h for h in self.state.hits if self._airspace.first_of(h.notice) == first and not h.denies]

    def take_fresh(self) -> list[Hit]:
        """Return the hits taken in since the last call."""
        fresh, self.fresh = self.fresh, []
        return fresh

    def _coordinated(self, known: Entry, body: Coordination) -> None:
        said = Coordinated(
            at_us=known.received_at_us,
            author=known.header.author,
            coordination=body,
            entry=known.id,
            to=known.recipients,
        )
        self.state.coordinated.setdefault(self._airspace.first_of(body.about), []).append(said)

    def _reported(self, known: Entry, body: Claim | Report, places: list[LiveNotice]) -> None:
        """Set a report beside protected places: those near it, or one that it names."""
        if body.event_class not in HIT_CLASSES:
            return
        about = body.about if isinstance(body, Claim) else ()
        named = [live.version for one in about if (live := self._airspace.get(one)) is not None]
        says = body.says if isinstance(body, Claim) else body.title or body.words
        reported = Reported(
            about=tuple(named),
            denies=isinstance(body, Claim) and body.stance in ("denies", "retracts"),
            entry=known.id,
            place=body.place,
            says=says,
            who=body.who,
        )
        had = {hit.notice for hit in self.state.hits if hit.entry == known.id}
        protected = [live for live in places if live.activity in PROTECTED and live.version not in had]
        found = hits_of([_notified(live) for live in sorted(protected, key=lambda live: live.first)], reported)
        self.state.hits += found
        self.fresh += found

    def _erased(self, erasure: Erasure) -> None:
        """Forget what was said of hits in an erased entry, and the humanitarian part where that is among what went."""
        entry = erasure.about
        if erasure.whole:
            self.state.hits = [h for h in self.state.hits if h.entry != entry]
        if self._airspace.is_head(entry):
            first = self._airspace.first_of(entry)
            self.state.details.pop(first, None)


def _notified(live: LiveNotice) -> Notified:
    notice = live.notice()
    words = notice.words if notice is not None else ""
    return Notified(author=live.author, version=live.version, volumes=live.volumes(), words=words)
