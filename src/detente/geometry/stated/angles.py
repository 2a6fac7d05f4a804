"""Degrees in text: what was written, figure by figure, before anyone decides what it means.

Angles are exact fractions of a degree; half a unit of the last digit written is what they leave open. Digits of any script
are read (Arabic-Indic too); a decimal comma is refused, since it cannot be told from a list.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from detente.geometry.stated.position import Order, refuse

Way = Literal["decimal", "dm", "dms"]
WAYS: Final[dict[int, Way]] = {1: "decimal", 2: "dm", 3: "dms"}

_MARKS: Final = str.maketrans(
    {
        "′": "'", "’": "'", "ʹ": "'", "´": "'", "`": "'", "‘": "'",
        "″": '"', "”": '"', "“": '"', "ʺ": '"', "º": "°", "˚": "°", "−": "-", "–": "-", "\u00a0": " ", "\u202f": " ",
    }
)  # fmt: skip
_COMMA: Final = re.compile(r"^[^,]*[0-9],[0-9]+[^,]*[\s;/]\s*[^,]*[0-9],[0-9]+[^,]*$")
_DASHED: Final = re.compile(r"(?<=[0-9])-(?=[0-9]+-[0-9])|(?<=[0-9])-(?=[0-9]+(?:\.[0-9]+)?\s*[NSEW])", re.IGNORECASE)
_TOKEN: Final = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([NSEWnsew])(?![A-Za-z])|([+-])|([°'\"])|([,;/]))")
_PACKED: Final = re.compile(r"^[0-9]{4,7}(?:\.[0-9]+)?$")


class Angle(NamedTuple):
    """One angle as written: figures as text (degrees, minutes, seconds: as many as were given), sign and letter."""

    figures: tuple[str, ...]
    letter: str
    negative: bool

    @property
    def way(self) -> Way:
        """How it was written."""
        return WAYS[len(self.figures)]

    @property
    def exact(self) -> Fraction:
        """The angle in degrees, exactly, signed."""
        size = sum((Fraction(figure) / 60**i for i, figure in enumerate(self.figures)), Fraction(0))
        return -size if self.negative or self.letter in ("S", "W") else size

    @property
    def half(self) -> Fraction:
        """Half a unit of the last digit written, degrees."""
        places = len(self.figures[-1].partition(".")[2])
        return Fraction(1, 2 * 10**places * 60 ** (len(self.figures) - 1))

    def rewritten(self, *figures: str) -> Angle:
        """Return the same angle with other figures: how a misreading is made."""
        return Angle(figures, self.letter, self.negative)


class Pair(NamedTuple):
    """Latitude and longitude as written. `lettered`: hemisphere letters say which is which."""

    lat: Angle
    lon: Angle
    lettered: bool


def tidy(text: str) -> str:
    """Bring marks and digits to one spelling."""
    marked = text.strip().translate(_MARKS).replace("''", '"')
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in marked)


def read_pair(text: str, order: Order, field: str) -> Pair:
    """Read latitude and longitude. Refused: what does not parse, minutes or seconds of 60, packed figures, out of range."""
    plain = tidy(text)
    if _COMMA.match(plain):
        raise refuse(
            "decimal-comma", field, text, "a decimal point is a point; a comma separates", "Write 35.2854, 40.1760."
        )
    if re.match(r"^[^,;/]*[0-9]-[0-9]", plain):
        plain = _DASHED.sub(" ", plain)
    first, second = (_angle(half, text, field) for half in _halves(plain, text, field))
    pair = _ordered(first, second, order, text, field)
    if pair.lat.way != pair.lon.way:
        raise refuse(
            "mixed-ways", field, text, "latitude and longitude must be written the same way",
            "Write both in decimal degrees, or both in degrees, minutes and seconds.",
        )  # fmt: skip
    for name, angle, most in (("latitude", pair.lat, 90), ("longitude", pair.lon, 180)):
        _check(name, angle, most, pair, text, field)
    return pair


def _halves(plain: str, text: str, field: str) -> tuple[list[re.Match[str]], list[re.Match[str]]]:
    tokens: list[re.Match[str]] = []
    at = 0
    while at < len(plain.rstrip()):
        token = _TOKEN.match(plain, at)
        if token is None:
            raise _unread(text, field, f"{plain[at:].strip()[:12]!r} is not part of a coordinate")
        tokens.append(token)
        at = token.end()
    commas = [i for i, token in enumerate(tokens) if token[5]]
    letters = [i for i, token in enumerate(tokens) if token[2]]
    figures = [i for i, token in enumerate(tokens) if token[1]]
    if len(commas) > 1 or len(letters) not in (0, 2):
        raise _unread(text, field, "there must be two angles, with a hemisphere letter on both or on neither")
    if commas:
        return tokens[: commas[0]], tokens[commas[0] + 1 :]
    if letters:
        split = letters[1] if letters[0] == 0 else letters[0] + 1
        return tokens[:split], tokens[split:]
    if len(figures) not in (2, 4, 6):
        raise _unread(text, field, f"{len(figures)} figures cannot be shared between two angles")
    split = figures[len(figures) // 2]
    while split and (tokens[split - 1][3]):
        split -= 1
    return tokens[:split], tokens[split:]


def _angle(tokens: list[re.Match[str]], text: str, field: str) -> Angle:
    """Check the grammar of one angle: letter? sign? degrees mark? (minutes mark? (seconds mark?)?)? letter?"""
    letter, negative, marked = "", False, 0
    figures: list[str] = []
    for i, token in enumerate(tokens):
        figure, side, sign, mark = token[1], token[2], token[3], token[4]
        if figure:
            if figures and "." in figures[-1]:
                raise _unread(text, field, "only the last figure may have decimals")
            figures.append(figure)
        elif side and i in (0, len(tokens) - 1) and not letter:
            letter = side.upper()
        elif sign and not figures and not negative:
            negative = sign == "-"
        elif mark and figures and "°'\"".index(mark) == len(figures) - 1 and marked < len(figures):
            marked = len(figures)
        else:
            raise _unread(text, field, f"{token[0].strip()!r} is out of place")
    if not 1 <= len(figures) <= 3 or (negative and letter):
        raise _unread(text, field, "an angle has one to three figures, and a sign or a letter, not both")
    return Angle(tuple(figures), letter, negative)


def _ordered(first: Angle, second: Angle, order: Order, text: str, field: str) -> Pair:
    if first.letter or second.letter:
        if first.letter in ("N", "S") and second.letter in ("E", "W"):
            return Pair(first, second, True)
        if first.letter in ("E", "W") and second.letter in ("N", "S"):
            return Pair(second, first, True)
        raise _unread(text, field, "one angle must be N or S and the other E or W")
    return Pair(first, second, False) if order == "lat,lon" else Pair(second, first, False)


def _check(name: str, angle: Angle, most: int, pair: Pair, text: str, field: str) -> None:
    for figure, part in zip(angle.figures[1:], ("minutes", "seconds"), strict=False):
        if Fraction(figure) >= 60:
            raise refuse(
                "sixty", field, text, f"{part} of {name} must be under 60, not {figure}",
                "Perhaps these are decimals of a degree or of a minute: ask how it was written.",
            )  # fmt: skip
    if abs(angle.exact) <= most:
        return
    if _PACKED.match(angle.figures[0]) and len(angle.figures) == 1:
        raise refuse(
            "packed", field, text, f"{name} {angle.figures[0]} is over {most} degrees; it looks like degrees, minutes and "
            "seconds written together", "Write them apart, such as 36 43 04.91 N.",
        )  # fmt: skip
    swapped = name == "latitude" and abs(pair.lon.exact) <= 90 and abs(angle.exact) <= 180 and not pair.lettered
    raise refuse(
        "swapped" if swapped else "range", field, text, f"{name} must be at most {most} degrees",
        "Latitude and longitude look swapped: put latitude first." if swapped else "Check the figures with the source.",
    )  # fmt: skip


def _unread(text: str, field: str, why: str) -> Exception:
    return refuse(
        "coordinate-unread", field, text, f"not a coordinate that can be read: {why}",
        "Write it such as '35.2854, 40.1760' or 36°43'4.91\"N 68°51'43.96\"E or '37SFV 06940 05327'.",
    )  # fmt: skip
