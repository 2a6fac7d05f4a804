"""When a station writes a watermark, its signed word that it has been told.

It writes one at once when an entry marked urgent or stop is in its own durable copy. Otherwise it writes one at most every
`every_us` (5 s), and only if there is something to say. No watermark is owed for another party's watermark: two stations must
not keep each other awake by acknowledging acknowledgements.

Each author has a watermark of its own, over its own entries, on its own clock: in one for two authors, or at a time that what
another wrote has moved, each would read that the other had written.
"""

from __future__ import annotations

from dataclasses import dataclass, field

EVERY_US = 5_000_000


@dataclass
class WatermarkTimes:
    """Authors whose entries no own watermark covers yet, with the highest such index; `urgent` are those who cannot wait.

    `last_us` holds the time of the last watermark to each author.
    """

    every_us: int = EVERY_US
    last_us: dict[str, int] = field(default_factory=dict)
    urgent: set[str] = field(default_factory=set)
    waiting: dict[str, int] = field(default_factory=dict)

    def received(self, author: str, index: int, *, urgent: bool, is_watermark: bool) -> None:
        """Note one entry by another party, addressed to us and durable here."""
        if is_watermark:
            return
        self.waiting[author] = index
        if urgent:
            self.urgent.add(author)

    def covered(self, audience: tuple[str, ...], size: int, at_us: int) -> None:
        """Note an own watermark, for everything below `size`, found in the own copy (start-up, and as it comes back)."""
        for author in audience:
            if self.waiting.get(author, size) < size:
                del self.waiting[author]
                self.urgent.discard(author)
            self.last_us[author] = max(at_us, self.last_us.get(author, at_us))

    def due_us(self, now_us: int) -> int | None:
        """When the next watermark is due (never before `now_us`); None when there is nothing to say."""
        return min((self._due_us(author, now_us) for author in self.waiting), default=None)

    def take(self, now_us: int) -> tuple[str, ...]:
        """Return the authors to whom a watermark is due, sorted, and forget what it covers."""
        due = tuple(sorted(author for author in self.waiting if self._due_us(author, now_us) == now_us))
        for author in due:
            del self.waiting[author]
            self.urgent.discard(author)
            self.last_us[author] = now_us
        return due

    def _due_us(self, author: str, now_us: int) -> int:
        if author in self.urgent or author not in self.last_us:
            return now_us
        return max(now_us, self.last_us[author] + self.every_us)
