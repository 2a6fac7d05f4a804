"""The separation test: three dimensions at once, closed, the same for any order, and true to a slow independent measure."""

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.geometry.exact.outlines import (
    EDGES,
    WGS84,
    along,
    apart,
    area,
    box,
    circle,
    corridor,
    drawn,
    edges_of,
    sampled_distance_m,
    volume,
)  # fmt: skip

from detente.geometry.exact.rings import check_outline
from detente.geometry.exact.separation import EPSILON_MM, RULESET, horizontal_bounds, horizontal_distance, meets
from detente.geometry.exact.shape import canonical
from detente.geometry.volume import NDEG, Circle, Corridor, Point, Polygon

QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
PLACES = [(34.0, 36.0), (60.0, 25.0), (-45.0, 179.98), (0.0, -180.0), (80.0, 10.0), (88.5, 0.0), (-70.0, 100.0)]


@st.composite
def homes(draw):
    return (*draw(st.sampled_from(PLACES)), draw(st.sampled_from([0.002, 0.05, 0.7, 4.0])))


@st.composite
def outlines(draw, home):
    lat, lon, size = home
    squeeze = max(0.05, np.cos(np.radians(lat)))
    share = st.integers(-1000, 1000).map(lambda k: k / 1000)

    def some_point():
        y, x = draw(share), draw(share)
        at = max(-89.99, min(89.99, lat + 2 * size * y))
        return Point(round(at * NDEG), round(((lon + 2 * size * x / squeeze + 180) % 360 - 180) * NDEG))

    kind = draw(st.sampled_from(["area", "line", "circle"]))
    edge = draw(st.sampled_from(EDGES))
    if kind == "circle":
        return Circle(centre=some_point(), radius_mm=draw(st.integers(1, 20_000_000)))
    points = tuple(some_point() for _ in range(draw(st.integers(3, 5) if kind == "area" else st.integers(2, 3))))
    if kind == "line":
        outline = Corridor(edge=edge, half_width_mm=draw(st.integers(0, 5_000_000)), line=points)
    else:
        outline = Polygon(edge=edge, vertices=points)
    assume(not check_outline(outline))
    return outline


@st.composite
def pairs(draw):
    home = draw(homes())
    return draw(outlines(home)), draw(outlines(home))


def relisted(outline, turn, backwards):
    """The same outline with its vertices listed from another start, or the other way round."""
    if isinstance(outline, Polygon):
        ring = outline.vertices[turn % len(outline.vertices) :] + outline.vertices[: turn % len(outline.vertices)]
        return msgspec.structs.replace(outline, vertices=ring[::-1] if backwards else ring)
    if isinstance(outline, Corridor):
        return msgspec.structs.replace(outline, line=outline.line[::-1] if backwards else outline.line)
    return outline


@QUICK
@given(pairs(), st.integers(0, 5), st.integers(0, 5), st.booleans(), st.booleans())
def test_order_of_volumes_and_vertices_changes_no_bit(pair, i, j, turn, back):
    """Symmetric; where a ring starts and which way it runs is irrelevant: to the last bit."""
    a, b = pair
    first = horizontal_distance(a, b)
    assert horizontal_distance(relisted(a, i, turn), relisted(b, j, back)).distance_m == first.distance_m
    assert horizontal_distance(relisted(b, j, back), relisted(a, i, turn)).distance_m == first.distance_m
    swapped = horizontal_distance(b, a)
    assert (swapped.near_a, swapped.near_b) == (first.near_b, first.near_a)


@QUICK
@given(pairs())
def test_the_distance_is_what_slow_sampling_finds(pair):
    """Never longer than any sampled pair of points by a millimetre; never shorter than a dense sample could have missed."""
    a, b = pair
    found = horizontal_distance(a, b)
    radii = sum(getattr(o, "radius_mm", 0) + getattr(o, "half_width_mm", 0) for o in pair) / 1000
    sampled = sampled_distance_m(a, b, grid=12, zooms=6)
    if not found.inside:
        assert found.distance_m <= max(0.0, sampled - radii) + EPSILON_MM / 1000
        nearest, spacing = _dense(a, b)
        assert max(0.0, nearest - spacing - radii) <= found.distance_m + EPSILON_MM / 1000


def _dense(a, b, count=150):
    nearest, spacing = np.inf, 0.0
    share = np.linspace(0, 1, count)
    for first in edges_of(a):
        for second in edges_of(b):
            (lat1, lon1), (lat2, lon2) = along(*first, share), along(*second, share)
            i, j = (v.ravel() for v in np.meshgrid(np.arange(count), np.arange(count)))
            nearest = min(nearest, WGS84.inv(lon1[i], lat1[i], lon2[j], lat2[j])[2].min())
            for lat, lon in ((lat1, lon1), (lat2, lon2)):
                spacing = max(spacing, WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2].max())
    return nearest, spacing * 1.01


@QUICK
@given(pairs())
def test_one_inside_the_other_is_told_as_a_drawing_tells_it(pair):
    """Containment: compared with a drawing of both, where the boundaries are far enough apart for a drawing to be trusted."""
    a, b = pair
    found = horizontal_distance(a, b)
    centre = canonical(a).centre if isinstance(a, Circle) else (a.line if isinstance(a, Corridor) else a.vertices)[0]
    first, second = drawn(a, centre), drawn(b, centre)
    rim = min(_rim(first).distance(second), first.distance(_rim(second))) if not first.is_empty else 0
    assume(first.is_valid and second.is_valid)
    if first.distance(second) > 2000 or (first.distance(second) == 0 and first.intersects(second) and rim > 2000):
        assert found.inside == first.intersects(second)


def _rim(shape):
    """What can be crossed: the outline of an area, all of a line."""
    return shape.boundary if shape.area > 0 else shape


@QUICK
@given(pairs(), st.integers(0, 50_000_000), st.integers(0, 50_000_000))
def test_a_wider_separation_never_parts_what_a_narrower_joins(pair, narrow, more):
    """Monotone in the separation, and in the error circles."""
    a, b = (volume(o) for o in pair)
    near, far = (msgspec.structs.replace(apart(), horizontal_mm=mm) for mm in (narrow, narrow + more))
    if meets(a, b, near):
        assert meets(a, b, far)
        assert meets(msgspec.structs.replace(a, error_mm=more), b, near)


@QUICK
@given(pairs())
def test_cheap_bounds_hold_the_distance(pair):
    """What a batch may use to skip the exact test is certain."""
    low, high = horizontal_bounds(*pair)
    assert low <= horizontal_distance(*pair).distance_m * 1000 + EPSILON_MM
    assert high + EPSILON_MM >= horizontal_distance(*pair).distance_m * 1000


@QUICK
@given(pairs(), st.integers(0, 30_000_000))
def test_a_limit_only_saves_work(pair, limit):
    """Asked up to a limit, the answer is the same or a certain "farther"."""
    whole, limited = horizontal_distance(*pair), horizontal_distance(*pair, limit_mm=limit)
    assert limited == whole if limited is not None else whole.distance_m * 1000 > limit


def test_exactly_at_the_separation_they_meet_and_a_millimetre_more_is_the_boundary():
    """Two posts 10 km apart by geodesic: at 10 km they meet; 0.5 mm short of it only epsilon makes them; 2 mm short they are apart."""
    lon, lat, _ = WGS84.fwd(36, 34, 70, 10_002)
    a, b = volume(circle(34, 36, 0.001)), volume(circle(lat, lon, 0.001))
    found = horizontal_distance(a.outline, b.outline).distance_m
    assert abs(found - 10_000) < 0.0002  # the places are whole nanodegrees
    mm = round(found * 1000)
    at = {extra: meets(a, b, msgspec.structs.replace(apart(), horizontal_mm=mm + extra)) for extra in (1, -1, -3)}
    assert at[1] is not None and not at[1].boundary
    assert at[-1] is not None and at[-1].boundary
    assert at[-3] is None
    assert at[1].horizontal_mm == mm


def test_all_three_dimensions_must_be_too_close_at_once():
    """Beyond any one of horizontal, vertical and time separation is enough to be apart."""
    a = volume(box(34, 36, 34.1, 36.1), low=100, high=200, start=0, end=1_000_000)
    b = volume(box(34.12, 36, 34.2, 36.1), low=260, high=300, start=3_000_000, end=9_000_000)
    assert meets(a, b, apart(km=2.3, metres=60, seconds=2)) is not None
    assert meets(a, b, apart(km=2.1, metres=60, seconds=2)) is None
    assert meets(a, b, apart(km=2.3, metres=59.999, seconds=2)) is None
    assert meets(a, b, apart(km=2.3, metres=60, seconds=1.999999)) is None


def test_a_meeting_says_how_close_when_and_by_what_rules():
    """The value carries the least distance in each dimension, the shared time, and the ruleset."""
    a = volume(box(34, 36, 34.1, 36.1), low=100, high=200, start=0, end=5_000_000)
    b = volume(box(34.12, 36, 34.2, 36.1), low=150, high=300, start=3_000_000, end=9_000_000)
    found = meets(a, b, apart(km=5, metres=60, seconds=2))
    assert (found.vertical_mm, found.time_us, found.first_us, found.last_us) == (0, 0, 3_000_000, 5_000_000)
    assert 2_210_000 < found.horizontal_mm < 2_220_000
    assert found.allowed_mm == 5_000_000
    assert found.ruleset == RULESET
    assert "PROJ" in RULESET and "GEOS" in RULESET and "epsilon 1 mm" in RULESET
    gap = meets(a, msgspec.structs.replace(b, start_us=6_000_000), apart(km=5, metres=60, seconds=2))
    assert (gap.time_us, gap.first_us, gap.last_us) == (1_000_000, 5_000_000, 6_000_000)


def test_a_moment_shared_is_a_moment_met():
    """One ends at the microsecond in which the other starts: closed bounds, so they meet."""
    a, b = volume(circle(34, 36, 1), start=0, end=5), volume(circle(34, 36, 1), start=5, end=9)
    assert meets(a, b, apart()) is not None
    assert meets(a, msgspec.structs.replace(b, start_us=6), apart()) is None


def test_error_circles_of_both_count():
    """A place told to 1 km and another told to 500 m bring two zones 1.5 km closer."""
    a, b = volume(circle(34, 36, 1)), volume(circle(34.1, 36, 1))
    gap = round(horizontal_distance(a.outline, b.outline).distance_m)
    assert meets(a, b, apart(km=(gap - 1400) / 1000)) is None
    vague_a, vague_b = msgspec.structs.replace(a, error_mm=10**6), msgspec.structs.replace(b, error_mm=500_000)
    assert meets(vague_a, vague_b, apart(km=(gap - 1400) / 1000)) is not None
    assert meets(vague_a, b, apart(km=(gap - 1400) / 1000)) is None


def test_the_centre_of_a_wide_zone_is_inside_it_however_deep():
    """A ring 1 000 km away on every side still holds the place."""
    wide = area((25, 20), (25, 50), (45, 50), (45, 20))
    assert horizontal_distance(wide, circle(35, 35, 0.001)).inside
    assert meets(volume(wide), volume(circle(35, 35, 0.001)), apart()) is not None
    assert horizontal_distance(wide, corridor((34, 34), (36, 36), km=1)).inside


def test_long_parallel_fronts_are_measured_along_their_whole_length():
    """Two rhumb-line fronts over ten degrees, 5 km apart: exact although nearly every point is nearest."""
    front = corridor((60, 20), (60.5, 30), km=0, edge="parallel")
    other = corridor((60.045, 20), (60.545, 30), km=0, edge="parallel")
    found = horizontal_distance(front, other).distance_m
    assert abs(found - sampled_distance_m(front, other, grid=40, zooms=8)) < 0.001


@pytest.mark.parametrize("seed", range(40))
def test_edges_that_run_side_by_side_or_cross_at_a_grazing_angle_are_told_apart(seed):
    """Two edges along nearly one line, under any two readings: the distance is that of two fine polylines, crossings included."""
    random = np.random.default_rng(seed)
    lat, lon = random.choice([34.0, 60.0, -45.0, 78.0, 0.2]), random.choice([36.0, 179.9])
    length, angle = random.choice([0.05, 0.3]), random.uniform(0, 2 * np.pi)
    squeeze = np.cos(np.radians(lat))
    step = (length * np.sin(angle), length * np.cos(angle) / squeeze)
    aside, ahead = length * random.choice([0, 1e-6, 1e-3, 0.02]) * random.uniform(-1, 1), random.uniform(-0.5, 0.5)
    ends = [(lat, lon), (lat + step[0], lon + step[1])]
    shift = (step[0] * ahead + aside * np.cos(angle), step[1] * ahead - aside * np.sin(angle) / squeeze)
    lines = [
        corridor(*((y + up, (x + on + 180) % 360 - 180) for y, x in ends), km=0, edge=str(random.choice(EDGES)))
        for up, on in ((0, 0), shift)
    ]
    found = horizontal_distance(*lines).distance_m
    first, second = (drawn(line, lines[1].line[0], 4000) for line in lines)
    assert found == pytest.approx(first.distance(second), rel=1e-4, abs=0.002)
