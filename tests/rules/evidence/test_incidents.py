"""Accounts that may be of one event stand together; nobody's account becomes the event."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from detente.geometry.volume import Point
from detente.records.evidence.count import Counted
from detente.rules.evidence.incidents import EventAccount, incidents, may_be_one

HOUR_US = 3_600_000_000


def account(name, start_h=0.0, end_h=1.0, lat=36.15, lon=36.97, error_m=1000, result="account", **more):
    return EventAccount(
        attributed_to=more.get("by_whom"),
        by=more.get("by", name),
        count=more.get("count"),
        end_us=int(end_h * HOUR_US),
        error_mm=int(error_m * 1000),
        event_class=more.get("event_class", ""),
        id=name,
        party=more.get("party"),
        place=Point(round(lat * 1e9), round(lon * 1e9)),
        result=result,
        start_us=int(start_h * HOUR_US),
    )


def deaths(n):
    return Counted(best=n, high=None, low=None, unit="deaths")


def test_each_party_accuses_the_other_and_both_accounts_stay():
    """Nassir, February 2018: each side says that the other attacked."""
    (found,) = incidents([account("a", by_whom="b", party="a"), account("b", by_whom="a", party="b")])
    assert (found.outcome, found.differ) == ("accounts differ", ("who acted",))
    assert [x.id for x in found.of_party("a")] == ["a"]
    assert [x.id for x in found.of_party("b")] == ["b"]


def test_counts_that_differ_are_named_and_not_averaged():
    (found,) = incidents([account("ap", count=deaths(3)), account("sohr", count=deaths(6))])
    assert found.differ == ("counts",)


def test_not_attributable_and_access_refused_are_answers():
    assert incidents([account("m", result="not-attributable")])[0].outcome == "not attributable"
    assert incidents([account("m", result="access-refused")])[0].outcome == "access refused"


def test_another_day_another_place_or_another_class_is_another_event():
    """Mayadin, outside the truce, and Deir ez-Zor two days on are classed apart."""
    here = account("here", event_class="air")
    others = [account("later", 5, 6), account("far", lat=37.0), account("kind", event_class="shelling")]
    assert all(not may_be_one(here, other) for other in others)
    assert len(incidents([here, *others])) == 4


def test_a_chain_of_near_misses_is_not_one_event():
    """The first and the last do not touch, so all three cannot be one."""
    found = incidents([account("a", 0, 2), account("b", 1, 4), account("c", 3, 5)])
    assert [[x.id for x in i.accounts] for i in found] == [["a", "b"], ["c"]]


def test_a_place_known_only_as_a_country_joins_nothing():
    assert not may_be_one(account("a", error_m=600_000), account("b"))


def test_across_the_antimeridian_two_accounts_meet():
    assert len(incidents([account("a", lat=0, lon=179.999), account("b", lat=0, lon=-179.999)])) == 1


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 20),
            st.integers(0, 5),
            st.integers(-3, 3),
            st.integers(-3, 3),
            st.sampled_from([1, 30_000, 200_000]),
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_every_two_of_a_group_may_be_one_whatever_order_they_came_in(drawn, chance):
    made = [account(f"n{i}", s, s + d, 36 + y / 3, 37 + x / 3, e) for i, (s, d, y, x, e) in enumerate(drawn)]
    found = incidents(made)
    assert sorted(a.id for i in found for a in i.accounts) == sorted(a.id for a in made)
    assert all(may_be_one(a, b) for i in found for a in i.accounts for b in i.accounts)
    mixed = list(made)
    chance.shuffle(mixed)
    assert incidents(mixed) == found
