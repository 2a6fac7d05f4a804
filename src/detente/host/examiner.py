"""Checking submissions on other cores: `node.host.examine` in worker processes (`network.serving.workers`).

Signatures are the largest single cost of admission, and need no state. A worker reads raw submissions and answers, in order,
what each one is or why not.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Sequence

import msgspec

from detente.errors import Problem, Refused
from detente.network.serving.workers import Workers, answer_frames
from detente.node.host.examine import Examined, examine

INLINE = 2
"""So few submissions at once are checked where they are, unless workers are busy anyway: going elsewhere costs more."""

CHUNK = 16
"""Submissions checked in one go: some 2 ms of work, and never 10."""

BACKLOG = 64
"""With so many submissions before every worker, this process checks the next chunk itself."""


class _Result(msgspec.Struct, array_like=True):
    examined: Examined | None
    problems: tuple[Problem, ...]


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
        self._workers: Workers[list[_Result]] = Workers(
            "detente.host.examiner", [str(slots), ledger.hex()], list[_Result]
        )

    async def start(self, workers: int) -> None:
        """Start worker processes."""
        await self._workers.start(workers)

    async def stop(self) -> None:
        """Let the workers end."""
        await self._workers.stop()

    async def examine(self, raws: Sequence[bytes]) -> list[Examined | Refused]:
        """Check submissions; the answers come in the order of the questions."""
        if not self._workers or (len(raws) <= INLINE and not self._workers.busy):
            return examine_here(raws, self._slots, self._ledger)
        parts: list[list[Examined | Refused] | asyncio.Future[list[_Result]]] = []
        for at in range(0, len(raws), CHUNK):
            chunk = raws[at : at + CHUNK]
            if self._workers and self._workers.least_load < BACKLOG:
                parts.append(self._workers.ask(list(chunk), len(chunk)))
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


def serve(sock: socket.socket, slots: int, ledger: bytes) -> None:
    """Answer frames until the other end closes."""

    def results(raws: list[bytes]) -> list[_Result]:
        return [
            _Result(None, found.problems) if isinstance(found, Refused) else _Result(found, ())
            for found in examine_here(raws, slots, ledger)
        ]

    answer_frames(sock, list[bytes], results)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), bytes.fromhex(sys.argv[3]))
