"""One driver folds; what is shown is a function of the entries, and says how fresh and how complete it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.play import Play, circle, empty_picture, fold, notice, picture_of
from tests.support.plays import PARTIES, after_erasure, plays, strange

from detente.geometry.search.index import VolumeIndex
from detente.picture.picture import Picture

MODEST = settings(max_examples=60, deadline=None)


def states(picture: Picture) -> dict[str, object]:
    """Return every view's state as plain values, with nothing left to compare."""
    picture.conflicts.settle()
    return {view.name: view.parse(view.save()) for view in picture.views}


@MODEST
@given(plays(), st.sampled_from(PARTIES), st.integers(0, 25))
def test_a_snapshot_and_the_tail_make_the_full_fold(play, viewer, cut):
    known = play.known(viewer)
    early = fold(known[:cut])
    late = empty_picture()
    assert late.restore(early.snapshot("root", "ruleset"), "root", "ruleset")
    for one in known[cut:]:
        late.apply(one)
    whole = fold(known)
    assert states(late) == states(whole)
    assert late.driver.size == whole.driver.size
    assert late.airspace.live() and [n.version for n in late.airspace.live()] == [
        n.version for n in whole.airspace.live()
    ]


@MODEST
@given(plays(), st.sampled_from(PARTIES))
def test_the_same_entries_make_the_same_views(play, viewer):
    assert states(picture_of(play, viewer)) == states(picture_of(play, viewer))


@MODEST
@given(plays(), st.sampled_from(PARTIES))
def test_an_index_changes_how_fast_conflicts_are_found_and_not_which(play, viewer):
    indexed = picture_of(play, viewer, index=VolumeIndex(expected=64))
    plain = picture_of(play, viewer)
    assert [o.conflict for o in indexed.conflicts.open()] == [o.conflict for o in plain.conflicts.open()]


@MODEST
@given(plays(), st.sampled_from(PARTIES))
def test_a_fold_after_erasure_equals_the_fold_before_it(play, viewer):
    """A station that starts again after bodies were destroyed shows what one that ran all along shows."""
    before, after = states(picture_of(play, viewer)), states(fold(after_erasure(play, viewer)))
    for view in before.keys() - {"heads"}:
        assert before[view] == after[view], view


def test_entries_out_of_order_are_a_mistake_of_the_caller():
    play = Play()
    play.say("cjtf", "rus", notice())
    (known,) = play.known("rus")
    picture = fold([known])
    with pytest.raises(ValueError, match="after ledger size 2"):
        picture.apply(known)


def test_a_snapshot_of_another_root_or_ruleset_is_not_used():
    play = Play()
    play.say("cjtf", "rus", notice())
    snapshot = picture_of(play, "rus").snapshot("root", "ruleset 1")
    for root, ruleset in [("another", "ruleset 1"), ("root", "ruleset 2")]:
        picture = empty_picture()
        assert not picture.restore(snapshot, root, ruleset)
        assert picture.driver.size == 0


def test_a_view_that_depends_on_what_was_not_understood_says_incomplete():
    play = Play()
    strange(play, "cjtf", "rus", "response/2")
    picture = picture_of(play, "rus")
    delivery = picture.freshness(picture.delivery, play.now_us)
    assert delivery.incomplete
    assert delivery.by == {"cjtf": 1}
    assert (
        delivery.sentence()
        == "as of ledger size 2, 0 s old; incomplete: not understood: 1 of response/2 (sent faulty: 1 by cjtf)"
    )
    assert not picture.freshness(picture.directory, play.now_us).incomplete


def test_a_kind_unknown_even_by_name_makes_every_view_incomplete():
    """Nobody can say that it does not matter."""
    play = Play()
    strange(play, "cjtf", "rus", "weather/1")
    picture = picture_of(play, "rus")
    assert all(picture.freshness(view, play.now_us).incomplete for view in picture.views)


def test_bytes_that_are_not_of_their_kind_are_kept_and_counted():
    play = Play()
    strange(play, "cjtf", "rus", "notice/1")
    picture = picture_of(play, "rus")
    assert picture.freshness(picture.airspace, play.now_us).not_understood == {"notice/1": 1}
    assert [n.form for n in picture.airspace.live()] == ["unreadable"]


def test_a_view_says_its_age():
    play = Play()
    play.say("cjtf", "rus", notice(volumes=(circle(),)))
    picture = picture_of(play, "rus")
    assert picture.freshness(picture.airspace, play.now_us + 7_000_000).age_us == 7_000_000
    assert empty_picture().freshness(picture.airspace, 0).age_us is None
    picture.driver.advance(9, play.now_us + 7_000_000)
    fresh = picture.freshness(picture.airspace, play.now_us + 7_000_000)
    assert (fresh.size, fresh.age_us) == (9, 0)
