"""Numbers, times and lists in words: UTC first, the agreement's own zone beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from detente.geometry.durations import HOUR_US, MINUTE_US, SECOND_US
from detente.geometry.zones import local, zone
from detente.rules.agreements.readings.calendars import Calendar, write_date

_ORDINALS = (
    *("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    *("nineteenth", "twentieth"),
)
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def ordinal(n: int) -> str:
    """Write `eighth`, `21st`."""
    if 0 <= n < len(_ORDINALS):
        return _ORDINALS[n]
    tail = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{tail}"


def number(n: int) -> str:
    """Write `no`, `seven`, `13`."""
    return _NUMBERS[n] if 0 <= n < len(_NUMBERS) else str(n)


def many(n: int, one: str, more: str = "") -> str:
    """Write `one day`, `seven days`."""
    return f"{number(n)} {one if n == 1 else more or one + 's'}"


def at(at_us: int, zone_name: str, calendar: Calendar = "gregorian") -> str:
    """Write `2016-09-18 21:00Z (19 Sep 00:00 Asia/Damascus)`; a date of another calendar is added."""
    there = local(at_us, zone(zone_name))
    utc = there.astimezone(UTC)
    day = "" if there.date() == utc.date() else f"{there:%d %b} ".lstrip("0")
    other = "" if calendar == "gregorian" else f", {write_date(there.date(), calendar).words()}"
    if zone_name == "UTC":
        return f"{_utc(utc)}{f' ({other[2:]})' if other else ''}"
    return f"{_utc(utc)} ({day}{_clock(there)} {zone_name}{other})"


def day(iso: str, calendar: Calendar = "gregorian") -> str:
    """Write `18 September 2016`, in the agreement's calendar first."""
    civil = datetime.fromisoformat(iso).date()
    gregorian = write_date(civil, "gregorian").words()
    return gregorian if calendar == "gregorian" else f"{write_date(civil, calendar).words()} ({gregorian})"


def hours(us: int) -> str:
    """Write `168 h`, `164 h 59 min`, `1 h 0 min 30 s`: whole hours, never days, since a day may have 23 or 25."""
    if us < 0:
        return f"-{hours(-us)}"
    whole, rest = divmod(us, HOUR_US)
    minutes, rest = divmod(rest, MINUTE_US)
    seconds, rest = divmod(rest, SECOND_US)
    if not (minutes or seconds or rest):
        return f"{whole} h"
    if not (seconds or rest):
        return f"{whole} h {minutes} min"
    part = f".{rest:06d}".rstrip("0") if rest else ""
    return f"{whole} h {minutes} min {seconds}{part} s"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Write `a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capital(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """End a text as a sentence, with a space for the next; nothing stays nothing."""
    return "" if not text else f"{text} " if text[-1] in ".!?" else f"{text}. "


def _utc(at_: datetime) -> str:
    return f"{at_:%Y-%m-%d} {_clock(at_)}Z"


def _clock(at_: datetime) -> str:
    if at_.microsecond:
        return f"{at_:%H:%M:%S}.{at_.microsecond:06d}".rstrip("0")
    return f"{at_:%H:%M:%S}" if at_.second else f"{at_:%H:%M}"
