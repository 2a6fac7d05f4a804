"""What a holder's own officers are told of the questions that others ask of own presence: passed over, and probing.

All of it is made from `screening.AskedOfUs`, which never leaves the holder's station.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from detente.geometry.f3548 import time_text
from detente.geometry.volume import NDEG, Polygon
from detente.rules.notices.screening.budget import day_of
from detente.rules.notices.screening.cells import Cell, outline_of
from detente.rules.notices.screening.screening import BUDGET_SPENT, AskedOfUs

SAME_GROUND = (10, 100, 1000)
"""How often one own cell is asked about by one party in an epoch when it is called probing: an honest plan is changed a few times."""

NAMED = 6
"""Cells that words name; the rest are counted."""


class Probing(msgspec.Struct, frozen=True, kw_only=True):
    """What one party asked on one UTC day. `same_ground`: how often, in the epoch, it asked about the own cell it asked about most."""

    asker: str
    budget_m2_s: int
    not_screened: int
    questions: int
    same_ground: int
    since_us: int
    spent_m2_s: int

    @property
    def spent_percent(self) -> int:
        """The share of the day's budget that is spent, rounded up."""
        return -(-100 * self.spent_m2_s // max(1, self.budget_m2_s))

    def sentence(self) -> str:
        """Say it in one line."""
        return (
            f"{self.asker} has asked {self.questions} time(s) since {time_text(self.since_us)} and spent {self.spent_percent} % "
            f"of its budget of the day; {self.not_screened} not screened; the same own cell up to {self.same_ground} time(s) in this epoch"
        )


def pattern_of(asked: Iterable[AskedOfUs], newest: AskedOfUs) -> Probing:
    """Return what the asker of `newest` asked on its day, `newest` included; `asked` are all answers held."""
    mine = [one for one in asked if one.asker == newest.asker]
    today = [one for one in mine if day_of(one.asked_at_us) == day_of(newest.asked_at_us)]
    cells = Counter(c for one in mine if one.until_us == newest.until_us for c in {*one.raised_by, *one.withheld})
    return Probing(
        asker=newest.asker,
        budget_m2_s=newest.budget_m2_s,
        not_screened=sum(one.answer == "not screened" for one in today),
        questions=len(today),
        same_ground=max(cells.values(), default=0),
        since_us=min(one.asked_at_us for one in today),
        spent_m2_s=max(one.spent_m2_s for one in today),
    )


def patterns(asked: Iterable[AskedOfUs]) -> tuple[Probing, ...]:
    """Return the newest day's pattern of every asker, by name."""
    held = list(asked)
    newest = {one.asker: one for one in held}
    return tuple(pattern_of(held, newest[asker]) for asker in sorted(newest))


def probing(pattern: Probing, newest: AskedOfUs) -> str | None:
    """Return what an alarm of probing is about, the same for as long as it says the same; None where there is none to raise."""
    if newest.reason == BUDGET_SPENT:
        return f"{pattern.asker}: budget of {time_text(newest.asked_at_us)[:10]}"
    reached = [n for n in SAME_GROUND if pattern.same_ground >= n]
    return f"{pattern.asker}: {reached[-1]} times in the epoch to {time_text(newest.until_us)}" if reached else None


def passed_over_words(one: AskedOfUs, cell_ndeg: int) -> str:
    """Say which own cells an asker is not told of, for which notice, until when, and what can be done."""
    return (
        f"OWN PEOPLE PASSED OVER: {cells_words(one.withheld, cell_ndeg)} came within the buffer of {one.asker}'s notice {one.notice[:12]} "
        f"after {one.asker} was answered for that ground in this epoch. The answer to it is '{one.answer}' without them, and "
        f"{one.asker} is told of no concern for them before {time_text(one.until_us)}. Warn {one.asker} yourselves: "
        f"`detente message --to {one.asker}`, a call, or a notice of own presence"
    )


def cells_words(cells: Iterable[Cell], cell_ndeg: int) -> str:
    """Name cells by their south-western corners, in degrees."""
    held = sorted(cells)
    named = ", ".join(_corner(cell, cell_ndeg) for cell in held[:NAMED])
    more = f" and {len(held) - NAMED} more" if len(held) > NAMED else ""
    return f"{len(held)} own cell(s) of {cell_ndeg / NDEG:g} degrees, from {named}{more},"


def _corner(cell: Cell, cell_ndeg: int) -> str:
    outline = outline_of(cell, cell_ndeg)
    if not isinstance(outline, Polygon):
        return "the cap about the pole"
    corner = outline.vertices[0]
    return f"{corner.lat_ndeg / NDEG:g} {corner.lon_ndeg / NDEG:g}"
