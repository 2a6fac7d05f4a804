"""When a screening is delivered: a slot fixed by the notice alone, whatever the answer says.

The slot lies `after_us` after the host received the notice, so neither the answer nor the work it took shows in its time. A
station that was away when the slot passed answers late, `after_us` after it first saw the notice: its absence shows, the
answer still does not. So does one whose clock is behind the host's: it would wait for its own clock to reach the host's time.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field


def slot_us(received_at_us: int, first_seen_us: int, after_us: int) -> int:
    """Return the moment, by our clock, at which the screening of this notice is handed to the host.

    `received_at_us` is by the host's clock and `first_seen_us` by ours: seen before it was received, it is our clock that is behind.
    """
    slot = received_at_us + after_us
    return slot if received_at_us <= first_seen_us <= slot else first_seen_us + after_us


@dataclass
class Slots:
    """Notices that still want their one screening, by slot. `asked` holds every notice ever given a slot or an answer."""

    asked: set[bytes] = field(default_factory=set)
    waiting: set[bytes] = field(default_factory=set)
    queue: list[tuple[int, int, bytes]] = field(default_factory=list)

    def ask(self, notice: bytes, at_us: int) -> bool:
        """Give a notice its slot; False if it has one or was answered."""
        if notice in self.asked:
            return False
        self.asked.add(notice)
        self.waiting.add(notice)
        heapq.heappush(self.queue, (at_us, len(self.asked), notice))  # one moment: in the order asked, not of ids
        return True

    def answered(self, notice: bytes) -> None:
        """Note that an own screening of this notice exists (in the own copy or in the queue to the host)."""
        self.asked.add(notice)
        self.waiting.discard(notice)

    def due_us(self) -> int | None:
        """The next slot."""
        self._drop_answered()
        return self.queue[0][0] if self.queue else None

    def first(self, limit: int) -> list[bytes]:
        """Return the notices whose slots come first, in slot order."""
        held: list[tuple[int, int, bytes]] = []
        while len(held) < limit and self.due_us() is not None:
            held.append(heapq.heappop(self.queue))
        for item in held:
            heapq.heappush(self.queue, item)
        return [notice for _, _, notice in held]

    def take(self, now_us: int, limit: int) -> list[bytes]:
        """Return up to `limit` notices whose slot has come, in slot order, each once."""
        due: list[bytes] = []
        while (at_us := self.due_us()) is not None and at_us <= now_us and len(due) < limit:
            notice = heapq.heappop(self.queue)[2]
            self.waiting.discard(notice)
            due.append(notice)
        return due

    def _drop_answered(self) -> None:
        while self.queue and self.queue[0][2] not in self.waiting:
            heapq.heappop(self.queue)
