"""Three short scenarios of our own, marked illustrative, each through a real host and two real stations."""

from __future__ import annotations

import pytest

from detente.scenario.case import load
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
CASES = ("conditional-pact", "suspended-memorandum", "void-or-in-force")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Play each once."""
    folder = tmp_path_factory.mktemp("replay")
    return {name: play(load(f"illustrative-{name}"), folder / name)[0] for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_it_is_marked_illustrative_and_raises_what_it_expects(played, name):
    case = load(f"illustrative-{name}")
    assert case.title.startswith("Illustrative")
    assert {row.tag for row in case.rows} == {"ILL"}
    assert all("(illustrative)" in party.name for party in case.parties)
    assert (played[name].unmet, played[name].refused) == ([], {})


def test_an_excluded_group_among_a_protected_one_makes_the_breach_contested_not_clear(played):
    """Before South speaks only North's account is there; then two accounts of who was hit stand against each other."""
    found = played["conditional-pact"].found
    assert found["m1"] == (
        "MIXED GROUND the ridge: band and guard, by the word of north, south; neither becomes the other by being there",
    )
    assert found["j1"][0].startswith("VERDICT calm north: KEPT")
    after = {line.split(":")[0]: line for line in found["j3"]}
    assert "CONTESTED: ridge.attack/north/guard: said, and denied by north" in after["VERDICT calm north"]
    assert "would be settled by" in after["VERDICT calm north"]
    assert after["VERDICT list south"].startswith("VERDICT list south: KEPT: done in time")
    assert "meant for an excluded group" in found["j2"][0]
    assert "ridge.attack: contested" in found["j4"][0]


def test_void_for_one_and_in_force_for_the_other_stand_side_by_side(played):
    """Calling it void is no withdrawal: that power was not used; and a denied strike breaches nothing yet."""
    found = played["void-or-in-force"].found
    assert [line.split(";")[0] for line in found["j1"]] == [
        "STATUS coast: in words, calls it in force",
        "STATUS hills: in words, calls it void",
    ]
    verdicts = " / ".join(found["j2"])
    assert "calm coast: UNDETERMINED: ford.strike/coast" in verdicts
    assert "1 of 2 independent origins; denied by coast" in verdicts
    assert "leave hills: PENDING: not used" in verdicts


def test_suspended_in_words_and_used_in_deeds_are_both_shown(played):
    found = played["suspended-memorandum"].found
    assert found["j0"][0].startswith("STATUS east: in words, assented; in deeds, no deed seen")
    assert found["j1"][0].startswith("STATUS east: in words, suspended; in deeds, acts on it")
    assert "answer east" in found["j2"][0]
    assert "KEPT: done in time" in found["j2"][0]
