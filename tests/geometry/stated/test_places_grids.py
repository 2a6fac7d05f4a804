"""Grids and datums: the square is the error, letters are never guessed, and silence about the datum is refused."""

from __future__ import annotations

import warnings

import mgrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from detente.errors import Refused
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.datums import DATUMS, FLOOR_MM, datum_named, to_wgs84
from detente.geometry.stated.grids import candidates, mgrs_text, neighbours
from detente.geometry.stated.position import Theatre, apart_mm
from detente.geometry.stated.squares import reference_of, square_of
from detente.geometry.volume import NDEG, Point

SYRIA = Theatre(south_ndeg=32 * NDEG, north_ndeg=37_500_000_000, west_ndeg=35_500_000_000, east_ndeg=42_500_000_000)
CASE = {
    "AF": (35_285_400_000, 40_176_000_000, "37SFV 06940 05327"),
    "P1": (35_266_300_000, 40_152_700_000, "37SFV 04845 03181"),
    "P2": (35_247_200_000, 40_129_400_000, "37SFV 02749 01036"),
    "N9": (35_204_300_000, 40_176_000_000, "37SFU 07047 96330"),
}
KUNDUZ = read_position("36°43′4.91″N 68°51′43.96″E", datum="WGS84").point


@pytest.mark.parametrize("place", CASE)
def test_grids_of_the_deir_ez_zor_case_agree_with_its_decimals(place):
    """The case table gives both; its decimals have four digits, so they agree to within the circle of these."""
    lat, lon, grid = CASE[place]
    decimal = read_position(f"{lat / NDEG:.4f}, {lon / NDEG:.4f}", datum="WGS84")
    read = read_position(grid, datum="WGS84")
    assert decimal.point == Point(lat, lon)
    assert apart_mm(decimal.point, read.point) <= decimal.error_mm + read.error_mm


def test_the_airfield_in_metres_of_the_grid():
    assert mgrs_text(Point(*CASE["AF"][:2])) == "37SFV 06940 05327"


@pytest.mark.parametrize(("digits", "side_m"), [(5, 1), (4, 10), (3, 100), (2, 1_000), (1, 10_000), (0, 100_000)])
def test_a_truncated_grid_is_its_whole_square(digits, side_m):
    """Centre and half diagonal hold the true place; the reader who plots the corner is told how far he is off."""
    read = read_position(mgrs_text(KUNDUZ, digits), datum="WGS84")
    assert read.error_mm == pytest.approx(side_m * 1000 / 2**0.5, rel=0.01, abs=3)
    assert apart_mm(read.point, KUNDUZ) <= read.error_mm
    corner = read.cautions[0]
    assert corner.code == "grid-corner" and corner.off_mm == pytest.approx(side_m * 1000 / 2**0.5, rel=0.01, abs=1)


def test_kunduz_grid_cut_to_four_and_two_digits():
    """Cut to 4 digits the square's centre is 220 m from the hospital and its corner 920 m; to 2 digits 3.0 and 8.5 km."""
    cut4, cut2 = (read_position(mgrs_text(KUNDUZ, n), datum="WGS84") for n in (2, 1))
    assert (cut4.stated, cut2.stated) == ("42SVF 87 63", "42SVF 8 6")
    assert round(apart_mm(cut4.point, KUNDUZ) / 1000) == pytest.approx(220, abs=2)
    assert round(apart_mm(cut2.point, KUNDUZ) / 1e6, 1) == 3.0
    assert round(apart_mm(cut4.cautions[0].would_plot, KUNDUZ) / 1000) == pytest.approx(920, abs=1)
    assert round(apart_mm(cut2.cautions[0].would_plot, KUNDUZ) / 1e6, 1) == 8.5


def test_the_wrong_100_km_square_moves_the_place_by_100_km():
    """AF, P1 and P2 lie in FV, N9 in FU: the same digits in the other square are 100 km away."""
    right, wrong = (read_position(f"37S{letters} 07047 96330", datum="WGS84").point for letters in ("FU", "FV"))
    assert round(apart_mm(right, wrong) / 1e6) == 100


def test_missing_100_km_letters_are_refused_with_the_squares_they_may_mean():
    with pytest.raises(Refused) as refusal:
        read_position("37S 07047 96330", datum="WGS84", theatre=SYRIA)
    assert "100 km away" in refusal.value.problems[0].rule
    found = candidates(37, "S", "0704796330", SYRIA)
    assert "37SFU0704796330" in found and "37SFV0704796330" in found
    assert all(reference[:3] == "37S" for reference in found)


def test_neighbouring_squares_are_found_across_a_zone_boundary():
    assert "37SFV0704796330" in neighbours("37SFU 07047 96330")
    assert len(neighbours("37SFU 07047 96330")) == 8
    assert {reference[:2] for reference in neighbours("37SBU 07047 96330")} == {"36", "37"}


def test_utm_of_band_s_or_of_the_south_is_settled_only_by_the_theatre():
    """'37S' is the band at 32 to 40 degrees north to some and the southern hemisphere to others: 10 000 km."""
    with pytest.raises(Refused) as refusal:
        read_position("37S 606940 3905327", datum="WGS84")
    assert "10002 km" in refusal.value.problems[0].rule
    assert read_position("37S 606940 3905327", datum="WGS84", theatre=SYRIA).point.lat_ndeg == 35_285_394_667
    assert read_position("37 south 606940 3905327", datum="WGS84").point.lat_ndeg < 0


def test_poles_norway_and_svalbard_have_their_own_squares():
    assert mgrs_text(Point(90 * NDEG, 0)) == "ZAH 00000 00000"
    assert mgrs_text(Point(60_500_000_000, 5 * NDEG), 2)[:5] == "32VKN"
    assert mgrs_text(Point(78 * NDEG, 10 * NDEG), 2)[:3] == "33X"
    with pytest.raises(Refused):
        read_position("32XMF 00000 00000", datum="WGS84")


@settings(max_examples=180, deadline=None)
@given(st.integers(-80 * NDEG, 84 * NDEG), st.integers(-180 * NDEG, 180 * NDEG - 1), st.integers(0, 5))
def test_our_squares_are_those_of_the_reference_library(lat, lon, digits):
    """`mgrs` 1.5.4 as oracle, for letters and for the south-west corner (within a square where a point is on its edge)."""
    assume(abs(lat) > 1_000)  # a hair south of the equator the library names a square of the north
    oracle = mgrs.MGRS()
    theirs = oracle.toMGRS(lat / NDEG, lon / NDEG, MGRSPrecision=digits)
    ours = "".join(reference_of(Point(lat, lon), digits))
    if theirs != ours:
        near = read_position(theirs, datum="WGS84")
        assert apart_mm(near.point, Point(lat, lon)) <= near.error_mm + 20
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, hemisphere, east, north = oracle.MGRSToUTM(ours)
    square = square_of(ours, "WGS84")
    assert (square.east, square.north) == (east, north)
    assert (hemisphere == "S") == ("south" in square.projection.srs)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 9_999), st.sampled_from(["37SET", "37SES", "36RVU", "37SDT"]), st.sampled_from([1, 2]))
def test_a_reference_that_is_read_and_written_again_is_the_same_reference(figures, square, digits):
    """What relays do by voice, also on the line between two 100 km squares: two public libraries lose a square or 100 km there."""
    reference = f"{square}{figures:04d}" if digits == 2 else f"{square}{figures % 100:02d}"
    point = read_position(reference, datum="WGS84").point
    assert "".join(reference_of(point, digits)) == reference


@pytest.mark.parametrize(("datum", "off_m"), [("Deir ez Zor", 140), ("ED50", 117), ("Pulkovo 1942", 113)])
def test_another_datum_at_the_airfield(datum, off_m):
    """Syria's own datum lies 140 m off, ED50 117 m, Soviet 1942 113 m; the shift's own uncertainty is at least 20 m."""
    on_it = read_position("35.2854, 40.1760", datum=datum)
    plain = read_position("35.2854, 40.1760", datum="WGS84")
    mistaken = next(c for c in on_it.cautions if c.code == "datum-mistaken")
    assert mistaken.off_mm / 1000 == pytest.approx(off_m, abs=1)
    assert mistaken.would_plot == plain.point
    assert on_it.error_mm >= plain.error_mm + FLOOR_MM


def test_a_missing_datum_is_refused_with_what_it_costs_here():
    with pytest.raises(Refused) as refusal:
        read_position("35.2854, 40.1760", datum=" ", field="place")
    assert refusal.value.problems[0].field == "place.datum"
    assert "Deir ez Zor 140 m, ED50 117 m, Pulkovo 1942 113 m" in refusal.value.problems[0].rule


def test_datums_go_by_many_names():
    for name in ("wgs-84", "WGS 1984", "s-42", "SK42", "European Datum 1950", "deir-ez-zor", "Levant"):
        assert datum_named(name) in DATUMS


def test_utm_on_an_old_map_uses_that_maps_ellipsoid():
    """The same metres on ED50 and on WGS 84: 170 to 210 m apart in Syria, because ellipsoid and datum both differ."""
    old, new = (read_position("37 north 606940 3905327", datum=d) for d in ("ED50", "WGS84"))
    assert 150_000 < apart_mm(old.point, new.point) < 250_000
    assert old.error_mm > FLOOR_MM


def test_every_shift_is_the_same_wherever_it_is_asked_from():
    """A shift is chosen by degree square and nothing else, so two stations get the same millimetre."""
    datum = datum_named("Deir ez Zor")
    first = to_wgs84(35_285_400_000, 40_176_000_000, datum)
    for lat in range(33, 37):
        to_wgs84(lat * NDEG, 39 * NDEG, datum)
    assert to_wgs84(35_285_400_000, 40_176_000_000, datum) == first
