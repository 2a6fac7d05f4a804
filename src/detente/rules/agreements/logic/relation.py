"""Relations over a whole log in columns: a row is a way to bind variables, and a stretch of time points at which it holds.

Values are codes (`columns.py`), time points are positions in the sorted array of moments; `low` and `high` are the first and the last
position of the stretch, both included. A *points* relation has low = high and may hold a row twice; any other is *tidy*: the
stretches of one binding are sorted, do not touch and do not overlap.

Matching is by sorted numbers: a binding and a position make one number, `binding * width + position`, so that stretches that meet
are found by two binary searches and the work is of the size of what is found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Relation:
    """Rows in columns. `names` are sorted."""

    __slots__ = ("columns", "high", "low", "names", "points")

    def __init__(self, names: tuple[str, ...], columns: dict[str, Ints], low: Ints, high: Ints, points: bool) -> None:
        self.names, self.columns, self.low, self.high, self.points = names, columns, low, high, points

    def __len__(self) -> int:
        return len(self.low)

    def pick(self, rows: Ints | Mask) -> Relation:
        """Return some rows, in the order given."""
        low = self.low[rows]
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Relation(self.names, columns, low, low if self.points else self.high[rows], self.points)


def relation(columns: dict[str, Ints], low: Ints, high: Ints | None = None) -> Relation:
    """Make a relation; without `high` of points."""
    names = tuple(sorted(columns))
    return Relation(names, {name: columns[name] for name in names}, low, low if high is None else high, high is None)


class Width:
    """How wide positions are: two more than there are time points, so that stretches of different bindings never touch."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.width = size + 2

    def whole(self) -> tuple[int, int]:
        """Return the first and last position."""
        return 0, self.size - 1

    def numbers(self, keys: Ints, positions: Ints) -> Ints:
        """Return binding and position as one number."""
        return keys * self.width + positions


def keys_of(parts: Sequence[Sequence[Ints]], width: int) -> list[Ints]:
    """Return, for each table of columns (same columns in each), small numbers equal where the rows are equal."""
    if not parts[0]:
        return [np.zeros(len_of, np.int64) for len_of in (0 for _ in parts)]
    joined = [
        np.concatenate([part[i] for part in parts]) if len(parts) > 1 else parts[0][i] for i in range(len(parts[0]))
    ]
    key = joined[0]
    limit = (2**62) // max(width, 1)
    most = int(key.max(initial=0)) + 1
    for column in joined[1:]:
        count = int(column.max(initial=0)) + 1
        if most * count >= limit:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            most = int(key.max(initial=0)) + 1
            if most * count >= limit:
                column = np.unique(column, return_inverse=True)[1].astype(np.int64)
                count = int(column.max(initial=0)) + 1
        key = key * count + column
        most *= count
    if most >= limit:
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    cuts = np.cumsum([len(part[0]) for part in parts])[:-1]
    return np.split(key, cuts)


def shared_keys(a: Relation, b: Relation, names: Sequence[str], width: int) -> tuple[Ints, Ints]:
    """Return keys of two relations on some variables, equal where these are equal."""
    if not names:
        return np.zeros(len(a), np.int64), np.zeros(len(b), np.int64)
    one, two = keys_of([[a.columns[n] for n in names], [b.columns[n] for n in names]], width)
    return one, two


def own_keys(a: Relation, names: Sequence[str], width: int) -> Ints:
    """Return keys of a relation on some variables."""
    return keys_of([[a.columns[n] for n in names]], width)[0] if names else np.zeros(len(a), np.int64)


def spread(first: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Return for runs `first, first + 1, ...` of these lengths: which run, and the numbers in it."""
    which = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    offset = np.arange(len(which), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    return which, first[which] + offset


def tidy(a: Relation, w: Width) -> Relation:
    """Return the same truths with the stretches of one binding merged where they touch."""
    if len(a) == 0:
        return Relation(a.names, a.columns, a.low, a.high, False)
    keys = own_keys(a, a.names, w.width)
    low = w.numbers(keys, a.low)
    if len(low) > 1 and not bool((low[1:] >= low[:-1]).all()):
        order = np.argsort(low, kind="stable")
        low = low[order]
    else:
        order = np.arange(len(low))
    reached = np.maximum.accumulate(w.numbers(keys, a.high)[order])
    starts = np.empty(len(low), np.bool_)
    starts[0] = True
    starts[1:] = low[1:] > reached[:-1] + 1
    first = np.flatnonzero(starts)
    last = np.append(first[1:], len(low)) - 1
    rows = order[first]
    high = reached[last] - keys[rows] * w.width
    return Relation(a.names, {n: c[rows] for n, c in a.columns.items()}, a.low[rows], high, False)


def join(a: Relation, b: Relation, w: Width) -> Relation:
    """Return the rows of both that agree on their shared variables, where their stretches meet."""
    names = [name for name in a.names if name in b.columns]
    if a.points and not b.points and set(b.names) <= set(a.names):
        return a.pick(member(a, b, w))
    if b.points and not a.points and set(a.names) <= set(b.names):
        return b.pick(member(b, a, w))
    key_a, key_b = shared_keys(a, b, names, w.width)
    if a.points and not b.points:
        rows_b, rows_a = _starts_within(key_b, b.low, b.high, key_a, a.low, w)
    else:
        rows_a, rows_b = _starts_within(key_a, a.low, a.high, key_b, b.low, w)
        if not b.points:
            more_b, more_a = _starts_within(key_b, b.low + 1, b.high, key_a, a.low, w)
            rows_a, rows_b = np.concatenate([rows_a, more_a]), np.concatenate([rows_b, more_b])
    columns = {n: c[rows_a] for n, c in a.columns.items()}
    columns.update({n: c[rows_b] for n, c in b.columns.items() if n not in columns})
    low = np.maximum(a.low[rows_a], b.low[rows_b])
    if a.points or b.points:
        return relation(columns, low)
    return relation(columns, low, np.minimum(a.high[rows_a], b.high[rows_b]))


def _starts_within(key: Ints, low: Ints, high: Ints, other_key: Ints, at: Ints, w: Width) -> tuple[Ints, Ints]:
    """Return pairs of rows with equal keys where the second's position lies in the first's stretch."""
    numbers = w.numbers(other_key, at)
    order: Ints | None = None
    if len(numbers) > 1 and not bool((numbers[1:] >= numbers[:-1]).all()):
        order = np.argsort(numbers, kind="stable")
        numbers = numbers[order]
    first = np.searchsorted(numbers, w.numbers(key, low), "left")
    end = np.searchsorted(numbers, w.numbers(key, high), "right")
    rows, found = spread(first, np.maximum(end - first, 0))
    return rows, found if order is None else order[found]


def member(a: Relation, b: Relation, w: Width) -> Mask:
    """Tell for each point of `a` whether `b` holds there; the variables of `b` are among those of `a`, and `b` is tidy or points."""
    key_a, key_b = shared_keys(a, b, b.names, w.width)
    numbers = w.numbers(key_b, b.low)
    high = w.numbers(key_b, b.high)
    if len(numbers) == 0:
        return np.zeros(len(a), np.bool_)
    if len(numbers) > 1 and not bool((numbers[1:] >= numbers[:-1]).all()):
        order = np.argsort(numbers, kind="stable")
        numbers, high = numbers[order], high[order]
    asked = w.numbers(key_a, a.low)
    place = np.searchsorted(numbers, asked, "right") - 1
    return (place >= 0) & (high[np.maximum(place, 0)] >= asked)


def minus(a: Relation, b: Relation, w: Width) -> Relation:
    """Return `a` where `b` does not hold; the variables of `b` are among those of `a`."""
    if len(b) == 0 or len(a) == 0:
        return a
    if not b.points or not a.points:
        b = tidy(b, w) if b.points else b
    if a.points:
        return a.pick(~member(a, b, w))
    key_a, key_b = shared_keys(a, b, b.names, w.width)
    rows_a, rows_b = _starts_within(key_a, a.low, a.high, key_b, b.low, w)
    more_b, more_a = _starts_within(key_b, b.low + 1, b.high, key_a, a.low, w)
    rows_a, rows_b = np.concatenate([rows_a, more_a]), np.concatenate([rows_b, more_b])
    order = np.lexsort((b.low[rows_b], rows_a))
    rows_a, rows_b = rows_a[order], rows_b[order]
    is_first = np.ones(len(rows_a), np.bool_)
    is_first[1:] = rows_a[1:] != rows_a[:-1]
    is_last = np.append(is_first[1:], True) if len(rows_a) else is_first
    before = np.empty(len(rows_a), np.int64)
    before[is_first] = a.low[rows_a[is_first]]
    before[~is_first] = b.high[rows_b[:-1][~is_first[1:]]] + 1 if len(rows_a) else 0
    untouched = np.ones(len(a), np.bool_)
    untouched[rows_a] = False
    rest = np.flatnonzero(untouched)
    rows = np.concatenate([rest, rows_a, rows_a[is_last]])
    low = np.concatenate([a.low[rest], before, b.high[rows_b[is_last]] + 1])
    high = np.concatenate([a.high[rest], b.low[rows_b] - 1, a.high[rows_a[is_last]]])
    keep = low <= high
    rows = rows[keep]
    return relation({n: c[rows] for n, c in a.columns.items()}, low[keep], high[keep])


def union(parts: Sequence[Relation], w: Width) -> Relation:
    """Return what any of the parts holds; all have the same variables."""
    names = parts[0].names
    columns = {n: np.concatenate([p.columns[n] for p in parts]) for n in names}
    low = np.concatenate([p.low for p in parts])
    if all(p.points for p in parts):
        return relation(columns, low)
    return tidy(relation(columns, low, np.concatenate([p.high for p in parts])), w)


def project(a: Relation, names: Sequence[str], w: Width) -> Relation:
    """Return the relation without the other variables."""
    columns = {n: a.columns[n] for n in names}
    if a.points:
        return relation(columns, a.low)
    return tidy(relation(columns, a.low, a.high), w)


def distinct(a: Relation, names: Sequence[str], w: Width) -> Relation:
    """Return the different bindings of some variables, each at every time point."""
    low, high = w.whole()
    if not names:
        size = 1 if len(a) else 0
        return relation({}, np.full(size, low, np.int64), np.full(size, high, np.int64))
    keys = own_keys(a, names, w.width)
    rows = np.unique(keys, return_index=True)[1]
    return relation(
        {n: a.columns[n][rows] for n in names}, np.full(len(rows), low, np.int64), np.full(len(rows), high, np.int64)
    )


def each_point(a: Relation) -> Relation:
    """Return a relation of points with the same truths."""
    if a.points:
        return a
    rows, positions = spread(a.low, a.high - a.low + 1)
    return relation({n: c[rows] for n, c in a.columns.items()}, positions)
