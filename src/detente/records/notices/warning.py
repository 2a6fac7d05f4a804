"""A warning: what somebody's open notices rested on has changed. Written by the station of their author, one party at a time.

`(about, cause, recipient, step)` is a slot of its own, so that a restart never warns twice.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import msgspec

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

MAX_ENDANGERED = 400
"""Most notices in one warning: an entry has at most 64 KiB."""

Cause = Literal["over", "said"]
"""The entry itself says the change (`said`), or the end that it states has come (`over`)."""

Haste = Literal["priority", "routine", "urgent"]


class Endangered(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One open notice by its version, and the moment from which somebody is in danger there (not before the change)."""

    danger_us: int
    version: str


class DangerWarning(Body, frozen=True, kw_only=True):
    """Open notices of the author that rest on what changed, soonest danger first, to one recipient, who is asked to answer afresh.

    `about` is the entry that says the change; `matter` its matter; `effective_us` when it holds from. `step` counts the
    warnings of one change to one recipient from 0, in the order of danger. All in one warning have the same `urgency`.
    """

    about: str
    cause: Cause
    effective_us: int
    endangered: tuple[Endangered, ...]
    matter: str
    recipient: str
    step: int
    urgency: Haste
    words: str


def check(warning: DangerWarning) -> tuple[Problem, ...]:
    """Return what is wrong with a warning, seen alone."""
    faults = Faults()
    faults.hash("about", warning.about)
    faults.name("matter", warning.matter)
    faults.party("recipient", warning.recipient)
    faults.at_least("step", warning.step, 0)
    faults.text("words", warning.words, needed=True)
    if not 0 < len(warning.endangered) <= MAX_ENDANGERED:
        rule = f"a warning names 1 to {MAX_ENDANGERED} notices"
        faults.add("warning_of_what", "endangered", len(warning.endangered), rule, "Split it into several.")
    for i, one in enumerate(warning.endangered):
        faults.hash(f"endangered[{i}].version", one.version)
    if any(a.danger_us > b.danger_us for a, b in pairwise(warning.endangered)):
        faults.add("not_sorted", "endangered", "", "the soonest danger comes first", "Sort them by danger_us.")
    return faults.all()


FORMS = (first_version("warning", DangerWarning, check),)
