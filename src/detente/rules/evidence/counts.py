"""Counts that reporters publish: checked, laid side by side, reconciled with themselves, and never added to one another's.

Each side counts the other's acts, in its own unit, over its own window. What one reporter says of a whole can be compared with what the
same reporter said of its days; what is left over lies in the days of which nothing is known, and is shown as that.

    199 to 17 September = 2 + 42 + 55 known, 100 in the gap of 15 and 16 September
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo

import msgspec

from detente.errors import Problem, Refused, problem
from detente.geometry.durations import DAY_US
from detente.records.body import Stated
from detente.records.evidence.bulletin import Bulletin
from detente.records.evidence.count import Counted
from detente.rules.evidence.said import plain_name


class WindowGap(msgspec.Struct, frozen=True, kw_only=True):
    """A span of a whole window that no part covers, µs since 1970 UTC, its end not included."""

    end_us: int
    start_us: int


class Reconciled(msgspec.Struct, frozen=True, kw_only=True):
    """One reporter's whole against its own parts. `left` is what the parts leave over: None where the whole has no best figure.

    `fits` is False where the parts are more than the whole, or where nothing is left for a gap to hold and something is left over.
    """

    fits: bool
    gaps: tuple[WindowGap, ...]
    known: int
    left: int | None
    overlaps: tuple[tuple[str, str], ...]
    total: Counted
    who: str

    def sentence(self) -> str:
        """Say the sum, what is left, and over which spans nothing is known."""
        said = self.total.best if self.total.best is not None else f"over {(self.total.low or 1) - 1}"
        words = f"{self.who}: {said} {self.total.unit} in all, {self.known} of them on known days"
        if self.left is not None:
            words += f", {self.left} left for {_spans(len(self.gaps))} of which nothing is known"
        if self.overlaps:
            words += f"; overlapping windows: {', '.join(' and '.join(pair) for pair in self.overlaps)}"
        return words + ("" if self.fits else "; these do not fit together")


class ReporterFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One reporter's figures of one unit and scope: never to be added to another side's."""

    bulletins: tuple[Bulletin, ...]
    scope: str
    unit: str
    who: str


def side_by_side(bulletins: Iterable[Bulletin]) -> tuple[ReporterFigures, ...]:
    """Return the bulletins by reporter, scope and unit, each side in order of its windows."""
    sides: dict[tuple[str, str, str], list[Bulletin]] = defaultdict(list)
    for one in bulletins:
        sides[_key(one)].append(one)
    return tuple(
        ReporterFigures(
            bulletins=tuple(sorted(found, key=lambda b: (b.window.earliest_us or 0, b.window.latest_us or 0))),
            scope=found[0].scope,
            unit=found[0].total.unit,
            who=found[0].who,
        )
        for _, found in sorted(sides.items())
    )


def added(bulletins: Sequence[Bulletin]) -> Counted:
    """Return the sum of one reporter's bulletins over windows that do not overlap.

    Errors: Refused for different reporters, scopes or units, for overlapping or unknown windows, for a cumulative one, for none at all.
    """
    problems = _may_add(bulletins)
    if problems:
        raise Refused(problems)
    figures = [b.total for b in bulletins]
    return Counted(
        best=_sum([f.best for f in figures]),
        high=_sum([f.high for f in figures]),
        low=_sum([f.low if f.low is not None else f.best for f in figures]),
        unit=figures[0].unit,
    )


def reconcile(whole: Bulletin, days: Sequence[Bulletin]) -> Reconciled:
    """Compare what a reporter says of a whole with what the same reporter said of parts of it; show what no part covers.

    Errors: Refused where a part is another's, of another unit, or outside the whole.
    """
    problems: list[Problem] = []
    first, last = _window(whole, "whole", problems)
    spans: list[tuple[int, int, str]] = []
    for n, day in enumerate(days):
        start, end = _window(day, f"days[{n}]", problems)
        if _key(day) != _key(whole):
            problems.append(_other(f"days[{n}]", day, whole))
        elif start < first or end > last:
            problems.append(
                problem("window", f"days[{n}]", day.window.text, "lies outside the whole", "Leave it out of this sum.")
            )
        spans.append((start, end, day.window.text))
    if problems:
        raise Refused(problems)
    known = sum(day.total.best or 0 for day in days)
    gaps = _gaps(first, last, [(start, end) for start, end, _ in spans])
    left = None if whole.total.best is None else whole.total.best - known
    fits = left is None or (left >= 0 and (bool(gaps) or left == 0))
    return Reconciled(
        fits=fits, gaps=gaps, known=known, left=left, overlaps=_overlaps(spans), total=whole.total, who=whole.who
    )


def wholes(bulletins: Sequence[Bulletin]) -> tuple[Reconciled, ...]:
    """Return every count from the beginning against the same reporter's counts of days inside it; each whole on its own."""
    found = []
    for whole in bulletins:
        if not whole.cumulative or None in (whole.window.earliest_us, whole.window.latest_us):
            continue
        days = [
            day
            for day in bulletins
            if not day.cumulative and _key(day) == _key(whole) and _inside(day.window, whole.window)
        ]
        found.append(reconcile(whole, days))
    return tuple(found)


def missing_days(gap: WindowGap, zone: tzinfo) -> tuple[date, ...]:
    """Return the days whose counts are missing from a gap: a count is named by the day on which its window ends, in `zone`."""
    days = []
    end_us = gap.end_us
    while end_us > gap.start_us:
        days.append(datetime.fromtimestamp((end_us - 1) / 1_000_000, zone).date())
        end_us -= DAY_US
    return tuple(sorted(days))


def _inside(day: Stated, whole: Stated) -> bool:
    if day.earliest_us is None or day.latest_us is None or whole.earliest_us is None or whole.latest_us is None:
        return False
    return whole.earliest_us <= day.earliest_us and day.latest_us <= whole.latest_us


def _key(one: Bulletin) -> tuple[str, str, str]:
    return plain_name(one.origin or one.who), plain_name(one.scope), plain_name(one.total.unit)


def _may_add(bulletins: Sequence[Bulletin]) -> list[Problem]:
    if not bulletins:
        return [problem("nothing", "bulletins", "", "gives something to add", "Name the bulletins.")]
    found: list[Problem] = []
    spans = []
    for n, one in enumerate(bulletins):
        if _key(one) != _key(bulletins[0]):
            found.append(_other(f"bulletins[{n}]", one, bulletins[0]))
        if one.cumulative:
            rule = "counts from the beginning and holds the others"
            found.append(
                problem("cumulative", f"bulletins[{n}]", one.window.text, rule, "Reconcile it with them instead.")
            )
        start, end = _window(one, f"bulletins[{n}]", found)
        spans.append((start, end, one.window.text))
    found += [
        problem("overlap", "window", f"{a}; {b}", "would be counted twice", "Leave one of them out.")
        for a, b in _overlaps(spans)
    ]
    return found


def _other(field: str, one: Bulletin, first: Bulletin) -> Problem:
    rule = f"is not {first.who}'s count of {first.total.unit} ({first.scope}); counts of different reporters or kinds are never added"
    return problem("not-addable", field, f"{one.who}: {one.total.unit} ({one.scope})", rule, "Show them side by side.")


def _window(one: Bulletin, field: str, problems: list[Problem]) -> tuple[int, int]:
    stated: Stated = one.window
    if stated.earliest_us is None or stated.latest_us is None:
        problems.append(
            problem("window", field, stated.text, "has no known beginning or end", "State both, with the zone meant.")
        )
        return 0, 0
    return stated.earliest_us, stated.latest_us


def _gaps(first: int, last: int, spans: Sequence[tuple[int, int]]) -> tuple[WindowGap, ...]:
    gaps = []
    reached = first
    for start, end in sorted(spans):
        if start > reached:
            gaps.append(WindowGap(end_us=start, start_us=reached))
        reached = max(reached, end)
    if reached < last:
        gaps.append(WindowGap(end_us=last, start_us=reached))
    return tuple(gaps)


def _overlaps(spans: Sequence[tuple[int, int, str]]) -> tuple[tuple[str, str], ...]:
    ordered = sorted(spans)
    return tuple((a[2], b[2]) for n, a in enumerate(ordered) for b in ordered[n + 1 :] if b[0] < a[1])


def _sum(figures: Sequence[int | None]) -> int | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if len(known) == len(figures) else None


def _spans(count: int) -> str:
    return "one span" if count == 1 else f"{count} spans" if count else "no span"
