"""What a station has to do because something changed: changes that wait, the one under work, announced ends to come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from detente.picture.notices.endangered import Dangers, Search
from detente.records.notices.warning import Cause, DangerWarning
from detente.rules.notices.changes.fan_out import Change


@dataclass
class Job:
    """One change under work: first looked for, then warned of."""

    change: Change
    cause: Cause
    search: Search
    warnings: Iterator[DangerWarning] | None = None


@dataclass
class Fans:
    """What is to be done: changes that wait, the one under work, announced ends to come. `done` is kept in the own copy."""

    dangers: Dangers
    done: set[str] = field(default_factory=set)
    ends: list[tuple[int, str]] = field(default_factory=list)
    job: Job | None = None
    waiting: deque[tuple[Change, Cause]] = field(default_factory=deque)

    def due_us(self, now_us: int) -> int | None:
        """When there is something to do: now, or at the next announced end."""
        if self.job is not None or self.waiting or self.dangers.fresh:
            return now_us
        return self.ends[0][0] if self.ends else None
