"""A stop that reaches this station: one alarm for the own watch, with what it concerns here and every way to every unit.

What matched goes no further than this station's own console. The answer is an officer's: comply or reject, also where nothing matches.
"""

from __future__ import annotations

from typing import Any

from detente.node.station.effects import Effect
from detente.node.station.raising import raise_alarm
from detente.node.station.screening_state import OwnScreening
from detente.node.station.state import Station
from detente.picture.known import Entry
from detente.records.hotline.message import Message
from detente.rules.hotline.stop import Matched, Own


def stop_arrived(state: Station, known: Entry) -> None:
    """Note a stop by another party; the alarm is raised with the next step."""
    message = known.body(Message)
    if message is not None and message.urgency == "stop" and known.header.author != state.me.party:
        state.acting.stops_new[known.id] = known


def alarms_of_stops(state: Station, now_us: int) -> list[Effect]:
    """Raise the alarm of each stop that came, once, whether it came directly or through the host."""
    effects: list[Effect] = []
    while state.acting.stops_new:
        identifier, known = state.acting.stops_new.popitem()
        message = known.body(Message)
        if message is None or ("stop", identifier) in state.alarms.seen:
            continue
        words = f"STOP from {known.header.author}: {(message.words or message.subject).rstrip('.')}. {concerned(state, message, now_us)} "
        words += "Pass it to every acting unit by every way at once; answer comply or reject, also if nothing of ours is there."
        effects += raise_alarm(state, "stop", identifier, words, now_us)
    return effects


def concerned(state: Station, message: Message, now_us: int) -> str:
    """Say what of ours a stop concerns; for our own eyes."""
    found = matched(state, message, now_us)
    if not found:
        return "Nothing that this station knows of is there, and it may not know all."
    return f"It concerns: {'; '.join(one.sentence() for one in found)}."


def matched(state: Station, message: Message, now_us: int) -> tuple[Matched, ...]:
    """Match a stop against own notices and own presence."""
    return state.picture.stops.matched(message, state.me.party, presence_of(state.screening), now_us)


def presence_of(screening: OwnScreening) -> list[Own]:
    """Return the presence held here as something that may be asked to stop."""
    desk: Any = getattr(screening.screener, "memory", None)
    held = [] if desk is None else [p for p in desk.presence if p.held_until_us is None]
    return [Own(units=(), version="", volumes=(p.volume,), what=f"presence of {p.party}") for p in held]
