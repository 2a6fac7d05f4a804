"""Days of a zone: when each begins, how long it is, how many lie between two.

A day begins at the first instant at which its local midnight stands on the clock, or, where the clocks skip midnight (Damascus did on
25 March 2016), at the instant of the change. It lasts until the next begins: 23, 24 or 25 hours, or as the zone has it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

import msgspec

from detente.geometry.durations import DAY_US
from detente.geometry.zones import change_over, instants, local, zone

DAY = timedelta(days=1)
_NEARLY_A_DAY_US = 20 * 3_600_000_000


class Days(msgspec.Struct, frozen=True):
    """The days of a zone. `starts_s`: so many seconds after midnight, on the clocks, a day begins and the one before ends."""

    zone: str
    starts_s: int = 0

    def where(self) -> tzinfo:
        """Return the zone. Raises `Refused`."""
        return zone(self.zone)

    def start(self, day: date) -> int:
        """Return the first instant of a day."""
        wall = datetime(day.year, day.month, day.day) + timedelta(seconds=self.starts_s)
        shown = instants(wall, self.where())
        return shown[0] if shown else change_over(wall, self.where())

    def end(self, day: date) -> int:
        """Return the first instant after a day: the start of the next."""
        return self.start(day + DAY)

    def of(self, at_us: int) -> date:
        """Return the day to which an instant belongs: the last that has begun by then."""
        day = local(at_us, self.where()).date() + DAY
        while self.start(day) > at_us:
            day -= DAY
        return day

    def length_us(self, day: date) -> int:
        """Return how long a day is; 0 for a date that the zone left out (Apia, 30 December 2011)."""
        return self.end(day) - self.start(day)

    def apart(self, first: date, last: date) -> int:
        """Return how many days on one lies from another: 0 for the same, below zero if before. Dates left out do not count."""
        if last < first:
            return -self.apart(last, first)
        apart = (last - first).days
        if abs(self.start(last) - self.start(first) - apart * DAY_US) < _NEARLY_A_DAY_US:
            return apart
        return sum(self.length_us(first + n * DAY) > 0 for n in range(apart))

    def after(self, first: date, count: int) -> date:
        """Return the day that lies so many days after another; a date left out is none."""
        day = first + count * DAY
        while self.apart(first, day) < count or self.length_us(day) == 0:
            day += DAY
        return day
