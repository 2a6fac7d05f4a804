"""Counts that reporters publish, beside a verdict that rests on nothing having been reported.

A bulletin says how many, not which: it names no single event that could be weighed, and its scope is in its reporter's words. So it can
neither breach a term nor leave it kept without a word. The verdict stands as far as single reports go, and every count whose window touches
the time that the term covers stands beside it, with its entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from detente.records.evidence.bulletin import Bulletin
from detente.records.evidence.count import Counted
from detente.rules.evidence.report.day import figure

MOST_SAID = 3
"""Counts that are said in words beside one verdict, the latest first; the value has all."""


class CountBeside(msgspec.Struct, frozen=True, kw_only=True):
    """One count that is not split into single reports: whose, of what, over which window. `entry` is the bulletin's."""

    entry: str
    party: str | None
    scope: str
    total: Counted
    who: str
    window: str

    def sentence(self) -> str:
        """Say it in one line."""
        return (
            f"{self.who} counts {figure(self.total)} {self.total.unit} ({self.scope}; {self.window}; {self.entry[:12]})"
        )


def counts_of(
    bulletins: Iterable[tuple[str, Bulletin]], first_us: int | None, last_us: int | None
) -> tuple[CountBeside, ...]:
    """Return the counts above none whose window touches a span; a bound that is None is open."""
    found = [(entry, one) for entry, one in bulletins if _some(one.total) and _touches(one, first_us, last_us)]
    found.sort(key=lambda pair: (-(pair[1].window.latest_us or 0), pair[0]))
    return tuple(
        CountBeside(entry=entry, party=b.party, scope=b.scope, total=b.total, who=b.who, window=b.window.text)
        for entry, b in found
    )


def qualified(stand: Sequence[CountBeside]) -> tuple[str, ...]:
    """Say what stands beside a verdict, for whoever reads it alone: nothing where nothing does."""
    if not stand:
        return ()
    more = len(stand) - MOST_SAID
    said = "; ".join([*(one.sentence() for one in stand[:MOST_SAID]), *([f"and {more} more"] if more > 0 else [])])
    return (f"kept as far as single reports go; not split into single reports, and so not weighed: {said}",)


def _some(total: Counted) -> bool:
    return any(figure for figure in (total.low, total.best, total.high))


def _touches(one: Bulletin, first_us: int | None, last_us: int | None) -> bool:
    earliest, latest = one.window.earliest_us, one.window.latest_us
    begins_late = earliest is not None and last_us is not None and earliest > last_us
    ends_early = latest is not None and first_us is not None and latest < first_us
    return not (begins_late or ends_early)
