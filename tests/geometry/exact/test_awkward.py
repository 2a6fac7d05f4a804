"""The awkward cases of the Earth, under each declared reading of an edge (docs/formats/volume.md, "Awkward cases")."""

import pytest
from tests.geometry.exact.outlines import EDGES, WGS84, apart, area, box, circle, corridor, volume

from detente.geometry.exact.rings import check_outline
from detente.geometry.exact.separation import horizontal_distance, meets
from detente.geometry.volume import NDEG, Outline

KM = 1000.0


def gap_km(a: Outline, b: Outline) -> float:
    assert not check_outline(a) and not check_outline(b)
    found = horizontal_distance(a, b)
    assert found is not None
    return found.distance_m / KM


def round_cap(lat: float, edge: str, step: int = 30) -> Outline:
    return area(*((lat, lon) for lon in range(-180, 180, step)), edge=edge)  # type: ignore[arg-type]


# name, first, second, km apart under geodesic, parallel, lonlat (0: they meet)
TABLE = [
    ("a zone across 180 holds a point on the far side", lambda e: box(50, 179, 51, -179, e), circle(50.5, -179.5, 0.001), 0, 0, 0),
    ("a zone across 180 holds nothing of the rest", lambda e: box(50, 179, 51, -179, e), circle(50, 0, 1), ">5000", ">5000", ">5000"),
    ("two parts of a zone either side of 180 touch", lambda e: box(50, 179, 51, 180, e), lambda e: box(50, -180, 51, -179, e), 0, 0, 0),
    ("a kilometre west and a kilometre east of 180 are 2.2 km apart on the equator",
     lambda e: box(-0.01, 179.9, 0.01, 179.99, e), lambda e: box(-0.01, -179.99, 0.01, -179.9, e), 2.226, 2.226, 2.226),
    ("a cap round the north pole holds the pole", lambda e: round_cap(80, e), circle(90, 123, 0.001), 0, 0, 0),
    ("a cap round the north pole holds a place inside it", lambda e: round_cap(80, e), corridor((85, -10), (85, 170), km=1), 0, 0, 0),
    ("a cap round the north pole does not hold the south pole", lambda e: round_cap(80, e), circle(-90, 0, 1), ">9000", ">9000", ">9000"),
    ("a cap round the south pole holds the pole", lambda e: round_cap(-75, e, 45), circle(-90, 0, 0.001), 0, 0, 0),
    ("a cap's edge stands where its reading says, seen from 10 km south of 80 N at mid-edge",
     lambda e: round_cap(80, e), lambda e: corridor((79.91, 14.99), (79.91, 15.01), km=0, edge=e), 47.374, 10.049, 10.049),
    ("an edge over the pole", lambda e: area((85, 0), (85, 90), (85, 180), edge=e), circle(89, -90, 1), 110.694, "refused", "refused"),
    ("a ten-degree edge at 60 N: 10 km between readings",
     lambda e: box(59, 20, 60, 30, e), circle(60.3, 25, 1), 21.878, 32.424, 32.424),
    ("a one-degree edge at 34 N: 112 m between readings",
     lambda e: box(33, 36, 34, 37, e), circle(34.01, 36.5, 0.1), 0.8965, 1.0092, 1.0092),
    ("touching edges meet", lambda e: box(34, 36, 34.1, 36.1, e), lambda e: box(34, 36.1, 34.1, 36.2, e), 0, 0, 0),
    ("touching corners meet", lambda e: box(34, 36, 34.1, 36.1, e), lambda e: box(34.1, 36.1, 34.2, 36.2, e), 0, 0, 0),
    ("a zone inside a zone meets it", lambda e: box(34, 36, 35, 37, e), lambda e: box(34.4, 36.4, 34.5, 36.5, e), 0, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize(
    ("name", "first", "second", "geodesic", "parallel", "lonlat"), TABLE, ids=[row[0] for row in TABLE]
)
def test_awkward_places_are_measured_right_under_each_reading(edge, name, first, second, geodesic, parallel, lonlat):
    """Each row of the table, under its reading, whichever of the two comes first."""
    a, b = (shape(edge) if callable(shape) else shape for shape in (first, second))
    expected = {"geodesic": geodesic, "parallel": parallel, "lonlat": lonlat}[edge]
    if expected == "refused":
        assert [p.code for p in check_outline(a)] == ["edge_ambiguous"]
        return
    for one, other in ((a, b), (b, a)):
        found = gap_km(one, other)
        if isinstance(expected, str):
            assert found > float(expected[1:])
        elif expected == 0:
            assert found == 0
        else:
            assert found == pytest.approx(expected, abs=0.0015)


def test_one_degree_edge_at_34_north_differs_by_112_metres():
    """The middle of a one-degree east-west edge at 34 N is 112 m farther north as a geodesic than as a parallel."""
    place = circle(35, 36.5, 0.001)
    readings = {edge: gap_km(box(33, 36, 34, 37, edge), place) for edge in EDGES}
    assert readings["parallel"] == readings["lonlat"]
    assert (readings["parallel"] - readings["geodesic"]) * 1000 == pytest.approx(112, abs=2)


def test_ten_degree_edge_at_60_north_differs_by_ten_kilometres():
    """The same at 60 N over ten degrees: about 10 km."""
    place = circle(61, 25, 0.001)
    readings = {edge: gap_km(box(59, 20, 60, 30, edge), place) for edge in EDGES}
    assert readings["parallel"] - readings["geodesic"] == pytest.approx(10.55, abs=0.01)


@pytest.mark.parametrize("lat", [34.0, 70.0, -70.0])
@pytest.mark.parametrize("bearing", range(0, 360, 15))
def test_a_50_km_circle_is_50_km_in_every_direction(lat, bearing):
    """A place 50 km from the centre by geodesic is on the edge (meets), 50 km and 2 cm away is not: at 34 and 70 N alike."""
    zone = volume(circle(lat, 36, 50))
    for metres, touching in ((50_000.0, True), (50_000.02, False)):
        lon, lat2, _ = WGS84.fwd(36, lat, bearing, metres + 1.0)
        place = volume(circle(lat2, lon, 0.001))  # a metre wide
        assert (meets(zone, place, apart()) is not None) == touching


def test_circles_work_across_180_and_over_the_pole():
    """A circle reaches over 180 degrees and over the pole."""
    assert gap_km(circle(0, 179.9, 20), circle(0, -179.9, 0.001)) == pytest.approx(22.264 - 20, abs=0.002)
    assert gap_km(circle(89.9, 0, 15), circle(89.9, 180, 0.001)) == pytest.approx(22.339 - 15, abs=0.003)
    assert gap_km(circle(90, 0, 10), circle(90, 77, 10)) == 0


def test_a_corridor_is_as_wide_as_stated_at_its_middle():
    """Half-width counts from the line as read: at 60 N a parallel corridor and a geodesic one part by 10 km."""
    place = circle(60.3, 25, 0.001)
    geodesic = gap_km(corridor((60, 20), (60, 30), km=5), place)
    parallel = gap_km(corridor((60, 20), (60, 30), km=5, edge="parallel"), place)
    assert parallel == pytest.approx(33.425 - 5.001, abs=0.002)
    assert parallel - geodesic == pytest.approx(10.55, abs=0.01)


@pytest.mark.parametrize("edge", EDGES)
def test_180_east_is_180_west(edge):
    """Longitude 180 and -180 are one meridian, in every shape."""
    east, west = box(10, 179, 11, 180, edge), box(10, 179, 11, -180, edge)
    place = circle(10.5, -179.5, 0.001)
    assert gap_km(east, place) == gap_km(west, place) > 50
    assert gap_km(corridor((0, 180), (1, 180), km=0, edge=edge), corridor((0, -180), (1, -180), km=0, edge=edge)) == 0


def test_the_smaller_side_is_meant():
    """Either winding gives the same area: the smaller side."""
    ring = box(34, 36, 35, 37)
    turned = area(*((v.lat_ndeg / NDEG, v.lon_ndeg / NDEG) for v in reversed(ring.vertices)))
    inside, outside = circle(34.5, 36.5, 0.001), circle(40, 36.5, 0.001)
    assert gap_km(ring, inside) == gap_km(turned, inside) == 0
    assert gap_km(ring, outside) == gap_km(turned, outside) > 500
