"""Delivery as the station's officers ask for it: the course of one entry at each recipient, and the matrix of all notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from detente.errors import Unavailable
from detente.hotline.course import Course
from detente.hotline.lapse import HOST, Reading
from detente.hotline.lead_times import Reach, leads_of, stop_reach
from detente.hotline.register import write_register
from detente.hotline.steps import Step
from detente.node.known import Known
from detente.picture.heads import Entry
from detente.picture.matrix import matrix
from detente.picture.over import over
from detente.picture.picture import Picture
from detente.picture.protected import register_of
from detente.records.message import Message
from detente.records.notice import Notice
from detente.records.registry import REGISTRY, Record
from detente.station.engine import Engine


def courses(engine: Engine, version: str) -> dict[str, Any]:
    """Return what became of one version at each recipient, its leads if it is a notice, its clock if it is a stop."""
    picture: Picture = engine.parts.picture
    entry = picture.heads.entry(version)
    if entry is None:
        return {"about": None, "courses": [], "over": None, "superseded_by": None}
    body = _body(_known(engine, version))
    rows = [_course(engine, version, entry, party, body) for party in entry.recipients]
    about = {"author": entry.author, "kind": entry.kind, "recorded_us": entry.received_at_us}
    why = over_row(picture, version, engine.now_us)
    return {"about": about, "courses": rows, "over": why, "superseded_by": entry.superseded_by}


def over_row(picture: Picture, entry: str, now_us: int) -> dict[str, Any] | None:
    """Return why an entry does not hold any more, with the sentence that is said first; None where it holds."""
    found = over(picture, entry, now_us)
    return None if found is None else {**msgspec.to_builtins(found), "words": found.sentence()}


def _course(engine: Engine, version: str, entry: Entry, party: str, body: object) -> dict[str, Any]:
    picture: Picture = engine.parts.picture
    rules = engine.state.me.genesis.rules
    notice = body if isinstance(body, Notice) else None
    course = picture.delivery.course(version, party, needs_readback=notice is not None and notice.needs_readback)
    wrong = next((j for j in picture.read_backs.of(version) if j.party == party and j.verdict == "differs"), None)
    row = {
        **msgspec.to_builtins(course),
        "alarm": wrong.sentence() if wrong is not None else course.alarm,
        "words": course.sentence(),
    }
    if notice is not None:
        leads = leads_of(notice, entry.author, picture.delivery.facts(version, party), party, rules)
        row["leads"] = msgspec.to_builtins(leads)
        if leads.accepted is not None:
            row["leads"]["accepted"]["words_said"] = leads.accepted.sentence(entry.author)
    elif isinstance(body, Message) and body.urgency == "stop":
        known = _known(engine, version)
        since_us = entry.received_at_us if known is None else known.header.signed_at_us
        row["reach"] = msgspec.to_builtins(_reach(engine, entry, course, since_us))
    return row


def _reach(engine: Engine, entry: Entry, course: Course, signed_us: int) -> Reach:
    """Hold a stop's time on one clock: that on which the unit's word was measured, else our own since we asked or held it."""
    me, rules = engine.state.me.party, engine.state.me.genesis.rules
    now = Reading(at_us=engine.now_us, by=me)
    steps = (timed for unit in course.units for timed in unit.steps if timed.fact.step is Step.UNIT_CONFIRMED)
    first = min((t for t in steps if t.took is not None), key=lambda t: t.fact.index, default=None)
    if first is not None and first.took is not None:
        return stop_reach(first.took.began, first.took.ended, now, rules)
    if entry.author == me:
        return stop_reach(Reading(at_us=signed_us, by=me), None, now, rules)
    if course.party == me and course.acknowledged_us is not None:
        return stop_reach(Reading(at_us=course.acknowledged_us, by=me), None, now, rules)
    return stop_reach(Reading(at_us=entry.received_at_us, by=HOST), None, now, rules)


def matrix_rows(engine: Engine, named: tuple[str, ...], everybody: bool) -> list[dict[str, Any]]:
    """Return the recipient matrix of the live notices."""
    rows = matrix(
        engine.parts.picture,
        engine.state.me.party,
        everybody=everybody,
        forms=lambda version: _forms(_known(engine, version)),
        named=named,
    )
    return [
        {
            **msgspec.to_builtins(row),
            "cells": [{**msgspec.to_builtins(c), "gap": c.gap, "words": c.sentence()} for c in row.cells],
        }
        for row in rows
    ]


def register_bytes(engine: Engine) -> bytes:
    """Return the register of protected places, dated with the moment up to which this station has proven the ledger."""
    state = engine.state
    if state.following.verified_at_us is None:
        raise Unavailable("this station has proven nothing yet: it needs the host once")
    genesis = state.me.genesis
    register = register_of(
        engine.parts.picture,
        as_of_us=min(state.following.verified_at_us, engine.now_us),
        buffer_mm=genesis.screening.buffer_mm,
        ledger=state.ledger.hex(),
        made_us=engine.now_us,
        origin=genesis.origin,
        party=state.me.party,
        rules=genesis.rules,
        size=state.following.folded,
    )
    return write_register(register, state.me.station_key)


def _known(engine: Engine, version: str) -> Known | None:
    entry = bytes.fromhex(version) if len(version) == 64 else b""
    found = engine.state.following.recent.get(entry) or engine.state.find(entry)
    return None if found is None else msgspec.json.decode(found[1], type=Known)


def _forms(known: Known | None) -> Mapping[str, str]:
    """Return the best form that each party may read: full before coarse."""
    found: dict[str, str] = {}
    for part in known.facets if known is not None else ():
        if part is not None:
            for party in part.facet.audience:
                found[party] = "full" if "full" in (part.facet.form, found.get(party)) else part.facet.form
    return found


def _body(known: Known | None) -> object:
    for position, part in enumerate(known.facets if known is not None else ()):
        if part is not None and known is not None and part.facet.form == "full":
            read = REGISTRY.understand(known.header.kind, part.facet.form, part.facet.body_bytes(), position)
            return read.body if isinstance(read, Record) else None
    return None
