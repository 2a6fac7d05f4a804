"""Questions about evidence: who claims what and on whose word, what contradicts what, what was counted, what a party could conclude.

Every answer says as of when it is, whose copy it was made from, and what that copy could not take in.
"""

from __future__ import annotations

import msgspec

from detente.api.basis import Missing
from detente.api.entries import ProvenEntry
from detente.api.parties import KnewThen
from detente.api.question import Answer, AskedAsOf, Question
from detente.rules.evidence.conclusions import Beside
from detente.rules.evidence.contradictions import Contradiction
from detente.rules.evidence.counts import Reconciled, ReporterFigures
from detente.rules.evidence.grades import SourceRecord
from detente.rules.evidence.incidents import Incident
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import Support
from detente.rules.evidence.report.daily_words import DailyText
from detente.rules.evidence.report.day import Daily
from detente.rules.evidence.said import ClaimSaid

"""An entry as a station holds it (docs/formats/host-api.md, "Known")."""

MOST = 1000
"""Entries in one answer at most; `next` is then the index from which to ask on."""


class EvidenceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """As of when an answer is, and whose copy it was made from. `lacking`: what could not be taken in, so that the answer is incomplete."""

    at_us: int
    by: str
    lacking: Missing


class EvidenceHeld(Answer, frozen=True, kw_only=True):
    """Records that bear on evidence, in order of the ledger; `next` is None where none follow."""

    held: OnRecord
    next: int | None
    seen: EvidenceSeen


class EvidenceHeldAsked(AskedAsOf, Question[EvidenceHeld], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which records bear on evidence, from an index on?"""

    path = "/local/evidence"
    start: int = 0


class Claims(Answer, frozen=True, kw_only=True):
    """Claims that no later version takes the place of, in order of the ledger; `next` is None where none follow."""

    claims: tuple[ClaimSaid, ...]
    next: int | None
    seen: EvidenceSeen


class ClaimsAsked(AskedAsOf, Question[Claims], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who claims what, on some subjects (none named: on all), from an index on?"""

    path = "/local/claims"
    start: int = 0
    subject: tuple[str, ...] = ()


class Origins(Answer, frozen=True, kw_only=True):
    """One claim, with what stands behind its subject. `support` is None where only claims that were replaced are on it."""

    claim: ClaimSaid
    denied_by: tuple[ClaimSaid, ...]
    on_subject: tuple[ClaimSaid, ...]
    seen: EvidenceSeen
    support: Support | None


class OriginsAsked(AskedAsOf, Question[Origins], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which independent origins stand behind the subject of a claim, and who denies it?"""

    path = "/local/origins/{claim}"
    claim: str


class Contradictions(Answer, frozen=True, kw_only=True):
    """Claims and the denials that bear on them, side by side, in order of time."""

    contradictions: tuple[Contradiction, ...]
    seen: EvidenceSeen


class ContradictionsAsked(AskedAsOf, Question[Contradictions], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which claims cannot both hold?"""

    path = "/local/contradictions"


class Incidents(Answer, frozen=True, kw_only=True):
    """Accounts that may be of one event, grouped, in order of time."""

    incidents: tuple[Incident, ...]
    seen: EvidenceSeen


class IncidentsAsked(AskedAsOf, Question[Incidents], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which accounts may be of one event?"""

    path = "/local/incidents"


class Sources(Answer, frozen=True, kw_only=True):
    """The record of each origin that spoke or was graded, those that said most first."""

    seen: EvidenceSeen
    sources: tuple[SourceRecord, ...]


class SourcesAsked(AskedAsOf, Question[Sources], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What did each origin say, what became of it, and how was it graded, by whom and why?"""

    path = "/local/sources"


class BulletinCounts(Answer, frozen=True, kw_only=True):
    """What reporters counted: `sides` beside each other, never added; `wholes` against the same reporter's own days."""

    seen: EvidenceSeen
    sides: tuple[ReporterFigures, ...]
    wholes: tuple[Reconciled, ...]


class BulletinCountsAsked(AskedAsOf, Question[BulletinCounts], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What did each reporter count, and do its figures fit together?"""

    path = "/local/bulletins"


class Conclusions(Answer, frozen=True, kw_only=True):
    """What each party could conclude from what it is proven to have been told; `entries` counts those, by party."""

    entries: dict[str, int]
    matters: tuple[Beside, ...]
    seen: EvidenceSeen


class ConclusionsAsked(AskedAsOf, Question[Conclusions], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What could each of some parties have concluded?"""

    path = "/local/conclusions"
    party: tuple[str, ...] = ()


class DailyReport(Answer, frozen=True, kw_only=True):
    """A monitor's day: as facts, and as text and pages to hand on."""

    daily: Daily
    seen: EvidenceSeen
    text: DailyText


class DailyReportAsked(Question[DailyReport], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is the report of a day in a zone, cut off at a clock time, from what had been recorded by a time (left out: now)?"""

    path = "/local/daily-report"
    ago_us: int = 0
    as_of: str = "24:00"
    date: str
    recorded_by_us: int | None = None
    zone: str


class Along(Answer, frozen=True, kw_only=True):
    """The notices, of whatever version, that touch a line in a span of time: ids, sorted."""

    notices: tuple[str, ...]


class AlongAsked(Question[Along], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which notices that were ever recorded here touch a line in a span? `line`: latitude, longitude, … in nanodegrees."""

    path = "/local/along"
    from_us: int
    line: tuple[int, ...] = ()
    until_us: int


class Knew(KnewThen, frozen=True, kw_only=True):
    """What a party knew, as `/local/known` says it. `shown` are the ids to show; `entries` is what this station holds of them."""

    at_us: int
    entries: tuple[ProvenEntry, ...]
    shown: tuple[str, ...]


class KnewAsked(AskedAsOf, Question[Knew], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What did a party know, and what did it say? `everything`: screenings, watermarks and sealed entries are shown too."""

    path = "/local/known/{party}"
    everything: bool = False
    party: str
