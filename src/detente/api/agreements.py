"""Questions about agreements: what stands, for whom, as seen at which size; proofs, status sheets, and what an officer would publish."""

from __future__ import annotations

from typing import Generic

import msgspec

from detente.api.question import A, Answer, Question, Whole
from detente.picture.agreements.agreements import Publication
from detente.records.agreements.agreement import Agreement, Annex
from detente.records.agreements.verdict import Verdicts
from detente.rules.agreements.judging.proofs import Proven
from detente.rules.agreements.judging.verdict import WhatFollows
from detente.rules.agreements.sheets.counting import CountedTerm
from detente.rules.agreements.sheets.sheet import Sheet
from detente.rules.agreements.sheets.status import WordsAndDeeds


class AsSeen(Answer, frozen=True, kw_only=True):
    """An answer from one picture. `seen` says whose and at which size: it stands with every absence."""

    seen: str


class AsSeenAsked(Question[A], Generic[A], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of one picture: the own one, or another `party`'s as far as the record shows what it knew; as it is now, or at a
    time (`at`, not to come) or a size.
    """

    at: Whole | None = None
    party: str | None = None
    size: Whole | None = None


class PartyStanding(WordsAndDeeds, frozen=True, kw_only=True):
    """Where an agreement stands for one party, and the same in one sentence."""

    said: str = msgspec.field(name="sentence")


class AgreementRow(msgspec.Struct, frozen=True, kw_only=True):
    """One agreement. `answers` counts its verdicts by their answer, `as_far_as_single_reports_go` those with counts beside them;
    `unverified` are terms whose text is not; `ended_for_us`: its author tells us no later version.
    """

    agreement: str
    answers: dict[str, int]
    as_far_as_single_reports_go: int
    ended_for_us: bool
    id: str
    parties: tuple[PartyStanding, ...]
    title: str
    unverified: tuple[str, ...]
    version: int


class AgreementsShown(AsSeen, frozen=True, kw_only=True):
    """Every agreement that this viewer may read."""

    agreements: tuple[AgreementRow, ...]


class AgreementsAsked(AsSeenAsked[AgreementsShown], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How does every agreement stand?"""

    path = "/local/agreements"


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """One assent or position, as it is recorded (`docs/formats/records/agreements.md`), and from when it counts."""

    at_us: int
    body: dict[str, object]
    entry: str


class AgreementDetails(AgreementRow, frozen=True, kw_only=True):
    """One agreement whole: the version in force, its open annexes by form, what parties did about it, each term's expansion as text."""

    acts: tuple[ActRow, ...]
    annexes: dict[str, Annex]
    body: Agreement
    expansions: dict[str, str]
    versions: tuple[str, ...]


class AgreementShown(AsSeen, frozen=True, kw_only=True):
    """One agreement."""

    agreement: AgreementDetails


class AgreementAsked(AsSeenAsked[AgreementShown], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in one agreement, and how does it stand? `name`: its short name, or the id of a version."""

    path = "/local/agreements/{name}"
    name: str


class NotCounted(msgspec.Struct, frozen=True, kw_only=True):
    """What was reported of a kind that the term looks at and was left out, with the reason: outside the scope is said, not silent."""

    event: str
    why: str


class VerdictRow(WhatFollows, frozen=True, kw_only=True):
    """One verdict with its words. `reading`: its reading by name, "" where all agree; `qualified`: what stands beside it, in words."""

    not_counted: tuple[NotCounted, ...]
    qualified: tuple[str, ...]
    reading: str
    words: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a verdict is of."""
        return self.term, self.party, self.reading, self.instance


class VerdictsShown(AsSeen, frozen=True, kw_only=True):
    """The verdicts on one agreement (`id`, its first version) at a moment; `published` are the last that each party has published."""

    agreement: str
    at_us: int
    id: str
    published: tuple[Publication, ...]
    ruleset: str
    size: int
    verdicts: tuple[VerdictRow, ...]


class VerdictsAsked(AsSeenAsked[VerdictsShown], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What follows for each term, party, reading and duty?"""

    path = "/local/verdicts/{name}"
    name: str


class ProofsShown(AsSeen, frozen=True, kw_only=True):
    """For each term: its rules as text, the events that this viewer's entries give, and a proof of each verdict that has one."""

    terms: tuple[Proven, ...]


class ProofsAsked(AsSeenAsked[ProofsShown], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What proves the verdicts of `terms` (of all without any) to somebody who does not trust this station?"""

    path = "/local/proofs/{name}"
    name: str
    terms: tuple[str, ...] = ()


class PublicationDrawn(AsSeen, frozen=True, kw_only=True):
    """The record that would publish verdicts on an agreement (`id`, its first version), to be sent under an officer's key."""

    body: Verdicts
    id: str


class PublicationAsked(AsSeenAsked[PublicationDrawn], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would publish the verdicts of `terms` (of all without any)?"""

    path = "/local/publication/{name}"
    name: str
    terms: tuple[str, ...] = ()


class SheetShown(AsSeen, frozen=True, kw_only=True):
    """The status sheet of one agreement."""

    sheet: Sheet


class SheetAsked(AsSeenAsked[SheetShown], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What does the status sheet of an agreement say?"""

    path = "/local/sheets/{name}"
    name: str


class CountsShown(AsSeen, frozen=True, kw_only=True):
    """The terms of one agreement that count days, each with the events that this viewer's entries give."""

    at_us: int
    counts: tuple[CountedTerm, ...]


class CountsAsked(AsSeenAsked[CountsShown], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which terms of an agreement count days, from which events?"""

    path = "/local/counts/{name}"
    name: str
