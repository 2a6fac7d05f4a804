"""What the monitor holds of a log: its time points, and events by the values of some of their fields, each sorted by moment.

Insertion may come in any order. Lists are kept sorted by `bisect`; an event in order is appended at the end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Iterable

from detente.rules.agreements.logic.formula import Signature
from detente.rules.agreements.logic.happening import Row


class Entries:
    """Rows with equal key, sorted by moment."""

    __slots__ = ("rows", "times")

    def __init__(self) -> None:
        self.times: list[int] = []
        self.rows: list[Row] = []

    def add(self, at_us: int, row: Row) -> None:
        """Insert a row at its moment."""
        times = self.times
        if not times or times[-1] <= at_us:
            times.append(at_us)
            self.rows.append(row)
        else:
            position = bisect_right(times, at_us)
            times.insert(position, at_us)
            self.rows.insert(position, row)

    def holds(self, at_us: int, row: Row) -> bool:
        """Tell whether this very row is here."""
        times = self.times
        if not times or times[-1] < at_us:
            return False
        for position in range(bisect_left(times, at_us), len(times)):
            if times[position] != at_us:
                return False
            if self.rows[position] == row:
                return True
        return False

    def remove(self, at_us: int, row: Row) -> bool:
        """Take a row out; returns whether it was here."""
        times = self.times
        for position in range(bisect_left(times, at_us), len(times)):
            if times[position] != at_us:
                break
            if self.rows[position] == row:
                del times[position], self.rows[position]
                return True
        return False

    def drop_before(self, at_us: int) -> None:
        """Forget what is older."""
        cut = bisect_left(self.times, at_us)
        if cut:
            del self.times[:cut]
            del self.rows[:cut]


class Index:
    """Events of one name by the values in some columns."""

    __slots__ = ("by_key", "columns")

    def __init__(self, columns: tuple[int, ...]) -> None:
        self.columns = columns
        self.by_key: dict[Hashable, Entries] = {}

    def key(self, row: Row) -> Hashable:
        """Return the key of a row: the value itself where it is one column."""
        columns = self.columns
        return row[columns[0]] if len(columns) == 1 else tuple(row[column] for column in columns)

    def add(self, row: Row) -> None:
        """Insert a row."""
        key = self.key(row)
        entries = self.by_key.get(key)
        if entries is None:
            entries = self.by_key[key] = Entries()
        entries.add(row[0], row)  # type: ignore[arg-type]


class EventStore:
    """Time points and events held now."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self.signatures = {signature.name: signature for signature in signatures}
        self.moments: list[int] = []
        self.moment_set: set[int] = set()
        self.all: dict[str, Entries] = {name: Entries() for name in self.signatures}
        self.indices: dict[str, dict[tuple[int, ...], Index]] = {name: {} for name in self.signatures}

    def index(self, name: str, columns: tuple[int, ...]) -> Index:
        """Return the index of events by these columns, making and filling it when it is new."""
        known = self.indices[name]
        if columns not in known:
            made = known[columns] = Index(columns)
            for row in self.all[name].rows:
                made.add(row)
        return known[columns]

    def add_moment(self, at_us: int) -> bool:
        """Note a time point; returns whether it is new."""
        if at_us in self.moment_set:
            return False
        self.moment_set.add(at_us)
        if self.moments and self.moments[-1] > at_us:
            insort(self.moments, at_us)
        else:
            self.moments.append(at_us)
        return True

    def add_row(self, name: str, row: Row) -> bool:
        """Insert an event; returns whether it is new. One that is here already changes nothing."""
        entries = self.all[name]
        at_us: int = row[0]  # type: ignore[assignment]
        if entries.holds(at_us, row):
            return False
        entries.add(at_us, row)
        for index in self.indices[name].values():
            index.add(row)
        return True

    def remove_row(self, name: str, row: Row) -> bool:
        """Take an event out; returns whether it was here."""
        at_us: int = row[0]  # type: ignore[assignment]
        if not self.all[name].remove(at_us, row):
            return False
        for index in self.indices[name].values():
            key = index.key(row)
            index.by_key[key].remove(at_us, row)
            if not index.by_key[key].times:
                del index.by_key[key]
        return True

    def remove_moment(self, at_us: int) -> bool:
        """Forget a time point; returns whether it was one."""
        if at_us not in self.moment_set:
            return False
        self.moment_set.discard(at_us)
        del self.moments[bisect_left(self.moments, at_us)]
        return True

    def between(self, lowest_us: int | float, highest_us: int | float) -> list[int]:
        """Return the time points in a closed stretch."""
        if lowest_us == highest_us:
            return [int(lowest_us)] if lowest_us in self.moment_set else []
        return self.moments[bisect_left(self.moments, lowest_us) : bisect_right(self.moments, highest_us)]

    def drop_before(self, at_us: int) -> None:
        """Forget what is older."""
        cut = bisect_left(self.moments, at_us)
        if not cut:
            return
        self.moment_set.difference_update(self.moments[:cut])
        del self.moments[:cut]
        for name, entries in self.all.items():
            old = entries.rows[: bisect_left(entries.times, at_us)]
            entries.drop_before(at_us)
            for index in self.indices[name].values():
                for key in {index.key(row) for row in old}:
                    kept = index.by_key[key]
                    kept.drop_before(at_us)
                    if not kept.times:
                        del index.by_key[key]
