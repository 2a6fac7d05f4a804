"""A place said relative to another: "9 km south of the airfield" is a named place, a distance and a bearing, or it is no place.

A phrase is never a place by itself: it is checked against the shape. What the words leave open becomes an error circle:
half a unit of the last digit of the distance (a whole unit after "about", a tenth of a round number), and half the step of the
compass word used.
Bearings are true. Words for people are made here from the shape, and read back to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

import msgspec

from detente.errors import Problem, Refused, require_short
from detente.geometry.geodesic import GEOD
from detente.geometry.stated.position import StatedPosition, degrees, one, refuse, travel
from detente.geometry.volume import Point

UNITS_MM: Final[dict[str, int]] = {
    "km": 1_000_000, "kilometre": 1_000_000, "kilometer": 1_000_000,
    "m": 1_000, "metre": 1_000, "meter": 1_000,
    "nm": 1_852_000, "nmi": 1_852_000, "nautical mile": 1_852_000,
    "mi": 1_609_344, "mile": 1_609_344,
}  # fmt: skip
WINDS: Final = ("north", "east", "south", "west")
SHORT: Final = (
    "n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw",
)  # fmt: skip
QUARTER: Final = 22.5
"""What a word of the eight-point compass leaves open to either side, degrees; half of it for the sixteen-point words."""
ROUND_NUMBER: Final = 10
"""A whole number that ends in zero is good to a tenth at best: nobody who says "500 m" means 499.5 to 500.5."""
SLACK: Final = 1.001
"""Plane trigonometry on a round Earth, and the meridians' turning over a few tens of kilometres."""
FURTHEST_MM: Final = 200_000_000
"""A phrase over a longer distance says nothing that a grid does not say better."""

_DISTANCE: Final = re.compile(
    r"(?<![0-9.])([0-9]+(?:\.[0-9]+)?)\s*(km|kilomet(?:re|er)s?|nautical miles?|nmi|nm|miles?|mi|met(?:re|er)s?|m)\b"
)
_BEARING: Final = re.compile(
    r"\bbearing\s+([0-9]{1,3}(?:\.[0-9]+)?)(?!\.?[0-9])\s*(?:[°º˚]|deg(?:ree)?s?\b\.?)?\s*\(?\s*([^\W\d_]+)?"
)
_AFTER_BEARING: Final = frozenset({"and", "at", "distance", "for", "from", "of", "t", "then", "true"})
"""What may stand after the degrees; anything else may be another north, and is refused."""
_NOT_TRUE: Final = re.compile(r"(?<![^\W\d])(?:magn\w*|mag\b|compass\b|магн\w*)|[°º˚]\s*\(?\s*[mм]\b|\(\s*[mм]\s*\)")
"""Magnetic north in people's spellings; the м is Cyrillic. A compass shows magnetic north, too."""
_LONG: Final = r"(?:north|south|east|west)"
_COMPASS: Final = re.compile(
    rf"\b(?:(?:due\s+)?({_LONG}(?:[\s-]*{_LONG}){{0,2}})|(n|nne|ne|ene|e|ese|se|sse|s|ssw|sw|wsw|w|wnw|nw|nnw))\b(?=\s*(?:of|from|,|$))"
)
_LANDMARK: Final = re.compile(r"\b(?:of|from)\s+(?:the\s+)?(.+?)\s*[.]?\s*$")
_ABOUT: Final = re.compile(r"\b(?:about|some|roughly|around|approximately|approx\.?|circa|nearly|almost)\b")


class PhraseMeaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a phrase says: bearing in degrees from true north with what it leaves open, distance likewise, from what."""

    bearing: float
    bearing_half: float
    distance_half_mm: int
    distance_mm: int
    landmark: str
    text: str


def read_phrase(text: str, field: str = "phrase") -> PhraseMeaning:
    """Read distance, bearing and landmark. Refused, each fault by itself: one of the three missing, or a magnetic bearing."""
    require_short(field, text)
    tidy = " ".join(text.casefold().replace("’", "'").split())
    landmark, distance = _LANDMARK.search(tidy), _DISTANCE.search(tidy)
    before = tidy[: landmark.start()] if landmark else tidy
    bearing, bearing_half, faults = _bearing(tidy, before + (" of" if landmark else ""), text, field)
    if distance is None:
        faults.append(
            one(
                "phrase-no-distance", field, text, "a phrase says how far, with its unit: km, m, nautical miles or miles",
                "Write it such as '9 km south of the airfield'.",
            )
        )  # fmt: skip
    if landmark is None:
        faults.append(
            one(
                "phrase-no-landmark", field, text, "a phrase says from which named place",
                "Write it such as '9 km south of the airfield'.",
            )
        )  # fmt: skip
    if faults or distance is None or landmark is None:
        raise Refused(faults)
    unit = UNITS_MM[distance[2].removesuffix("s")]
    places = len(distance[1].partition(".")[2])
    half = Fraction(unit, 10**places) / (1 if _ABOUT.search(before) else 2)
    said = round(Fraction(distance[1]) * unit)
    if distance[1].endswith("0") and not places:
        half = max(half, Fraction(said, ROUND_NUMBER))
    if said > FURTHEST_MM:
        raise refuse("phrase-far", field, text, "a phrase reaches at most 200 km", "Give a grid or coordinates.")
    return PhraseMeaning(
        bearing=bearing,
        bearing_half=bearing_half,
        distance_half_mm=math.ceil(half),
        distance_mm=said,
        landmark=landmark[1].strip(" ,"),
        text=text,
    )


def _bearing(tidy: str, before: str, text: str, field: str) -> tuple[float, float, list[Problem]]:
    stated = _BEARING.search(tidy)
    clause = tidy[stated.start() :] if stated is not None and stated.start() >= len(before) else before
    if _NOT_TRUE.search(before) or _NOT_TRUE.search(clause) or (stated is not None and stated[2] in ("m", "м")):
        rule = "a bearing is from true north; magnetic north wanders and is several degrees off"
        return 0.0, 0.0, [one("phrase-magnetic", field, text, rule, "Convert it with the map's declination.")]
    if stated is None and re.search(r"\bbearing\s+[0-9]", tidy):
        rule = "a bearing is 0 to 360 degrees"
        return 0.0, 0.0, [one("phrase-bearing", field, text, rule, "Write it such as 'bearing 180'.")]
    if stated is not None:
        if stated[2] and stated[2] not in _AFTER_BEARING:
            rule = f"'{stated[2]}' after a bearing is not understood; a bearing is in degrees from true north"
            return 0.0, 0.0, [one("phrase-bearing", field, text, rule, "Write it such as 'bearing 180 degrees true'.")]
        if float(stated[1]) > 360:
            return 0.0, 0.0, [one("phrase-bearing", field, text, "a bearing is 0 to 360 degrees", "Ask for it again.")]
        return float(stated[1]) % 360, 0.5 / 10 ** len(stated[1].partition(".")[2]), []
    word = _COMPASS.search(before)
    short = "" if word is None else word[2] or "".join(w[0] for w in re.findall(_LONG, word[1]))
    if short not in SHORT:
        rule = "a phrase says in which direction: without it a distance is a whole circle around the named place"
        return 0.0, 0.0, [one("phrase-no-bearing", field, text, rule, "Add a compass word, or 'bearing 180'.")]
    return SHORT.index(short) * QUARTER, QUARTER if len(short) < 3 else QUARTER / 2, []


def place_phrase(
    phrase: PhraseMeaning, landmarks: Mapping[str, StatedPosition], field: str = "phrase"
) -> StatedPosition:
    """Return where a phrase points, as centre and radius that hold all it leaves open. Refused: a landmark nobody placed."""
    known = {_name(name): position for name, position in landmarks.items()}
    origin = known.get(_name(phrase.landmark))
    if origin is None:
        raise refuse(
            "phrase-landmark-unknown", field, phrase.landmark, "the named place must have a position of its own",
            f"Enter it as a place first; known: {', '.join(sorted(landmarks)) or 'none'}.",
        )  # fmt: skip
    return StatedPosition(
        datum=origin.datum,
        error_mm=origin.error_mm + reach_mm(phrase),
        form="phrase",
        point=travel(origin.point, phrase.bearing, phrase.distance_mm),
        stated=phrase.text,
    )


def reach_mm(phrase: PhraseMeaning) -> int:
    """Return how far from the point it names a phrase still holds: to the farthest corner of its piece of a ring."""
    turn = math.cos(math.radians(min(180.0, phrase.bearing_half)))
    far = 0.0
    for length in (phrase.distance_mm + phrase.distance_half_mm, max(0, phrase.distance_mm - phrase.distance_half_mm)):
        square = phrase.distance_mm**2 + length**2 - 2 * phrase.distance_mm * length * turn
        far = max(far, math.sqrt(max(0.0, square)), abs(length - phrase.distance_mm))
    return math.ceil(far * SLACK) + 1


def say_phrase(point: Point, landmark: str, origin: Point) -> str:
    """Make the phrase for a point from a landmark: distance to 0.1 km (1 m under 1 km), compass word and true bearing."""
    (lat, lon), (lat0, lon0) = degrees(point), degrees(origin)
    azimuth, _, metres = GEOD.inv(lon0, lat0, lon, lat)
    bearing = f"{azimuth % 360:.1f}"
    if bearing == "360.0":
        bearing = "0.0"
    word = long_word(float(bearing))
    distance = f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"
    return f"{distance} {word} (bearing {bearing} degrees true) of {landmark}"


def long_word(bearing: float) -> str:
    """Return the nearest word of the eight-point compass."""
    word = SHORT[2 * (round(bearing / 45) % 8)]
    return "-".join(next(w for w in WINDS if w[0] == letter) for letter in word)


def _name(name: str) -> str:
    tidy = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return " ".join(tidy[1:] if tidy[:1] == ["the"] else tidy)
