"""Who answers for whom, who is on watch, and which line reaches whom. That nobody answers is a state, not an assurance."""

from __future__ import annotations

from typing import Any

from tests.support.play import Play, picture_of

from detente.records.hotline.channel import Channel
from detente.records.parties.officer import Officer
from detente.records.parties.party import Party
from detente.records.parties.roster import Duty, Roster


def party(name: str, **changes: Any) -> Party:
    given: dict[str, Any] = {
        "acts_for": (),
        "answered_for_by": None,
        "cosigner_key": None,
        "endorsements": (),
        "exchange_key": None,
        "name": name.upper(),
        "parent": None,
        "party": name,
        "root_key": None,
        "state": "active",
        "station_key": None,
        "words": "",
    }
    return Party(**(given | changes))


def roster(*duties: Duty) -> Roster:
    return Roster(duties=duties, party="rus", words="")


def test_a_founding_party_answers_for_itself():
    assert picture_of(Play(), "un").directory.answers_for("rus").sentence() == "rus answers for itself"


def test_a_party_without_a_station_is_reached_through_whoever_answers_for_it():
    play = Play()
    play.say("rus", "cjtf un", party("syr", answered_for_by="rus"))
    play.say("rus", "cjtf un", party("ndf", answered_for_by="syr"))
    directory = picture_of(play, "cjtf").directory
    assert directory.answers_for("syr").sentence() == "rus answers for syr"
    assert directory.answers_for("ndf").sentence() == "rus answers for ndf, through syr"
    assert directory.speaks_for("rus") == ("ndf", "rus", "syr")


def test_nobody_answers_for_a_party_without_station_or_sponsor():
    """Khasham, 2018: the force on the ground was not owned by the party on the telephone."""
    play = Play()
    play.say("un", "cjtf rus", party("wagner"))
    answers = picture_of(play, "cjtf").directory.answers_for("wagner")
    assert (answers.how, answers.by) == ("nobody", None)
    assert answers.sentence() == "nobody answers for wagner: silence about it says nothing"
    assert picture_of(play, "cjtf").directory.answers_for("isis").how == "unknown party"


def test_parties_that_answer_for_each_other_in_a_ring_answer_for_nobody():
    play = Play()
    play.say("un", "cjtf", party("a", answered_for_by="b"))
    play.say("un", "cjtf", party("b", answered_for_by="a"))
    assert picture_of(play, "cjtf").directory.answers_for("a").how == "nobody"


def test_a_coalition_binds_its_members_and_theirs():
    play = Play()
    play.say("un", "rus", party("nato", acts_for=("cjtf", "cjtf.uk")))
    play.say("un", "rus", party("cjtf.uk", acts_for=("cjtf.uk.raf",)))
    assert picture_of(play, "rus").directory.binds("nato") == ("cjtf", "cjtf.uk", "cjtf.uk.raf", "nato")


def test_a_role_is_manned_by_the_roster_in_force_and_not_by_the_revoked():
    play = Play()
    first = play.say(
        "rus", "cjtf", roster(Duty(deputy=None, languages=(), from_us=0, officer="o-1", role="watch", until_us=9))
    )
    directory = picture_of(play, "cjtf").directory
    assert directory.on_watch("rus", "watch", 9) == ("o-1",)
    assert directory.on_watch("rus", "watch", 10) == ()
    play.say(
        "rus",
        "cjtf",
        roster(Duty(deputy=None, languages=(), from_us=0, officer="o-2", role="watch", until_us=9)),
        supersedes=first,
    )
    assert picture_of(play, "cjtf").directory.on_watch("rus", "watch", 5) == ("o-2",)
    gone = Officer(
        distrust_since_us=None, key="44" * 32, officer="o-2", party="rus", roles=(), state="revoked", words=""
    )
    play.say("rus", "cjtf", gone)
    assert picture_of(play, "cjtf").directory.on_watch("rus", "watch", 5) == ()


def test_a_suspended_line_is_shown_as_its_author_says():
    """Suspended on paper and alive in fact: both are on record."""
    play = Play()
    line = Channel(
        carries=(),
        languages=(),
        never=(),
        alternates=("ministry",),
        channel="hotline",
        means="voice",
        name="Flight-safety line",
        parties=("cjtf", "rus"),
        roles=("watch",),
        state="suspended",
        tested_at_us=None,
        words="declared suspended on 7 April",
    )
    play.say("rus", "cjtf", line)
    directory = picture_of(play, "cjtf").directory
    assert [c.state for c in directory.channels_between("cjtf", "rus")] == ["suspended"]
    assert directory.channels_between("cjtf", "un") == ()
