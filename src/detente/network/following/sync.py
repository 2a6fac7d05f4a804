"""Following the host: catch up, then wait for the doorbell, then catch up; the same path after a second and after a year.

    checkpoint ──> leaves up to it ──> node proves them ──> entries for the proven leaves, checked on other threads ──> node

Pages of entries are fetched ahead while earlier ones are checked; what is given to the node is in order of the ledger.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from detente.errors import UNREADABLE, DetenteError, EvidenceError, OwnCopyFailed, Refused, Unavailable, unreadable
from detente.ledger.checkpoints.checkpoint import parse_checkpoint
from detente.ledger.checkpoints.note import parse_note
from detente.ledger.leaf import leaf_size
from detente.network.client import HostClient, HostStatus, TryLater, fault_of
from detente.network.following.checking import Checkers
from detente.network.following.stream import events
from detente.node.station.following.entries import FAR_BEHIND
from detente.node.station.inputs import (
    CheckpointArrived,
    EntriesArrived,
    HostAnswered,
    HostKeyOffered,
    HostMode,
    HostUnreachable,
    Input,
    LeavesArrived,
    Reread,
    WitnessedArrived,
)
from detente.node.station.parts.checking import BriefPage, CheckedPage, Page
from detente.node.station.state import Station

LEAVES = 2048
ENTRIES = 512
CHUNK = 128
"""Leaves given to the node in one step: keeps the serving thread's steps short."""

FOLDED = 96
"""Entries folded in one step when they are read back from the own copy."""

RETURNED = 128
"""Entries given back to a restored host in one request."""

SCANNED = 1024
"""The same where no entry is ours."""

WINDOW = 64 << 20
"""Bytes of leaves held in memory between being proven and being scanned."""


@dataclass(frozen=True)
class Pace:
    """How often a station looks for what nobody rings for. In seconds; the doorbell is heard at once at any pace.

    `poll_s`: between two looks at the host. `again_s`: after the first failure, the second …, the last for all after it.
    `watch_s`: between two looks at the own troubles, of which log and events are told.
    """

    poll_s: float = 2.0
    again_s: tuple[float, ...] = (0.1, 0.2, 0.5, 1.0)
    watch_s: float = 1.0

    def again(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row."""
        return self.again_s[min(failures, len(self.again_s) - 1)]


PACE = Pace()

Give = Callable[[Input], Awaitable[object]]
Flush = Callable[[], Awaitable[None]]


class Copy(Protocol):
    """The own copy, as far as it is read back here."""

    def leaves_joined(self, start: int, stop: int) -> bytes:
        """Return leaves start <= index < stop, joined."""

    def known(self, start: int, limit: int) -> list[tuple[int, bytes, bytes]]:
        """Return up to `limit` readable entries from an index on."""


@dataclass
class LeafWindow:
    """Leaves on their way from proof to scan; what does not fit is read back from the copy."""

    size: int
    first: int = 0
    data: bytearray = field(default_factory=bytearray)

    def add(self, first: int, leaves: bytes) -> None:
        """Take leaves that follow those held; others begin a new window."""
        if first != self.first + len(self.data) // self.size:
            self.first, self.data = first, bytearray()
        if len(self.data) + len(leaves) <= WINDOW:
            self.data += leaves

    def take(self, start: int, stop: int) -> bytes | None:
        """Return leaves, or None if they are not all here."""
        at = (start - self.first) * self.size
        end = (stop - self.first) * self.size
        return bytes(self.data[at:end]) if at >= 0 and end <= len(self.data) else None

    def drop(self, before: int) -> None:
        """Let go of leaves below an index."""
        count = min(before - self.first, len(self.data) // self.size)
        if count > 0:
            del self.data[: count * self.size]
            self.first += count


class _Index(msgspec.Struct):
    index: int


_PAGE = msgspec.json.Decoder(Page)
_INDEX = msgspec.json.Decoder(_Index)


class Follower:
    """Keeps one station's node up with its host. `give` hands the node an input and returns once it is durable."""

    def __init__(
        self,
        client: HostClient,
        state: Station,
        give: Give,
        flush: Flush,
        copy: Copy,
        checkers: Checkers,
        pace: Pace = PACE,
    ) -> None:
        self.client = client
        self.state = state
        self._give = give
        self._flush = flush
        self._copy = copy
        self._checkers = checkers
        self._pace = pace
        self._lock = asyncio.Lock()
        self._window = LeafWindow(size=leaf_size(state.me.genesis.slots))
        self.ring = asyncio.Event()
        """Set it to look at the host now (a peer knows of more)."""
        self.status: HostStatus | None = None
        self._mode_asked_s = -pace.poll_s

    # --- one round ---

    async def catch_up(self, note: bytes | None = None) -> None:
        """Ask the host for all there is up to its newest checkpoint. Raises Unavailable; rounds do not overlap."""
        async with self._lock:
            note = note if note is not None else await self.client.checkpoint()
            try:
                size = parse_checkpoint(parse_note(note).text).size
            except Refused as refused:
                await self._give(CheckpointArrived(note))  # the node says what it thinks of it
                raise Unavailable(f"the host's checkpoint cannot be read: {refused}") from refused
            if size < self.state.following.size or self.status is None or self.status.mode == "recovering":
                await self._restore_host()
            await self._fetch_leaves(size)
            try:
                self.state.open_note(note)
            except EvidenceError:
                await self._offer_host_keys(size)
            await self._give(CheckpointArrived(note))
            await self._fetch_entries()
            await self._fold_kept()
            await self._give(HostAnswered(size))
            if self.state.following.witnessed_size < self.state.following.size:
                with contextlib.suppress(Refused):  # there is none yet
                    await self._give(WitnessedArrived(await self.client.checkpoint(witnessed=True)))

    async def again(self, first: int, stop: int) -> None:
        """Ask a second time for the entries of a range in which something bore our tag and was not given."""
        async with self._lock:
            raws = [raw for raw in await self._raws(first, stop - first) if first <= _index(raw) < stop]
            leaves = await self._take(first, stop)
            page = await self._check(first, stop, raws, leaves)
            size = leaf_size(self.state.me.genesis.slots)
            await self._give(EntriesArrived(page, leaves[: (page.next - first) * size], again=True))

    async def _restore_host(self) -> None:
        """Give a host that was restored from a backup back what it has lost and we hold: it must not write before.

        Once another station has brought the leaves, nobody says which bodies are still missing: we offer all of ours.
        """
        state = self.state
        self.status = await self.client.status()
        if state.following.checkpoint is None or (
            self.status.mode != "recovering" and self.status.size >= state.following.size
        ):
            return
        await self._flush()
        await self.client.recover_checkpoint(state.following.checkpoint.data)
        first, stop = self.status.size, state.following.size
        for at in range(first, stop, LEAVES):
            leaves = await asyncio.to_thread(self._copy.leaves_joined, at, min(at + LEAVES, stop))
            await self.client.recover_leaves(at, leaves)
        start = first if first < stop else 0
        while rows := await asyncio.to_thread(self._copy.known, start, RETURNED):
            await self.client.recover_entries([raw for _, _, raw in rows])
            start = rows[-1][0] + 1
        self.status = await self.client.status()

    async def _ask_mode(self) -> None:
        """Ask, at most once in a poll's time, whether the host takes submissions: an officer must not learn it from the first one."""
        now_s = asyncio.get_running_loop().time()
        if now_s < self._mode_asked_s + self._pace.poll_s:
            return
        self._mode_asked_s = now_s
        mode = (await self.client.status()).mode
        await self._give(HostMode("" if mode == "writing" else f"its mode is {mode}"))

    async def _offer_host_keys(self, size: int) -> None:
        """Look whether the parties have appointed another host key in entries that we have not proven yet."""
        start = self.state.following.next_entry
        while start < size:
            page = _page(await self.client.entries(start, ENTRIES))
            for raw in page.entries:
                if b'"kind":"host/' in bytes(raw):
                    await self._give(HostKeyOffered(bytes(raw)))
            if page.next <= start:
                return
            start = page.next

    async def _fetch_leaves(self, size: int) -> None:
        while self.state.following.tree.size < size:
            first = self.state.following.tree.size
            data = await self.client.leaves(first, min(LEAVES, size - first))
            if not data:
                raise TryLater("the host gives no leaves below its own checkpoint")
            self._window.add(first, data)
            await self._give(LeavesArrived(first, data))
            if self.state.following.tree.size == first:
                raise Unavailable("the host's leaves are not leaves of this ledger")

    async def _fetch_entries(self) -> None:
        """Go through the proven leaves in chunks; a page is fetched ahead, two chunks are checked at once."""
        state = self.state
        ahead: asyncio.Task[bytes] | None = None
        far = state.following.size - state.following.next_entry > FAR_BEHIND
        if far:
            await self._checkers.begin()
        try:
            while state.following.next_entry < state.following.size:
                start = state.following.next_entry
                data = await (ahead or self._page(start))
                ahead = None
                page = _page(data)
                stop = min(max(page.next, start + 1), state.following.size)
                if stop < state.following.size:
                    ahead = asyncio.ensure_future(self._page(stop))
                whole = await self._chunks(start, stop, [bytes(raw) for raw in page.entries])
                if not whole and ahead is not None:
                    ahead.cancel()
                    ahead = None
                if state.following.next_entry == start:
                    raise Unavailable("the host's entries do not lead on")
        finally:
            if ahead is not None:
                ahead.cancel()
            if far:
                await self._checkers.end()

    async def _chunks(self, start: int, stop: int, raws: list[bytes]) -> bool:
        """Check and hand over one page; False if keys changed inside, and what follows must be asked again."""
        size = leaf_size(self.state.me.genesis.slots)
        waiting: deque[tuple[int, bytes, asyncio.Future[CheckedPage | BriefPage]]] = deque()
        queue = deque(raws)
        at = start
        while at < stop or waiting:
            while at < stop and len(waiting) < 4:
                end = min(at + (CHUNK if queue else SCANNED), stop)
                part = []
                while queue and _index(queue[0]) < end:
                    part.append(queue.popleft())
                if end == stop:
                    part += queue  # whatever else came with the page: out of order, or out of range
                    queue.clear()
                leaves = await self._take(at, end)
                waiting.append((end, leaves, asyncio.ensure_future(self._check(at, end, part, leaves))))
                at = end
            end, leaves, checking = waiting.popleft()
            page = await checking
            await self._give(EntriesArrived(page, leaves[: (page.next - page.first) * size]))
            self._window.drop(page.next)
            if page.next < end:
                for _, _, other in waiting:
                    other.cancel()
                return False
        return True

    async def _fold_kept(self) -> None:
        """Bring the picture up to what is kept, after having been far behind."""
        state = self.state
        while state.following.folded < state.following.next_entry:
            await self._flush()
            rows = await asyncio.to_thread(self._copy.known, state.following.folded, FOLDED)
            stop = rows[-1][0] + 1 if len(rows) == FOLDED else state.following.next_entry
            await self._give(Reread(rows, stop))

    async def _check(self, first: int, stop: int, raws: list[bytes], leaves: bytes) -> CheckedPage | BriefPage:
        return await self._checkers.check(first, stop, raws, leaves, self.state.following.viewer)

    async def _take(self, first: int, stop: int) -> bytes:
        held = self._window.take(first, stop)
        if held is not None:
            return held
        return await asyncio.to_thread(self._copy.leaves_joined, first, stop)

    async def _page(self, start: int) -> bytes:
        return await self.client.entries(start, ENTRIES)

    async def _raws(self, start: int, limit: int) -> list[bytes]:
        page = _page(await self.client.entries(start, max(1, min(limit, ENTRIES))))
        return [bytes(raw) for raw in page.entries]

    # --- for as long as the station lives ---

    # Two eyes: the stream rings at once, and the host is looked at every 2 s anyway (`Pace`). Whoever runs these two begins them again
    # when they end in an error that is not the host's: one that ends unseen would stop the station without a word.

    async def listen(self) -> None:
        """Hear the host's doorbell until cancelled. A line that breaks is waited for; what else is wrong is raised."""
        failures = 0
        while True:
            try:
                async for event in events(self.client, max(self.state.following.next_entry, 0)):
                    failures = 0
                    if event.kind == "checkpoint":
                        self.ring.set()
            except DetenteError:
                failures += 1
            await asyncio.sleep(self._pace.again(failures))
            self.ring.set()

    async def look(self) -> None:
        """Catch up with the host again and again until cancelled. Raises OwnCopyFailed, and whatever is a mistake of ours."""
        failures = 0
        while True:
            try:
                self.ring.clear()
                await self.catch_up()
                await self._ask_mode()
                failures = 0
            except OwnCopyFailed:
                raise
            except DetenteError as error:
                failures += 1
                self.status = None  # whoever answers next may be another than before
                await self._give(HostUnreachable(str(error), fault_of(error)))
                await asyncio.sleep(self._pace.again(failures))
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ring.wait(), self._pace.poll_s)


def _page(data: bytes) -> Page:
    try:
        return _PAGE.decode(data)
    except UNREADABLE as error:
        raise Unavailable(f"the host's page of entries cannot be read: {unreadable(error)}") from error


def _index(raw: bytes) -> int:
    try:
        return _INDEX.decode(raw).index
    except UNREADABLE:
        return 0
