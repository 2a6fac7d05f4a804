"""How much one party may ask of another's hidden presence in a day: ground times time, supersessions counted.

Rules: docs/formats/screening.md, "Budget". The unit is the square-metre-second; the ledger's rules give the daily sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from detente.geometry.durations import DAY_US
from detente.geometry.measure import area_m2
from detente.geometry.volume import Volume4D


class Price(msgspec.Struct, frozen=True):
    """What the rules fix about the price of a question: the buffer, and the epoch, the longest time that is charged for."""

    buffer_mm: int
    epoch_us: int

    def of(self, volumes: Iterable[Volume4D]) -> int:
        """Return what a notice of these volumes costs, in square-metre-seconds."""
        return sum(asked_m2_s(volume, self.buffer_mm, self.epoch_us) for volume in volumes)


def asked_m2_s(volume: Volume4D, buffer_mm: int, epoch_us: int) -> int:
    """Return what one volume asks about: the area within `buffer_mm` of its outline (bounded from above) times its seconds.

    Square metres of the WGS 84 ellipsoid times seconds, rounded up; never 0, so that asking is never free. No more time is
    charged than one epoch: a longer volume gets one word for all of its time, so it tells the asker less, not more
    (docs/decisions/0014-what-a-question-costs.md).
    """
    margin_m = (buffer_mm + volume.error_mm) / 1000
    charged_us = min(volume.end_us - volume.start_us, epoch_us)
    seconds = max(1, -(-charged_us // 1_000_000))
    return max(1, math.ceil(area_m2(volume.outline, margin_m))) * seconds


def day_of(time_us: int) -> int:
    """Return the UTC day number since 1970-01-01 of a time in microseconds."""
    return time_us // DAY_US


class Spending(msgspec.Struct, frozen=True):
    """What each asker has asked of one holder, by UTC day: {(asker, day): square-metre-seconds}."""

    spent_m2_s: Mapping[tuple[str, int], int] = {}

    def ask(self, asker: str, at_us: int, price_m2_s: int) -> Spending:
        """Return the spending after one more question.

        A question over budget is counted too: an asker who goes on asking does not get a cheaper question into the rest.
        """
        return Spending({**self.spent_m2_s, (asker, day_of(at_us)): self.of(asker, at_us) + price_m2_s})

    def refund(self, asker: str, at_us: int, price_m2_s: int) -> Spending:
        """Return the spending without a question that `ask` counted: the exact inverse."""
        return Spending({**self.spent_m2_s, (asker, day_of(at_us)): max(0, self.of(asker, at_us) - price_m2_s)})

    def of(self, asker: str, at_us: int) -> int:
        """Return what an asker has spent on the day that holds a time."""
        return self.spent_m2_s.get((asker, day_of(at_us)), 0)
