"""The one world of the tests: production's loops, in time that jumps."""

from __future__ import annotations

from tests.support.stations import START_US, message, notice
from tests.world.world import SECOND, World


def test_a_notice_reaches_the_other_station_at_once_and_is_recorded():
    """Sent, stored by the host, rung for, fetched, proven and folded, without a second passing."""
    with World() as world:
        world.run(1)
        sent = world.station("rus").sends(notice(), ["un"])
        world.settle()
        assert world.station("un").picture.heads.entry(sent.hex()) is not None
        assert world.now_us == world.station("un").clock.now_us()


def test_an_urgent_message_that_nobody_answers_climbs_at_the_minute():
    """Steps of the ladder fall due two, five and ten minutes after sending, and nobody waits for them in real time."""
    with World() as world:
        world.run(1)
        sent = world.station("rus").sends(message("urgent"), ["un"])
        world.run(119)
        assert world.station("rus").alarms("unanswered") == []
        for minutes, steps in ((2, 1), (5, 2), (10, 3)):
            world.run_until(START_US + SECOND + minutes * 60 * SECOND)
            assert len(world.station("rus").alarms("unanswered")) == steps
        assert world.station("un").holds(sent)


def test_what_is_cut_off_from_the_host_still_comes_directly_and_is_recorded_when_the_line_is_mended():
    with World() as world:
        world.run(1)
        world.cut("rus", "host")
        sent = world.station("rus").sends(message("urgent"), ["un"])
        world.run(10)
        assert world.station("un").holds(sent)
        assert world.station("un").picture.heads.entry(sent.hex()) is None
        world.mend("rus", "host")
        world.run(10)
        assert world.station("un").picture.heads.entry(sent.hex()) is not None
