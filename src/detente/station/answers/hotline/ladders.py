"""Running ladders: what became of each matter, who was called, who is next."""

from __future__ import annotations

from collections.abc import Sequence

from detente.api.hotline.ladders import LadderRow, Ladders, LaddersAsked, LaddersOfAsked
from detente.node.station.state import Station
from detente.rules.hotline.ladder import DEFAULTS, REACHES, Matter
from detente.rules.hotline.timers import RunningMatter
from detente.station.answers.basis import basis
from detente.station.answers.finding import id_bytes
from detente.station.engine import StationLoop


def ladders(engine: StationLoop, asked: LaddersAsked) -> Ladders:
    """Return every ladder that runs here."""
    rows = [ladder_row(clock) for clock in engine.state.acting.timers.clocks(engine.now_us)]
    rows.sort(key=lambda row: (row.next_us is None, row.next_us or 0, row.since_us or 0, row.about))
    return Ladders(basis=basis(engine), ladders=tuple(rows))


def ladders_of(engine: StationLoop, asked: LaddersOfAsked) -> Ladders:
    """Return what became of an entry at each party that owes an answer, also where that has come."""
    about = id_bytes(asked.entry).hex()
    return Ladders(basis=basis(engine), ladders=tuple(_outcomes(engine.state, about, engine.now_us)))


def ladder_row(clock: RunningMatter) -> LadderRow:
    """Return one running matter."""
    matter = clock.matter
    called = tuple(REACHES[step] for step in clock.taken)
    return LadderRow(
        about=matter.about,
        answered_us=None,
        called=called,
        ladder=matter.ladder,
        next_reach=None if clock.next_rung is None else clock.next_rung.reach,
        next_us=clock.next_us,
        outcome=clock.outcome,
        party=matter.party,
        since_us=matter.since_us,
        words=_words(matter.party, clock.outcome, called),
    )


def _outcomes(state: Station, about: str, now_us: int) -> list[LadderRow]:
    rows = []
    for party in state.identity.parties():
        for ladder in DEFAULTS:
            clock = state.acting.timers.clock(about, party, ladder, now_us)
            ended_us = state.acting.timers.ended_us(about, party, ladder)
            if clock is not None:
                rows.append(ladder_row(clock))
            elif ended_us is not None:
                rows.append(_ended(Matter(about, party, ladder, 0), ended_us))
    return rows


def _ended(matter: Matter, ended_us: int) -> LadderRow:
    return LadderRow(
        about=matter.about,
        answered_us=ended_us,
        called=(),
        ladder=matter.ladder,
        next_reach=None,
        next_us=None,
        outcome="answered",
        party=matter.party,
        since_us=None,
        words=f"answered by an officer of {matter.party}",
    )


def _words(party: str, outcome: str, called: Sequence[str]) -> str:
    if outcome == "waiting":
        return f"waits for {party}"
    who = f"; called: {', '.join(called)}" if called else ""
    return f"UNDELIVERED to {party}{who}"
