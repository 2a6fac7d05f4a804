"""Grades of sources (A to F) and of items (1 to 6), given apart by named assessors; their history; a source's record.

Nothing is graded by a machine. Shown is who graded what and why, what has happened since, and which grade to look at again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from detente.records.evidence.assessment import Assessment, Credibility, Reliability
from detente.rules.evidence.contradictions import Contradiction, contradictions
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.register import alliances
from detente.rules.evidence.said import ClaimSaid, origin_of, plain_name


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """One assessment of the record, with its entry and when it was recorded, µs since 1970 UTC."""

    assessment: Assessment
    at_us: int
    entry: str


class GradeChange(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the history of a grade: from what to what, when, why, and by which entries it was caused. "--" is no grade."""

    assessor: str
    at_us: int
    basis: tuple[str, ...]
    entry: str
    grade: str
    reason: str
    was: str

    def sentence(self) -> str:
        """Say the step."""
        moved = f"{self.was} to {self.grade}" if self.was != "--" else self.grade
        return f"{self.assessor}: {moved}, because: {self.reason}"


class SourceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the record shows of one origin; it proves nothing. `outcomes` counts what became of what it said, where known."""

    changes: tuple[GradeChange, ...]
    contradicted: int
    contradicted_by_ally: int
    outcomes: tuple[tuple[str, int], ...]
    retracted: int
    said: int
    source: str


def grade_text(reliability: Reliability | None, credibility: Credibility | None) -> str:
    """Write a grade: `B2`, `B-`, `-4`."""
    return f"{reliability or '-'}{credibility or '-'}"


def history(graded: Iterable[Graded]) -> dict[tuple[str, str, str], tuple[GradeChange, ...]]:
    """Return each grade's steps in order of time, by (what is graded: entry or source, topic, assessor)."""
    steps: dict[tuple[str, str, str], list[GradeChange]] = defaultdict(list)
    for one in sorted(graded, key=lambda g: (g.at_us, g.entry)):
        body = one.assessment
        line = steps[(body.about or plain_name(body.source), body.topic, body.assessor)]
        line.append(
            GradeChange(
                assessor=body.assessor,
                at_us=one.at_us,
                basis=body.basis,
                entry=one.entry,
                grade=grade_text(body.reliability, body.credibility),
                reason=body.reason,
                was=line[-1].grade if line else "--",
            )
        )
    return {key: tuple(line) for key, line in steps.items()}


def current(about: str, graded: Iterable[Graded], at_us: int) -> dict[str, GradeChange]:
    """Return each assessor's grade of an entry as it stood at a time."""
    found: dict[str, GradeChange] = {}
    for (what, _, assessor), line in history(g for g in graded if g.at_us <= at_us).items():
        if what == about:
            found[assessor] = line[-1]
    return found


def source_record(
    source: str,
    all_said: Sequence[ClaimSaid],
    graded: Sequence[Graded] = (),
    against: Sequence[Contradiction] = (),
    outcomes: Mapping[str, str] | None = None,
) -> SourceRecord:
    """Return the record of one origin over time. `outcomes` maps a claim's entry to what became of it ("observed", "not met")."""
    name = plain_name(source)
    own = [s for s in all_said if origin_of(s.claim) == name]
    ids = {s.id for s in own}
    hit = [c for c in against if c.denial.id in ids or c.claim.id in ids]
    lines = history(g for g in graded if plain_name(g.assessment.source) == name or g.assessment.about in ids)
    changes = sorted((c for line in lines.values() for c in line), key=lambda c: (c.at_us, c.entry))
    became = Counter((outcomes or {})[entry] for entry in ids if entry in (outcomes or {}))
    return SourceRecord(
        changes=tuple(changes),
        contradicted=len(hit),
        contradicted_by_ally=sum(c.by_ally and c.denial.id in ids for c in hit),
        outcomes=tuple(sorted(became.items())),
        retracted=sum(s.claim.stance == "retracts" for s in own),
        said=len({(s.claim.subject, s.claim.stance) for s in own}),
        source=source,
    )


def source_records(held: OnRecord, at_us: int) -> tuple[SourceRecord, ...]:
    """Return the record of each origin that spoke or was graded by a time, those that said most first."""
    seen = held.until(at_us)
    now = seen.current()
    names: dict[str, str] = {}
    for said in seen.claims:
        names.setdefault(origin_of(said.claim), said.claim.origin or said.claim.who)
    graded = [Graded(assessment=body, at_us=at, entry=entry) for entry, at, body in seen.assessments]
    for one in graded:
        names.setdefault(plain_name(one.assessment.source), one.assessment.source)
    against = contradictions(now.claims, alliances(now.affiliations, at_us))
    found = (source_record(name, now.claims, graded, against) for name in sorted(names.values()))
    return tuple(sorted(found, key=lambda r: (-r.said, r.source)))
