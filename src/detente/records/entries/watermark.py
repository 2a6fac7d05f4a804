"""A watermark: a station's signed word that it holds everything addressed to its party, up to a size of the ledger.

Recorded is not told: this is what *told* rests on (docs/formats/, "told").
"""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Watermark(Body, frozen=True, kw_only=True):
    """Everything addressed to the author among the first `size` leaves is in its durable copy.

    `count` is how many of those entries were written by the party that this is told to; `list_hash` is the end of their hash
    chain (`ledger.delivered`).
    """

    count: int
    list_hash: str
    size: int


def check(watermark: Watermark) -> tuple[Problem, ...]:
    """Return what is wrong with a watermark, seen alone."""
    faults = Faults()
    faults.at_least("size", watermark.size, 0)
    faults.at_least("count", watermark.count, 0)
    faults.order("count", watermark.count, watermark.size)
    faults.hash("list_hash", watermark.list_hash)
    return faults.all()


FORMS = (first_version("watermark", Watermark, check),)
