"""Ladders among real station nodes: what climbs, what ends it, what a restart remembers, what travels without the host."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import msgspec
import pytest
from tests.support.stations import message, notice, response
from tests.world.world import CALM, SECOND, World, quietly

from detente.records.entries.erasure import Erasure
from detente.records.hotline.step import Step


@pytest.fixture
def world() -> Iterator[Callable[[], World]]:
    """Make worlds, and end them with the test."""
    with contextlib.ExitStack() as made:
        made.enter_context(quietly())
        yield lambda: made.enter_context(World(genesis=CALM))


def steps(w: World, viewer: str, author: str | None = None) -> list[tuple[str, str]]:
    """(ladder, reach) of the steps in a station's copy, in order."""
    found = [k for k in w.station(viewer).entries() if k.kind == "step"]
    return [(k.body(Step).ladder, k.body(Step).reach) for k in found if author in (None, k.header.author)]


CLIMB = [("urgent", r) for r in ("director", "alternate-channel", "higher-level", "host-duty-officer")]


def test_an_unanswered_message_climbs_to_the_end_and_each_step_is_one_entry(world):
    """An hour of silence: four steps at 120, 120, 300 and 600 s, and nothing after."""
    w = world()
    w.run()
    w.send("rus", message("urgent"), ["cjtf"])
    w.run(3_600)
    assert steps(w, "cjtf") == steps(w, "rus") == CLIMB
    assert all("notified" not in a.words for p in w.parties for a in w.alarms(p))


def recorded_at(w: World, kind: str) -> list[int]:
    """When the ledger received the entries of a kind."""
    return [known.received_at_us for known in w.station("cjtf").entries() if known.kind == kind]


def test_the_leaves_of_steps_do_not_tell_to_the_microsecond_when_a_message_was_signed(world):
    """Signed at …0.25 s and at …0.75 s, each stop climbs on whole seconds: 30, 60 and 90 s after the next one."""
    for signed_us in (250_000, 750_001):
        w = world()
        w.run()
        w.run(signed_us / SECOND)
        w.send("cjtf", message("stop"), ["rus"])
        w.run(100)
        (stop_us,) = recorded_at(w, "message")
        whole_us = (stop_us // SECOND + 1) * SECOND
        assert [at_us - whole_us for at_us in recorded_at(w, "step")] == [n * SECOND for n in (30, 30, 60, 90)]


def test_nobody_is_called_later_because_the_host_was_away(world):
    """A stop signed 40 s before the host returned: its director was called directly at 30 s, the higher level is at 60 s, not at 100 s."""
    w = world()
    w.run(1)
    w.host.leaves()
    said_us = w.now_us
    w.send("cjtf", message("stop"), ["rus"])
    w.run(40)
    w.host.returns()
    w.run(100)
    late = [known.body(Step) for known in w.station("rus").entries() if known.kind == "step"]
    assert [step.reach for step in late] == ["director", "alternate-channel", "higher-level", "host-duty-officer"]
    assert all(said_us <= step.since_us < said_us + 2 * SECOND for step in late)
    assert said_us + 60 * SECOND <= recorded_at(w, "step")[2] < said_us + 62 * SECOND


def test_a_step_of_a_former_build_stays_taken(world):
    """Recorded at the moment that the message was signed plus 30 s: valid, and its call is not made again."""
    w = world()
    w.run()
    w.run(0.25)
    m = w.send("cjtf", message("stop"), ["rus"])
    signed_us = w.now_us
    w.run(1)
    former = Step(
        about=m.hex(),
        called=(),
        channel=None,
        due_us=signed_us + 30 * SECOND,
        ladder="stop",
        outcome="undelivered",
        party="rus",
        reach="director",
        role="director",
        since_us=signed_us,
        step=1,
        words="stop: no officer of rus has answered after 30 s.",
    )
    w.send("cjtf", former, ["cjtf", "rus"], signer="station")
    w.restart("cjtf")
    w.run(100)
    found = [known.body(Step) for known in w.station("rus").entries() if known.kind == "step"]
    assert [step.step for step in found] == [1, 2, 3, 4]
    assert found[0].since_us == signed_us


def test_only_those_concerned_read_a_step(world):
    """The UN was not asked, and sees no step."""
    w = world()
    w.run()
    w.send("rus", message("urgent"), ["cjtf"])
    w.run(700)
    assert steps(w, "un") == []


def test_one_party_is_not_told_that_another_has_not_answered(world):
    """A message to two: each reads the steps of its own silence alone."""
    w = world()
    w.run()
    m = w.send("rus", message("urgent"), ["cjtf", "un"])
    w.run(60)
    w.send("un", response(m), ["rus"])
    w.run(700)
    assert steps(w, "cjtf") == CLIMB
    assert steps(w, "un") == []


def test_a_restart_in_the_middle_of_the_climb_repeats_nothing_and_loses_nothing(world):
    """Killed at 119 s, at 121 s and at 301 s."""
    w = world()
    w.run()
    w.send("rus", message("urgent"), ["cjtf"])
    for seconds in (119, 2, 180, 400):
        w.run(seconds)
        w.restart("rus")
    w.run(60)
    assert steps(w, "cjtf") == CLIMB
    assert len(w.alarms("rus", "unanswered")) == 3


def test_a_station_that_was_off_makes_its_calls_when_it_is_back(world):
    """Off from the first minute for half an hour: then all four at once."""
    w = world()
    w.run()
    w.send("rus", message("urgent"), ["cjtf"])
    w.run(60)
    w.station("rus").crashes()
    w.run(1_790)
    assert steps(w, "cjtf") == []
    w.restart("rus")
    w.run(1)
    assert steps(w, "cjtf") == CLIMB


def test_the_ladder_runs_without_a_host_and_its_steps_travel_directly(world):
    """Host dead: the message, and the calls up its ladder, reach the other station all the same."""
    w = world()
    w.run(1)
    w.host.leaves()
    m = w.send("rus", message("urgent"), ["cjtf"])
    w.run(130)
    assert len(w.station("cjtf").state.peers.direct) == 3
    assert w.alarms("cjtf", "called")
    w.send("cjtf", response(m), ["rus"])
    w.run(600)
    assert not w.station("rus").state.acting.timers.running(m.hex(), "cjtf", "urgent")
    w.host.returns()
    w.run(5)
    assert steps(w, "cjtf") == CLIMB[:2]


def test_a_stop_that_is_only_read_goes_on_climbing(world):
    """Acknowledged at 20 s: still called for; complied with at 80 s: the host's duty officer is not."""
    w = world()
    w.run()
    m = w.send("rus", message("stop"), ["cjtf"])
    w.run(20)
    w.send("cjtf", response(m), ["rus"])
    w.run(60)
    w.send("cjtf", response(m, "comply"), ["rus"])
    w.run(600)
    assert steps(w, "rus") == [("stop", r) for r in ("director", "alternate-channel", "higher-level")]


def test_a_missing_screening_climbs_and_ends_with_the_screening(world):
    """Russia's station is off for two minutes: called for at the deadline of 15 s; screened when it is back, no further call."""
    w = world()
    w.run(1)
    w.cut("rus", "host")
    w.send("cjtf", notice(), ["rus"])
    w.run(120)
    assert steps(w, "cjtf") == [("screening", "director")]
    (alarm,) = w.alarms("cjtf", "screening-missing")
    assert "not screened" in alarm.words
    w.mend("rus", "host")
    w.run(3_700)
    assert steps(w, "cjtf") == [("screening", "director")]


def test_a_notice_that_was_replaced_is_not_called_for(world):
    """Replaced after 5 s: the second version's deadline counts, and only its screening is called for."""
    w = world()
    w.run(1)
    w.cut("rus", "host")
    first = w.send("cjtf", notice(words="one"), ["rus"])
    w.run(5)
    second = w.send("cjtf", notice(words="two"), ["rus"], supersedes=first.hex())
    w.run(60)
    found = [k.body(Step).about for k in w.station("cjtf").entries() if k.kind == "step"]
    assert found == [second.hex()]


def test_a_query_is_called_for_after_seven_days_and_after_two_if_it_is_about_something_urgent(world):
    """A query about a notice, one about an urgent message; a reply ends the one."""
    w = world()
    w.run(1)
    n = w.send("rus", notice(), ["cjtf"])
    m = w.send("rus", message("urgent"), ["cjtf"])
    w.run(1)
    plain = w.send("cjtf", msgspec.structs.replace(response(n, "query"), words="which side?"), ["rus"])
    w.send("cjtf", msgspec.structs.replace(response(m, "query"), words="which road?"), ["rus"])
    w.all_sleep(2 * 86_400 - 5)
    w.run(3)
    assert steps(w, "cjtf", "cjtf") == []
    w.run(3)
    assert steps(w, "cjtf", "cjtf") == [("query-urgent", "director")]
    w.send("rus", msgspec.structs.replace(message("routine"), in_reply_to=plain.hex()), ["cjtf"])
    w.run(1)
    w.all_sleep(6 * 86_400)
    w.run(3)
    assert ("query", "director") not in steps(w, "cjtf", "cjtf")


def test_a_message_that_is_erased_is_not_called_for(world):
    """Unanswered for 5 s, then erased: its ladder has ended, and the priority message's director is not called at 10 min."""
    w = world()
    w.run(1)
    m = w.send("rus", message("priority"), ["cjtf"])
    w.run(5)
    w.send("rus", Erasure(about=m.hex(), authority="court", reason="names a person"), ["cjtf"])
    w.run(700)
    assert steps(w, "rus") == []


def test_a_query_recorded_before_the_urgent_message_that_it_is_about_keeps_its_two_days_after_a_restart(world):
    """The message came directly, and its author's queue drained last. Read again in order of the ledger, the query waited seven days."""
    w = world()
    w.run()
    w.cut("cjtf", "host")
    w.cut("rus", "host")
    m = w.send("rus", message("urgent"), ["cjtf"])
    w.run(1)
    w.send("cjtf", msgspec.structs.replace(response(m, "query"), words="which road?"), ["rus"])
    w.mend("cjtf", "host")
    w.run(60)
    w.mend("rus", "host")
    w.run(60)
    kinds = [kind for kind in w.kinds("cjtf") if kind in ("message", "response")]
    assert kinds == ["response", "message"]
    w.restart("cjtf")
    running = [clock.matter.ladder for clock in w.station("cjtf").state.acting.timers.clocks(w.now_us)]
    assert running == ["query-urgent"]
