"""When a span that a term names is over, under one reading of its days."""

from __future__ import annotations

from detente.records.agreements.term import Deadline, Reading, Reckoning, Span, Term
from detente.records.body import Stated
from detente.rules.agreements.readings.days import Days

UNIT_US = {"days": 86_400_000_000, "hours": 3_600_000_000, "minutes": 60_000_000, "seconds": 1_000_000}
SLACK_US = 2 * UNIT_US["days"]
"""By how much n calendar days may be longer than n times 24 hours: the rest of a day, and a change of the clocks."""
LONGEST_US = 50 * 366 * UNIT_US["days"]
"""How far a deadline may lie from its start where nothing tells."""


def length_us(span: Span) -> int:
    """Return the length of a span in elapsed time; n days as n times 24 hours."""
    return span.count * UNIT_US[span.unit]


def most_us(span: Span) -> int:
    """Return the longest that a span can be under any reading."""
    return length_us(span) + (SLACK_US if span.unit == "days" else 0)


def end_us(start_us: int, span: Span, reading: Reading, reckoning: Reckoning) -> int:
    """Return the last instant of a span that starts at an instant; `qualifying` as `calendar`, as if every day qualified.

    Calendar days end with the last instant of their last day in the term's zone. Raises `Refused` for a zone that is not known.
    """
    if span.unit != "days" or reading == "elapsed" or reckoning.day == "elapsed":
        return start_us + length_us(span)
    days = Days(zone=reckoning.zone, starts_s=reckoning.day_starts_s)
    first = days.of(start_us)
    return days.end(days.after(first, span.count - (reading != "calendar-after"))) - 1


def readings_of(span: Span) -> tuple[Reading, ...]:
    """Return the readings under which a span is kept; one for what has only one."""
    return span.readings or ("elapsed",)


def dues(start_us: int, by: Deadline, term: Term) -> dict[str, int]:
    """Return the deadlines of a duty that starts at an instant, by reading; "" where there is one.

    A stated time that may mean two instants has the readings `earliest` and `latest`.
    """
    if by.at is not None:
        return moments(by.at)
    if by.after is None:
        return {}
    found = {reading: end_us(start_us, by.after, reading, term.reckoning) for reading in readings_of(by.after)}
    return {"": next(iter(found.values()))} if len(set(found.values())) == 1 else {str(k): v for k, v in found.items()}


def moments(stated: Stated) -> dict[str, int]:
    """Return the instants that a stated time may mean, by reading."""
    first, last = stated.earliest_us, stated.latest_us
    if first is None or last is None or first == last:
        only = last if first is None else first
        return {} if only is None else {"": only}
    return {"earliest": first, "latest": last}


def longest_us(by: Deadline, begins_us: int | None) -> int:
    """Return how far a deadline can lie from the start of its duty."""
    if by.after is not None:
        return most_us(by.after)
    if by.at is None or by.at.latest_us is None or begins_us is None:
        return LONGEST_US
    return min(max(by.at.latest_us - begins_us, 1), LONGEST_US)
