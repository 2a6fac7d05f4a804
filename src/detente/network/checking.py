"""Checking pages of entries: on threads while a station keeps up, in processes of their own while it is far behind.

A worker reads frames (4-byte length, then msgpack) over a socket pair and answers each with a verdict. It ends when its
socket does, so no worker outlives its station, however that ended.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import msgspec

from detente.errors import Unavailable
from detente.node.following import (
    BriefPage,
    CheckedPage,
    Verdict,
    Viewer,
    brief_page,
    check_page,
    verdict_on,
)

WORKERS = 2
_HEAD = 4


class _Job(msgspec.Struct, array_like=True):
    first: int
    next: int
    raws: list[bytes]
    leaves: bytes
    viewer: Viewer


_JOB = msgspec.msgpack.Decoder(_Job)
_VERDICT = msgspec.msgpack.Decoder(Verdict)
_ENCODER = msgspec.msgpack.Encoder()


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pending: deque[tuple[Sequence[bytes], asyncio.Future[BriefPage]]] = field(default_factory=deque)


class Checkers:
    """Checks pages. `begin` and `end` stand around a long catch-up; without them pages are checked on threads here."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="checker")
        self._count = workers
        self._workers: list[_Worker] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Start the worker processes."""
        for _ in range(self._count - len(self._workers)):
            ours, theirs = socket.socketpair()
            process = subprocess.Popen(
                [sys.executable, "-m", "detente.network.checking", str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )
            theirs.close()
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 24)
            worker = _Worker(process, reader, writer)
            self._workers.append(worker)
            self._tasks.append(asyncio.create_task(self._receive(worker)))

    async def end(self) -> None:
        """Let the worker processes end."""
        workers, self._workers = self._workers, []
        tasks, self._tasks = self._tasks, []
        for worker in workers:
            worker.writer.close()
        for task in tasks:
            task.cancel()
        for worker in workers:
            await asyncio.to_thread(worker.process.wait)

    async def close(self) -> None:
        """Let go of everything."""
        await self.end()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(
        self, first: int, stop: int, raws: Sequence[bytes], leaves: bytes, viewer: Viewer
    ) -> CheckedPage | BriefPage:
        """Check the entries handed over for a run of proven leaves."""
        if self._workers:
            return await self._ask(first, stop, raws, leaves, viewer)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, check_page, first, stop, raws, leaves, viewer)

    def _ask(
        self, first: int, stop: int, raws: Sequence[bytes], leaves: bytes, viewer: Viewer
    ) -> asyncio.Future[BriefPage]:
        worker = min(self._workers, key=lambda one: len(one.pending))
        done: asyncio.Future[BriefPage] = asyncio.get_running_loop().create_future()
        worker.pending.append((raws, done))
        body = _ENCODER.encode(_Job(first, stop, list(raws), leaves, viewer))
        worker.writer.write(len(body).to_bytes(_HEAD, "big") + body)
        return done

    async def _receive(self, worker: _Worker) -> None:
        try:
            while True:
                size = int.from_bytes(await worker.reader.readexactly(_HEAD), "big")
                verdict = _VERDICT.decode(await worker.reader.readexactly(size))
                raws, done = worker.pending.popleft()
                if not done.done():
                    done.set_result(brief_page(verdict, raws))
        except (asyncio.IncompleteReadError, OSError, msgspec.MsgspecError):
            # A worker died (no memory, a signal): what it held is asked again.
            if worker in self._workers:
                self._workers.remove(worker)
            for _, done in worker.pending:
                if not done.done():
                    done.set_exception(Unavailable("a checking process ended"))


def serve(sock: socket.socket) -> None:
    """Answer frames until the other end closes."""
    stream = sock.makefile("rwb")
    while len(head := stream.read(_HEAD)) == _HEAD:
        job = _JOB.decode(stream.read(int.from_bytes(head, "big")))
        body = _ENCODER.encode(verdict_on(job.first, job.next, job.raws, job.leaves, job.viewer))
        stream.write(len(body).to_bytes(_HEAD, "big") + body)
        stream.flush()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
