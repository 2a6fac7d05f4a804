"""Worker processes for work that needs no state: each is reached over a socket pair and answers its jobs in order.

A job and its answer travel as a frame: 4-byte big-endian length, then msgpack. A worker ends when its socket does, so none
outlives the process that started it, however that ended.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from detente.errors import Unavailable

A = TypeVar("A")

_HEAD = 4
_ENCODER = msgspec.msgpack.Encoder()


@dataclass
class _Worker(Generic[A]):
    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pending: deque[tuple[int, asyncio.Future[A]]] = field(default_factory=deque)
    load: int = 0


class Workers(Generic[A]):
    """Processes that run one module; `module` calls `answer_frames` when it is run with the socket's number first."""

    def __init__(self, module: str, arguments: Sequence[str], answer: type[A] | Any) -> None:
        self._command = [sys.executable, "-m", module]
        self._arguments = list(arguments)
        self._decoder: msgspec.msgpack.Decoder[A] = msgspec.msgpack.Decoder(answer)
        self._workers: list[_Worker[A]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        """Return how many workers live."""
        return len(self._workers)

    @property
    def busy(self) -> bool:
        """Whether any worker has work."""
        return any(worker.load for worker in self._workers)

    @property
    def least_load(self) -> int:
        """Return the weight of the jobs before the worker that has least; there must be one."""
        return min(worker.load for worker in self._workers)

    async def start(self, workers: int) -> None:
        """Start processes until so many live."""
        for _ in range(workers - len(self._workers)):
            ours, theirs = socket.socketpair()
            command = [*self._command, str(theirs.fileno()), *self._arguments]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
            theirs.close()
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 24)
            worker: _Worker[A] = _Worker(process, reader, writer)
            self._workers.append(worker)
            self._tasks.append(asyncio.create_task(self._receive(worker)))

    async def stop(self) -> None:
        """Let the processes end, and wait for them."""
        workers, self._workers = self._workers, []
        tasks, self._tasks = self._tasks, []
        for worker in workers:
            worker.writer.close()
        for task in tasks:
            task.cancel()
        for worker in workers:
            await asyncio.to_thread(worker.process.wait)

    def ask(self, job: object, weight: int = 1) -> asyncio.Future[A]:
        """Give a job to the worker with the least before it. The future raises `Unavailable` if that process ends first."""
        worker = min(self._workers, key=lambda one: one.load)
        done: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        worker.pending.append((weight, done))
        worker.load += weight
        worker.writer.write(_frame(job))
        return done

    async def _receive(self, worker: _Worker[A]) -> None:
        try:
            while True:
                size = int.from_bytes(await worker.reader.readexactly(_HEAD), "big")
                answer = self._decoder.decode(await worker.reader.readexactly(size))
                weight, done = worker.pending.popleft()
                worker.load -= weight
                if not done.done():
                    done.set_result(answer)
        except (asyncio.IncompleteReadError, OSError, msgspec.MsgspecError):
            # A worker died (no memory, a signal). The others, or this process, go on; what it held is asked again.
            if worker in self._workers:
                self._workers.remove(worker)
            for _, done in worker.pending:
                if not done.done():
                    done.set_exception(Unavailable("a checking process ended"))


def answer_frames(sock: socket.socket, job: type[Any], answer: Callable[[Any], object]) -> None:
    """In a worker: read jobs of a type and answer each, until the other end closes."""
    stream = sock.makefile("rwb")
    decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(job)
    while len(head := stream.read(_HEAD)) == _HEAD:
        stream.write(_frame(answer(decoder.decode(stream.read(int.from_bytes(head, "big"))))))
        stream.flush()


def _frame(value: object) -> bytes:
    body = _ENCODER.encode(value)
    return len(body).to_bytes(_HEAD, "big") + body
