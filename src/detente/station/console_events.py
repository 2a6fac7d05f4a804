"""What happens at a station, as server-sent events, for a console that stays open.

A reader that is too slow is never left behind in silence: what waits for it is thrown away, and it is told to look again from the
size that it was last told of. Events say what to look at and carry nothing themselves, so nothing is lost by that.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec

from detente.station.answers.basis import basis
from detente.station.engine import StationLoop

KEPT_AT_MOST = 1000
"""Events that wait for one reader."""

BEAT_S = 15.0
"""After so long without an event a line says that the stream stands."""

LOOK_AGAIN = "look-again"


class ConsoleEvent(NamedTuple):
    """What happened (`topic`), to what (`about`), and how many leaves were in the picture then."""

    topic: str
    about: str
    size: int


class Unread:
    """The events that wait for one reader, in order; `size` is that of the picture when it begins to read."""

    def __init__(self, size: int, most: int = KEPT_AT_MOST) -> None:
        self._told_of = size
        self._most = most
        self._events: deque[ConsoleEvent] = deque()
        self._some = asyncio.Event()

    def put(self, event: ConsoleEvent) -> None:
        """Add an event. Where too many wait, all of them give way to one: look again from the size of the last one taken."""
        if len(self._events) >= self._most:
            self._events.clear()
            self._events.append(ConsoleEvent(LOOK_AGAIN, str(self._told_of), self._told_of))
        self._events.append(event)
        self._some.set()

    async def take(self) -> ConsoleEvent:
        """Wait for the next event and return it."""
        while not self._events:
            self._some.clear()
            await self._some.wait()
        event = self._events.popleft()
        self._told_of = event.size
        return event


async def events(engine: StationLoop) -> AsyncIterator[bytes]:
    """Yield the stream for one reader, with the troubles that stand when it begins."""
    unread = Unread(engine.state.following.folded)

    def told(topic: str, about: str) -> None:
        unread.put(ConsoleEvent(topic, about, engine.state.following.folded))

    engine.listeners.add(told)
    try:
        yield b": here\n\n"
        for trouble in engine.troubles():
            told("trouble", trouble.kind)
        while True:
            try:
                event = await asyncio.wait_for(unread.take(), BEAT_S)
                yield _line(engine, event)
            except TimeoutError:
                yield b": beat\n\n"
    finally:
        engine.listeners.discard(told)


def _line(engine: StationLoop, event: ConsoleEvent) -> bytes:
    data = msgspec.json.encode({"about": event.about, "basis": basis(engine)})
    return b"event: %s\ndata: %s\n\n" % (event.topic.encode(), data)
