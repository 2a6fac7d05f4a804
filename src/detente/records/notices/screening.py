"""A screening: a party's answer to one version of one notice. Three honest answers, and none of them an all-clear.

Every screening encodes to the same number of bytes, so that its length says nothing; `padded` sees to it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

LENGTH = 640
"""Bytes in every encoded screening."""

Answer = Literal["concern", "none raised", "not screened"]

ANSWER_MEANS: dict[Answer, str] = {
    "concern": "the answering party asks you to look again before you go on",
    "none raised": "nothing was raised within the buffer, from data of the stated age; this is no assurance",
    "not screened": "nobody compared this notice with anything; treat the place as unknown",
}


class Screening(Body, frozen=True, kw_only=True):
    """One answer. `about` is the id of the version screened; `speaks_for` are the parties whose presence was compared.

    `urgency` depends only on the notice's own start. `data_age_us` is the age of the oldest data used, at the slot;
    None for "not screened". `epoch` counts the ledger's screening epochs.
    """

    about: str
    answer: Answer
    buffer_mm: int
    data_age_us: int | None
    epoch: int
    padding: str
    speaks_for: tuple[str, ...]
    urgency: Literal["priority", "routine", "urgent"]


def padded(screening: Screening) -> Screening:
    """Return the same screening with its padding set so that it encodes to LENGTH bytes.

    Raises ValueError when there is no room; `check` refuses such a screening with a sentence.
    """
    bare = len(msgspec.json.encode(msgspec.structs.replace(screening, padding="")))
    if bare > LENGTH:
        raise ValueError(f"a screening has {LENGTH} bytes; this one needs {bare}")
    return msgspec.structs.replace(screening, padding="." * (LENGTH - bare))


def check(screening: Screening) -> tuple[Problem, ...]:
    """Return what is wrong with a screening, seen alone."""
    faults = Faults()
    faults.hash("about", screening.about)
    faults.at_least("buffer_mm", screening.buffer_mm, 0)
    faults.at_least("data_age_us", screening.data_age_us, 0)
    faults.at_least("epoch", screening.epoch, 0)
    faults.parties("speaks_for", screening.speaks_for)
    length = len(msgspec.json.encode(screening))
    if length != LENGTH or screening.padding.strip("."):
        faults.add(
            "screening_length",
            "padding",
            length,
            f"a screening has {LENGTH} bytes, padded with dots",
            "Pad it with `padded`; shorten speaks_for if it is too long.",
        )
    if (screening.answer == "not screened") != (screening.data_age_us is None):
        faults.add(
            "screening_age",
            "data_age_us",
            screening.data_age_us,
            "is null exactly when the answer is not screened",
            "State the age of the oldest data compared.",
        )
    return faults.all()


FORMS = (first_version("screening", Screening, check),)
