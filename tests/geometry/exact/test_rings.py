"""Bad volumes are refused, and told where they are bad."""

import msgspec
import pytest
from tests.geometry.exact.outlines import EDGES, area, box, circle, corridor, height, volume

from detente.geometry.exact.rings import MAX_VERTICES, check_outline, check_volume, plainly_simple
from detente.geometry.volume import NDEG, Circle, Corridor, Point, Polygon, Volume4D


def problems(outline):
    return [(p.code, p.field, p.value) for p in check_outline(outline)]


@pytest.mark.parametrize("edge", EDGES)
def test_a_ring_that_crosses_itself_is_refused_with_the_edges_and_the_place(edge):
    """A bow tie: its first and third edges cross in the middle, and the refusal says so."""
    ((code, field, value),) = problems(area((34, 36), (34.02, 36.02), (34, 36.02), (34.02, 36), edge=edge))
    assert (code, field) == ("ring_crosses_itself", "outline.vertices[0]")
    assert value.startswith("edge 0-1 crosses edge 2-3 near 34.01")
    assert "36.01 E" in value


@pytest.mark.parametrize("edge", EDGES)
def test_a_ring_that_touches_itself_is_refused(edge):
    """A vertex on another edge makes two areas out of one, whichever is meant."""
    ((code, _, value),) = problems(
        area((34, 36), (34, 36.2), (34.1, 36.2), (34.1, 36), (34.05, 36), (34.05, 36.2), edge=edge)
    )
    assert code in ("ring_crosses_itself", "ring_degenerate")
    assert "edge" in value


def test_crossing_is_decided_under_the_declared_reading():
    """These vertices are a plain area along parallels; as geodesics the long edge bulges over the notch and crosses."""
    ring = [(34, 35), (34, 37), (35, 37), (34.002, 36), (35, 35)]
    assert problems(area(*ring, edge="parallel")) == []
    assert problems(area(*ring, edge="lonlat")) == []
    ((code, _, value),) = problems(area(*ring, edge="geodesic"))
    assert code == "ring_crosses_itself"
    assert value.startswith("edge 0-1 crosses edge")


def test_a_closed_ring_is_refused_with_what_to_do():
    """The first vertex is not repeated at the end: the standard of drone traffic refuses it too."""
    ((code, field, _),) = problems(area((34, 36), (34, 36.1), (34.1, 36.1), (34, 36)))
    assert (code, field) == ("ring_closed_twice", "outline.vertices[3]")
    assert check_outline(area((34, 36), (34, 36.1), (34.1, 36.1), (34, 36)))[0].next_step.startswith(
        "Leave out the last"
    )


@pytest.mark.parametrize(
    ("ring", "code", "field"),
    [
        ([(34, 36), (34, 36), (34.1, 36.1)], "vertex_repeated", "outline.vertices[1]"),
        ([(34, 36), (34, 36.1), (34.1, 36.1), (34, 36.1), (33.9, 36)], "vertex_repeated", "outline.vertices[3]"),
        ([(34, 180), (34.5, -180), (34, -180)], "ring_closed_twice", "outline.vertices[2]"),
        ([(90, 0), (80, 0), (80, 40), (90, 40)], "ring_closed_twice", "outline.vertices[3]"),
        ([(34, 36), (34.1, 36), (34.2, 36)], "ring_degenerate", "outline.vertices[0]"),
        ([(34, 36), (34, 36.1)], "vertex_count", "outline.vertices"),
        ([(36, 134), (136, 34), (34, 36)], "position_range", "outline.vertices[1]"),
        ([(0, 0), (0, 180), (40, 90)], "edge_ambiguous", "outline.vertices[0]"),
        ([(0, 0), (0, 90), (0, -179), (0, -90)], "ring_ambiguous", "outline.vertices"),
    ],
)
def test_degenerate_rings_are_refused_saying_where(ring, code, field):
    """Each fault has its own code and names the vertex."""
    assert [(c, f) for c, f, _ in problems(area(*ring))] == [(code, field)]


def test_a_spike_is_refused_where_it_turns_back():
    """A ring that runs out along a line and back encloses nothing there."""
    ((code, field, value),) = problems(area((34, 36), (34.1, 36), (34.3, 36), (34.2, 36), (34.1, 36.1)))
    assert (code, field) == ("ring_degenerate", "outline.vertices[2]")
    assert value == "edge 2-3 runs back along edge 1-2"


def test_swapped_latitude_and_longitude_are_named_where_they_can_be_seen():
    """Latitude 120 with longitude 35 is no place, but looks swapped."""
    (found,) = check_outline(circle(120, 35, 1))
    assert found.field == "outline.centre"
    assert "swapped" in found.next_step


def test_sizes_have_limits():
    """No radius of nothing, none beyond 4 000 km, no half-width below nothing, not endless vertices."""
    assert [c for c, *_ in problems(circle(34, 36, 0))] == ["out_of_range"]
    assert [c for c, *_ in problems(circle(34, 36, 4001))] == ["out_of_range"]
    assert [c for c, *_ in problems(corridor((34, 36), (35, 36), km=-1))] == ["out_of_range"]
    assert [c for c, *_ in problems(corridor((34, 36), km=1))] == ["vertex_count"]
    assert [c for c, *_ in problems(corridor((34, 36), (34, 36), km=1))] == ["vertex_repeated"]
    many = Polygon(edge="geodesic", vertices=tuple(Point(k, k * k) for k in range(MAX_VERTICES + 1)))
    assert [c for c, *_ in problems(many)] == ["vertex_count"]


def test_a_line_may_come_back_and_cross_itself():
    """A patrol route is a line, not a ring: it may cross itself and end where it began."""
    assert problems(corridor((34, 36), (34.1, 36.1), (34, 36.1), (34.1, 36), (34, 36), km=1)) == []


def test_every_fault_is_named_at_once():
    """Time reversed, heights reversed, error below nothing: three problems, three places."""
    bad = msgspec.structs.replace(volume(box(34, 36, 35, 37), low=200, high=100, start=2, end=1), error_mm=-1)
    assert [(p.code, p.field) for p in check_volume(bad, "volumes[2]")] == [
        ("time_reversed", "volumes[2].end_us"),
        ("altitude_reversed", "volumes[2].altitude_upper"),
        ("out_of_range", "volumes[2].error_mm"),
    ]


def test_heights_of_different_datums_are_refused_only_where_no_earth_could_order_them():
    """100 m above ground over 50 m above sea may be in order (a valley below sea level); 20 km over 1 km cannot be."""
    base = volume(circle(34, 36, 1))
    valley = msgspec.structs.replace(base, altitude_lower=height(100, "ground"), altitude_upper=height(50, "geoid"))
    assert check_volume(valley) == ()
    absurd = msgspec.structs.replace(
        base, altitude_lower=height(20_000, "geoid"), altitude_upper=height(1000, "ground")
    )
    assert [p.code for p in check_volume(absurd)] == ["altitude_reversed"]


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize(
    "ring",
    [
        [(50, 179), (50, -179), (51, -179), (51, 179)],
        [(80, -120), (80, 0), (80, 120)],
        [(-80, -120), (-80, 0), (-80, 120)],
        [(34, 36), (34.0001, 36), (34.0001, 36.0001), (34, 36.0001)],
        [(60, 0), (60, 9), (61, 9), (61, 0)],
    ],
)
def test_good_rings_pass_across_180_and_round_the_poles(ring, edge):
    """Nothing is refused for being across 180 degrees, round a pole, small or long."""
    assert problems(area(*ring, edge=edge)) == []


def test_a_pole_is_a_line_in_plain_longitude_and_latitude_and_a_point_elsewhere():
    """The quarter cap of flat maps, (60,0) (60,90) (90,90) (90,0), is valid as lon-lat only."""
    ring = [(60, 0), (60, 90), (90, 90), (90, 0)]
    assert problems(area(*ring, edge="lonlat")) == []
    assert [c for c, *_ in problems(area(*ring, edge="parallel"))] == ["vertex_repeated"]


def test_the_quick_proof_never_passes_what_the_exact_test_refuses():
    """Thin rings: the flat chart's proof says nothing unless clearance is far above what the readings differ by."""
    for width in (1, 10, 100, 1000, 10_000, 100_000, 1_000_000):  # nanodegrees, 0.1 mm to 100 m
        ring = Polygon(
            edge="geodesic",
            vertices=(
                Point(34 * NDEG, 36 * NDEG),
                Point(34 * NDEG, 36 * NDEG + NDEG // 2),
                Point(34 * NDEG + width, 36 * NDEG + NDEG // 4),
            ),
        )
        if plainly_simple(ring):
            assert width >= 1_000_000


def test_a_volume_of_any_shape_passes_when_it_is_good():
    """Circle, corridor and area, with and without heights."""
    for outline in (circle(34, 36, 5), corridor((34, 36), (34.5, 36.5), km=2), box(34, 36, 34.2, 36.2)):
        assert check_volume(volume(outline, low=0, high=120)) == ()
    assert isinstance(circle(34, 36, 5), Circle)
    assert isinstance(corridor((34, 36), (35, 36), km=1), Corridor)
    assert isinstance(volume(circle(34, 36, 5)), Volume4D)
