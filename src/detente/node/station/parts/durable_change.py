"""What a station asks its own copy to keep: one all-or-nothing change, durable before anything that follows it happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Keep(NamedTuple):
    """Rows to add, leaves to cut off from an index on, and named values to set (None: remove)."""

    leaves: Sequence[tuple[int, bytes]] = ()
    cut_leaves_from: int | None = None
    known: Sequence[tuple[int, bytes, bytes]] = ()
    kept: Sequence[tuple[str, bytes | None]] = ()
