"""Places and volumes as they are given on the command line, read strictly; every fault is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar, overload

import msgspec

from detente.cli.output import VOLUME_BYTES, read_bytes
from detente.errors import Problem, Refused, problem
from detente.geometry import f3548
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.heights import read_height
from detente.geometry.stated.position import StatedPosition
from detente.geometry.stated.ring_reading import Ring, read_ring
from detente.geometry.volume import Altitude, Circle, Polygon, Volume4D

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

UNITS_MM = {"m": 1000, "km": 1_000_000, "nm": 1_852_000}
_RADIUS = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*(m|km|nm)\s*", re.IGNORECASE)
_ERROR = re.compile(r"\s*(?:±|\+-|\+/-)\s*(.+)$")


@overload
def collect(first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def collect(first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /) -> tuple[A, B, C]: ...
def collect(*steps: Callable[[], object]) -> tuple[object, ...]:
    """Take each step (a function without arguments); return the values, or raise Refused with the problems of all."""
    found: list[object] = []
    problems: list[Problem] = []
    for step in steps:
        try:
            found.append(step())
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return tuple(found)


def length_mm(text: str, field: str) -> int:
    """Return a length with its unit, `1000 m`, `1.5 km`, in millimetres."""
    found = _RADIUS.fullmatch(text)
    if found is None:
        rule = "must be a length with its unit: m, km or nm"
        raise Refused([problem("length", field, text, rule, "Write 1000 m or 1.5 km.")])
    return round(float(found[1]) * UNITS_MM[found[2].lower()])


def circle(text: str, datum: str | None, field: str = "--circle") -> tuple[Circle, StatedPosition]:
    """Read 'PLACE, RADIUS' as a circle; the position keeps the words, the datum and the error of the digits."""
    place, comma, radius = text.rpartition(",")
    if not comma:
        rule = "must be a place, a comma, and a radius with its unit"
        raise Refused([problem("circle", field, text, rule, "Write '35.2854, 40.1760, 1000 m'.")])
    position, radius_mm = collect(
        lambda: read_position(place.strip(), datum=datum, field=field), lambda: length_mm(radius, field)
    )
    return Circle(centre=position.point, radius_mm=radius_mm), position


def polygon(text: str, datum: str | None, field: str = "--polygon") -> Ring:
    """Read 'PLACE; PLACE; PLACE' as a ring of geodesics, with the error circle that holds for every corner."""
    corners = [part.strip() for part in text.split(";")]
    return read_ring(corners[:-1] if corners[-1] == "" else corners, datum=datum, edge="geodesic", field=field)


def landmarks(given: Sequence[str] | None, datum: str | None) -> dict[str, StatedPosition]:
    """Read 'NAME=PLACE' and 'NAME=PLACE ± 300 m'."""
    found: dict[str, StatedPosition] = {}
    problems: list[Problem] = []
    for text in given or []:
        name, equals, place = text.partition("=")
        if not equals or not name.strip() or not place.strip():
            rule = "must be a name, =, and its place"
            problems.append(problem("landmark", "--landmark", text, rule, "Write 'the airfield=35.2854,40.1760'."))
            continue
        error = _ERROR.search(place)
        try:
            extra = length_mm(error[1], "--landmark") if error else 0
            bare = place[: error.start()] if error else place
            found[name.strip()] = read_position(
                bare.strip(), datum=datum, declared_error_mm=extra, field=f"--landmark {name.strip()}"
            )
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return found


def height(text: str | None, field: str) -> Altitude | None:
    """Read '1500 m AMSL', 'FL100'; None stays unbounded."""
    return None if text is None else read_height(text, field=field)[0]


def volumes(
    files: Sequence[str] | None,
    circle_text: str | None,
    datum: str | None,
    span_us: tuple[int, int] | None,
    lower: str | None,
    upper: str | None,
    polygon_text: str | None = None,
) -> tuple[tuple[Volume4D, ...], StatedPosition | None]:
    """Return the volumes given as files, as one circle or as one polygon, and how a circle's centre was stated.

    A file states its own times and heights; a circle and a polygon take those of the options.
    """
    options = (("--volume", files), ("--circle", circle_text), ("--polygon", polygon_text))
    ways = [name for name, text in options if text is not None and text != []]
    if len(ways) > 1:
        rule = f"stands beside {' and '.join(ways[1:])}; a place is given once"
        raise Refused([problem("volume-twice", ways[0], str(dict(options)[ways[0]]), rule, "Leave all but one out.")])
    if files:
        return read_files(files), None
    if not ways:
        rule = "must be given: a file, a circle or a polygon"
        step = "Add --volume FILE, or --circle or --polygon with --datum."
        raise Refused([problem("volume", "--volume", "", rule, step)])
    (shape, error_mm, position), low, high = collect(
        lambda: _outline(circle_text, polygon_text, datum),
        lambda: height(lower, "--lower"),
        lambda: height(upper, "--upper"),
    )
    if span_us is None:
        rule = "must say from when until when"
        raise Refused([problem("time", "--from, --until", "", rule, "Add --from and --until.")])
    made = Volume4D(
        altitude_lower=low,
        altitude_upper=high,
        end_us=span_us[1],
        error_mm=error_mm,
        outline=shape,
        start_us=span_us[0],
    )
    return (made,), position


def _outline(
    circle_text: str | None, polygon_text: str | None, datum: str | None
) -> tuple[Circle | Polygon, int, StatedPosition | None]:
    """Return the one shape that was given, its error in millimetres, and a circle's centre as stated."""
    if circle_text is not None:
        shape, position = circle(circle_text, datum)
        return shape, position.error_mm, position
    ring = polygon(polygon_text or "", datum)
    return ring.polygon, ring.error_mm, None


def read_files(files: Sequence[str]) -> tuple[Volume4D, ...]:
    """Read Volume4D files; a file may hold one object or a list of them."""
    found: list[Volume4D] = []
    problems: list[Problem] = []
    for path in files:
        try:
            value = f3548.loads(read_bytes(path, VOLUME_BYTES))
            many = value if isinstance(value, list) else [value]
            for n, item in enumerate(many):
                field = f"{path}[{n}]" if isinstance(value, list) else path
                found.append(f3548.read_volume(item, field))
        except Refused as refused:
            problems += [msgspec.structs.replace(p, field=p.field or path) for p in refused.problems]
    if problems:
        raise Refused(problems)
    return tuple(found)
