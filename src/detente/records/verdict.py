"""Verdicts that a party's station published on an officer's command, and their later revisions.

A verdict is derived, never recorded by itself. What was published is an entry; when a later report changes it, the station records the
revision: one batch for each agreement and triggering entry, a slot of its own, so that nothing is revised twice.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults

Answer = Literal["breached", "contested", "kept", "not in force", "pending", "undetermined"]


class Said(Body, frozen=True, kw_only=True):
    """One verdict as published. `instance` names which duty of the term ("" where it has one); `reading` "" where none matters.

    `evidence` are the entries it rests on; `changes_until_us` is until when a report could still change it at once (None: open),
    `was` the verdict that was published before, None: none.
    """

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
    verdicts: tuple[Said, ...]
    words: str


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
    keys = [(said.term, said.party, said.reading, said.instance) for said in verdicts.verdicts]
    faults.each_once("verdicts", keys)
    for i, said in enumerate(verdicts.verdicts):
        faults.name(f"verdicts[{i}].term", said.term)
        faults.text(f"verdicts[{i}].words", said.words, needed=True)
        faults.ids(f"verdicts[{i}].evidence", said.evidence)
    return faults.all()
