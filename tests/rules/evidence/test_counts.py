"""Each side counts the other's acts: figures stand side by side, and are never added across reporters."""

from __future__ import annotations

import pytest
from tests.rules.evidence.claims import us

from detente.errors import Refused
from detente.records.body import Stated
from detente.records.evidence.bulletin import Bulletin
from detente.records.evidence.count import Counted
from detente.rules.evidence.counts import added, reconcile, side_by_side


def bulletin(
    count, start, end, who="Russian centre", unit="violations", scope="armed groups only", cumulative=False, low=None
):
    return Bulletin(
        chain=(),
        cumulative=cumulative,
        origin="",
        parts=(),
        party=None,
        says="",
        scope=scope,
        source="",
        split_by="",
        tag="ILL",
        total=Counted(best=count, high=count, low=low if count is None else count, unit=unit),
        who=who,
        window=Stated(
            earliest_us=us(f"2016-09-{start}:00+03:00"),
            latest_us=us(f"2016-09-{end}:00+03:00"),
            text=f"{start} to {end}",
            zone="+03:00",
        ),
    )


TO_13 = bulletin(2, "12T19:00", "14T00:00")
ON_14 = bulletin(42, "14T00:00", "15T00:00")
ON_17 = bulletin(55, "17T00:00", "18T00:00")
WHOLE = bulletin(199, "12T19:00", "18T00:00", cumulative=True)


def test_199_is_the_known_days_and_a_gap_of_15_and_16_september():
    """2 + 42 + 55 are known; 100 lie in two days of which no bulletin was found."""
    found = reconcile(WHOLE, [TO_13, ON_14, ON_17])
    assert (found.known, found.left, found.fits) == (99, 100, True)
    (gap,) = found.gaps
    assert (gap.start_us, gap.end_us) == (us("2016-09-15T00:00:00+03:00"), us("2016-09-17T00:00:00+03:00"))
    assert "100 left for one span of which nothing is known" in found.sentence()


def test_parts_beyond_the_whole_do_not_fit():
    assert not reconcile(WHOLE, [bulletin(300, "14T00:00", "15T00:00")]).fits


def test_a_rest_without_a_gap_does_not_fit():
    whole = bulletin(50, "14T00:00", "15T00:00", cumulative=True)
    assert not reconcile(whole, [ON_14]).fits


def test_over_300_has_no_rest():
    found = reconcile(bulletin(None, "12T19:00", "18T00:00", low=301, cumulative=True), [ON_14])
    assert found.left is None
    assert "over 300 violations" in found.sentence()


@pytest.mark.parametrize(
    "other",
    [
        bulletin(44, "17T00:00", "18T00:00", who="military sources"),
        bulletin(26, "17T00:00", "18T00:00", unit="civilian deaths"),
        bulletin(44, "17T00:00", "18T00:00", scope="government side only"),
        bulletin(44, "14T12:00", "18T00:00"),
        WHOLE,
    ],
    ids=["reporter", "unit", "scope", "overlap", "cumulative"],
)
def test_counts_of_others_units_scopes_and_overlapping_windows_are_never_added(other):
    with pytest.raises(Refused):
        added([ON_14, other])


def test_a_reporters_own_days_may_be_added():
    assert added([ON_14, ON_17]).best == 97


def test_another_reporters_day_is_no_part_of_a_whole():
    with pytest.raises(Refused) as refused:
        reconcile(WHOLE, [bulletin(44, "17T00:00", "18T00:00", who="military sources")])
    assert "never added" in refused.value.problems[0].rule


def test_each_reporter_has_a_side_of_its_own():
    sides = side_by_side([ON_17, ON_14, bulletin(44, "17T00:00", "18T00:00", who="military sources")])
    assert [(s.who, [b.total.best for b in s.bulletins]) for s in sides] == [
        ("military sources", [44]),
        ("Russian centre", [42, 55]),
    ]
