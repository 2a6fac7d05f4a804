"""Times on the command line: with a zone or refused; shown in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.cli.times import moment, span, stated_zone, time_us, zone_named
from detente.errors import Refused
from detente.geometry.zones import zone

NOON = 1_474_113_600_000_000  # 2016-09-17T12:00:00Z


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("2016-09-17T12:00:00Z", NOON),
        ("2016-09-17T15:00:00+03:00", NOON),
        ("2016-09-17 15:00:00.000001+03:00", NOON + 1),
        ("now", NOON),
        ("+90m", NOON + 5_400_000_000),
        ("-2h", NOON - 7_200_000_000),
        ("+1d", NOON + 86_400_000_000),
    ],
)
def test_times_are_read(text, us):
    """Absolute ones with their zone, relative ones by the ledger's clock."""
    assert time_us(text, "--at", NOON) == us


@pytest.mark.parametrize("text", ["2016-09-17T12:00:00", "12:00", "noon", "+90", "", "2016-02-30T12:00:00Z"])
def test_a_time_without_a_zone_is_no_time(text):
    """The field is named; no zone is ever assumed."""
    with pytest.raises(Refused) as refused:
        time_us(text, "--at", NOON)
    assert refused.value.problems[0].field == "--at"


def test_relative_times_need_a_ledger():
    """`now` means nothing where no station says what time it is."""
    with pytest.raises(Refused):
        time_us("now", "--at")


@given(st.integers(0, 4_102_444_800_000_000))
def test_what_is_shown_exactly_reads_back(us):
    """The exact form loses nothing."""
    assert time_us(moment(us, exact=True).replace(" ", "T"), "x") == us
    assert datetime.fromtimestamp(us // 1_000_000, UTC).strftime("%H:%M:%SZ") in moment(us)


def test_zones_and_spans_in_words():
    """The other zone stands beside UTC, with its day where that differs."""
    assert moment(NOON, zone_named("Asia/Damascus")) == "2016-09-17 12:00:00Z (15:00 +03:00)"
    assert moment(NOON, zone_named("+14:00")) == "2016-09-17 12:00:00Z (18 Sep 02:00 +14:00)"
    assert [stated_zone(t) for t in ("2016-09-17T15:00:00+03:00", "2016-09-17T12:00:00Z", "+2h")] == ["+03:00", "", ""]
    assert [span(s * 1_000_000) for s in (0, 119, 125, 7500, 200_000)] == [
        "0 s",
        "119 s",
        "2 min",
        "2 h 05 min",
        "2 d 7 h",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "A" * 5_000,
        "Asia/" + "B" * 300,
        "../../etc/passwd",
        "/etc/localtime",
        "Asia/../Asia/Damascus",
        "Asia",
        "a\0b",
        "\ud800",
        "Asia//Damascus",
    ],
)
def test_a_zone_that_is_none_is_refused_by_a_sentence(name):
    """A name of thousands of letters, or one like a path, ended in an error of the file system."""
    for read in (zone_named, zone):
        with pytest.raises(Refused) as refused:
            read(name)
        assert refused.value.problems[0].rule == "must be an IANA zone or an offset"
        assert refused.value.problems[0].sentence().encode()
