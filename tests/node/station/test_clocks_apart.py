"""Stations whose clocks are minutes off the host's: what runs by a station's own clock is never begun, nor put off, by the host's.

Screening answers are due 15 s after a notice is recorded, and are given after 5 s (`tests.support.stations`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import msgspec
import pytest
from tests.node.station import stormy
from tests.support.stations import message, notice
from tests.world.world import SECOND, World, quietly

from detente.picture.known import Entry

Apart = Callable[..., World]
GENESIS = msgspec.structs.replace(stormy.GENESIS, rules={**stormy.GENESIS.rules, "exchange_every_us": 600 * SECOND})


@pytest.fixture
def apart() -> Iterator[Apart]:
    """Make a world in which these stations' clocks are off by so many seconds, and nobody else's."""
    with contextlib.ExitStack() as made:
        made.enter_context(quietly())

        def make(**off_s: int) -> World:
            skew_us = {party: seconds * SECOND for party, seconds in off_s.items()}
            w = made.enter_context(World(genesis=GENESIS, skew_us=skew_us))
            w.run(30)
            return w

        yield make


def recorded(w: World, viewer: str, kind: str) -> list[Entry]:
    """The entries of a kind in a station's copy, in order."""
    return [known for known in w.station(viewer).entries() if known.kind == kind]


@pytest.mark.parametrize("off_s", [-240, -11, 11, 240])
def test_a_station_whose_clock_is_off_screens_in_time(apart, off_s):
    """Behind, it waited for its own clock to reach the host's time: every answer was late, and read as "not screened"."""
    w = apart(rus=off_s)
    w.send("cjtf", notice(), ["rus", "un"])
    said_us = w.now_us
    w.run(300)
    answers = recorded(w, "cjtf", "screening")
    assert [said_us + 5 * SECOND <= a.received_at_us <= said_us + 15 * SECOND for a in answers] == [True, True]


@pytest.mark.parametrize("off_s", [-240, -11, 11, 240])
def test_nobody_is_called_for_a_screening_that_comes_in_time(apart, off_s):
    """An author whose clock is ahead called every reader of its notice, in the second in which it was recorded."""
    w = apart(cjtf=off_s)
    w.send("cjtf", notice(), ["rus", "un"])
    w.run(300)
    assert len(recorded(w, "cjtf", "screening")) == 2
    assert recorded(w, "cjtf", "step") == []


@pytest.mark.parametrize("off_s", [-240, 0, 240])
def test_a_notice_that_waited_for_the_host_calls_nobody_when_it_is_recorded(apart, off_s):
    """The host was away for ten minutes: screenings are due 15 s after its return, whatever the author's clock shows."""
    w = apart(cjtf=off_s)
    w.host.leaves()
    w.send("cjtf", notice(), ["rus", "un"])
    w.run(600)
    w.host.returns()
    w.run(300)
    assert len(recorded(w, "cjtf", "screening")) == 2
    assert recorded(w, "cjtf", "step") == []


@pytest.mark.parametrize("off_s", [-240, 0, 240])
def test_a_screening_that_never_comes_is_called_for_in_time(apart, off_s):
    """One reader's station is off: its director is called 15 s after the record, also if the author's clock is behind."""
    w = apart(cjtf=off_s)
    w.station("rus").crashes()
    w.send("cjtf", notice(), ["rus", "un"])
    said_us = w.now_us
    w.run(60)
    calls = recorded(w, "cjtf", "step")
    assert [said_us + 15 * SECOND <= call.received_at_us <= said_us + 17 * SECOND for call in calls] == [True]


@pytest.mark.parametrize("off_s", [-240, 0, 240])
def test_a_watermark_is_not_put_off_by_a_clock_that_is_behind(apart, off_s):
    """Two messages ten seconds apart: the author knows within 5 s that each is held."""
    w = apart(rus=off_s)
    marks = []
    for _ in range(3):
        w.send("cjtf", message("routine"), ["rus"])
        w.run(10)
        marks.append(len(recorded(w, "cjtf", "watermark")))
    assert marks == [marks[0], marks[0] + 1, marks[0] + 2]


@pytest.mark.parametrize("off_s", [-240, 0, 240])
def test_a_restart_right_after_the_record_calls_nobody(apart, off_s):
    """Read again from its own copy, a notice is as old as it is, whatever the author's clock shows."""
    w = apart(cjtf=off_s)
    w.host.leaves()
    w.send("cjtf", notice(), ["rus", "un"])
    w.run(600)
    w.host.returns()
    w.run(2)
    w.restart("cjtf")
    w.run(300)
    assert len(recorded(w, "cjtf", "screening")) == 2
    assert recorded(w, "cjtf", "step") == []
