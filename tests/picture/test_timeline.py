"""What did X know at T? The watermark in force decides, and where there is none the answer is: no evidence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.play import MINUTE, START_US, Play, notice, picture_of, watermark
from tests.support.plays import PARTIES, plays

from detente.picture.timeline import Timeline
from detente.records.entries.watermark import Watermark
from detente.records.notices.notice_state import LIVE, State


def test_before_a_watermark_covers_it_there_is_no_evidence_that_a_party_knew():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    timeline = picture_of(play, "cjtf").timeline
    knew = timeline.known_to("rus", size=play.size)
    assert knew.watermark is None
    assert timeline.ids(knew.no_evidence) == [n]
    assert timeline.ids(knew.told) == []


def test_told_before_and_told_after_are_different_answers():
    """Was Russia told before the strike? Asked at the strike, and again a minute later."""
    play = Play()
    n = play.say("cjtf", "rus", notice(), at_us=START_US)
    play.say("rus", "cjtf", watermark(2), at_us=START_US + 5 * MINUTE)
    timeline = picture_of(play, "cjtf").timeline
    early = timeline.known_to("rus", at_us=START_US + 4 * MINUTE)
    late = timeline.known_to("rus", at_us=START_US + 5 * MINUTE)
    assert (timeline.ids(early.live), timeline.ids(early.no_evidence)) == ([], [n])
    assert (timeline.ids(late.live), timeline.ids(late.no_evidence)) == ([n], [])


def test_of_which_place_was_it_told_the_version_in_force_then():
    play = Play()
    wrong = play.say("cjtf", "rus", notice(words="9 km south"))
    play.say("rus", "cjtf", watermark(2))
    right = play.say("cjtf", "rus", notice(words="at the place itself"), supersedes=wrong)
    told_late = play.say("rus", "cjtf", watermark(4))
    timeline = picture_of(play, "cjtf").timeline
    assert timeline.ids(timeline.known_to("rus", size=4).live) == [wrong]
    assert timeline.ids(timeline.known_to("rus", size=5).live) == [right]
    assert timeline.known_to("rus", size=5).watermark == told_late


def test_a_party_left_out_of_the_newer_version_still_goes_by_the_old_one():
    play = Play()
    old = play.say("cjtf", "rus un", notice())
    new = play.say("cjtf", "rus", notice(words="moved"), supersedes=old)
    play.say("un", "cjtf", watermark(3))
    play.say("rus", "cjtf", watermark(4))
    timeline = picture_of(play, "cjtf").timeline
    assert timeline.ids(timeline.known_to("un", size=play.size).live) == [old]
    assert timeline.ids(timeline.known_to("rus", size=play.size).live) == [new]


def test_a_party_knows_what_it_wrote():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    timeline = picture_of(play, "cjtf").timeline
    assert timeline.ids(timeline.known_to("cjtf", size=play.size).live) == [n]


def test_as_of_shows_the_picture_that_stood_then():
    play = Play()
    n = play.say("cjtf", "rus", notice(), at_us=START_US)
    ended = play.say("cjtf", "rus", notice(state=State.WITHDRAWN), supersedes=n, at_us=START_US + MINUTE)
    timeline = picture_of(play, "rus").timeline
    assert timeline.ids(timeline.as_of(at_us=START_US).live) == [n]
    now = timeline.as_of(at_us=START_US + MINUTE)
    assert (timeline.ids(now.live), timeline.ids(now.current)) == ([], [ended])
    assert timeline.as_of(at_us=START_US - 1).entries.size == 0


def test_exactly_one_of_size_and_time_is_given():
    timeline = Timeline(picture_of(Play(), "rus").heads)
    with pytest.raises(ValueError, match="one of the two"):
        timeline.as_of()
    with pytest.raises(ValueError, match="one of the two"):
        timeline.known_to("rus", size=1, at_us=1)


def naive_known_to(play: Play, viewer: str, party: str, size: int) -> dict[str, set[str]]:
    """Answer by the definition, entry by entry."""
    seen = [k for k in play.known(viewer) if k.index < size]
    marks = [
        m.size if m.size < k.index else k.index for k in seen if k.header.author == party and (m := k.body(Watermark))
    ]
    told_size = max(marks, default=0)
    addressed = [k for k in seen if party in k.recipients]
    told = {k.id for k in addressed if k.index < told_size}
    own = {k.id for k in seen if k.header.author == party}
    knew = told | own
    gone = {k.header.supersedes for k in seen if k.id in knew}
    states = {k.id: picture_of(play, viewer).heads.entry(k.id) for k in seen}
    live = {
        i
        for i in knew - gone
        if (e := states[i]) and e.kind == "notice" and not e.erased and (e.state is None or e.state in LIVE)
    }
    return {
        "told": told,
        "own": own,
        "no_evidence": {k.id for k in addressed} - told,
        "current": knew - gone,
        "live": live,
    }


@settings(max_examples=60, deadline=None)
@given(plays(most=20), st.sampled_from(PARTIES), st.sampled_from(PARTIES), st.integers(0, 21))
def test_the_columns_answer_as_the_definition_does(play, viewer, party, size):
    timeline = picture_of(play, viewer).timeline
    knew = timeline.known_to(party, size=size)
    assert {
        name: set(timeline.ids(getattr(knew, name))) for name in ("told", "own", "no_evidence", "current", "live")
    } == naive_known_to(play, viewer, party, size)


@settings(max_examples=60, deadline=None)
@given(plays(most=20), st.sampled_from(PARTIES), st.integers(0, 21))
def test_as_of_a_size_is_the_fold_up_to_it(play, viewer, size):
    """The past is not rewritten by what came later; erasures apart, which take effect backwards on purpose."""
    whole = picture_of(play, viewer).timeline
    early = Play()
    early.said = [said for said in play.said if said[0] < size]
    then, now = picture_of(early, viewer), whole.as_of(size=size)
    assert whole.ids(now.entries) == [k.id for k in early.known(viewer)]
    assert set(whole.ids(now.current)) == {i for i, e in then.heads.entries() if e.superseded_by is None}
