"""The plain timer on urgent messages that nobody answers (a later issue puts ladders in its place).

The clock of a message starts when its officer signed it and stops only by an answer from an *officer* of a party it was
addressed to. That a station has it, or that a voice said "wait", does not stop it: such a message stays undelivered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

ANSWER_WITHIN_US = 120_000_000


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """An urgent or stop message of ours, waiting for `parties` to answer it."""

    id: bytes
    parties: tuple[str, ...]
    signed_at_us: int
    urgency: str


@dataclass
class UrgentTimers:
    """Own urgent messages by id, and those among them whose time has run out."""

    within_us: int = ANSWER_WITHIN_US
    open: dict[bytes, Open] = field(default_factory=dict)
    raised: set[bytes] = field(default_factory=set)

    def sent(self, message: Open) -> None:
        """Start the clock of an own message; a second start of the same one changes nothing."""
        if message.parties:
            self.open.setdefault(message.id, message)

    def answered(self, about: bytes, party: str) -> None:
        """Take an officer's answer from one addressed party; the clock stops when all of them have answered."""
        message = self.open.get(about)
        if message is None or party not in message.parties:
            return
        rest = tuple(p for p in message.parties if p != party)
        if rest:
            self.open[about] = msgspec.structs.replace(message, parties=rest)
        else:
            del self.open[about]

    def due_us(self) -> int | None:
        """When the next clock runs out."""
        return min(
            (m.signed_at_us + self.within_us for m in self.open.values() if m.id not in self.raised), default=None
        )

    def take_unanswered(self, now_us: int) -> list[Open]:
        """Return each message whose clock ran out, once; it stays open until answered."""
        late = [m for m in self.open.values() if m.id not in self.raised and m.signed_at_us + self.within_us <= now_us]
        self.raised.update(m.id for m in late)
        return late
