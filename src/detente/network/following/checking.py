"""Checking pages of entries: on threads while a station keeps up, in processes of their own while it is far behind."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from detente.network.serving.workers import Workers, answer_frames
from detente.node.station.parts.checking import (
    BriefPage,
    CheckedPage,
    PageResult,
    Viewer,
    brief_page,
    check_page,
    verdict_on,
)

WORKERS = 2


class _Job(msgspec.Struct, array_like=True):
    first: int
    next: int
    raws: list[bytes]
    leaves: bytes
    viewer: Viewer


class Checkers:
    """Checks pages. `begin` and `end` stand around a long catch-up; without them pages are checked on threads here."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="checker")
        self._count = workers
        self._workers: Workers[PageResult] = Workers("detente.network.following.checking", [], PageResult)

    async def begin(self) -> None:
        """Start the worker processes."""
        await self._workers.start(self._count)

    async def end(self) -> None:
        """Let the worker processes end."""
        await self._workers.stop()

    async def close(self) -> None:
        """Let go of everything."""
        await self.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(
        self, first: int, stop: int, raws: Sequence[bytes], leaves: bytes, viewer: Viewer
    ) -> CheckedPage | BriefPage:
        """Check the entries handed over for a run of proven leaves."""
        if self._workers:
            return brief_page(await self._workers.ask(_Job(first, stop, list(raws), leaves, viewer)), raws)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, check_page, first, stop, raws, leaves, viewer)


def serve(sock: socket.socket) -> None:
    """Answer frames until the other end closes."""
    answer_frames(sock, _Job, lambda job: verdict_on(job.first, job.next, job.raws, job.leaves, job.viewer))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
