"""The holder's own officers are shown at once whom an answer passed over, who is probing, and why a notice was not screened.

House F2: all of it was worked out, and shown to nobody. Nothing of it leaves the station.
"""

from __future__ import annotations

import msgspec
import pytest
from tests.support.stations import SECOND, START_US, World, circle, notice

from detente.node.station.acting import screenings
from detente.node.station.effects import Raise

HERE, BESIDE = (35.2663, 40.1527), (35.2863, 40.1727)
EPOCH_ENDS_US = START_US + 5 * 3600 * SECOND


@pytest.fixture
def world():
    made = World(("cjtf", "rus"))
    made.run(1)
    made.state_presence("rus")
    return made


def ask(world, at=HERE, **given):
    sent = world.send("cjtf", notice(circle(*at, **given)), ("rus",)).hex()
    world.run(10)
    return sent


def examined(world, sent):
    return world.stations["rus"].screening.screener.examined()[sent]


def answers(world):
    """What the asker was told, in order."""
    return [
        known.opened[0].record.body.answer
        for known in world.stations["cjtf"].picture.entries
        if known.kind == "screening"
    ]


def test_who_moves_own_people_into_ground_answered_none_raised_is_told_at_once_which_notice_and_until_when(world):
    """Before anybody asks again: the notice that was answered is itself a danger to those who came after."""
    sent = ask(world)
    assert world.alarms("rus") == []
    world.state_presence("rus", circle(*HERE, radius_m=300))
    (alarm,) = world.alarms("rus", "passed-over")
    assert alarm.about.startswith(sent)
    assert alarm.at_us == world.now_us
    assert "cjtf's notice " + sent[:12] in alarm.words
    assert "35.26 40.14" in alarm.words
    assert "before 2016-09-17T18:00:00" in alarm.words
    assert examined(world, sent).until_us == EPOCH_ENDS_US


def test_who_asks_again_gets_the_same_answer_and_the_holder_hears_of_each_notice(world):
    """House F2: answer `none raised`, two cells withheld, no alarm, no view."""
    first = ask(world)
    world.state_presence("rus", circle(*HERE, radius_m=300))
    second = ask(world)
    assert answers(world) == ["none raised", "none raised"]
    assert [a.about.split()[0] for a in world.alarms("rus", "passed-over")] == [first, second]
    assert examined(world, second).withheld
    assert not examined(world, second).raised_by


def test_it_is_said_before_the_answer_goes_out(world):
    """The officer has the whole of the slot to pick up the telephone."""
    ask(world)
    world.state_presence("rus", circle(*HERE, radius_m=300))
    world.send("cjtf", notice(circle(*HERE)), ("rus",))
    world.run(1)
    assert len(world.alarms("rus", "passed-over")) == 2
    assert len(answers(world)) == 1


def test_further_people_passed_over_are_a_further_alarm_and_the_same_ones_are_not(world):
    ask(world)
    world.state_presence("rus", circle(*HERE, radius_m=300))
    world.state_presence("rus", circle(*HERE, radius_m=300))
    assert len(world.alarms("rus", "passed-over")) == 1
    world.state_presence("rus", circle(*HERE, radius_m=300), circle(*BESIDE, radius_m=300))
    assert len(world.alarms("rus", "passed-over")) == 2


def test_people_who_were_there_before_raise_a_concern_and_no_alarm(world):
    world.state_presence("rus", circle(*HERE, radius_m=300))
    sent = ask(world)
    assert answers(world) == ["concern"]
    assert examined(world, sent).raised_by
    assert world.alarms("rus") == []


def test_a_party_that_spends_its_budget_is_shown_to_the_holder_with_the_pattern(world):
    """Newcomer's F3: the notices after it were `not screened`, and no one was told why."""
    held = world.stations["rus"].screening.screener
    held.rules = msgspec.structs.replace(held.rules, budget_m2_s_per_day=10**12)
    sent = [ask(world) for _ in range(4)]
    assert answers(world)[-1] == "not screened"
    (alarm,) = world.alarms("rus", "probing")
    assert "cjtf has asked " in alarm.words
    assert "% of its budget of the day" in alarm.words
    assert examined(world, sent[-1]).reason == "budget spent"


def test_a_party_that_comes_back_to_the_same_ground_is_shown_within_its_budget_too(world):
    world.state_presence("rus", circle(*HERE, radius_m=300))
    for _ in range(9):
        ask(world)
    assert world.alarms("rus", "probing") == []
    for _ in range(3):
        ask(world)
    (alarm,) = world.alarms("rus", "probing")
    assert "the same own cell up to 10 time(s)" in alarm.words


def test_a_prober_cannot_fill_the_watch_with_alarms(world):
    """Five in an hour by one party, then one that counts; every answer stands in the view all the same."""
    ask(world)
    world.state_presence("rus", circle(*HERE, radius_m=300))
    sent = [ask(world) for _ in range(9)]
    assert len(world.alarms("rus", "passed-over")) == 6
    assert "brought about 6 alarms" in world.alarms("rus", "passed-over")[-1].words
    assert all(examined(world, one).withheld for one in sent)


def test_all_of_it_survives_a_restart_and_is_not_said_twice(world):
    sent = ask(world)
    world.state_presence("rus", circle(*HERE, radius_m=300))
    before = world.alarms("rus"), dict(world.stations["rus"].screening.screener.examined())
    world.restart("rus")
    assert (world.alarms("rus"), dict(world.stations["rus"].screening.screener.examined())) == before
    world.state_presence("rus", circle(*HERE, radius_m=300))
    assert len(world.alarms("rus", "passed-over")) == 1
    assert examined(world, sent).withheld


def test_why_a_notice_was_not_screened_is_kept_for_the_holder(world):
    """Too small, no current data: the asker reads `not screened`, own officers read why."""
    small = ask(world, radius_m=300)
    assert (examined(world, small).answer, examined(world, small).reason) == (
        "not screened",
        "smaller than the least size",
    )


def rhythm(monkeypatch, move):
    """Play one story; return what the holder's station does, input by input, without what stays with its officers."""
    done: list[tuple[int, str]] = []
    world = World(("cjtf", "rus"))
    whole = world._do

    def doing(party, effect):
        if party == "rus" and not isinstance(effect, Raise):
            done.append((world.now_us, type(effect).__name__))
        whole(party, effect)

    monkeypatch.setattr(world, "_do", doing)
    given = world.give

    def giving(party, value):
        if party == "rus":
            done.append((world.now_us, f"< {type(value).__name__}"))
        given(party, value)

    monkeypatch.setattr(world, "give", giving)
    world.run(1)
    world.state_presence("rus")
    for n in range(12):
        if n == 1:
            world.state_presence("rus", *((circle(*HERE, radius_m=300),) if move else ()))
        ask(world)
    if move:
        assert world.alarms("rus", "passed-over")
        assert world.alarms("rus", "probing")
    else:
        assert world.alarms("rus") == []
    return done, world


def test_neither_alarm_adds_or_moves_anything_the_station_does(monkeypatch):
    """Same inputs, same effects, same moments, with people passed over and without: not one more durable write, entry or wake."""
    shown, with_people = rhythm(monkeypatch, move=True)
    quiet, without = rhythm(monkeypatch, move=False)
    assert shown == quiet
    assert [len(leaf) for leaf in with_people.host.main.leaves] == [len(leaf) for leaf in without.host.main.leaves]
    assert with_people.host.main.times == without.host.main.times
    assert with_people.sent_direct == without.sent_direct


def test_a_station_that_keeps_the_alarm_by_itself_is_noticed(monkeypatch):
    """The seeded fault: a second durable write beside the answer's own, only where people were passed over."""
    whole = screenings.kept_at_once
    monkeypatch.setattr(screenings, "kept_at_once", lambda kept, effects: [*whole(kept, ()), *effects])
    shown, _ = rhythm(monkeypatch, move=True)
    quiet, _ = rhythm(monkeypatch, move=False)
    assert shown != quiet
