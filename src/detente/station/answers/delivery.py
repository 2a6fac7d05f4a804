"""Delivery: the course of one entry at each recipient, and which party has which notice."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from detente.api.delivery import (
    AcceptedRow,
    CellRow,
    CourseRow,
    Courses,
    CoursesAsked,
    DeliveryAsked,
    DeliveryFacts,
    EntryAbout,
    FactRow,
    LeadsRow,
    Matrix,
    MatrixAsked,
    MatrixRow,
)
from detente.errors import Refused, not_among
from detente.ledger.readable import ReadableEntry
from detente.picture.boards.matrix import MatrixLine, matrix
from detente.picture.heads import EntrySummary
from detente.records.hotline.message import Message
from detente.records.notices.notice import Notice
from detente.records.registry import REGISTRY, Record
from detente.rules.hotline.lapse import HOST, ClockReading
from detente.rules.notices.delivery.course import Course
from detente.rules.notices.delivery.lead_times import Reach, leads_of, stop_reach
from detente.rules.notices.delivery.steps import DeliveryStep
from detente.station.answers.basis import basis
from detente.station.answers.finding import id_bytes, over_row
from detente.station.engine import StationLoop


def delivery(engine: StationLoop, asked: DeliveryAsked) -> DeliveryFacts:
    """Return what is on record of an entry, by recipient."""
    found = {
        party: tuple(FactRow(words=fact.sentence(), **msgspec.structs.asdict(fact)) for fact in facts)
        for party, facts in engine.parts.picture.delivery.of(asked.entry).items()
    }
    return DeliveryFacts(basis=basis(engine), delivery=found, over=over_row(engine, asked.entry))


def courses(engine: StationLoop, asked: CoursesAsked) -> Courses:
    """Return how far an entry came at each recipient; the leads of a notice, the clock of a stop."""
    version = id_bytes(asked.entry).hex()
    entry = engine.parts.picture.heads.entry(version)
    if entry is None:
        return Courses(about=None, basis=basis(engine), courses=(), over=None, superseded_by=None)
    body = _body(_known(engine, version))
    return Courses(
        about=EntryAbout(author=entry.author, kind=entry.kind, recorded_us=entry.received_at_us),
        basis=basis(engine),
        courses=tuple(_course(engine, version, entry, party, body) for party in entry.recipients),
        over=over_row(engine, version),
        superseded_by=entry.superseded_by,
    )


def _course(engine: StationLoop, version: str, entry: EntrySummary, party: str, body: object) -> CourseRow:
    picture = engine.parts.picture
    notice = body if isinstance(body, Notice) else None
    course = picture.delivery.course(version, party, needs_readback=notice is not None and notice.needs_readback)
    wrong = next((j for j in picture.read_backs.of(version) if j.party == party and j.verdict == "differs"), None)
    stop = isinstance(body, Message) and body.urgency == "stop"
    return CourseRow(
        alarm=wrong.sentence() if wrong is not None else course.alarm,
        leads=msgspec.UNSET if notice is None else _leads(engine, version, entry, party, notice),
        reach=_reach(engine, version, entry, course) if stop else msgspec.UNSET,
        words=course.sentence(),
        **msgspec.structs.asdict(course),
    )


def _leads(engine: StationLoop, version: str, entry: EntrySummary, party: str, notice: Notice) -> LeadsRow:
    facts = engine.parts.picture.delivery.facts(version, party)
    leads = leads_of(notice, entry.author, facts, party, engine.state.me.genesis.rules)
    said = leads.accepted
    words = "" if said is None else said.sentence(entry.author)
    accepted = None if said is None else AcceptedRow(words_said=words, **msgspec.structs.asdict(said))
    return LeadsRow(**{**msgspec.structs.asdict(leads), "accepted": accepted})


def _reach(engine: StationLoop, version: str, entry: EntrySummary, course: Course) -> Reach:
    """Hold a stop's time on one clock: that on which the unit's word was measured, else our own since we asked or held it."""
    me, rules = engine.state.me.party, engine.state.me.genesis.rules
    now = ClockReading(at_us=engine.now_us, by=me)
    steps = (timed for unit in course.units for timed in unit.steps if timed.fact.step is DeliveryStep.UNIT_CONFIRMED)
    first = min((t for t in steps if t.took is not None), key=lambda t: t.fact.index, default=None)
    if first is not None and first.took is not None:
        return stop_reach(first.took.began, first.took.ended, now, rules)
    if entry.author == me:
        known = _known(engine, version)
        signed_us = entry.received_at_us if known is None else known.header.signed_at_us
        return stop_reach(ClockReading(at_us=signed_us, by=me), None, now, rules)
    if course.party == me and course.acknowledged_us is not None:
        return stop_reach(ClockReading(at_us=course.acknowledged_us, by=me), None, now, rules)
    return stop_reach(ClockReading(at_us=entry.received_at_us, by=HOST), None, now, rules)


def who_has_what(engine: StationLoop, asked: MatrixAsked) -> Matrix:
    """Return the recipient matrix of the live notices."""
    known = engine.state.identity.parties()
    if unknown := [party for party in asked.should if party not in known]:
        raise Refused([not_among("should", party, known, "party of this ledger") for party in unknown])
    rows = matrix(
        engine.parts.picture,
        engine.state.me.party,
        everybody=asked.all_,
        forms=lambda version: _forms(_known(engine, version)),
        named=asked.should,
    )
    return Matrix(basis=basis(engine), matrix=tuple(_matrix_row(row) for row in rows))


def _matrix_row(row: MatrixLine) -> MatrixRow:
    cells = tuple(CellRow(gap=c.gap, words=c.sentence(), **msgspec.structs.asdict(c)) for c in row.cells)
    return MatrixRow(**{**msgspec.structs.asdict(row), "cells": cells})


def _known(engine: StationLoop, version: str) -> ReadableEntry | None:
    entry = bytes.fromhex(version) if len(version) == 64 else b""
    found = engine.state.following.recent.get(entry) or engine.state.find(entry)
    return None if found is None else msgspec.json.decode(found[1], type=ReadableEntry)


def _forms(known: ReadableEntry | None) -> Mapping[str, str]:
    """Return the best form that each party may read: full before coarse."""
    found: dict[str, str] = {}
    for part in known.facets if known is not None else ():
        if part is not None:
            for party in part.facet.audience:
                found[party] = "full" if "full" in (part.facet.form, found.get(party)) else part.facet.form
    return found


def _body(known: ReadableEntry | None) -> object:
    for position, part in enumerate(known.facets if known is not None else ()):
        if part is not None and known is not None and part.facet.form == "full":
            read = REGISTRY.understand(known.header.kind, part.facet.form, part.facet.body_bytes(), position)
            return read.body if isinstance(read, Record) else None
    return None
