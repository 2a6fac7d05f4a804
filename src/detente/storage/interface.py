"""What any store of the ledger must do. The bodies: `memory` (tests, replays in one process), `sqlite` (the default).

Theory of operation. Leaves are appended, never changed, never removed. `append` is the only step that moves the size,
and it is all or nothing: the future it returns is done only when every row would survive a power cut. A writer says
which size it believes in; when another writer was faster nothing is stored and `StaleAppendError` says what the size is
now. Beside its leaf a row keeps the submission, which may be replaced: by less (erasure) or by more (an opening given
back after a restore).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Protocol

from detente.errors import DetenteError
from detente.node.rows import StoredEntry

__all__ = ["StaleAppendError", "Store", "StoredEntry"]


class StaleAppendError(DetenteError):
    """Somebody else appended first; nothing was stored. Read up to `size`, decide again, append again."""

    def __init__(self, expected_size: int, size: int) -> None:
        self.expected_size = expected_size
        self.size = size
        super().__init__(f"append expected size {expected_size}, but the ledger has {size} entries")


class Store(Protocol):
    """One ledger's rows, and a few named values that live and die with them."""

    def append(self, batch: Sequence[StoredEntry], expected_size: int) -> Future[int]:
        """Store a batch whose first index is `expected_size`; the future gives the new size once it is durable.

        The future raises `StaleAppendError` when the size differs, `Unavailable` when the disk refuses.
        """

    def amend(self, index: int, entry_id: bytes, submission: bytes | None) -> Future[int]:
        """Replace what is kept beside a leaf; gives the size once durable. The leaf and its time stay."""

    def keep(self, name: str, value: bytes) -> Future[int]:
        """Keep a small named value (a cosigned checkpoint) beside the ledger; gives the size once durable."""

    def kept(self, prefix: str) -> dict[str, bytes]:
        """Return the named values whose name begins with `prefix`."""

    def read(self, start: int, stop: int) -> Iterator[StoredEntry]:
        """Yield the durable rows with start <= index < stop, in order of index."""

    def rows(self, indexes: Sequence[int]) -> list[StoredEntry]:
        """Return the durable rows with these indexes (ascending), in order; missing ones are left out."""

    def size(self) -> int:
        """Return how many rows are durable."""

    def subscribe(self, told: Callable[[int], None]) -> Callable[[], None]:
        """Call `told(size)` after each durable append, on the store's own thread; the result ends the subscription."""

    def close(self) -> None:
        """Finish what was begun and let go of the file. Calls after this raise `Unavailable`."""
