"""A place stated in several ways, each compared with every other: shape, grid, coordinates, phrase, datum.

On 17 September 2016 a place was told by telephone as a landmark and a distance, several kilometres wrong, and nothing compared
the words with the shape. Here every form becomes a circle (centre and error); two forms contradict each other when they are
farther apart than their circles and the shape's own extent allow. Where a classic misreading of one would bring both
together, the contradiction says so. Consistent is not true: forms that agree on the wrong place pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import msgspec

from detente.errors import Problem, Refused
from detente.geometry.exact.separation import bounding_ball, horizontal_distance
from detente.geometry.geodesic import E2, SEMI_MAJOR_M
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.datums import DATUMS
from detente.geometry.stated.grids import neighbours
from detente.geometry.stated.phrase import PhraseMeaning, place_phrase, read_phrase
from detente.geometry.stated.position import (
    Caution,
    Order,
    StatedPosition,
    Theatre,
    apart_mm,
    at_degrees,
    one,
    say_distance,
)
from detente.geometry.volume import NDEG, Circle, Outline, Point

EPSILON_MM = 2
"""What measuring and rounding add to the circles."""


class PlaceReading(msgspec.Struct, frozen=True, kw_only=True):
    """One form of the place: its name (`outline`, `decimal`, `grid`, `phrase`, ...), and where it puts the place.

    For an outline `error_mm` is its error circle and `point` its middle; its extent is taken from the outline itself.
    """

    error_mm: int
    form: str
    point: Point
    stated: str


class PlaceContradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two forms that cannot both be true.

    `apart_mm` is between the two places (an outline's middle); `gap_mm` between one and the nearest edge of the other (the same
    unless one is an outline); `allowed_mm` what their error circles allow. `perhaps` names the misreading that would explain it, or "".
    """

    allowed_mm: int
    apart_mm: int
    first: str
    gap_mm: int
    perhaps: str
    second: str
    words: str


class PlaceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What comparing found. `cautions` are ways to misread a form; they contradict nothing by themselves."""

    cautions: tuple[Caution, ...]
    contradictions: tuple[PlaceContradiction, ...]
    problems: tuple[Problem, ...]
    readings: tuple[PlaceReading, ...]

    @property
    def consistent(self) -> bool:
        """Whether every form could be read and none contradicts another. It does not say that the place is right."""
        return not self.problems and not self.contradictions

    def all_problems(self) -> tuple[Problem, ...]:
        """Return what could not be read, and every contradiction, as problems."""
        return self.problems + tuple(
            one(
                "place-contradiction", f"{c.first}, {c.second}", say_distance(c.apart_mm), c.words,
                f"Settle which is right before anyone is told{f'; {c.perhaps}' if c.perhaps else ''}.",
            )
            for c in self.contradictions
        )  # fmt: skip

    def require(self) -> PlaceCheck:
        """Return this if consistent. Refused otherwise, with all problems."""
        if not self.consistent:
            raise Refused(self.all_problems())
        return self


def check_place(
    *,
    coordinates: Mapping[str, str] | None = None,
    datum: str | None = None,
    error_mm: int = 0,
    grid: str = "",
    landmarks: Mapping[str, StatedPosition] | None = None,
    decimal: str = "",
    order: Order = "lat,lon",
    outline: Outline | None = None,
    phrase: str | PhraseMeaning = "",
    theatre: Theatre | None = None,
) -> PlaceCheck:
    """Compare all stated forms of one place. Never raises for bad input: what cannot be read becomes a problem.

    `datum` holds for `decimal`, `grid` and further `coordinates` (by the name to show). `error_mm` is the outline's. `phrase` is text or
    read already; a phrase alone is a problem. `landmarks` are the named places a phrase may start from.
    """
    readings: list[PlaceReading] = []
    positions: dict[str, StatedPosition] = {}
    problems: list[Problem] = []
    for name, text in {"decimal": decimal, "grid": grid, **(coordinates or {})}.items():
        if not text:
            continue
        try:
            positions[name] = read_position(text, datum=datum, field=name, order=order, theatre=theatre)
        except Refused as refusal:
            problems.extend(refusal.problems)
    if phrase:
        try:
            read = read_phrase(phrase) if isinstance(phrase, str) else phrase
            positions["phrase"] = place_phrase(read, landmarks or {})
        except Refused as refusal:
            problems.extend(refusal.problems)
    try:
        if outline is not None:
            middle = middle_of(outline)
            readings.append(PlaceReading(error_mm=error_mm, form="outline", point=middle, stated=""))
    except Refused as refusal:
        problems.extend(refusal.problems)
        outline = None
    problems.extend(_enough(bool(phrase), outline is not None, bool(decimal or grid or coordinates)))
    readings.extend(
        PlaceReading(error_mm=p.error_mm, form=n, point=p.point, stated=p.stated) for n, p in positions.items()
    )
    contradictions = [_compare(a, b, outline, positions, order) for a, b in combinations(readings, 2)]
    return PlaceCheck(
        cautions=tuple(c for position in positions.values() for c in position.cautions),
        contradictions=tuple(c for c in contradictions if c is not None),
        problems=tuple(problems),
        readings=tuple(readings),
    )


def _enough(phrase: bool, outline: bool, coordinates: bool) -> tuple[Problem, ...]:
    if phrase and not outline and not coordinates:
        rule = "a phrase alone is no place: nothing checks it"
        return (
            one("phrase-alone", "phrase", "", rule, "Add the shape, a grid or coordinates, and have it read back."),
        )
    if not phrase and not outline and not coordinates:
        return (
            one("place-empty", "", "", "a place is stated in at least one way", "Give a shape, a grid or coordinates."),
        )
    return ()


def middle_of(outline: Outline) -> Point:
    """Return the point that stands for an outline: a circle's centre, else the centre of a ball around its corners."""
    if isinstance(outline, Circle):
        return outline.centre
    (x, y, z), _ = bounding_ball(outline)
    return _surface(x, y, z)


def _surface(x: float, y: float, z: float) -> Point:
    across = math.hypot(x, y)
    if max(across, abs(z)) < SEMI_MAJOR_M / 100:
        raise Refused(
            [one("outline-vast", "outline", "", "an outline around the whole Earth has no middle", "Split it.")]
        )
    return at_degrees(math.degrees(math.atan2(z, across * (1 - E2))), math.degrees(math.atan2(y, x)))


def gap_mm(point: Point, outline: Outline) -> int:
    """Return how far a point is from an outline, millimetres, rounded; 0 inside."""
    # A circle of radius 1 mm stands for the point: shapes have no zero size.
    found = horizontal_distance(Circle(centre=point, radius_mm=1), outline)
    assert found is not None
    return round(found.distance_m * 1000)


def _compare(
    a: PlaceReading, b: PlaceReading, outline: Outline | None, positions: Mapping[str, StatedPosition], order: Order
) -> PlaceContradiction | None:
    allowed = a.error_mm + b.error_mm
    gap = _gap(a, b.point, outline)
    if gap <= allowed + EPSILON_MM:
        return None
    apart = apart_mm(a.point, b.point)
    perhaps = _perhaps(a, b, outline, positions, order)
    whole = say_distance(apart) + (f" ({say_distance(gap)} from its edge)" if gap != apart else "")
    words = f"{_name(a)} and {_name(b)} lie {whole} apart; their errors allow {say_distance(allowed)}"
    return PlaceContradiction(
        allowed_mm=allowed, apart_mm=apart, first=a.form, gap_mm=gap, perhaps=perhaps, second=b.form, words=words
    )


def _gap(reading: PlaceReading, point: Point, outline: Outline | None) -> int:
    if reading.form == "outline" and outline is not None:
        return gap_mm(point, outline)
    return apart_mm(reading.point, point)


def _name(reading: PlaceReading) -> str:
    return f"{reading.form} {reading.stated!r}" if reading.stated else f"the {reading.form}"


def _perhaps(
    a: PlaceReading, b: PlaceReading, outline: Outline | None, positions: Mapping[str, StatedPosition], order: Order
) -> str:
    """Say which classic misreading of either form would bring the two together; "" if none would."""
    allowed = a.error_mm + b.error_mm + EPSILON_MM
    for form, other in ((b, a), (a, b)):
        position = positions.get(form.form)
        if position is None or position.form == "phrase":
            continue
        for words, point in other_places(position, order):
            if _gap(other, point, outline) <= allowed:
                return f"they agree if, in {form.form}, {words}"
    return ""


def other_places(position: StatedPosition, order: Order = "lat,lon") -> tuple[tuple[str, Point], ...]:
    """Return where a stated position would lie if it was misread or mistyped in one of the classic ways."""
    found = [
        (f"a reader was mistaken ({c.words})", c.would_plot) for c in position.cautions if c.would_plot is not None
    ]
    for datum in DATUMS:
        if datum.name != position.datum:
            found += _again(f"the datum is {datum.name}", position.stated, datum.name, order)
    if position.form == "mgrs":
        for other in neighbours(position.stated):
            found += _again(f"the square is {other[:5]}", other, position.datum, order)
    swapped: Order = "lon,lat" if order == "lat,lon" else "lat,lon"
    if position.form in ("decimal", "dm", "dms"):
        found += _again("latitude and longitude are swapped", position.stated, position.datum, swapped)
        mirrored = position.point
        for north, east, words in ((-1, 1, "north and south are"), (1, -1, "east and west are")):
            point = Point(mirrored.lat_ndeg * north, mirrored.lon_ndeg * east)
            found.append((f"{words} confused", point))
    return tuple((words, point) for words, point in found if abs(point.lat_ndeg) <= 90 * NDEG)


def _again(words: str, text: str, datum: str, order: Order) -> list[tuple[str, Point]]:
    try:
        return [(words, read_position(text, datum=datum, order=order).point)]
    except Refused:
        return []
