"""How a line does, measured from its trials and from the calls that were made on it; and whether it may carry something.

A call to which the usual contact was absent shows that the line carried and nobody took it: the line was up, and the message was
not delivered. Both are counted, apart (Deir ez-Zor: 27 minutes on a line that worked).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from detente.records.hotline.call import Call, Outcome
from detente.records.hotline.channel import Channel, Load
from detente.records.hotline.trial import Trial

CARRIED: dict[Outcome, bool] = {
    "contact-absent": True,
    "cut": False,
    "delivered": True,
    "no-answer": True,
    "on-hold": True,
    "refused": True,
}
"""Whether the line itself carried, by how a call ended."""


class Attempt(NamedTuple):
    """One use of a line: whether it carried, whether somebody took it, and how long that took where it is known."""

    at_us: int
    carried: bool
    taken: bool
    latency_us: int | None


class Measured(msgspec.Struct, frozen=True):
    """How a line did over a span. Shares are in thousandths, None without an attempt: nothing is said of what nobody tried."""

    attempts: int
    uptime_permille: int | None
    taken_permille: int | None
    latency_median_us: int | None
    latency_worst_us: int | None
    last_us: int | None
    last_carried_us: int | None

    def sentence(self) -> str:
        """Say it in one line."""
        if self.uptime_permille is None or self.taken_permille is None:
            return "not tried: nothing is known of it"
        took = ""
        if self.latency_median_us is not None and self.latency_worst_us is not None:
            took = f"; answered in {_s(self.latency_median_us)} (median), {_s(self.latency_worst_us)} at worst"
        return (
            f"carried {_percent(self.uptime_permille)} of {self.attempts} tries, "
            f"taken by somebody {_percent(self.taken_permille)}{took}"
        )


def attempts(channel: str, trials: Iterable[Trial], calls: Iterable[Call]) -> tuple[Attempt, ...]:
    """Return every use of a line, in order of time. Two accounts of one call are one attempt: the one it countersigns counts."""
    found = [
        Attempt(t.at_us, t.outcome != "failed", t.outcome == "answered", t.latency_us)
        for t in trials
        if t.channel == channel
    ]
    found += [
        Attempt(c.at_us, CARRIED[c.outcome], c.outcome == "delivered", None)
        for c in calls
        if c.line == channel and c.countersigns is None
    ]
    return tuple(sorted(found))


def measure(found: Sequence[Attempt], since_us: int, until_us: int) -> Measured:
    """Measure a line over a closed span."""
    inside = [a for a in found if since_us <= a.at_us <= until_us]
    if not inside:
        return Measured(0, None, None, None, None, None, None)
    took = sorted(a.latency_us for a in inside if a.latency_us is not None)
    return Measured(
        attempts=len(inside),
        uptime_permille=1000 * sum(a.carried for a in inside) // len(inside),
        taken_permille=1000 * sum(a.taken for a in inside) // len(inside),
        latency_median_us=took[(len(took) - 1) // 2] if took else None,
        latency_worst_us=took[-1] if took else None,
        last_us=inside[-1].at_us,
        last_carried_us=max((a.at_us for a in inside if a.carried), default=None),
    )


def may_carry(channel: Channel, load: Load) -> Literal["yes", "no", "unsaid"]:
    """Say whether a line may carry something, as its author has it."""
    if load in channel.never:
        return "no"
    return "yes" if load in channel.carries else "unsaid"


def _percent(permille: int) -> str:
    return f"{permille // 10} %"


def _s(us: int) -> str:
    return f"{us / 1_000_000:.0f} s"
