"""Reviews: meetings with points and actions, and the next agenda."""

from __future__ import annotations

import msgspec

from detente.api.reviews import (
    ActionRow,
    Agenda,
    AgendaAsked,
    AgendaDrawn,
    MeetingRow,
    MeetingRows,
    MeetingsAsked,
    MinutesRow,
    PointRow,
)
from detente.errors import Refused, problem
from detente.picture.agreements.meetings import MeetingCalled, Minuted
from detente.rules.agreements.reviews import agenda as agenda_of
from detente.rules.agreements.reviews import next_due_us, review_words
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


def meetings(engine: StationLoop, asked: MeetingsAsked) -> MeetingRows:
    """Return every meeting with its minutes, points, actions, and when the next is due."""
    rows = tuple(_meeting(engine, called) for called in engine.parts.picture.meetings.current())
    return MeetingRows(basis=basis(engine), meetings=rows)


def _meeting(engine: StationLoop, called: MeetingCalled) -> MeetingRow:
    now_us, view = engine.now_us, engine.parts.picture.meetings
    latest = next(m for m in view.current() if m.meeting.series == called.meeting.series)
    return MeetingRow(
        minutes=tuple(_minutes(engine, held) for held in view.minutes_of(called.entry)),
        next_due_us=next_due_us(called.meeting),
        reminder=review_words(called.meeting, now_us) if called.entry == latest.entry else None,
        **msgspec.structs.asdict(called),
    )


def _minutes(engine: StationLoop, held: Minuted) -> MinutesRow:
    view = engine.parts.picture.meetings
    return MinutesRow(
        actions=tuple(
            ActionRow(words=one.sentence(), **msgspec.structs.asdict(one))
            for one in view.actions(held.entry, engine.now_us)
        ),
        points=tuple(
            PointRow(agreed=one.stands, words=one.sentence(), **msgspec.structs.asdict(one))
            for one in view.points(held.entry)
        ),
        **msgspec.structs.asdict(held),
    )


def agenda(engine: StationLoop, asked: AgendaAsked) -> AgendaDrawn:
    """Return the next agenda of a series; only what all who meet may read."""
    view, me = engine.parts.picture.meetings, engine.state.me.party
    last = next((m for m in view.current() if m.meeting.series == asked.series), None)
    parties = tuple(sorted({me, *(asked.parties or (last.meeting.parties if last is not None else ()))}))
    if unknown := sorted(set(parties) - set(engine.state.identity.parties())):
        rule = "must be parties of this ledger"
        raise Refused([problem("parameter", "parties", ", ".join(unknown), rule, "See /local/parties")])
    if len(parties) < 2:
        rule = "must be met in before, or be given with its parties"
        raise Refused([problem("parameter", "series", asked.series, rule, "Name who is to meet")])
    since_us = asked.since
    if since_us is None:
        since_us = last.meeting.at_us if last is not None else 0
    drawn = Agenda(
        items=agenda_of(view.matters(asked.series, engine.now_us), parties, since_us),
        last=None if last is None else last.entry,
        parties=parties,
        series=asked.series,
        since_us=since_us,
    )
    return AgendaDrawn(agenda=drawn, basis=basis(engine))
