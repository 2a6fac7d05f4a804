"""Alarms, ladder steps and published verdicts, each in a slot of its own so that nothing fires twice."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.known import Entry
from detente.records.evidence.finding import Finding


class Raised(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One finding, who published it, and where in the ledger."""

    at_us: int
    author: str
    entry: str
    finding: Finding
    index: int


class FindingsState(msgspec.Struct, kw_only=True):
    """Findings in order of the ledger; the latest in each slot "author rule step subject" by its place in the list."""

    raised: list[Raised] = []
    slots: dict[str, int] = {}


class Findings(View):
    """Findings on record. A later one in the same slot revises the earlier; both stay."""

    name = "findings"
    kinds: ClassVar[frozenset[str]] = frozenset({"finding"})
    state: FindingsState

    def __init__(self) -> None:
        self.state = FindingsState()

    def apply(self, known: Entry) -> None:
        """Take in one finding."""
        finding = known.body(Finding)
        if finding is None:
            return
        author = known.header.author
        self.state.slots[_slot(author, finding.rule, finding.step, finding.subject)] = len(self.state.raised)
        self.state.raised.append(
            Raised(at_us=known.received_at_us, author=author, entry=known.id, finding=finding, index=known.index)
        )

    def taken(self, author: str, rule: str, step: int, subject: str) -> Raised | None:
        """Return the latest finding in a slot, or None if nothing has fired there."""
        at = self.state.slots.get(_slot(author, rule, step, subject))
        return None if at is None else self.state.raised[at]

    def about(self, subject: str) -> tuple[Raised, ...]:
        """Return every finding on a subject, in order of the ledger."""
        return tuple(r for r in self.state.raised if r.finding.subject == subject)


def _slot(author: str, rule: str, step: int, subject: str) -> str:
    return f"{author} {rule} {step} {subject}"
