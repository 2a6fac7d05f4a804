"""Holding another station's checkpoint against one's own tree: the one check a host that forks cannot pass.

Stations send each other their newest checkpoint directly. As long as two stations speak only through the host, it can show
each its own history for as long as it likes; with the first direct exchange both hold two notes under the host's own
signature that cannot both be true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from detente.ledger.checkpoint import Checkpoint, SignedCheckpoint
from detente.ledger.tree import Tree

Relation = Literal["same", "ahead", "fork"]

CATCH_UP_WITHIN_US = 10_000_000
"""How long the host may take to show us the size it has shown another."""


class ForkEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two notes signed by the host that cannot both be true (docs/formats/station-api.md, "Fork evidence")."""

    mine: str
    root_at_their_size: str
    shown_by: str
    theirs: str


def relation(tree: Tree, verified_size: int, theirs: Checkpoint) -> Relation:
    """Say how a checkpoint stands to the own tree, of which the first `verified_size` leaves are believed.

    "ahead": it cannot be judged before we hold that many leaves.
    """
    if theirs.size > verified_size:
        return "ahead"
    return "same" if tree.root(theirs.size) == theirs.root else "fork"


def evidence(tree: Tree, mine: SignedCheckpoint, theirs: SignedCheckpoint, shown_by: str) -> ForkEvidence:
    """Put the two notes together with the root our leaves have at their size (which is at most ours)."""
    return ForkEvidence(
        mine=mine.data.decode(),
        root_at_their_size=tree.root(theirs.checkpoint.size).hex(),
        shown_by=shown_by,
        theirs=theirs.data.decode(),
    )


@dataclass
class Ahead:
    """Checkpoints by peers that are larger than what the host has shown us, by party, with the time we got the first."""

    notes: dict[str, tuple[SignedCheckpoint, int]] = field(default_factory=dict)

    def take(self, party: str, note: SignedCheckpoint, now_us: int) -> None:
        """Keep a peer's larger checkpoint; the clock of an earlier one of the same peer runs on."""
        since_us = self.notes[party][1] if party in self.notes else now_us
        self.notes[party] = (note, since_us)

    def judgeable(self, verified_size: int) -> list[tuple[str, SignedCheckpoint]]:
        """Take out those that can be judged now."""
        ready = [(party, note) for party, (note, _) in self.notes.items() if note.checkpoint.size <= verified_size]
        for party, _ in ready:
            del self.notes[party]
        return ready

    def due_us(self) -> int | None:
        """When the host's time to show us as much as it showed a peer runs out."""
        return min((since_us + CATCH_UP_WITHIN_US for _, since_us in self.notes.values()), default=None)

    def late(self, now_us: int) -> list[tuple[str, SignedCheckpoint]]:
        """Those that the host has still not matched."""
        return [
            (party, note) for party, (note, since_us) in self.notes.items() if since_us + CATCH_UP_WITHIN_US <= now_us
        ]
