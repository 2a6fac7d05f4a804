"""A number that somebody counted, as a band: the least, the best and the most that the source stands by, with its unit.

Counts of different reporters are never added; what several say of one thing is shown side by side (`rules.evidence.counts`).
"""

from __future__ import annotations

from detente.records.body import Body, Faults


class Counted(Body, frozen=True, kw_only=True):
    """A band of whole numbers. Each bound may be None where the source gives none: "over 300" is low 301, best and high None."""

    best: int | None
    high: int | None
    low: int | None
    unit: str


def check_count(faults: Faults, field: str, count: Counted | None) -> None:
    """A count, where given: a unit, at least one figure, none below 0, and low <= best <= high."""
    if count is None:
        return
    faults.text(f"{field}.unit", count.unit, needed=True)
    figures = (count.low, count.best, count.high)
    if all(figure is None for figure in figures):
        faults.add("count_empty", field, "", "gives at least one of low, best, high", "Give a figure, or null.")
    for name, figure in zip(("low", "best", "high"), figures, strict=True):
        faults.at_least(f"{field}.{name}", figure, 0)
    faults.order(field, count.low, count.best if count.best is not None else count.high)
    faults.order(field, count.best, count.high)
