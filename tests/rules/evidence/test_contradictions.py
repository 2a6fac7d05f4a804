"""Denials and contradictions stand side by side; an ally's word against a denial is flagged, and decides nothing."""

from __future__ import annotations

from tests.rules.evidence.claims import said

from detente.rules.evidence.contradictions import contradictions, denied_by

ALLIES = {frozenset(("cjtf", "sdf"))}
N2 = said("SDF spokesman", "denies", "talks.exist", 8, party="sdf", says="No negotiations and no intention of any.")
S9 = said("Coalition spokesman", "asserts", "talks.captives", 21, party="cjtf", implies=("talks.exist",))
C1 = said("DEZ24", "asserts", "deal.c1", 9, via="South Front", origin="DEZ24:unnamed", implies=("talks.exist",))


def test_a_claim_that_implies_what_is_denied_contradicts_the_denial():
    (found,) = contradictions([N2, S9], ALLIES)
    assert (found.claim.id, found.denial.id, found.subject) == (S9.id, N2.id, "talks.exist")


def test_an_allys_statement_against_a_denial_is_flagged():
    """The coalition speaks of negotiations that its partner said do not exist."""
    (found,) = contradictions([N2, S9], ALLIES)
    assert found.by_ally
    assert "Coalition spokesman is an ally of SDF spokesman, whose denial it contradicts" in found.sentence()


def test_the_press_is_nobodys_ally():
    (found,) = contradictions([N2, C1], ALLIES)
    assert not found.by_ally


def test_reprints_make_no_further_contradictions():
    again = said(
        "21WIRE", "asserts", "deal.c1", 10, via="South Front>21WIRE", origin="DEZ24:unnamed", implies=("talks.exist",)
    )
    assert len(contradictions([N2, C1, again], ALLIES)) == 1


def test_both_sides_stay_and_the_earlier_is_said_first():
    words = contradictions([S9, N2], ALLIES)[0].sentence()
    assert words.index("SDF spokesman denies") < words.index("Coalition spokesman says")


def test_a_denial_of_what_is_implied_bears_on_the_claim():
    assert denied_by("deal.c1", [N2, C1]) == (N2,)
    assert denied_by("talks.captives", [N2]) == ()


def test_a_denial_taken_back_contradicts_nobody():
    assert contradictions([N2, S9, said("SDF spokesman", "retracts", "talks.exist", 30)], ALLIES) == ()


def test_one_who_says_both_is_shown_to():
    (found,) = contradictions([said("SOHR", "asserts", "x", 1), said("SOHR", "denies", "x", 2)])
    assert found.own_words
