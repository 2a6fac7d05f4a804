"""The life of a notice, and what may supersede what."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.support.play import Play, notice, picture_of, response

from detente.records.entries.erasure import Erasure
from detente.records.entries.supersede import NEVER_SUPERSEDED, Proposed, Version, check_erasure, check_supersession
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import F3548, LIVE, NEXT, START, State, VersionChange, change_between


def proposed(supersedes: str | None, state: State | None = State.ACCEPTED, **changes) -> Proposed:
    given = {"activity": Activity.AIR, "author": "cjtf", "kind": "notice", "state": state, "supersedes": supersedes}
    return Proposed(**(given | changes))


def codes(play: Play, new: Proposed) -> list[tuple[str, str]]:
    return [(p.code, p.value) for p in check_supersession(new, picture_of(play, "cjtf").heads)]


def test_the_table_covers_every_state():
    assert set(NEXT) == set(State)
    assert set(F3548) == set(State)


def test_ended_and_withdrawn_are_the_only_ends_and_every_other_state_is_live():
    assert {state for state in State if not NEXT[state]} == {State.ENDED, State.WITHDRAWN}
    assert set(State) - LIVE == {State.ENDED, State.WITHDRAWN}


def test_every_live_state_can_be_amended_and_withdrawn():
    for state in LIVE:
        assert NEXT[state][VersionChange.AMEND] is state
        assert NEXT[state][VersionChange.WITHDRAW] is State.WITHDRAWN


def test_two_states_determine_the_change_between_them():
    """No state has two changes that lead to one state, so the change can be read off the two versions."""
    for before, following in NEXT.items():
        assert len(set(following.values())) == len(following)
        for change, after in following.items():
            assert change_between(before, after) is change


def test_every_state_can_be_reached():
    reached = set(START)
    for _ in State:
        reached |= {after for state in reached for after in NEXT[state].values()}
    assert reached == set(State)


def test_f3548_names_are_those_of_the_standard():
    assert set(F3548.values()) == {None, "Accepted", "Activated", "Nonconforming", "Contingent", "Ended"}


@pytest.mark.parametrize("state", sorted(State))
def test_a_first_version_begins_in_a_state_that_nothing_has_happened_to(state):
    found = codes(Play(), proposed(None, state))
    assert found == ([] if state in START else [("notice_state", state)])


def test_a_second_supersession_is_refused_with_the_current_head():
    play = Play()
    first = play.say("cjtf", "rus", notice())
    second = play.say("cjtf", "rus", notice(words="moved"), supersedes=first)
    third = play.say("cjtf", "rus", notice(words="moved again"), supersedes=second)
    assert codes(play, proposed(third)) == []
    assert codes(play, proposed(first)) == [("superseded", third)]
    assert codes(play, proposed(second)) == [("superseded", third)]


def test_another_partys_entry_counts_as_unknown():
    """A refusal must not tell whether an entry exists that one may not supersede anyway."""
    play = Play()
    theirs = play.say("rus", "cjtf", notice())
    assert codes(play, proposed(theirs)) == [("superseded_unknown", theirs)]
    assert codes(play, proposed("ee" * 32)) == [("superseded_unknown", "ee" * 32)]


def test_nothing_follows_an_end():
    play = Play()
    first = play.say("cjtf", "rus", notice())
    ended = play.say("cjtf", "rus", notice(state=State.ENDED), supersedes=first)
    assert codes(play, proposed(ended, State.ACTIVATED)) == [("notice_state", "activated")]


def test_a_change_that_the_table_lacks_is_refused_with_those_it_has():
    play = Play()
    first = play.say("cjtf", "rus", notice(state=State.PROPOSED))
    (found,) = check_supersession(proposed(first, State.CONTINGENT), picture_of(play, "cjtf").heads)
    assert found.rule == "after proposed: may be accepted, activated, proposed, withdrawn"


def test_the_class_of_a_notice_stays():
    play = Play()
    first = play.say("cjtf", "rus", notice())
    assert codes(play, proposed(first, activity=Activity.HAZARD)) == [("notice_class_changed", "hazard")]


def test_a_sealed_notice_is_for_its_readers_to_judge():
    """The host cannot read it, so it cannot know whether the change is in the table."""
    play = Play()
    first = play.say("cjtf", "rus")
    assert codes(play, proposed(first, None, activity=None)) == []


def test_a_response_is_said_once():
    play = Play()
    n = play.say("rus", "cjtf", notice())
    answer = play.say("cjtf", "rus", response(n, "acknowledge"))
    new = proposed(answer, None, activity=None, kind="response")
    assert codes(play, new) == [("superseded_kind", "response")]


def test_no_kind_that_is_said_once_has_a_newer_version():
    """A later one is a new fact; none of them is superseded, whoever asks."""
    assert {
        "closing",
        "disclosure",
        "erasure",
        "response",
        "screening",
        "sealed",
        "step",
        "watermark",
    } == NEVER_SUPERSEDED
    for kind in NEVER_SUPERSEDED:
        old = Version(activity=None, author="cjtf", first="aa", id="aa", kind=kind, state=None, superseded_by=None)
        versions = SimpleNamespace(version=lambda entry, old=old: old)
        faults = check_supersession(proposed("aa", None, activity=None, kind=kind), versions)
        assert [p.code for p in faults] == ["superseded_kind"]


def test_only_ones_own_words_are_erased_and_no_live_notice():
    play = Play()
    live = play.say("cjtf", "rus", notice())
    moved = play.say("cjtf", "rus", notice(words="moved"), supersedes=live)
    theirs = play.say("rus", "cjtf", notice())
    answer = play.say("cjtf", "rus", response(theirs, "acknowledge"))
    heads = picture_of(play, "cjtf").heads
    asked = {about: Erasure(about=about, authority="court", reason="a name") for about in (live, moved, theirs, answer)}
    found = {about: [p.code for p in check_erasure(erasure, "cjtf", heads)] for about, erasure in asked.items()}
    assert found == {live: [], moved: ["erasure-live"], theirs: ["erasure-about"], answer: ["erasure-kind"]}
    over = play.say("cjtf", "rus", notice(state=State.WITHDRAWN), supersedes=moved)
    erasure = Erasure(about=over, authority="court", reason="a name")
    assert check_erasure(erasure, "cjtf", picture_of(play, "cjtf").heads) == ()
