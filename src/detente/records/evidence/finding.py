"""A finding: an alarm that starts a clock, a step of a ladder, or a verdict that somebody published.

What follows from entries is computed and never recorded; only what starts something, or was said in public, is an
entry. `(subject, step)` is a slot of its own, so that nothing fires twice.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

Verdict = Literal["breached", "contested", "kept", "not in force", "pending", "undetermined"]


class Finding(Body, frozen=True, kw_only=True):
    """A verdict, the entries it rests on, and words, in that order.

    `rule` names what was applied, `ruleset` the code and library versions that applied it, `size` the ledger size as
    the author saw it. `subject` is the id of the entry or term concerned; `step` counts from 0.
    """

    basis: tuple[str, ...]
    kind: Literal["alarm", "escalation", "verdict"]
    rule: str
    ruleset: str
    size: int
    step: int
    subject: str
    verdict: Verdict | None
    words: str


def check(finding: Finding) -> tuple[Problem, ...]:
    """Return what is wrong with a finding, seen alone."""
    faults = Faults()
    faults.ids("basis", finding.basis)
    faults.name("rule", finding.rule)
    faults.text("ruleset", finding.ruleset, needed=True)
    faults.text("words", finding.words, needed=True)
    faults.at_least("size", finding.size, 0)
    faults.at_least("step", finding.step, 0)
    faults.text("subject", finding.subject, needed=True)
    if (finding.kind == "verdict") != (finding.verdict is not None):
        faults.add("finding_verdict", "verdict", finding.verdict, "is given exactly for a verdict", "State it or null.")
    if finding.kind == "verdict" and not finding.basis:
        faults.add("finding_basis", "basis", "", "a published verdict names what it rests on", "Name the entries.")
    return faults.all()


FORMS = (first_version("finding", Finding, check),)
