"""Zones: the time on their clocks at an instant, and which instants a local time may mean.

Nothing is guessed: a local time that occurs twice has two instants, one that the clocks skip has none. The rules of zones are those of
the `tzdata` package, never of the machine: what is shown and what is counted read the same tables. `TABLES` names them and stands in
every ruleset, since the version decides an hour (Gaza, spring of 2023 to 2025): stations with other tables are seen to have others.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import tzdata

from detente.errors import Problem, Refused, problem

TABLES = f"tzdata {tzdata.IANA_VERSION}"
"""The tables of time zones that this process reads, by the name that IANA gave them."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")
_FULL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)
_NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})
"""Names that some tables hold and that name no place: what they mean depends on who made the tables."""
LONGEST = 64
"""No zone of the tables has so long a name (32 letters at most); a longer one is looked for nowhere."""


@lru_cache(maxsize=256)
def zone(name: str, field: str = "zone") -> tzinfo:
    """Return the zone of an IANA name, of "UTC", or of an offset such as "+03:00". Raises `Refused`."""
    offset = _OFFSET.fullmatch(name)
    if offset is not None and int(offset[2]) < 24 and int(offset[3]) < 60:
        away = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(away if offset[1] == "+" else -away)
    if name == "UTC":
        return UTC
    if len(name) <= LONGEST and _NAME.fullmatch(name) and name not in _NO_PLACE:
        source = files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if source.is_file():
            with source.open("rb") as file:
                if file.read(4) == b"TZif":
                    file.seek(0)
                    return ZoneInfo.from_file(file, key=name)
    rule = "must be an IANA zone or an offset"
    raise Refused([problem("zone", field, name, rule, "Write Asia/Damascus, UTC or +03:00.")])


def tables_of(name: str) -> str:
    """Return the tables on which the times of a zone rest; "" where it is a fixed offset, which rests on none."""
    return "" if name == "UTC" or _OFFSET.fullmatch(name) else TABLES


def us_of(at: datetime) -> int:
    """Return an aware time in microseconds since 1970 UTC."""
    return (at - EPOCH) // MICROSECOND


def local(at_us: int, where: tzinfo) -> datetime:
    """Return the time on the clocks of a zone at an instant."""
    return (EPOCH + timedelta(microseconds=at_us)).astimezone(where)


def instants(wall: datetime, where: tzinfo) -> tuple[int, ...]:
    """Return the instants at which the clocks show this (naive) time, in order: one, two, or none."""
    found = []
    for fold in (0, 1):
        at_us = us_of(wall.replace(tzinfo=where, fold=fold))
        if local(at_us, where).replace(tzinfo=None, fold=0) == wall.replace(fold=0) and at_us not in found:
            found.append(at_us)
    return tuple(sorted(found))


def change_over(wall: datetime, where: tzinfo) -> int:
    """Return the instant at which the clocks were put forward over this (naive) time, which they never showed."""
    low, high = sorted(us_of(wall.replace(tzinfo=where, fold=fold)) for fold in (0, 1))
    after = local(high, where).utcoffset()
    while low < high:
        middle = (low + high) // 2
        if local(middle, where).utcoffset() == after:
            high = middle
        else:
            low = middle + 1
    return high


def offset_words(at: datetime) -> str:
    """Write the offset from UTC of an aware time: `+03:00`."""
    away = at.strftime("%z")
    return f"{away[:3]}:{away[3:5]}"


def check_stated(text: str, name: str, field: str) -> None:
    """Check a time as somebody stated it: its zone is one, and each full time in the text has the offset of that zone then.

    "" is a zone that nobody stated: then nothing contradicts. "Z" is UTC, as which a time may be written whatever its zone.
    Raises `Refused`, showing both instants that may be meant.
    """
    if not name:
        return
    where = zone(name, f"{field}.zone")
    faults = [_contradiction(found[0], where, name, field) for found in _FULL.finditer(text) if found[0][-1] != "Z"]
    if any(faults):
        raise Refused([fault for fault in faults if fault is not None])


def _contradiction(written: str, where: tzinfo, name: str, field: str) -> Problem | None:
    try:
        given = datetime.fromisoformat(written)
        there = local(us_of(given), where)
    except (ValueError, OverflowError):
        return problem("moment", f"{field}.text", written, "is no time of any day", "Correct it.")
    if there.utcoffset() == given.utcoffset():
        return None
    wall = given.replace(tzinfo=None)
    meant = " or ".join(f"{local(us, UTC):%Y-%m-%dT%H:%MZ}" for us in instants(wall, where))
    clocks = (
        f"is {meant} on the clocks of {name}" if meant else f"never stood on the clocks of {name}: they went over it"
    )
    rule = f"is {given.astimezone(UTC):%Y-%m-%dT%H:%MZ} by its offset, and {clocks} ({TABLES})"
    return problem("offset", f"{field}.text", written, rule, "Ask which is meant, and give the offset of the zone.")
