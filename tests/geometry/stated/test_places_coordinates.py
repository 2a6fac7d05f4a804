"""Coordinates as people write them: what they mean, how exact they are, and what goes wrong when they are misread."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import Refused
from detente.geometry.stated.coordinates import read_position, write_position
from detente.geometry.stated.position import StatedPosition, Theatre, apart_mm
from detente.geometry.stated.ring_reading import open_ring, read_ring
from detente.geometry.volume import NDEG, Point

VECTORS = json.loads((Path(__file__).parents[3] / "docs/formats/vectors/place.json").read_text())
SYRIA = Theatre(south_ndeg=32 * NDEG, north_ndeg=37_500_000_000, west_ndeg=35_500_000_000, east_ndeg=42_500_000_000)
LEVANT = Theatre(south_ndeg=30 * NDEG, north_ndeg=42 * NDEG, west_ndeg=30 * NDEG, east_ndeg=45 * NDEG)
HOSPITAL = "36°43′4.91″N 68°51′43.96″E"


def off_mm(position: StatedPosition, code: str) -> int:
    return next(c.off_mm for c in position.cautions if c.code == code)


def code_of(text: str, datum: str | None = "WGS84", **more: object) -> str:
    with pytest.raises(Refused) as refusal:
        read_position(text, datum=datum, field="place", **more)  # type: ignore[arg-type]
    for problem in refusal.value.problems:
        assert problem.rule and problem.next_step and problem.field.startswith("place")
    return refusal.value.problems[0].code


@pytest.mark.parametrize("vector", VECTORS["read"], ids=lambda v: v["text"])
def test_each_way_of_writing_gives_the_position_and_circle_of_the_format_page(vector):
    read = read_position(vector["text"], datum=vector["datum"])
    assert (read.form, read.error_mm, read.stated) == (vector["form"], vector["error_mm"], vector["text"])
    assert read.point == Point(vector["lat_ndeg"], vector["lon_ndeg"])


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda v: v["text"])
def test_what_the_format_page_refuses_is_refused_by_that_name(vector):
    assert code_of(vector["text"], vector["datum"]) == vector["code"]


def test_kunduz_seconds_read_as_decimals_lie_44_6_km_off_and_as_minutes_441_m():
    """The hospital's coordinates of 29 September 2015; the two misreadings are told with the reading itself."""
    read = read_position(HOSPITAL, datum="WGS84")
    assert round(off_mm(read, "seconds-as-decimals") / 1e6, 1) == 44.6
    assert round(off_mm(read, "seconds-as-minutes") / 1e3) == 441


def test_decimals_that_could_be_minutes_and_seconds_say_so():
    """36.430491 68.514396 may be the hospital with its seconds run on: 44.6 km between the two readings."""
    assert off_mm(read_position("36.430491 68.514396", datum="WGS84"), "decimals-are-seconds") == 44_578_991
    assert not read_position("36.718030 68.862211", datum="WGS84").cautions


def test_main_building_and_office_of_the_hospital_are_38_m_apart():
    office = read_position("36°43′4.29″N 68°51′42.62″E", datum="WGS84")
    assert round(apart_mm(office.point, read_position(HOSPITAL, datum="WGS84").point) / 1000) == 38


def test_swapped_figures_are_refused_where_only_the_swap_lies_in_the_theatre():
    with pytest.raises(Refused) as refusal:
        read_position("40.1760, 35.2854", datum="WGS84", theatre=SYRIA)
    assert refusal.value.problems[0].code == "swapped"
    assert "693 km" in refusal.value.problems[0].rule


def test_a_file_in_longitude_latitude_order_is_read_as_declared():
    assert (
        read_position("40.1760, 35.2854", datum="WGS84", order="lon,lat", theatre=SYRIA).point.lat_ndeg
        == 35_285_400_000
    )


def test_where_both_orders_lie_in_the_theatre_the_other_is_told_with_its_distance():
    told = off_mm(read_position("35.2854, 40.1760", datum="WGS84", theatre=LEVANT), "order")
    assert round(told / 1e6) == 693
    assert not read_position("35.2854N 40.1760E", datum="WGS84", theatre=LEVANT).cautions


def test_a_place_outside_the_theatre_is_refused():
    assert code_of(HOSPITAL, theatre=SYRIA) == "outside-theatre"


def test_a_theatre_may_cross_the_180th_meridian():
    fiji = Theatre(south_ndeg=-20 * NDEG, north_ndeg=-15 * NDEG, west_ndeg=175 * NDEG, east_ndeg=-175 * NDEG)
    assert read_position("17.5S 179.9W", datum="WGS84", theatre=fiji)
    assert code_of("17.5S 170.0E", theatre=fiji) == "outside-theatre"


def test_digits_are_exact_and_rounded_half_even_to_nanodegrees():
    def lat(text: str) -> int:
        return read_position(f"{text}, 40.0", datum="WGS84").point.lat_ndeg

    assert [lat("35.0000000005"), lat("35.0000000015"), lat("-35.0000000005")] == [35 * NDEG, 35 * NDEG + 2, -35 * NDEG]
    assert lat("0.1") == 100_000_000


def test_fewer_digits_mean_a_larger_circle():
    errors = [read_position(f"35.{'2854'[:n]}, 40.{'1760'[:n]}", datum="WGS84").error_mm for n in (1, 2, 3, 4)]
    assert [round(e / 1000) for e in errors] == [7214, 721, 72, 7]


def test_what_the_source_declares_is_added_to_the_circle():
    """The airfield's reference point is known to 300 m, whatever its digits say."""
    assert read_position("35.2854, 40.1760", datum="WGS84", declared_error_mm=300_000).error_mm == 307_211


def test_arabic_digits_and_typographic_marks_are_read():
    assert read_position("٣٥.٢٨٥٤, ٤٠.١٧٦٠", datum="WGS84").point == Point(35_285_400_000, 40_176_000_000)
    assert read_position("36º43’4.91”N, 68º51’43.96”E", datum="WGS84").form == "dms"


def test_minus_zero_degrees_is_south_or_west():
    """Accra lies 12 minutes west of Greenwich. A reader that takes the sign from the number -0 puts it 44 km further east."""
    assert read_position("5°36' -0°12'", datum="WGS84").point == Point(5_600_000_000, -200_000_000)
    assert read_position("-0°30' 32°35'", datum="WGS84").point.lat_ndeg == -500_000_000
    assert read_position("51°28' -0°15'", datum="WGS84").point.lon_ndeg == -250_000_000


def test_a_receiver_that_has_no_position_gives_none():
    """AIS writes latitude 91 and longitude 181 for "not available" (ITU-R M.1371): that is no place, and never 0, 0."""
    for text in ("91.0, 181.0", "91.0, 36.0", "36.5, 181.0"):
        assert code_of(text)


def test_ambiguous_sign_and_letter_is_refused():
    assert code_of("-35.2N 40.1E") == "coordinate-unread"
    assert code_of("35.2N 40.1N") == "coordinate-unread"
    assert code_of("35.2 40.1 41.3") == "coordinate-unread"
    assert code_of("35.28.54 40.17.60") == "coordinate-unread"


points = st.builds(Point, st.integers(-90 * NDEG, 90 * NDEG), st.integers(-180 * NDEG, 180 * NDEG))
utm_points = st.builds(Point, st.integers(-80 * NDEG, 84 * NDEG), st.integers(-180 * NDEG, 180 * NDEG))


@settings(max_examples=120, deadline=None)
@given(points, st.sampled_from(["decimal", "dm", "dms", "mgrs"]), st.integers(0, 5))
def test_every_form_reads_back_to_within_its_own_circle(point, form, places):
    """Anywhere on Earth, poles and 180 degrees included, at any number of digits."""
    read = read_position(write_position(point, form, places), datum="WGS84")
    assert read.form == form
    assert apart_mm(read.point, point) <= read.error_mm


@settings(max_examples=100, deadline=None)
@given(utm_points, st.integers(0, 3))
def test_utm_reads_back_to_within_its_own_circle(point, places):
    read = read_position(write_position(point, "utm", places), datum="WGS84")
    assert apart_mm(read.point, point) <= read.error_mm


@settings(max_examples=120, deadline=None)
@given(st.text("0123456789 .,°'\"NSEWnsew-+/;FVSZ\n٣", max_size=30))
def test_no_text_raises_anything_but_a_refusal(text):
    try:
        read = read_position(text, datum="WGS84", theatre=LEVANT)
    except Refused as refusal:
        assert refusal.problems
    else:
        assert LEVANT.holds(read.point)


def test_a_ring_that_repeats_its_first_corner_is_read_without_the_repeat():
    corners = ["35.0, 40.0", "35.0, 41.0", "36.0, 41.0"]
    open_one = read_ring(corners, datum="WGS84", edge="geodesic")
    closed = read_ring([*corners, corners[0]], datum="WGS84", edge="geodesic")
    assert open_one.polygon == closed.polygon and len(closed.polygon.vertices) == 3
    assert [c.code for c in closed.cautions] == ["ring-closed"]


def test_a_ring_that_nearly_closes_or_breaks_its_formats_promise_is_refused():
    """One slip of the last digit closes nothing: 11 m from the first corner, refused with that distance."""
    near = ["35.0000, 40.0000", "35.0, 41.0", "36.0, 41.0", "35.0001, 40.0000"]
    a, b, c = Point(35 * NDEG, 40 * NDEG), Point(35 * NDEG, 41 * NDEG), Point(36 * NDEG, 41 * NDEG)
    cases = [
        (lambda: read_ring(near, datum="WGS84", edge="geodesic"), "ring-nearly-closed"),
        (lambda: open_ring([a, b, c], True, 0), "ring-not-closed"),
        (lambda: open_ring([a, b, c, a], False, 0), "ring-repeats"),
        (lambda: open_ring([a, b, a], None, 0), "ring-short"),
        (lambda: read_ring([], datum="WGS84", edge="geodesic"), "ring-short"),
    ]
    for case, code in cases:
        with pytest.raises(Refused) as refusal:
            case()
        assert refusal.value.problems[0].code == code


def test_all_bad_corners_of_a_ring_are_named_at_once():
    with pytest.raises(Refused) as refusal:
        read_ring(["35.0, 40.0", "x", "95.0, 41.0"], datum="WGS84", edge="geodesic")
    assert [p.field for p in refusal.value.problems] == ["vertices[1]", "vertices[2]"]
