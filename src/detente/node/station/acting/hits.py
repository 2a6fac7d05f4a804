"""A notified place or movement is reported hit: one alarm for each report and place, kept before it is shown."""

from __future__ import annotations

from detente.node.station.effects import Effect
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station


def alarms_of_hits(state: Station, now_us: int) -> list[Effect]:
    """Raise what is new; what was shown before a restart stands already."""
    effects: list[Effect] = []
    for hit in state.picture.humane.take_fresh():
        if hit.denies:
            continue
        words = (
            f"A NOTIFIED PLACE IS REPORTED HIT ({hit.notice[:12]}): {hit.sentence()}. See `detente hits`; send a stop."
        )
        effects += raise_alarm(state, "hit", f"{hit.notice} {hit.entry}", words, now_us)
    return effects
