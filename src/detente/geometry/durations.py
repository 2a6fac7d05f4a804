"""Lengths of time in microseconds, as every module counts them. A civil day may be 23 or 25 hours long: that is `geometry.zones`."""

from __future__ import annotations

from typing import Final

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
