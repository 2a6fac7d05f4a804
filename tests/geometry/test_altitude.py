"""Heights above different datums: exact within one, an honest band between two."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.geometry.exact.outlines import apart, circle, height, volume

from detente.geometry.altitude import DATUMS, band_mm, height_span_mm, least_rise_mm, misreading, vertical_gap_mm
from detente.geometry.exact.separation import meets
from detente.geometry.volume import Altitude

BASE = volume(circle(34, 36, 1))
altitudes = st.builds(
    lambda datum, value, doubt: Altitude(datum=datum, value_mm=value, uncertainty_mm=doubt),
    st.sampled_from(DATUMS),
    st.integers(-500_000, 20_000_000),
    st.integers(0, 50_000),
)


def between(low, high):
    return msgspec.structs.replace(BASE, altitude_lower=low, altitude_upper=high)


@pytest.mark.parametrize("datum", ["ellipsoid", "geoid", "ground", "flight_level"])
def test_heights_above_one_datum_compare_to_the_millimetre(datum):
    """A ceiling at 3 000 m and a floor at 3 300 m are 300 m apart, whatever they are both measured from."""
    below, above = between(height(0, datum), height(3000, datum)), between(height(3300, datum), height(4000, datum))
    assert vertical_gap_mm(below, above) == vertical_gap_mm(above, below) == 300_000
    assert meets(below, above, apart(metres=299.999)) is None
    assert meets(below, above, apart(metres=300)) is not None


def test_ellipsoid_and_sea_level_heights_differ_by_no_more_than_the_geoid_anywhere():
    """A GPS ceiling of 3 000 m may stand 3 107 m above the sea south of India: 100 m of margin is not certain, 108 m is."""
    below = between(height(2000), height(3000))
    assert vertical_gap_mm(below, between(height(3100, "geoid"), height(4000, "geoid"))) == 0
    assert vertical_gap_mm(below, between(height(3108, "geoid"), height(4000, "geoid"))) == 1000


def test_ellipsoid_height_taken_for_sea_level_is_shown():
    """The classic mistake is put in metres and words: up to 107 m one way, 86 m the other."""
    found = misreading(height(500), "geoid")
    assert (found.least_mm, found.most_mm) == (-86_000, 107_000)
    assert found.words.startswith("500 m above the WGS 84 ellipsoid, taken for height above mean sea level (geoid)")
    assert misreading(height(500, "geoid"), "geoid").most_mm == 0


def test_a_height_above_ground_may_stand_anywhere_on_earth():
    """100 m above ground may be 8 949 m above the sea, or 350 m below it."""
    low, high = band_mm(height(100, "ground"))
    assert low == (100 - 450 - 107) * 1000
    assert high == (100 + 8849 + 86) * 1000


def test_a_flight_level_is_uncertain_by_pressure_and_temperature():
    """Flight level 100 on a freezing day under a deep low stands hundreds of metres lower than 3 048 m."""
    low, high = band_mm(height(3048, "flight_level"))
    assert low < (3048 - 107 - 1300) * 1000 < 3_048_000 < (3048 + 86 + 650) * 1000 < high


def test_unknown_datum_is_the_union_and_is_not_even_like_itself():
    """Two heights of unknown datum may be of different ones: 3 000 and 3 300 are not 300 m apart."""
    bands = [band_mm(height(3000, datum)) for datum in DATUMS]
    assert band_mm(height(3000, "unknown")) == (min(low for low, _ in bands), max(high for _, high in bands))
    below, above = between(None, height(3000, "unknown")), between(height(3300, "unknown"), None)
    assert vertical_gap_mm(below, above) == 0


def test_uncertainty_brings_volumes_together():
    """Two barometers each off by 50 m close a gap of 300 m to 200."""
    below = between(None, height(3000, "geoid", doubt=50))
    above = between(height(3300, "geoid", doubt=50), None)
    assert vertical_gap_mm(below, above) == 200_000


def test_no_bound_is_no_gap():
    """A volume without a ceiling reaches everything above it."""
    assert vertical_gap_mm(between(height(0), None), between(height(9000), height(9100))) == 0


@given(altitudes, altitudes, altitudes, altitudes)
def test_the_gap_is_symmetric_and_the_coarse_span_never_hides_a_meeting(a, b, c, d):
    """Order does not matter; and the span an index uses is never apart by more than the exact gap."""
    one, other = between(a, b), between(c, d)
    gap = vertical_gap_mm(one, other)
    assert gap == vertical_gap_mm(other, one) >= 0
    (low1, high1), (low2, high2) = height_span_mm(one), height_span_mm(other)
    assert max(0, low2 - high1, low1 - high2) <= gap


@given(altitudes, altitudes)
def test_a_band_never_claims_more_than_a_direct_comparison(a, b):
    """Between datums the least rise is the worst case, so it never exceeds what one datum would give."""
    assert least_rise_mm(a, b) <= max(a.value_mm - b.value_mm, band_mm(a)[1] - band_mm(b)[0])
