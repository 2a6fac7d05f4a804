"""A time as an agreement or an announcement states it, and every instant that it may mean.

Press reports of February 2016 put one start at "Thursday 22:00 GMT" and at "Friday 22:00 GMT": both read "midnight on the 27th".
So midnight must say whether it begins or ends its day, every time has its zone, every date its calendar, and a time that
the clocks show twice or never is shown as that.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Literal

import msgspec

from detente.errors import Problem, Refused, problem
from detente.geometry.zones import change_over, instants, local, zone
from detente.rules.agreements.readings.calendars import CAUTION, Calendar, read_date
from detente.rules.agreements.readings.days import Days

_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_NAMED = ("midnight", "noon")


class StatedTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date in its calendar, a time of day on the clocks of a zone.

    `time` is HH:MM, HH:MM:SS, "noon" or "midnight"; 24:00 is the end of the day. `midnight` says of the word midnight whether the day
    starts or ends with it; `occurrence` which one is meant where the clocks show the time twice. `words` is what was said.
    """

    calendar: Calendar
    date: str
    midnight: Literal["end", "start"] | None = None
    occurrence: Literal["first", "second"] | None = None
    time: str
    words: str = ""
    zone: str


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """An instant that a stated time may mean, in microseconds since 1970 UTC; `when` says under which reading, "" if there is one only."""

    at_us: int
    when: str


def meanings(stated: StatedTime, field: str = "time") -> tuple[Meaning, ...]:
    """Return the instants that a stated time may mean, in order: one where it is plain.

    Raises `Refused` for a time that is none: no such date, zone or hour.
    """
    where = zone(stated.zone, f"{field}.zone")
    days = Days(stated.zone)
    day = read_date(stated.date, stated.calendar, f"{field}.date")
    if stated.midnight is not None and stated.time != "midnight":
        rule = "goes with the word midnight only"
        raise Refused([problem("midnight", f"{field}.midnight", stated.time, rule, "Leave it out.")])
    if stated.time == "midnight":
        starts = Meaning(at_us=days.start(day), when="" if stated.midnight else "the day starts with it")
        ends = Meaning(at_us=days.end(day), when="" if stated.midnight else "the day ends with it")
        return {"start": (starts,), "end": (ends,), None: (starts, ends)}[stated.midnight]
    if stated.time == "24:00":
        return (Meaning(at_us=days.end(day), when=""),)
    wall = _wall(stated.time, day, f"{field}.time")
    shown = instants(wall, where)
    if len(shown) == 2:
        first, second = (
            Meaning(at_us=at_us, when=f"the {n} time that the clocks show it, {_offset(at_us, stated)}")
            for n, at_us in zip(("first", "second"), shown, strict=True)
        )
        chosen = {"first": (first,), "second": (second,), None: (first, second)}[stated.occurrence]
        return tuple(msgspec.structs.replace(m, when="") for m in chosen) if stated.occurrence else chosen
    if shown:
        return (Meaning(at_us=shown[0], when=""),)
    over = change_over(wall, where)
    return (
        Meaning(at_us=over, when=f"the clocks never show it: they go forward over it, to {local(over, where):%H:%M}"),
    )


def one_moment(stated: StatedTime, field: str = "time") -> int:
    """Return the one instant that a stated time means. Raises `Refused`, showing the choices, where it may mean several or none."""
    found = meanings(stated, field)
    problems = unclear(stated, found, field)
    if problems:
        raise Refused(problems)
    return found[0].at_us


def unclear(stated: StatedTime, found: tuple[Meaning, ...], field: str = "time") -> tuple[Problem, ...]:
    """Return the problem with a stated time that does not mean one instant; none where it does."""
    return () if len(found) == 1 and not found[0].when else (_which(stated, found, field),)


def _which(stated: StatedTime, found: tuple[Meaning, ...], field: str) -> Problem:
    shown = "; ".join(f"{_utc(m.at_us)} if {m.when}" if len(found) > 1 else m.when for m in found)
    said = f"{stated.time} on {stated.date} ({stated.calendar}, {stated.zone})"
    if stated.time == "midnight":
        return problem("midnight", f"{field}.midnight", said, f"may mean {shown}", "Say midnight: start, or end.")
    if len(found) > 1:
        return problem("twice", f"{field}.occurrence", said, f"may mean {shown}", "Say occurrence: first, or second.")
    return problem("never", f"{field}.time", said, shown, "Ask who stated it which time they mean.")


def caution(stated: StatedTime) -> str:
    """Return what a reader must know of the calendar, "" if nothing."""
    return CAUTION if stated.calendar == "hijri" else ""


def _wall(text: str, day: date, field: str) -> datetime:
    if text == "noon":
        return datetime.combine(day, time(12))
    parts = _TIME.fullmatch(text)
    try:
        if parts is None:
            raise ValueError
        return datetime.combine(day, time(int(parts[1]), int(parts[2]), int(parts[3] or 0)))
    except ValueError:
        rule = f"must be HH:MM, HH:MM:SS, {' or '.join(_NAMED)}, on a clock of 24 hours"
        raise Refused(
            [problem("time", field, text, rule, "Write 16:00, without a zone; the zone stands apart.")]
        ) from None


def _offset(at_us: int, stated: StatedTime) -> str:
    return f"{local(at_us, zone(stated.zone)):UTC%z}"


def _utc(at_us: int) -> str:
    return f"{local(at_us, zone('UTC')):%Y-%m-%d %H:%M:%SZ}"
