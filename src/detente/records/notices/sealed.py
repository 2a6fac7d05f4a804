"""Sealed bodies: only their salted commitment leaves the author's station, and all of a form have one length.

`doubt` is a private flag on one's own notice ("this may not be who we think"), shown to the author's own watch;
`presence` is a commitment to where the author's side was in an epoch, so that it can be opened in a dispute.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, TypeVar

import msgspec

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

LENGTH_DOUBT = 4_096
"""Bytes in every encoded doubt."""

LENGTH_PRESENCE = 32_768
"""Bytes in every encoded presence; room for some 1 500 cells, and small enough to be disclosed in one entry."""


class Doubt(Body, frozen=True, kw_only=True):
    """A doubt about one's own notice. `about` is the notice's first version; settled by a later doubt of that state."""

    about: str
    by_role: str
    padding: str
    state: Literal["raised", "settled"]
    words: str


class SealedPresence(Body, frozen=True, kw_only=True):
    """The coarse cells in which the author's side was, or holds itself to have been, during one epoch.

    `cells` are (lat index, lon index) pairs of cells of `cell_ndeg`, sorted; may be empty.
    """

    cell_ndeg: int
    cells: tuple[tuple[int, int], ...]
    epoch: int
    padding: str


Sealed = TypeVar("Sealed", Doubt, SealedPresence)


def sealed_length(body: Doubt | SealedPresence) -> int:
    """Return the length in bytes that every body of this form has."""
    return LENGTH_DOUBT if isinstance(body, Doubt) else LENGTH_PRESENCE


def padded(body: Sealed) -> Sealed:
    """Return the same body with its padding set to give the form's length. Raises ValueError when there is no room."""
    length = sealed_length(body)
    bare = len(msgspec.json.encode(msgspec.structs.replace(body, padding="")))
    if bare > length:
        raise ValueError(f"a sealed body of this form has {length} bytes; this one needs {bare}")
    return msgspec.structs.replace(body, padding="." * (length - bare))


def check(body: Doubt | SealedPresence) -> tuple[Problem, ...]:
    """Return what is wrong with a sealed body; only its author, or who is later shown it, can ask."""
    faults = Faults()
    if isinstance(body, Doubt):
        faults.hash("about", body.about)
        faults.role("by_role", body.by_role)
        faults.text("words", body.words, needed=body.state == "raised")
    else:
        faults.at_least("cell_ndeg", body.cell_ndeg, 1)
        faults.at_least("epoch", body.epoch, 0)
        if any(not a < b for a, b in pairwise(body.cells)):
            faults.add("not_sorted", "cells", "", "cells must be sorted, each once", "Sort them and drop repeats.")
    length = len(msgspec.json.encode(body))
    if length != sealed_length(body) or body.padding.strip("."):
        faults.add(
            "sealed_length",
            "padding",
            length,
            f"has {sealed_length(body)} bytes, padded with dots",
            "Pad it with `padded`; shorten it if it is too long.",
        )
    return faults.all()


FORMS = (
    first_version("sealed", Doubt, check, "doubt"),
    first_version("sealed", SealedPresence, check, "presence"),
)
