"""A whole log in columns: moments sorted, events of each name with the positions of their moments, values as codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import count, islice
from typing import Any

import numpy as np

from detente.rules.agreements.logic.formula import TIME_FIELD, Signature, Value
from detente.rules.agreements.logic.happening import Happening, inside, outside
from detente.rules.agreements.logic.relation import Ints


class Codes:
    """Numbers for values: equal values have equal codes. Codes are given in order of appearance."""

    def __init__(self) -> None:
        self._next = count()
        self._code: defaultdict[Hashable, int] = defaultdict(self._next.__next__)
        self._values: list[Hashable] = []

    @property
    def values(self) -> list[Hashable]:
        """The inside values, by code."""
        if len(self._values) < len(self._code):
            self._values.extend(islice(self._code, len(self._values), None))
        return self._values

    def of(self, value: Hashable) -> int:
        """Return the code of an inside value."""
        return self._code[value]

    def of_all(self, values: Sequence[Any], plain: bool = False) -> Ints:
        """Return the codes of values; `plain` says that all are text or all whole numbers, so that none needs another form."""
        if not plain:
            kinds = set(map(type, values))
            if bool in kinds or float in kinds:
                values = [inside(value) for value in values]
        return np.fromiter(map(self._code.__getitem__, values), np.int64, len(values))

    def outside(self, code: int) -> Value:
        """Return the plain value of a code."""
        return outside(self.values[code])


class EventTable:
    """The events of one name: for each row its position in time, and the codes of a field when they are asked for."""

    def __init__(
        self, positions: Ints, field: Callable[[str], Sequence[Any]], codes: Codes, plain: frozenset[str]
    ) -> None:
        self.positions, self._field, self._codes, self._plain = positions, field, codes, plain
        self._columns: dict[str, Ints] = {}

    def column(self, name: str) -> Ints:
        """Return the codes of a field."""
        if name not in self._columns:
            self._columns[name] = self._codes.of_all(self._field(name), name in self._plain)
        return self._columns[name]


class Columns:
    """A log for the batch engine. `moments` are the different moments, sorted, microseconds."""

    def __init__(self, times: Ints) -> None:
        """Take the moments of all events of the log, in any order."""
        self.codes = Codes()
        self.moments = _sorted_different(times)
        self.tables: dict[str, EventTable] = {}

    def add(
        self, name: str, times: Ints, field: Callable[[str], Sequence[Any]], plain: frozenset[str] = frozenset()
    ) -> None:
        """Add all events of one name: their moments, and a function that gives the values of a field, in the same order.

        `plain` are the fields that hold only text, or only whole numbers.
        """
        positions = np.searchsorted(self.moments, times)
        if len(times) == len(self.moments) and len(times) and bool((times == self.moments).all()):
            positions = np.arange(len(times))

        def values(wanted: str) -> Sequence[Any]:
            return times.tolist() if wanted == TIME_FIELD else field(wanted)

        self.tables[name] = EventTable(positions.astype(np.int64), values, self.codes, plain | {TIME_FIELD})


def _sorted_different(times: Ints) -> Ints:
    if len(times) > 1 and not bool((times[1:] >= times[:-1]).all()):
        times = np.sort(times)
    keep = np.ones(len(times), np.bool_)
    keep[1:] = times[1:] != times[:-1]
    return times[keep]


def columns_of(happenings: Iterable[Happening], signatures: Iterable[Signature]) -> Columns:
    """Put events into columns, in any order; events of no signature are time points only."""
    happenings = list(happenings)
    made = Columns(np.array([h.at_us for h in happenings], np.int64))
    for signature in signatures:
        own = [h for h in happenings if h.name == signature.name]
        made.add(signature.name, np.array([h.at_us for h in own], np.int64), _reader(own))
    return made


def _reader(own: list[Happening]) -> Callable[[str], Sequence[Any]]:
    return lambda field: [h.fields.get(field) for h in own]
