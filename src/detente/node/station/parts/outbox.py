"""Submissions on their way to the host: durable first, then sent, in order, until they stand in the own verified copy.

    QUEUED ──sent──> SENT ──receipt──> RECEIPTED ──leaf verified in own copy──> (gone)
      ^                │ └──refused──> REFUSED (kept, shown, never sent again,
      └──unreachable───┘           until an officer dismisses it)

Sending the same bytes twice is harmless (the id is the same), so after a crash everything not gone is sent again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import msgspec

State = Literal["queued", "sent", "receipted", "refused"]

BATCH = 64
"""Submissions in one request at most."""

DELAY_US = 3_000_000
"""A submission without a receipt for so long is lodged with the other stations."""

RETRY_US = 1_000_000


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    """One submission of ours. `leaf` is what its leaf must hold: header commitment, facet commitments, slots, joined.

    `number` counts what was composed here, so that a restart keeps the order; a row kept before there were numbers has 0.
    """

    commitment: bytes
    composed_at_us: int
    id: bytes
    index: int | None = None
    kind: str
    leaf: bytes
    lodged: bool = False
    number: int = 0
    problems: tuple[str, ...] = ()
    raw: bytes
    state: State = "queued"
    supersedes: bytes | None = None
    urgent: bool


@dataclass
class Outbox:
    """Own submissions by id, in the order composed. Every change returns the new value, to be kept before it is acted on."""

    items: dict[bytes, Queued] = field(default_factory=dict)
    by_commitment: dict[bytes, bytes] = field(default_factory=dict)
    by_index: dict[int, bytes] = field(default_factory=dict)
    in_flight: set[bytes] = field(default_factory=set)
    next_number: int = 1
    retry_at_us: int = 0

    def add(self, item: Queued) -> bool:
        """Take a submission; False if it is here already."""
        if item.id in self.items:
            return False
        self._put(item if item.number else msgspec.structs.replace(item, number=self.next_number))
        self.next_number = max(self.next_number, item.number) + 1
        return True

    def sendable(self, now_us: int) -> list[Queued]:
        """Mark and return what to send now: urgent ones with what they supersede first, else in order; nothing while a request
        is under way.
        """
        if self.in_flight or now_us < self.retry_at_us:
            return []
        waiting = [item for item in self.items.values() if item.state in ("queued", "sent")]
        first = self._first(waiting)
        waiting.sort(key=lambda item: item.id not in first)
        batch = waiting[:BATCH]
        self.in_flight = {item.id for item in batch}
        return [self._put(msgspec.structs.replace(item, state="sent")) for item in batch]

    def receipted(self, entry_id: bytes, index: int) -> Queued | None:
        """Note the receipt of a submission; None if it is not ours or was seen before."""
        self.in_flight.discard(entry_id)
        item = self.items.get(entry_id)
        if item is None or item.state == "receipted":
            return None
        return self._put(msgspec.structs.replace(item, state="receipted", index=index))

    def refused(self, entry_id: bytes, problems: Iterable[str]) -> Queued | None:
        """Note that the host refused a submission for good."""
        self.in_flight.discard(entry_id)
        item = self.items.get(entry_id)
        if item is None:
            return None
        return self._put(msgspec.structs.replace(item, state="refused", problems=tuple(problems)))

    def dismiss(self, entry_id: bytes) -> Queued | None:
        """Let go of a refused submission that an officer has seen; None for any other."""
        item = self.items.get(entry_id)
        if item is None or item.state != "refused":
            return None
        self.by_commitment.pop(item.commitment, None)
        return self.items.pop(entry_id)

    def unreachable(self, now_us: int) -> None:
        """Note that what was under way did not arrive, or nobody knows: it will be sent again."""
        self.in_flight.clear()
        self.retry_at_us = now_us + RETRY_US

    def included(self, commitment: bytes) -> Queued | None:
        """Let go of the submission whose leaf is verified in the own copy; None for any other leaf."""
        entry_id = self.by_commitment.pop(commitment, None)
        if entry_id is None:
            return None
        self.in_flight.discard(entry_id)
        item = self.items.pop(entry_id)
        if item.index is not None:
            self.by_index.pop(item.index, None)
        return item

    def delayed(self, now_us: int, delay_us: int = DELAY_US) -> list[Queued]:
        """Mark and return the submissions to lodge: too long without a receipt, or refused, and not lodged yet."""
        late = [item for item in self.items.values() if self._wants_lodging(item, now_us, delay_us)]
        return [self._put(msgspec.structs.replace(item, lodged=True)) for item in late]

    def due_us(self, delay_us: int = DELAY_US) -> int | None:
        """When something here next wants attention: a retry or a lodging."""
        times = [
            item.composed_at_us + delay_us for item in self.items.values() if not item.lodged and item.index is None
        ]
        if not self.in_flight and any(item.state in ("queued", "sent") for item in self.items.values()):
            times.append(self.retry_at_us)
        return min(times, default=None)

    def ready(self, now_us: int) -> bool:
        """Whether something is on its way, or would be sent now."""
        return bool(self.in_flight) or (self.waiting() > 0 and now_us >= self.retry_at_us)

    def waiting(self) -> int:
        """How many submissions have no receipt and were not refused."""
        return sum(item.state in ("queued", "sent") for item in self.items.values())

    def _first(self, waiting: Iterable[Queued]) -> set[bytes]:
        """Return what goes first: the host refuses a version that comes before the one it replaces."""
        first: set[bytes] = set()
        for item in waiting:
            found = item if item.urgent else None
            while found is not None and found.id not in first:
                first.add(found.id)
                found = self.items.get(found.supersedes) if found.supersedes is not None else None
        return first

    def _put(self, item: Queued) -> Queued:
        self.items[item.id] = item
        self.by_commitment[item.commitment] = item.id
        if item.index is not None:
            self.by_index[item.index] = item.id
        return item

    @staticmethod
    def _wants_lodging(item: Queued, now_us: int, delay_us: int) -> bool:
        if item.lodged or item.index is not None:
            return False
        return item.state == "refused" or item.composed_at_us + delay_us <= now_us
