"""Readings in words: the words of the case, whole; and never a count alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.rules.agreements.readings.table import us

from detente.cli.agreements.simulate import lines, read_subject
from detente.rules.agreements.readings.simulate import simulate
from detente.rules.agreements.words.plain import at, hours, many, ordinal
from detente.rules.agreements.words.readings import BoardInWords, tell

CASE = Path(__file__).parents[4] / "docs/examples/seven-days-2016.yaml"


def told(now: str) -> BoardInWords:
    term, events = read_subject(str(CASE), None)
    return tell(term, simulate(term, events, us(now)), events)


def test_the_three_readings_at_16z_on_the_19th():
    """As a watch officer reads them."""
    r1, r2, r3 = told("19 19:00").readings
    assert r1.stands == "The eighth calendar day, the first one counted."
    assert r1.used_by == 'Counted so by Russia ("the start was due on 19 September"; CHU, DOC).'
    assert (
        r1.follows
        == "Full since 2016-09-18 21:00Z (19 Sep 00:00 Asia/Damascus): by this reading it is due that the joint centre opens."
    )
    assert r2.stands == "168 h elapsed."
    assert r3.stands == "0 qualifying days in a row."
    assert (
        r3.days[3]
        == "15 September 2016 does not qualify: calm: no (e05: First civilian deaths since the start); aid: no; "
        "sponsors: not known, wanting from Russia and the United States; then 0 in the count"
    )
    assert (
        (r3.takes[0])
        == "What it would take: at the earliest 2016-09-26 21:00Z (27 Sep 00:00 Asia/Damascus), and only if from now on:"
    )


def test_before_it_is_due():
    """The forecast names who could reset it, and whose announced end comes first."""
    assert (
        told("14 03:00").readings[1].follows
        == "If nothing more happens, the joint centre opens 2016-09-19 16:00Z (19:00 Asia/Damascus), unless Russia and the United "
        "States together reset the clock. Before that, the Syrian army announced its end for 2016-09-18 20:59Z (23:59 Asia/Damascus)."
    )


@pytest.mark.parametrize("now", ["12 18:00", "12 19:00", "14 03:00", "18 23:59", "19 19:00", "25 12:00"])
def test_a_count_never_stands_alone(now: str):
    """No "day 6 of 7"; each count with its way of counting and with who counts so."""
    words = told(now)
    text = lines(words)
    assert not re.search(r"\bday \d+ of \d+|\d+/7\b|\d+ of 7\b", text)
    for reading in words.readings:
        assert reading.how
        assert reading.used_by.startswith("Counted so by ")
        assert re.search(r"calendar day|elapsed|qualifying day|Not begun", reading.stands)


@pytest.mark.parametrize(("n", "words"), [(1, "first"), (8, "eighth"), (20, "twentieth"), (21, "21st"), (112, "112th")])
def test_ordinals(n: int, words: str):
    """In words to the twentieth."""
    assert words == ordinal(n)


def test_hours_and_days():
    """Hours stay hours: a day may have 23 or 25."""
    assert [
        hours(604_800_000_000),
        hours(536_340_000_000),
        hours(1_500_000),
    ] == ["168 h", "148 h 59 min", "0 h 0 min 1.5 s"]
    assert [many(n, "day") for n in (1, 7, 13)] == ["one day", "seven days", "13 days"]


def test_a_time_in_another_calendar():
    """UTC, the zone, and the agreement's own date."""
    assert (
        at(us("19 00:00"), "Asia/Damascus", "hijri")
        == "2016-09-18 21:00Z (19 Sep 00:00 Asia/Damascus, 18 Dhu al-Hijja 1437 AH)"
    )
    assert at(us("19 00:00"), "UTC") == "2016-09-18 21:00Z"
