"""Local endpoints on stops, their running clocks on both sides, what they concern here; and quiet words, for whom they are meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import msgspec

from detente.errors import Refused, problem
from detente.ledger.entry import check_submission
from detente.ledger.facets import Openings
from detente.node.station_stop import matched
from detente.picture.known import Known, known_of
from detente.records.duress import Duress
from detente.records.message import Message
from detente.station.asked import Asked
from detente.station.http import Answer, Request, json_answer
from detente.station.naming import own_roles


def routes(api: Asked) -> dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]]:
    """Return the routes of this part of the local listener."""

    async def stops(request: Request) -> Answer:
        """Every stop with its clock at every party; for those to us, what they concern here and the lines that are there."""
        now_us, state = api.engine.now_us, api.state
        extra = list(outside(api))
        rows = []
        for clock in api.picture.stops.clocks(extra):
            ran = clock.lapse(now_us, state.me.party)
            row = {
                **msgspec.to_builtins(clock),
                "lapse": msgspec.to_builtins(ran),
                "running_us": ran.us,
                "sentence": clock.sentence(now_us, state.me.party),
            }
            if clock.party == state.me.party:
                message = _message(api, clock.stop, extra)
                found = matched(state, message, now_us) if message is not None else ()
                row["concerns"] = [one.sentence() for one in found]
                row["units"] = sorted({unit for one in found for unit in one.own.units})
            lines = api.picture.directory.channels_between(clock.asker, clock.party)
            row["lines"] = [f"{line.channel} ({line.state})" for line in lines]
            rows.append(row)
        return json_answer({"basis": api.basis(), "stops": rows})

    async def duress(request: Request) -> Answer:
        """Quiet words of our own side, for one officer: only those meant for a role that it has, by key or on watch now."""
        officer = request.query.get("officer", "")
        roles = own_roles(api).roles_of(officer, api.engine.now_us)
        if officer not in api.parts.officers:
            rule = "must be an officer with a key at this station"
            raise Refused([problem("officer", "officer", officer, rule, "Name one")])
        rows = []
        for name, data in api.parts.copy.kept("opened/").items():
            for opening in msgspec.json.decode(data, type=Openings):
                if opening is not None and opening.facet.form == "duress":
                    word = msgspec.json.decode(opening.facet.body, type=Duress)
                    if roles & set(word.for_roles):
                        rows.append({"about": name[7:], "words": word.words})
        return json_answer({"basis": api.basis(), "duress": rows})

    return {("GET", "/local/duress"): duress, ("GET", "/local/stops"): stops}


def outside(api: Asked) -> Iterator[tuple[Known, bool]]:
    """Yield what came directly, and what waits in our queue: not in the ledger yet, and real all the same."""
    state = api.state
    for held in state.peers.direct.values():
        header = held.entry.header
        facets = [None if opening is None else opening.facet for opening in held.entry.facets]
        yield known_of(0, held.received_at_us, held.id, header, facets), _officer(api, header.key)
    for item in state.sending.outbox.items.values():
        if item.urgent and item.state != "refused":
            checked = check_submission(item.raw, state.me.genesis.slots, state.ledger)
            known = known_of(0, item.composed_at_us, item.id.hex(), checked.header, checked.facets)
            yield known, _officer(api, checked.header.key)


def _officer(api: Asked, key: str) -> bool:
    use = api.state.identity.history(key)
    return use is not None and use.role == "officer"


def _message(api: Asked, stop: str, extra: list[tuple[Known, bool]]) -> Message | None:
    held = api.picture.stops.state.stops.get(stop)
    if held is not None:
        return held.message
    return next((known.body(Message) for known, _ in extra if known.id == stop), None)
