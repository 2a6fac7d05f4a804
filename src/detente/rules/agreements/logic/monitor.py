"""The monitor: rules over events that arrive in any order; what a late event touches is revised, and nothing else.

An event is put where it happened. For each place of each rule that it can touch (`touches.py`), the rule is evaluated anew at the
moments within reach and for the bindings that the event fixes, and compared with what stood there. What stands at the end is what
the definition gives for the whole log, whatever the order of arrival.

Held are the events of the horizon plus what windows need around it; a rule that looks back without bound keeps everything. An event
older than the horizon is answered from `History`, by evaluating its neighbourhood before and after: slow, correct, and said so.

Pure: now is the latest of all moments seen and of `advance`.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol

import msgspec

from detente.geometry.durations import SECOND_US
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.compiled import Compiler, Scan, Slots
from detente.rules.agreements.logic.formula import Formula, Rule, Terms, Value
from detente.rules.agreements.logic.guarded import check_terms, conjuncts, reach
from detente.rules.agreements.logic.happening import Happening, Row, column_of, inside, outside, row_of
from detente.rules.agreements.logic.index import Entries, EventStore
from detente.rules.agreements.logic.parser import Places
from detente.rules.agreements.logic.touches import TouchPoint, threat, touches

HORIZON_US = 30 * 86_400 * SECOND_US
"""How late a report may come and still be answered at once, unless the agreement says otherwise."""

Binding = tuple[Hashable, ...]
_At = tuple[int, Binding]
Span = tuple[int | float, int | float]
INFINITE = float("inf")


class RuleVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A moment and a binding at which a rule holds, and how sure that is."""

    at_us: int
    bindings: Mapping[str, Value]
    fast_until_us: int | None
    """Reports that come up to then are answered at once; None: no report can withdraw it, or there is no end."""
    rule: str
    settled: bool
    """False: the rule looks ahead, and that time has not passed."""
    settles_at_us: int
    withdrawn_by: tuple[int | None, int | None] | None
    """Between which moments an event would have to lie whose report could still withdraw it; None: none can."""


class MonitorChange(msgspec.Struct, frozen=True, kw_only=True):
    """What one event, or the passing of time, changed."""

    kind: Literal["found", "withdrawn", "settled"]
    slow: bool = False
    """The event lay beyond the horizon, so stored events were evaluated."""
    verdict: RuleVerdict


class History(Protocol):
    """Where all events are kept."""

    def add(self, happening: Happening) -> bool:
        """Keep an event; returns whether it is new."""

    def remove(self, happening: Happening) -> bool:
        """Forget an event; returns whether it was there."""

    def between(self, from_us: int | float, to_us: int | float) -> Iterable[Happening]:
        """Return the events of a closed stretch of time, in order."""


class MemoryHistory:
    """All events, in memory."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._events: list[Happening] = []

    def add(self, happening: Happening) -> bool:
        """Keep an event; returns whether it is new."""
        position = bisect_right(self._times, happening.at_us)
        back = position
        while back and self._times[back - 1] == happening.at_us:
            back -= 1
            if same(self._events[back], happening):
                return False
        self._times.insert(position, happening.at_us)
        self._events.insert(position, happening)
        return True

    def remove(self, happening: Happening) -> bool:
        """Forget an event; returns whether it was there."""
        position = bisect_left(self._times, happening.at_us)
        while position < len(self._times) and self._times[position] == happening.at_us:
            if same(self._events[position], happening):
                del self._times[position], self._events[position]
                return True
            position += 1
        return False

    def between(self, from_us: int | float, to_us: int | float) -> Iterable[Happening]:
        """Return the events of a closed stretch of time, in order."""
        return self._events[bisect_left(self._times, from_us) : bisect_right(self._times, to_us)]


def same(one: Happening, other: Happening) -> bool:
    """Tell whether two events are one."""
    if one.name != other.name or one.fields.keys() != other.fields.keys():
        return False
    return all(inside(value) == inside(other.fields[name]) for name, value in one.fields.items())


class Found:
    """What stands for one rule: bindings, each with its moments; found again by some of the variables."""

    def __init__(self) -> None:
        self.moments: dict[Binding, list[int]] = {}
        self.by_part: dict[tuple[int, ...], dict[Binding, set[Binding]]] = {}

    def part(self, columns: tuple[int, ...]) -> None:
        """Make bindings findable by the values in some columns."""
        if columns and columns not in self.by_part:
            self.by_part[columns] = {}

    def add(self, binding: Binding, at_us: int) -> None:
        """Note a moment."""
        moments = self.moments.get(binding)
        if moments is None:
            self.moments[binding] = [at_us]
            for columns, known in self.by_part.items():
                known.setdefault(tuple([binding[column] for column in columns]), set()).add(binding)
        else:
            insort(moments, at_us)

    def remove(self, binding: Binding, at_us: int) -> None:
        """Forget a moment."""
        moments = self.moments[binding]
        del moments[bisect_left(moments, at_us)]
        if not moments:
            self._forget(binding)

    def _forget(self, binding: Binding) -> None:
        del self.moments[binding]
        for columns, known in self.by_part.items():
            key = tuple([binding[column] for column in columns])
            known[key].discard(binding)
            if not known[key]:
                del known[key]

    def holds(self, binding: Binding, at_us: int) -> bool:
        """Tell whether this stands."""
        moments = self.moments.get(binding)
        if not moments:
            return False
        position = bisect_left(moments, at_us)
        return position < len(moments) and moments[position] == at_us

    def within(self, span: Span, columns: tuple[int, ...], values: Binding) -> Iterator[tuple[int, Binding]]:
        """Yield what stands in a closed stretch with these values in these columns."""
        bindings: Iterable[Binding] = self.by_part[columns].get(values, ()) if columns else self.moments
        for binding in bindings:
            moments = self.moments[binding]
            if moments[0] > span[1] or moments[-1] < span[0]:
                continue
            for moment in moments[bisect_left(moments, span[0]) : bisect_right(moments, span[1])]:
                yield moment, binding

    def drop_before(self, at_us: int) -> None:
        """Forget what is older."""
        for binding in [b for b, moments in self.moments.items() if moments[0] < at_us]:
            moments = self.moments[binding]
            del moments[: bisect_left(moments, at_us)]
            if not moments:
                self._forget(binding)


class Watch:
    """One rule being watched."""

    def __init__(self, rule: Rule, core: Formula, held: EventStore) -> None:
        self.rule, self.core, self.held = rule, core, held
        self.names = tuple(sorted(fm.free_vars(core)))
        self.before_us, self.after_us = reach(core)
        self.threat = threat(core)
        self.found = Found()
        self.compiler = Compiler(held)
        self.by_event: dict[str, list[_Place]] = {}
        self.by_moment: list[_Place] = []
        for touch in touches(core):
            self._place(touch)

    def _place(self, touch: TouchPoint) -> None:
        fixed = {} if touch.event is None else _fixed(touch.event, self.names, self.held)
        place = _Place(touch, fixed, self)
        if touch.event is None:
            self.by_moment.append(place)
        else:
            self.by_event.setdefault(touch.event.name, []).append(place)

    def scan(self, given: tuple[str, ...]) -> Scan:
        """Return the scan of the rule given some of its variables."""
        return self.compiler.scan(self.core, frozenset(given))


def _fixed(event: fm.Event, names: tuple[str, ...], held: EventStore) -> dict[str, int]:
    """Return which variables of a verdict an event fixes, each with its column."""
    signature = held.signatures[event.name]
    return {
        term.name: column_of(signature, field)
        for field, term in event.args
        if isinstance(term, fm.Var) and term.name in names
    }


class _Place:
    """A place of a rule that can change, ready to be evaluated."""

    def __init__(self, touch: TouchPoint, fixed: dict[str, int], watch: Watch) -> None:
        names = watch.names
        self.from_us = -INFINITE if touch.from_us is None else touch.from_us
        self.to_us = INFINITE if touch.to_us is None else touch.to_us
        given = tuple(name for name in names if name in fixed)
        self.columns = tuple(names.index(name) for name in given)
        self.row_columns = tuple(fixed[name] for name in given)
        self.required: list[tuple[int, Hashable]] = []
        if touch.event is not None:
            signature = watch.held.signatures[touch.event.name]
            for field, term in touch.event.args:
                if isinstance(term, fm.Const):
                    self.required.append((column_of(signature, field), inside(term.value)))
        watch.found.part(self.columns)
        self._probe(touch, fixed, watch)
        self.scan = watch.scan(given)
        self.given_slots = tuple(watch.compiler.slot(name) for name in given)
        self.slots_of = tuple(watch.compiler.slot(name) for name in names)
        self.watch = watch

    def _probe(self, touch: TouchPoint, fixed: dict[str, int], watch: Watch) -> None:
        """Find an event that the rule needs at its own moment, whose key the touching event tells: without one, nothing holds."""
        self.probe: dict[Hashable, Entries] | None = None
        self.probe_key: tuple[tuple[int, Hashable], ...] = ()
        for part in conjuncts(watch.core):
            if not isinstance(part, fm.Event) or part == touch.event:
                continue
            key: dict[int, tuple[int, Hashable]] = {}
            signature = watch.held.signatures[part.name]
            for field, term in part.args:
                if isinstance(term, fm.Const):
                    key[column_of(signature, field)] = (-1, inside(term.value))
                elif isinstance(term, fm.Var) and term.name in fixed:
                    key[column_of(signature, field)] = (fixed[term.name], None)
            if key and len(key) > len(self.probe_key):
                columns = tuple(sorted(key))
                self.probe = watch.held.index(part.name, columns).by_key
                self.probe_key = tuple(key[column] for column in columns)

    def hopeless(self, row: Row) -> bool:
        """Tell whether no event is held that the rule would need."""
        if self.probe is None:
            return False
        key = [value if column < 0 else row[column] for column, value in self.probe_key]
        return (key[0] if len(key) == 1 else tuple(key)) not in self.probe

    def matches(self, row: Row) -> bool:
        """Tell whether an event has the values that the formula asks for here."""
        return all(row[column] == value for column, value in self.required)

    def evaluate(self, span: Span, values: Binding, slots: Slots) -> set[tuple[int, Binding]]:
        """Return what holds in a stretch of time for these values."""
        for slot, value in zip(self.given_slots, values, strict=True):
            slots[slot] = value
        order = self.slots_of
        return {(moment, tuple([slots[slot] for slot in order])) for moment in self.scan(span[0], span[1], slots)}


class Monitor:
    """Watches rules. `add` events as they come, `advance` when time passes; `verdicts` says what stands."""

    def __init__(
        self,
        terms: Terms,
        places: Places | None = None,
        horizon_us: int = HORIZON_US,
        history: History | None = None,
        forget: bool = True,
        checked: tuple[tuple[Rule, Formula], ...] | None = None,
    ) -> None:
        """Take terms; raises `Refused` where a rule cannot be monitored. The history is made in memory if none is given.

        `forget` False: nothing that stands is ever dropped, and every late event is answered at once. `checked` is what
        `check_terms` gave for these terms before.
        """
        self.terms, self.horizon_us = terms, horizon_us
        self.checked = check_terms(terms, places) if checked is None else checked
        self.history: History = MemoryHistory() if history is None else history
        self.held = EventStore(terms.events)
        self.watches = tuple(Watch(rule, core, self.held) for rule, core in self.checked)
        self._by_moment = [(n, place) for n, watch in enumerate(self.watches) for place in watch.by_moment]
        self._by_event: dict[str, dict[tuple[int, Hashable] | None, list[tuple[int, _Place]]]] = {}
        for n, watch in enumerate(self.watches):
            for name, places_ in watch.by_event.items():
                for place in places_:
                    first = place.required[0] if place.required else None
                    self._by_event.setdefault(name, {}).setdefault(first, []).append((n, place))
        self.now_us: int | None = None
        self._pending: list[tuple[int, int, int, int, Binding]] = []
        self._pushed = 0
        self._keep_us = _most(self.watches) if forget else None
        self._found_from_us: int | float = -INFINITE
        self._held_from_us: int | float = -INFINITE
        self._next_drop_us: int | None = None

    def add(self, happening: Happening) -> tuple[MonitorChange, ...]:
        """Take one event; returns what it changed, and what became settled because it shows that time has passed.

        An event that is there already changes nothing. Refuse events that do not fit their signature before (`log.py`).
        """
        if not self.history.add(happening):
            return ()
        at_us = happening.at_us
        changes: list[MonitorChange] = []
        if self.now_us is None or at_us > self.now_us:
            changes += self.advance(at_us)
        beyond = self.now_us is not None and at_us < self.now_us - self.horizon_us
        if beyond and self._keep_us is not None:
            return (*changes, *self._slowly(happening, here=True))
        return (*changes, *self._add(happening))

    def advance(self, now_us: int) -> list[MonitorChange]:
        """Tell the monitor that it is now; returns the verdicts that became settled. Time does not go back."""
        if self.now_us is not None and now_us <= self.now_us:
            return []
        self.now_us = now_us
        changes = []
        while self._pending and self._pending[0][0] < now_us:
            _, _, at_us, number, binding = heapq.heappop(self._pending)
            watch = self.watches[number]
            if watch.found.holds(binding, at_us):
                changes.append(MonitorChange(kind="settled", verdict=self._verdict(watch, at_us, binding)))
        self._drop()
        return changes

    def verdicts(self, rule: str | None = None) -> list[RuleVerdict]:
        """Return what stands within the horizon, in order of moment, rule and binding."""
        found = [
            self._verdict(watch, at_us, binding)
            for watch in self.watches
            if rule is None or watch.rule.name == rule
            for at_us, binding in watch.found.within((-INFINITE, INFINITE), (), ())
        ]
        return sorted(found, key=lambda v: (v.at_us, v.rule, msgspec.json.encode(v.bindings)))

    # --- fast

    def _add(self, happening: Happening) -> list[MonitorChange]:
        at_us, name = happening.at_us, happening.name
        signature = self.held.signatures.get(name)
        new_moment = self.held.add_moment(at_us)
        row: Row | None = None
        if signature is not None:
            row = row_of(happening, signature)
            if not self.held.add_row(name, row):
                row = None
        changes: list[MonitorChange] = []
        if new_moment:
            for number, place in self._by_moment:
                self._evaluate(number, place, at_us, (), changes)
        if row is not None:
            for number, place in self._places(name, row):
                if place.matches(row) and not place.hopeless(row):
                    values = tuple([row[column] for column in place.row_columns])
                    self._evaluate(number, place, at_us, values, changes)
        return changes

    def remove(self, happening: Happening) -> tuple[MonitorChange, ...]:
        """Take one event back; returns what that changed. What stands after is as if it had never come."""
        if not self.history.remove(happening):
            return ()
        at_us = happening.at_us
        beyond = self.now_us is not None and at_us < self.now_us - self.horizon_us
        if beyond and self._keep_us is not None:
            return tuple(self._slowly(happening, here=False))
        changes: list[MonitorChange] = []
        row = None
        if happening.name in self.held.signatures:
            row = row_of(happening, self.held.signatures[happening.name])
            if not self.held.remove_row(happening.name, row):
                return ()
        gone = not any(True for _ in self.history.between(at_us, at_us)) and self.held.remove_moment(at_us)
        if gone:
            for number, place in self._by_moment:
                self._evaluate(number, place, at_us, (), changes)
        if row is not None:
            for number, place in self._places(happening.name, row):
                if place.matches(row):
                    self._evaluate(number, place, at_us, tuple([row[column] for column in place.row_columns]), changes)
        return tuple(changes)

    def _places(self, name: str, row: Row) -> list[tuple[int, _Place]]:
        """Return the places that an event of this name could change: those that ask for none of its values, or for one it has."""
        known = self._by_event.get(name)
        if not known:
            return []
        found = known.get(None, [])
        if len(known) > (None in known):
            found = [*found, *(pair for item in enumerate(row) for pair in known.get(item, ()))]
        return found

    def _evaluate(self, number: int, place: _Place, at_us: int, values: Binding, changes: list[MonitorChange]) -> None:
        watch = place.watch
        found = watch.found
        span = (at_us + place.from_us, at_us + place.to_us)
        slots: Slots = [None] * len(watch.compiler.slots)
        now = place.evaluate(span, values, slots)
        before = set(found.within(span, place.columns, values))
        if now == before:
            return
        for moment, binding in before - now:
            changes.append(MonitorChange(kind="withdrawn", verdict=self._verdict(watch, moment, binding)))
            found.remove(binding, moment)
        for moment, binding in now - before:
            verdict = self._verdict(watch, moment, binding)
            changes.append(MonitorChange(kind="found", verdict=verdict))
            found.add(binding, moment)
            if not verdict.settled:
                self._pushed += 1
                heapq.heappush(self._pending, (verdict.settles_at_us, self._pushed, moment, number, binding))

    def _verdict(self, watch: Watch, at_us: int, binding: Binding) -> RuleVerdict:
        return verdict(
            watch.rule.name, watch.names, at_us, binding, watch.after_us, watch.threat, self.horizon_us, self.now_us
        )

    # --- what is held

    def _drop(self) -> None:
        """Forget what no event within the horizon can need; done in steps of a sixteenth of what is kept.

        An event at the horizon touches verdicts up to `_keep_us` before it, and those need events up to `_keep_us` before them.
        """
        if self._keep_us is None or self.now_us is None:
            return
        if self._next_drop_us is not None and self.now_us < self._next_drop_us:
            return
        self._next_drop_us = self.now_us + max(1, (self.horizon_us + self._keep_us) // 16)
        self._found_from_us = self.now_us - self.horizon_us - self._keep_us
        self._held_from_us = self._found_from_us - self._keep_us
        self.held.drop_before(int(self._held_from_us))
        for watch in self.watches:
            watch.found.drop_before(int(self._found_from_us))

    # --- slow

    def _slowly(self, happening: Happening, here: bool) -> list[MonitorChange]:
        """Answer an event beyond the horizon: evaluate its neighbourhood in the history without it and with it, and compare."""
        if happening.at_us >= self._held_from_us:
            self._hold(happening, here)
        changes: list[MonitorChange] = []
        for watch in self.watches:
            without, around = self._neighbourhood(watch, happening)
            before, now = (without, around) if here else (around, without)
            for moment, binding in sorted(before - now, key=_by_moment):
                changes.append(
                    MonitorChange(kind="withdrawn", slow=True, verdict=self._verdict(watch, moment, binding))
                )
                if moment >= self._found_from_us:
                    watch.found.remove(binding, moment)
            for moment, binding in sorted(now - before, key=_by_moment):
                changes.append(MonitorChange(kind="found", slow=True, verdict=self._verdict(watch, moment, binding)))
                if moment >= self._found_from_us:
                    watch.found.add(binding, moment)
        return changes

    def _hold(self, happening: Happening, here: bool) -> None:
        name, at_us = happening.name, happening.at_us
        row = row_of(happening, self.held.signatures[name]) if name in self.held.signatures else None
        if here:
            self.held.add_moment(at_us)
            if row is not None:
                self.held.add_row(name, row)
            return
        if row is not None:
            self.held.remove_row(name, row)
        if not any(True for _ in self.history.between(at_us, at_us)):
            self.held.remove_moment(at_us)

    def _neighbourhood(self, watch: Watch, happening: Happening) -> tuple[set[_At], set[_At]]:
        at_us = happening.at_us
        places = [*watch.by_moment, *watch.by_event.get(happening.name, ())]
        if not places:
            return set(), set()
        span = (at_us + min(place.from_us for place in places), at_us + max(place.to_us for place in places))
        low = -INFINITE if watch.before_us is None else span[0] - watch.before_us
        high = INFINITE if watch.after_us is None else span[1] + watch.after_us
        stored = self.history.between(low, high)
        without = [other for other in stored if not (other.at_us == at_us and same(other, happening))]
        around = [*without, happening]
        return self._evaluate_apart(watch, without, span), self._evaluate_apart(watch, around, span)

    def _evaluate_apart(self, watch: Watch, events: Iterable[Happening], span: Span) -> set[_At]:
        held = EventStore(self.terms.events)
        for other in events:
            held.add_moment(other.at_us)
            if other.name in held.signatures:
                held.add_row(other.name, row_of(other, held.signatures[other.name]))
        apart = Watch(watch.rule, watch.core, held)
        scan = apart.scan(())
        slots: Slots = [None] * len(apart.compiler.slots)
        order = [apart.compiler.slot(name) for name in apart.names]
        return {(moment, tuple([slots[slot] for slot in order])) for moment in scan(span[0], span[1], slots)}


def _by_moment(item: _At) -> tuple[int, str]:
    return item[0], repr(item[1])


def _most(watches: Iterable[Watch]) -> int | None:
    """Return how far rules look, back and ahead together; None is without bound."""
    most = 0
    for watch in watches:
        if watch.before_us is None or watch.after_us is None:
            return None
        most = max(most, watch.before_us + watch.after_us)
    return most


def verdict(
    rule: str,
    names: tuple[str, ...],
    at_us: int,
    binding: tuple[Any, ...],
    after_us: int | None,
    threatened: tuple[int | None, int | None] | None,
    horizon_us: int,
    now_us: int | None,
) -> RuleVerdict:
    """Make a verdict: what holds, when it settles, and which reports could still withdraw it."""
    settles_at_us = at_us + (after_us or 0)
    withdrawn_by = None
    fast_until_us = None
    if threatened is not None:
        low, high = threatened
        withdrawn_by = (None if low is None else at_us + low, None if high is None else at_us + high)
        fast_until_us = None if low is None else at_us + low + horizon_us
    return RuleVerdict(
        at_us=at_us,
        bindings={name: outside(value) for name, value in zip(names, binding, strict=True)},
        fast_until_us=fast_until_us,
        rule=rule,
        settled=now_us is not None and now_us > settles_at_us if after_us else True,
        settles_at_us=settles_at_us,
        withdrawn_by=withdrawn_by,
    )
