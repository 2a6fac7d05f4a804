"""An assessment: one named assessor grades a source (A to F) and an item (1 to 6), apart, with a reason.

A later grade is a new version (`supersedes`); the earlier ones stay, with their reasons.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

Reliability = Literal["A", "B", "C", "D", "E", "F"]
Credibility = Literal["1", "2", "3", "4", "5", "6"]

RELIABILITY_MEANS: dict[Reliability, str] = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
CREDIBILITY_MEANS: dict[Credibility, str] = {
    "1": "confirmed by other sources",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth cannot be judged",
}


class Assessment(Body, frozen=True, kw_only=True):
    """One grading. `about` is the claim or report graded, None where it grades a `source` in general; `topic` limits it ("" is all).

    `basis` names the entries that moved the assessor, above all those that made a grade change.
    """

    about: str | None
    assessor: str
    basis: tuple[str, ...]
    credibility: Credibility | None
    reason: str
    reliability: Reliability | None
    source: str
    topic: str


def check(assessment: Assessment) -> tuple[Problem, ...]:
    """Return what is wrong with an assessment, seen alone."""
    faults = Faults()
    faults.title("assessor", assessment.assessor)
    faults.text("reason", assessment.reason, needed=True)
    faults.title("source", assessment.source)
    faults.text("topic", assessment.topic)
    faults.ids("basis", assessment.basis)
    if assessment.about is not None:
        faults.hash("about", assessment.about)
    if assessment.credibility is None and assessment.reliability is None:
        faults.add("no_grade", "reliability", "", "grades the source, the item, or both", "Give A to F or 1 to 6.")
    if assessment.credibility is not None and assessment.about is None:
        faults.add("graded_item", "about", "", "credibility is of one item", "Name the claim or report graded.")
    return faults.all()


FORMS = (first_version("assessment", Assessment, check),)
