"""A protected movement is about to begin, and nobody has said that an acting unit has it: one alarm, at its owner and at who was told."""

from __future__ import annotations

from detente.node.station.effects import Effect
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station


def alarms_of_units(state: Station, now_us: int) -> list[Effect]:
    """Raise what is due, once for each version; not before the own copy has caught up with the proven ledger."""
    if not state.following.caught_up:
        return []
    effects: list[Effect] = []
    for one in state.picture.unit_watch.take(state.me.party, now_us):
        effects += raise_alarm(state, "unit-unreached", one.version, one.sentence(now_us), now_us)
    return effects


def due_us(state: Station) -> int | None:
    """When the next movement is looked at; None while the own copy is behind."""
    return state.picture.unit_watch.due_us() if state.following.caught_up else None
