"""Whether a station may put its cosignature under a checkpoint whose root it has recomputed.

The rule is `ledger.checkpoints.cosignature.may_cosign`: nothing runs backwards, nothing lies over 5 s after our clock, and while we follow
live nothing lies over 5 s before it. Two things are added here.

After an absence the old leaves are fair, but not older than the absence: a leaf that was not there when we last looked
cannot have been received (5 s and more) before we looked.

A refusal sticks: the station cosigns nothing that holds a refused leaf until an officer releases it. Otherwise a host would
only have to ask twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from detente.errors import Problem, problem
from detente.ledger.checkpoints.checkpoint import Checkpoint
from detente.ledger.checkpoints.cosignature import CLOCK_LIMIT_US, LastSeen, may_cosign


@dataclass
class Cosigning:
    """The last checkpoint judged, when the ledger was last seen to end there, and the refusals that stand, by leaf size."""

    last: LastSeen | None = None
    refused: dict[int, Problem] = field(default_factory=dict)
    seen_us: int | None = None

    def live(self, now_us: int) -> bool:
        """Whether we looked so recently that every new leaf must be from now."""
        return self.seen_us is not None and 0 <= now_us - self.seen_us <= CLOCK_LIMIT_US

    def judge(self, checkpoint: Checkpoint, received_at_us: Sequence[int], now_us: int) -> Problem | None:
        """Judge the leaves that are new since the last checkpoint; return why not, or None. Remembers either way."""
        found = may_cosign(self.last, checkpoint, received_at_us, now_us, self.live(now_us))
        found = found or self._before_absence(received_at_us)
        if found is not None:
            self.refused[checkpoint.size] = found
        last_us = max(received_at_us, default=self.last.received_at_us if self.last else 0)
        if self.last is not None:
            last_us = max(last_us, self.last.received_at_us)
        self.last = LastSeen(
            origin=checkpoint.origin, received_at_us=last_us, root=checkpoint.root, size=checkpoint.size
        )
        self.seen_us = now_us if self.seen_us is None else max(self.seen_us, now_us)
        return found

    def looked(self, now_us: int) -> None:
        """Note that the host was asked just now and the ledger still ends where we know it to end."""
        if self.seen_us is not None:
            self.seen_us = max(self.seen_us, now_us)

    def may(self) -> bool:
        """Whether no refusal stands."""
        return not self.refused

    def release(self) -> None:
        """An officer has looked at every refused leaf and lets the station cosign again."""
        self.refused.clear()

    def _before_absence(self, received_at_us: Sequence[int]) -> Problem | None:
        if self.seen_us is None or self.last is None:
            return None
        earliest_us = self.seen_us - CLOCK_LIMIT_US
        for index, at_us in enumerate(received_at_us, self.last.size):
            if at_us < earliest_us:
                return problem(
                    "cosign-back-dated",
                    f"leaf[{index}].received_at_us",
                    at_us,
                    f"must not be over 5 s before {self.seen_us}, when the ledger still ended before it",
                    "Do not cosign; keep the checkpoint and show it to the other stations.",
                )
        return None
