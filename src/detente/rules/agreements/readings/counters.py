"""The counters: calendar days, elapsed hours, qualifying days. Each is a function of the events and of now, and says what moved it.

A count begins with the start and anew with each reset. It is *reached* once the days are full: calendar days when the day after the last
begins, hours at the very moment, qualifying days when the last one has ended. What was reached before a reset stays in the moves.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from detente.geometry.durations import DAY_US
from detente.rules.agreements.readings.conditions import Answer, Check, DaySpan, check_day, together
from detente.rules.agreements.readings.counting import Counting, Kind, Way
from detente.rules.agreements.readings.days import DAY, Days
from detente.rules.agreements.readings.events import EventLog

Why = Literal["day begins", "does not qualify", "is not known to qualify", "qualifies", "reached", "reset", "start"]


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """Where a count begins: with the start, or with a reset; and the events that say so."""

    at_us: int
    events: tuple[str, ...]
    why: Literal["reset", "start"]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A counter came to stand at `count` (days; for elapsed hours µs), and why. Without events it was the calendar or the clock."""

    at_us: int
    count: int
    events: tuple[str, ...] = ()
    why: Why


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day of qualifying days: what each condition was, and how many days stood after it, for sure and at most."""

    answer: Answer
    checks: tuple[Check, ...]
    count: int
    day: str
    end_us: int
    most: int
    start_us: int


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """A counter as it stands: days, or microseconds for elapsed hours. `most` is what it would be if all that is unknown were so.

    `due_us` is when it will be reached, or was, by the passing of time alone; None where time alone does not do it.
    """

    count: int
    days: tuple[Day, ...] = ()
    due_us: int | None
    from_us: int | None
    kind: Kind
    most: int
    moves: tuple[Move, ...] = ()
    reached_us: int | None
    state: Literal["not started", "reached", "running"]
    way: str


def count(term: Counting, way: Way, log: EventLog, bases: tuple[Base, ...], now_us: int) -> Count:
    """Count in one way, from each base in turn; the last one's count is what stands."""
    begun = [base for base in bases if base.at_us <= now_us and (way.resets or base.why == "start")]
    if not begun:
        return Count(
            count=0, due_us=None, from_us=None, kind=way.kind, most=0, reached_us=None, state="not started", way=way.id
        )
    moves: list[Move] = []
    for n, base in enumerate(begun):
        until_us = min(now_us, begun[n + 1].at_us - 1) if n + 1 < len(begun) else now_us
        made = _COUNTERS[way.kind](term, way, log, base, until_us)
        moves += made.moves
    return msgspec.structs.replace(made, moves=tuple(moves))


def _calendar(term: Counting, way: Way, log: EventLog, base: Base, now_us: int) -> Count:
    days = Days(term.zone, term.day_starts_s)
    first, counts_first = days.of(base.at_us), way.kind == "calendar"
    due_us = days.start(days.after(first, term.days + (not counts_first)))
    stands = days.apart(first, days.of(now_us)) + counts_first
    moves = [Move(at_us=base.at_us, count=int(counts_first), events=base.events, why=base.why)]
    for n in range(1, min(stands - counts_first, term.days) + 1):
        begins_us = days.start(days.after(first, n))
        moves.append(Move(at_us=begins_us, count=n + counts_first, why="day begins"))
    reached = due_us <= now_us
    if reached:
        moves.append(Move(at_us=due_us, count=term.days + 1, why="reached"))
    return _made(way, base, stands, due_us, due_us if reached else None, moves)


def _elapsed(term: Counting, way: Way, log: EventLog, base: Base, now_us: int) -> Count:
    due_us = base.at_us + term.days * DAY_US
    moves = [Move(at_us=base.at_us, count=0, events=base.events, why=base.why)]
    reached = due_us <= now_us
    if reached:
        moves.append(Move(at_us=due_us, count=term.days * DAY_US, why="reached"))
    return _made(way, base, now_us - base.at_us, due_us, due_us if reached else None, moves)


def _qualifying(term: Counting, way: Way, log: EventLog, base: Base, now_us: int) -> Count:
    days, conditions = Days(term.zone, term.day_starts_s), [term.condition(name) for name in way.needs]
    moves = [Move(at_us=base.at_us, count=0, events=base.events, why=base.why)]
    rows: list[Day] = []
    sure = most = 0
    reached_us: int | None = None
    day: date = days.of(base.at_us)
    while (start_us := days.start(day)) <= now_us:
        span = DaySpan(max(start_us, base.at_us), days.end(day), now_us)
        if span.end_us > span.start_us:
            checks = tuple(check_day(condition, log, span) for condition in conditions)
            answer = together([check.answer for check in checks])
            if answer != "running":
                kept = 0 if way.in_a_row else sure
                sure = sure + 1 if answer == "yes" else kept
                most = most + 1 if answer != "no" else (0 if way.in_a_row else most)
            rows.append(_day(day, span, answer, checks, sure, most))
            if span.over or answer == "no":
                moves.append(_moved(rows[-1], now_us))
            if reached_us is None and sure >= term.days:
                reached_us = span.end_us
                moves.append(Move(at_us=span.end_us, count=sure, why="reached"))
        day += DAY
    return msgspec.structs.replace(_made(way, base, sure, reached_us, reached_us, moves), days=tuple(rows), most=most)


def _day(day: date, span: DaySpan, answer: Answer, checks: tuple[Check, ...], sure: int, most: int) -> Day:
    return Day(
        answer=answer,
        checks=checks,
        count=sure,
        day=day.isoformat(),
        end_us=span.end_us,
        most=most,
        start_us=span.start_us,
    )


def _moved(row: Day, now_us: int) -> Move:
    """A day moved the count: with the events of the conditions that made it so."""
    whys: dict[Answer, Why] = {"no": "does not qualify", "unknown": "is not known to qualify", "yes": "qualifies"}
    deciding = [check for check in row.checks if check.answer == row.answer]
    events = tuple(dict.fromkeys(event for check in deciding for event in check.events))
    return Move(at_us=min(row.end_us, now_us), count=row.count, events=events, why=whys[row.answer])


def _made(way: Way, base: Base, stands: int, due_us: int | None, reached_us: int | None, moves: list[Move]) -> Count:
    return Count(
        count=stands,
        due_us=due_us,
        from_us=base.at_us,
        kind=way.kind,
        most=stands,
        moves=tuple(moves),
        reached_us=reached_us,
        state="running" if reached_us is None else "reached",
        way=way.id,
    )


_COUNTERS = {"calendar": _calendar, "calendar-after": _calendar, "elapsed": _elapsed, "qualifying": _qualifying}
