"""A counting term: after so many days something is due, and those bound by it count the days in different ways.

All readings stand in one term, each with those who use it; none is the right one. What a day is, in which zone, what starts the count, what
makes a day qualify and who may reset are given, never supposed (docs/formats/readings.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from detente.errors import Problem, Refused, problem
from detente.geometry.zones import zone
from detente.ledger.known_names import misfit
from detente.records.evidence.claim import Tag
from detente.rules.agreements.readings.calendars import Calendar

Value = str | int | float | bool | None
Kind = Literal["calendar", "calendar-after", "elapsed", "qualifying"]
MOST_DAYS = 3_660


class CountingPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every part of a term is: no field that is not in the format."""


class Match(CountingPart, frozen=True, kw_only=True):
    """Events of a kind, whose fields have these values (a list: any of them)."""

    event: str
    where: Mapping[str, Value | tuple[Value, ...]] = {}


class Absent(CountingPart, frozen=True, kw_only=True, tag="absent", tag_field="kind"):
    """A day on which at most so many such events happen: "calm"."""

    id: str
    of: tuple[Match, ...]
    at_most: int = 0
    words: str


class Present(CountingPart, frozen=True, kw_only=True, tag="present", tag_field="kind"):
    """A day on which at least so many such events happen. `silence`: what a day without a report of them is."""

    id: str
    of: tuple[Match, ...]
    at_least: int = 1
    silence: Literal["no", "unknown"]
    words: str


class Open(CountingPart, frozen=True, kw_only=True, tag="open", tag_field="kind"):
    """A day throughout which something is open: opened by one event, closed by another. `before`: what it is until the first."""

    before: Literal["no", "unknown"]
    closed_by: tuple[Match, ...]
    id: str
    opened_by: tuple[Match, ...]
    words: str


class Satisfied(CountingPart, frozen=True, kw_only=True, tag="satisfied", tag_field="kind"):
    """A day at whose end each of these parties says that it is satisfied: the latest word of each, in the field `satisfied`, true or false.

    A word with a field `until` holds until then. `silence`: what it is while a party says nothing.
    """

    event: str
    id: str
    parties: tuple[str, ...]
    silence: Literal["no", "unknown"]
    words: str


Condition = Absent | Present | Open | Satisfied


class Use(CountingPart, frozen=True, kw_only=True):
    """Who counts in this way, and how they said it."""

    party: str
    says: str
    source: str
    tag: Tag


class Way(CountingPart, frozen=True, kw_only=True):
    """One reading of "n days". For qualifying days `needs` names the conditions of a day, and `in_a_row` says that a day which does
    not meet them starts the count anew.

    `resets`: a reset by those who may (if anybody may) starts this count anew; a party's own clock may stand outside that power.
    """

    id: str
    in_a_row: bool = True
    kind: Kind
    needs: tuple[str, ...] = ()
    resets: bool = True
    used_by: tuple[Use, ...]
    words: str


class Reset(CountingPart, frozen=True, kw_only=True):
    """Who may start the count anew: each of the parties alone, or all together (when the last of them has said so)."""

    event: str
    parties: tuple[str, ...]
    together: bool


class Counting(CountingPart, frozen=True, kw_only=True):
    """The term. `goal` is what is due ("the joint centre opens"); `announces` the kind of event by which an end is announced (`ends`)."""

    announces: str = ""
    calendar: Calendar
    conditions: tuple[Condition, ...] = ()
    day_starts_s: int = 0
    days: int
    goal: str
    id: str
    names: Mapping[str, str] = {}
    resets: Reset | None = None
    source: str
    starts: Match
    tag: Tag
    text: Literal["summarised", "unknown", "verified"]
    ways: tuple[Way, ...]
    words: str
    zone: str

    def condition(self, name: str) -> Condition:
        """Return the condition of that id."""
        return next(c for c in self.conditions if c.id == name)

    def name(self, party: str) -> str:
        """Return how a party is called in this agreement."""
        return self.names.get(party, party)


def read_counting(value: Any, field: str = "term") -> Counting:
    """Read a term from plain data (of JSON or YAML). Raises `Refused` with the field of every fault."""
    try:
        term = msgspec.convert(value, Counting)
    except msgspec.ValidationError as error:
        at, rule, next_step = misfit(error, Counting, "See docs/formats/readings.md.")
        raise Refused([problem("term", f"{field}.{at}" if at else field, "", rule, next_step)]) from None
    faults = check(term, field)
    if faults:
        raise Refused(faults)
    return term


def check(term: Counting, field: str = "term") -> tuple[Problem, ...]:
    """Return what is wrong with a term that has the right shape."""
    found: list[Problem] = []

    def fault(slot: str, value: object, rule: str, next_step: str) -> None:
        found.append(problem("term", f"{field}.{slot}", value, rule, next_step))

    try:
        zone(term.zone, f"{field}.zone")
    except Refused as refused:
        found += refused.problems
    if not 1 <= term.days <= MOST_DAYS:
        fault("days", term.days, f"is 1 to {MOST_DAYS}", "Say how many days.")
    if not 0 <= term.day_starts_s < 86_400:
        fault("day_starts_s", term.day_starts_s, "is a second of the day", "Give seconds after local midnight.")
    if not term.ways:
        fault("ways", "", "at least one way to count", "Say how the days are counted, and by whom.")
    _each_once(fault, "ways", [way.id for way in term.ways])
    _each_once(fault, "conditions", [c.id for c in term.conditions])
    known = {c.id for c in term.conditions}
    for n, way in enumerate(term.ways):
        if (way.kind == "qualifying") != bool(way.needs):
            fault(
                f"ways[{n}].needs", way.needs, "is given exactly for qualifying days", "Name what makes a day qualify."
            )
        for name in sorted(set(way.needs) - known):
            fault(
                f"ways[{n}].needs", name, "is no condition of this term", f"Have: {', '.join(sorted(known)) or 'none'}."
            )
    for n, c in enumerate(term.conditions):
        if isinstance(c, Satisfied) and not c.parties:
            fault(f"conditions[{n}].parties", "", "names whose satisfaction is asked", "Name them.")
        if isinstance(c, Absent) and c.at_most < 0:
            fault(f"conditions[{n}].at_most", c.at_most, "is 0 or more", "Correct it.")
        if isinstance(c, Present) and c.at_least < 1:
            fault(f"conditions[{n}].at_least", c.at_least, "is 1 or more", "Correct it.")
    if term.resets is not None and len(term.resets.parties) < 1 + term.resets.together:
        fault("resets.parties", term.resets.parties, "names who may; together: two or more", "Name them.")
    return tuple(found)


def _each_once(fault: Any, slot: str, names: Sequence[str]) -> None:
    for n, name in enumerate(names):
        if names.index(name) < n:
            fault(f"{slot}[{n}].id", name, "stands once", "Give it a name of its own.")
