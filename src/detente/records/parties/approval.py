"""Approvals inside a party, before something leaves: which kinds need whose, and who said what. For the party alone."""

from __future__ import annotations

from typing import Final, Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

NEVER_HELD: Final = frozenset(
    {"approval", "handover", "response", "screening", "sealed", "step", "warning", "watermark"}
)
"""Kinds that no rule may hold back: answers, what the station itself says, and approvals themselves."""


class Need(Body, frozen=True, kw_only=True):
    """So many different officers who hold a role."""

    count: int
    role: str


class ApprovalRule(Body, frozen=True, kw_only=True):
    """Entries of these kinds leave once every need is met. Who composed it does not count. A newer rule replaces it by superseding it.

    Messages marked urgent or stop are never held, whatever the rule says: any officer on watch may send them.
    """

    kinds: tuple[str, ...]
    needs: tuple[Need, ...]
    words: str


class Approval(Body, frozen=True, kw_only=True):
    """What one officer says of a held entry (`about`, its id). A dissent stops nothing and stays on record."""

    about: str
    says: Literal["approve", "dissent", "withdraw"]
    words: str


def check_rule(rule: ApprovalRule) -> tuple[Problem, ...]:
    """Return what is wrong with a rule, seen alone. A rule without needs holds nothing: that is how one is lifted."""
    faults = Faults()
    faults.text("words", rule.words)
    faults.each_once("kinds", rule.kinds)
    faults.each_once("needs", [n.role for n in rule.needs])
    if not rule.kinds:
        faults.add("rule_kinds", "kinds", "", "names at least one kind", "Name it, e.g. notice.")
    for i, kind in enumerate(rule.kinds):
        faults.name(f"kinds[{i}]", kind)
        if kind in NEVER_HELD:
            faults.add("rule_kind", f"kinds[{i}]", kind, "is never held back", "Take it out.")
    for i, need in enumerate(rule.needs):
        faults.role(f"needs[{i}].role", need.role)
        faults.at_least(f"needs[{i}].count", need.count, 1)
    return faults.all()


def check(approval: Approval) -> tuple[Problem, ...]:
    """Return what is wrong with an approval, seen alone."""
    faults = Faults()
    faults.hash("about", approval.about)
    faults.text("words", approval.words, needed=approval.says != "approve")
    return faults.all()


FORMS = (
    first_version("approval", Approval, check, "says"),
    first_version("approval", ApprovalRule, check_rule, "rule"),
)
