"""One term, live: its events are told to a monitor as occurrences come, change and go; what each touches is revised, nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from detente.records.agreements import term as tm
from detente.records.agreements.term import Term
from detente.rules.agreements.facts.events import Occurrence
from detente.rules.agreements.facts.weigh import Uncertainty, band_of, beyond
from detente.rules.agreements.facts.who import Ties
from detente.rules.agreements.judging.counts import starts
from detente.rules.agreements.judging.effect import Effect
from detente.rules.agreements.judging.event_key import LATEST_US, STARTS, Key, band, points
from detente.rules.agreements.judging.owed import OpenDuties, Owed, fulfilling, of_effect, started
from detente.rules.agreements.judging.roles import played, told
from detente.rules.agreements.logic.happening import Happening
from detente.rules.agreements.logic.monitor import Monitor
from detente.rules.agreements.patterns.expansion import Expansion, Role


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """What one occurrence became in one term: its doubts by role and party, and whether it plays any part."""

    doubts: tuple[Uncertainty, ...]
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
        self.slow = False
        self._duties = OpenDuties()
        self._told: dict[str, tuple[Key, ...]] = {}
        self._count: Counter[Key] = Counter()
        self._boundaries: list[int] = []
        self.names = frozenset(name for role in expansion.roles for name in role.what.classes)
        self.latitudes = band_of(term.scope.area)
        self.denied: dict[str, Occurrence] = {}
        self._banded: dict[str, Occurrence] = {}
        self._ticked_us: int | None = None

    @property
    def owed(self) -> Mapping[tuple[str, str, str], Owed]:
        """Return the duties that stand, by `Owed.key`."""
        return self._duties.all

    # --- what comes

    def set_effects(self, effects: tuple[Effect, ...], register: Ties) -> None:
        """Take when the term is in effect; everything that was told is told anew where that changes it."""
        if effects == self.effects:
            return
        self.effects = effects
        self._tell("", self._of_effect())
        self._bounds()
        for found in list(self.weighed.values()):
            self.take(found.occurrence, register)

    def take(self, occurrence: Occurrence, register: Ties) -> bool:
        """Take an occurrence as it now is; returns whether it plays a part in this term now, or did before."""
        if occurrence.id not in self.weighed and beyond(occurrence, self.latitudes):
            self.weighed[occurrence.id] = Weighed(
                doubts=(), occurrence=occurrence, plays=False, why_not="outside the area"
            )
            return False
        keys: dict[Key, None] = {}
        doubts: dict[Uncertainty, None] = {}
        why_not = ""
        dues = self._duties.disown(occurrence.id)
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
        first, last = band(occurrence, self.term)
        if first != last:
            self._banded[occurrence.id] = occurrence
        else:
            self._banded.pop(occurrence.id, None)
        self._crossed(dues ^ self._duties.dues_of(occurrence.id), occurrence.id, register)
        return bool(keys) or before

    def drop(self, occurrence_id: str, register: Ties) -> bool:
        """Take an occurrence back; returns whether it played a part."""
        self.weighed.pop(occurrence_id, None)
        self._banded.pop(occurrence_id, None)
        self.denied.pop(occurrence_id, None)
        played = occurrence_id in self._told
        self._tell(occurrence_id, ())
        self._crossed(self._duties.disown(occurrence_id), occurrence_id, register)
        return played

    def _crossed(self, dues: set[int], but: str, register: Ties) -> None:
        """Tell uncertain bands anew across which a deadline came or went: on which side it happened matters now, or no more."""
        for o in [o for one, o in self._banded.items() if one != but] if dues else ():
            first, last = band(o, self.term)
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
                until_us = min(now_us, now_us if end is None else end - 1)
                found = starts(self.term, effect, (begin, end), until_us, self._broke(begin, end))
                keys.update(dict.fromkeys(found.keys))
                self._ticked_us = min(self._ticked_us, LATEST_US if found.next_us is None else found.next_us)
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
        return fulfilling(self.monitor, self.expansion.roles, self.term.pattern, owed)

    # --- what an occurrence tells

    def _role(
        self, role: Role, o: Occurrence, register: Ties, keys: dict[Key, None], doubts: dict[Uncertainty, None]
    ) -> str:
        found, why_not = played(role, o, self.term, self.parties, register)
        both = band(o, self.term)
        for party, mine in found:
            doubts.update(dict.fromkeys(mine))
            if role.whose == "owed":
                for owed in started(self.term, self.effects, o, party, both[1], not mine):
                    keys.update(dict.fromkeys(self._duties.owe(o.id, owed)))
            else:
                at = points(*both, self._boundaries, self._duties.dues)
                keys.update(dict.fromkeys(told(role, o, party, not mine, self.term, self.effects, both, at)))
        return why_not

    def _of_effect(self) -> dict[Key, None]:
        """What begins with the term itself: duties with a deadline that nothing else starts."""
        self._duties.disown("")
        keys: dict[Key, None] = {}
        for effect in self.effects:
            for owed in of_effect(self.term, effect):
                keys.update(dict.fromkeys(self._duties.owe("", owed)))
        return keys

    def _bounds(self) -> None:
        ends = {end for effect in self.effects for interval in effect.intervals for end in interval if end is not None}
        self._boundaries = sorted({*ends, *(end - 1 for end in ends)})

    def _broke(self, begin: int, end: int | None) -> list[int]:
        """When calm was broken, or may have been."""
        names = ("maybe_without", "maybe_reset")
        return sorted({k[0] for k in self._count if k[1] in names and begin <= k[0] and (end is None or k[0] < end)})
