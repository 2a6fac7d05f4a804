"""Told: the list that a watermark signs for (docs/formats/told.md).

For each other party a station keeps a running hash over what that party has addressed to it, in ledger order. Its signed
watermark to that party says "I hold everything addressed to me below size n, and this is the hash of what you wrote": that is
the proof of delivery, which inclusion is not. A list of one author's entries tells that author nothing of others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from detente.errors import EvidenceError

TOLD_DOMAIN: Final = b"detente/told/v1\n"
NOTHING_TOLD: Final = bytes(32)
"""The hash of the empty list, H_0."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one party's list: its hash, how many entries it has, and the index of the last (-1: none)."""

    count: int = 0
    hash: bytes = NOTHING_TOLD
    last_index: int = -1

    def then(self, index: int, id: bytes) -> Told:
        """Return the list with one more entry: its ledger index and its 32-byte id. Indexes only rise."""
        if index <= self.last_index:
            raise EvidenceError(f"entry {index} comes after entry {self.last_index} on a list that is in ledger order")
        return Told(count=self.count + 1, hash=told_hash(self.hash, index, id), last_index=index)


def told_hash(before: bytes, index: int, id: bytes) -> bytes:
    """Return H_n = SHA-256(`detente/told/v1\\n` H_{n-1}, the index as u64 big-endian, the id)."""
    return hashlib.sha256(TOLD_DOMAIN + before + index.to_bytes(8, "big") + id).digest()


def told(entries: Iterable[tuple[int, bytes]], start: Told | None = None) -> Told:
    """Return the list of (index, id) pairs, in ledger order, after `start` (default: the empty list)."""
    state = start or Told()
    for index, id in entries:
        state = state.then(index, id)
    return state


def covers(entries: Iterable[tuple[int, bytes]], size: int, count: int, hash: bytes) -> bool:
    """Tell whether a watermark (size, count, hash) is for exactly these entries, the ones below `size` that it names."""
    try:
        state = told((index, id) for index, id in entries if index < size)
    except EvidenceError:
        return False
    return state.hash == hash and state.count == count
