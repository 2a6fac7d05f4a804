"""What a party may fetch: its entries, every leaf and tile, checkpoints, proofs, its receipts.

Long pages are made in steps of a few hundred rows, with the loop free in between.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

from detente.errors import Refused, problem
from detente.host.engine import HostLoop
from detente.host.problems import NOT_FOUND
from detente.host.requests import BYTES, TEXT, HostReply, HostRequest
from detente.ledger import canonical
from detente.ledger.tiles import TILE_WIDTH, available, encode_bundle, parse_path, read_tile
from detente.network.serving.http import NUMBER_MAX
from detente.node.host.host import Slice
from detente.node.host.showing import known_bytes

PAGE_ENTRIES: Final = 1000
PAGE_LEAVES: Final = 4096
PAGE_BYTES: Final = 1 << 20
STEP: Final = 128
"""Rows read and shown in one go: about 2 ms."""

_ID = re.compile(r"[0-9a-f]{64}")


class ReadingRoutes:
    """The handlers of GET routes inside a session."""

    def __init__(self, engine: HostLoop) -> None:
        self._engine = engine

    async def status(self, request: HostRequest) -> HostReply:
        """Say whether the host writes, and how large it is."""
        request.query()
        return HostReply(status_bytes(self._engine))

    async def entries(self, request: HostRequest) -> HostReply:
        """Return the next entries that the party may read, as it may read them."""
        start = request.number("from", 0, 0, NUMBER_MAX, "limit")
        limit = request.number("limit", 256, 1, PAGE_ENTRIES, "from")
        host = self._engine.host
        shown: list[bytes] = []
        held = 0
        while True:
            found: Slice = host.readable(request.party, start, min(STEP, limit - len(shown)))
            for row in self._engine.rows(found.indexes):
                line = known_bytes(row, request.party, erased=host.told_erased(request.party, row.index))
                if shown and held + len(line) > PAGE_BYTES:
                    return _page(shown, row.index, found.size)
                shown.append(line)
                held += len(line)
            start = found.next
            if start >= found.size or len(shown) >= limit:
                return _page(shown, start, found.size)
            await asyncio.sleep(0)

    async def leaves(self, request: HostRequest) -> HostReply:
        """Return whole leaves, joined."""
        start = request.number("from", 0, 0, NUMBER_MAX, "limit")
        limit = request.number("limit", PAGE_LEAVES, 1, PAGE_LEAVES, "from")
        size = self._engine.host.published
        stop = min(start + limit, size)
        parts: list[bytes] = []
        for at in range(start, stop, 512):
            parts += [row.leaf for row in self._engine.store.read(at, min(at + 512, stop))]
            await asyncio.sleep(0)
        return HostReply(b"".join(parts), BYTES, [(b"detente-size", str(size).encode())])

    async def tile(self, request: HostRequest) -> HostReply:
        """Return a hash tile or an entry bundle (c2sp.org/tlog-tiles)."""
        request.query()
        ref = parse_path(request.scope["path"][1:])
        engine = self._engine
        if not available(ref, engine.host.published):
            raise Refused([NOT_FOUND])
        if ref.level is not None:
            return HostReply(read_tile(engine.host.tree, ref), BYTES)
        start = ref.index * TILE_WIDTH
        return HostReply(encode_bundle(row.leaf for row in engine.store.read(start, start + ref.width)), BYTES)

    async def checkpoint(self, request: HostRequest) -> HostReply:
        """Return the newest checkpoint, or the largest witnessed one."""
        engine = self._engine
        if not request.flag("witnessed"):
            return HostReply(engine.newest_note(), TEXT)
        if engine.witnesses.largest is None:
            raise Refused([NOT_FOUND])
        return HostReply(engine.witnesses.largest.data, TEXT)

    async def consistency(self, request: HostRequest) -> HostReply:
        """Return the proof that one size is a prefix of another (RFC 9162)."""
        host = self._engine.host
        new = request.number("new", host.published, 0, host.published, "old")
        old = request.number("old", 0, 0, new, "new")
        hashes = [node.hex() for node in host.tree.consistency_proof(old, new)]
        return HostReply(canonical.encode({"hashes": hashes, "new": new, "old": old}))

    async def receipt(self, request: HostRequest) -> HostReply:
        """Return the receipt of an entry that the party may read."""
        text = request.scope["path"].removeprefix("/v1/receipts/")
        witnessed = request.flag("witnessed")
        if not _ID.fullmatch(text):
            rule = "must be 64 lower-case hex digits"
            raise Refused([problem("parameter", "id", text, rule, "Copy the whole id")])
        host = self._engine.host
        index = host.threads.index_of(bytes.fromhex(text))
        if index is None or not host.may_read(request.party, index):
            raise Refused([NOT_FOUND])
        receipt = self._engine.witnessed_receipt(index) if witnessed else self._engine.receipt(index)
        if receipt is None:
            raise Refused([NOT_FOUND])
        return HostReply(receipt)


def status_bytes(engine: HostLoop) -> bytes:
    """Return the host's state as members may see it."""
    host = engine.host
    return canonical.encode(
        {
            "clock": host.genesis.clock,
            "ledger": host.ledger.hex(),
            "mode": host.mode,
            "needs_size": host.needs.checkpoint.size if host.needs else None,
            "now_us": engine.now(),
            "size": host.published,
            "witnessed_size": engine.witnesses.size,
        }
    )


def _page(shown: list[bytes], following: int, size: int) -> HostReply:
    head, tail = b'{"entries":[', b'],"next":%d,"size":%d}' % (following, size)
    return HostReply(head + b",".join(shown) + tail)
