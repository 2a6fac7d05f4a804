"""A report: what somebody published or sent in, as it came, before it is split into claims.

Passages that are somebody's opinion of motives are kept as *editorial*: nothing is made of them. That a place could not
be entered, or that an event cannot be attributed, are results in their own right.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.exact.rings import check_volume
from detente.geometry.volume import Volume4D
from detente.records.body import Body, Faults, Stated
from detente.records.evidence.claim import Tag, check_path
from detente.records.form import first_version

Result = Literal["access-refused", "account", "not-attributable", "nothing-seen"]


class Passage(Body, frozen=True, kw_only=True):
    """One passage, in own words: a `statement` becomes a claim, an `editorial` or `background` never does."""

    kind: Literal["background", "editorial", "statement"]
    words: str


class Report(Body, frozen=True, kw_only=True):
    """What one source put out, once. `chain` and `origin` as in a claim; a claim split from it may name a further origin.

    `means` is how the source came to know; `result` is what kind of answer it is: an account of something, nothing
    seen, not attributable, or access refused. `published` is when it came out, `event_class` what it is about.
    """

    chain: tuple[str, ...]
    event_class: str
    language: str
    means: Literal["camera", "document", "heard", "seen", "told", "unknown"]
    origin: str
    party: str | None
    passages: tuple[Passage, ...]
    place: Volume4D | None
    published: Stated | None
    result: Result
    source: str
    tag: Tag
    title: str
    who: str
    words: str


def check(report: Report) -> tuple[Problem, ...]:
    """Return what is wrong with a report's form; never whether it is true."""
    faults = Faults()
    check_path(faults, report.chain, report.origin)
    faults.stated("published", report.published)
    faults.text("who", report.who, needed=True)
    faults.text("title", report.title)
    faults.text("words", report.words)
    faults.text("source", report.source, needed=report.tag in ("DOC", "CONF"))
    faults.text("language", report.language)
    if report.event_class:
        faults.name("event_class", report.event_class)
    if report.party is not None:
        faults.party("party", report.party)
    if report.place is not None:
        faults.extend(check_volume(report.place, "place"))
    if len(report.passages) > 200:
        faults.add("too_many", "passages", len(report.passages), "at most 200", "Split it into several reports.")
    for i, passage in enumerate(report.passages):
        faults.text(f"passages[{i}].words", passage.words, needed=True)
    if report.result == "access-refused" and report.place is None and not report.words.strip():
        faults.add("refused_where", "place", "", "access refused says where", "Give the place, or say it in `words`.")
    return faults.all()


FORMS = (first_version("report", Report, check),)
