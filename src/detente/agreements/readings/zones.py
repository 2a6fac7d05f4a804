"""Zones: the time on their clocks at an instant, and which instants a local time may mean.

Nothing is guessed: a local time that occurs twice has two instants, one that the clocks skip has none. The rules of zones are those of
the pinned `tzdata` package, never of the machine, so that two stations with one ruleset agree; `IANA_VERSION` names them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import tzdata

from detente.errors import Refused, problem

IANA_VERSION: str = tzdata.IANA_VERSION
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR_US = 3_600_000_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_OFFSET = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")
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
    if len(name) <= LONGEST and _NAME.fullmatch(name):
        source = files("tzdata").joinpath("zoneinfo", *name.split("/"))
        if source.is_file():
            with source.open("rb") as file:
                if file.read(4) == b"TZif":
                    file.seek(0)
                    return ZoneInfo.from_file(file, key=name)
    rule = "must be an IANA zone or an offset"
    raise Refused([problem("zone", field, name, rule, "Write Asia/Damascus, UTC or +03:00.")])


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
