"""Stops and their running clocks, as this viewer has them on record, and what own activities a stop may concern.

A stop to several parties has a clock for each. Only `comply` or `reject` from the party that was asked closes its clock; what came
directly and is not in the ledger yet counts as well (`clocks(extra)`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import msgspec

from detente.picture.fold import View
from detente.picture.known import Entry, KeyUses, by_officer
from detente.picture.notices.airspace import Airspace
from detente.picture.notices.delivery import Delivery
from detente.records.hotline.message import Message
from detente.records.notices.notice import OwnNotice
from detente.records.notices.response import Response
from detente.rules.hotline.lapse import ClockReading, Lapse, lapse, latency
from detente.rules.hotline.stop import Matched, Own, StopClock, matches


class StopAsked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One stop as it was said. `since_us` is when its officer signed it: the clock starts there. `recorded_us`: by the host, None
    while it is not.
    """

    asker: str
    id: str
    message: Message
    parties: tuple[str, ...]
    recorded_us: int | None
    since_us: int


class StopAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One answer to a stop. `officer`: an officer's key signed it, at `signed_us` by its party's own clock. `recorded`: `at_us` is
    the host's; otherwise it is the time of the station that holds it.
    """

    answer: str
    at_us: int
    entry: str
    officer: bool
    party: str
    recorded: bool
    signed_us: int
    unit: str | None


class StopsState(msgspec.Struct, kw_only=True):
    """Stops by id; answers by the stop; units of own notices that only the author reads, by thread."""

    answers: dict[str, list[StopAnswer]] = {}
    stops: dict[str, StopAsked] = {}
    units: dict[str, tuple[str, ...]] = {}


class Stops(View):
    """Stops, whoever sent them to whom, as far as this viewer may read. `Heads` and `Airspace` have taken the entry in before."""

    name = "stops"
    kinds: ClassVar[frozenset[str]] = frozenset({"message", "notice", "response"})
    state: StopsState

    def __init__(self, airspace: Airspace, delivery: Delivery, key_use: KeyUses | None = None) -> None:
        self.state = StopsState()
        self._airspace = airspace
        self._delivery = delivery
        self._key_use = key_use

    def apply(self, known: Entry) -> None:
        """Take in one entry."""
        own = known.body(OwnNotice)
        if own is not None and own.units:
            self.state.units[self._airspace.first_of(known.id)] = own.units
        asked = read_stop(known)
        if asked is not None:
            self.state.stops[known.id] = msgspec.structs.replace(asked, recorded_us=known.received_at_us)

    def answer(self, known: Entry, about: str) -> None:
        """Take in an answer, if it is to a stop."""
        answered = known.body(Response)
        if answered is not None and about in self.state.stops:
            said = answer_of(known, answered, officer=by_officer(known, self._key_use), recorded=True)
            self.state.answers.setdefault(about, []).append(said)

    def own(self, party: str, presence: Iterable[Own] = ()) -> Iterator[Own]:
        """Yield what is own: live notices of the party, with units that only it knows, and presence that it holds privately."""
        for live in self._airspace.live():
            notice = live.notice()
            if live.author == party and notice is not None:
                units = tuple(sorted({*notice.units, *self.state.units.get(live.first, ())}))
                what = f"own {notice.activity} {live.version[:12]}"
                yield Own(units=units, version=live.version, volumes=notice.volumes, what=what)
        yield from presence

    def matched(self, stop: Message, party: str, presence: Iterable[Own], now_us: int) -> tuple[Matched, ...]:
        """Return which own activities a stop concerns. For the own officers alone; nothing of it is ever sent."""
        heads = tuple(live.version for about in stop.about if (live := self._airspace.get(about)) is not None)
        named = msgspec.structs.replace(stop, about=tuple(sorted({*stop.about, *heads})))
        return matches(named, self.own(party, presence), now_us)

    def clocks(self, extra: Iterable[tuple[Entry, bool]] = ()) -> list[StopClock]:
        """Return every stop's clock at every party asked, running ones first, the oldest first.

        `extra` are entries that came directly or wait in the queue, and whether an officer signed them.
        """
        stops, answers = dict(self.state.stops), {k: list(v) for k, v in self.state.answers.items()}
        more = list(extra)
        for known, _ in more:
            asked = read_stop(known)
            if asked is not None:
                stops.setdefault(known.id, asked)
        for known, officer in more:
            body = known.body(Response)
            if body is not None and body.version in stops:
                held = answers.setdefault(body.version, [])
                if known.id not in {a.entry for a in held}:
                    held.append(answer_of(known, body, officer=officer, recorded=False))
        found = [
            self._clock(stop, party, answers.get(stop.id, [])) for stop in stops.values() for party in stop.parties
        ]
        return sorted(found, key=lambda c: (c.closed_us is not None, c.since_us, c.stop, c.party))

    def _clock(self, stop: StopAsked, party: str, said: list[StopAnswer]) -> StopClock:
        mine = sorted((a for a in said if a.party == party), key=lambda a: a.signed_us)
        close = next((a for a in mine if a.answer in ("comply", "reject")), None)
        told = next((f for f in self._delivery.facts(stop.id, party) if f.step == "told"), None)
        word: Literal["comply", "reject"] | None = None
        if close is not None:
            word = "comply" if close.answer == "comply" else "reject"
        acknowledged_us = self._delivery.acknowledged(stop.id, party)
        return StopClock(
            acknowledged_us=acknowledged_us,
            answer=word,
            asker=stop.asker,
            closed_us=None if close is None else close.at_us,
            held_us=None if told is None else told.at_us,
            party=party,
            passed=tuple((a.unit, a.at_us) for a in mine if a.answer == "passed-to-unit" and a.unit),
            read_us=next((a.at_us for a in mine if a.officer), None),
            since_us=stop.since_us,
            stop=stop.id,
            took=None
            if close is None
            else _took(stop, close, acknowledged_us, None if told is None else told.signed_us),
            words=stop.message.words or stop.message.subject,
        )


def _took(stop: StopAsked, close: StopAnswer, acknowledged_us: int | None, told_signed_us: int | None) -> Lapse:
    """How long the answer took: measured as every other answer's (`latency`), once both are on record, or by the party's own clock."""
    if acknowledged_us is None and (stop.recorded_us is None or not close.recorded):
        asked, answered = (
            ClockReading(at_us=stop.since_us, by=stop.asker),
            ClockReading(at_us=close.signed_us, by=close.party),
        )
        return lapse(asked, answered)
    return latency(
        close.party,
        stop.recorded_us or 0,
        close.at_us,
        acknowledged_us=acknowledged_us,
        signed_us=close.signed_us,
        told_signed_us=told_signed_us,
    )


def read_stop(known: Entry) -> StopAsked | None:
    """Return an entry as a stop, or None."""
    message = known.body(Message)
    if message is None or message.urgency != "stop":
        return None
    return StopAsked(
        asker=known.header.author,
        id=known.id,
        message=message,
        parties=known.recipients,
        recorded_us=None,
        since_us=known.header.signed_at_us,
    )


def answer_of(known: Entry, body: Response, *, officer: bool, recorded: bool) -> StopAnswer:
    """Return an answer to a stop."""
    return StopAnswer(
        answer=body.answer,
        at_us=known.received_at_us,
        entry=known.id,
        officer=officer,
        party=known.header.author,
        recorded=recorded,
        signed_us=known.header.signed_at_us,
        unit=body.unit,
    )
