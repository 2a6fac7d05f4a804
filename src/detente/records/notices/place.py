"""A place as it was stated: shape, grid, decimal and phrase together, with their datum and the error they imply.

Relative and named places fail in practice; here each way of saying the place stands beside the shape, so that they can
be tested against one another (`detente.geometry.stated.place_check`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from detente.errors import Problem, Refused
from detente.geometry.exact.rings import check_outline, check_points
from detente.geometry.stated.phrase import read_phrase
from detente.geometry.stated.place_check import PlaceCheck, check_place
from detente.geometry.stated.position import StatedPosition, known_position
from detente.geometry.volume import Outline, Point
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Phrase(Body, frozen=True, kw_only=True):
    """A place said relative to another: the words, and the named point they start from, with the error of that point.

    Distance, bearing and what they leave open are read from `text` (`geometry.stated.phrase`), and kept nowhere else.
    """

    origin: Point
    origin_error_mm: int
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
    faults.title(f"{at}.origin_name", phrase.origin_name)
    faults.at_least(f"{at}.origin_error_mm", phrase.origin_error_mm, 0)
    faults.extend(check_points((phrase.origin,), f"{at}.origin", single=True))


def compare(stated: StatedPlace, outlines: Sequence[Outline], at: str) -> tuple[Problem, ...]:
    """Return how the ways in which a place was stated contradict each other, or every one of its outlines.

    An outline's own error is taken to be the stated one. A place with several outlines is described by any of them: it
    is enough that one agrees. Consistent is not true: forms that agree on the wrong place pass.
    """
    found: tuple[Problem, ...] = ()
    for outline in outlines:
        checked = _check_against(stated, outline)
        if checked.consistent:
            return ()
        found += tuple(p for p in checked.all_problems() if p not in found)
    return tuple(msgspec.structs.replace(p, field=f"{at}: {p.field}" if p.field else at) for p in found)


def _check_against(stated: StatedPlace, outline: Outline) -> PlaceCheck:
    phrase, landmarks = "", {}
    if stated.phrase is not None:
        phrase = stated.phrase.text
        origin = known_position(stated.phrase.origin, stated.phrase.origin_error_mm, stated.phrase.origin_name)
        landmarks = {stated.phrase.origin_name: origin, **_as_named_in(phrase, origin)}
    return check_place(
        datum=stated.datum,
        decimal=stated.decimal,
        error_mm=stated.error_mm,
        grid=stated.grid,
        landmarks=landmarks,
        outline=outline,
        phrase=phrase,
    )


def _as_named_in(text: str, origin: StatedPosition) -> dict[str, StatedPosition]:
    """Return the origin under the name that the phrase itself uses for it: "the airfield" for a longer official name."""
    try:
        return {read_phrase(text).landmark: origin}
    except Refused:
        return {}  # check_place says what is wrong with it


def check(place: Place) -> tuple[Problem, ...]:
    """Return what is wrong with a place; contradictions between its shape and its words once each can be read."""
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
    return faults.all() or compare(place.stated, [place.outline], "stated")


FORMS = (first_version("place", Place, check),)
