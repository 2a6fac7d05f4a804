"""Columns that grow without ever being moved, so that no single step is long.

A chunk is reserved, not written: the operating system gives memory page by page as rows are first used. Each new chunk
is as large as all before it, so there are few of them, and the first usually suffices. Pages stay small: clearing one of
2 MiB, which is what numpy asks for by itself, stops the thread for 5 to 15 ms.
"""

from __future__ import annotations

import contextlib
import math
import mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Rows = NDArray[np.int64]


class Column:
    """Rows of one type and shape, addressed by a number from 0. What a row holds before it is first set is undefined."""

    def __init__(self, dtype: DTypeLike, shape: tuple[int, ...] = (), *, first_bits: int) -> None:
        self._dtype = np.dtype(dtype)
        self._shape = shape
        self._bits = first_bits
        self._chunks: list[NDArray[Any]] = []

    def reach(self, row: int) -> None:
        """Make sure that `row` exists."""
        while row >= self.size:
            self._chunks.append(_reserve((self.size or 1 << self._bits, *self._shape), self._dtype))

    @property
    def size(self) -> int:
        """How many rows are reserved."""
        return 0 if not self._chunks else 1 << (self._bits + len(self._chunks) - 1)

    def at(self, row: int) -> tuple[NDArray[Any], int]:
        """Return the chunk that holds `row` and the row's place in it; the row must exist."""
        chunk = (row >> self._bits).bit_length()
        return self._chunks[chunk], row - (1 << (self._bits + chunk - 1)) if chunk else row

    def take(self, rows: Rows) -> NDArray[Any]:
        """Return a copy of the given rows, in the given order."""
        if len(self._chunks) == 1:
            return self._chunks[0].take(rows, axis=0)
        out = np.empty((len(rows), *self._shape), self._dtype)
        start = 0
        for chunk in self._chunks:
            here = np.flatnonzero((rows >= start) & (rows < start + len(chunk)))
            if len(here):
                out[here] = chunk.take(rows[here] - start, axis=0)
            start += len(chunk)
        return out


def _reserve(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    length = math.prod(shape) * dtype.itemsize
    if length < 1 << 22 or not hasattr(mmap, "MAP_PRIVATE"):
        return np.empty(shape, dtype)
    memory = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        with contextlib.suppress(OSError):  # a kernel without large pages need not be told
            memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype).reshape(shape)


class RowNumbers:
    """Hands out row numbers from 0, the most recently freed first."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = 0

    def new(self) -> int:
        """Return a row number that is not in use."""
        if self._free:
            return self._free.pop()
        self._next += 1
        return self._next - 1

    def free(self, row: int) -> None:
        """Let a row number be used again."""
        self._free.append(row)
