"""What was said back counts only if every figure of it is what was told; what differs is named by point and digit."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.read_back import figures_of

from detente.geometry.stated.read_back import compare_figures, said_aloud
from detente.geometry.stated.spoken import speak
from detente.geometry.volume import Altitude, Circle, Corridor, Point, Polygon, Volume4D

AIRFIELD = Point(35_285_400_000, 40_176_000_000)
TOLD = Volume4D(
    altitude_upper=Altitude(datum="geoid", uncertainty_mm=500, value_mm=1_500_000),
    end_us=1_474_127_160_000_000,
    error_mm=7_211,
    outline=Circle(centre=AIRFIELD, radius_mm=2_000_000),
    start_us=1_474_123_560_123_456,
)
RIGHT = figures_of(TOLD)


def differences(told: Volume4D = TOLD, datum: str = "WGS84", **changes: object) -> list[str]:
    said = msgspec.structs.replace(figures_of(told), **changes)
    return [d.sentence() for d in compare_figures([said], datum, [told])]


@pytest.mark.parametrize(
    "point", ["35.2854, 40.1760", "N35 17 07.44 E40 10 33.60", "37SFV 06940 05327", "37 north 606940 3905327"]
)
def test_the_same_place_in_any_form_agrees(point):
    assert differences(points=(point,)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": ("35.2954, 40.1760",)}, "point, latitude: said 35.2954, told 35.2854 (digit 4; 1.1 km off)"),
        ({"points": ("35.2854, 40.1761",)}, "point, longitude: said 40.1761, told 40.1760 (digit 6; 9.1 m off)"),
        ({"points": ("37SFV 06940 05337",)}, "point, northing: said 05337, told 05327 (digit 4; 9.9 m off)"),
        (
            {"points": ("37SFU 06940 05327",)},
            "point, zone and letters: said 37SFU, told 37SFV (character 5; 100 km off)",
        ),
        ({"points": ("40.1760, 35.2854",)}, "point, latitude: said 40.1760, told 35.2854"),
        ({"points": ("35.29, 40.18",)}, "digits are missing: these leave 721 m open"),
        ({"points": ("37SFV 069 053",)}, "digits are missing"),
        ({"points": ("9 km south of the airfield",)}, "not a coordinate that can be read"),
        ({"points": ()}, "points: said 0, told 1"),
        ({"size": "3000 m"}, "radius: said 3000 m, told 2000 m"),
        ({"size": ""}, "radius: not said, told 2000 m"),
        ({"size": "2000"}, "with its unit"),
        ({"altitude_upper": ""}, "upper height: not said, told 1500 m AMSL"),
        ({"altitude_upper": "1500 m AGL"}, "above another datum"),
        ({"altitude_upper": "1600 m AMSL"}, "upper height: said 1600 m AMSL, told 1500 m AMSL (100 m off)"),
        ({"altitude_lower": "300 m AGL"}, "lower height: said 300 m AGL, told unbounded"),
        ({"start_us": None}, "start: not said"),
        ({"end_us": TOLD.end_us + 60_000_000}, "end: said 2016-09-17 15:47:00Z, told 2016-09-17 15:46:00Z (60 s off)"),
    ],
)
def test_every_other_figure_is_named(changes, words):
    found = differences(**changes)
    assert any(words in sentence for sentence in found), found


def test_figures_without_a_datum_agree_with_nothing():
    assert differences(datum="")[0].startswith("datum: not said")
    assert differences(datum="ED50") != []
    assert differences(datum="Mars") != []


@pytest.mark.parametrize("lat", [0, 35, 60, 79])
def test_one_wrong_last_digit_is_caught_at_every_latitude(lat):
    """A degree of longitude is short in the north: the circle that four decimals leave open would let a wrong one pass."""
    told = msgspec.structs.replace(
        TOLD, error_mm=8_000, outline=Circle(centre=Point(lat * 10**9, 40_176_000_000), radius_mm=2_000_000)
    )
    assert differences(told, points=(f"{lat}.0000, 40.1760",)) == []
    assert differences(told, points=(f"{lat}.0000, 40.1761",)) != []
    assert differences(told, points=(f"{lat}.0001, 40.1760",)) != []


def test_corners_are_compared_one_by_one_and_in_order():
    corners = tuple(
        Point(AIRFIELD.lat_ndeg + a * 10**7, AIRFIELD.lon_ndeg + b * 10**7) for a, b in ((0, 0), (1, 0), (1, 1))
    )
    told = msgspec.structs.replace(TOLD, outline=Polygon(edge="geodesic", vertices=corners))
    said = figures_of(told).points
    assert differences(told) == []
    wrong = differences(told, points=(said[0], said[2], said[1]))
    assert {sentence.split(",")[0] for sentence in wrong} == {"point 2", "point 3"}
    assert differences(told, size="2000 m") == ["radius: said 2000 m, told none (an area of corners has no radius)"]
    assert differences(told, points=said[:2])[0].startswith("points: said 2, told 3")


def test_each_volume_is_read_back():
    assert compare_figures([RIGHT, RIGHT], "WGS84", [TOLD, TOLD]) == ()
    assert [d.at for d in compare_figures([RIGHT], "WGS84", [TOLD, TOLD])] == ["volumes"]
    late = msgspec.structs.replace(RIGHT, end_us=0)
    assert [d.at for d in compare_figures([RIGHT, late], "WGS84", [TOLD, TOLD])] == ["volume 2, end"]


@pytest.mark.parametrize(
    "outline",
    [
        TOLD.outline,
        Corridor(edge="geodesic", half_width_mm=1_852_000, line=(AIRFIELD, Point(35_500_000_000, 40_500_000_000))),
    ],
)
def test_what_is_spoken_and_said_again_agrees(outline):
    """The words made from the shape, repeated word for word, are a read-back without fault; one digit heard wrong is named."""
    told = msgspec.structs.replace(TOLD, outline=outline)
    words = speak(told)
    assert compare_figures([said_aloud(words)], "WGS84", [told]) == ()
    heard = said_aloud(words.replace("zero six nine four zero", "zero six five four zero", 1))
    assert next(d.at for d in compare_figures([heard], "WGS84", [told])).endswith("easting")
