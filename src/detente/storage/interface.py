"""What any store of the ledger must do, and what any own copy of a station must.

The bodies of `Store`: `memory` (tests, replays in one process), `sqlite` (the default). The body of `OwnCopy`: `copy`.

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
from detente.node.host.rows import StoredEntry
from detente.node.station.parts.durable_change import Keep

__all__ = ["OwnCopy", "StaleAppendError", "Store", "StoredEntry"]


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


class OwnCopy(Protocol):
    """A station's own verified copy: leaves, the entries that it may read, and small named values."""

    def write(self, *changes: Keep) -> Future[None]:
        """Queue changes, all or nothing; the future is done when they are durable, and raises `OwnCopyFailed` if they never will be."""

    @property
    def broken(self) -> str:
        """Why nothing more is written until somebody restarts and looks; "" while it is."""

    @property
    def unreadable(self) -> str:
        """Why the last read failed; "" where it did not."""

    def kept(self, prefix: str = "") -> dict[str, bytes]:
        """Return the named values whose name begins with `prefix`, sorted by name."""

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield leaves in order of index, start <= index < stop."""

    def leaves_joined(self, start: int, stop: int) -> bytes:
        """Return leaves start <= index < stop, joined."""

    def leaf_count(self) -> int:
        """How many leaves are held without a hole, from 0."""

    def known(self, start: int, limit: int) -> list[tuple[int, bytes, bytes]]:
        """Return up to `limit` readable entries from an index on: (index, id, the bytes the host gave)."""

    def known_at(self, index: int) -> bytes | None:
        """Return the bytes of the readable entry at an index."""

    def close(self) -> None:
        """Finish what was begun and let go of it."""
