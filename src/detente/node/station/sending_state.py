"""What a station is about to send: the queue to the host, how the host answers, and what the own party holds back."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from detente.ledger.entry import Submission
from detente.ledger.facets import Openings
from detente.node.station.inputs import HostFaultKind
from detente.node.station.parts.lodging import Lodgings
from detente.node.station.parts.outbox import Outbox
from detente.records.parties.approval import ApprovalRule
from detente.rules.hotline.approvals import Vote


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer composed and the own party has not approved yet: sealed and signed, and not queued."""

    composer: str
    held_at_us: int
    id: str
    kept: Openings
    kind: str
    rule: ApprovalRule
    submission: Submission


class HostFault(msgspec.Struct, frozen=True, kw_only=True):
    """Why the host cannot be followed now."""

    kind: HostFaultKind
    why: str


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """Our word to one other station that it need not look for a hash of ours any more; said again until that station answers."""

    commitment: bytes
    since_us: int
    to: str


@dataclass(slots=True)
class Sending:
    """What is on its way to the host, and how the host has answered."""

    lodged_by_us: Lodgings
    """Hashes of ours that the other stations look for in the ledger."""
    outbox: Outbox = field(default_factory=Outbox)
    withdrawals: dict[tuple[bytes, str], Withdrawal] = field(default_factory=dict)
    host_answers: bool = False
    host_since_us: int | None = None
    host_fault: HostFault | None = None
    host_read_only: tuple[int, str] | None = None
    """Since when the host takes no submissions, and why."""
    unproven: tuple[int, int] | None = None
    """Since when the host answers with a size that is not proven, and that size."""
    held: dict[str, Held] = field(default_factory=dict)
    approval_rules: dict[str, ApprovalRule] = field(default_factory=dict)
    votes: dict[str, dict[str, Vote]] = field(default_factory=dict)
    """By held entry and officer."""
    votes_seen: set[str] = field(default_factory=set)
