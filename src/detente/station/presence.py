"""Own presence as an officer states it, instead of all that was stated before. It never leaves this station."""

from __future__ import annotations

from detente.api.presence import PresenceTaken, SetPresenceAsked
from detente.errors import Refused
from detente.node.both.speaking import not_spoken_for
from detente.node.station.inputs import PresenceSet
from detente.rules.notices.screening.screening import Presence
from detente.station.engine import StationLoop


async def set_presence(engine: StationLoop, asked: SetPresenceAsked) -> PresenceTaken:
    """Hold own people to be there. Raises `Refused` for a party that this station may not speak for."""
    now_us, me = engine.now_us, engine.state.me.party
    presence = tuple(Presence(held_from_us=now_us, party=p.party, volume=p.volume) for p in asked.presence)
    speaks_for = asked.speaks_for or tuple(sorted({me, *(p.party for p in asked.presence)}))
    directory = engine.parts.picture.directory
    allowed = frozenset({me, *directory.speaks_for(me), *directory.binds(me)})
    if problems := not_spoken_for(speaks_for, allowed, me, "speaks_for"):
        raise Refused(problems)
    await engine.give_and_wait(PresenceSet(presence, speaks_for))
    return PresenceTaken(held=len(presence), speaks_for=speaks_for)
