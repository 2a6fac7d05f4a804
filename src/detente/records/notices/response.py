"""A response: what a party, in a role, says about one version of another party's entry.

Each answer is a separate fact. None is inferred from a later one: a unit that complied may never have read it back.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.stated.read_back import VolumeSaid
from detente.records.body import Body, Faults
from detente.records.form import second_version
from detente.records.notices.notice import MAX_CELLS, MAX_VOLUMES

MAX_SAID = max(MAX_CELLS, MAX_VOLUMES)
"""Most volumes in one read-back: a notice's own, or a volume for each cell of its coarse form."""

MAX_POINTS = 20_000
"""Most points in one read-back."""

Answer = Literal["acknowledge", "comply", "confirm", "passed-to-unit", "query", "read-back", "reject"]

ANSWER_MEANS: dict[Answer, str] = {
    "acknowledge": "an officer in this role has read it",
    "comply": "the acting side has done, or is doing, what was asked",
    "confirm": "an officer in this role agrees with what it says",
    "passed-to-unit": "it has been given to the acting unit named",
    "query": "an answer is wanted before anything else",
    "read-back": "an officer said back the place and time as understood",
    "reject": "it will not be done, for the reason given",
}


OFFICER_ONLY: frozenset[Answer] = frozenset({"acknowledge", "confirm", "read-back"})
"""Answers that a person gives: they need an officer's key. A station may pass on that a unit was told, or complied."""


class Readback(Body, frozen=True, kw_only=True):
    """Every volume of a notice as the reader understood it, in figures, and the datum of all of them; "" is not said.

    It may be wrong: that is what it is for. `geometry.stated.read_back` compares it with what was told.
    """

    datum: str
    volumes: tuple[VolumeSaid, ...]


class ReadbackFirst(Body, frozen=True, kw_only=True):
    """Version 1: one place, without datum, size or heights. Nothing said so can be compared."""

    decimal: str
    end_us: int | None
    grid: str
    start_us: int | None


class Response(Body, frozen=True, kw_only=True):
    """One answer. `about` is the first version of the entry (its thread), `version` the version that is answered.

    `unit` names the acting unit for passed-to-unit and, where known, for comply and reject.
    """

    about: str
    answer: Answer
    by_role: str
    readback: Readback | None
    unit: str | None
    version: str
    words: str


class ResponseFirst(Body, frozen=True, kw_only=True):
    """Version 1 of an answer, with its older read-back."""

    about: str
    answer: Answer
    by_role: str
    readback: ReadbackFirst | None
    unit: str | None
    version: str
    words: str


def upcast_first(old: ResponseFirst) -> Response:
    """Carry an answer of version 1 forward. Its read-back has no datum, and so matches nothing."""
    readback = None
    if (first := old.readback) is not None:
        said = VolumeSaid(
            altitude_lower="",
            altitude_upper="",
            end_us=first.end_us,
            points=(first.grid or first.decimal,),
            size="",
            start_us=first.start_us,
        )
        readback = Readback(datum="", volumes=(said,))
    return Response(
        about=old.about,
        answer=old.answer,
        by_role=old.by_role,
        readback=readback,
        unit=old.unit,
        version=old.version,
        words=old.words,
    )


def check(response: Response) -> tuple[Problem, ...]:
    """Return what is wrong with a response, seen alone."""
    faults = Faults()
    faults.hash("about", response.about)
    faults.hash("version", response.version)
    faults.role("by_role", response.by_role)
    faults.text("words", response.words, needed=response.answer in ("query", "reject"))
    if response.unit is not None:
        faults.title("unit", response.unit)
    if response.answer == "passed-to-unit" and response.unit is None:
        faults.add("response_unit", "unit", "", "passing on names the acting unit", "Name the unit it was given to.")
    if (response.answer == "read-back") != (response.readback is not None):
        faults.add("response_readback", "readback", "", "is given exactly with the answer read-back", "Say it back.")
    if response.readback is not None:
        check_readback(faults, response.readback)
    return faults.all()


def check_readback(faults: Faults, readback: Readback) -> None:
    """Find what is wrong with a read-back, under the path `readback`."""
    faults.text("readback.datum", readback.datum)
    count = sum(len(volume.points) for volume in readback.volumes)
    if not 0 < len(readback.volumes) <= MAX_SAID or not 0 < count <= MAX_POINTS:
        rule = f"is 1 to {MAX_SAID} volumes with 1 to {MAX_POINTS} points in all, in figures"
        faults.add(
            "response_readback_size", "readback.volumes", f"{len(readback.volumes)}, {count}", rule, "Say it back."
        )
    for n, volume in enumerate(readback.volumes):
        at = f"readback.volumes[{n}]"
        for name in ("altitude_lower", "altitude_upper", "size"):
            faults.text(f"{at}.{name}", getattr(volume, name))
        for i, point in enumerate(volume.points):
            faults.text(f"{at}.points[{i}]", point, needed=True)
        faults.order(at, volume.start_us, volume.end_us)


FORMS = (second_version("response", Response, check, ResponseFirst, upcast_first),)
