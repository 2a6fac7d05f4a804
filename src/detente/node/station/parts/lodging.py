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


Key = tuple[bytes, str]
"""A hash and whose it is: what one party lodges takes nothing from another that lodges the same."""


@dataclass
class Lodgings:
    """Open lodged hashes. Order of lodging is kept, so the first is due first."""

    within_us: int = WITHIN_US
    open: dict[Key, Lodged] = field(default_factory=dict)
    overdue: dict[Key, Lodged] = field(default_factory=dict)

    def lodge(self, item: Lodged) -> bool:
        """Take a hash; False if it is held of this party already (the first time counts)."""
        key = (item.commitment, item.party)
        if key in self.open or key in self.overdue:
            return False
        self.open[key] = item
        return True

    def drop_oldest(self, party: str) -> bytes | None:
        """Let go of the oldest overdue hash of a party, for which the alarm was raised long ago; None if it has none."""
        oldest = next((key for key in self.overdue if key[1] == party), None)
        if oldest is None:
            return None
        del self.overdue[oldest]
        return oldest[0]

    def of(self, party: str) -> int:
        """Count the hashes held of a party, open or overdue."""
        return sum(key[1] == party for table in (self.open, self.overdue) for key in table)

    def held(self) -> bool:
        """Whether any hash is open or overdue."""
        return bool(self.open or self.overdue)

    def all(self) -> set[bytes]:
        """Every hash held, open or overdue."""
        return {commitment for table in (self.open, self.overdue) for commitment, _ in table}

    def included(self, commitment: bytes) -> list[Lodged]:
        """Close the hash of a verified leaf, whoever lodged it, also one that was overdue; empty for any other leaf."""
        return [table.pop(key) for table in (self.open, self.overdue) for key in list(table) if key[0] == commitment]

    def withdraw(self, commitment: bytes, party: str) -> Lodged | None:
        """Let go of a hash on the word of the party that lodged it; nobody else's word does it."""
        key = (commitment, party)
        return self.open.pop(key, None) or self.overdue.pop(key, None)

    def due_us(self) -> int | None:
        """When the next open hash becomes overdue."""
        return min((item.lodged_at_us + self.within_us for item in self.open.values()), default=None)

    def take_overdue(self, now_us: int) -> list[Lodged]:
        """Return each hash that became overdue, once."""
        late = {key: item for key, item in self.open.items() if item.lodged_at_us + self.within_us <= now_us}
        for key, item in late.items():
            del self.open[key]
            self.overdue[key] = item
        return list(late.values())


def rows(commitment: bytes, party: str) -> tuple[str, ...]:
    """Return the names under which the own copy may hold a lodged hash: ours, and that of copies which knew no party."""
    return f"lodged/{commitment.hex()}/{party}", f"lodged/{commitment.hex()}"


def alarm_about(item: Lodged) -> str:
    """Return what an alarm of an overdue hash is about: of each party that lodged it one."""
    return f"{item.commitment.hex()} {item.party}"
