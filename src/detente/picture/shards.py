"""A dict in 256 parts, because growing one dict of a million keys blocks the loop for tens of milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Generic, TypeVar

V = TypeVar("V")

_PLACES = {f"{place:02x}": place for place in range(256)}


def empty() -> list[dict[str, V]]:
    """Return the small tables of an empty large one: the part of it that is saved."""
    return [{} for _ in range(256)]


class Shards(Generic[V]):
    """Values by entry id, in an order that depends on the ids and on when they were set, within one of 256 tables each."""

    def __init__(self, tables: list[dict[str, V]]) -> None:
        self._tables = tables

    def table(self, entry_id: str) -> dict[str, V]:
        """Return the small table in which an id stands."""
        return self._tables[_PLACES.get(entry_id[:2], 0)]

    def get(self, entry_id: str) -> V | None:
        """Return the value of an id, or None."""
        return self.table(entry_id).get(entry_id)

    def put(self, entry_id: str, value: V) -> None:
        """Set the value of an id."""
        self.table(entry_id)[entry_id] = value

    def pop(self, entry_id: str) -> V | None:
        """Take the value of an id out and return it, or None."""
        return self.table(entry_id).pop(entry_id, None)

    def __len__(self) -> int:
        return sum(map(len, self._tables))

    def values(self) -> Iterator[V]:
        """Yield every value."""
        return chain.from_iterable(table.values() for table in self._tables)

    def items(self) -> Iterator[tuple[str, V]]:
        """Yield every id with its value."""
        return chain.from_iterable(table.items() for table in self._tables)
