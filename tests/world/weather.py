"""Faults drawn from a seed: requests that are lost, late, or come twice, answers that are lost, disks that take their time."""

from __future__ import annotations

import random

import httpx
from tests.world.network import Fate
from tests.world.world import SECOND, World

LATE_US = 40 * SECOND
"""Longer than any client waits, so a late request is one that its sender believes lost."""

DISK_US = 50_000


class Weather:
    """What becomes of requests while it is `bad`. Between station and host one in five suffers, between stations half."""

    def __init__(self, world: World, draw: random.Random) -> None:
        self.bad = True
        self._draw = draw
        world.network.fate = self._fate
        world.write_us = self._write_us

    def _fate(self, sender: str, to: str, request: httpx.Request) -> Fate:
        if not self.bad or request.url.path == "/v1/stream":
            return Fate()
        return self._to_host() if "host" in (sender, to) else self._direct()

    def _to_host(self) -> Fate:
        """The line breaks before the host takes it in, or after."""
        drawn = self._draw.random()
        return Fate(arrives_us=()) if drawn < 0.1 else Fate(answered=drawn > 0.2)

    def _direct(self) -> Fate:
        copies = self._draw.choices((0, 1, 2, 3), (2, 6, 2, 1))[0]
        return Fate(tuple(self._late_us() for _ in range(copies)))

    def _late_us(self) -> int:
        return self._draw.randint(0, LATE_US) if self._draw.random() < 0.3 else 0

    def _write_us(self) -> int:
        return self._draw.randint(1, DISK_US) if self.bad else 0
