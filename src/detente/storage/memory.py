"""A store that forgets everything when the process ends: for tests and for replays inside one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from itertools import islice

from detente.errors import Unavailable
from detente.storage.interface import StaleAppendError, StoredEntry


def check_batch(batch: Sequence[StoredEntry], expected_size: int) -> None:
    """Raise ValueError (the caller's mistake) unless indexes run on from `expected_size` and times do not run back."""
    before_us = 0
    for offset, entry in enumerate(batch):
        if entry.index != expected_size + offset:
            raise ValueError(f"row {offset} of the batch has index {entry.index}, not {expected_size + offset}")
        if entry.received_at_us < before_us:
            raise ValueError(f"received_at_us runs backwards at index {entry.index}")
        before_us = entry.received_at_us


class MemoryStore:
    """A list of rows. Durable as far as this process goes, so every future is done when it is returned."""

    def __init__(self) -> None:
        self._rows: list[StoredEntry] = []
        self._kept: dict[str, bytes] = {}
        self._told: list[Callable[[int], None]] = []
        self._open = True

    def append(self, batch: Sequence[StoredEntry], expected_size: int) -> Future[int]:
        check_batch(batch, expected_size)

        def step() -> None:
            if expected_size != len(self._rows):
                raise StaleAppendError(expected_size, len(self._rows))
            self._rows.extend(batch)

        done = self._do(step)
        if done.exception() is None:
            for told in tuple(self._told):
                told(len(self._rows))
        return done

    def amend(self, index: int, entry_id: bytes, submission: bytes | None) -> Future[int]:
        def step() -> None:
            self._rows[index] = self._rows[index]._replace(id=entry_id, submission=submission)

        return self._do(step)

    def keep(self, name: str, value: bytes) -> Future[int]:
        return self._do(lambda: self._kept.__setitem__(name, value))

    def kept(self, prefix: str) -> dict[str, bytes]:
        return {name: value for name, value in self._kept.items() if name.startswith(prefix)}

    def read(self, start: int, stop: int) -> Iterator[StoredEntry]:
        return islice(iter(self._rows), start, stop)

    def rows(self, indexes: Sequence[int]) -> list[StoredEntry]:
        return [self._rows[index] for index in indexes if index < len(self._rows)]

    def size(self) -> int:
        return len(self._rows)

    def subscribe(self, told: Callable[[int], None]) -> Callable[[], None]:
        self._told.append(told)
        return lambda: self._told.remove(told)

    def close(self) -> None:
        self._open = False

    def _do(self, step: Callable[[], None]) -> Future[int]:
        done: Future[int] = Future()
        try:
            if not self._open:
                raise Unavailable("the store is closed")
            step()
        except Exception as error:
            done.set_exception(error)
        else:
            done.set_result(len(self._rows))
        return done
