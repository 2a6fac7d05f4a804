"""Two accounts of who was hit are two voices against each other, in whatever order they come."""

from __future__ import annotations

from itertools import permutations

from tests.rules.evidence.claims import said

from detente.rules.agreements.facts.events import of_claims

BAND = said("north", "asserts", "ridge", 1, party="north", actor="north", affected="band")
GUARD = said("south", "asserts", "ridge", 2, party="south", actor="north", affected="guard")
VAGUE = said("third", "asserts", "ridge", 3, actor="north")


def test_who_was_hit_is_contested_and_the_first_to_speak_decides_nothing():
    for order in permutations((BAND, GUARD, VAGUE)):
        band, guard = of_claims("ridge", order)
        assert (band.affected, guard.affected) == ("band", "guard")
        assert ([v.origin for v in band.for_], [v.origin for v in band.against]) == (["north"], ["south"])
        assert ([v.origin for v in guard.for_], [v.origin for v in guard.against]) == (["south"], ["north"])


def test_where_nobody_says_who_was_hit_there_is_one_occurrence():
    (one,) = of_claims("ridge", [VAGUE])
    assert (one.id, one.affected) == ("ridge/north", "")
