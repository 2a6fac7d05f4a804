"""All readings of one counting term side by side, from the same events, at one moment. None is chosen.

Several announced ends stand beside each other, each under who announced it; for each the board says what every counter read when that end
came, or will read. The board is a function of the set of events: late ones change exactly what rests on them.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.errors import Refused, problem
from detente.rules.agreements.readings.counters import Base, Count, count
from detente.rules.agreements.readings.counting import Counting, Match
from detente.rules.agreements.readings.events import EventLog, TimedEvent, known


class AnnouncedEnd(msgspec.Struct, frozen=True, kw_only=True):
    """An end that someone announced; `ends_us` None: they say that there is none. `standing`: they have announced no other since."""

    by: str
    ends_us: int | None
    event: str
    said_us: int
    standing: bool


class AtEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What each counter reads at an announced end, if it came as announced (`past`: that moment is over)."""

    counts: tuple[Count, ...]
    end: AnnouncedEnd
    past: bool


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The readings of a term at `now_us`, in the order of its ways. `seen` is how many events they rest on.

    `starts` are all moments that somebody gives for the start; the counts are from the first, `other_starts` from the others.
    """

    at_ends: tuple[AtEnd, ...]
    bases: tuple[Base, ...]
    counts: tuple[Count, ...]
    ends: tuple[AnnouncedEnd, ...]
    now_us: int
    other_starts: tuple[tuple[Base, tuple[Count, ...]], ...]
    seen: int
    term: str

    def of(self, way: str) -> Count:
        """Return the count in one way."""
        return next(count for count in self.counts if count.way == way)


def board(term: Counting, events: Iterable[TimedEvent], now_us: int, known_at_us: int | None = None) -> Board:
    """Lay the readings side by side: of what had happened by `now_us`, as reported by `known_at_us` (None: whatever is given).

    Raises `Refused` if two different events share an id, or the two moments are reversed.
    """
    if known_at_us is not None and known_at_us < now_us:
        rule = "is not before the moment that is asked about"
        raise Refused([problem("known", "known_at", known_at_us, rule, "Ask for an earlier moment.")])
    whole = EventLog(events if known_at_us is None else known(events, known_at_us))
    log = whole.until(now_us)
    starts = _starts(term, log)
    resets = _resets(term, log, starts[0].at_us) if starts else ()
    ends = _ends(term, log)
    timed = [end for end in ends if end.ends_us is not None]
    return Board(
        at_ends=tuple(_at_end(term, log, (*starts[:1], *resets), end, now_us) for end in timed),
        bases=(*starts[:1], *resets) if starts else (),
        counts=_counts(term, log, (*starts[:1], *resets), now_us),
        ends=ends,
        now_us=now_us,
        other_starts=tuple((start, _counts(term, log, (start, *resets), now_us)) for start in starts[1:]),
        seen=len(log.events),
        term=term.id,
    )


def _counts(term: Counting, log: EventLog, bases: tuple[Base, ...], now_us: int) -> tuple[Count, ...]:
    held = tuple(base for base in bases if base.at_us >= bases[0].at_us)
    return tuple(count(term, way, log, held, now_us) for way in term.ways)


def _at_end(term: Counting, log: EventLog, bases: tuple[Base, ...], end: AnnouncedEnd, now_us: int) -> AtEnd:
    ends_us = now_us if end.ends_us is None else end.ends_us
    counts = tuple(msgspec.structs.replace(c, days=(), moves=()) for c in _counts(term, log, bases, ends_us))
    return AtEnd(counts=counts, end=end, past=ends_us <= now_us)


def _starts(term: Counting, log: EventLog) -> tuple[Base, ...]:
    """Each moment at which the log has a start, in order, with all events that give it."""
    by_moment: dict[int, list[str]] = {}
    for event in log.events:
        if event.fits(term.starts):
            by_moment.setdefault(event.at_us, []).append(event.id)
    return tuple(Base(at_us=at_us, events=tuple(ids), why="start") for at_us, ids in by_moment.items())


def _resets(term: Counting, log: EventLog, from_us: int) -> tuple[Base, ...]:
    """Each moment at which those who may have reset the count: anyone of them, or the last of all of them since the last reset."""
    power = term.resets
    if power is None:
        return ()
    found: list[Base] = []
    said: dict[str, str] = {}
    for event in log.among((Match(event=power.event),), from_us, _EVER[1]):
        if event.by not in power.parties:
            continue
        said[event.by] = event.id
        if not power.together or len(said) == len(power.parties):
            found.append(Base(at_us=event.at_us, events=tuple(sorted(said.values())), why="reset"))
            said = {}
    return tuple(found)


def _ends(term: Counting, log: EventLog) -> tuple[AnnouncedEnd, ...]:
    if not term.announces:
        return ()
    said = log.among((Match(event=term.announces),), *_EVER)
    last = {event.by: event.id for event in said}
    return tuple(
        AnnouncedEnd(
            by=event.by,
            ends_us=event.moment("ends"),
            event=event.id,
            said_us=event.at_us,
            standing=last[event.by] == event.id,
        )
        for event in said
    )


_EVER = (-(2**62), 2**62)
