"""Does a day meet a condition? `yes`, `no`, `unknown`, or `running`: the day is not over and nothing has decided it yet.

Silence is what the condition says it is. Events whose time is a band that reaches over the edge of the day may lie in it, and then
the answer is `unknown` wherever it depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from detente.rules.agreements.readings.counting import Absent, Condition, Match, Open, Present, Satisfied
from detente.rules.agreements.readings.events import EventLog, TimedEvent

Answer = Literal["no", "running", "unknown", "yes"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What one condition is on one day: the answer, the events that decide it, and whose word is missing or against it."""

    answer: Answer
    condition: str
    events: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()


class DaySpan(msgspec.Struct, frozen=True):
    """A day, or what counts of it: from its first instant to before `end_us`; what is known of it reaches to `now_us`."""

    start_us: int
    end_us: int
    now_us: int

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.end_us <= self.now_us


def check_day(condition: Condition, log: EventLog, span: DaySpan) -> Check:
    """Return what a condition is over a span, as a log shows it."""
    match condition:
        case Absent():
            return _absent(condition, log, span)
        case Present():
            return _present(condition, log, span)
        case Open():
            return _open(condition, log, span)
        case Satisfied():
            return _satisfied(condition, log, span)


def together(answers: Sequence[Answer]) -> Answer:
    """Return what several conditions are together: one `no` decides, then the day must be over, then nothing may be unknown."""
    order: tuple[Answer, ...] = ("no", "running", "unknown")
    for answer in order:
        if answer in answers:
            return answer
    return "yes"


def _absent(c: Absent, log: EventLog, span: DaySpan) -> Check:
    within, perhaps = _in(log, c.of, span)
    if len(within) > c.at_most:
        return Check(answer="no", condition=c.id, events=within)
    if not span.over:
        return Check(answer="running", condition=c.id, events=within)
    if len(within) + len(perhaps) > c.at_most:
        return Check(answer="unknown", condition=c.id, events=(*within, *perhaps))
    return Check(answer="yes", condition=c.id, events=within)


def _present(c: Present, log: EventLog, span: DaySpan) -> Check:
    within, perhaps = _in(log, c.of, span)
    if len(within) >= c.at_least:
        return Check(answer="yes", condition=c.id, events=within)
    if not span.over:
        return Check(answer="running", condition=c.id, events=within)
    if len(within) + len(perhaps) >= c.at_least:
        return Check(answer="unknown", condition=c.id, events=(*within, *perhaps))
    return Check(answer=c.silence, condition=c.id, events=(*within, *perhaps))


def _open(c: Open, log: EventLog, span: DaySpan) -> Check:
    last = log.last((*c.opened_by, *c.closed_by), span.start_us)
    basis = () if last is None else (last.id,)
    state: Answer = c.before
    if last is not None:
        state = "no" if any(last.fits(match) for match in c.closed_by) else "yes"
        state = state if last.sure else "unknown"
    closed, perhaps = _in(log, c.closed_by, span)
    if state == "no":
        return Check(answer="no", condition=c.id, events=basis)
    if closed:
        return Check(answer="no", condition=c.id, events=(*basis, *closed))
    if not span.over:
        return Check(answer="running", condition=c.id, events=basis)
    return Check(answer="unknown" if perhaps else state, condition=c.id, events=(*basis, *perhaps))


def _satisfied(c: Satisfied, log: EventLog, span: DaySpan) -> Check:
    """It is judged at the end of the day: until then it may still be said, or taken back."""
    until_us = min(span.end_us - 1, span.now_us)
    last = {party: log.last((Match(event=c.event, where={"by": party}),), until_us) for party in c.parties}
    words = {party: _word(last[party], c, until_us) for party in c.parties}
    return Check(
        answer=together(tuple(words.values())) if span.over else "running",
        condition=c.id,
        events=tuple(event.id for event in last.values() if event is not None),
        parties=tuple(party for party in c.parties if words[party] != "yes"),
    )


def _word(event: TimedEvent | None, c: Satisfied, at_us: int) -> Answer:
    until_us = None if event is None else event.moment("until")
    if event is None or (until_us is not None and until_us < at_us):
        return c.silence
    return "yes" if event.says("satisfied") is True else "no"


def _in(log: EventLog, matches: tuple[Match, ...], span: DaySpan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the events that lie in a span, and those that perhaps do."""
    found = log.among(matches, span.start_us, span.end_us)
    last_us = min(span.end_us, span.now_us + 1)
    sure = [event.sure and span.start_us <= event.at_us and event.latest_us < last_us for event in found]
    within = tuple(event.id for event, certain in zip(found, sure, strict=True) if certain)
    return within, tuple(event.id for event, certain in zip(found, sure, strict=True) if not certain)
