"""The Euphrates pocket of February 2019, through a real host and three real stations: the six acceptance tests of the case."""

from __future__ import annotations

from datetime import datetime

import pytest

from detente.rules.evidence.origins import support
from detente.scenario.case import load
from detente.scenario.judging import held_by
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
BRANCHES = ("as-reported", "ten-reprints")


def us(text):
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    """Play both branches once, and keep what Russia's station holds of the evidence at the end."""
    held = {}

    def keep(branch, stage):
        held[branch] = held_by(stage.doors["rus"])

    played = play(load("withdrawal-2019"), tmp_path_factory.mktemp("replay"), BRANCHES, linger=keep)
    return {p.branch: p for p in played}, held


def standing(replay, row, point, branch="as-reported"):
    return next(s for s in replay[0][branch].standings[row] if s.point == point)


def raised(replay, start, branch="as-reported"):
    return [line for line in replay[0][branch].lines if line.raised.startswith(start)]


@pytest.mark.parametrize("branch", BRANCHES)
def test_both_branches_raise_what_the_case_expects(replay, branch):
    """Every standing on 9 February, 21 February and 23 March, as the case file adjudicates."""
    assert replay[0][branch].unmet == []


@pytest.mark.parametrize("branch", BRANCHES)
def test_the_report_is_one_origin_not_four_and_ten_reprints_change_nothing(replay, branch):
    """Deir Ezzor 24's unnamed sources: one, whether the text stands on three pages or on thirteen."""
    found = standing(replay, "j3", "C1", branch).support
    assert (found.independent, found.for_, found.unnamed) == (1, ("DEZ24:unnamed",), ("DEZ24:unnamed",))
    assert len(found.relays) == (3 if branch == "as-reported" else 13)
    assert standing(replay, "j1", "C1", branch).verdict == "reported"


def test_the_deadline_passes_by_the_clock_alone_and_the_missing_sight_is_named(replay):
    """At 11 February 24:00 local: not before, not by anybody's hand."""
    opened, ended = raised(replay, "STANDING C5")[0], raised(replay, "STANDING C5: not met")[0]
    assert opened.raised.startswith("STANDING C5: open")
    assert ended.at_us == us("2019-02-11T22:00:00+00:00") + 1
    assert "missing: the pocket seen empty by 11 February 24:00 local" in ended.raised


def test_an_allys_statement_against_the_denial_is_flagged_and_establishes_nothing(replay):
    """21 February: the coalition speaks of negotiations; the agreement is contested, and in the end not established."""
    (flag,) = raised(replay, "CONTRADICTION")
    assert flag.at_us == us("2019-02-21T12:00:00+00:00")
    assert "Coalition spokesman is an ally of SDF spokesman, whose denial it contradicts" in flag.raised
    assert standing(replay, "j2", "C1").verdict == "contested"
    assert "that is narrower, and is not this" in standing(replay, "j2", "C1").why
    assert standing(replay, "j3", "C1").verdict == "not established"


def test_the_denials_grade_falls_with_its_cause_on_record(replay):
    """B2 on entry, D4 after its ally's statement; the new grade names that statement, and the old one stays."""
    played, held = replay
    grades = {entry: body for entry, _, body in held["as-reported"].assessments}
    entries = played["as-reported"].entries
    first, second = grades[entries["g1"]], grades[entries["g2"]]
    assert [g.reliability + g.credibility for g in (first, second)] == ["B2", "D4"]
    assert second.basis == (entries["s9"],)
    assert "ally" in second.reason


def test_nobody_was_told_of_the_convoy_and_who_should_have_been_is_listed(replay):
    """A truthful gap: no record; and five parties have ground within 30 km of the route."""
    found = replay[0]["as-reported"].routes["q1"]
    assert found.notices == ()
    assert [a.party for a in found.concerned] == ["cjtf", "irq", "rus", "sdf", "syr"]
    assert all(a.distance_m <= 30_000 for a in found.concerned)
    assert found.sentence().startswith("no record: nobody was told of it")


def test_each_place_named_raises_the_question_whom_to_tell_and_asserts_no_movement(replay):
    """Anbar concerns Iraq; the desert near al-Tanf concerns Russia, Syria and the coalition's garrison."""
    tasks = {(t.candidate, t.party) for t in replay[0]["as-reported"].tasks}
    assert ("Anbar desert, west Iraq", "irq") in tasks
    assert {("al-Tanf garrison", p) for p in ("cjtf", "rus", "syr")} <= tasks
    words = [line.raised for line in raised(replay, "TASK")]
    assert all("Nothing here says that anybody goes there" in w and w.startswith("TASK Notify") for w in words)
    assert not any(said.claim.subject == "movement.to-desert" for said in replay[1]["as-reported"].claims)


def test_opinions_on_motives_become_no_claims(replay):
    """The page's editorial sentences are kept in the report; no claim says what they say."""
    said = " ".join(s.claim.says for s in replay[1]["as-reported"].claims).lower()
    assert "motives" not in said
    assert "collude" not in said
    assert {s.claim.subject for s in replay[1]["as-reported"].claims if s.claim.report is not None} == {
        f"deal.{part}" for part in ("agreement", "withdrawal", "evacuation", "captives", "two-days", "sponsor")
    }


def test_every_station_that_was_told_comes_to_the_same_support(replay):
    """Russia's copy says what the observer's says."""
    found = support(replay[1]["as-reported"].claims)
    assert found["deal.agreement"] == standing(replay, "j3", "C1").support
