"""Verdicts that a party's station published on an officer's command, and their later revisions.

A verdict is derived, never recorded by itself. What was published is an entry; when a later report changes it, the station records the
revision: one batch for each agreement and triggering entry, a slot of its own, so that nothing is revised twice.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import second_version

Answer = Literal["breached", "contested", "kept", "not in force", "pending", "undetermined"]


_FIRST = re.compile(r"(?:(?P<days>.+), )?as (?P<word_of>[a-z][a-z0-9.-]{0,31}) says", re.DOTALL)


class ReadAs(Body, frozen=True, kw_only=True, order=True):
    """Under which reading a verdict stands; false where all readings agree.

    `days`: how its days are counted, or which instant a stated time means ("" where that makes no difference). `word_of`: the party
    whose word on when the term ends it follows ("": as the text has it).
    """

    days: str
    word_of: str

    def __bool__(self) -> bool:
        return bool(self.days or self.word_of)

    @property
    def name(self) -> str:
        """How formulas, proofs and answers name it: "calendar, as rus says"; "" where all readings agree."""
        return ", ".join(filter(None, (self.days, f"as {self.word_of} says" if self.word_of else "")))

    def by_days(self, days: str) -> ReadAs:
        """Return this reading of whose word counts, with days counted in one way."""
        return ReadAs(days=days, word_of=self.word_of)


AGREED: Final = ReadAs(days="", word_of="")
"""All readings come to the same."""


def read_first(name: str) -> ReadAs:
    """Return the reading that `verdict/1` named; a name of another make is taken whole, so that each keeps its name."""
    found = _FIRST.fullmatch(name)
    return (
        ReadAs(days=name, word_of="") if found is None else ReadAs(days=found["days"] or "", word_of=found["word_of"])
    )


class PublishedVerdict(Body, frozen=True, kw_only=True):
    """One verdict as published. `instance` names which duty of the term ("" where it has one).

    `evidence` are the entries it rests on; `changes_until_us` is until when a report could still change it at once (None: open),
    `was` the verdict that was published before, None: none.
    """

    answer: Answer
    changes_until_us: int | None
    evidence: tuple[str, ...]
    instance: str
    party: str
    reading: ReadAs
    settled: bool
    term: str
    was: Answer | None
    words: str


class Verdicts(Body, frozen=True, kw_only=True):
    """Verdicts on one agreement (`about`, the id of its first version) as seen by the author at ledger size `size`, at `as_of_us`.

    `trigger` is the entry that made it be said: None for the first publication, else the entry whose coming revised what had
    been published in `revises`.
    """

    about: str
    as_of_us: int
    revises: str | None
    ruleset: str
    size: int
    trigger: str | None
    verdicts: tuple[PublishedVerdict, ...]
    words: str


class SaidFirst(Body, frozen=True, kw_only=True):
    """One verdict as version 1 had it: its reading is a name."""

    answer: Answer
    changes_until_us: int | None
    evidence: tuple[str, ...]
    instance: str
    party: str
    reading: str
    settled: bool
    term: str
    was: Answer | None
    words: str


class VerdictsFirst(Body, frozen=True, kw_only=True):
    """Version 1 of published verdicts."""

    about: str
    as_of_us: int
    revises: str | None
    ruleset: str
    size: int
    trigger: str | None
    verdicts: tuple[SaidFirst, ...]
    words: str


def upcast_first(old: VerdictsFirst) -> Verdicts:
    """Carry published verdicts of version 1 forward."""
    return Verdicts(
        about=old.about,
        as_of_us=old.as_of_us,
        revises=old.revises,
        ruleset=old.ruleset,
        size=old.size,
        trigger=old.trigger,
        verdicts=tuple(
            PublishedVerdict(
                answer=said.answer,
                changes_until_us=said.changes_until_us,
                evidence=said.evidence,
                instance=said.instance,
                party=said.party,
                reading=read_first(said.reading),
                settled=said.settled,
                term=said.term,
                was=said.was,
                words=said.words,
            )
            for said in old.verdicts
        ),
        words=old.words,
    )


def check(verdicts: Verdicts) -> tuple[Problem, ...]:
    """Return what is wrong with published verdicts, seen alone."""
    faults = Faults()
    faults.hash("about", verdicts.about)
    faults.text("ruleset", verdicts.ruleset, needed=True)
    faults.text("words", verdicts.words)
    faults.at_least("size", verdicts.size, 0)
    for field in ("revises", "trigger"):
        value = getattr(verdicts, field)
        if value is not None:
            faults.hash(field, value)
    if (verdicts.revises is None) != (verdicts.trigger is None):
        rule = "stands exactly where an entry triggered a revision"
        faults.add("revision", "revises", verdicts.revises, rule, "Give both, or neither.")
    if not verdicts.verdicts:
        faults.add("no_verdicts", "verdicts", "", "says at least one verdict", "Name a term.")
    keys = [(said.term, said.party, said.reading.name, said.instance) for said in verdicts.verdicts]
    faults.each_once("verdicts", keys)
    for i, said in enumerate(verdicts.verdicts):
        faults.name(f"verdicts[{i}].term", said.term)
        if said.reading.word_of:
            faults.party(f"verdicts[{i}].reading.word_of", said.reading.word_of)
        faults.text(f"verdicts[{i}].words", said.words, needed=True)
        faults.ids(f"verdicts[{i}].evidence", said.evidence)
    return faults.all()


FORMS = (second_version("verdict", Verdicts, check, VerdictsFirst, upcast_first),)
