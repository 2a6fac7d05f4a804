"""Hashes left with another station so that a host cannot quietly delay or refuse a submission.

What is lodged is the header commitment of the leaf to come: anyone who follows the ledger sees whether it was included, and
learns nothing else. Both the one who lodged and the one who holds run this table; a hash not included `within_us` after it
was lodged is an alarm at both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

WITHIN_US = 10_000_000


class Lodged(msgspec.Struct, frozen=True, kw_only=True):
    """One lodged hash: whose it is, when it was lodged here, and with whom (own hashes only)."""

    commitment: bytes
    lodged_at_us: int
    party: str


@dataclass
class Lodgings:
    """Open lodged hashes. Order of lodging is kept, so the first is due first."""

    within_us: int = WITHIN_US
    open: dict[bytes, Lodged] = field(default_factory=dict)
    overdue: dict[bytes, Lodged] = field(default_factory=dict)

    def lodge(self, item: Lodged) -> bool:
        """Take a hash; False if it is held already (the first time counts)."""
        if item.commitment in self.open or item.commitment in self.overdue:
            return False
        self.open[item.commitment] = item
        return True

    def drop_oldest(self, party: str) -> bytes | None:
        """Let go of the oldest overdue hash of a party, for which the alarm was raised long ago; None if it has none."""
        oldest = next((c for c, item in self.overdue.items() if item.party == party), None)
        if oldest is not None:
            del self.overdue[oldest]
        return oldest

    def of(self, party: str) -> int:
        """Count the hashes held of a party, open or overdue."""
        return sum(item.party == party for table in (self.open, self.overdue) for item in table.values())

    def held(self) -> bool:
        """Whether any hash is open or overdue."""
        return bool(self.open or self.overdue)

    def all(self) -> set[bytes]:
        """Every hash held, open or overdue."""
        return {*self.open, *self.overdue}

    def included(self, commitment: bytes) -> Lodged | None:
        """Close the hash of a verified leaf, also one that was overdue; None for any other leaf."""
        return self.open.pop(commitment, None) or self.overdue.pop(commitment, None)

    def withdraw(self, commitment: bytes, party: str) -> Lodged | None:
        """Let go of a hash on the word of the party that lodged it; nobody else's word does it."""
        held = self.open.get(commitment) or self.overdue.get(commitment)
        return self.included(commitment) if held is not None and held.party == party else None

    def due_us(self) -> int | None:
        """When the next open hash becomes overdue."""
        return min((item.lodged_at_us + self.within_us for item in self.open.values()), default=None)

    def take_overdue(self, now_us: int) -> list[Lodged]:
        """Return each hash that became overdue, once."""
        late = [item for item in self.open.values() if item.lodged_at_us + self.within_us <= now_us]
        for item in late:
            del self.open[item.commitment]
            self.overdue[item.commitment] = item
        return late
