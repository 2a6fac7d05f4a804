"""A place as it was stated: shape, grid, decimal and phrase together, with their datum and the error they imply.

Relative and named places fail in practice; here each way of saying the place stands beside the shape, so that they can
be tested against one another (`detente.geometry` does the testing).
"""

from __future__ import annotations

from detente.errors import Problem
from detente.geometry.rings import check_outline, check_points
from detente.geometry.volume import Outline, Point
from detente.records.body import Body, Faults


class Phrase(Body, frozen=True, kw_only=True):
    """A place said relative to another: distance and bearing from a named point; None where it was not said.

    `bearing_ndeg` is the true bearing from the named place, 0 = north, clockwise.
    """

    bearing_ndeg: int | None
    distance_mm: int | None
    origin: Point
    origin_name: str
    text: str


class StatedPlace(Body, frozen=True, kw_only=True):
    """How a place was put into words and figures. Texts are kept as stated; "" or None is what was not said.

    `error_mm` is the error radius that the stated precision implies.
    """

    datum: str
    decimal: str
    error_mm: int
    grid: str
    phrase: Phrase | None


class Place(Body, frozen=True, kw_only=True):
    """A named place that other entries may refer to. `names` are in as many languages and scripts as are known."""

    names: tuple[str, ...]
    outline: Outline
    place: str
    stated: StatedPlace
    words: str


def check_stated_place(stated: StatedPlace, at: str) -> tuple[Problem, ...]:
    """Return what is wrong with a stated place, found under the path `at`."""
    faults = Faults()
    faults.text(f"{at}.datum", stated.datum, needed=True)
    faults.text(f"{at}.decimal", stated.decimal)
    faults.text(f"{at}.grid", stated.grid)
    faults.at_least(f"{at}.error_mm", stated.error_mm, 0)
    if stated.phrase is not None:
        _check_phrase(faults, stated.phrase, f"{at}.phrase")
    return faults.all()


def _check_phrase(faults: Faults, phrase: Phrase, at: str) -> None:
    faults.text(f"{at}.text", phrase.text, needed=True)
    faults.text(f"{at}.origin_name", phrase.origin_name, needed=True)
    faults.at_least(f"{at}.distance_mm", phrase.distance_mm, 0)
    faults.extend(check_points((phrase.origin,), f"{at}.origin", single=True))
    if phrase.bearing_ndeg is not None and not 0 <= phrase.bearing_ndeg < 360_000_000_000:
        faults.add(
            "bearing",
            f"{at}.bearing_ndeg",
            phrase.bearing_ndeg,
            "a bearing is at least 0 and below 360 degrees",
            "Give it clockwise from true north.",
        )


def check(place: Place) -> tuple[Problem, ...]:
    """Return what is wrong with a place, except where its shape and its words contradict each other."""
    faults = Faults()
    faults.name("place", place.place)
    faults.each_once("names", place.names)
    for i, name in enumerate(place.names):
        faults.title(f"names[{i}]", name)
    if not place.names:
        faults.add("place_nameless", "names", "", "a place has at least one name", "Write the name people use.")
    faults.text("words", place.words)
    faults.extend(check_outline(place.outline, "outline"))
    faults.extend(check_stated_place(place.stated, "stated"))
    return faults.all()
