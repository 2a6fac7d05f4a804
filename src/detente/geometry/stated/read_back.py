"""What was said back, compared with what was told: figure by figure, point by point, and every difference named.

A read-back is worth what is compared in it. It gives the datum, and for each volume every point with all its digits, the radius or
half width, the heights where there are any, and both times. Digits match when the point told lies in the very cell that they
name (degrees: half a unit of the last digit each way; grid: the square); UTM, and any other datum, within the circle that they leave open.
Fewer digits than were told, or than name a metre, match nothing: what was not said was not read back.

For figures that were typed: `compare_figures(said, datum, told)`. For a voice: `said_aloud(words)` makes the same figures of what
`spoken.speak` said and somebody repeated (its `DATUM` goes with them), so that both go through the one comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import zip_longest
from typing import Final

import msgspec

from detente.errors import Refused
from detente.geometry.durations import SECOND_US
from detente.geometry.stated.angles import Angle, Pair, read_pair, tidy
from detente.geometry.stated.coordinates import read_position, write_position
from detente.geometry.stated.datums import DATUMS, WGS84
from detente.geometry.stated.grids import mgrs_square
from detente.geometry.stated.heights import read_height
from detente.geometry.stated.position import StatedPosition, apart_mm, degrees, say_distance
from detente.geometry.stated.spoken import EPOCH, parse_spoken
from detente.geometry.stated.squares import NOISE_M, REFERENCE, reference_of
from detente.geometry.volume import NDEG, Altitude, AltitudeDatum, Circle, Corridor, Outline, Point, Polygon, Volume4D

FINE_MM: Final = 1000
"""Digits that leave open no more than this radius are always enough: five and five of the grid, five decimals of a degree."""
_LEVEL_MM: Final = 30_480
"""A flight level is a hundred feet."""
_ABOVE: Final[dict[AltitudeDatum, str]] = {"ellipsoid": "HAE", "geoid": "AMSL", "ground": "AGL", "unknown": "unknown"}
_UNITS_MM: Final = {"m": 1000, "km": 1_000_000, "nm": 1_852_000}
_LENGTH: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(m|km|nm)")


class VolumeSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One volume as it was said back, in figures. "" or None is what was not said.

    `points` in the order of the notice: a circle's centre, a polygon's corners, a corridor's line; each in degrees or grid.
    `size` is a circle's radius or a corridor's half width with its unit; heights have unit and datum, or are "unbounded".
    """

    altitude_lower: str
    altitude_upper: str
    end_us: int | None
    points: tuple[str, ...]
    size: str
    start_us: int | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One figure that is not what was told. `at` names it ("volume 2, point 3, longitude"); "" is what was not said."""

    at: str
    said: str
    told: str
    why: str

    def sentence(self) -> str:
        """Say it in one line."""
        said = f"said {self.said}" if self.said else "not said"
        return (
            f"{self.at}: {said}, told {self.told} ({self.why})" if self.why else f"{self.at}: {said}, told {self.told}"
        )


def compare_figures(said: Sequence[VolumeSaid], datum: str, told: Sequence[Volume4D]) -> tuple[Difference, ...]:
    """Return every difference between what was said back and the volumes told; empty only if all of it was said, and agrees.

    `datum` is that of every point said; unsaid ("") it is itself a difference. Never raises for what was said.
    """
    found = (
        []
        if datum
        else [_unsaid("datum", f"{WGS84}, or the one you read it on", "figures without a datum name no place")]
    )
    if len(said) != len(told):
        found.append(Difference(at="volumes", said=str(len(said)), told=str(len(told)), why="each volume is read back"))
    for n, (mine, theirs) in enumerate(zip(said, told, strict=False), 1):
        at = f"volume {n}, " if len(told) > 1 else ""
        found += _points(at, mine.points, datum, theirs)
        found += _size(at, mine.size, theirs.outline)
        found += _height(f"{at}lower height", mine.altitude_lower, theirs.altitude_lower)
        found += _height(f"{at}upper height", mine.altitude_upper, theirs.altitude_upper)
        found += _time(f"{at}start", mine.start_us, theirs.start_us)
        found += _time(f"{at}end", mine.end_us, theirs.end_us)
    return tuple(found)


def said_aloud(words: str) -> VolumeSaid:
    """Return the figures in words made by `spoken.speak`, as heard; on WGS 84. Refused at the first word that does not fit."""
    heard = parse_spoken(words)
    return VolumeSaid(
        altitude_lower=_say_height(heard.altitude_lower),
        altitude_upper=_say_height(heard.altitude_upper),
        end_us=heard.end_us,
        points=tuple("".join(reference_of(point, 5)) for point in points_of(heard.outline)),
        size=_say_size(heard.outline),
        start_us=heard.start_us,
    )


def points_of(outline: Outline) -> tuple[Point, ...]:
    """Return the points of an outline that are said, in their order."""
    if isinstance(outline, Circle):
        return (outline.centre,)
    return outline.vertices if isinstance(outline, Polygon) else outline.line


def _points(at: str, said: Sequence[str], datum: str, volume: Volume4D) -> Iterable[Difference]:
    told = points_of(volume.outline)
    if len(said) != len(told):
        yield Difference(
            at=f"{at}points", said=str(len(said)), told=str(len(told)), why="each point is read back, in order"
        )
    for n, (text, point) in enumerate(zip(said, told, strict=False), 1):
        yield from _point(f"{at}point {n}" if len(told) > 1 else f"{at}point", text, datum, point, volume.error_mm)


def _point(at: str, text: str, datum: str, told: Point, told_error_mm: int) -> Iterable[Difference]:
    try:
        said = read_position(text, datum=datum or WGS84, field=at)
    except Refused as refused:
        yield Difference(at=at, said=text, told=_plain(told), why=refused.problems[0].rule)
        return
    enough_mm = max(told_error_mm, FINE_MM)
    if said.error_mm > enough_mm:
        why = (
            f"digits are missing: these leave {say_distance(said.error_mm)} open, all of them {say_distance(enough_mm)}"
        )
        yield Difference(at=at, said=text, told=_plain(told), why=why)
    elif not _names(said, told):
        yield from _which(at, said, told)


def _names(said: StatedPosition, told: Point) -> bool:
    """Whether the digits name the cell in which the point told lies."""
    if said.datum == WGS84 and said.form in ("decimal", "dm", "dms"):
        pair = read_pair(said.stated, "lat,lon", "")
        east = abs(pair.lon.exact - Fraction(told.lon_ndeg, NDEG))
        north = abs(pair.lat.exact - Fraction(told.lat_ndeg, NDEG))
        return north <= pair.lat.half and min(east, 360 - east) <= pair.lon.half
    if said.datum == WGS84 and said.form == "mgrs":
        square = mgrs_square("".join(tidy(said.stated).upper().split()), DATUMS[0])
        lat, lon = degrees(told)
        east_m, north_m = square.projection(lon, lat)
        right, up = east_m - square.east, north_m - square.north
        return bool(min(right, up) >= -NOISE_M and max(right, up) <= square.side + NOISE_M)
    # UTM is cut off by some and rounded by others: within a metre both are the same place.
    return apart_mm(said.point, told) <= max(said.error_mm, FINE_MM)


def _which(at: str, said: StatedPosition, told: Point) -> Iterable[Difference]:
    """Say which figures, and which of their digits, are not those of the point told, in the form in which it was said."""
    off = f"{say_distance(apart_mm(said.point, told))} off"
    if said.datum == WGS84:
        parts = [(name, a, b) for name, a, b in _parts(said, told) if a != b]
        for name, mine, theirs in parts:
            yield Difference(at=f"{at}, {name}", said=mine, told=theirs, why=_digits(mine, theirs, off))
        if parts:
            return
    yield Difference(at=at, said=said.stated, told=_plain(told), why=off)


def _parts(said: StatedPosition, told: Point) -> list[tuple[str, str, str]]:
    """Return each figure of a position by name: as it was said, and as the point told is written in the same form."""
    if said.form == "mgrs":
        found = REFERENCE.match("".join(tidy(said.stated).upper().split()))
        digits = found[6] if found is not None else ""
        half = len(digits) // 2
        whole = "".join(tidy(said.stated).upper().split())
        head = whole[: len(whole) - len(digits)].zfill(5 if whole[0].isdigit() else 3)
        mine = (head, digits[:half], digits[half:])
        return list(zip(("zone and letters", "easting", "northing"), mine, reference_of(told, half), strict=True))
    if said.form not in ("decimal", "dm", "dms"):
        return []
    pair = read_pair(said.stated, "lat,lon", "")
    places = max(len(angle.figures[-1].partition(".")[2]) for angle in (pair.lat, pair.lon))
    theirs: Pair = read_pair(write_position(told, said.form, places), "lat,lon", "")
    return [
        ("latitude", _written(pair.lat, "S"), _written(theirs.lat, "S")),
        ("longitude", _written(pair.lon, "W"), _written(theirs.lon, "W")),
    ]


def _written(angle: Angle, below: str) -> str:
    text = " ".join(figure if n == 0 else _two(figure) for n, figure in enumerate(angle.figures))
    return f"-{text}" if angle.negative or angle.letter == below else text


def _two(figure: str) -> str:
    whole, dot, rest = figure.partition(".")
    return whole.zfill(2) + dot + rest


def _digits(said: str, told: str, off: str) -> str:
    """Say which characters differ, counting digits from the left."""
    if len(said) != len(told):
        return f"{sum(map(str.isdigit, said))} digits, not {sum(map(str.isdigit, told))}; {off}"
    wrong, count = [], 0
    for mine, theirs in zip_longest(said, told, fillvalue=""):
        count += mine not in " .-"
        if mine != theirs:
            wrong.append(str(count))
    noun = "character" if any(map(str.isalpha, told)) else "digit"
    return f"{noun}{'' if len(wrong) == 1 else 's'} {', '.join(wrong)}; {off}"


def _size(at: str, said: str, outline: Outline) -> Iterable[Difference]:
    name = f"{at}{'half width' if isinstance(outline, Corridor) else 'radius'}"
    told, text = _say_size(outline), said.strip().lower()
    if not told:
        if text:
            yield Difference(at=name, said=said, told="none", why="an area of corners has no radius")
        return
    found = _LENGTH.fullmatch(text)
    if not text:
        yield _unsaid(name, told)
    elif found is None:
        yield Difference(at=name, said=said, told=told, why="a length is a number with its unit: m, km or nm")
    elif Fraction(found[1]) * _UNITS_MM[found[2]] != _size_mm(outline):
        yield Difference(at=name, said=said, told=told, why="")


def _height(at: str, said: str, told: Altitude | None) -> Iterable[Difference]:
    text = said.strip()
    if told is None:
        if text and text.lower() != "unbounded":
            yield Difference(at=at, said=said, told="unbounded", why="no such height was told")
        return
    words = _say_height(told)
    if not text:
        yield _unsaid(at, words)
        return
    try:
        heard = _heard_height(text, at)
    except Refused as refused:
        yield Difference(at=at, said=said, told=words, why=refused.problems[0].rule)
        return
    if heard.datum != told.datum:
        yield Difference(at=at, said=said, told=words, why="above another datum")
    elif heard.datum != "flight_level" and heard.uncertainty_mm > max(told.uncertainty_mm, FINE_MM):
        yield Difference(at=at, said=said, told=words, why="digits are missing")
    elif abs(heard.value_mm - told.value_mm) > heard.uncertainty_mm:
        yield Difference(at=at, said=said, told=words, why=f"{say_distance(abs(heard.value_mm - told.value_mm))} off")


def _heard_height(text: str, at: str) -> Altitude:
    if text.lower().endswith(" unknown"):
        return read_height(text[: -len(" unknown")], "unknown", at)[0]
    return read_height(text, field=at)[0]


def _time(at: str, said_us: int | None, told_us: int) -> Iterable[Difference]:
    if said_us is None:
        yield _unsaid(at, _moment(told_us))
    elif said_us // SECOND_US != told_us // SECOND_US:
        apart_s = abs(said_us // SECOND_US - told_us // SECOND_US)
        yield Difference(at=at, said=_moment(said_us), told=_moment(told_us), why=f"{apart_s} s off")


def _unsaid(at: str, told: str, why: str = "") -> Difference:
    return Difference(at=at, said="", told=told, why=why)


def _size_mm(outline: Outline) -> int:
    if isinstance(outline, Polygon):
        return 0
    return outline.radius_mm if isinstance(outline, Circle) else outline.half_width_mm


def _say_size(outline: Outline) -> str:
    return _metres(_size_mm(outline)) if not isinstance(outline, Polygon) else ""


def _metres(mm: int) -> str:
    whole, rest = divmod(abs(mm), 1000)
    tail = f".{rest:03d}".rstrip("0") if rest else ""
    return f"{'-' if mm < 0 else ''}{whole}{tail} m"


def _say_height(height: Altitude | None) -> str:
    if height is None:
        return ""
    if height.datum == "flight_level":
        return f"FL{round(Fraction(height.value_mm, _LEVEL_MM)):03d}"
    return f"{_metres(height.value_mm)} {_ABOVE[height.datum]}"


def _plain(point: Point) -> str:
    return "".join(reference_of(point, 5))


def _moment(us: int) -> str:
    try:
        return f"{EPOCH + timedelta(microseconds=us):%Y-%m-%d %H:%M:%S}Z"
    except OverflowError:
        return str(us)
