"""Other stations' checkpoints that are larger than what the host has shown us: kept until they can be judged.

Stations send each other their newest checkpoint directly. As long as two stations speak only through the host, it can show
each its own history for as long as it likes; with the first direct exchange both hold two notes under the host's own
signature that cannot both be true (`ledger.checkpoints.fork` judges them and makes the evidence).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from detente.ledger.checkpoints.checkpoint import SignedCheckpoint

CATCH_UP_WITHIN_US = 10_000_000
"""How long the host may take to show us the size it has shown another."""


@dataclass
class Ahead:
    """Larger checkpoints by party, with the time we got the first of them; `reported` are those an alarm was raised for."""

    notes: dict[str, tuple[SignedCheckpoint, int]] = field(default_factory=dict)
    reported: set[str] = field(default_factory=set)

    def take(self, party: str, note: SignedCheckpoint, now_us: int) -> None:
        """Keep a peer's larger checkpoint; while one is held, its clock runs on."""
        since_us = self.notes[party][1] if party in self.notes else now_us
        self.notes[party] = (note, since_us)

    def judgeable(self, verified_size: int) -> list[tuple[str, SignedCheckpoint]]:
        """Take out those that can be judged now."""
        ready = [(party, note) for party, (note, _) in self.notes.items() if note.checkpoint.size <= verified_size]
        for party, _ in ready:
            del self.notes[party]
            self.reported.discard(party)
        return ready

    def due_us(self) -> int | None:
        """When the host's time to show us as much as it showed a peer runs out."""
        open_us = [since_us for party, (_, since_us) in self.notes.items() if party not in self.reported]
        return min((since_us + CATCH_UP_WITHIN_US for since_us in open_us), default=None)

    def take_late(self, now_us: int) -> list[tuple[str, SignedCheckpoint]]:
        """Return those that the host has still not matched, each once."""
        late = [
            (party, note)
            for party, (note, since_us) in self.notes.items()
            if party not in self.reported and since_us + CATCH_UP_WITHIN_US <= now_us
        ]
        self.reported.update(party for party, _ in late)
        return late
