"""Counting terms of a case, over what one station's copy holds: its claims and bulletins become the events that the counters take.

- {claims: [truce.start], event: truce-begins}          claims on these subjects that assert or observe
- {bulletins: "armed groups only", event: violation}    counts of this scope that are not nought
- {ends: [truce.end], event: end-announced}             stated ends, "none" too, each by who says so
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from detente.records.body import Stated
from detente.rules.agreements.readings.counting import read_counting
from detente.rules.agreements.readings.events import TimedEvent
from detente.rules.agreements.readings.simulate import simulate
from detente.rules.agreements.words.readings import BoardInWords, ReadingInWords, tell
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import FOR, standing
from detente.rules.evidence.said import ClaimSaid

SHORT = 12
"""How many digits of an entry's id stand in words."""


def readings(counting: Mapping[str, Any], held: OnRecord, now_us: int) -> tuple[BoardInWords, tuple[str, ...]]:
    """Return every reading in words as of a moment, and the entries that were counted. Errors: Refused for a term that does not hold."""
    term = read_counting(counting["term"], "counting.term")
    events = [event for rule in counting["events"] for event in events_of(rule, held)]
    return tell(term, simulate(term, events, now_us), events), tuple(dict.fromkeys(event.id for event in events))


def sentence(reading: ReadingInWords) -> str:
    """Say one reading: how it counts, how it stands, who uses it, what moved it, and what follows."""
    said = (f"{reading.way}, {reading.how}", reading.stands, reading.used_by, reading.moved, reading.follows)
    return " ".join(part if part.endswith(".") else f"{part}." for part in said if part)


def events_of(rule: Mapping[str, Any], held: OnRecord) -> Iterable[TimedEvent]:
    """Return the events that one rule makes of what is held."""
    now = held.current()
    if "bulletins" in rule:
        for entry, recorded_us, body in now.bulletins:
            some = any(figure for figure in (body.total.low, body.total.best, body.total.high))
            if body.scope == rule["bulletins"] and some and not body.cumulative:
                first, last = _band(body.window, recorded_us)
                yield _event(rule, entry, body.party or body.who, first, last, recorded_us, body.says)
        return
    for said in standing(now.claims):
        claim = said.claim
        if "claims" in rule and claim.subject in rule["claims"] and claim.stance in FOR:
            first, last = _band(claim.at_stated, said.at_us)
            yield _event(rule, said.id, claim.party or claim.who, first, last, held.recorded[said.id], claim.says)
        if "ends" in rule and claim.subject in rule["ends"] and claim.stance in (*FOR, "denies"):
            yield _event(
                rule,
                said.id,
                claim.party or claim.who,
                said.at_us,
                said.at_us,
                held.recorded[said.id],
                claim.says,
                _end(said),
            )


def _event(
    rule: Mapping[str, Any],
    entry: str,
    by: str,
    first_us: int,
    last_us: int,
    told_us: int,
    says: str,
    more: Mapping[str, int | None] | None = None,
) -> TimedEvent:
    fields = {"says": says, **(more or {})}
    return TimedEvent(
        at_us=first_us,
        by=by,
        fields=fields,
        id=entry[:SHORT],
        latest_us=last_us,
        name=rule["event"],
        told_us=max(told_us, last_us),
    )


def _end(said: ClaimSaid) -> dict[str, int | None]:
    stated = said.claim.at_stated
    return {"ends": None if said.claim.stance == "denies" or stated is None else stated.latest_us}


def _band(stated: Stated | None, otherwise_us: int) -> tuple[int, int]:
    if stated is None:
        return otherwise_us, otherwise_us
    first = stated.earliest_us if stated.earliest_us is not None else stated.latest_us
    last = stated.latest_us if stated.latest_us is not None else first
    return (otherwise_us, otherwise_us) if first is None or last is None else (first, last)
