"""Il-20, 17 September 2018: a lead of half a minute is said as one, words that are no place go nowhere, two accounts stay two."""

import pytest
from tests.scenario.tables import golden, table

from detente.scenario.case import load, microseconds
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
CASE = load("il20-2018")


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    """Play all branches once; keep what Israel's station holds at the end of each."""
    copies = {}

    def keep(branch, stage):
        copies[branch] = stage.doors["isr"].get_bytes("/local/entries?limit=1000").decode()

    return play(CASE, tmp_path_factory.mktemp("replay"), linger=keep), copies


def test_the_replay_is_the_golden_table(replay):
    """What Detente raised at which minute, and to whom; nothing that the case expects failed to come."""
    assert [p.unmet for p in replay[0]] == [[], [], []]
    assert table(replay[0]) == golden("il20-2018")


def test_words_without_a_distance_and_words_far_from_the_shape_leave_nothing_behind(replay):
    """ "In the north of Syria" is no place; 150 km north-east of Latakia is one, and not the one meant."""
    worded = replay[0][0]
    assert set(worded.refused) == {"w1", "w2"}
    assert "145 km from its edge" in worded.refused["w2"][0].rule
    assert "notice/1" not in replay[1]["as-worded"]


def test_the_short_lead_is_raised_on_one_account_and_not_on_the_other(replay):
    """30 s of 10 min against 12 min; Detente says which the ledger holds, and does not decide between the accounts."""
    one, twelve = replay[0][1:]
    (lead, *_) = [line.raised for line in one.lines if "SHORT" in line.raised]
    assert lead.startswith("LEAD for rus: recorded 30 s SHORT")
    assert not [line for line in twelve.lines if "SHORT" in line.raised]
    for played in (one, twelve):
        report = played.times["notice.told"]
        assert (report.agree, report.slips) == ((), ())
        assert len(report.disagree) == 1


def test_the_concern_comes_25_seconds_before_the_strike_and_says_nothing_of_the_aircraft(replay):
    """The first moment at which Israel would have been warned; the aircraft's place is in nothing that Israel received."""
    screening = next(line for line in replay[0][1].lines if line.raised.startswith("SCREENING rus: concern"))
    strike = next(row for row in CASE.rows if row.id == "f1")
    loss = next(row for row in CASE.rows if row.id == "f2")
    assert (strike.at_us - screening.at_us) // 1_000_000 == 25
    assert (loss.at_us - screening.at_us) // 1_000_000 == 23 * 60 + 25
    assert screening.at_us > microseconds(CASE.starts)
    for copy in replay[1].values():
        assert "355200" not in copy
        assert '"radius_mm":10000000' not in copy
