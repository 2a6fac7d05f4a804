"""Aid convoy, 1 April 2024: agreed with the liaison is not known to the unit, and an hour before it moves both are told so."""

from datetime import datetime, timedelta

import pytest
from tests.scenario.tables import golden, table

from detente.geometry.zones import instants, us_of, zone
from detente.scenario.case import load
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
CASE = load("wck-2024")
AT = {row.id: row.at_us for row in CASE.rows}


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    return {p.branch: p for p in play(CASE, tmp_path_factory.mktemp("replay"))}


def alarms(played, party):
    return [line for line in played.lines if line.raised.startswith(f"ALARM at {party}")]


def test_the_replay_is_the_golden_table(replay):
    """What Detente raised at which minute, and to whom; nothing that the case expects failed to come."""
    assert [p.unmet for p in replay.values()] == [[], []]
    assert table(list(replay.values())) == golden("wck-2024")


@pytest.mark.parametrize("party", ["wck", "isr"])
def test_an_hour_before_the_start_owner_and_liaison_are_told_that_no_unit_has_it(replay, party):
    """2 h 9 min before the first hit, although an officer had confirmed it two days before."""
    first = alarms(replay["liaison-only"], party)[0]
    assert "no acting unit has confirmed" in first.raised
    assert (AT["f1"] - first.at_us, AT["f3"] - first.at_us) == (3600_000_000, 7740_000_000)


def test_a_confirmation_by_the_unit_has_its_own_latency_and_lead(replay):
    """48 h 25 min after it was recorded, 35 min before the start: shown as that, and short of the class's 48 h."""
    said = " ".join(replay["unit-told"].found["q2"])
    assert "confirmed by unit after 48 h 25 min" in said
    assert "confirmed by unit 35 min SHORT" in said


def test_the_stop_calls_the_director_a_minute_before_the_second_vehicle(replay):
    """And it still runs when the third is hit: no answer is no stop."""
    called = next(line for line in alarms(replay["liaison-only"], "isr") if "calls us" in line.raised)
    assert [(AT[row] - called.at_us) // 1_000_000 for row in ("f4", "f5")] == [60, 180]
    assert "RUNNING for 240 s" in replay["liaison-only"].found["q3"][0]


def test_the_clock_trap_is_an_hour_and_is_named(replay):
    """The pinned zone tables have two lawful times in the strip that night; the wrong one is found as a whole-hour slip."""
    wall = datetime(2024, 4, 1, 23, 9)
    (gaza,), (israel,) = (instants(wall, zone(name)) for name in ("Asia/Gaza", "Asia/Jerusalem"))
    assert gaza - israel == 3600_000_000
    assert israel == AT["f3"] == us_of(wall.replace(tzinfo=zone("+03:00")))
    assert zone("Asia/Gaza").utcoffset(wall) == timedelta(hours=2)
    assert [(s.claim[:2], s.shift_us) for s in replay["liaison-only"].times["first.hit"].slips] == [
        ("c3", -3600_000_000)
    ]
