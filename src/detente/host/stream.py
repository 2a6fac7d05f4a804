"""Server-sent events: each party's own entries, in order, each with its index as the event's id; then the checkpoint over them.

A stream has a cursor of its own and reads the same published rows as everybody else, so a slow reader holds up nobody and
costs no memory. Rounds are at least `ROUND_S` apart: when events come says how the ledger grows, which every member sees.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

import msgspec

from detente.errors import Refused, problem
from detente.host.engine import HostLoop
from detente.host.requests import HostRequest
from detente.network.serving.http import NUMBER_MAX
from detente.node.host.sessions import Sessions
from detente.node.host.showing import known_bytes

BEAT_S: Final = 15.0
ROUND_S: Final = 0.1
STEP: Final = 128

Waiting = asyncio.Future[Any]

_HEADERS: Final = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]


class Streams:
    """The open streams of one host."""

    def __init__(self, engine: HostLoop, round_s: float = ROUND_S) -> None:
        self._engine = engine
        self._round_s = round_s
        self._open: Counter[str] = Counter()
        self._closing = asyncio.Event()

    @property
    def count(self) -> int:
        """How many streams are open."""
        return self._open.total()

    def close(self) -> None:
        """End every stream; clients come back to the next process."""
        self._closing.set()

    async def serve(self, request: HostRequest) -> None:
        """Serve one stream until the client goes, its session ends, or the host stops."""
        cursor = self._start(request)
        most = self._engine.host.limits.rules.streams
        if self._open[request.party] >= most:
            rule = f"at most {most} streams for one party"
            raise Refused([problem("too-fast", "", "5", rule, "Close one of yours first")])
        self._open[request.party] += 1
        self._engine.metrics.answer(200)
        gone: Waiting = asyncio.ensure_future(self._gone(request))
        ending: Waiting = asyncio.ensure_future(self._closing.wait())
        try:
            await self._run(request, cursor, gone, ending)
        finally:
            self._open[request.party] -= 1
            gone.cancel()
            ending.cancel()

    def _start(self, request: HostRequest) -> int:
        last = request.header(b"last-event-id")
        start = request.number("from", -1, 0, NUMBER_MAX)
        if last:
            if not last.isdigit() or len(last) > 16 or int(last) > NUMBER_MAX:
                rule = "must be the id of an event, a ledger index"
                raise Refused([problem("parameter", "Last-Event-ID", last, rule, "Leave it out, or send ?from=")])
            return int(last) + 1
        return self._engine.host.published if start < 0 else start

    async def _run(self, request: HostRequest, cursor: int, gone: Waiting, ending: Waiting) -> None:
        engine = self._engine
        changed = asyncio.Event()
        engine.listeners.add(changed.set)
        try:
            await request.send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            told, beat_at = -1, 0.0
            while not gone.done() and not ending.done() and self._session_holds(request):
                round_at = self._now_s()
                changed.clear()
                size = engine.host.published
                if size != told:
                    cursor = await self._entries(request, cursor, size)
                    await _event(request, None, b"checkpoint", _checkpoint(engine.note_at(size), size))
                    told, beat_at = size, round_at
                elif round_at - beat_at >= BEAT_S:
                    await request.send({"type": "http.response.body", "body": b": beat\n\n", "more_body": True})
                    beat_at = round_at
                await self._pause(changed, gone, ending, beat_at + BEAT_S - self._now_s())
                early = round_at + self._round_s - self._now_s()
                if early > 0:
                    await asyncio.wait([gone, ending], timeout=early, return_when=asyncio.FIRST_COMPLETED)
            await request.send({"type": "http.response.body", "body": b""})
        finally:
            engine.listeners.discard(changed.set)

    def _now_s(self) -> float:
        return self._engine.tick() / 1_000_000

    async def _entries(self, request: HostRequest, cursor: int, size: int) -> int:
        engine = self._engine
        while cursor < size:
            found = engine.host.readable(request.party, cursor, STEP)
            for row in engine.rows(found.indexes):
                if row.index >= size:
                    return row.index
                erased = engine.host.told_erased(request.party, row.index)
                await _event(request, row.index, b"entry", known_bytes(row, request.party, erased=erased))
            cursor = found.next
            await asyncio.sleep(0)
        return cursor

    async def _pause(self, changed: asyncio.Event, gone: Waiting, ending: Waiting, timeout_s: float) -> None:
        waiting: Waiting = asyncio.ensure_future(changed.wait())
        try:
            await asyncio.wait(
                [waiting, gone, ending], timeout=max(0.0, timeout_s), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waiting.cancel()

    def _session_holds(self, request: HostRequest) -> bool:
        session = request.peer.session
        host, tick = self._engine.host, self._engine.tick()
        return session is not None and Sessions.still_holds(session, request.peer.party, host.station_of, tick)

    @staticmethod
    async def _gone(request: HostRequest) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass


def _checkpoint(note: bytes, size: int) -> bytes:
    return msgspec.json.encode({"note": note.decode(), "size": size}, order="sorted")


async def _event(request: HostRequest, index: int | None, kind: bytes, data: bytes) -> None:
    """Send one event. JSON holds no line break, so the data is one line."""
    head = b"" if index is None else b"id: %d\n" % index
    body = head + b"event: " + kind + b"\ndata: " + data + b"\n\n"
    await request.send({"type": "http.response.body", "body": body, "more_body": True})
