"""Counts of calm: where one may begin, and when it would be full, under each reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from detente.records.agreements import term as tm
from detente.records.agreements.term import Term
from detente.rules.agreements.judging.effect import Effect, Interval
from detente.rules.agreements.judging.event_key import Key
from detente.rules.agreements.readings.days import Days
from detente.rules.agreements.readings.spans import end_us, readings_of

MOST_DAYS = 4000
"""At most so many days of one count are looked at."""


class CountStarts(NamedTuple):
    """Events that tell where counts may begin, and when the next day begins that is one (None: counts do not go by days)."""

    keys: list[Key]
    next_us: int | None


def starts(term: Term, effect: Effect, during: Interval, until_us: int, broke: Sequence[int]) -> CountStarts:
    """Return where counts of calm may begin in an interval; `broke` are the moments of it at which calm may have been broken."""
    p = term.pattern
    assert isinstance(p, tm.CalmFor)
    begin, end = during
    keys: list[Key] = []
    next_us = None
    for way in readings_of(p.lasts):
        at, days = [begin, *broke], 0
        if way == "qualifying":
            (at, next_us), days = _days(term, begin, until_us), p.lasts.count if p.and_daily is not None else 0
        for start in at:
            due = end_us(start, p.lasts, way, term.reckoning)
            if end is None or due <= end:
                reading = effect.reading.by_days(way).name
                keys.append((start, "start", (("days", days), ("due", due), ("reading", reading))))
    return CountStarts(keys, next_us)


def _days(term: Term, begin: int, until_us: int) -> tuple[list[int], int]:
    days = Days(zone=term.reckoning.zone, starts_s=term.reckoning.day_starts_s)
    found, start = [begin], days.end(days.of(begin))
    while start <= until_us and len(found) < MOST_DAYS:
        found.append(start)
        start = days.end(days.of(start))
    return found, start
