"""Checking submissions on other cores: `node.examine` in worker processes, reached over a socket pair each.

Signatures are the largest single cost of admission, and need no state. A worker reads frames of raw submissions and answers, in
order, what each one is or why not. It ends when its socket does, so no worker outlives its host, however that ended.
Frame: 4-byte big-endian length, then msgpack.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from detente.errors import Problem, Refused, Unavailable
from detente.node.examine import Examined, examine

INLINE = 2
"""So few submissions at once are checked where they are, unless workers are busy anyway: going elsewhere costs more."""

CHUNK = 16
"""Submissions checked in one go: some 2 ms of work, and never 10."""

BACKLOG = 64
"""With so many submissions before every worker, this process checks the next chunk itself."""

_HEAD = 4


class _Result(msgspec.Struct, array_like=True):
    examined: Examined | None
    problems: tuple[Problem, ...]


_REQUEST = msgspec.msgpack.Decoder(list[bytes])
_ANSWER = msgspec.msgpack.Decoder(list[_Result])
_ENCODER = msgspec.msgpack.Encoder()


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pending: deque[tuple[int, asyncio.Future[list[_Result]]]] = field(default_factory=deque)
    load: int = 0


def examine_here(raws: Sequence[bytes], slots: int, ledger: bytes) -> list[Examined | Refused]:
    """Check submissions in this process."""
    found: list[Examined | Refused] = []
    for raw in raws:
        try:
            found.append(examine(raw, slots, ledger))
        except Refused as refused:
            found.append(refused)
    return found


class Examiner:
    """Spreads submissions over workers; without workers, checks them here."""

    def __init__(self, slots: int, ledger: bytes) -> None:
        self._slots = slots
        self._ledger = ledger
        self._workers: list[_Worker] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, workers: int) -> None:
        """Start worker processes."""
        for _ in range(workers):
            ours, theirs = socket.socketpair()
            arguments = [str(theirs.fileno()), str(self._slots), self._ledger.hex()]
            process = subprocess.Popen(
                [sys.executable, "-m", "detente.host.examiner", *arguments], pass_fds=[theirs.fileno()]
            )
            theirs.close()
            reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 24)
            worker = _Worker(process, reader, writer)
            self._workers.append(worker)
            self._tasks.append(asyncio.create_task(self._receive(worker)))

    async def stop(self) -> None:
        """Let the workers end."""
        for worker in self._workers:
            worker.writer.close()
        for task in self._tasks:
            task.cancel()
        for worker in self._workers:
            await asyncio.to_thread(worker.process.wait)
        self._workers.clear()

    async def examine(self, raws: Sequence[bytes]) -> list[Examined | Refused]:
        """Check submissions; the answers come in the order of the questions."""
        if not self._workers or (len(raws) <= INLINE and not any(worker.load for worker in self._workers)):
            return examine_here(raws, self._slots, self._ledger)
        parts: list[list[Examined | Refused] | asyncio.Future[list[_Result]]] = []
        for at in range(0, len(raws), CHUNK):
            chunk = raws[at : at + CHUNK]
            if min(worker.load for worker in self._workers) < BACKLOG:
                parts.append(self._ask(chunk))
            else:
                parts.append(examine_here(chunk, self._slots, self._ledger))
                await asyncio.sleep(0)  # answer others before the next chunk
        found: list[Examined | Refused] = []
        for part in parts:
            if isinstance(part, list):
                found += part
            else:
                found += [answer.examined or Refused(answer.problems) for answer in await part]
        return found

    def _ask(self, raws: Sequence[bytes]) -> asyncio.Future[list[_Result]]:
        worker = min(self._workers, key=lambda one: one.load)
        done: asyncio.Future[list[_Result]] = asyncio.get_running_loop().create_future()
        worker.pending.append((len(raws), done))
        worker.load += len(raws)
        body = _ENCODER.encode(list(raws))
        worker.writer.write(len(body).to_bytes(_HEAD, "big") + body)
        return done

    async def _receive(self, worker: _Worker) -> None:
        try:
            while True:
                size = int.from_bytes(await worker.reader.readexactly(_HEAD), "big")
                answers = _ANSWER.decode(await worker.reader.readexactly(size))
                count, done = worker.pending.popleft()
                worker.load -= count
                if not done.done():
                    done.set_result(answers)
        except (asyncio.IncompleteReadError, OSError, msgspec.MsgspecError):
            # A worker died (no memory, a signal). The others, or this process, go on; what it held is asked again by clients.
            if worker in self._workers:
                self._workers.remove(worker)
            for _, done in worker.pending:
                if not done.done():
                    done.set_exception(Unavailable("a checking process ended"))


def serve(sock: socket.socket, slots: int, ledger: bytes) -> None:
    """Answer frames until the other end closes."""
    stream = sock.makefile("rwb")
    while len(head := stream.read(_HEAD)) == _HEAD:
        raws = _REQUEST.decode(stream.read(int.from_bytes(head, "big")))
        answers = [
            _Result(None, found.problems) if isinstance(found, Refused) else _Result(found, ())
            for found in examine_here(raws, slots, ledger)
        ]
        body = _ENCODER.encode(answers)
        stream.write(len(body).to_bytes(_HEAD, "big") + body)
        stream.flush()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), bytes.fromhex(sys.argv[3]))
