"""200 agreements x 40 terms live: from one new report to all verdicts that it revises.

Run: python bench/bench_verdicts.py. Every agreement watches every class of event here, in its own area or in all: what a station near the
middle of things would have.
"""

from __future__ import annotations

import statistics
import time

from detente.geometry.volume import Circle, Point, Volume4D
from detente.records.agreements import term as tm
from detente.records.agreements.agreement import Agreement
from detente.records.body import Stated
from detente.records.evidence.claim import Claim
from detente.rules.agreements.facts.occurrences import Occurrences
from detente.rules.agreements.judging.watching import Watching
from table import Row, render

AGREEMENTS, TERMS, REPORTS = 200, 40, 300
START_US = 1_473_696_000_000_000
HOUR_US = 3_600_000_000
SPACING_NDEG = 150_000_000
"""Areas of 20 km radius lie 16.7 km apart in a row: each place is in two or three of them, as where local truces overlap."""
CLASSES = 20
"""Kinds of events; each term watches one of them (and a second where its pattern has two)."""


def stated(us: int) -> Stated:
    """An instant."""
    return Stated(earliest_us=us, latest_us=us, text="then", zone="UTC")


def hours(count: int) -> tm.Span:
    """A span."""
    return tm.Span(count=count, readings=(), unit="hours")


def what(n: int) -> tm.What:
    """One kind of event."""
    return tm.What(by=(), classes=(f"kind-{n % CLASSES}",))


def patterns(n: int) -> tm.AnyPattern:
    """A mix of patterns."""
    after = tm.Deadline(at=None, after=hours(6))
    made: tuple[tm.AnyPattern, ...] = (
        tm.Absence(never=what(n)),
        tm.AtMost(most=5, per=hours(24), what=what(n)),
        tm.Within(after=what(n), by=after, each=False, must=what(n + 1)),
        tm.Precedes(each=False, first=what(n + 1), least=None, most=hours(12), then=what(n)),
    )
    return made[n % len(made)]


def agreement(number: int) -> Agreement:
    """One agreement between two parties, over an area of its own."""
    everyone = tm.Who(excluded=(), included=(), unknown="included", word_of=())
    area = (Circle(centre=Point(36_000_000_000 + number * SPACING_NDEG, 37_000_000_000), radius_mm=20_000_000),)
    terms = tuple(
        tm.Term(
            bearers=("a", "b"),
            beneficiaries=(),
            evidence=tm.Evidence(all_of=False, clock="signed", declared_by=(), origins=1, silence="counts"),
            excused_by=(),
            pattern=patterns(n),
            period=tm.Period(after=None, begins=None, ends=None, lasts=None),
            reckoning=tm.Reckoning(calendar="gregorian", day="local", day_starts_s=0, zone="Asia/Damascus"),
            scope=tm.Scope(actors=everyone, affected=everyone, area=area, unplaced="excluded"),
            term=f"t{n}",
            wording=tm.Wording(source="", standing="summarised", tag="ILL", words="x"),
        )
        for n in range(TERMS)
    )
    return Agreement(
        agreement=f"g{number}", annexes=(), begins=stated(START_US), clocks=(), ends=None, horizon_us=30 * 24 * HOUR_US,
        on="time", parties=("a", "b"), rests_on=(), source="", tag="ILL", terms=terms, thirds=(), title=f"G {number}",
        version=1, words="",
    )  # fmt: skip


def report(n: int) -> Claim:
    """One report of something, somewhere in the row of areas, by one of two parties, some late."""
    at_us = START_US + (n * 977 % 4000) * HOUR_US // 40
    where = Circle(
        centre=Point(36_000_000_000 + (n * 7919 % AGREEMENTS) * SPACING_NDEG, 37_000_000_000), radius_mm=500_000
    )
    place = Volume4D(end_us=at_us, outline=where, start_us=at_us)
    return Claim(
        about=(), actor="a" if n % 2 else "b", affected="", at_stated=stated(at_us), chain=(), count=None,
        event_class=f"kind-{n % CLASSES}", implies=(), origin="", party=None, place=place, report=None, said=None, says="x",
        source="", stance="asserts", subject=f"m.{n}", tag="ILL", who=f"monitor {n % 7}",
    )  # fmt: skip


def rows() -> list[Row]:
    """Time one report after another; the first hundred warm up."""
    book = Occurrences()
    began = time.perf_counter()
    all_watching = [Watching(f"{n:064x}", f"{n:064x}", agreement(n), "un") for n in range(AGREEMENTS)]
    for watching in all_watching:
        watching.build(book)
        watching.verdicts(START_US)
    built_s = time.perf_counter() - began
    now_us = START_US + 200 * HOUR_US
    for watching in all_watching:
        watching.verdicts(now_us)
    times, revised = [], []
    for n in range(REPORTS):
        claim = report(n)
        start = time.perf_counter()
        changed = book.take(f"{n:064x}", "un", now_us, now_us, claim)
        found = 0
        for watching in all_watching:
            if watching.take(changed, book):
                found += len(watching.revise(now_us))
        times.append((time.perf_counter() - start) * 1000)
        revised.append(found)
    times, revised = times[100:], revised[100:]
    median, high = statistics.median(times), sorted(times)[int(len(times) * 0.99)]
    size = f"{statistics.mean(revised):.0f} verdicts revised on average"
    return [
        Row("200 agreements x 40 terms live, one new report", f"{median:.2f} ms, p99 {high:.1f} ms", "5 ms", "", size),
        Row("making 8 000 terms live", f"{built_s:.1f} s", "", "", "once, at the start of a station"),
    ]


if __name__ == "__main__":
    print(render("Verdicts", rows()))
