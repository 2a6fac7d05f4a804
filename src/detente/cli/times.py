"""Times as people give and read them. Given: with a zone, always. Shown: UTC first, the asked zone beside it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated

import typer

from detente.api.question import AskedAsOf
from detente.errors import Refused, problem, require_short
from detente.geometry.zones import offset_words, zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS_US = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_RELATIVE = re.compile(r"([+-])([0-9]{1,6})([smhd])")
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}:[0-9]{2})$", re.IGNORECASE)

Zone = Annotated[
    str | None,
    typer.Option("--zone", envvar="DETENTE_ZONE", help="Show times in this zone too, such as Asia/Damascus or +03:00."),
]


def time_us(text: str, field: str, now_us: int | None = None) -> int:
    """Return a time in microseconds since 1970 UTC: `2016-09-17T16:55:00+03:00`, `now`, `+90m`, `-2h`.

    Without a zone it is refused. Relative times need `now_us`, the ledger's own time.
    """
    require_short(field, text)
    relative = _RELATIVE.fullmatch(text.strip())
    if now_us is not None and text.strip() == "now":
        return now_us
    if now_us is not None and relative is not None:
        span = int(relative[2]) * UNITS_US[relative[3]]
        return now_us + (span if relative[1] == "+" else -span)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        rule = "must be a time with its zone" + (", or now, or +30m" if now_us is not None else "")
        raise Refused([problem("time", field, text, rule, "Write 2016-09-17T13:55:00Z or 2016-09-17T16:55:00+03:00.")])
    return (moment - EPOCH) // timedelta(microseconds=1)


def past_us(text: str, field: str, now_us: int) -> int:
    """Return a time at which something is asked to have been so. Raises `Refused` for one to come: nobody knows yet what will be known."""
    at_us = time_us(text, field, now_us)
    if at_us > now_us:
        raise Refused([problem("time", field, text, "has not come yet", "Leave it out, for now.")])
    return at_us


def asked_as_of(text: str | None, field: str) -> AskedAsOf:
    """Return as of when a station is asked: at a time, or so long before now on its own clock. Raises `Refused` for a time to come."""
    if text is None or text.strip() == "now":
        return AskedAsOf()
    at_us = time_us(text, field, 0)
    if _RELATIVE.fullmatch(text.strip()) is None:
        return AskedAsOf(at_us=at_us)
    return AskedAsOf(ago_us=-past_us(text, field, 0))


def stated_zone(text: str) -> str:
    """Return the offset that a time was given in, such as "+03:00"; "" for UTC and for relative times."""
    found = _OFFSET.search(text.strip())
    return "" if found is None or found[1] in ("Z", "z", "+00:00") else found[1]


def zone_named(name: str | None) -> tzinfo | None:
    """Return a zone by IANA name or offset; raises Refused for one that is not known."""
    if not name:
        return None
    return zone(name, "--zone")


def moment(us: int | None, where: tzinfo | None = None, exact: bool = False) -> str:
    """Say a time: `2016-09-17 13:55:00Z`, and in a zone beside it `(16:55 +03:00)`. None: `-`.

    Whole seconds, the fraction dropped; with `exact` it stays.
    """
    if us is None:
        return "-"
    try:
        at = EPOCH + timedelta(microseconds=us)
    except OverflowError:
        return "unbounded"
    part = f".{at.microsecond:06d}".rstrip("0") if at.microsecond and exact else ""
    said = f"{at:%Y-%m-%d %H:%M:%S}{part}Z"
    if where is None:
        return said
    there = at.astimezone(where)
    day = "" if there.date() == at.date() else f"{there:%d %b} "
    return f"{said} ({day}{there:%H:%M} {offset_words(there)})"


def span(us: int) -> str:
    """Say a length of time: `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`; below zero with a minus."""
    if us < 0:
        return f"-{span(-us)}"
    seconds = us // 1_000_000
    if seconds < 120:
        return f"{us / 1_000_000:.3g} s" if us % 1_000_000 and seconds < 10 else f"{seconds} s"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02d} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
