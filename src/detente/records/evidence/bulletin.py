"""A bulletin: one reporter's count over one window, of one unit, within a stated scope, with its breakdown.

A breakdown that does not add up is refused. Bulletins of different reporters, scopes or units are never added.
"""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults, Stated
from detente.records.evidence.claim import Tag, check_path
from detente.records.evidence.count import Counted, check_count
from detente.records.form import first_version


class BreakdownLine(Body, frozen=True, kw_only=True):
    """One line of a breakdown."""

    count: int
    name: str


class Bulletin(Body, frozen=True, kw_only=True):
    """What one reporter counted. `scope` says whose acts or which events, in its own words; `split_by` what the parts are ("province").

    `window` is the span counted, `cumulative` True where it runs from the beginning; `parts` are sorted by name.
    """

    chain: tuple[str, ...]
    cumulative: bool
    origin: str
    parts: tuple[BreakdownLine, ...]
    party: str | None
    says: str
    scope: str
    source: str
    split_by: str
    tag: Tag
    total: Counted
    who: str
    window: Stated


def check(bulletin: Bulletin) -> tuple[Problem, ...]:
    """Return what is wrong with a bulletin, above all a breakdown that does not add up."""
    faults = Faults()
    check_path(faults, bulletin.chain, bulletin.origin)
    check_count(faults, "total", bulletin.total)
    faults.stated("window", bulletin.window)
    faults.text("who", bulletin.who, needed=True)
    faults.text("scope", bulletin.scope, needed=True)
    faults.text("says", bulletin.says)
    faults.text("source", bulletin.source, needed=bulletin.tag in ("DOC", "CONF"))
    faults.text("split_by", bulletin.split_by, needed=bool(bulletin.parts))
    if bulletin.party is not None:
        faults.party("party", bulletin.party)
    faults.each_once("parts", [part.name for part in bulletin.parts])
    for i, part in enumerate(bulletin.parts):
        faults.title(f"parts[{i}].name", part.name)
        faults.at_least(f"parts[{i}].count", part.count, 0)
    if bulletin.parts:
        _check_sum(faults, sum(part.count for part in bulletin.parts), bulletin.total)
    return faults.all()


def _check_sum(faults: Faults, made: int, total: Counted) -> None:
    low = total.best if total.best is not None else total.low
    high = total.best if total.best is not None else total.high
    if (low is not None and made < low) or (high is not None and made > high):
        said = f"{low if low == high else f'{low} to {high}'}"
        rule = f"the parts add up to {made}, the total says {said}"
        faults.add(
            "breakdown", "parts", made, rule, "Copy the bulletin again; enter it without parts if it is so in print."
        )


FORMS = (first_version("bulletin", Bulletin, check),)
