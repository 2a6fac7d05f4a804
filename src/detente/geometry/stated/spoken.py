"""The words to be spoken are made from the shape, never typed: digit by digit, letters by the spelling alphabet, datum first.

    Datum Whiskey Golf Sierra eight four. Circle. Centre: grid three seven Sierra, square Foxtrot Victor, zero six nine four
    zero, zero five three two seven. Radius five zero zero metres. Error eight decimal three metres. End of place.

Positions are said to the metre on the military grid; the error said includes what that cuts off, so that the listener's
`parse_spoken` holds the speaker's shape within the error heard. Sizes, heights and times are said exactly.
Pauses (points, commas) help the ear and mean nothing: every number ends at the next word.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, TypeVar

import msgspec

from detente.errors import Refused
from detente.geometry.stated.datums import DATUMS
from detente.geometry.stated.grids import mgrs_square
from detente.geometry.stated.position import refuse
from detente.geometry.stated.squares import reference_of
from detente.geometry.volume import (
    NDEG,
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

DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
LETTERS: Final = (
    "Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo", "Lima", "Mike",
    "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu",
)  # fmt: skip
HEARD: Final = {
    "tree": "three", "fower": "four", "fife": "five", "niner": "nine", "alpha": "alfa", "juliet": "juliett", "x": "xray",
    "whisky": "whiskey", "meters": "metres", "center": "centre",
}  # fmt: skip
"""What an ear or a keyboard may make of the same word."""
DATUM: Final = "Datum Whiskey Golf Sierra eight four"
EDGES: Final[dict[Edge, str]] = {"geodesic": "geodesic", "parallel": "along parallels", "lonlat": "straight in degrees"}
ABOVE: Final[dict[AltitudeDatum, str]] = {
    "ellipsoid": "above ellipsoid", "geoid": "above mean sea", "ground": "above ground",
    "flight_level": "pressure height", "unknown": "above unknown datum",
}  # fmt: skip
METRE_MM: Final = 714
"""Half the diagonal of the spoken one-metre square, at the grids' least scale, with what rounding adds: see `grids`."""
STEP_MM: Final = 100
"""Errors are said in tenths of a metre, upwards."""
Name = TypeVar("Name", bound=str)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_VALUE: Final = {word: str(i) for i, word in enumerate(DIGITS)}
_LETTER: Final = {word.casefold().replace("-", ""): chr(65 + i) for i, word in enumerate(LETTERS)}


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What was said: an outline with its error circle, and times and heights if a volume was spoken."""

    altitude_lower: Altitude | None = None
    altitude_upper: Altitude | None = None
    end_us: int | None = None
    error_mm: int
    outline: Outline
    start_us: int | None = None

    def volume(self) -> Volume4D:
        """Return the volume that was spoken. Refused where only a place was."""
        if self.start_us is None or self.end_us is None:
            raise refuse("spoken-no-time", "time", "", "no time was spoken", "Ask from when to when.")
        return Volume4D(
            altitude_lower=self.altitude_lower,
            altitude_upper=self.altitude_upper,
            end_us=self.end_us,
            error_mm=self.error_mm,
            outline=self.outline,
            start_us=self.start_us,
        )


def speak(shape: Volume4D | Outline, error_mm: int = 0) -> str:
    """Say a shape. For a volume its own error is used, and height and time are said too.

    Refused: a shape whose corners are nearer than the metre that is spoken, and degrees-straight edges at a pole.
    """
    outline = shape.outline if isinstance(shape, Volume4D) else shape
    error = shape.error_mm if isinstance(shape, Volume4D) else error_mm
    parts = [DATUM, *_say_outline(outline)]
    heard = -(-(error + METRE_MM) // STEP_MM) * STEP_MM
    parts.append(f"Error {_metres(heard)}")
    if isinstance(shape, Volume4D):
        parts += [_height("Lower", shape.altitude_lower), _height("Upper", shape.altitude_upper)]
        parts += [_time("From", shape.start_us), _time("Until", shape.end_us)]
    return ". ".join([*parts, "End of place"]) + "."


def _say_outline(outline: Outline) -> list[str]:
    if isinstance(outline, Circle):
        return ["Circle", f"Centre: {_grid(outline.centre)}", f"Radius {_metres(outline.radius_mm)}"]
    points = outline.vertices if isinstance(outline, Polygon) else outline.line
    _check_points(points, outline.edge)
    name = "Corner" if isinstance(outline, Polygon) else "Point"
    said = [f"{name} {_digits(str(i))}: {_grid(point)}" for i, point in enumerate(points, 1)]
    count = f"{name}s {_digits(str(len(points)))}"
    edge = f"Edges {EDGES[outline.edge]}"
    if isinstance(outline, Polygon):
        return ["Polygon", edge, count, *said]
    return ["Corridor", edge, f"Half width {_metres(outline.half_width_mm)}", count, *said]


def _check_points(points: tuple[Point, ...], edge: Edge) -> None:
    if edge == "lonlat" and any(abs(p.lat_ndeg) > 89.999 * NDEG for p in points):
        raise refuse("spoken-pole", "outline", "", "a grid at the pole does not say the longitude that straight edges need",
                     "Send the shape as data, or draw it with geodesic edges.")  # fmt: skip
    grids = [reference_of(p, 5) for p in points]
    for i, (a, b) in enumerate(pairwise(grids)):
        if a == b:
            raise refuse("spoken-too-small", f"outline[{i + 1}]", "".join(b), "corners must be over a metre apart to be spoken",
                         "Send the shape as data, or leave out the corner.")  # fmt: skip


def _grid(point: Point) -> str:
    head, east, north = reference_of(point, 5)
    zone = f"{_digits(head[:2])} {_letters(head[2])}" if head[0].isdigit() else _letters(head[0])
    return f"grid {zone}, square {_letters(head[-2:])}, {_digits(east)}, {_digits(north)}"


def _digits(text: str) -> str:
    return " ".join(DIGITS[int(c)] for c in text)


def _letters(text: str) -> str:
    return " ".join(LETTERS[ord(c) - 65] for c in text)


def _metres(mm: int) -> str:
    whole, rest = divmod(abs(mm), 1000)
    tail = f" decimal {_digits(f'{rest:03d}'.rstrip('0'))}" if rest else ""
    return f"{'minus ' if mm < 0 else ''}{_digits(str(whole))}{tail} metres"


def _height(name: str, height: Altitude | None) -> str:
    if height is None:
        return f"{name} height unbounded"
    return f"{name} height {_metres(height.value_mm)}, {ABOVE[height.datum]}, plus or minus {_metres(height.uncertainty_mm)}"


def _time(name: str, us: int) -> str:
    try:
        at = EPOCH + timedelta(microseconds=us)
    except OverflowError:
        raise refuse("spoken-time", name, us, "a time has a year of four digits", "Check the time.") from None
    tail = f" decimal {_digits(f'{at.microsecond:06d}'.rstrip('0'))}" if at.microsecond else ""
    date = f"year {_digits(f'{at.year:04d}')}, month {_digits(f'{at.month:02d}')}, day {_digits(f'{at.day:02d}')}"
    clock = (
        f"hour {_digits(f'{at.hour:02d}')}, minute {_digits(f'{at.minute:02d}')}, second {_digits(f'{at.second:02d}')}"
    )
    return f"{name} {date}, {clock}{tail} Zulu"


class _Ear:
    """The words as they come, one after another; what is not expected is refused, saying where."""

    def __init__(self, text: str) -> None:
        plain = "".join(c if c.isalnum() else "" if c == "-" else " " for c in text.casefold())
        self.words = [HEARD.get(word, word) for word in plain.split()]
        self.at = 0

    def next_is(self, words: str) -> bool:
        """Take the words if they come next."""
        wanted = words.casefold().split()
        if self.words[self.at : self.at + len(wanted)] != wanted:
            return False
        self.at += len(wanted)
        return True

    def expect(self, words: str) -> None:
        if not self.next_is(words):
            raise self.lost(f"'{words}'")

    def lost(self, wanted: str) -> Refused:
        heard = " ".join(self.words[max(0, self.at - 3) : self.at + 4])
        return refuse(
            "spoken-unheard",
            f"word {self.at + 1}",
            heard,
            f"here {wanted} must come",
            "Ask to say it again from there.",
        )

    def choose(self, table: Iterable[tuple[Name, str]]) -> Name:
        listed = list(table)
        for key, words in listed:
            if self.next_is(words):
                return key
        raise self.lost(" or ".join(f"'{words}'" for _, words in listed))

    def digits(self) -> str:
        start = self.at
        while self.at < len(self.words) and self.words[self.at] in _VALUE:
            self.at += 1
        if start == self.at:
            raise self.lost("a digit")
        return "".join(_VALUE[word] for word in self.words[start : self.at])

    def letters(self, count: int) -> str:
        said = ""
        for _ in range(count):
            letter = _LETTER.get(self.words[self.at] if self.at < len(self.words) else "")
            if letter is None:
                raise self.lost("a letter of the spelling alphabet")
            said, self.at = said + letter, self.at + 1
        return said

    def mm(self) -> int:
        sign = -1 if self.next_is("minus") else 1
        whole = self.digits()
        part = self.digits() if self.next_is("decimal") else ""
        if len(part) > 3:
            raise self.lost("at most three digits after 'decimal'")
        self.expect("metres")
        return sign * (int(whole) * 1000 + int(part.ljust(3, "0") or 0))


def parse_spoken(text: str) -> Heard:
    """Read words made by `speak` (or their dictation) back into a shape. Refused at the first word that does not fit."""
    ear = _Ear(text)
    ear.expect(DATUM)
    outline = _hear_outline(ear)
    ear.expect("error")
    error = ear.mm()
    if ear.next_is("end of place"):
        return Heard(error_mm=error, outline=outline)
    lower, upper = _hear_height(ear, "lower"), _hear_height(ear, "upper")
    start, end = _hear_time(ear, "from"), _hear_time(ear, "until")
    ear.expect("end of place")
    return Heard(
        altitude_lower=lower, altitude_upper=upper, end_us=end, error_mm=error, outline=outline, start_us=start
    )


def _hear_outline(ear: _Ear) -> Outline:
    shape = ear.choose((name, name) for name in ("circle", "polygon", "corridor"))
    if shape == "circle":
        ear.expect("centre")
        centre = _hear_grid(ear)
        ear.expect("radius")
        return Circle(centre=centre, radius_mm=ear.mm())
    ear.expect("edges")
    edge = ear.choose(EDGES.items())
    if shape == "polygon":
        return Polygon(edge=edge, vertices=_hear_points(ear, "corner"))
    ear.expect("half width")
    half = ear.mm()
    return Corridor(edge=edge, half_width_mm=half, line=_hear_points(ear, "point"))


def _hear_points(ear: _Ear, name: str) -> tuple[Point, ...]:
    ear.expect(f"{name}s")
    count = int(ear.digits())
    points = []
    for i in range(1, count + 1):
        ear.expect(name)
        ear.expect(_digits(str(i)))
        points.append(_hear_grid(ear))
    return tuple(points)


def _hear_grid(ear: _Ear) -> Point:
    ear.expect("grid")
    zone = "" if ear.words[ear.at : ear.at + 1] and ear.words[ear.at] in _LETTER else ear.digits()
    reference = zone + ear.letters(1)
    ear.expect("square")
    reference += ear.letters(2) + ear.digits()
    if len(reference) != len(zone) + 13:
        raise ear.lost("five digits of easting and five of northing before this")
    return mgrs_square(reference, DATUMS[0]).at(0.5)


def _hear_height(ear: _Ear, name: str) -> Altitude | None:
    ear.expect(f"{name} height")
    if ear.next_is("unbounded"):
        return None
    value = ear.mm()
    datum = ear.choose(ABOVE.items())
    ear.expect("plus or minus")
    return Altitude(datum=datum, uncertainty_mm=ear.mm(), value_mm=value)


def _hear_time(ear: _Ear, name: str) -> int:
    ear.expect(name)
    figures = []
    for unit in ("year", "month", "day", "hour", "minute", "second"):
        ear.expect(unit)
        figures.append(int(ear.digits()))
    part = ear.digits() if ear.next_is("decimal") else ""
    ear.expect("zulu")
    try:
        year, month, day, hour, minute, second = figures
        at = datetime(year, month, day, hour, minute, second, int(part.ljust(6, "0") or 0), tzinfo=UTC)
    except ValueError:
        raise ear.lost("a date and time of the calendar before this") from None
    return (at - EPOCH) // timedelta(microseconds=1)
