"""When a station says "I have been told": the timing of watermarks.

At once when an entry marked urgent or stop is in the own durable copy; else at most every `every_us` (5 s), and only if
there is something to say. A watermark answers nothing but entries of other kinds: two stations must not keep each other
awake by acknowledging acknowledgements. It goes to the authors of what it newly covers and to nobody else, so a third
party does not learn from it that something was said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

EVERY_US = 5_000_000


@dataclass
class Telling:
    """Authors whose entries no own watermark covers yet, with the highest such index. `last_us`: the last watermark."""

    every_us: int = EVERY_US
    last_us: int | None = None
    urgent: bool = False
    waiting: dict[str, int] = field(default_factory=dict)

    def received(self, author: str, index: int, *, urgent: bool, is_watermark: bool) -> None:
        """Note one entry by another party, addressed to us and durable here."""
        if is_watermark:
            return
        self.waiting[author] = index
        self.urgent = self.urgent or urgent

    def covered(self, audience: tuple[str, ...], size: int, at_us: int) -> None:
        """Note an own watermark, for everything below `size`, found in the own copy (start-up, and as it comes back)."""
        for author in audience:
            if self.waiting.get(author, size) < size:
                del self.waiting[author]
        self.urgent = self.urgent and bool(self.waiting)
        self.last_us = at_us if self.last_us is None else max(self.last_us, at_us)

    def due_us(self, now_us: int) -> int | None:
        """When the next watermark is due (never before `now_us`); None when there is nothing to say."""
        if not self.waiting:
            return None
        if self.urgent or self.last_us is None:
            return now_us
        return max(now_us, self.last_us + self.every_us)

    def take(self, now_us: int) -> tuple[str, ...] | None:
        """If a watermark is due, return its audience (sorted) and forget what it covers; else None."""
        if self.due_us(now_us) != now_us:
            return None
        audience = tuple(sorted(self.waiting))
        self.waiting.clear()
        self.urgent = False
        self.last_us = now_us
        return audience
