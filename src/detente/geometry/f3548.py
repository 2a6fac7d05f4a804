"""Volume4D in the JSON of ASTM F3548-21, read from and written to its decimal text (docs/formats/volume.md, "F3548-21").

Numbers are never binary floating point: each is taken from its decimal text and rounded half to even to whole nanodegrees,
millimetres or microseconds; written back, whole numbers give exact decimals. Beside the standard's fields, with
`extended`, an area may say how its edges run (`edge` beside `vertices`; absent is `geodesic`, the standard's own
rule), an altitude may name another datum, and `outline_corridor` and `error` may stand beside the standard's outlines.
A member that is not known where it stands is refused: a datum or an error passed over would move the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, Final, cast

import msgspec

from detente.errors import Problem, Refused, unknown_names
from detente.geometry.exact.rings import LATEST_US, MAX_VERTICES, check_volume, fault
from detente.geometry.volume import (
    Altitude,
    AltitudeDatum,
    Circle,
    Corridor,
    Edge,
    Outline,
    Point,
    Polygon,
    Volume4D,
)

REFERENCES: Final[dict[str, AltitudeDatum]] = {
    "W84": "ellipsoid", "EGM": "geoid", "AGL": "ground", "FL": "flight_level", "UNKNOWN": "unknown",
}  # fmt: skip
"""Altitude references. Only W84 is the standard's; the others are read and written with `extended`."""
EDGES: Final = ("geodesic", "parallel", "lonlat")
MEMBERS: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    place: (frozenset(standard.split()), frozenset(own.split()))
    for place, standard, own in (
        ("the volume", "volume time_start time_end", ""),
        ("`volume`", "outline_polygon outline_circle altitude_lower altitude_upper", "outline_corridor error"),
        ("`outline_polygon`", "vertices", "edge"),
        ("`outline_circle`", "center radius", ""),
        ("`outline_corridor`", "", "line half_width edge"),
        ("an altitude", "value reference units", "uncertainty"),
        ("a position", "lat lng", ""),
        ("a length", "value units", ""),
        ("a time", "value format", ""),
    )
}
"""What may stand in each object: the standard's members, and those read with `extended`."""
_WGS84 = "Positions here are WGS 84 and heights name their `reference`: convert them first."
STEPS: Final[dict[str, str]] = {"crs": _WGS84, "datum": _WGS84} | {
    name: f"It stands in {' or '.join(place for place, members in MEMBERS.items() if name in members[0] | members[1])}."
    for name in sorted(frozenset().union(*(standard | own for standard, own in MEMBERS.values())))
}
"""What to do about a member that stands in the wrong object."""
_EXACT: Final = Context(prec=60)
MOST_DIGITS: Final = 1000
RENAMED: Final = (
    ("start_us", "time_start.value"), ("end_us", "time_end.value"), ("value_mm", "value"), ("_mm", ".value"),
    (".centre", ".center"),
)  # fmt: skip
"""How the names of the struct's fields are written in the standard's JSON, in the order of replacing."""
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Json = Mapping[str, Any]


def loads(data: bytes | str, field: str = "") -> Any:
    """Decode JSON, every fraction as `Decimal`; refuses duplicate names, NaN and infinities. `field` names the document."""
    step, rule = "give one JSON document in UTF-8", "must be JSON"
    try:
        text = data if isinstance(data, str) else data.decode()
        return json.loads(
            text, parse_constant=_no_constant, parse_float=_fraction, parse_int=_whole, object_pairs_hook=_no_duplicates
        )
    except Refused as refused:
        raise Refused(msgspec.structs.replace(p, field=field) for p in refused.problems) from None
    except UnicodeDecodeError as error:
        value, rule, step = (
            f"byte {error.start} is 0x{error.object[error.start]:02x}",
            "must be UTF-8",
            "save it as UTF-8",
        )
    except RecursionError:
        value, rule = "", "must not nest so deeply"
    except json.JSONDecodeError as error:
        value = f"line {error.lineno}, column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}"
    raise Refused([fault("json", field, value, rule, step)])


def _no_constant(text: str) -> Any:
    raise Refused([fault("json", "", text, "is no number", "give a number, or leave the member out")])


def _fraction(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent of more than eighteen digits
        raise Refused([fault("json", "", digits, "must be a number of ordinary size", "check the digits")]) from None


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        rule = f"must be a number of at most {MOST_DIGITS} digits"
        raise Refused([fault("json", "", digits, rule, "check the digits")])
    return int(digits)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refused([fault("json", "", name, "must stand once in an object", "leave one of the two out")])
        found[name] = value
    return found


def read(data: bytes | str, field: str = "volume", extended: bool = True) -> Volume4D:
    """Read one Volume4D from JSON text. Refused with every problem found, each naming its place."""
    return read_volume(loads(data, field), field, extended=extended)


def read_volume(value: Any, field: str = "volume", extended: bool = True, open_time: bool = False) -> Volume4D:
    """Read one Volume4D from decoded JSON (`loads`; a float counts as its shortest text).

    `open_time` takes an absent start or end as unbounded (searches and subscriptions); otherwise both are needed.
    """
    reader = _Reader(extended)
    volume = reader.volume(value, field, open_time)
    if volume is not None and not reader.problems:
        reader.problems.extend(_renamed(p, field, value) for p in check_volume(volume, field))
    if reader.problems or volume is None:
        raise Refused(reader.problems)
    return volume


def _renamed(found: Problem, field: str, value: Json) -> Problem:
    """Return a problem of `check_volume` under the name that its place has in the JSON."""
    path = found.field.removeprefix(field)
    outline = next((name for name in value["volume"] if name.startswith("outline_") and value["volume"][name]), "")
    if path.startswith(".outline"):
        path = f".volume.{outline}{path.removeprefix('.outline')}"
    elif path.startswith((".altitude", ".error")):
        path = f".volume{path}"
    for ours, theirs in RENAMED:
        path = path.replace(ours, theirs)
    return msgspec.structs.replace(found, field=field + path)


def rounded(number: Decimal, places: int) -> int:
    """Return a number in units of ten to the minus `places`, half to even, from however many digits it has."""
    return int(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, _EXACT).scaleb(places, _EXACT))


class _Reader:
    """Reads what it can and keeps every problem, so that one fault does not hide the next."""

    def __init__(self, extended: bool) -> None:
        self.extended = extended
        self.problems: list[Problem] = []

    def fail(self, code: str, field: str, value: object, rule: str, step: str) -> None:
        self.problems.append(fault(code, field, value, rule, step))

    def object(self, value: Any, field: str, place: str) -> Json | None:
        """Return an object with no member that is not known at this place (of `MEMBERS`)."""
        if not isinstance(value, Mapping):
            self.fail("json_type", field, value, "must be a JSON object", "give an object in braces")
            return None
        standard, own = MEMBERS[place]
        known = standard | own if self.extended else standard
        if not known.issuperset(value):
            self.problems.extend(unknown_names(field, value, known, STEPS))
        return value

    def whole(self, value: Any, places: int, field: str) -> int | None:
        """Return a number in units of ten to the minus `places`, half to even."""
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.fail("json_type", field, value, "must be a JSON number", "give a decimal number, not text")
            return None
        number = Decimal(value)
        if not number.is_finite() or number.adjusted() > 15:
            self.fail("out_of_range", field, str(value), "must be a number of ordinary size", "check the digits")
            return None
        return rounded(number, places)

    def measure(self, value: Any, field: str, least: int = 0) -> int | None:
        """Read `{value, units: M}` as millimetres."""
        given = self.object(value, field, "a length")
        return None if given is None else self.metres(given, field, least)

    def metres(self, given: Json, field: str, least: int) -> int | None:
        if given.get("units") != "M":
            self.fail("units", f"{field}.units", given.get("units", ""), 'must be "M", metres', "convert to metres")
        found = self.whole(given.get("value"), 3, f"{field}.value")
        if found is not None and found < least:
            self.fail("out_of_range", f"{field}.value", str(given["value"]), f"must be at least {least} mm", "mend it")
        return found

    def volume(self, value: Any, field: str, open_time: bool) -> Volume4D | None:
        given = self.object(value, field, "the volume")
        if given is None:
            return None
        body = self.object(given.get("volume"), f"{field}.volume", "`volume`")
        start = self.time(given.get("time_start"), f"{field}.time_start", -LATEST_US if open_time else None)
        end = self.time(given.get("time_end"), f"{field}.time_end", LATEST_US if open_time else None)
        if body is None:
            return None
        outline = self.outline(body, f"{field}.volume")
        lower = self.altitude(body.get("altitude_lower"), f"{field}.volume.altitude_lower")
        upper = self.altitude(body.get("altitude_upper"), f"{field}.volume.altitude_upper")
        error = 0
        if self.extended and body.get("error") is not None:
            error = self.measure(body["error"], f"{field}.volume.error") or 0
        if outline is None or start is None or end is None:
            return None
        return Volume4D(
            altitude_lower=lower, altitude_upper=upper, end_us=end, error_mm=error, outline=outline, start_us=start
        )

    def outline(self, body: Json, field: str) -> Outline | None:
        names = ["outline_polygon", "outline_circle"] + ["outline_corridor"] * self.extended
        present = [name for name in names if body.get(name) is not None]
        if len(present) != 1:
            rule = f"must have exactly one of {', '.join(names)}"
            self.fail("outline_count", field, ", ".join(present), rule, "give one outline")
            return None
        at = f"{field}.{present[0]}"
        given = self.object(body[present[0]], at, f"`{present[0]}`")
        if given is None:
            return None
        return {"outline_polygon": self.polygon, "outline_circle": self.circle, "outline_corridor": self.corridor}[
            present[0]
        ](given, at)

    def edge(self, given: Json, field: str) -> Edge:
        edge = given.get("edge", "geodesic") if self.extended else "geodesic"
        if edge not in EDGES:
            self.fail("edge", f"{field}.edge", edge, f"must be one of {', '.join(EDGES)}", "say how the edges run")
            return "geodesic"
        return cast(Edge, edge)

    def points(self, value: Any, field: str) -> tuple[Point, ...] | None:
        if not isinstance(value, list):
            self.fail("json_type", field, value, "must be a list of positions", "give a list in brackets")
            return None
        if len(value) > MAX_VERTICES:
            rule = f"must have at most {MAX_VERTICES} points"
            self.fail("vertex_count", field, f"{len(value)} points", rule, "split the area")
            return None
        found = [self.point(item, f"{field}[{k}]") for k, item in enumerate(value)]
        return None if None in found else cast("tuple[Point, ...]", tuple(found))

    def point(self, value: Any, field: str) -> Point | None:
        given = self.object(value, field, "a position")
        if given is None:
            return None
        lat = self.whole(given.get("lat"), 9, f"{field}.lat")
        lon = self.whole(given.get("lng"), 9, f"{field}.lng")
        return None if lat is None or lon is None else Point(lat, lon)

    def polygon(self, given: Json, field: str) -> Polygon | None:
        edge = self.edge(given, field)
        points = self.points(given.get("vertices"), f"{field}.vertices")
        return None if points is None else Polygon(edge=edge, vertices=points)

    def circle(self, given: Json, field: str) -> Circle | None:
        centre = self.point(given.get("center"), f"{field}.center")
        radius = self.measure(given.get("radius"), f"{field}.radius", 1)
        return None if centre is None or radius is None else Circle(centre=centre, radius_mm=radius)

    def corridor(self, given: Json, field: str) -> Corridor | None:
        edge = self.edge(given, field)
        points = self.points(given.get("line"), f"{field}.line")
        width = self.measure(given.get("half_width"), f"{field}.half_width")
        return None if points is None or width is None else Corridor(edge=edge, half_width_mm=width, line=points)

    def altitude(self, value: Any, field: str) -> Altitude | None:
        if value is None:
            return None
        given = self.object(value, field, "an altitude")
        if given is None:
            return None
        allowed = list(REFERENCES) if self.extended else ["W84"]
        reference = given.get("reference")
        if reference not in allowed:
            step = "convert the height, or name its datum"
            rule = f"must be {' or '.join(allowed)}"
            self.fail("altitude_reference", f"{field}.reference", reference or "", rule, step)
            return None
        height = self.metres(given, field, -(10**12))
        doubt = self.measure(given["uncertainty"], f"{field}.uncertainty") if "uncertainty" in given else 0
        if height is None or doubt is None:
            return None
        return Altitude(datum=REFERENCES[reference], uncertainty_mm=doubt if self.extended else 0, value_mm=height)

    def time(self, value: Any, field: str, absent: int | None) -> int | None:
        if value is None and absent is not None:
            return absent
        given = self.object(value, field, "a time")
        if given is None:
            return None
        if given.get("format") != "RFC3339":
            step = 'write {"format": "RFC3339", "value": "2016-09-17T15:27:00Z"}'
            self.fail("time_format", f"{field}.format", given.get("format", ""), 'must be "RFC3339"', step)
        text = given.get("value")
        if not isinstance(text, str) or (found := time_us(text)) is None:
            step = "write 2016-09-17T15:27:00Z, with its zone"
            self.fail("time", f"{field}.value", text or "", "must be an RFC 3339 time", step)
            return None
        return found


def time_us(text: str) -> int | None:
    """Return an RFC 3339 time as microseconds since 1970, half to even below; None if it is not one.

    A leap second (`:60`) counts as the second after it. A time without a zone is not one.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[k]) for k in range(1, 7))
    if second > 60 or (match[10] is not None and (int(match[10]) > 23 or int(match[11]) > 59)):
        return None
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1) + (second == 60)
    if match[9] is not None:
        away = int(match[10]) * 3600 + int(match[11]) * 60
        seconds -= away if match[9] == "+" else -away
    return seconds * 1_000_000 + rounded(Decimal(f"0.{match[7] or 0}"), 6)


def time_text(moment_us: int) -> str:
    """Write microseconds since 1970 as RFC 3339 in UTC, with as many digits as it has."""
    moment = _EPOCH + timedelta(microseconds=moment_us)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    part = f"{moment.microsecond:06d}".rstrip("0")
    return f"{text}.{part}Z" if part else f"{text}Z"


def _decimal(value: int, places: int) -> int | Decimal:
    """Return a whole number of small units as an exact decimal, without needless zeros."""
    number = Decimal(value).scaleb(-places)
    return int(number) if number == number.to_integral_value() else number.normalize()


def _metres(value_mm: int) -> dict[str, Any]:
    return {"units": "M", "value": _decimal(value_mm, 3)}


def _position(point: Point) -> dict[str, Any]:
    return {"lat": _decimal(point.lat_ndeg, 9), "lng": _decimal(point.lon_ndeg, 9)}


def write_volume(volume: Volume4D) -> dict[str, Any]:
    """Return a volume as the standard's JSON object, fractions as `Decimal`; extensions only where they are needed.

    An unbounded time (`open_time`) is left out.
    """
    body: dict[str, Any] = _outline_object(volume.outline)
    for name, altitude in (("altitude_lower", volume.altitude_lower), ("altitude_upper", volume.altitude_upper)):
        if altitude is not None:
            reference = next(text for text, datum in REFERENCES.items() if datum == altitude.datum)
            body[name] = {"reference": reference, **_metres(altitude.value_mm)}
            if altitude.uncertainty_mm:
                body[name]["uncertainty"] = _metres(altitude.uncertainty_mm)
    if volume.error_mm:
        body["error"] = _metres(volume.error_mm)
    found: dict[str, Any] = {"volume": body}
    if volume.start_us > -LATEST_US:
        found["time_start"] = {"format": "RFC3339", "value": time_text(volume.start_us)}
    if volume.end_us < LATEST_US:
        found["time_end"] = {"format": "RFC3339", "value": time_text(volume.end_us)}
    return found


def _outline_object(outline: Outline) -> dict[str, Any]:
    if isinstance(outline, Circle):
        circle = {"center": _position(outline.centre), "radius": _metres(outline.radius_mm)}
        return {"outline_circle": circle}
    edge = {} if outline.edge == "geodesic" else {"edge": outline.edge}
    if isinstance(outline, Polygon):
        return {"outline_polygon": {**edge, "vertices": [_position(p) for p in outline.vertices]}}
    line = {"half_width": _metres(outline.half_width_mm), "line": [_position(p) for p in outline.line]}
    return {"outline_corridor": {**edge, **line}}


def dumps(volume: Volume4D) -> bytes:
    """Write a volume as JSON text; `read(dumps(v)) == v`."""
    return msgspec.json.Encoder(decimal_format="number", order="sorted").encode(write_volume(volume))
