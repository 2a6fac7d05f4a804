"""The ledger's clock, real or virtual, and the steady clock of the process. Microseconds since 1970 UTC."""

from __future__ import annotations

import time
from typing import Protocol

from detente.errors import Refused, problem
from detente.ledger.genesis import Genesis


class Clock(Protocol):
    """Something that says what time it is on the ledger."""

    def now_us(self) -> int:
        """Return the time in microseconds since 1970 UTC."""


class SystemClock:
    """The clock of the machine."""

    def now_us(self) -> int:
        """Return the machine's time."""
        return time.time_ns() // 1000


class StepClock:
    """A clock that stands still until somebody moves it on: for virtual ledgers."""

    def __init__(self, now_us: int) -> None:
        self._now_us = now_us

    def now_us(self) -> int:
        """Return the time last set."""
        return self._now_us

    def set(self, now_us: int) -> None:
        """Move on to a time; raises `Refused` for one that lies before the present one."""
        if now_us < self._now_us:
            rule = f"must not be before {self._now_us}, the clock's present time"
            raise Refused([problem("clock-backwards", "now_us", now_us, rule, "Step forward only")])
        self._now_us = now_us


def clock_for(genesis: Genesis) -> Clock:
    """Return the clock that a ledger's genesis asks for; a step clock begins when the ledger was created."""
    return StepClock(genesis.created_us) if genesis.virtual else SystemClock()


def steady_us() -> int:
    """Return microseconds of a clock that never jumps; its zero means nothing."""
    return time.monotonic_ns() // 1000
