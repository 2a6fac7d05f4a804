"""One term, live: its events are told to a monitor as occurrences come, change and go; what each touches is revised, nothing else."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from detente.agreements.effect import Effect
from detente.agreements.events import Occurrence
from detente.agreements.logic.happening import Happening, column_of
from detente.agreements.logic.monitor import Monitor
from detente.agreements.patterns.expansion import Expansion, Role
from detente.agreements.readings.days import Days
from detente.agreements.spans import dues, end_us, length_us, readings_of
from detente.agreements.weigh import Doubt, Weight, band_of, beyond, weigh, whose
from detente.agreements.who import Register, in_scope
from detente.evidence.said import plain_name
from detente.records import term as tm
from detente.records.term import Term, Who

Key = tuple[int, str, tuple[tuple[str, Any], ...]]
"""An event as something that can be counted: its moment, its name, its fields."""
STARTS = " starts"
LATEST_US = 2**62
MOST_POINTS = 64
"""At most so many moments stand for one uncertain band."""


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """One duty: since when, until when (under a reading), of whom, and the entries that started it. `sure` False: it may not have begun."""

    due_us: int
    entries: tuple[str, ...] = ()
    instance: str
    party: str
    reading: str
    since_us: int
    sure: bool = True


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """What one occurrence became in one term: its doubts by role and party, and whether it plays any part."""

    doubts: tuple[Doubt, ...]
    occurrence: Occurrence
    plays: bool
    why_not: str


class LiveTerm:
    """A term with its monitor. Give it effects and occurrences; `monitor` then holds what stands."""

    def __init__(self, term: Term, expansion: Expansion, parties: Collection[str], horizon_us: int) -> None:
        self.term, self.expansion, self.parties = term, expansion, frozenset(parties)
        self.monitor = (
            Monitor(expansion.terms, horizon_us=horizon_us, forget=False, checked=expansion.checked)
            if expansion.terms.rules
            else None
        )
        self.effects: tuple[Effect, ...] = ()
        self.weighed: dict[str, Weighed] = {}
        self.owed: dict[tuple[str, str, str], Owed] = {}
        self.slow = False
        self._owed_by: dict[str, list[Owed]] = {}
        self._told: dict[str, tuple[Key, ...]] = {}
        self._count: Counter[Key] = Counter()
        self._boundaries: list[int] = []
        self.names = frozenset(name for role in expansion.roles for name in role.what.classes)
        self.latitudes = band_of(term.scope.area)
        self.denied: dict[str, Occurrence] = {}
        self._banded: dict[str, Occurrence] = {}
        self._dues: list[int] = []
        self._ticked_us: int | None = None

    # --- what comes

    def set_effects(self, effects: tuple[Effect, ...], register: Register) -> None:
        """Take when the term is in effect; everything that was told is told anew where that changes it."""
        if effects == self.effects:
            return
        self.effects = effects
        self._tell("", self._of_effect())
        self._bounds()
        for found in list(self.weighed.values()):
            self.take(found.occurrence, register)

    def take(self, occurrence: Occurrence, register: Register) -> bool:
        """Take an occurrence as it now is; returns whether it plays a part in this term now, or did before."""
        if occurrence.id not in self.weighed and beyond(occurrence, self.latitudes):
            self.weighed[occurrence.id] = Weighed(
                doubts=(), occurrence=occurrence, plays=False, why_not="outside the area"
            )
            return False
        keys: dict[Key, None] = {}
        doubts: dict[Doubt, None] = {}
        why_not = ""
        dues = self._disown(occurrence.id)
        for role in self.expansion.roles:
            if not any(name in role.what.classes for name in occurrence.classes):
                continue
            why_not = self._role(role, occurrence, register, keys, doubts) or why_not
        before = occurrence.id in self._told
        self.weighed[occurrence.id] = Weighed(
            doubts=tuple(doubts), occurrence=occurrence, plays=bool(keys), why_not="" if keys else why_not
        )
        self._tell(occurrence.id, keys)
        if occurrence.against:
            self.denied[occurrence.id] = occurrence
        else:
            self.denied.pop(occurrence.id, None)
        if self._band(occurrence)[0] != self._band(occurrence)[1]:
            self._banded[occurrence.id] = occurrence
        else:
            self._banded.pop(occurrence.id, None)
        self._crossed(dues ^ {owed.due_us for owed in self._owed_by.get(occurrence.id, ())}, occurrence.id, register)
        return bool(keys) or before

    def drop(self, occurrence_id: str, register: Register) -> bool:
        """Take an occurrence back; returns whether it played a part."""
        self.weighed.pop(occurrence_id, None)
        self._banded.pop(occurrence_id, None)
        self.denied.pop(occurrence_id, None)
        played = occurrence_id in self._told
        self._tell(occurrence_id, ())
        self._crossed(self._disown(occurrence_id), occurrence_id, register)
        return played

    def _crossed(self, dues: set[int], but: str, register: Register) -> None:
        """Tell uncertain bands anew across which a deadline came or went: on which side it happened matters now, or no more."""
        for o in [o for one, o in self._banded.items() if one != but] if dues else ():
            first, last = self._band(o)
            if any(first < due < last for due in dues):
                self.take(o, register)

    def feed(self, source: str, events: Iterable[tuple[int, str, Mapping[str, Any]]]) -> None:
        """Take derived events of another term (`broken`), in place of those of the same source before."""
        self._tell(source, {(at_us, name, tuple(sorted(fields.items()))): None for at_us, name, fields in events})

    def tick(self, now_us: int) -> bool:
        """Let time pass where counts begin with each day; returns whether anything was told."""
        if not isinstance(self.term.pattern, tm.CalmFor) or (self._ticked_us is not None and now_us < self._ticked_us):
            return False
        keys: dict[Key, None] = {}
        self._ticked_us = LATEST_US
        for effect in self.effects:
            for begin, end in effect.intervals:
                self._starts(effect, begin, end, min(now_us, now_us if end is None else end - 1), keys)
        self._tell(STARTS, keys)
        return True

    def next_us(self, now_us: int) -> list[int]:
        """Return moments at which the clock alone may change it: duties that begin, counts that fill, days that begin."""
        found = [owed.since_us for owed in self.owed.values() if owed.since_us > now_us]
        found += [due for key in self._told.get(STARTS, ()) if (due := dict(key[2])["due"]) > now_us]
        return found if self._ticked_us is None or self._ticked_us == LATEST_US else [*found, self._ticked_us]

    # --- telling the monitor

    def _tell(self, source: str, keys: Iterable[Key]) -> None:
        """Replace what one source tells. Events told by several sources stand until the last takes them back."""
        new, old = tuple(keys), self._told.get(source, ())
        if new == old:
            return
        if new:
            self._told[source] = new
        else:
            self._told.pop(source, None)
        self._count.update(new)
        if source != STARTS:
            self._ticked_us = None
        for key in new:
            if self._count[key] == 1:
                self._add(key)
        for key in old:
            self._count[key] -= 1
            if not self._count[key]:
                del self._count[key]
                self._remove(key)

    def _add(self, key: Key) -> None:
        if self.monitor is not None:
            changes = self.monitor.add(Happening(key[0], key[1], dict(key[2])))
            self.slow = any(change.slow for change in changes)

    def _remove(self, key: Key) -> None:
        if self.monitor is not None:
            changes = self.monitor.remove(Happening(key[0], key[1], dict(key[2])))
            self.slow = any(change.slow for change in changes)

    def events(self) -> list[Happening]:
        """Return all events told to the monitor, in order of moment and name."""
        return [
            Happening(at, name, dict(fields))
            for at, name, fields in sorted(self._count, key=lambda k: (k[0], k[1], repr(k[2])))
        ]

    def fulfilling(self, owed: Owed) -> list[str]:
        """Return the occurrences that fulfil a duty, or may, in time."""
        if self.monitor is None:
            return []
        p = self.term.pattern
        each = isinstance(p, tm.Within) and p.each
        found: dict[str, None] = {}
        for name in (f"maybe_{role.name}" for role in self.expansion.roles if _fulfils(role, p, owed)):
            signature = self.monitor.held.signatures[name]
            wanted = (
                {} if isinstance(p, tm.Phases) else {"party": owed.party, **({"about": owed.instance} if each else {})}
            )
            columns = tuple(sorted(column_of(signature, field) for field in wanted))
            entries = self.monitor.held.all[name]
            if columns:
                key = tuple(wanted[signature.names()[column - 1]] for column in columns)
                known = self.monitor.held.index(name, columns).by_key.get(key[0] if len(key) == 1 else key)
                if known is None:
                    continue
                entries = known
            column = column_of(signature, "id")
            for row in entries.rows[
                bisect_left(entries.times, owed.since_us) : bisect_right(entries.times, owed.due_us)
            ]:
                found[str(row[column])] = None
        return sorted(found)

    # --- roles

    def _role(
        self, role: Role, o: Occurrence, register: Register, keys: dict[Key, None], doubts: dict[Doubt, None]
    ) -> str:
        wide = role.whose in ("actor", "any")
        weight = weigh(o, self.term, self.parties, register, whole_scope=wide)
        by = self._by(role, o, register)
        if weight.why or by.why:
            return weight.why or by.why
        found = [*weight.doubts, *by.doubts]
        why_not = ""
        for party, more in self._parties(role, o, register):
            if more.why:
                why_not = more.why
                continue
            all_doubts = [*found, *more.doubts]
            doubts.update(dict.fromkeys(all_doubts))
            if role.whose == "owed":
                self._start_duty(role, o, party, not all_doubts, keys)
            else:
                self._emit(role, o, party, not all_doubts, keys)
        return why_not

    def _by(self, role: Role, o: Occurrence, register: Register) -> Weight:
        """Whether the actor is one of those that the slot names."""
        if not role.what.by or plain_name(o.actor) in {plain_name(name) for name in role.what.by}:
            return Weight()
        who = Who(excluded=(), included=role.what.by, unknown="undetermined", word_of=self.term.scope.actors.word_of)
        match in_scope(o.actor, who, (), register, o.last_us):
            case "yes":
                return Weight()
            case "no":
                return Weight(why=f"not by {', '.join(role.what.by)}")
            case "contested":
                why = f"whether {o.actor} is {' or '.join(role.what.by)} is contested"
                return Weight(doubts=(Doubt(contested=True, settles=f"what {o.actor} is", why=why),))
        if o.actor in self.parties:
            return Weight(why=f"not by {', '.join(role.what.by)}")
        why = f"whether {o.actor or 'who did it'} is {' or '.join(role.what.by)} is not known"
        return Weight(doubts=(Doubt(contested=False, settles="who it was", why=why),))

    def _parties(self, role: Role, o: Occurrence, register: Register) -> list[tuple[str, Weight]]:
        match role.whose:
            case "any":
                return [(plain_name(o.actor), Weight())]
            case "owed":
                return [(b, Weight()) for b in self.term.bearers]
            case "affected":
                if not o.affected:
                    return [(b, Weight()) for b in self.term.bearers]
                return [(b, whose(o, o.affected, b, self.parties, register)) for b in self.term.bearers]
            case _:
                return [(b, whose(o, o.actor, b, self.parties, register)) for b in self.term.bearers]

    def _emit(self, role: Role, o: Occurrence, party: str, sure: bool, keys: dict[Key, None]) -> None:
        first, last = self._band(o)
        about = self._about(role, o, last)
        for one in about:
            fields = tuple(
                sorted(
                    {"id": o.id, "about": one, "party": party, "actor": o.actor, "first": first, "last": last}.items()
                )
            )
            if sure:
                keys[(last, role.name, fields)] = None
            for at_us in self._points(first, last):
                keys[(at_us, f"maybe_{role.name}", fields)] = None
                if role.within_effect:
                    self._effect_at(at_us, party, keys)

    def _effect_at(self, at_us: int, party: str, keys: dict[Key, None]) -> None:
        for effect in self.effects:
            since = effect.since(at_us)
            if since is not None and (effect.party == party or party not in self.term.bearers or self._joint()):
                fields = (("party", effect.party), ("reading", effect.reading), ("since", since))
                keys[(at_us, "in_effect", fields)] = None

    def _joint(self) -> bool:
        return isinstance(self.term.pattern, tm.Simultaneous)

    def _about(self, role: Role, o: Occurrence, last: int) -> tuple[str, ...]:
        if role.name == "daily":
            reckoning = self.term.reckoning
            return (str(Days(zone=reckoning.zone, starts_s=reckoning.day_starts_s).of(last)),)
        return o.about or ("",)

    def _band(self, o: Occurrence) -> tuple[int, int]:
        if o.recorded_us is not None and self.term.evidence.clock == "recorded":
            return o.recorded_us, o.recorded_us
        return o.first_us, o.last_us

    def _points(self, first: int, last: int) -> list[int]:
        """The moments that stand for a band: its ends, and what decides between them."""
        if first == last:
            return [last]
        here = [
            point
            for points in (self._boundaries, self._dues)
            for point in points[bisect_right(points, first) : bisect_left(points, last)][:MOST_POINTS]
        ]
        return sorted({first, last, *here})

    # --- duties

    def _of_effect(self) -> dict[Key, None]:
        """What begins with the term itself: duties with a deadline that nothing else starts, and counts."""
        self._disown("")
        keys: dict[Key, None] = {}
        p = self.term.pattern
        by = p.by if isinstance(p, tm.Within) and p.after is None else p.by if isinstance(p, tm.Simultaneous) else None
        for effect in self.effects:
            begin = effect.begins_us
            if begin is None:
                continue
            if by is not None:
                more_us = length_us(p.tolerance) if isinstance(p, tm.Simultaneous) else 0
                for reading, due in dues(begin, by, self.term).items():
                    both = ", ".join(part for part in (reading, effect.reading) if part)
                    owed = Owed(due_us=due + more_us, instance="", party=effect.party, reading=both, since_us=begin)
                    if effect.ends_us is None or owed.due_us < effect.ends_us:
                        self._owe("", owed, keys)
            if isinstance(p, tm.Phases) and p.phases[0].within is not None:
                due = begin + length_us(p.phases[0].within)
                name = p.phases[0].name
                self._owe(
                    "",
                    Owed(due_us=due, instance=name, party=effect.party, reading=effect.reading, since_us=begin),
                    keys,
                )
        return keys

    def _start_duty(self, role: Role, o: Occurrence, party: str, sure: bool, keys: dict[Key, None]) -> None:
        p = self.term.pattern
        if not isinstance(p, tm.Within):
            return
        _, last = self._band(o)
        mine: list[Owed] = []
        for effect in self.effects:
            if effect.party != party or effect.since(last) is None:
                continue
            for reading, due in dues(last, p.by, self.term).items():
                both = ", ".join(part for part in (reading, effect.reading) if part)
                mine.append(
                    Owed(
                        due_us=due,
                        entries=o.entries,
                        instance=o.id,
                        party=party,
                        reading=both,
                        since_us=last,
                        sure=sure,
                    )
                )
        for owed in mine:
            self._owe(o.id, owed, keys)

    def _owe(self, source: str, owed: Owed, keys: dict[Key, None]) -> None:
        fields = (("due", owed.due_us), ("id", owed.instance), ("party", owed.party), ("reading", owed.reading))
        if owed.sure:
            keys[(owed.since_us, "owed", fields)] = None
        keys[(owed.since_us, "maybe_owed", fields)] = None
        self._owed_by.setdefault(source, []).append(owed)
        self.owed[(owed.instance, owed.party, owed.reading)] = owed
        insort(self._dues, owed.due_us)

    def _disown(self, source: str) -> set[int]:
        gone = self._owed_by.pop(source, [])
        for owed in gone:
            self.owed.pop((owed.instance, owed.party, owed.reading), None)
            del self._dues[bisect_left(self._dues, owed.due_us)]
        return {owed.due_us for owed in gone}

    def _bounds(self) -> None:
        ends = {end for effect in self.effects for interval in effect.intervals for end in interval if end is not None}
        self._boundaries = sorted({*ends, *(end - 1 for end in ends)})

    # --- counts

    def _starts(self, effect: Effect, begin: int, end: int | None, until_us: int, keys: dict[Key, None]) -> None:
        """Where counts of calm may begin, each with the moment at which it would be full, under each reading."""
        p = self.term.pattern
        assert isinstance(p, tm.CalmFor)
        reckoning = self.term.reckoning
        broke = sorted(
            {
                k[0]
                for k in self._count
                if k[1] in ("maybe_without", "maybe_reset") and begin <= k[0] and (end is None or k[0] < end)
            }
        )
        for reading in readings_of(p.lasts):
            at = [begin, *broke]
            days = 0
            if reading == "qualifying":
                at, days = self._days(begin, until_us), p.lasts.count if p.and_daily is not None else 0
            for start in at:
                due = end_us(start, p.lasts, reading, reckoning)
                if end is not None and due > end:
                    continue
                both = ", ".join(part for part in (reading, effect.reading) if part)
                keys[(start, "start", (("days", days), ("due", due), ("reading", both)))] = None

    def _days(self, begin: int, until_us: int) -> list[int]:
        reckoning = self.term.reckoning
        days = Days(zone=reckoning.zone, starts_s=reckoning.day_starts_s)
        day, found = days.of(begin), [begin]
        start = days.end(day)
        while start <= until_us and len(found) < 4000:
            found.append(start)
            start = days.end(days.of(start))
        self._ticked_us = start if self._ticked_us is None else min(self._ticked_us, start)
        return found


def _fulfils(role: Role, p: tm.Pattern, owed: Owed) -> bool:
    if isinstance(p, tm.Phases):
        names = [f"complete_{n}" for n, phase in enumerate(p.phases) if phase.name == owed.instance]
        return role.name in names
    return role.name == "must" or role.name.startswith("side_")
