"""Raising an alarm: kept with its evidence before it is shown."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.node.station.effects import (
    Effect,
    Publish,
    Raise,
)
from detente.node.station.parts.alarms import Alarm, Kind
from detente.node.station.parts.durable_change import Keep
from detente.node.station.state import Station


def raise_alarm(
    state: Station, kind: Kind, about: str, words: str, now_us: int, evidence: Iterable[bytes] = (), *, by: str = ""
) -> list[Effect]:
    """Keep an alarm with its evidence and show it; nothing if it stands already.

    `by` is another party that can bring it about at will: of such only so many are shown (`node.station.parts.alarms`).
    """
    number = len(state.alarms.raised)
    asked = Alarm(about=about, at_us=now_us, by=by, kind=kind, words=words)
    alarm = state.alarms.bounded(asked)
    if alarm is None:
        return []
    kept = [(f"evidence/{number:06d}.{i}", data) for i, data in enumerate(evidence)] if alarm is asked else []
    alarm = msgspec.structs.replace(alarm, evidence=tuple(name for name, _ in kept))
    if not state.alarms.raise_(alarm):
        return []
    state.alarms.names[alarm.kind, alarm.about] = f"alarm/{number:06d}"
    return [Keep(kept=[*kept, (f"alarm/{number:06d}", msgspec.json.encode(alarm))]), Raise(alarm)]


def close_alarm(state: Station, kind: Kind, about: str, why: str, now_us: int) -> list[Effect]:
    """Say of an alarm that stands why there is nothing left to do about it; it stays on the list, with that."""
    found = state.alarms.close(kind, about, why, now_us)
    if found is None:
        return []
    name, alarm = found
    kept = [Keep(kept=[(name, msgspec.json.encode(alarm))])] if name else []
    return [*kept, Publish("alarm", kind)]
