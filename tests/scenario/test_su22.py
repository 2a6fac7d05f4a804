"""Su-22, 18 June 2017: a call that was taken ends its clock; a stop that was only read goes on climbing."""

import pytest
from tests.scenario.tables import golden, table

from detente.api.reviews import AgendaAsked
from detente.scenario.case import load
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
CASE = load("su22-2017")
AT = {row.id: row.at_us for row in CASE.rows}
AGENDAS = {}


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    def keep(branch, stage):
        AGENDAS[branch] = [
            stage.doors[party].ask(AgendaAsked(parties=(other,), series="line")).agenda
            for party, other in (("cjtf", "rus"), ("rus", "cjtf"))
        ]

    return {p.branch: p for p in play(CASE, tmp_path_factory.mktemp("replay"), linger=keep)}


def test_the_replay_is_the_golden_table(replay):
    """What Detente raised at which minute, and to whom; nothing that the case expects failed to come."""
    assert [p.unmet for p in replay.values()] == [[], [], []]
    assert table(list(replay.values())) == golden("su22-2017")


def test_two_hours_and_thirteen_minutes_lie_between_the_first_attack_and_the_loss():
    """As the coalition's statement has them."""
    assert (AT["f3"] - AT["f1"]) // 60_000_000 == 133


def test_a_stop_that_was_read_climbs_to_the_higher_level_and_the_host(replay):
    """30, 60 and 90 s after the call, though an officer read it after 20 s; the last 1 h 41 min before the loss."""
    climbed = [line.at_us for line in replay["stop"].lines if line.raised.startswith("ALARM at cjtf")]
    assert [(at - AT["s1"]) // 1_000_000 for at in climbed] == [30, 60, 90]
    assert AT["f3"] - climbed[1] == (102 * 60) * 1_000_000
    assert replay["stop"].outcomes == {"q3": ("undelivered",)}


def test_an_urgent_message_that_was_read_raises_nothing_further(replay):
    """The table says so in words, and that no unit is on record."""
    lines = replay["as-then"].lines
    assert not [line for line in lines if line.raised.startswith("ALARM")]
    assert any("would not have caught this" in line.happened for line in lines)


def test_a_refusal_closes_the_clock_on_both_sides(replay):
    """After 240 s the clock shows reject, 1 h 39 min before the loss."""
    assert replay["stop-answered"].found["q4"] == (
        "CLOCK stop from cjtf to rus: reject after 240 s by rus's own clock",
    )


def test_the_next_review_has_the_evening_on_its_agenda_at_both_sides(replay):
    """The stop that nobody closed is one item, with how far its ladder climbed; closed, it is still an incident."""
    for agenda in AGENDAS["stop"]:
        (item,) = [item for item in agenda.items if item.about == (replay["stop"].entries["s1"],)]
        assert item.words.startswith("open: cjtf has waited")
        assert "comply-or-reject, overdue" in item.words
    for agenda in AGENDAS["stop-answered"]:
        (item,) = [item for item in agenda.items if item.about == (replay["stop-answered"].entries["s1"],)]
        assert not item.words.startswith("open")
