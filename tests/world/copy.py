"""A station's own copy in memory: what is durable outlives a crash, what was still on its way to the disk does not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from detente.errors import OwnCopyFailed
from detente.node.station.parts.durable_change import Keep


@dataclass
class Disk:
    """What is durable: leaves by index, readable entries by index (id, bytes), values by name."""

    kept: dict[str, bytes] = field(default_factory=dict)
    known: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    leaves: dict[int, bytes] = field(default_factory=dict)

    def find(self, entry: bytes) -> tuple[int, bytes] | None:
        """Return index and bytes of an entry by its id."""
        return next(((index, raw) for index, (found, raw) in self.known.items() if found == entry), None)

    def take(self, change: Keep) -> None:
        """Carry out one change."""
        if change.cut_leaves_from is not None:
            for index in [i for i in self.leaves if i >= change.cut_leaves_from]:
                del self.leaves[index]
        self.leaves.update(change.leaves)
        self.known.update({index: (entry, raw) for index, entry, raw in change.known})
        for name, value in change.kept:
            if value is None:
                self.kept.pop(name, None)
            else:
                self.kept[name] = value


class DiskCopy:
    """One process's hold on a disk (`storage.OwnCopy`). `later(done)` calls back when a write has reached the disk."""

    def __init__(self, disk: Disk, later: Callable[[Callable[[], None]], None]) -> None:
        self.disk = disk
        self.broken = ""
        self.unreadable = ""
        self._later = later
        self._open = True
        self._under_way: deque[tuple[tuple[Keep, ...], Future[None]]] = deque()

    def write(self, *changes: Keep) -> Future[None]:
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()
        if self.broken:
            done.set_exception(OwnCopyFailed(self.broken))
        if self.broken or not self._open:  # a process that was killed does not hear what became of its write
            return done
        self._under_way.append((changes, done))
        self._later(self._land)
        return done

    def _land(self) -> None:
        """The oldest write under way has reached the disk; one of a process that was killed never does."""
        if not self._open:
            return
        changes, done = self._under_way.popleft()
        for change in changes:
            self.disk.take(change)
        done.set_result(None)

    def kept(self, prefix: str = "") -> dict[str, bytes]:
        return {name: value for name, value in sorted(self.disk.kept.items()) if name.startswith(prefix)}

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        for index in range(start, stop):
            if index not in self.disk.leaves:
                return
            yield self.disk.leaves[index]

    def leaves_joined(self, start: int, stop: int) -> bytes:
        return b"".join(self.leaves(start, stop))

    def leaf_count(self) -> int:
        return len(self.disk.leaves)

    def known(self, start: int, limit: int) -> list[tuple[int, bytes, bytes]]:
        rows = sorted((index, *row) for index, row in self.disk.known.items() if index >= start)
        return rows[:limit]

    def known_at(self, index: int) -> bytes | None:
        row = self.disk.known.get(index)
        return None if row is None else row[1]

    def close(self) -> None:
        while self._open and self._under_way:
            self._land()
        self._open = False

    def pull_the_plug(self) -> None:
        """Lose what has not reached the disk."""
        self._open = False
        self._under_way.clear()
