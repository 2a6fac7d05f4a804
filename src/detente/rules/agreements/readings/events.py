"""What happened and what was said, as the counters take it: one event a line of JSON, or made from entries of a ledger.

The counters see a set: the order of arrival means nothing, and an event told twice is one. A log is taken whole or not at all.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from detente.errors import UNREADABLE, Problem, Refused, problem, unreadable
from detente.rules.agreements.logic.log import moment
from detente.rules.agreements.readings.counting import Match, Value

_OWN = {"by", "event", "id", "latest", "t", "told"}
_TIMES = ("ends", "until")
"""Fields that hold a time, or null."""


class TimedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. It happened at `at_us`, or some time from then to `latest_us` where nobody knows better.

    Microseconds since 1970 UTC. `told_us` is when it was reported: where nobody says, when it was over. `by` is who did or said
    it; `fields` what else is known. `sure` False: that it happened, or counts, is in doubt.
    """

    at_us: int
    by: str = ""
    fields: Mapping[str, Value] = {}
    id: str
    latest_us: int
    name: str
    sure: bool = True
    told_us: int

    def says(self, field: str) -> Value:
        """Return the value of a field, None if it has none."""
        return self.by if field == "by" else self.fields.get(field)

    def moment(self, field: str) -> int | None:
        """Return the time that a field holds, None if it holds none."""
        given = self.fields.get(field)
        return None if given is None else moment(given)  # type: ignore[arg-type]

    def fits(self, match: Match) -> bool:
        """Tell whether this is an event of that kind, with those values."""
        if self.name != match.event:
            return False
        return all(_among(self.says(field), value) for field, value in match.where.items())


class EventLog:
    """Events in order of occurrence, each once; found by kind and time."""

    def __init__(self, events: Iterable[TimedEvent]) -> None:
        self.events = ordered(events)
        self._by_name: dict[str, list[TimedEvent]] = {}
        for event in self.events:
            self._by_name.setdefault(event.name, []).append(event)
        self._starts = {name: [event.at_us for event in own] for name, own in self._by_name.items()}
        self._longest_us = max((event.latest_us - event.at_us for event in self.events), default=0)

    def among(self, matches: Sequence[Match], from_us: int, before_us: int) -> tuple[TimedEvent, ...]:
        """Return the events of these kinds that lie, or may lie, from one moment to before another."""
        found = {
            event.id: event
            for match in matches
            for event in self._between(match.event, from_us - self._longest_us, before_us)
            if event.latest_us >= from_us and event.fits(match)
        }
        return tuple(sorted(found.values(), key=_order))

    def last(self, matches: Sequence[Match], at_us: int) -> TimedEvent | None:
        """Return the last event of these kinds up to a moment."""
        found = []
        for match in matches:
            own = self._by_name.get(match.event, [])
            until = bisect_right(self._starts.get(match.event, []), at_us)
            found += [next((event for event in reversed(own[:until]) if event.fits(match)), None)]
        return max((event for event in found if event), key=_order, default=None)

    def until(self, at_us: int) -> EventLog:
        """Return the log of what had happened by a moment."""
        return EventLog(event for event in self.events if event.at_us <= at_us)

    def _between(self, name: str, from_us: int, before_us: int) -> Iterator[TimedEvent]:
        starts = self._starts.get(name, [])
        yield from self._by_name.get(name, [])[bisect_left(starts, from_us) : bisect_left(starts, before_us)]


def ordered(events: Iterable[TimedEvent]) -> tuple[TimedEvent, ...]:
    """Return events in order of occurrence, each once. Raises `Refused` where two different events have one id."""
    by_id: dict[str, TimedEvent] = {}
    for event in events:
        other = by_id.setdefault(event.id, event)
        if other != event:
            rule = "names two different events"
            raise Refused([problem("event", "id", event.id, rule, "Give each event an id of its own.")])
    return tuple(sorted(by_id.values(), key=_order))


def _order(event: TimedEvent) -> tuple[int, int, str]:
    return event.at_us, event.latest_us, event.id


def known(events: Iterable[TimedEvent], at_us: int) -> tuple[TimedEvent, ...]:
    """Return the events that had been reported by a moment."""
    return tuple(event for event in events if event.told_us <= at_us)


def read_events(lines: Iterable[bytes]) -> tuple[TimedEvent, ...]:
    """Read a log of JSON lines: `t`, `event`, and what else is known. Raises `Refused`, naming every line at fault."""
    found: list[TimedEvent] = []
    faults: list[Problem] = []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(read_event(msgspec.json.decode(line, type=dict[str, Any]), f"line {n}"))
        except UNREADABLE as error:
            rule = unreadable(error).rstrip(".")
            faults.append(problem("event", f"line {n}", line[:80].decode("utf-8", "replace"), rule, "Mend the line."))
        except Refused as refused:
            faults += refused.problems
    if faults:
        raise Refused(faults)
    return ordered(found)


def read_event(value: Mapping[str, Any], where: str) -> TimedEvent:
    """Read one event of plain data; without an `id` it is called by where it stands. Raises `Refused`."""
    faults: list[Problem] = []

    def at(field: str, otherwise: int | None) -> int:
        given = value.get(field)
        if given is None and otherwise is not None:
            return otherwise
        try:
            if not isinstance(given, str | int) or isinstance(given, bool):
                raise ValueError("must be given: a time with its zone")
            return moment(given)
        except ValueError as error:
            faults.append(problem("event", f"{where}.{field}", given, str(error), "Write 2016-09-12T16:00:00Z."))
            return 0

    name, by, own_id = value.get("event"), value.get("by", ""), value.get("id", where)
    for field, text in (("event", name), ("by", by), ("id", own_id)):
        if not isinstance(text, str) or (not text and field != "by"):
            faults.append(problem("event", f"{where}.{field}", text, "must be a text", "Mend the event."))
    for field, item in value.items():
        if field not in _OWN and not isinstance(item, str | int | float | bool | None):
            faults.append(
                problem("event", f"{where}.{field}", item, "must be one plain value", "Split it into fields.")
            )
        elif field in _TIMES and item is not None:
            at(field, None)
    at_us = at("t", None)
    latest_us = at("latest", at_us)
    if latest_us < at_us:
        faults.append(problem("event", f"{where}.latest", value.get("latest"), "is not before t", "Swap them."))
    told_us = at("told", latest_us)
    if faults:
        raise Refused(faults)
    fields = {field: item for field, item in value.items() if field not in _OWN}
    return TimedEvent(
        at_us=at_us, by=str(by), fields=fields, id=str(own_id), latest_us=latest_us, name=str(name), told_us=told_us
    )


def _among(value: Value, wanted: Value | tuple[Value, ...]) -> bool:
    choices = wanted if isinstance(wanted, tuple | list) else (wanted,)
    return any(value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in choices)
