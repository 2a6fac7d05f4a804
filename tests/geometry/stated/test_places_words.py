"""Places in words: phrases checked against shapes, words spoken from shapes, heights with their datum."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import Refused
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.heights import read_height
from detente.geometry.stated.phrase import place_phrase, read_phrase, say_phrase
from detente.geometry.stated.place_check import check_place
from detente.geometry.stated.position import apart_mm
from detente.geometry.stated.spoken import parse_spoken, speak
from detente.geometry.volume import NDEG, Altitude, Circle, Corridor, Outline, Point, Polygon, Volume4D

VECTORS = json.loads((Path(__file__).parents[3] / "docs/formats/vectors/place.json").read_text())
AIRFIELD = read_position("35.2854, 40.1760", datum="WGS84", declared_error_mm=300_000)
LANDMARKS = {"the airfield": AIRFIELD}
P1, P2, N9 = (
    Point(35_266_300_000, 40_152_700_000),
    Point(35_247_200_000, 40_129_400_000),
    Point(35_204_300_000, 40_176_000_000),
)


@pytest.mark.parametrize(("place", "km"), [(P1, 7.2), (P2, 6.4)])
def test_nine_km_south_of_the_airfield_contradicts_the_struck_areas(place, km):
    """Counterfactual 1 of the case: the phrase names a place 7.2 km from P1 and 6.4 km from P2; caught before sending."""
    for radius in (1_000, 500_000, 1_500_000):
        check = check_place(
            outline=Circle(centre=place, radius_mm=radius), phrase="9 km south of the airfield", landmarks=LANDMARKS
        )
        (found,) = check.contradictions
        assert round(found.apart_mm / 1e6, 1) == km and found.allowed_mm < found.gap_mm
        assert f"{km} km" in check.all_problems()[0].rule
        with pytest.raises(Refused):
            check.require()


def test_the_wrong_place_entered_consistently_is_not_caught():
    """Branch two of the replay: shape, grid and phrase all say N9. Nothing here can know that it is wrong."""
    assert check_place(
        datum="WGS84",
        grid="37SFU 07047 96330",
        landmarks=LANDMARKS,
        outline=Circle(centre=N9, radius_mm=500_000),
        phrase="9 km south of the airfield",
    ).consistent


def test_the_true_places_agree_with_the_words_they_should_have_had():
    for place, words in ((P1, "about 3 km south-west of the airfield"), (P2, "6 km SW of the airfield")):
        outline = Circle(centre=place, radius_mm=500_000)
        assert check_place(outline=outline, phrase=words, landmarks=LANDMARKS).consistent


def test_a_place_said_nine_km_off_in_an_unknown_direction_is_refused():
    """Reading (a), '9 km from the airfield': a distance without bearing is a circle around a landmark."""
    (missing,) = check_place(
        outline=Circle(centre=P1, radius_mm=1), phrase="9 km from the airfield", landmarks=LANDMARKS
    ).problems
    assert missing.code == "phrase-no-bearing"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("south of the airfield", "phrase-no-distance"),
        ("north of Syria", "phrase-no-distance"),
        ("9 km south", "phrase-no-landmark"),
        ("9 km bearing 180 magnetic from the airfield", "phrase-magnetic"),
        ("9 km bearing 400 from the airfield", "phrase-bearing"),
        ("9 km bearing 1800 from the airfield", "phrase-bearing"),
        ("9 km bearing 180 grid from the airfield", "phrase-bearing"),
        ("900 km south of the airfield", "phrase-far"),
        ("9 km north-south of the airfield", "phrase-no-bearing"),
    ],
)
def test_half_a_phrase_is_refused(text, code):
    with pytest.raises(Refused) as refusal:
        read_phrase(text)
    assert code in [p.code for p in refusal.value.problems]


MAGNETIC = [
    *(
        "magnetic",
        "MAGNETIC",
        "Magnetic",
        "magnetically",
        "magn.",
        "mag",
        "mag.",
        "Mag",
        "(mag)",
        "(magnetic)",
        ", magnetic",
    ),
    *(
        "M",
        "m",
        "(M)",
        "( m )",
        "°M",
        "° M",
        "°(M)",
        "°m",
        "ºM",
        "˚M",
        " deg M",
        " degrees M",
        " degrees (M)",
        " degs mag",
        "М",
        "°М",
    ),
]
"""How people write a bearing from magnetic north after its figure; the last two have the Cyrillic letter."""


@pytest.mark.parametrize("said", MAGNETIC)
@pytest.mark.parametrize(
    "text",
    [
        "9 km bearing 180{0} from the airfield",
        "9 km, bearing 180 {0} of the airfield",
        "9 km from the airfield, bearing 180{0}",
    ],
)
def test_a_magnetic_bearing_is_refused_in_every_spelling(text, said):
    """Magnetic north is degrees from true north: nine kilometres out, a village away."""
    with pytest.raises(Refused) as refusal:
        read_phrase(text.format(said))
    assert [p.code for p in refusal.value.problems][:1] == ["phrase-magnetic"]


@pytest.mark.parametrize(
    "text",
    [
        "9 km magnetic south of the airfield",
        "9 km mag south of the airfield",
        "9 km mag. south of the airfield",
        "9 km south (magnetic) of the airfield",
        "9 km south (M) of the airfield",
        "9 km south by compass of the airfield",
        "magnetic bearing 180, 9 km from the airfield",
        "compass bearing 180, 9 km from the airfield",
        "9 km on a magnetic bearing of 180 from the airfield",
        "9 km 180°M south of the airfield",
        "9 км: 9 km магнитный bearing 180 from the airfield",
    ],
)
def test_magnetic_before_the_compass_word_is_refused(text):
    """It was read as true wherever it did not follow the figure."""
    with pytest.raises(Refused) as refusal:
        read_phrase(text)
    assert "phrase-magnetic" in [p.code for p in refusal.value.problems]


@pytest.mark.parametrize(
    ("text", "bearing"),
    [
        ("9 km south of Malakal", 180),
        ("9 km south of Magnetic Hill", 180),
        ("500 m south of the Magwi road", 180),
        ("500 m south of the M4", 180),
        ("9 km bearing 180 of the Compass Rose", 180),
        ("900 m bearing 180 from the mosque", 180),
        ("bearing 180, 500 m from the mosque", 180),
        ("bearing 180 and 9 km from the mosque", 180),
        ("9 km bearing 180° true from the mosque", 180),
        ("9 km bearing 180 (T) from the mosque", 180),
        ("9 km bearing 180 deg from the mosque", 180),
        ("9.0 km south (bearing 180.0 degrees true) of the mosque", 180),
        ("9 km bearing south of the mosque", 180),
    ],
)
def test_true_bearings_and_names_with_the_same_letters_are_read(text, bearing):
    """Metres, Malakal and a hill that is called magnetic are no magnetic bearings."""
    assert read_phrase(text).bearing == bearing


def test_a_phrase_from_a_landmark_nobody_placed_or_standing_alone_is_a_problem():
    unknown = check_place(
        decimal="35.2043, 40.1760", datum="WGS84", phrase="9 km south of the mill", landmarks=LANDMARKS
    )
    assert [p.code for p in unknown.problems] == ["phrase-landmark-unknown"]
    alone = check_place(phrase="9 km south of the airfield", landmarks=LANDMARKS)
    assert [p.code for p in alone.problems] == ["phrase-alone"]
    assert [p.code for p in check_place().problems] == ["place-empty"]


def test_what_words_leave_open_becomes_the_circle():
    """'9 km south' leaves half a kilometre and 22.5 degrees; three letters or a bearing in degrees leave less."""
    circles = [
        place_phrase(read_phrase(text), {"x": read_position("35.0000000, 40.0000000", datum="WGS84")}).error_mm / 1e6
        for text in ("9 km south of x", "9 km SSE of x", "9 km bearing 180 from x", "9.00 km bearing 180.0 from x")
    ]
    assert circles == sorted(circles, reverse=True)
    assert [round(c, 1) for c in circles] == [3.6, 1.9, 0.5, 0.0]


@settings(max_examples=100, deadline=None)
@given(
    st.integers(-85 * NDEG, 85 * NDEG),
    st.integers(-180 * NDEG, 180 * NDEG),
    st.floats(0, 360),
    st.integers(1_000, 100_000_000),
)
def test_a_phrase_made_from_a_shape_reads_back_within_its_circle(lat, lon, bearing, distance_mm):
    from detente.geometry.stated.position import travel

    origin = Point(lat, lon)
    place = travel(origin, bearing, distance_mm)
    start = read_position(f"{lat / NDEG:.9f}, {lon / NDEG:.9f}", datum="WGS84")
    read = place_phrase(read_phrase(say_phrase(place, "the mill", origin)), {"mill": start})
    assert apart_mm(read.point, place) <= read.error_mm


def test_a_contradiction_names_the_classic_mistake_that_explains_it():
    def perhaps(**forms: object) -> str:
        (found,) = check_place(datum="WGS84", **forms).contradictions  # type: ignore[arg-type]
        return found.perhaps

    assert "square is 37SFU" in perhaps(decimal="35.2043, 40.1760", grid="37SFV 07047 96330")
    assert "minutes and seconds" in perhaps(
        decimal="36.430491, 68.514396", coordinates={"dms": "36 43 4.91N 68 51 43.96E"}
    )
    assert "swapped" in perhaps(decimal="40.1760, 35.2854", grid="37SFV 06940 05327")
    assert "east and west" in perhaps(decimal="35.2854N 40.1760W", grid="37SFV 06940 05327")
    assert "datum is Deir ez Zor" in perhaps(
        decimal="35.284917, 40.177422", coordinates={"list": "35.285400, 40.176000"}
    )


def test_forms_on_another_datum_agree_only_with_the_shift():
    shape = Circle(centre=read_position("35.285400, 40.176000", datum="Deir ez Zor").point, radius_mm=1_000)
    assert check_place(outline=shape, datum="Deir ez Zor", decimal="35.285400, 40.176000").consistent
    wrong = check_place(outline=shape, datum="WGS84", decimal="35.285400, 40.176000").contradictions
    assert "datum is Deir ez Zor" in wrong[0].perhaps and round(wrong[0].apart_mm / 1000) == 140


def test_every_bad_form_is_told_not_only_the_first():
    check = check_place(decimal="35 61 N 40 0 E", grid="37S 06940 05327", datum="WGS84", phrase="9 km from x")
    assert [p.code for p in check.problems] == ["sixty", "grid-square-missing", "phrase-no-bearing"]
    assert not check.consistent


def test_a_grid_inside_a_large_polygon_agrees_with_it():
    ring = Polygon(
        edge="geodesic",
        vertices=(Point(35 * NDEG, 40 * NDEG), Point(35 * NDEG, 41 * NDEG), Point(36 * NDEG, 40 * NDEG)),
    )
    assert check_place(outline=ring, datum="WGS84", grid="37SFV 06940 05327").consistent
    outside = check_place(outline=ring, datum="WGS84", grid="37SFU 06940 05327").contradictions
    assert outside and outside[0].gap_mm < outside[0].apart_mm


def test_spoken_words_are_those_of_the_format_page():
    for vector in VECTORS["spoken"]:
        outline = msgspec.convert(vector["outline"], Outline)
        assert speak(outline, vector["error_mm"]) == vector["words"]
        heard = parse_spoken(vector["words"])
        assert isinstance(heard.outline, Circle) and isinstance(outline, Circle)
        assert heard.outline.radius_mm == outline.radius_mm
        assert apart_mm(heard.outline.centre, outline.centre) + vector["error_mm"] <= heard.error_mm


spots = st.builds(Point, st.integers(-90 * NDEG, 90 * NDEG), st.integers(-180 * NDEG, 180 * NDEG))
heights = st.none() | st.builds(
    Altitude,
    datum=st.sampled_from(["ellipsoid", "geoid", "ground", "flight_level", "unknown"]),
    uncertainty_mm=st.integers(0, 10**6),
    value_mm=st.integers(-(10**6), 10**8),
)
lines = st.lists(spots, min_size=3, max_size=6).map(tuple)
edges = st.sampled_from(["geodesic", "parallel"])
outlines = (
    st.builds(Circle, centre=spots, radius_mm=st.integers(1, 10**9))
    | st.builds(Polygon, edge=edges, vertices=lines)
    | st.builds(Corridor, edge=edges, half_width_mm=st.integers(1, 10**8), line=lines)
)
volumes = st.builds(
    Volume4D,
    altitude_lower=heights,
    altitude_upper=heights,
    end_us=st.integers(0, 4 * 10**15),
    error_mm=st.integers(0, 10**7),
    outline=outlines,
    start_us=st.integers(0, 4 * 10**15),
)


def corners(outline: Circle | Polygon | Corridor) -> tuple[Point, ...]:
    if isinstance(outline, Circle):
        return (outline.centre,)
    return outline.vertices if isinstance(outline, Polygon) else outline.line


@settings(max_examples=100, deadline=None)
@given(volumes)
def test_what_is_spoken_parses_back_within_the_error_that_is_said(volume):
    """Every corner within the error heard, which covers the speaker's own; sizes, heights and times to the last digit."""
    try:
        words = speak(volume)
    except Refused as refusal:
        assert refusal.problems[0].code == "spoken-too-small"
        return
    heard = parse_spoken(words).volume()
    for said, got in zip(corners(volume.outline), corners(heard.outline), strict=True):
        assert apart_mm(said, got) + volume.error_mm <= heard.error_mm
    moved = msgspec.structs.replace(heard, outline=volume.outline, error_mm=volume.error_mm)
    assert moved == volume and type(heard.outline) is type(volume.outline)


def test_dictation_without_stops_and_with_radio_spelling_is_understood():
    words = speak(Circle(centre=P1, radius_mm=500_000), 5_000)
    radio = (
        words.replace(".", "")
        .replace(",", "")
        .replace("nine", "niner")
        .replace("three", "tree")
        .replace("Alfa", "Alpha")
        .upper()
    )
    assert parse_spoken(radio) == parse_spoken(words)


def test_a_lost_digit_or_word_is_refused_where_it_is_missing():
    words = speak(Circle(centre=P1, radius_mm=500_000))
    for lost in ("zero ", "Victor", "eight four", "metres", "Circle. ", "End of place"):
        with pytest.raises(Refused) as refusal:
            parse_spoken(words.replace(lost, "", 1))
        assert refusal.value.problems[0].field.startswith("word") or refusal.value.problems[0].code.startswith("grid")


def test_a_place_spoken_without_times_is_no_volume():
    with pytest.raises(Refused):
        parse_spoken(speak(Circle(centre=P1, radius_mm=1_000))).volume()


def test_an_ellipsoid_height_taken_for_sea_level_tells_its_band():
    """A satellite receiver's 1500 m: as height above the sea it is wrong by -86 to +107 m somewhere on Earth."""
    altitude, (caution,) = read_height("1500 m HAE")
    assert altitude == Altitude(datum="ellipsoid", uncertainty_mm=500, value_mm=1_500_000)
    assert caution.off_mm == 107_000 and "-86 to +107 m" in caution.words


def test_heights_name_unit_and_datum_or_are_refused():
    assert read_height("4900 ft AMSL")[0].value_mm == 1_493_520
    assert read_height("FL100")[0] == Altitude(datum="flight_level", uncertainty_mm=15_240, value_mm=3_048_000)
    assert read_height("120 m above ground")[0].datum == "ground"
    for text, code in (
        ("1500", "height-unread"),
        ("1500 m", "height-datum-missing"),
        ("1500 m above roof", "height-datum"),
    ):
        with pytest.raises(Refused) as refusal:
            read_height(text)
        assert refusal.value.problems[0].code == code
    with pytest.raises(Refused):
        read_height("1500 m AMSL", "ground")
