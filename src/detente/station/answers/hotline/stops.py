"""Stops, their running clocks on both sides, what they concern here; and quiet words, for whom they are meant."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from detente.api.hotline.stops import DuressAsked, QuietWord, QuietWords, StopRow, StopRows, StopsAsked
from detente.errors import Refused, problem
from detente.ledger.entry import check_submission
from detente.ledger.facets import Openings
from detente.node.station.acting.stops import matched
from detente.picture.known import Entry, known_of
from detente.records.hotline.duress import Duress
from detente.records.hotline.message import Message
from detente.rules.hotline.stop import StopClock
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop
from detente.station.naming import own_roles


def stops(engine: StationLoop, asked: StopsAsked) -> StopRows:
    """Return every stop with its clock at every party; for those to us, what they concern here and the lines that are there."""
    extra = list(outside(engine))
    clocks = engine.parts.picture.stops.clocks(extra)
    return StopRows(basis=basis(engine), stops=tuple(_row(engine, clock, extra) for clock in clocks))


def _row(engine: StationLoop, clock: StopClock, extra: list[tuple[Entry, bool]]) -> StopRow:
    now_us, me = engine.now_us, engine.state.me.party
    ran = clock.lapse(now_us, me)
    lines = engine.parts.picture.directory.channels_between(clock.asker, clock.party)
    row = StopRow(
        lines=tuple(f"{line.channel} ({line.state})" for line in lines),
        ran=ran,
        running_us=ran.us,
        said=clock.sentence(now_us, me),
        **msgspec.structs.asdict(clock),
    )
    if clock.party != me:
        return row
    message = _message(engine, clock.stop, extra)
    found = matched(engine.state, message, now_us) if message is not None else ()
    concerns = tuple(one.sentence() for one in found)
    units = tuple(sorted({unit for one in found for unit in one.own.units}))
    return msgspec.structs.replace(row, concerns=concerns, units=units)


def duress(engine: StationLoop, asked: DuressAsked) -> QuietWords:
    """Return quiet words of our own side, for one officer: only those meant for a role that it has, by key or on watch now."""
    roles = own_roles(engine).roles_of(asked.officer, engine.now_us)
    if asked.officer not in engine.parts.officers:
        rule = "must be an officer with a key at this station"
        raise Refused([problem("officer", "officer", asked.officer, rule, "Name one")])
    found = (
        QuietWord(about=name[7:], words=word.words)
        for name, data in engine.parts.copy.kept("opened/").items()
        for word in _quiet_words(data)
        if roles & set(word.for_roles)
    )
    return QuietWords(basis=basis(engine), duress=tuple(found))


def _quiet_words(data: bytes) -> Iterator[Duress]:
    for opening in msgspec.json.decode(data, type=Openings):
        if opening is not None and opening.facet.form == "duress":
            yield msgspec.json.decode(opening.facet.body, type=Duress)


def outside(engine: StationLoop) -> Iterator[tuple[Entry, bool]]:
    """Yield what came directly, and what waits in our queue: not in the ledger yet, and real all the same."""
    state = engine.state
    for held in state.peers.direct.values():
        header = held.entry.header
        facets = [None if opening is None else opening.facet for opening in held.entry.facets]
        yield known_of(0, held.received_at_us, held.id, header, facets), _officer(engine, header.key)
    for item in state.sending.outbox.items.values():
        if item.urgent and item.state != "refused":
            checked = check_submission(item.raw, state.me.genesis.slots, state.ledger)
            known = known_of(0, item.composed_at_us, item.id.hex(), checked.header, checked.facets)
            yield known, _officer(engine, checked.header.key)


def _officer(engine: StationLoop, key: str) -> bool:
    use = engine.state.identity.history(key)
    return use is not None and use.role == "officer"


def _message(engine: StationLoop, stop: str, extra: list[tuple[Entry, bool]]) -> Message | None:
    held = engine.parts.picture.stops.state.stops.get(stop)
    if held is not None:
        return held.message
    return next((known.body(Message) for known, _ in extra if known.id == stop), None)
