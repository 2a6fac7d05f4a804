"""A store with a power switch: what was written but not yet flushed is gone when the power is cut."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from detente.errors import Unavailable
from detente.storage import MemoryStore, StoredEntry


class LossyStore(MemoryStore):
    """A store whose writes wait in a cache until `flush`. `append` is answered only at the flush, as SQLite does with
    synchronous=FULL. `cut_power` loses the cache and returns the store as the next start finds it.

    With `lies=True` the promise is answered at once, before the flush: the mistake that the crash tests must catch.
    """

    def __init__(self, *, lies: bool = False) -> None:
        super().__init__()
        self.lies = lies
        self._cache: list[tuple[Sequence[StoredEntry], int, Future[int]]] = []

    def append(self, batch: Sequence[StoredEntry], expected_size: int) -> Future[int]:
        waiting = sum(len(held) for held, _, _ in self._cache)
        done: Future[int] = Future()
        if self.lies:
            done.set_result(expected_size + len(batch))
        self._cache.append((tuple(batch), expected_size, done))
        assert self.lies or expected_size == self.size() + waiting
        return done

    def flush(self) -> None:
        cache, self._cache = self._cache, []
        for batch, expected_size, done in cache:
            durable = super().append(batch, expected_size)
            if not done.done():
                done.set_result(durable.result())

    def cut_power(self) -> LossyStore:
        for _, _, done in self._cache:
            if not done.done():
                done.set_exception(Unavailable("power cut"))
        after = LossyStore(lies=self.lies)
        after._rows = list(self._rows)
        after._kept = dict(self._kept)
        self._cache = []
        self.close()
        return after
