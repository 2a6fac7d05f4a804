"""The least change that clears a conflict: enough, no more than needed, and each on its own."""

import math

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.geometry.exact.outlines import EDGES, apart, area, box, circle, corridor, height, volume

from detente.geometry.clearing.least_change import SLACK_MM, least_change
from detente.geometry.clearing.moving import delayed, moved, raised
from detente.geometry.clearing.why import sentences, why
from detente.geometry.exact.readings import readings, spread_bound_mm
from detente.geometry.exact.rings import check_volume
from detente.geometry.exact.separation import meets
from detente.geometry.exact.shape import prepare, signed_area_m2
from detente.geometry.volume import NDEG

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PAIRS = {
    "overlapping boxes": (box(34, 36, 34.1, 36.1), box(34.05, 36.05, 34.2, 36.2)),
    "a circle on a box's edge": (circle(34, 36.05, 3), box(34, 36, 34.1, 36.1)),
    "a small box in a large one": (box(34.4, 36.4, 34.5, 36.5), box(34, 36, 35, 37)),
    "a box in the notch of an L": (
        box(34.07, 36.07, 34.09, 36.09),
        area((34, 36), (34, 36.1), (34.05, 36.1), (34.05, 36.05), (34.1, 36.05), (34.1, 36)),
    ),
    "a circle across a corridor": (circle(34.2, 36.2, 2), corridor((34, 36), (34.4, 36.4), (34.4, 37), km=1)),
    "the same box twice": (box(34, 36, 34.1, 36.1), box(34, 36, 34.1, 36.1)),
    "across 180": (box(0, 179.9, 0.2, -179.9), circle(0.1, -179.95, 5)),
    "near the pole": (circle(89.9, 0, 10), circle(89.95, 180, 10)),
    "two circles with one centre": (circle(34, 36, 3), circle(34, 36, 1)),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("edge", EDGES)
def test_each_change_alone_clears_and_a_little_less_does_not(name, edge):
    """Time to the microsecond, height to the millimetre, place to the centimetre; and a kilometre beyond is clear too."""
    outlines = [msgspec.structs.replace(o, edge=edge) if hasattr(o, "edge") else o for o in PAIRS[name]]
    a = volume(outlines[0], low=1000, high=2000, start=0, end=60_000_000)
    b = volume(outlines[1], low=1800, high=3000, start=30_000_000, end=90_000_000)
    rule = apart(km=2, metres=300, seconds=10)
    change = least_change(a, b, rule)
    assert change is not None
    assert change.time_us == -40_000_001
    assert change.height_mm == -500_001
    for shift in (change.later_us, -(change.earlier_us or 0)):
        assert meets(delayed(a, shift), b, rule) is None
        assert meets(delayed(a, shift - int(math.copysign(1, shift))), b, rule) is not None
    for shift in (change.up_mm, -(change.down_mm or 0)):
        assert meets(raised(a, shift), b, rule) is None
        assert meets(raised(a, shift - int(math.copysign(1, shift))), b, rule) is not None
    cleared = moved(a, change.distance_mm, change.bearing_ndeg)
    assert check_volume(cleared) == ()
    assert meets(cleared, b, rule) is None
    assert meets(moved(a, change.distance_mm - 2 * SLACK_MM, change.bearing_ndeg), b, rule) is not None
    assert meets(moved(a, change.distance_mm + 1_000_000, change.bearing_ndeg), b, rule) is None


@QUICK
@given(
    st.sampled_from(sorted(PAIRS)),
    st.integers(0, 359),
    st.integers(50, 97),
)
def test_no_shorter_move_in_any_direction_clears(name, bearing, percent):
    """The move is the least: on any bearing, a move clearly shorter leaves the conflict."""
    a, b = (volume(o) for o in PAIRS[name])
    rule = apart(km=2)
    change = least_change(a, b, rule)
    shorter = change.distance_mm * percent // 100
    assert meets(moved(a, shorter, bearing * NDEG), b, rule) is not None


def test_down_does_not_lead_into_the_ground():
    """A drone at 0 to 100 m above ground under a helicopter is sent up, never 300 m underground."""
    a = msgspec.structs.replace(
        volume(circle(34, 36, 1)), altitude_lower=height(0, "ground"), altitude_upper=height(100, "ground")
    )
    b = msgspec.structs.replace(
        volume(circle(34, 36, 1)), altitude_lower=height(90, "ground"), altitude_upper=height(400, "ground")
    )
    change = least_change(a, b, apart(metres=50))
    assert change.down_mm is None
    assert change.up_mm == 450_001


def test_an_unbounded_volume_cannot_be_cleared_in_height():
    """Where the other reaches from the ground to space, only time and place are offered."""
    change = least_change(volume(circle(34, 36, 1), low=0, high=100), volume(circle(34, 36, 1)), apart())
    assert (change.up_mm, change.down_mm, change.height_mm) == (None, None, None)
    assert change.distance_mm is not None


def test_volumes_apart_need_no_change():
    """Nothing to clear: no change is given."""
    assert least_change(volume(circle(34, 36, 1)), volume(circle(35, 36, 1)), apart(km=1)) is None


@QUICK
@given(st.integers(-80, 80), st.integers(-180, 180), st.integers(0, 360), st.integers(0, 200_000_000))
def test_a_moved_outline_keeps_its_size(lat, lon, bearing, distance):
    """Moved as a sheet: the anchor goes the distance, the area stays within half a per cent."""
    shape = volume(box(lat - 0.05, lon - 0.05, lat + 0.05, lon + 0.05))
    assume(not check_volume(shape))
    gone = moved(shape, distance, bearing * NDEG)
    assert check_volume(gone) == ()
    before, after = (abs(signed_area_m2(prepare(s.outline).pieces)) for s in (shape, gone))
    assert after == pytest.approx(before, rel=0.005)


def test_readings_that_differ_are_named():
    """A place 60 m inside the bulge of a geodesic edge at 34 N: in conflict as geodesic, clear as a parallel."""
    zone, place = volume(box(33, 36, 34, 37)), volume(circle(34.0005, 36.5, 0.001))
    found = readings(zone, place, apart())
    assert found.declared and found.differ
    assert found.holds == ("geodesic",)
    assert "geodesic meet" in found.words() and "parallel apart" in found.words()


def test_readings_that_cannot_differ_are_not_asked_for():
    """Far inside and far outside, every reading agrees; circles have no edges to read."""
    zone = volume(box(34, 36, 34.1, 36.1))
    assert readings(zone, volume(circle(34.05, 36.05, 1)), apart(km=5)).holds == EDGES
    assert not readings(zone, volume(circle(35, 36.05, 1)), apart(km=5)).differ
    assert spread_bound_mm(circle(34, 36, 5)) == 0


@QUICK
@given(st.integers(0, 120), st.integers(0, 60), st.integers(0, 3000))
def test_the_quick_proof_that_readings_agree_is_true(north, east, gap):
    """Where the spread says readings cannot differ, asking each gives the same."""
    zone = volume(box(34, 36, 34.3, 36.7, "parallel"))
    other = volume(
        area((34.3 + gap / 1e5, 36.1), (34.3 + gap / 1e5, 36.6), (34.4 + north / 1e3, 36.2 + east / 1e3), edge="lonlat")
    )
    assume(not check_volume(other))
    found = readings(zone, other, apart(km=1))
    from detente.geometry.exact.readings import _under

    for edge in EDGES:
        assert getattr(found, edge) == _under(edge, zone, other, apart(km=1))


def test_why_is_said_in_sentences():
    """The officer reads where, when, how close, under which reading, and what clears it."""
    a = volume(box(34, 36, 34.1, 36.1), low=100, high=200, start=0, end=60_000_000)
    b = msgspec.structs.replace(
        volume(circle(34.11, 36.05, 1), low=100, high=200, start=0, end=90_000_000), altitude_lower=height(50, "geoid")
    )
    lines = sentences(why(a, b, apart(km=5, metres=50)))
    assert lines[0].startswith("They meet: ") and "near 34.1" in lines[0] and "1970-01-01T00:01:00Z" in lines[0]
    assert lines[1] == "They meet however the edges are read."
    assert lines[2].startswith("Any one of these moves of the first clears it: ") and "bearing 180.0" in lines[2]
    assert "mean sea level" in lines[3]
    far = why(a, volume(circle(36, 36, 1)), apart(km=5))
    assert sentences(far)[0] == "They stay apart."
    assert msgspec.json.decode(msgspec.json.encode(far))["meeting"] is None
