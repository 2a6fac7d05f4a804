"""What one viewer holds that bears on evidence, as plain lists; every view of evidence is made from this, and from nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

import msgspec

from detente.records.agreements.verdict import Verdicts
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.records.evidence.assessment import Assessment
from detente.records.evidence.bulletin import Bulletin
from detente.records.evidence.report import Report
from detente.records.notices.notice import Notice
from detente.rules.evidence.said import ClaimSaid

T = TypeVar("T")
Kept = tuple[str, int, T]
"""An entry's id, when it was recorded (µs since 1970 UTC), and its body."""


class OnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The records that bear on evidence, in order of recording. `recorded`: when each entry was, `authors`: by which party.

    `supersedes` maps a later version to the one it takes the place of; both stay in the lists.
    """

    affiliations: tuple[Kept[Affiliation], ...] = ()
    assessments: tuple[Kept[Assessment], ...] = ()
    authors: Mapping[str, str] = {}
    bulletins: tuple[Kept[Bulletin], ...] = ()
    claims: tuple[ClaimSaid, ...] = ()
    notices: tuple[Kept[Notice], ...] = ()
    recorded: Mapping[str, int] = {}
    reports: tuple[Kept[Report], ...] = ()
    supersedes: Mapping[str, str] = {}
    verdicts: tuple[Kept[Verdicts], ...] = ()
    whereabouts: tuple[Kept[Whereabouts], ...] = ()

    def then(self, later: OnRecord) -> OnRecord:
        """Return this with what was recorded after it."""
        return OnRecord(
            affiliations=self.affiliations + later.affiliations,
            assessments=self.assessments + later.assessments,
            authors={**self.authors, **later.authors},
            bulletins=self.bulletins + later.bulletins,
            claims=self.claims + later.claims,
            notices=self.notices + later.notices,
            recorded={**self.recorded, **later.recorded},
            reports=self.reports + later.reports,
            supersedes={**self.supersedes, **later.supersedes},
            verdicts=self.verdicts + later.verdicts,
            whereabouts=self.whereabouts + later.whereabouts,
        )

    def until(self, at_us: int) -> OnRecord:
        """Return what had been recorded by a time (that moment included)."""
        return self.only({entry for entry, at in self.recorded.items() if at <= at_us})

    def only(self, entries: Collection[str]) -> OnRecord:
        """Return what is in some entries: of what a party is proven to have been told, say."""
        return OnRecord(
            affiliations=tuple(k for k in self.affiliations if k[0] in entries),
            assessments=tuple(k for k in self.assessments if k[0] in entries),
            authors={e: a for e, a in self.authors.items() if e in entries},
            bulletins=tuple(k for k in self.bulletins if k[0] in entries),
            claims=tuple(s for s in self.claims if s.id in entries),
            notices=tuple(k for k in self.notices if k[0] in entries),
            recorded={e: at for e, at in self.recorded.items() if e in entries},
            reports=tuple(k for k in self.reports if k[0] in entries),
            supersedes={e: old for e, old in self.supersedes.items() if e in entries},
            verdicts=tuple(k for k in self.verdicts if k[0] in entries),
            whereabouts=tuple(k for k in self.whereabouts if k[0] in entries),
        )

    def current(self) -> OnRecord:
        """Return it without the versions that a later version here takes the place of."""
        return self.only(set(self.recorded) - set(self.supersedes.values()))
