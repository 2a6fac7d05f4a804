"""A place told in several ways is told once: shape, grid, figures and phrase are held against one another before it goes out."""

from __future__ import annotations

import msgspec
from tests.records.examples import AIRFIELD, AREA, NOTICE, P1

from detente.geometry.volume import Circle, Point
from detente.records import registry
from detente.records.notices.notice import Notice
from detente.records.notices.place import Phrase, StatedPlace

P2 = Point(35_247_200_000, 40_129_400_000)


def told(phrase: str, *centres: Point, **stated: str) -> Notice:
    """Return a notice of circles of 500 m with a place as it might be said on the telephone."""
    place = StatedPlace(
        datum="WGS 84",
        decimal=stated.get("decimal", ""),
        error_mm=0,
        grid=stated.get("grid", ""),
        phrase=Phrase(origin=AIRFIELD, origin_error_mm=300_000, origin_name="the military airfield", text=phrase),
    )
    volumes = tuple(
        msgspec.structs.replace(AREA, error_mm=0, outline=Circle(centre=centre, radius_mm=500_000))
        for centre in centres
    )
    return msgspec.structs.replace(NOTICE, place=place, volumes=volumes)


def test_nine_kilometres_south_is_neither_of_the_places_meant():
    """17 September 2016, reading (b): the words lie 7.2 and 6.4 km from the two areas. Caught before anyone is told."""
    problems = registry.check(told("9 km south of the airfield", P1, P2))
    assert {p.code for p in problems} == {"place-contradiction"}
    assert [p.value for p in problems] == ["7.2 km", "6.4 km"]


def test_three_kilometres_south_west_is_the_nearer_one():
    assert registry.check(told("3 km south-west of the airfield", P1)) == ()


def test_it_is_enough_that_the_words_describe_one_of_the_shapes():
    assert registry.check(told("3 km south-west of the airfield", P1, P2)) == ()


def test_figures_that_contradict_the_words_are_found_too():
    problems = registry.check(told("3 km south-west of the airfield", P1, decimal="35.2043, 40.1760"))
    assert {p.code for p in problems} == {"place-contradiction"}


def test_a_wrong_place_told_consistently_passes():
    """Detente would not have caught this; it must not pretend otherwise."""
    assert registry.check(told("9 km south of the airfield", Point(35_204_300_000, 40_176_000_000))) == ()
