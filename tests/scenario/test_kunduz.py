"""Kunduz, 3 October 2015, through real processes: the notice followed down to the crew, and the register that the crew carries."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from tests.scenario.tables import golden, table

from detente.scenario.case import load
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
BRANCHES = ("as-it-was", "carried")


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    played = play(load("kunduz-2015"), tmp_path_factory.mktemp("kunduz"), BRANCHES)
    return {one.branch: one for one in played}


def rows(case, name):
    return next(row for row in case.rows if row.id == name)


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_branch_raises_what_the_case_expects(replay, branch):
    assert replay[branch].unmet == []


def test_the_table_is_the_golden_one(replay):
    """Every minute, every sentence that Detente raised, ids apart: the same in every replay."""
    assert table([replay[branch] for branch in BRANCHES]) == golden("kunduz-2015")


def test_the_lost_minutes_and_who_would_have_been_warned_first(replay):
    """17 minutes from MSF's first calls to the end that the US side states; the crew's own register speaks 18 minutes before firing
    begins (when the crew looked is illustrative), and the notice's owner sees that no crew has it seven hours before."""
    case = load("kunduz-2015")
    minutes = (rows(case, "s2").at_us - rows(case, "c1").at_us) // 60_000_000
    assert minutes == 17
    firing = rows(case, "s1").at_us
    warned = [line for line in replay["carried"].lines if line.raised.startswith("ALARM to the unit")]
    assert (firing - warned[0].at_us) // 60_000_000 == 18
    owner = [line for line in replay["as-it-was"].lines if "no acting unit is on record" in line.raised]
    assert (firing - owner[0].at_us) // 60_000_000 == 458


def test_told_and_read_at_headquarters_is_never_called_delivered_to_the_crew(replay):
    """As it was: every line that names the crew's side says told or read, none that a unit has it."""
    said = " ".join(line.raised for line in replay["as-it-was"].lines)
    assert "TOLD" in said
    assert not re.search(r"confirmed by it|its acting unit has it", said)


def test_the_stop_reaches_the_station_at_once_and_no_officer_takes_it(replay):
    """Thirty seconds after the stop: held by the station, and no officer has answered; sixteen minutes after it the clock still runs."""
    for branch in BRANCHES:
        said = [line.raised for line in replay[branch].lines]
        assert any("no officer has answered after 30 s" in words for words in said)
        assert any(words.startswith("CLOCK stop from msf to usfor: RUNNING for 960 s") for words in said)


def test_the_crews_coordinates_are_within_the_buffer_and_its_building_is_the_hospital(replay):
    said = [line.raised for line in replay["carried"].lines if line.raised.startswith("NEAR")]
    assert said[0].startswith("NEAR: WITHIN THE BUFFER (500 m) of protected-site of msf")
    assert any(words.startswith("NEAR: the DESCRIBED place is INSIDE") for words in said)
    assert datetime.fromtimestamp(rows(load("kunduz-2015"), "a1").at_us / 1e6, UTC).hour == 21
