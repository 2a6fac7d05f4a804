"""Three calendars in one document: a date of each as the same civil day, and back.

`hijri` is Umm al-Qura, `solar-hijri` the calendar of Iran and Afghanistan. A civil day runs from midnight in all three. The Islamic
date is that of the published tables (Muharram 1343 to 1500 AH); where a moon is sighted, people may live a day apart from
it, and the religious day begins at the sunset before. Words that give such a date say so.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

import msgspec
from hijridate import Gregorian, Hijri
from persiantools.jdatetime import JalaliDate

from detente.errors import Refused, problem

Calendar = Literal["gregorian", "hijri", "solar-hijri"]
CALENDARS: tuple[Calendar, ...] = ("gregorian", "hijri", "solar-hijri")
CAUTION = "Umm al-Qura tables, from midnight; a sighting of the moon may differ by a day"
_SOLAR: Any = JalaliDate
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTHS: dict[Calendar, tuple[str, ...]] = {
    "gregorian": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "solar-hijri": (
        *("Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar"),
        *("Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand"),
    ),
    "hijri": (
        *("Muharram", "Safar", "Rabi' al-Awwal", "Rabi' al-Thani", "Jumada al-Ula", "Jumada al-Akhira"),
        *("Rajab", "Sha'ban", "Ramadan", "Shawwal", "Dhu al-Qa'da", "Dhu al-Hijja"),
    ),
}
_ERA: dict[Calendar, str] = {"gregorian": "", "solar-hijri": " SH", "hijri": " AH"}


class Dated(msgspec.Struct, frozen=True):
    """A date as its calendar counts it."""

    calendar: Calendar
    year: int
    month: int
    day: int

    def words(self) -> str:
        """Write it: `12 September 2016`, `10 Dhu al-Hijja 1437 AH`, `22 Shahrivar 1395 SH`."""
        return f"{self.day} {_MONTHS[self.calendar][self.month - 1]} {self.year}{_ERA[self.calendar]}"


def read_date(text: str, calendar: Calendar, field: str = "date") -> date:
    """Return the civil day of a date written YYYY-MM-DD in its own calendar. Raises `Refused`."""
    parts = _DATE.fullmatch(text)
    if parts is None:
        raise Refused([problem("date", field, text, "must be YYYY-MM-DD in its own calendar", "Write 2016-09-12.")])
    year, month, day = map(int, parts.groups())
    try:
        return _civil(calendar, year, month, day)
    except (ValueError, OverflowError) as error:
        rule = f"is no date of the calendar {calendar}: {str(error).rstrip('.')}"
        raise Refused([problem("date", field, text, rule, _next_step(calendar, day))]) from None


def _next_step(calendar: Calendar, day: int) -> str:
    """A month of 29 days in the tables has 30 where the moon was sighted a day later: then the date is real, and the tables lack it."""
    if calendar == "hijri" and day == 30:
        return "If the moon was sighted a day later there, give the Gregorian date, and keep the date as stated in the words."
    return "Check day, month, year and the calendar."


def write_date(day: date, calendar: Calendar) -> Dated:
    """Return a civil day in a calendar. Raises `Refused` where its tables do not reach."""
    try:
        match calendar:
            case "gregorian":
                return Dated(calendar, day.year, day.month, day.day)
            case "solar-hijri":
                solar = _SOLAR(day)
                return Dated(calendar, solar.year, solar.month, solar.day)
            case "hijri":
                return Dated(calendar, *Gregorian(day.year, day.month, day.day).to_hijri().datetuple())
    except (ValueError, OverflowError):
        rule = f"lies outside the tables of the calendar {calendar}"
        raise Refused([problem("date", "date", day.isoformat(), rule, "Give it in another calendar.")]) from None


def in_all(day: date) -> tuple[Dated, ...]:
    """Return a civil day in each calendar that reaches it."""
    found = []
    for calendar in CALENDARS:
        try:
            found.append(write_date(day, calendar))
        except Refused:
            continue
    return tuple(found)


def _civil(calendar: Calendar, year: int, month: int, day: int) -> date:
    match calendar:
        case "gregorian":
            return date(year, month, day)
        case "solar-hijri":
            civil: date = _SOLAR(year, month, day).to_gregorian()
            return civil
        case "hijri":
            return date(*Hijri(year, month, day).to_gregorian().datetuple())
