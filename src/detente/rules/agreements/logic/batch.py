"""The batch engine: what a rule finds in a whole log, by operators on columns; events may stand in any order.

The same core, the same order of conjuncts as the online engine, another way to compute: every part of a formula becomes a relation
(`relation.py`), a past operator a shift of stretches, a conjunction a join. Nothing here knows any particular rule.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic import relation as rl
from detente.rules.agreements.logic.columns import Columns
from detente.rules.agreements.logic.compiled import COMPARE
from detente.rules.agreements.logic.formula import Formula, Value
from detente.rules.agreements.logic.guarded import NONE, Unguarded, binds, disjuncts, evaluable, order
from detente.rules.agreements.logic.happening import inside, outside
from detente.rules.agreements.logic.relation import Ints, Relation, Width
from detente.rules.agreements.logic.values import Undefined, arithmetic, number, rounded

SAFE = 2**62


class Answers:
    """What a rule finds: moments and bindings, sorted by moment, then by the codes of the bindings."""

    def __init__(self, found: Relation, log: Columns) -> None:
        self.names = found.names
        keys = rl.own_keys(found, found.names, log.moments.size + 2)
        numbers = found.low * (int(keys.max(initial=0)) + 1) + keys
        rows = np.unique(numbers, return_index=True)[1]
        self.at_us: Ints = log.moments[found.low[rows]]
        self.codes = [found.columns[name][rows] for name in found.names]
        self._log = log

    def __len__(self) -> int:
        return len(self.at_us)

    def rows(self) -> Iterator[tuple[int, tuple[Value, ...]]]:
        """Yield moment and values, in the order of `names`."""
        values = self._log.codes.values
        columns = [[outside(values[code]) for code in column.tolist()] for column in self.codes]
        return zip(self.at_us.tolist(), zip(*columns, strict=True) if columns else iter([()] * len(self)), strict=True)


def evaluate(core: Formula, log: Columns) -> Answers:
    """Return what a checked core formula finds in a log."""
    engine = _Engine(log)
    return Answers(rl.each_point(engine.evaluate(core, None)), log)


class _Engine:
    def __init__(self, log: Columns) -> None:
        self.log, self.codes, self.moments = log, log.codes, log.moments
        self.w = Width(len(log.moments))

    def everywhere(self, value: bool = True) -> Relation:
        size = 1 if value and self.w.size else 0
        return rl.relation({}, np.zeros(size, np.int64), np.full(size, self.w.size - 1, np.int64))

    def evaluate(self, f: Formula, given: Relation | None) -> Relation:
        """Return the relation over the free variables of a formula; complete for the bindings in `given`."""
        match f:
            case fm.Truth(value):
                return self.everywhere(value)
            case fm.Event():
                return self.event(f)
            case fm.Compare():
                return self.compare(f, self.everywhere() if given is None else given)
            case fm.Not(body):
                base = self.base(given, f)
                return rl.minus(base, self.evaluate(body, base), self.w)
            case fm.And():
                return self.conjunction(f, given)
            case fm.Or():
                return rl.union([self.widened(part, f, given) for part in disjuncts(f)], self.w)
            case fm.Exists(names, body):
                inner = self.evaluate(body, given)
                return rl.project(inner, [n for n in inner.names if n not in names], self.w)
            case fm.Once(window, body):
                far = None if window.to_us is None else window.to_us
                return self.shift(self.evaluate(body, given), window.from_us, far)
            case fm.Eventually(window, body):
                return self.shift(self.evaluate(body, given), -(window.to_us or 0), -window.from_us)
            case fm.Previous(window, body):
                return self.beside(self.evaluate(body, given), window, 1)
            case fm.Next(window, body):
                return self.beside(self.evaluate(body, given), window, -1)
            case fm.Since() | fm.Until():
                return self.stretch(f, given)
            case fm.Aggregate():
                return self.aggregate(f, given)
        raise TypeError(f"not in the core: {f!r}")

    def base(self, given: Relation | None, f: Formula) -> Relation:
        """Return the bindings given for the variables of a formula, at every time point."""
        free = sorted(fm.free_vars(f))
        if not free or given is None:
            return self.everywhere()
        return rl.distinct(given, free, self.w)

    def given_for(self, f: Formula, known: Relation | None) -> Relation | None:
        """Return the bindings that a part needs from what is known, or None if it needs none."""
        if known is None or not known.names:
            return None
        try:
            evaluable(f, NONE)
        except Unguarded:
            names = [n for n in known.names if n in fm.free_vars(f)]
            return rl.distinct(known, names, self.w)
        return None

    def widened(self, part: Formula, whole: Formula, given: Relation | None) -> Relation:
        """Return a part of a disjunction over the variables of the whole."""
        found = self.evaluate(part, self.given_for(part, given))
        missing = sorted(fm.free_vars(whole) - set(found.names))
        if missing and given is not None:
            found = rl.join(found, rl.distinct(given, missing, self.w), self.w)
        return found

    # --- events and comparisons

    def event(self, f: fm.Event) -> Relation:
        table = self.log.tables.get(f.name)
        if table is None:
            empty = np.zeros(0, np.int64)
            return rl.relation(dict.fromkeys(fm.free_vars(f), empty), empty)
        keep: Any = None
        columns: dict[str, Ints] = {}
        for field, term in f.args:
            column = table.column(field)
            mask = None
            if isinstance(term, fm.Const):
                mask = column == self.codes.of(inside(term.value))
            elif isinstance(term, fm.Var) and term.name in columns:
                mask = column == columns[term.name]
            elif isinstance(term, fm.Var):
                columns[term.name] = column
            if mask is not None:
                keep = mask if keep is None else keep & mask
        found = rl.relation(columns, table.positions)
        return found if keep is None else found.pick(keep)

    def compare(self, f: fm.Compare, known: Relation) -> Relation:
        """Return the known bindings for which a comparison holds, or those that an equation makes."""
        bound = frozenset(known.names)
        made = binds(f, bound)
        terms = (made[1],) if made else (f.left, f.right)
        names = sorted(frozenset().union(*(fm.term_vars(term) for term in terms)))
        if not made and f.op in ("=", "!=") and not any(isinstance(t, fm.Arith) for t in terms):
            sides = [known.columns[t.name] if isinstance(t, fm.Var) else self._code(t) for t in terms]
            same = np.broadcast_to(np.asarray(sides[0] == sides[1]), (len(known),))
            return known.pick(same if f.op == "=" else ~same)
        keys = rl.own_keys(known, names, 1)
        _, rows, back = np.unique(keys, return_index=True, return_inverse=True)
        values = self.codes.values
        bindings = [{n: values[int(known.columns[n][row])] for n in names} for row in rows.tolist()]
        if made:
            codes = np.array([self._value(made[1], b) for b in bindings], np.int64)[back]
            with_new = Relation(
                tuple(sorted((*known.names, made[0]))),
                {**known.columns, made[0]: codes},
                known.low,
                known.high,
                known.points,
            )
            return with_new.pick(codes >= 0)
        answers = np.array([self._holds(f, b) for b in bindings], np.bool_)
        return known.pick(answers[back])

    def _code(self, term: fm.LogicTerm) -> int:
        assert isinstance(term, fm.Const)
        return self.codes.of(inside(term.value))

    def _value(self, term: fm.LogicTerm, binding: dict[str, Any]) -> int:
        try:
            return self.codes.of(_term(term, binding))
        except Undefined:
            return -1

    def _holds(self, f: fm.Compare, binding: dict[str, Any]) -> bool:
        try:
            return COMPARE[f.op](_term(f.left, binding), _term(f.right, binding))
        except Undefined:
            return False

    # --- connectives

    def conjunction(self, f: fm.And, given: Relation | None) -> Relation:
        bound = frozenset() if given is None else frozenset(given.names)
        current: Relation | None = None if given is None or not given.names else given
        for part in order(f, bound & fm.free_vars(f)):
            if current is not None and len(current) == 0:
                return self.empty(f)
            if isinstance(part, fm.Compare):
                current = self.compare(part, self.everywhere() if current is None else current)
            elif isinstance(part, fm.Not):
                base = self.everywhere() if current is None else current
                names = [n for n in base.names if n in fm.free_vars(part)]
                wanted = None
                if self.given_for(part.body, base) is not None:
                    wanted = rl.distinct(base, names, self.w)
                current = rl.minus(base, self.evaluate(part.body, wanted), self.w)
            else:
                found = self.evaluate(part, self.given_for(part, current))
                current = found if current is None else rl.join(current, found, self.w)
        assert current is not None
        extra = [n for n in current.names if n not in fm.free_vars(f)]
        return rl.project(current, [n for n in current.names if n not in extra], self.w) if extra else current

    def empty(self, f: Formula) -> Relation:
        none = np.zeros(0, np.int64)
        return rl.relation(dict.fromkeys(fm.free_vars(f), none), none)

    # --- time

    def bounds(self, near: int, far: int | None) -> tuple[Ints, Ints]:
        """Return for each position the first and last one from `near` to `far` microseconds after it (either sign)."""
        first = np.searchsorted(self.moments, self.moments + near, "left")
        if far is None:
            last = np.full(self.w.size, self.w.size - 1, np.int64)
        else:
            last = np.searchsorted(self.moments, self.moments + min(far, SAFE), "right") - 1
        return first, last

    def shift(self, a: Relation, near: int, far: int | None) -> Relation:
        """Return where some time point from `far` to `near` before now is in the relation."""
        if len(a) == 0:
            return Relation(a.names, a.columns, a.low, a.high, False)
        if a.points:
            moments = self.moments[a.low]
            first = np.searchsorted(self.moments, moments + near, "left")
            if far is None:
                last = np.full(len(a), self.w.size - 1, np.int64)
            else:
                last = np.searchsorted(self.moments, moments + min(far, SAFE), "right") - 1
            return self._kept(a, np.arange(len(a)), first, last)
        firsts, lasts = self.bounds(near, far)
        breaks = np.flatnonzero(firsts[1:] > lasts[:-1] + 1)
        begin = np.searchsorted(breaks, a.low, "left")
        end = np.searchsorted(breaks, a.high, "left")
        rows, number_ = rl.spread(begin, end - begin + 1)
        is_first = number_ == begin[rows]
        is_last = number_ == end[rows]
        padded = np.append(breaks, 0)
        from_ = np.where(is_first, a.low[rows], padded[np.maximum(number_ - 1, 0)] + 1)
        to = np.where(is_last, a.high[rows], padded[np.minimum(number_, len(padded) - 1)])
        return self._kept(a, rows, firsts[from_], lasts[to])

    def _kept(self, a: Relation, rows: Ints, low: Ints, high: Ints) -> Relation:
        keep = low <= high
        if not bool(keep.all()):
            rows, low, high = rows[keep], low[keep], high[keep]
        return rl.tidy(rl.relation({n: c[rows] for n, c in a.columns.items()}, low, high), self.w)

    def beside(self, a: Relation, window: fm.Window, step: int) -> Relation:
        gaps = np.diff(self.moments)
        good = gaps >= window.from_us
        if window.to_us is not None:
            good &= gaps <= window.to_us
        positions = np.flatnonzero(good) + (1 if step == 1 else 0)
        allowed = rl.relation({}, positions)
        if a.points:
            return rl.relation(a.columns, a.low + step).pick(np.isin(a.low + step, positions))
        moved = Relation(
            a.names, a.columns, np.maximum(a.low + step, 0), np.minimum(a.high + step, self.w.size - 1), False
        )
        return rl.join(moved.pick(moved.low <= moved.high), rl.tidy(allowed, self.w), self.w)

    def stretch(self, f: fm.Since | fm.Until, given: Relation | None) -> Relation:
        window, past = f.window, isinstance(f, fm.Since)
        anchors = self.evaluate(f.right, self.given_for(f.right, given))
        missing = sorted(fm.free_vars(f.left) - set(anchors.names))
        if missing and given is not None:
            names = [n for n in given.names if n in fm.free_vars(f)]
            anchors = rl.join(anchors, rl.distinct(given, names, self.w), self.w)
        anchors = rl.each_point(anchors)
        if past:
            firsts, lasts = self.bounds(window.from_us, window.to_us)
        else:
            firsts, lasts = self.bounds(-(window.to_us or 0), -window.from_us)
        negative = isinstance(f.left, fm.Not)
        body = f.left.body if isinstance(f.left, fm.Not) else f.left
        names = [n for n in anchors.names if n in fm.free_vars(body)]
        wanted = rl.distinct(anchors, names, self.w) if self.given_for(body, anchors) is not None else None
        held = rl.tidy(self.evaluate(body, wanted), self.w)
        limit = self._limit(anchors, held, negative, past)
        low, high = firsts[anchors.low], lasts[anchors.low]
        if past:
            high = np.minimum(high, limit)
        else:
            low = np.maximum(low, limit)
        return self._kept(anchors, np.arange(len(anchors)), low, high)

    def _limit(self, anchors: Relation, held: Relation, negative: bool, past: bool) -> Ints:
        """Return for each anchor how far (forwards if past, else backwards) the left side goes on without a break."""
        step = 1 if past else -1
        end = self.w.size - 1 if past else 0
        at = anchors.low
        key_a, key_b = rl.shared_keys(anchors, held, held.names, self.w.width)
        low, high = self.w.numbers(key_b, held.low), self.w.numbers(key_b, held.high)
        by = np.argsort(low, kind="stable")
        low, high, key_b = low[by], high[by], key_b[by]
        beside = self.w.numbers(key_a, at) + step
        padded_low, padded_high = np.append(low, -1), np.append(high, -1)
        place = np.searchsorted(low, beside, "right") - 1
        inside_ = (place >= 0) & (padded_high[place] >= beside)
        if not negative:
            reach = padded_high[place] if past else padded_low[place]
            return np.where(inside_, reach - key_a * self.w.width, at)
        if past:
            following = place + 1
            there = following < len(low)
            there &= np.append(key_b, -1)[np.minimum(following, len(low))] == key_a
            reach = np.where(there, padded_low[np.minimum(following, len(low))] - key_a * self.w.width - 1, end)
        else:
            there = (place >= 0) & (np.append(key_b, -1)[place] == key_a)
            reach = np.where(there, padded_high[place] - key_a * self.w.width + 1, end)
        return np.where(inside_, at, reach)

    # --- aggregates

    def aggregate(self, f: fm.Aggregate, given: Relation | None) -> Relation:
        wanted = None
        if given is not None:
            names = [n for n in given.names if n in f.groups]
            wanted = self.given_for(f.body, rl.distinct(given, names, self.w))
        ways = rl.tidy(self.evaluate(f.body, wanted), self.w)
        values: list[Any] = []
        if f.op != "CNT":
            table = self.codes.values
            values = [table[code] for code in ways.columns[f.value].tolist()]
            numbers = np.array([number(v) for v in values], np.bool_)
            if not bool(numbers.all()):
                ways = ways.pick(numbers)
                values = [v for v in values if number(v)]
        groups = rl.own_keys(ways, f.groups, self.w.width)
        zero = not f.groups and f.op in ("CNT", "SUM")
        group, low, high, found = _sweep(f.op, groups, ways.low, ways.high, values, self.w, zero)
        codes = self._codes_of(found)
        keys, rows = np.unique(groups, return_index=True)
        place = rows[np.searchsorted(keys, group)] if f.groups else group
        columns = {name: ways.columns[name][place] for name in f.groups}
        return rl.relation({**columns, f.result: codes}, low, high)

    def _codes_of(self, found: Any) -> Ints:
        if isinstance(found, list):
            return np.array([self.codes.of(v) for v in found], np.int64)
        different, back = np.unique(found, return_inverse=True)
        return np.array([self.codes.of(int(v)) for v in different.tolist()], np.int64)[back]


def _term(term: fm.LogicTerm, binding: dict[str, Any]) -> Any:
    match term:
        case fm.Var(name):
            return binding[name]
        case fm.Const(value):
            return inside(value)
        case fm.Arith(op, left, right):
            return arithmetic(op, _term(left, binding), _term(right, binding))
    raise TypeError(f"no term: {term!r}")


def _sweep(
    op: str, groups: Ints, low: Ints, high: Ints, values: list[Any], w: Width, zero: bool
) -> tuple[Ints, Ints, Ints, Any]:
    """Return group, first and last position, and the aggregate over the ways open there, for each stretch where it is constant."""
    size = len(low)
    at = np.concatenate([w.numbers(groups, low), w.numbers(groups, high + 1)])
    row = np.concatenate([np.arange(size), np.arange(size)])
    opens = np.concatenate([np.ones(size, np.int64), np.full(size, -1, np.int64)])
    if zero:
        at = np.concatenate([at, [0, w.size]])
        row, opens = np.concatenate([row, [-1, -1]]), np.concatenate([opens, [0, 0]])
    by = np.argsort(at, kind="stable")
    at, row, opens = at[by], row[by], opens[by]
    last = np.append(at[1:] != at[:-1], True) if len(at) else np.zeros(0, np.bool_)
    stops = np.flatnonzero(last)
    count = np.cumsum(opens)[stops]
    found: Any
    if op == "CNT":
        found = count
    elif op == "SUM" and all(type(v) is int for v in values) and _small(values):
        amount = np.append(np.array(values, np.int64), 0)
        found = np.cumsum(opens * amount[row])[stops]
    else:
        found = _slow_sweep(op, row, opens, stops, values)
    where = at[stops]
    group = where // w.width
    position = where - group * w.width
    end = np.append(position[1:], 0) - 1
    keep = count > 0
    if zero:
        keep |= position < w.size
        keep[-1:] = False
    keep &= np.append(group[1:] == group[:-1], False) if len(group) else keep
    chosen = np.flatnonzero(keep)
    if isinstance(found, list):
        return group[chosen], position[chosen], end[chosen], [found[i] for i in chosen.tolist()]
    return group[chosen], position[chosen], end[chosen], found[chosen]


def _small(values: list[int]) -> bool:
    return not values or max(map(abs, values)) * (len(values) + 1) < SAFE


def _slow_sweep(op: str, row: Ints, opens: Ints, stops: Ints, values: list[Any]) -> list[Any]:
    """Return the aggregate at each stop, exactly, one boundary after the other."""
    found: list[Any] = []
    total = Fraction(0)
    heap: list[tuple[Any, int]] = []
    open_rows: set[int] = set()
    sign = 1 if op == "MIN" else -1
    wanted = set(stops.tolist())
    for place, (which, change) in enumerate(zip(row.tolist(), opens.tolist(), strict=True)):
        if change == 1 and op == "SUM":
            total += Fraction(values[which])
        elif change == -1 and op == "SUM":
            total -= Fraction(values[which])
        elif change == 1:
            open_rows.add(which)
            heapq.heappush(heap, (sign * values[which], which))
        elif change == -1:
            open_rows.discard(which)
        if place in wanted:
            while heap and heap[0][1] not in open_rows:
                heapq.heappop(heap)
            found.append(rounded(total) if op == "SUM" else values[heap[0][1]] if heap else None)
    return found
