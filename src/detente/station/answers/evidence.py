"""Evidence as this station holds it. The fold is cut on the serving thread; what follows from the cut is worked out beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import msgspec

from detente.api.basis import Basis, Missing
from detente.api.entries import ProvenEntry
from detente.api.evidence import (
    MOST,
    Along,
    AlongAsked,
    BulletinCounts,
    BulletinCountsAsked,
    Claims,
    ClaimsAsked,
    Conclusions,
    ConclusionsAsked,
    Contradictions,
    ContradictionsAsked,
    DailyReport,
    DailyReportAsked,
    EvidenceHeld,
    EvidenceHeldAsked,
    EvidenceSeen,
    Incidents,
    IncidentsAsked,
    Knew,
    KnewAsked,
    Origins,
    OriginsAsked,
    Sources,
    SourcesAsked,
)
from detente.api.question import AskedAsOf
from detente.errors import Refused, not_among, problem
from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.f3548 import time_text
from detente.geometry.volume import Corridor, Point
from detente.geometry.zones import zone
from detente.ledger.readable import ReadableEntry
from detente.picture.evidence.evidence import EvidenceEntry, held_of
from detente.picture.fold import lacking_words
from detente.picture.known import known_of
from detente.records.notices.notice import Notice
from detente.rules.agreements.readings.report_day import period_of, require_begun
from detente.rules.evidence.conclusions import beside, conclude
from detente.rules.evidence.contradictions import contradictions as contradictions_of
from detente.rules.evidence.contradictions import denied_by
from detente.rules.evidence.counts import side_by_side, wholes
from detente.rules.evidence.grades import source_records
from detente.rules.evidence.incidents import accounts
from detente.rules.evidence.incidents import incidents as incidents_of
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import support
from detente.rules.evidence.register import alliances
from detente.rules.evidence.report.daily import daily
from detente.rules.evidence.report.daily_words import daily_text
from detente.station.answers.basis import basis
from detente.station.answers.parties import known_then
from detente.station.engine import StationLoop

T = TypeVar("T")

PAGE = 1024
"""Entries of the own copy that are read at once."""

UNSHOWN = frozenset({"screening", "sealed", "watermark"})
"""Kinds of which it is not shown that a party knew them, unless everything is asked for."""

_KNOWN = msgspec.json.Decoder(ReadableEntry)


class _Cut(NamedTuple):
    """What stood when a question was asked, taken at one moment on the serving thread."""

    at_us: int
    basis: Basis
    entries: list[EvidenceEntry]
    seen: EvidenceSeen

    def held(self) -> OnRecord:
        """Return the records that had been recorded by the time asked for."""
        return held_of(one for one in self.entries if one.at_us <= self.at_us)


async def evidence_held(engine: StationLoop, asked: EvidenceHeldAsked) -> EvidenceHeld:
    """Return the records that bear on evidence, from an index on."""
    cut = _cut(engine, asked, asked.start)
    page, following = cut.entries[:MOST], cut.entries[MOST : MOST + 1]
    held = await asyncio.to_thread(cut._replace(entries=page).held)
    return EvidenceHeld(basis=cut.basis, held=held, next=following[0].index if following else None, seen=cut.seen)


async def claims(engine: StationLoop, asked: ClaimsAsked) -> Claims:
    """Return claims that no later version takes the place of: a later version has a higher index, so the cut may begin anywhere."""
    cut = _cut(engine, asked, asked.start)

    def work(held: OnRecord) -> Claims:
        found = [s for s in held.current().claims if not asked.subject or s.claim.subject in asked.subject]
        following = found[MOST].id if len(found) > MOST else None
        index = next((one.index for one in cut.entries if one.entry == following), None)
        return Claims(basis=cut.basis, claims=tuple(found[:MOST]), next=index, seen=cut.seen)

    return await _worked_out(cut, work)


async def origins(engine: StationLoop, asked: OriginsAsked) -> Origins:
    """Return what stands behind the subject of one claim."""
    cut = _cut(engine, asked)
    return await _worked_out(cut, lambda held: _origins(cut, held, asked.claim))


def _origins(cut: _Cut, held: OnRecord, entry: str) -> Origins:
    claim = next((s for s in held.claims if s.id == entry), None)
    if claim is None:
        rule = "is no claim that this station holds, as of then"
        raise Refused([problem("not-found", "claim", entry, rule, "Copy the whole id")])
    current = held.current().claims
    subject = claim.claim.subject
    on_subject = tuple(s for s in current if s.claim.subject == subject)
    return Origins(
        basis=cut.basis,
        claim=claim,
        denied_by=denied_by(subject, current),
        on_subject=on_subject,
        seen=cut.seen,
        support=support(on_subject).get(subject),
    )


async def contradictions(engine: StationLoop, asked: ContradictionsAsked) -> Contradictions:
    """Return the claims and denials that cannot both hold."""
    cut = _cut(engine, asked)

    def work(held: OnRecord) -> Contradictions:
        now = held.current()
        found = contradictions_of(now.claims, alliances(now.affiliations, cut.at_us))
        return Contradictions(basis=cut.basis, contradictions=found, seen=cut.seen)

    return await _worked_out(cut, work)


async def incidents(engine: StationLoop, asked: IncidentsAsked) -> Incidents:
    """Return the accounts that may be of one event."""
    cut = _cut(engine, asked)
    return await _worked_out(
        cut, lambda held: Incidents(basis=cut.basis, incidents=incidents_of(accounts(held)), seen=cut.seen)
    )


async def sources(engine: StationLoop, asked: SourcesAsked) -> Sources:
    """Return the record of each origin."""
    cut = _cut(engine, asked)
    return await _worked_out(
        cut, lambda held: Sources(basis=cut.basis, seen=cut.seen, sources=source_records(held, cut.at_us))
    )


async def bulletin_counts(engine: StationLoop, asked: BulletinCountsAsked) -> BulletinCounts:
    """Return what reporters counted."""
    cut = _cut(engine, asked)

    def work(held: OnRecord) -> BulletinCounts:
        bulletins = [body for _, _, body in held.current().bulletins]
        return BulletinCounts(basis=cut.basis, seen=cut.seen, sides=side_by_side(bulletins), wholes=wholes(bulletins))

    return await _worked_out(cut, work)


async def conclusions(engine: StationLoop, asked: ConclusionsAsked) -> Conclusions:
    """Return what each party could conclude: we from our own copy, another from what its watermarks and own entries prove to us."""
    cut = _cut(engine, asked)
    _require_parties(engine, asked.party)
    told = {party: _told(engine, party, cut.at_us) for party in asked.party}

    def work(held: OnRecord) -> Conclusions:
        concluded = {party: conclude(held if ids is None else held.only(ids), cut.at_us) for party, ids in told.items()}
        return Conclusions(
            basis=cut.basis,
            entries={party: one.entries for party, one in concluded.items()},
            matters=beside(concluded),
            seen=cut.seen,
        )

    return await _worked_out(cut, work)


def _told(engine: StationLoop, party: str, at_us: int) -> frozenset[str] | None:
    """Return what a party is proven to have been told by a time; None for ourselves: all that we hold."""
    if party == engine.state.me.party:
        return None
    timeline = engine.parts.picture.timeline
    found = timeline.known_to(party, at_us=at_us)
    return frozenset((*timeline.ids(found.told), *timeline.ids(found.own)))


async def daily_report(engine: StationLoop, asked: DailyReportAsked) -> DailyReport:
    """Return the report of a day."""
    period, where = period_of(asked.date, asked.zone, asked.as_of), zone(asked.zone)
    by_us = _moment(engine, asked.recorded_by_us, asked.ago_us, "recorded_by_us")
    require_begun(period, by_us)
    cut = _cut(engine, AskedAsOf(at_us=by_us))
    lacking = lacking_words(cut.seen.lacking.not_understood, cut.seen.lacking.by)

    def work(held: OnRecord) -> DailyReport:
        found = daily(held, period, by_us)
        text = daily_text(found, held, where, cut.seen.by, cut.basis.virtual, lacking)
        return DailyReport(basis=cut.basis, daily=found, seen=cut.seen, text=text)

    return await _worked_out(cut, work)


async def along(engine: StationLoop, asked: AlongAsked) -> Along:
    """Return the notices that touch a line in a span, from the own copy: the view keeps no outline of what is over."""
    ends = list(zip(asked.line[::2], asked.line[1::2], strict=False))
    if len(ends) < 2 or len(asked.line) % 2:
        rule = "must be latitude and longitude of two points or more"
        raise Refused([problem("parameter", "line", list(asked.line), rule, "Write them in nanodegrees, with commas")])
    line = tuple(Point(lat_ndeg, lon_ndeg) for lat_ndeg, lon_ndeg in ends)
    stands = basis(engine)
    outline = Corridor(edge="geodesic", half_width_mm=0, line=line)
    found = await asyncio.to_thread(_along, engine, outline, asked.from_us, asked.until_us)
    return Along(basis=stands, notices=tuple(sorted(found)))


def _along(engine: StationLoop, outline: Corridor, from_us: int, until_us: int) -> set[str]:
    found = set()
    start = 0
    while page := engine.parts.copy.known(start, PAGE):
        start = page[-1][0] + 1
        for _, _, raw in page:
            notice = _notice(_KNOWN.decode(raw))
            if notice is not None and any(
                v.start_us <= until_us
                and from_us <= v.end_us
                and horizontal_distance(v.outline, outline, 0) is not None
                for v in notice[1].volumes
            ):
                found.add(notice[0])
    return found


def _notice(shown: ReadableEntry) -> tuple[str, Notice] | None:
    if not shown.header.kind.startswith("notice/"):
        return None
    facets = [None if opening is None else opening.facet for opening in shown.facets]
    body = known_of(shown.index, shown.received_at_us, shown.id, shown.header, facets).body(Notice)
    return None if body is None else (shown.id, body)


async def knew(engine: StationLoop, asked: KnewAsked) -> Knew:
    """Return what a party knew, by its watermark in force and nothing else, with the entries to show."""
    _require_parties(engine, (asked.party,))
    at_us = _moment(engine, asked.at_us, asked.ago_us, "at_us")
    then, heads = known_then(engine, asked.party, at_us, asked.size), engine.parts.picture.heads
    entries = [(entry, heads.entry(entry)) for entry in (*then.told, *then.no_evidence, *then.own)]
    shown = {i: e.index for i, e in entries if e is not None and (asked.everything or e.kind not in UNSHOWN)}
    read = await asyncio.to_thread(_read, engine, sorted(shown.values()))
    return Knew(at_us=at_us, entries=read, shown=tuple(shown), **msgspec.structs.asdict(then))


def _read(engine: StationLoop, indexes: list[int]) -> tuple[ProvenEntry, ...]:
    raw = (engine.parts.copy.known_at(index) for index in indexes)
    return tuple(msgspec.json.decode(data, type=ProvenEntry) for data in raw if data is not None)


async def _worked_out(cut: _Cut, work: Callable[[OnRecord], T]) -> T:
    """Work something out from what was held, off the serving thread."""
    return await asyncio.to_thread(lambda: work(cut.held()))


def _cut(engine: StationLoop, asked: AskedAsOf, start: int = 0) -> _Cut:
    at_us = _moment(engine, asked.at_us, asked.ago_us, "at_us")
    view = engine.parts.picture.evidence
    fresh = engine.parts.picture.freshness(view, engine.now_us)
    lacking = Missing(by=fresh.by, not_understood=fresh.not_understood)
    return _Cut(
        at_us=at_us,
        basis=basis(engine),
        entries=view.entries(asked.size, start),
        seen=EvidenceSeen(at_us=at_us, by=engine.state.me.party, lacking=lacking),
    )


def _moment(engine: StationLoop, at_us: int | None, ago_us: int, field: str) -> int:
    """Return the moment asked for. Raises `Refused` for one to come: nobody knows yet what will be known."""
    found = engine.now_us - ago_us if at_us is None else at_us
    if found > engine.now_us:
        raise Refused([problem("time", field, time_text(found), "has not come yet", "Leave it out, for now.")])
    return found


def _require_parties(engine: StationLoop, named: tuple[str, ...]) -> None:
    known = engine.state.identity.parties()
    if unknown := [party for party in named if party not in known]:
        raise Refused(not_among("party", party, known, "party of this ledger") for party in unknown)
    if not named:
        raise Refused([problem("parameter", "party", "", "must name a party", "Write party=rus,usa")])
