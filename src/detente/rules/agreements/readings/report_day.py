"""Which span the report of a day is of, and by when what it tells had been recorded."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from detente.errors import Refused, problem
from detente.geometry.zones import tables_of
from detente.geometry.zones import zone as zone_named
from detente.rules.agreements.readings.days import Days
from detente.rules.evidence.report.day import ReportPeriod

LAST_YEAR = 2200
"""Every moment of it can be written in microseconds."""


def period_of(date: str, zone: str, as_of: str = "24:00", flag: str = "") -> ReportPeriod:
    """Return the day that ends at a clock time on a date in a zone, with the day before to compare with.

    Raises `Refused`; `flag` stands before the name of what is wrong, where a person gave it as a flag.
    """
    day, cut = _day(date, f"{flag}date"), _cut(as_of, f"{flag}as-of" if flag else "as_of")
    if not zone or (cut is not None and cut.tzinfo is not None):
        rule = "must name the zone of the day, once"
        raise Refused([problem("zone", f"{flag}zone", zone, rule, "Write Asia/Damascus or +03:00.")])
    zone_named(zone, f"{flag}zone")
    days = Days(zone) if cut is None else Days(zone, cut.hour * 3600 + cut.minute * 60 + cut.second)
    ends = [days.start(day + timedelta(days=n + (cut is None))) for n in (-2, -1, 0)]
    cut_words = "" if cut is None else f", as of {as_of}"
    return ReportPeriod(
        before_us=ends[0],
        end_us=ends[2],
        name=f"{day:%A} {day.day} {day:%B %Y}{cut_words}",
        start_us=ends[1],
        tables=tables_of(zone),
        zone=zone,
    )


def require_begun(period: ReportPeriod, by_us: int) -> None:
    """Raise `Refused` for a day that has not begun by a time: a report of it would say that nothing happened."""
    if by_us <= period.start_us:
        step = "Ask for a day that has begun."
        raise Refused([problem("date", "date", period.name, "has not begun by then", step)])


def _day(text: str, field: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        day = date.min
    if not 1970 <= day.year <= LAST_YEAR:
        raise Refused([problem("date", field, text, "must be a day", "Write 2016-09-17.")])
    return day


def _cut(text: str, field: str) -> time | None:
    try:
        return None if text == "24:00" else time.fromisoformat(text)
    except ValueError:
        raise Refused([problem("as_of", field, text, "must be a clock time", "Write 19:30.")]) from None
