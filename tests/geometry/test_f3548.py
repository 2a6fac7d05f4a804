"""Volumes in the JSON of ASTM F3548-21: read from decimal text, refused with every fault, written back exactly."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.geometry.exact.outlines import EDGES, area, circle, corridor, height, volume

from detente.errors import Refused
from detente.geometry.exact.rings import LATEST_US
from detente.geometry.f3548 import dumps, loads, read, read_volume, rounded, time_text, time_us
from detente.geometry.volume import Altitude, Circle, Point, Volume4D

TEXT = """{
  "volume": {
    "outline_polygon": {"edge": "parallel", "vertices": [
      {"lat": 34.0000000005, "lng": 36}, {"lat": 34.0000000015, "lng": 36.1}, {"lat": 34.1, "lng": 3.61e1}]},
    "altitude_lower": {"value": 100.0005, "reference": "W84", "units": "M"},
    "altitude_upper": {"value": 100.0015, "reference": "W84", "units": "M"}},
  "time_start": {"value": "2016-09-17T18:27:00+03:00", "format": "RFC3339"},
  "time_end": {"value": "2016-09-17T15:54:00.0000005Z", "format": "RFC3339"}}"""


def changed(path: str, value: object) -> str:
    """The text above with one thing changed (None: left out)."""
    whole = json.loads(TEXT)
    *above, last = [int(k) if k.isdigit() else k for k in path.split("/")]
    node = whole
    for key in above:
        node = node[key]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return json.dumps(whole)


def refusals(text: str, **options: bool) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read(text, **options)
    assert all(p.rule and p.next_step.endswith((".", "?")) for p in refused.value.problems)
    return [(p.code, p.field) for p in refused.value.problems]


def test_numbers_are_rounded_half_to_even_from_their_text():
    """34.0000000005 is half a nanodegree above 34: to even, down; 34.0000000015 up; 100.0005 m down, 100.0015 up."""
    found = read(TEXT)
    assert [p.lat_ndeg for p in found.outline.vertices] == [34_000_000_000, 34_000_000_002, 34_100_000_000]
    assert found.outline.vertices[2].lon_ndeg == 36_100_000_000
    assert (found.altitude_lower.value_mm, found.altitude_upper.value_mm) == (100_000, 100_002)
    assert found.outline.edge == "parallel"
    assert found.start_us == 1_474_126_020_000_000
    assert found.end_us == 1_474_127_640_000_000


@pytest.mark.parametrize(
    ("text", "places", "expected"),
    [("0.5", 0, 0), ("1.5", 0, 2), ("-0.5", 0, 0), ("2.675", 2, 268), ("0.4999999999999999999999999999999999999999", 0, 0),
     ("0.5000000000000000000000000000000000000001", 0, 1), ("1E-400", 9, 0), ("123456789012345", 3, 123456789012345000)],
)  # fmt: skip
def test_rounding_is_of_the_decimal_however_long(text, places, expected):
    """No binary fraction is ever between: 2.675 is 2.68, and the fortieth digit counts."""
    assert rounded(Decimal(text), places) == expected


@pytest.mark.parametrize(
    ("path", "value", "code", "field"),
    [
        ("volume", 7, "json_type", "volume.volume"),
        ("volume/outline_polygon/vertices/1/lat", "34", "json_type", "volume.volume.outline_polygon.vertices[1].lat"),
        ("volume/outline_polygon/vertices/1/lat", None, "json_type", "volume.volume.outline_polygon.vertices[1].lat"),
        (
            "volume/outline_polygon/vertices/1/lat",
            1e300,
            "out_of_range",
            "volume.volume.outline_polygon.vertices[1].lat",
        ),
        ("volume/outline_polygon/vertices/1/lat", 95, "position_range", "volume.volume.outline_polygon.vertices[1]"),
        ("volume/outline_polygon/vertices/1/lat", True, "json_type", "volume.volume.outline_polygon.vertices[1].lat"),
        ("volume/outline_polygon/edge", "straight", "edge", "volume.volume.outline_polygon.edge"),
        ("volume/outline_polygon/vertices", {}, "json_type", "volume.volume.outline_polygon.vertices"),
        ("volume/outline_polygon", None, "outline_count", "volume.volume"),
        (
            "volume/outline_circle",
            {"center": {"lat": 1, "lng": 1}, "radius": {"value": 1, "units": "M"}},
            "outline_count",
            "volume.volume",
        ),
        ("volume/altitude_lower/units", "FT", "units", "volume.volume.altitude_lower.units"),
        ("volume/altitude_lower/reference", "MSL", "altitude_reference", "volume.volume.altitude_lower.reference"),
        ("volume/altitude_lower/value", 200, "altitude_reversed", "volume.volume.altitude_upper"),
        ("time_start", None, "json_type", "volume.time_start"),
        ("time_start/value", "2016-09-17T18:27:00", "time", "volume.time_start.value"),
        ("time_start/value", "2016-02-30T18:27:00Z", "time", "volume.time_start.value"),
        ("time_start/format", "UNIX", "time_format", "volume.time_start.format"),
        ("time_end/value", "2016-09-17T15:00:00Z", "time_reversed", "volume.time_end.value"),
    ],
)
def test_each_fault_names_its_place_in_the_json(path, value, code, field):
    """Field, value, rule and next step, under the names the writer used."""
    assert refusals(changed(path, value)) == [(code, field)]


def test_all_faults_are_told_at_once():
    """One bad field does not hide the next."""
    text = TEXT.replace("36.1}", '"x"}').replace("RFC3339", "?").replace('"M"', '"KM"')
    assert len(refusals(text)) == 5


@pytest.mark.parametrize("text", ["", "{", "[1,", '{"volume": 1, "volume": 2}', '{"volume": NaN}', "[" * 100_000])
def test_what_is_no_json_is_refused_as_that(text):
    """Duplicates and NaN are refused: two readers might read two different volumes."""
    assert refusals(text) == [("json", "volume")]


def test_the_standard_alone_knows_no_extension():
    """Read as the standard alone, only W84 and its own outlines pass; what it does not know is refused, never passed over."""
    assert refusals(TEXT, extended=False) == [("unknown", "volume.volume.outline_polygon.edge")]
    plain = changed("volume/outline_polygon/edge", None)
    assert read(plain, extended=False).outline.edge == "geodesic"
    assert refusals(plain.replace("W84", "EGM", 1), extended=False) == [
        ("altitude_reference", "volume.volume.altitude_lower.reference")
    ]
    assert refusals(dumps(volume(corridor((34, 36), (35, 36), km=1))).decode(), extended=False) == [
        ("unknown", "volume.volume.outline_corridor"),
        ("outline_count", "volume.volume"),
    ]


@pytest.mark.parametrize(
    ("path", "name", "value", "step"),
    [
        (
            "volume",
            "datum",
            "ED50",
            "Positions here are WGS 84 and heights name their `reference`: convert them first.",
        ),
        ("volume/outline_polygon/vertices/0", "datum", "ED50", "Positions here are WGS 84 and heights name"),
        ("volume", "eror", {"value": 500, "units": "M"}, "Did you mean `error`?"),
        ("volume", "edge", "parallel", "It stands in `outline_polygon` or `outline_corridor`."),
        ("", "error", {"value": 500, "units": "M"}, "It stands in `volume`."),
        ("volume/outline_polygon", "egde", "parallel", "Did you mean `edge`?"),
        ("volume/altitude_lower", "uncertainity", {"value": 5, "units": "M"}, "Did you mean `uncertainty`?"),
        ("time_start", "zone", "Asia/Damascus", "Leave it out, or correct the name; nothing unknown is passed over."),
    ],
)
def test_a_member_that_is_not_known_where_it_stands_is_refused(path, name, value, step):
    """A datum in the wrong place was 117 m that nobody heard of; a typing error made the error circle nothing."""
    with pytest.raises(Refused) as refused:
        read(changed(f"{path}/{name}".lstrip("/"), value))
    (found,) = refused.value.problems
    assert (found.code, found.value) == ("unknown", name)
    assert found.next_step.startswith(step)


def test_a_hundred_thousand_unknown_members_are_refused_by_ten_of_them():
    """What is told stays short, whatever is sent."""
    whole = json.loads(TEXT) | {f"x{n}": 0 for n in range(100_000)}
    assert len(refusals(json.dumps(whole))) == 11


def test_a_time_without_its_format_is_refused():
    """The standard requires it, as it requires units and references."""
    assert refusals(changed("time_start/format", None)) == [("time_format", "volume.time_start.format")]


def test_what_is_no_number_is_said_to_be_none():
    """The sentence names NaN, not some other rule."""
    with pytest.raises(Refused, match="'NaN' - is no number"):
        read('{"volume": NaN}')
    with pytest.raises(Refused, match="at most 1000 digits"):
        read('{"volume": %s}' % ("9" * 44_000))


def test_a_longitude_of_181_is_named_and_the_other_spelling_offered():
    """Map tools run on past 180 rather than jump; the same meridian is -179."""
    with pytest.raises(Refused) as refused:
        read(changed("volume/outline_polygon/vertices/1/lng", 181))
    (found,) = refused.value.problems
    assert found.value == "longitude 181"
    assert found.next_step == "The same meridian is written -179."


def test_without_edge_the_edges_are_shortest_paths():
    """The standard's own rule."""
    assert read(changed("volume/outline_polygon/edge", None)).outline.edge == "geodesic"


def test_open_times_are_unbounded_where_they_may_be():
    """A search may leave its times out."""
    whole = loads(TEXT)
    del whole["time_start"], whole["time_end"]
    found = read_volume(whole, open_time=True)
    assert (found.start_us, found.end_us) == (-LATEST_US, LATEST_US)
    assert "time_start" not in loads(dumps(found))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.9999995Z", 0),
        ("1970-01-01t00:00:00.0000015z", 2),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ("2120-01-01T00:00:00-00:00", 4_733_510_400_000_000),
        ("2016-09-17T15:27:00+24:00", None),
        ("2016-09-17 15:27:00Z", None),
        ("2016-09-17T15:27Z", None),
        ("2016-09-17T24:00:00Z", None),
        ("٢٠١٦-09-17T15:27:00Z", None),
    ],
)
def test_times_are_rfc_3339(text, expected):
    """With a zone, to the microsecond, half to even; a leap second is the next second."""
    assert time_us(text) == expected


@given(st.integers(-LATEST_US + 1, LATEST_US - 1))
def test_a_time_survives_writing(moment):
    """Every microsecond between 1685 and 2255."""
    assert time_us(time_text(moment)) == moment


positions = st.builds(Point, st.integers(-90 * 10**9, 90 * 10**9), st.integers(-180 * 10**9, 180 * 10**9))
heights = st.none() | st.builds(
    Altitude,
    datum=st.sampled_from(["ellipsoid", "geoid", "ground", "flight_level", "unknown"]),
    uncertainty_mm=st.integers(0, 10**6),
    value_mm=st.integers(0, 10**8),
)


@given(positions, st.integers(1, 10**9), heights, st.integers(0, 10**7), st.integers(-(10**15), 10**15))
def test_reading_what_was_written_gives_the_same_volume(centre, radius, floor, error, start):
    """Circles with any height, error and time."""
    given_volume = Volume4D(
        altitude_lower=floor,
        end_us=start + 1,
        error_mm=error,
        outline=Circle(centre=centre, radius_mm=radius),
        start_us=start,
    )
    assert read(dumps(given_volume)) == given_volume


@pytest.mark.parametrize("edge", EDGES)
def test_areas_and_corridors_survive_writing(edge):
    """With their edge reading beside the vertices."""
    for outline in (
        area((34, 36), (34, 36.123456789), (34.1, 36), edge=edge),
        corridor((0, 180), (1, -179.5), km=1.25, edge=edge),
    ):
        assert read(dumps(volume(outline, low=-10.001, high=20))) == volume(outline, low=-10.001, high=20)
    assert read(dumps(volume(circle(90, 0, 1)))).outline == circle(90, 0, 1)
    assert height(1).value_mm == 1000
