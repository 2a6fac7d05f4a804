"""Duties: what starts one, until when it is owed under each reading, and what fulfils it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence

import msgspec

from detente.records.agreements import term as tm
from detente.records.agreements.term import Term
from detente.records.agreements.verdict import ReadAs
from detente.rules.agreements.facts.events import Occurrence
from detente.rules.agreements.judging.effect import Effect
from detente.rules.agreements.judging.event_key import Key
from detente.rules.agreements.logic.happening import column_of
from detente.rules.agreements.logic.monitor import Monitor
from detente.rules.agreements.patterns.expansion import Role
from detente.rules.agreements.readings.spans import dues, length_us


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """One duty: since when, until when (under a reading), of whom, and the entries that started it. `sure` False: it may not have begun."""

    due_us: int
    entries: tuple[str, ...] = ()
    instance: str
    party: str
    reading: ReadAs
    since_us: int
    sure: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """Which duty, of whom, under which reading, by its name: as the monitor binds them."""
        return (self.instance, self.party, self.reading.name)

    def keys(self) -> Iterator[Key]:
        """Yield the events that tell the monitor of it."""
        instance, party, reading = self.key
        fields = (("due", self.due_us), ("id", instance), ("party", party), ("reading", reading))
        if self.sure:
            yield self.since_us, "owed", fields
        yield self.since_us, "maybe_owed", fields


class OpenDuties:
    """The duties of one term that stand, by what started them (an occurrence, or "": the term itself); `dues` in order."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, str, str], Owed] = {}
        self.dues: list[int] = []
        self._by_source: dict[str, list[Owed]] = {}

    def owe(self, source: str, owed: Owed) -> Iterator[Key]:
        """Take one duty more; return the events that tell of it."""
        self._by_source.setdefault(source, []).append(owed)
        self.all[owed.key] = owed
        insort(self.dues, owed.due_us)
        return owed.keys()

    def disown(self, source: str) -> set[int]:
        """Take back what a source started; return the deadlines that are gone."""
        gone = self._by_source.pop(source, [])
        for owed in gone:
            self.all.pop(owed.key, None)
            del self.dues[bisect_left(self.dues, owed.due_us)]
        return {owed.due_us for owed in gone}

    def dues_of(self, source: str) -> set[int]:
        """Return the deadlines of what a source started."""
        return {owed.due_us for owed in self._by_source.get(source, ())}


def of_effect(term: Term, effect: Effect) -> Iterator[Owed]:
    """Yield the duties with a deadline that begin with the term itself, and with nothing else."""
    begin, p = effect.begins_us, term.pattern
    if begin is None:
        return
    by = p.by if isinstance(p, tm.Within) and p.after is None else p.by if isinstance(p, tm.Simultaneous) else None
    if by is not None:
        more_us = length_us(p.tolerance) if isinstance(p, tm.Simultaneous) else 0
        for days, due in dues(begin, by, term).items():
            reading = effect.reading.by_days(days)
            owed = Owed(due_us=due + more_us, instance="", party=effect.party, reading=reading, since_us=begin)
            if effect.ends_us is None or owed.due_us < effect.ends_us:
                yield owed
    if isinstance(p, tm.Phases) and p.phases[0].within is not None:
        due, name = begin + length_us(p.phases[0].within), p.phases[0].name
        yield Owed(due_us=due, instance=name, party=effect.party, reading=effect.reading, since_us=begin)


def started(term: Term, effects: Sequence[Effect], o: Occurrence, party: str, last: int, sure: bool) -> Iterator[Owed]:
    """Yield the duties of a party that an occurrence starts at its last moment."""
    p = term.pattern
    if not isinstance(p, tm.Within):
        return
    for effect in effects:
        if effect.party != party or effect.since(last) is None:
            continue
        for days, due in dues(last, p.by, term).items():
            yield Owed(
                due_us=due,
                entries=o.entries,
                instance=o.id,
                party=party,
                reading=effect.reading.by_days(days),
                since_us=last,
                sure=sure,
            )


def fulfilling(monitor: Monitor, roles: Sequence[Role], p: tm.Pattern, owed: Owed) -> list[str]:
    """Return the occurrences that fulfil a duty, or may, in time."""
    each = isinstance(p, tm.Within) and p.each
    found: dict[str, None] = {}
    for name in (f"maybe_{role.name}" for role in roles if _fulfils(role, p, owed)):
        signature = monitor.held.signatures[name]
        wanted = {} if isinstance(p, tm.Phases) else {"party": owed.party, **({"about": owed.instance} if each else {})}
        columns = tuple(sorted(column_of(signature, field) for field in wanted))
        entries = monitor.held.all[name]
        if columns:
            key = tuple(wanted[signature.names()[column - 1]] for column in columns)
            known = monitor.held.index(name, columns).by_key.get(key[0] if len(key) == 1 else key)
            if known is None:
                continue
            entries = known
        column = column_of(signature, "id")
        for row in entries.rows[bisect_left(entries.times, owed.since_us) : bisect_right(entries.times, owed.due_us)]:
            found[str(row[column])] = None
    return sorted(found)


def _fulfils(role: Role, p: tm.Pattern, owed: Owed) -> bool:
    if isinstance(p, tm.Phases):
        names = [f"complete_{n}" for n, phase in enumerate(p.phases) if phase.name == owed.instance]
        return role.name in names
    return role.name == "must" or role.name.startswith("side_")
