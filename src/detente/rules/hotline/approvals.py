"""Whether what an officer composed may leave: M of N by role, inside the party.

    composed ──rule for its kind?──> held ──every need met──> leaves            withdrawn by who composed it ──> never leaves
                    no ──> leaves       └─ dissent: stops nothing, stays on record

Urgent and stop are never held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from detente.records.hotline.message import Message
from detente.records.parties.approval import NEVER_HELD, Approval, ApprovalRule, Need

State = Literal["approved", "held", "withdrawn"]


class Vote(NamedTuple):
    """What one officer said last, with the roles that officer holds."""

    officer: str
    roles: tuple[str, ...]
    says: Approval


class ApprovalStanding(NamedTuple):
    """How a held entry stands: `missing` are roles still needed, with how many."""

    state: State
    missing: tuple[tuple[str, int], ...]
    approved_by: tuple[str, ...]
    dissent_by: tuple[str, ...]

    def sentence(self) -> str:
        """Say it in one line."""
        dissent = f"; dissent of {', '.join(self.dissent_by)} on record" if self.dissent_by else ""
        if self.state == "held":
            needs = ", ".join(f"{count} of role {role}" for role, count in self.missing)
            return f"HELD: needs {needs}{dissent}"
        by = f" by {', '.join(self.approved_by)}" if self.approved_by else ""
        return f"{self.state}{by}{dissent}"


def rule_for(rules: Mapping[str, ApprovalRule], kind: str, body: object) -> ApprovalRule | None:
    """Return the rule that holds an entry back, None where it may leave at once. `rules` are those in force, by kind."""
    if kind in NEVER_HELD or (isinstance(body, Message) and body.urgency in ("stop", "urgent")):
        return None
    rule = rules.get(kind)
    return rule if rule is not None and rule.needs else None


def standing(needs: Iterable[Need], composer: str, votes: Mapping[str, Vote]) -> ApprovalStanding:
    """Say how a held entry stands, from the last word of each officer.

    Each officer counts once, towards the need that fewest others can meet; who composed it counts for none.
    """
    if composer in votes and votes[composer].says.says == "withdraw":
        return ApprovalStanding("withdrawn", (), (), ())
    yes = {v.officer: set(v.roles) for v in votes.values() if v.says.says == "approve" and v.officer != composer}
    dissent = tuple(sorted(v.officer for v in votes.values() if v.says.says == "dissent"))
    seats = [need.role for need in needs for _ in range(need.count)]
    taken: dict[int, str] = {}
    for officer in sorted(yes):
        _seat(officer, yes, seats, taken, set())
    missing: dict[str, int] = {}
    for at, role in enumerate(seats):
        if at not in taken:
            missing[role] = missing.get(role, 0) + 1
    return ApprovalStanding(
        "held" if missing else "approved", tuple(sorted(missing.items())), tuple(sorted(yes)), dissent
    )


def _seat(officer: str, yes: Mapping[str, set[str]], seats: list[str], taken: dict[int, str], tried: set[int]) -> bool:
    """Seat an officer, moving others to seats that they can hold as well (a matching: no approval is wasted)."""
    for at, role in enumerate(seats):
        if role in yes[officer] and at not in tried:
            tried.add(at)
            if at not in taken or _seat(taken[at], yes, seats, taken, tried):
                taken[at] = officer
                return True
    return False
