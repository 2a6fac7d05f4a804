"""Whom a place concerns is a question, never an assertion that somebody goes there."""

from __future__ import annotations

from detente.geometry.volume import Circle, Corridor, Point
from detente.rules.evidence.affected import Candidate, Interest, affected

TANF = Point(33_505_000_000, 38_618_000_000)
BAGHUZ = Point(34_455_000_000, 40_955_000_000)
HOL = Point(36_377_000_000, 41_152_000_000)


def ground(party, at, km, why="holds the ground"):
    return Interest(outline=Circle(centre=at, radius_mm=km * 1_000_000), party=party, why=why)


def test_each_candidate_place_concerns_those_near_it_and_stays_one_of_several():
    places = [
        Candidate(name=name, outline=Circle(centre=at, radius_mm=1_000_000), provenance="an unnamed source")
        for name, at in (("al-Tanf", TANF), ("al-Hol", HOL))
    ]
    found = affected(places, [ground("cjtf", TANF, 5), ground("sdf", HOL, 5)], 30_000_000)
    assert [(a.candidate, a.party) for a in found] == [("al-Tanf", "cjtf"), ("al-Hol", "sdf")]
    assert found[0].question().startswith("Notify cjtf? al-Tanf is named by an unnamed source")
    assert found[0].question().endswith("Nothing here says that anybody goes there.")


def test_a_route_concerns_whoever_is_within_the_distance_and_nobody_else():
    route = Candidate(
        name="route", outline=Corridor(edge="geodesic", half_width_mm=0, line=(BAGHUZ, HOL)), provenance="q"
    )
    beside = Point(35_400_000_000, 41_300_000_000)
    interests = [ground("near", beside, 5), ground("far", TANF, 55)]
    assert [a.party for a in affected([route], interests, 30_000_000)] == ["near"]


def test_a_party_with_much_ground_is_named_once_by_the_nearest():
    place = Candidate(name="x", outline=Circle(centre=TANF, radius_mm=1_000), provenance="q")
    found = affected([place], [ground("a", BAGHUZ, 1, "far ground"), ground("a", TANF, 1, "near ground")], 500_000_000)
    assert [(a.party, a.why, a.distance_m) for a in found] == [("a", "near ground", 0)]
