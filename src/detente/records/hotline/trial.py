"""A trial: one test of a channel, what came of it, and how long it took until somebody or something answered."""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Trial(Body, frozen=True, kw_only=True):
    """One test of a line by the author, with `party` at the other end.

    `latency_us` is from ringing or sending to the answer; None, and `answered_by` too, unless it was answered.
    """

    answered_by: str | None
    at_us: int
    channel: str
    latency_us: int | None
    outcome: Literal["answered", "failed", "no-answer"]
    party: str
    words: str


def check(trial: Trial) -> tuple[Problem, ...]:
    """Return what is wrong with a trial, seen alone."""
    faults = Faults()
    faults.name("channel", trial.channel)
    faults.party("party", trial.party)
    faults.text("words", trial.words)
    faults.at_least("latency_us", trial.latency_us, 0)
    if trial.answered_by is not None:
        faults.role("answered_by", trial.answered_by)
    if (trial.outcome == "answered") != (trial.latency_us is not None):
        faults.add("trial_latency", "latency_us", trial.latency_us, "is given exactly when it was answered", "Mend it.")
    if trial.answered_by is not None and trial.outcome != "answered":
        faults.add("trial_by", "answered_by", trial.answered_by, "names a role only if it answered", "Leave it out.")
    return faults.all()


FORMS = (first_version("trial", Trial, check),)
