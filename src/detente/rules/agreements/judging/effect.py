"""When a term is in effect, for each party, under each reading of who may end what.

One reading is that of the text: it begins and ends as signed; a party leaves or suspends only by a power that the text gives it. For each
party that holds something else ("over", "void", "suspended", another end) there is a reading of its own, in which its
word decides. Readings that come to the same are shown once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from detente.records.agreements.agreement import Agreement
from detente.records.agreements.assent import Assent
from detente.records.agreements.position import Position
from detente.records.agreements.term import Power, Term
from detente.records.agreements.verdict import AGREED, ReadAs
from detente.records.body import Body
from detente.rules.agreements.facts.events import moment
from detente.rules.agreements.readings.spans import end_us, readings_of

Interval = tuple[int, int | None]
"""From a moment to before another, µs since 1970 UTC; None: no end known."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One assent or position on record: what was done to the agreement, and from when it counts by its own words."""

    at_us: int
    body: Assent | Position
    entry: str

    @property
    def party(self) -> str:
        """Whose act it is."""
        return self.body.party


def act(entry: str, recorded_us: int, body: Assent | Position) -> Act:
    """Return a record as an act; where it names no time it counts from its recording."""
    stated = moment(body.at)
    late = isinstance(body, Position) and body.says in ("ends", "declares", "reads", "satisfied", "not satisfied")
    return Act(at_us=recorded_us if stated is None or late else stated, body=body, entry=entry)


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """When one term is in effect for one party under one reading, and the entries that made it so."""

    because: tuple[str, ...]
    intervals: tuple[Interval, ...]
    party: str
    reading: ReadAs

    def since(self, at_us: int) -> int | None:
        """Return since when it has been in effect at a moment, None if it is not."""
        return next((a for a, b in self.intervals if a <= at_us and (b is None or at_us < b)), None)

    @property
    def begins_us(self) -> int | None:
        """When it first began."""
        return self.intervals[0][0] if self.intervals else None

    @property
    def ends_us(self) -> int | None:
        """When it ended for good; None: it has not, as far as is known."""
        return self.intervals[-1][1] if self.intervals else None


def effects(agreement: Agreement, term: Term, acts: Sequence[Act], after_us: int | None = None) -> tuple[Effect, ...]:
    """Return when a term is in effect for each of its bearers, under each reading that makes a difference to any of them.

    `after_us` is when the term was kept that this one follows upon (`period.after`); None: it has not been.
    """
    whole = _whole(agreement, term, acts, after_us)
    found: list[Effect] = []
    signed = {p: _for_party(agreement, term, acts, whole, p) for p in term.bearers}
    for party, (intervals, because) in signed.items():
        found.append(Effect(because=because, intervals=intervals, party=party, reading=AGREED))
    for speaker in sorted({a.party for a in acts}):
        says = {p: _as_said(acts, speaker, term, intervals) for p, (intervals, _) in signed.items()}
        if any(says[p][0] != signed[p][0] for p in says):
            found += [
                Effect(because=because, intervals=intervals, party=p, reading=ReadAs(days="", word_of=speaker))
                for p, (intervals, because) in says.items()
            ]
    return tuple(found)


def _whole(agreement: Agreement, term: Term, acts: Sequence[Act], after_us: int | None) -> list[Interval]:
    """The agreement's own time, cut to the term's period."""
    begins = moment(agreement.begins)
    if agreement.on == "assent-of-all":
        assented = {p: a.at_us for p in agreement.parties for a in reversed(acts) if _is(a, p, "assent")}
        if set(assented) < set(agreement.parties):
            return []
        begins = max([*assented.values(), *([] if begins is None else [begins])])
    if begins is None:
        return []
    ends = moment(agreement.ends)
    for a in acts:
        if isinstance(a.body, Position) and a.body.power in ("end", "extend") and _may(agreement, a, acts):
            until = moment(a.body.at)
            if a.body.power == "end":
                ends = a.at_us if until is None else until
            else:
                ends = until
    period = term.period
    first = begins if period.begins is None else max(begins, moment(period.begins) or begins)
    if period.after is not None:
        if after_us is None:
            return []
        first = max(first, after_us)
    lasts = (
        None
        if period.lasts is None
        else max(end_us(first, period.lasts, reading, term.reckoning) for reading in readings_of(period.lasts)) + 1
    )
    last = _least([ends, moment(period.ends), lasts])
    return [(first, last)] if last is None or first < last else []


def _least(ends: Iterable[int | None]) -> int | None:
    known = [end for end in ends if end is not None]
    return min(known) if known else None


def _for_party(
    agreement: Agreement, term: Term, acts: Sequence[Act], whole: list[Interval], party: str
) -> tuple[tuple[Interval, ...], tuple[str, ...]]:
    """By the text: what this party was entitled to do to its being bound, done to the whole."""
    found = list(whole)
    because: list[str] = []
    for a in acts:
        if a.party != party or not _concerns(a.body, term):
            continue
        change = _change(a.body)
        if change == "reserve":
            found, because = [], [*because, a.entry]
        elif change == "resume":
            found, because = _resumed(found, whole, a.at_us), [*because, a.entry]
        elif change in ("leave", "suspend") and _may(agreement, a, acts):
            found, because = _cut(found, a.at_us), [*because, a.entry]
    return tuple(found), tuple(because)


def _as_said(
    acts: Sequence[Act], speaker: str, term: Term, signed: Sequence[Interval]
) -> tuple[tuple[Interval, ...], tuple[str, ...]]:
    """As one party says: what it says has ended has, for all."""
    found = list(signed)
    because: list[str] = []
    for a in acts:
        if a.party != speaker or not _concerns(a.body, term):
            continue
        change = _change(a.body)
        if change in ("leave", "suspend"):
            at_us = moment(a.body.at) if isinstance(a.body, Position) and a.body.says == "ends" else a.at_us
            found, because = _cut(found, a.at_us if at_us is None else at_us), [*because, a.entry]
        elif change == "resume":
            found, because = _resumed(found, signed, a.at_us), [*because, a.entry]
    return tuple(found), tuple(because)


Change = Literal["", "leave", "reserve", "resume", "suspend"]
_ASSENTS: dict[str, Change] = {
    "reservation": "reserve",
    "resumption": "resume",
    "suspension": "suspend",
    "withdrawal": "leave",
}
_SAYS: dict[str, Change] = {
    "ended": "leave",
    "ends": "leave",
    "in force": "resume",
    "suspended": "suspend",
    "void": "leave",
}
_POWERS: dict[str, Change] = {"suspend": "suspend", "withdraw": "leave"}


def _change(body: Body) -> Change:
    if isinstance(body, Assent):
        return _ASSENTS.get(body.act, "")
    if isinstance(body, Position):
        return _POWERS.get(body.power, "") if body.says == "declares" else _SAYS.get(body.says, "")
    return ""


def _concerns(body: Assent | Position, term: Term) -> bool:
    if isinstance(body, Assent):
        return not body.terms or term.term in body.terms
    return not body.term or body.term == term.term


def _is(a: Act, party: str, what: str) -> bool:
    return isinstance(a.body, Assent) and a.body.party == party and a.body.act == what and not a.body.terms


def _may(agreement: Agreement, a: Act, acts: Sequence[Act]) -> bool:
    """Whether the text gives the power for this act to this party (and, where it is joint, all have used it by then)."""
    wanted = {"leave": "withdraw", "suspend": "suspend"}.get(_change(a.body), "")
    wanted = a.body.power if isinstance(a.body, Position) and a.body.power else wanted
    for term in agreement.terms:
        p = term.pattern
        if not isinstance(p, Power) or p.act != wanted or a.party not in term.bearers:
            continue
        if not p.jointly:
            return True
        used = {o.party for o in acts if isinstance(o.body, Position) and o.body.power == wanted and o.at_us <= a.at_us}
        if used >= set(term.bearers):
            return True
    return False


def _cut(intervals: Sequence[Interval], at_us: int) -> list[Interval]:
    return [(a, at_us if b is None or b > at_us else b) for a, b in intervals if a < at_us]


def _resumed(intervals: Sequence[Interval], whole: Sequence[Interval], at_us: int) -> list[Interval]:
    if not whole or (intervals and intervals[-1][1] == whole[-1][1]):
        return list(intervals)
    last = whole[-1][1]
    if last is not None and at_us >= last:
        return list(intervals)
    return [*intervals, (max(at_us, whole[0][0]), last)]
