"""From derived verdicts to the record of what was published, and of its revisions."""

from __future__ import annotations

from collections.abc import Sequence

from detente.geometry.zones import TABLES
from detente.records.agreements.verdict import Answer, PublishedVerdict, Verdicts
from detente.rules.agreements.judging.beside import qualified
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.logic.log import write

RULESET = f"detente-terms/1 {TABLES}"
"""What derives verdicts here: the code (a change of meaning changes it), then the tables of time zones.

Verdicts of two rulesets may differ for that reason alone: they are shown as two rulesets, never as a contradiction.
"""


def said(verdict: Verdict, was: Answer | None = None) -> PublishedVerdict:
    """Return a verdict as it is published; `was` is what had been published before."""
    return PublishedVerdict(
        answer=verdict.answer,
        changes_until_us=verdict.fast_until_us,
        evidence=verdict.evidence,
        instance=verdict.instance,
        party=verdict.party,
        reading=verdict.reading,
        settled=verdict.settled,
        term=verdict.term,
        was=was,
        words=sentence(verdict),
    )


def batch(
    about: str,
    verdicts: Sequence[Verdict],
    now_us: int,
    size: int,
    ruleset: str,
    *,
    revises: str | None = None,
    trigger: str | None = None,
    was: Sequence[Answer] = (),
) -> Verdicts:
    """Return one publication: its verdicts sorted, each once."""
    before: Sequence[Answer | None] = was or [None] * len(verdicts)
    made = {v.key: said(v, b) for v, b in zip(verdicts, before, strict=True)}
    return Verdicts(
        about=about,
        as_of_us=now_us,
        revises=revises,
        ruleset=ruleset,
        size=size,
        trigger=trigger,
        verdicts=tuple(made[key] for key in sorted(made)),
        words="",
    )


def sentence(v: Verdict) -> str:
    """Say a verdict in one line: the answer, why, what would settle it, how late it can still change, and its caveats."""
    reading = f", {v.reading.name}" if v.reading else ""
    duty = f" ({short(v.instance)})" if v.instance else ""
    parts = [f"{v.term} {v.party}{duty}{reading}: {headline(v).upper()}: {v.why}"]
    if v.settles:
        parts.append(f"would be settled by: {'; '.join(v.settles)}")
    if v.fast_until_us is not None:
        parts.append(
            f"a report that comes up to {write(v.fast_until_us)} can still change it at once, a later one slowly"
        )
    return ". ".join([*parts, *qualified(v.beside), *v.caveats])


def headline(v: Verdict) -> str:
    """Return the answer as it may be read alone: one beside which counts stand says so at once."""
    return f"{v.answer}, as far as single reports go" if v.beside else v.answer


def short(instance: str) -> str:
    """Write the name of a duty: the first digits of an entry's id, or the name itself."""
    return instance[:12] if len(instance) == 64 else instance
