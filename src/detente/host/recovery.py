"""Taking back from the stations what a restored host once signed (docs/formats/host-api.md, "Recovery")."""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from detente.errors import UNREADABLE, Refused, problem, unreadable
from detente.host.engine import HostLoop
from detente.host.reading import status_bytes
from detente.host.requests import HostReply, HostRequest
from detente.ledger.readable import ReadableEntry
from detente.network.serving.http import NUMBER_MAX
from detente.node.host.restoring import restored_entry
from detente.node.host.rows import StoredEntry

log = structlog.get_logger("detente.host")

LEAVES_BYTES = 4 << 20
ENTRIES_BYTES = 8 << 20
NOTE_BYTES = 64 << 10
GIVEN = "given/"
"""Names under which the store remembers which entries were given back, so that a restart still takes openings of them."""

_KNOWN = msgspec.json.Decoder(ReadableEntry)


class Recovery:
    """The handlers of the recovery routes. Everything is judged by its own signature, off the loop, and only while it is needed.

    Entries given back carry what one station may read: others add their openings to those, also after the host writes again.
    """

    def __init__(self, engine: HostLoop) -> None:
        self._engine = engine
        self._busy = asyncio.Lock()
        self._given = {int(name.removeprefix(GIVEN)) for name in engine.store.kept(GIVEN)}

    async def checkpoint(self, request: HostRequest) -> HostReply:
        """Meet a checkpoint that the host signed."""
        data = await request.body(NOTE_BYTES)
        self._engine.meet(data)
        return HostReply(status_bytes(self._engine))

    async def leaves(self, request: HostRequest) -> HostReply:
        """Take leaves; once they lead to the root that is needed, store them and fold the ledger anew."""
        self._require(self._engine.host.mode == "recovering")
        start = request.number("from", 0, 0, NUMBER_MAX)
        data = await request.body(LEAVES_BYTES)
        engine = self._engine
        async with self._busy:
            rows = await asyncio.to_thread(engine.restoring.give_leaves, engine.host, start, data)
            if rows:
                await engine.adopt(rows)
                log.info("leaves_restored", size=engine.host.published, given_by=request.party)
        return HostReply(status_bytes(engine))

    async def entries(self, request: HostRequest) -> HostReply:
        """Put entries to leaves that lack them, or openings to entries; what does not fit its leaf is refused."""
        self._require(self._engine.host.mode == "recovering" or bool(self._given))
        lines = [line for line in (await request.body(ENTRIES_BYTES)).split(b"\n") if line]
        engine = self._engine
        async with self._busy:
            changed = 0
            for number, line in enumerate(lines):
                changed += await self._entry(line, f"line {number}", request.party)
            if changed and (not engine.host.blank or engine.host.waive_blank):
                await engine.refold()
        return HostReply(status_bytes(engine))

    def _require(self, recovering: bool) -> None:
        """Refuse, before the body is read, what a whole host has no use for."""
        if not recovering:
            rule = "takes back only what it signed and does not hold"
            step = "Nothing to do: GET /v1/status says whether it is recovering"
            raise Refused([problem("not-recovering", "", self._engine.host.mode, rule, step)])

    async def _entry(self, line: bytes, field: str, party: str) -> int:
        """Take one line; returns 1 if it brought a header that was missing."""
        engine = self._engine
        row = await asyncio.to_thread(self._judged, line, field, party)
        if row is None:
            return 0
        header_came = row.index in engine.host.blank
        if not header_came and row.index not in self._given:
            return 0  # a row that was never lost has its openings already
        if row.index not in self._given:
            await asyncio.wrap_future(engine.store.keep(f"{GIVEN}{row.index}", b""))
            self._given.add(row.index)
        await engine.amend(row)
        return int(header_came)

    def _judged(self, line: bytes, field: str, party: str) -> StoredEntry | None:
        """Return the row as it is to stand, None if nothing of it is new. Reads, hashes and compares; changes nothing."""
        try:
            known = _KNOWN.decode(line)
        except UNREADABLE as error:
            rule = f"must be an entry as GET /v1/entries gives it: {unreadable(error)}"
            raise Refused([problem("parameter", field, "", rule, "Send it as it came")]) from None
        engine = self._engine
        rows = engine.store.rows([known.index]) if 0 < known.index < engine.host.published else []
        if not rows or party not in (known.header.author, *known.header.audience):
            rule = "must be an entry of this ledger that you may read"
            raise Refused([problem("parameter", field, known.index, rule, "Send what GET /v1/entries gave you")])
        erased = engine.host.erasures.get(known.index)
        if erased is not None:
            a, b, c, d = (None if at in erased.positions else opening for at, opening in enumerate(known.facets))
            known = msgspec.structs.replace(known, facets=(a, b, c, d))
        return restored_entry(known, rows[0], engine.host.slots, engine.host.ledger)
