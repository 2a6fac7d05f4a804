"""An agreement: its parties, its terms as data, and what is secret in it. A later version supersedes the earlier; both stay.

Parts may be secret: an *annex* is a facet of its own, for its own readers. Those who may not read it see that it exists, how many
terms it has, and the commitment to it; when it is disclosed, it is proven to be the one committed to.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.durations import DAY_US
from detente.records.agreements.term import Term
from detente.records.agreements.term_check import check_terms
from detente.records.body import Body, Faults, Stated
from detente.records.evidence.claim import Tag
from detente.records.form import first_version

HORIZON_US = 30 * DAY_US
"""How late a report may come and still be answered at once, unless the agreement says otherwise."""

Slot = Literal["annex-a", "annex-b", "annex-c"]


class Third(Body, frozen=True, kw_only=True):
    """A party with a role in the agreement that is not bound as a party to it."""

    party: str
    role: Literal["guarantor", "host state", "observer", "sponsor"]


class AnnexNamed(Body, frozen=True, kw_only=True):
    """An annex that exists: in which facet its text is, what it is called, and how many terms it holds."""

    form: Slot
    terms: int
    title: str


class LadderTime(Body, frozen=True, kw_only=True):
    """A time that the agreement sets for a step of a ladder ("urgent-answer"), in microseconds."""

    name: str
    us: int


class Word(Body, frozen=True, kw_only=True):
    """How the agreement calls something: a class of events, a party, a group or a term (`name`).

    `noun` is "an attack", "the Syrian side"; `verb` an infinitive without to ("attack anyone, by any means"), "" where nobody does it.
    """

    name: str
    noun: str
    verb: str


class Agreement(Body, frozen=True, kw_only=True):
    """One version of an agreement. `agreement` is its short name, the same in every version; `version` counts from 1.

    `begins` is when it takes effect; `on` tells whether that is by the clock or once every party has assented (then `begins`
    is the earliest). `ends` is the end that the text itself sets, None: none. `horizon_us`: how late a report may come and
    still be answered at once. `rests_on` are agreements (ids) that it amends or belongs to.
    `vocabulary` is what its sentences are made with.
    """

    agreement: str
    annexes: tuple[AnnexNamed, ...]
    begins: Stated | None
    clocks: tuple[LadderTime, ...]
    ends: Stated | None
    horizon_us: int
    on: Literal["assent-of-all", "time"]
    parties: tuple[str, ...]
    rests_on: tuple[str, ...]
    source: str
    tag: Tag
    terms: tuple[Term, ...]
    thirds: tuple[Third, ...]
    title: str
    version: int
    vocabulary: tuple[Word, ...] = ()
    words: str


class Annex(Body, frozen=True, kw_only=True):
    """Terms of an agreement that only the readers of this facet know."""

    agreement: str
    source: str
    tag: Tag
    terms: tuple[Term, ...]
    title: str
    words: str


class AnnexA(Annex, frozen=True, kw_only=True):
    """The annex that stands at the second facet."""


class AnnexB(Annex, frozen=True, kw_only=True):
    """The annex that stands at the third facet."""


class AnnexC(Annex, frozen=True, kw_only=True):
    """The annex that stands at the fourth facet."""


def check(agreement: Agreement) -> tuple[Problem, ...]:
    """Return what is wrong with an agreement; each fault of a term names the term and the slot."""
    faults = Faults()
    faults.name("agreement", agreement.agreement)
    faults.title("title", agreement.title)
    faults.text("words", agreement.words)
    faults.text("source", agreement.source, needed=agreement.tag in ("DOC", "CONF"))
    faults.parties("parties", agreement.parties)
    if len(agreement.parties) < 1:
        faults.add("no_parties", "parties", "", "names at least one party", "Name who is bound.")
    faults.each_once("thirds", [(third.party, third.role) for third in agreement.thirds])
    for i, third in enumerate(agreement.thirds):
        faults.party(f"thirds[{i}].party", third.party)
    faults.each_once("annexes", [annex.form for annex in agreement.annexes])
    for i, annex in enumerate(agreement.annexes):
        faults.title(f"annexes[{i}].title", annex.title)
        faults.at_least(f"annexes[{i}].terms", annex.terms, 0)
    faults.each_once("clocks", [clock.name for clock in agreement.clocks])
    for i, clock in enumerate(agreement.clocks):
        faults.name(f"clocks[{i}].name", clock.name)
        faults.at_least(f"clocks[{i}].us", clock.us, 1)
    faults.stated("begins", agreement.begins)
    faults.stated("ends", agreement.ends)
    if agreement.on == "time" and agreement.begins is None:
        faults.add(
            "begins", "begins", "", "must be stated where the clock begins it", "State it, or on: assent-of-all."
        )
    faults.ids("rests_on", agreement.rests_on)
    faults.at_least("horizon_us", agreement.horizon_us, 0)
    faults.at_least("version", agreement.version, 1)
    faults.each_once("vocabulary", [word.name for word in agreement.vocabulary])
    for i, word in enumerate(agreement.vocabulary):
        faults.title(f"vocabulary[{i}].name", word.name)
        faults.text(f"vocabulary[{i}].noun", word.noun, needed=True)
        faults.text(f"vocabulary[{i}].verb", word.verb)
    faults.extend(check_terms(agreement.terms))
    return faults.all()


def check_annex(annex: Annex) -> tuple[Problem, ...]:
    """Return what is wrong with an annex, seen alone."""
    faults = Faults()
    faults.name("agreement", annex.agreement)
    faults.title("title", annex.title)
    faults.text("words", annex.words)
    faults.text("source", annex.source, needed=annex.tag in ("DOC", "CONF"))
    faults.extend(check_terms(annex.terms, alone=False))
    return faults.all()


FORMS = (
    first_version("agreement", Agreement, check),
    first_version("agreement", AnnexA, check_annex, "annex-a", 1),
    first_version("agreement", AnnexB, check_annex, "annex-b", 2),
    first_version("agreement", AnnexC, check_annex, "annex-c", 3),
)
