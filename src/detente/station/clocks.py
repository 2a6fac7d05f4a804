"""Running ladders as the local listener shows them: what became of each matter, who was called, who is next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from detente.hotline.ladder import DEFAULTS, REACHES, Matter
from detente.hotline.timers import Clock
from detente.node.station_state import Station


def clock_row(clock: Clock) -> dict[str, Any]:
    """Return one running matter as plain values."""
    matter = clock.matter
    called = [REACHES[step] for step in clock.taken]
    return {
        "about": matter.about,
        "answered_us": None,
        "called": called,
        "ladder": matter.ladder,
        "next_reach": None if clock.next_rung is None else clock.next_rung.reach,
        "next_us": clock.next_us,
        "outcome": clock.outcome,
        "party": matter.party,
        "since_us": matter.since_us,
        "words": _words(matter.party, clock.outcome, called),
    }


def outcomes(state: Station, about: str, now_us: int) -> list[dict[str, Any]]:
    """Return what became of an entry at each party that owes an answer: waiting, undelivered, or answered."""
    rows = []
    for party in state.identity.parties():
        for ladder in DEFAULTS:
            clock = state.acting.timers.clock(about, party, ladder, now_us)
            ended_us = state.acting.timers.ended_us(about, party, ladder)
            if clock is not None:
                rows.append(clock_row(clock))
            elif ended_us is not None:
                rows.append(_ended(Matter(about, party, ladder, 0), ended_us))
    return rows


def _ended(matter: Matter, ended_us: int) -> dict[str, Any]:
    return {
        "about": matter.about,
        "answered_us": ended_us,
        "called": [],
        "ladder": matter.ladder,
        "next_reach": None,
        "next_us": None,
        "outcome": "answered",
        "party": matter.party,
        "since_us": None,
        "words": f"answered by an officer of {matter.party}",
    }


def _words(party: str, outcome: str, called: Sequence[str]) -> str:
    if outcome == "waiting":
        return f"waits for {party}"
    who = f"; called: {', '.join(called)}" if called else ""
    return f"UNDELIVERED to {party}{who}"
