"""How much one party may ask of another's hidden presence in a day: ground times time, supersessions counted.

Rules: docs/formats/screening.md, "Budget". The unit is the square-metre-second; the ledger's rules give the daily sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from detente.geometry.measure import area_m2
from detente.geometry.volume import Volume4D

DAY_US = 86_400_000_000


def asked_m2_s(volume: Volume4D, buffer_mm: int) -> int:
    """Return what one volume asks about: the area within `buffer_mm` of its outline (bounded from above) times its seconds.

    Square metres of the WGS 84 ellipsoid times seconds, rounded up; never 0, so that asking is never free.
    """
    margin_m = (buffer_mm + volume.error_mm) / 1000
    seconds = max(1, -(-(volume.end_us - volume.start_us) // 1_000_000))
    return max(1, math.ceil(area_m2(volume.outline, margin_m))) * seconds


def day_of(time_us: int) -> int:
    """Return the UTC day number since 1970-01-01 of a time in microseconds."""
    return time_us // DAY_US


class Spending(msgspec.Struct, frozen=True):
    """What each asker has asked of one holder, by UTC day: {(asker, day): square-metre-seconds}."""

    spent_m2_s: Mapping[tuple[str, int], int] = {}

    def ask(
        self, asker: str, at_us: int, volumes: Iterable[Volume4D], buffer_mm: int, daily_m2_s: int
    ) -> tuple[Spending, bool]:
        """Return the spending after one more question, and whether it was still within the day's budget.

        A question over budget is counted too: an asker who goes on asking does not get a cheaper question into the rest.
        """
        key = (asker, day_of(at_us))
        total = self.spent_m2_s.get(key, 0) + sum(asked_m2_s(v, buffer_mm) for v in volumes)
        return Spending({**self.spent_m2_s, key: total}), total <= daily_m2_s

    def refund(self, asker: str, at_us: int, volumes: Iterable[Volume4D], buffer_mm: int) -> Spending:
        """Return the spending without a question that `ask` counted: the exact inverse."""
        key = (asker, day_of(at_us))
        total = self.spent_m2_s.get(key, 0) - sum(asked_m2_s(v, buffer_mm) for v in volumes)
        return Spending({**self.spent_m2_s, key: max(0, total)})
