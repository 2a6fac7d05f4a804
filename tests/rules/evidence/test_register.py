"""Groups are what each party says they are: contested, overlapping, expiring, mixed on one ground."""

from __future__ import annotations

from typing import Any

from detente.geometry.volume import Circle, Point, Volume4D
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.rules.evidence.register import alliances, membership, mixed_on, words_on

ACTOR = "jabhat-fatah-al-sham"


def word(
    party: str, stance: str = "asserts", of: str = "excluded groups", at_us: int = 0, **more: Any
) -> tuple[str, int, Affiliation]:
    body = Affiliation(
        actor=more.get("actor", ACTOR),
        from_us=None,
        of=of,
        party=party,
        relation=more.get("relation", "listed-as"),
        source="",
        stance=stance,  # type: ignore[arg-type]
        tag="ILL",
        until_us=more.get("until_us"),
        who=party,
        words="",
    )
    return f"{party}-{at_us}", at_us, body


def test_a_group_is_excluded_for_one_side_and_a_party_to_the_truce_for_the_other():
    stated = [word("rus"), word("opposition", "denies")]
    assert membership(ACTOR, "excluded groups", "rus", stated, 1) == "included"
    assert membership(ACTOR, "excluded groups", "opposition", stated, 1) == "excluded"
    assert membership(ACTOR, "excluded groups", None, stated, 1) == "contested"


def test_a_group_that_nobody_speaks_of_is_unknown_not_innocent():
    assert membership("somebody", "excluded groups", None, [word("rus")], 1) == "unknown"


def test_a_designation_expires():
    stated = [word("rus", until_us=10)]
    assert membership(ACTOR, "excluded groups", "rus", stated, 10) == "included"
    assert membership(ACTOR, "excluded groups", "rus", stated, 11) == "unknown"


def test_the_latest_word_of_a_party_stands():
    stated = [word("rus", at_us=1), word("rus", "denies", at_us=5)]
    assert [w.yes for w in words_on(ACTOR, stated, 4)] == [True]
    assert [w.yes for w in words_on(ACTOR, stated, 5)] == [False]


def test_a_group_may_belong_to_two_alliances():
    stated = [
        word("sohr", of="army of conquest", relation="part-of"),
        word("sohr", of="fatah halab", relation="part-of"),
    ]
    assert len(words_on(ACTOR, stated, 1)) == 2


def test_alliances_hold_only_while_somebody_states_them():
    stated = [word("un", of="sdf", relation="allied-with", actor="cjtf", until_us=10)]
    assert alliances(stated, 5) == {frozenset(("cjtf", "sdf"))}
    assert alliances(stated, 11) == frozenset()


def test_two_groups_on_one_ground_are_mixed_and_stay_two():
    """A protected group with an excluded one among it."""

    def at(actor: str, lat: int) -> Whereabouts:
        centre = Point(lat, 37_000_000_000)
        place = Volume4D(end_us=10, outline=Circle(centre=centre, radius_mm=1_000_000), start_us=0)
        return Whereabouts(
            actor=actor,
            concern_only=True,
            party="rus",
            place=place,
            share="unknown",
            source="",
            stance="asserts",
            tag="ILL",
            who="rus",
            words="",
        )

    ground = Circle(centre=Point(36_000_000_000, 37_000_000_000), radius_mm=500_000)
    found = mixed_on(ground, [at("a", 36_000_000_000), at("b", 36_005_000_000), at("c", 38_000_000_000)], 0, 5)
    assert found is not None
    assert (found.actors, found.concern_only) == (("a", "b"), True)
    assert mixed_on(ground, [at("a", 36_000_000_000)], 0, 5) is None
    assert mixed_on(ground, [at("a", 36_000_000_000), at("b", 36_005_000_000)], 11, 12) is None
