"""What follows if nothing more happens, and what it would take: under each reading of a counting term.

Both are answered by the counters themselves: the log, with what is supposed to happen added, is counted at a moment so late that no
further day can differ. So an answer here can never disagree with what the board will read then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

import msgspec

from detente.geometry.durations import DAY_US
from detente.rules.agreements.readings.board import AnnouncedEnd, Board, board
from detente.rules.agreements.readings.conditions import Check
from detente.rules.agreements.readings.counting import Absent, Counting, Match, Open, Present, Satisfied, Way
from detente.rules.agreements.readings.days import Days
from detente.rules.agreements.readings.events import TimedEvent

Does = Literal["every day", "keep", "once", "say"]


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """When the goal is due in one way of counting, if nothing more happens than what is given; `opens_us` None: never.

    `blocked` is what stands against it on every further day. `ends_before` are announced ends that come before it is due: by those
    who announced them it would be over by then.
    """

    blocked: tuple[Check, ...]
    ends_before: tuple[AnnouncedEnd, ...]
    opens_us: int | None
    reached: bool
    way: str


class Supposition(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would have to be so from `from_us` on: an event, once or every day; a party's word; or that nothing happens."""

    condition: str
    does: Does
    event: str
    from_us: int
    parties: tuple[str, ...] = ()
    words: str


class Takes(msgspec.Struct, frozen=True, kw_only=True):
    """The earliest that the goal can be due in one way of counting, and each step without which it would be later or never."""

    opens_us: int | None
    steps: tuple[Supposition, ...]
    way: str


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """A board now, and what follows from it in each way of counting. `supposed` are the events that were supposed to happen."""

    board: Board
    forecasts: tuple[Forecast, ...]
    supposed: tuple[str, ...]
    takes: tuple[Takes, ...]


def simulate(
    term: Counting,
    events: Iterable[TimedEvent],
    now_us: int,
    supposed: Sequence[TimedEvent] = (),
    known_at_us: int | None = None,
) -> Simulation:
    """Answer both questions from what had happened by `now_us`, and what is supposed to happen after it.

    Raises `Refused` where a supposed event shares its id with another.
    """
    given = tuple(events)
    stands = board(term, given, now_us, known_at_us)
    past = [e for e in given if e.at_us <= now_us and (known_at_us is None or e.told_us <= known_at_us)]
    ahead = (*past, *supposed)
    return Simulation(
        board=stands,
        forecasts=tuple(_forecast(term, way, ahead, now_us) for way in term.ways),
        supposed=tuple(event.id for event in supposed),
        takes=tuple(_takes(term, way, ahead, now_us) for way in term.ways),
    )


def _forecast(term: Counting, way: Way, events: Sequence[TimedEvent], now_us: int) -> Forecast:
    one = msgspec.structs.replace(term, ways=(way,))
    far = board(one, events, _far(term, events, now_us))
    found = far.counts[0]
    last = next((day for day in reversed(found.days) if day.end_us <= far.now_us), None)
    blocked = () if last is None or found.reached_us is not None else tuple(c for c in last.checks if c.answer != "yes")
    opens_us = found.reached_us
    before = tuple(
        end for end in far.ends if end.standing and end.ends_us is not None and opens_us and end.ends_us < opens_us
    )
    return Forecast(
        blocked=blocked,
        ends_before=before,
        opens_us=opens_us,
        reached=opens_us is not None and opens_us <= now_us,
        way=way.id,
    )


def _far(term: Counting, events: Sequence[TimedEvent], now_us: int) -> int:
    """Return a moment after which every day is like the one before, and enough such days have passed."""
    untils = (event.moment("until") for event in events if event.fields.get("until") is not None)
    last_us = max(chain((now_us,), (event.latest_us for event in events), (u for u in untils if u is not None)))
    return last_us + (term.days + 3) * (DAY_US + DAY_US // 12)


def _takes(term: Counting, way: Way, events: Sequence[TimedEvent], now_us: int) -> Takes:
    steps = [] if way.kind != "qualifying" else [s for name in way.needs for s in _steps(term, name, events, now_us)]
    opens_us = _opens(term, way, (*events, *_happen(term, steps, events, now_us)), now_us)
    needed = []
    for step in steps:
        without = [other for other in steps if other is not step]
        then_us = _opens(term, way, (*events, *_happen(term, without, events, now_us)), now_us)
        if step.does == "keep" or then_us is None or (opens_us is not None and then_us > opens_us):
            needed.append(step)
    reached = opens_us is not None and opens_us <= now_us
    return Takes(opens_us=opens_us, steps=() if reached else tuple(needed), way=way.id)


def _opens(term: Counting, way: Way, events: Sequence[TimedEvent], now_us: int) -> int | None:
    return _forecast(term, way, events, now_us).opens_us


def _steps(term: Counting, name: str, events: Sequence[TimedEvent], now_us: int) -> list[Supposition]:
    """Return what would make a condition hold from now on, each step apart."""
    c = term.condition(name)
    match c:
        case Absent():
            kinds = ", ".join(match.event for match in c.of)
            return [Supposition(condition=c.id, does="keep", event=kinds, from_us=now_us, words=c.words)]
        case Present():
            return [Supposition(condition=c.id, does="every day", event=c.of[0].event, from_us=now_us, words=c.words)]
        case Open():
            event = c.opened_by[0].event
            return [Supposition(condition=c.id, does="once", event=event, from_us=now_us, words=c.words)]
        case Satisfied():
            return [
                Supposition(condition=c.id, does="say", event=c.event, from_us=now_us, parties=(party,), words=c.words)
                for party in c.parties
            ]


def _happen(
    term: Counting, steps: Sequence[Supposition], events: Sequence[TimedEvent], now_us: int
) -> list[TimedEvent]:
    """Return the events that stand for the steps."""
    found: list[TimedEvent] = []
    days = Days(term.zone, term.day_starts_s)
    for n, step in enumerate(steps):
        c = term.condition(step.condition)
        if isinstance(c, Present):
            first = days.of(now_us)
            moments = [max(now_us, days.start(days.after(first, d))) for d in range(term.days + 2)]
            found += [
                _event(f"if.{n}.{d}.{k}", c.of[0], at_us) for d, at_us in enumerate(moments) for k in range(c.at_least)
            ]
        elif isinstance(c, Open):
            found.append(_event(f"if.{n}", c.opened_by[0], now_us))
        elif isinstance(c, Satisfied):
            match = Match(event=c.event, where={"by": step.parties[0], "satisfied": True})
            found.append(_event(f"if.{n}", match, now_us))
    return found


def _event(name: str, match: Match, at_us: int) -> TimedEvent:
    values = {f: v[0] if isinstance(v, tuple | list) else v for f, v in match.where.items()}
    by = str(values.pop("by", ""))
    return TimedEvent(at_us=at_us, by=by, fields=values, id=name, latest_us=at_us, name=match.event, told_us=at_us)
