"""How long something took, and by whose clock: a span is a number only where both its ends were read on one clock.

The host's clock says when it recorded; a party's own clock says when it signed, or held something. Set against each other they measure
how far two clocks are apart, and no latency: then both times are said, and no number.
"""

from __future__ import annotations

from typing import Final

import msgspec

from detente.geometry.f3548 import time_text

HOST: Final = None
"""The host's clock, as `ClockReading.by`."""


class ClockReading(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A moment as one clock showed it: that of a party (`by`), or the host's (`HOST`)."""

    at_us: int
    by: str | None

    def sentence(self) -> str:
        """Say it with its clock, to the second."""
        return f"{time_text(self.at_us // 1_000_000 * 1_000_000)} by {clock_words(self.by)}"


class Lapse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From one reading to another. `us` is None between two clocks, and where the second comes before the first."""

    began: ClockReading
    ended: ClockReading
    us: int | None

    def sentence(self) -> str:
        """Say how long by which clock; without a number both times."""
        if self.us is None:
            return f"from {self.began.sentence()} to {self.ended.sentence()}: no latency"
        return f"after {self.us // 1_000_000} s by {clock_words(self.ended.by)}"


def lapse(began: ClockReading, ended: ClockReading) -> Lapse:
    """Return the span between two readings."""
    us = ended.at_us - began.at_us
    return Lapse(began=began, ended=ended, us=us if began.by == ended.by and us >= 0 else None)


def latency(
    party: str,
    recorded_us: int,
    answered_us: int,
    *,
    signed_us: int | None,
    acknowledged_us: int | None = None,
    told_signed_us: int | None = None,
) -> Lapse:
    """Return how long a party took over an entry.

    By its own clock, from its direct acknowledgement to its signature, where its station acknowledged directly. Else by the
    host's, from record to record (`recorded_us`, `answered_us`): but only if it signed no earlier than it can have had the entry, by
    the record or by its own watermark's clock (`told_signed_us`). What was answered while the host was away is recorded together
    with what it answers; between these two records lies no latency.
    """
    if signed_us is not None and acknowledged_us is not None:
        return lapse(ClockReading(at_us=acknowledged_us, by=party), ClockReading(at_us=signed_us, by=party))
    recorded = ClockReading(at_us=recorded_us, by=HOST)
    held_us = recorded_us if told_signed_us is None else min(recorded_us, told_signed_us)
    if signed_us is not None and signed_us < held_us:
        return lapse(recorded, ClockReading(at_us=signed_us, by=party))
    return lapse(recorded, ClockReading(at_us=answered_us, by=HOST))


def clock_words(by: str | None) -> str:
    """Name a clock."""
    return "the host's clock" if by is None else f"{by}'s own clock"
