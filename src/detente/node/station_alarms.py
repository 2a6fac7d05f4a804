"""Raising an alarm: kept with its evidence before it is shown."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.node.alarms import Kind
from detente.node.keeping import Keep
from detente.node.station_state import Station
from detente.node.station_values import (
    Effect,
    Raise,
)


def raise_alarm(
    state: Station, kind: Kind, about: str, words: str, now_us: int, evidence: Iterable[bytes] = ()
) -> list[Effect]:
    """Keep an alarm with its evidence and show it; nothing if it stands already."""
    number = len(state.alarms.raised)
    kept = [(f"evidence/{number:06d}.{i}", data) for i, data in enumerate(evidence)]
    alarm = state.alarm(kind, about, words, now_us, [name for name, _ in kept])
    if alarm is None:
        return []
    return [Keep(kept=[*kept, (f"alarm/{number:06d}", msgspec.json.encode(alarm))]), Raise(alarm)]
