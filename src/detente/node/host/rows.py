"""One row of the ledger as a host keeps it: the shape that the pure host decides on and a store writes down."""

from __future__ import annotations

from typing import NamedTuple


class StoredEntry(NamedTuple):
    """One row. `sealed_size` is the size at the end of its batch: its receipt stands under that checkpoint.

    `id` is empty and `submission` None when only the leaf is known (a leaf given back after a restore). An erased entry
    keeps its id. Times are microseconds since 1970 UTC.
    """

    index: int  # type: ignore[assignment]  # a tuple has a method of this name; nobody looks for values here
    received_at_us: int
    leaf: bytes
    id: bytes
    submission: bytes | None
    sealed_size: int
