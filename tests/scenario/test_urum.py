"""Urum al-Kubra 2016 through real processes: in the minute the truce ends, the convoy heads the list and each side is asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from detente.scenario.case import load
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

GOLDEN = {
    "silent": [
        (
            "16:00:00",
            "ALARM at rus: truce-2016: ended, says syr. 3 open notices rest on it, 2 in danger from that moment",
        ),
        (
            "16:00:00",
            "ALARM at syr: truce-2016: ended, says syr. 3 open notices rest on it, 2 in danger from that moment",
        ),
        (
            "16:00:00",
            "ALARM at un: truce-2016: ended, says syr. 3 open notices rest on it, 2 in danger from that moment",
        ),
        (
            "16:00:00",
            "ALARM at usa: truce-2016: ended, says syr. 3 open notices rest on it, 2 in danger from that moment",
        ),
        ("16:00:00", "ASKED AFRESH rus: 2 (urgent), within 120 s"),
        ("16:00:00", "ASKED AFRESH syr: 2 (urgent), within 120 s"),
        ("16:00:00", "ASKED AFRESH usa: 2 (urgent), within 120 s"),
    ]
}
"""What Detente raised in the minute in which the truce ended; the same in every replay."""


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    played = play(load("urum-2016"), tmp_path_factory.mktemp("urum"), ("silent", "answered"))
    return {one.branch: one for one in played}


def at(line):
    return datetime.fromtimestamp(line.at_us // 1_000_000, UTC).strftime("%H:%M:%S")


def raised(played, begins, since="16:00:00", until="23:59:59"):
    return sorted(
        (at(line), line.raised)
        for line in played.lines
        if line.raised.startswith(begins) and since <= at(line) <= until
    )


@pytest.mark.parametrize("branch", ["silent", "answered"])
def test_every_branch_raises_what_the_case_expects(replay, branch):
    assert replay[branch].unmet == []


def test_in_the_minute_the_truce_ends_each_side_is_warned_and_asked(replay):
    """One alarm at each station, one question to each recipient, each with its clock: golden."""
    played = replay["silent"]
    found = raised(played, "ALARM", until="16:00:59") + raised(played, "ASKED AFRESH", until="16:00:59")
    urgent = [(when, words) for when, words in found if "(urgent)" in words or words.startswith("ALARM")]
    assert [(when, words.partition(";")[0]) for when, words in urgent] == GOLDEN["silent"]


def test_the_convoy_on_the_ground_heads_every_list_before_the_store_and_tomorrows_trucks(replay):
    played = replay["silent"]
    wanted = tuple(played.entries[row] for row in ("m1b", "s1", "m2"))
    assert {name: ids for name, ids in played.endangered.items() if name.startswith("t1.")} == {
        f"t1.{party}": wanted for party in ("un", "rus", "syr", "usa")
    }


def test_silence_is_an_alarm_ten_minutes_before_the_earliest_time_of_the_hit(replay):
    """16:02 against 16:12, the earliest of the conflicting times: the minutes that were lost."""
    late = [
        (when, words)
        for when, words in raised(replay["silent"], "ALARM at un")
        if "no officer has answered" in words and " at un: urgent" in words
    ]
    assert late[0][0] == "16:02:00"
    assert {w for _, words in late for w in ("rus", "syr", "usa") if f"the station of {w} " in words} == {
        "rus",
        "syr",
        "usa",
    }


def test_a_fresh_answer_is_timed_and_stops_its_own_clock_alone(replay):
    played = replay["answered"]
    assert [(when, words[:33]) for when, words in raised(played, "ANSWERED AFRESH")] == [
        ("16:00:50", "ANSWERED AFRESH rus after 50 s: r")
    ]
    late = [
        words
        for when, words in raised(played, "ALARM at un")
        if "no officer has answered" in words and " at un: urgent" in words and when == "16:02:00"
    ]
    assert not any("the station of rus " in words for words in late)
    assert any("the station of syr " in words for words in late)


def test_the_stop_runs_its_clock_at_every_party_and_nobody_closed_it(replay):
    stops = [words for _, words in raised(replay["silent"], "ALARM") if "STOP from un" in words]
    assert len(stops) == 3
    assert all("answer comply or reject, also if nothing of ours is there" in words for words in stops)
