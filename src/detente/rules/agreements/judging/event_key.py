"""An event as something that can be counted, and the moments that stand for one whose time is not known exactly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from detente.records.agreements.term import Term
from detente.rules.agreements.facts.events import Occurrence

Key = tuple[int, str, tuple[tuple[str, Any], ...]]
"""Its moment, its name, its fields."""
STARTS = " starts"
LATEST_US = 2**62
MOST_POINTS = 64
"""At most so many moments stand for one uncertain band."""


def band(o: Occurrence, term: Term) -> tuple[int, int]:
    """Return between which moments an occurrence happened, by the clock that the term goes by."""
    if o.recorded_us is not None and term.evidence.clock == "recorded":
        return o.recorded_us, o.recorded_us
    return o.first_us, o.last_us


def points(first: int, last: int, *marks: Sequence[int]) -> list[int]:
    """Return the moments that stand for a band: its ends, and the marks between them. Each of `marks` is sorted."""
    if first == last:
        return [last]
    between = [mark for one in marks for mark in one[bisect_right(one, first) : bisect_left(one, last)][:MOST_POINTS]]
    return sorted({first, last, *between})
