"""Local endpoints on reviews: meetings with points and actions, and the next agenda."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from detente.errors import Refused, problem
from detente.hotline.reviews import agenda, next_due_us, review_words
from detente.picture.meetings import Called
from detente.station.asked import Asked
from detente.station.http import Answer, Request, json_answer


def routes(api: Asked) -> dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]]:
    """Return the routes of this part of the local listener."""

    async def meetings(request: Request) -> Answer:
        """Every meeting with its minutes, points, actions, and when the next is due."""
        rows = [_meeting(api, called) for called in api.picture.meetings.current()]
        return json_answer({"basis": api.basis(), "meetings": rows})

    async def drawn(request: Request) -> Answer:
        """The next agenda of `?series=` between us and `?parties=` (comma between them), from `?since=` (us) on."""
        series = request.query.get("series", "")
        me = api.state.me.party
        last = next((m for m in api.picture.meetings.current() if m.meeting.series == series), None)
        named = {p for p in request.query.get("parties", "").split(",") if p}
        parties = tuple(sorted({me, *(named or (last.meeting.parties if last is not None else ()))}))
        if unknown := sorted(set(parties) - set(api.state.identity.parties())):
            rule = "must be parties of this ledger"
            raise Refused([problem("parameter", "parties", ", ".join(unknown), rule, "See /local/parties")])
        if len(parties) < 2:
            rule = "must be met in before, or be given with its parties"
            raise Refused([problem("parameter", "series", series, rule, "Name who is to meet")])
        now_us = api.engine.now_us
        since_us = request.number("since", last.meeting.at_us if last is not None else 0)
        items = agenda(api.picture.meetings.matters(series, now_us), parties, since_us)
        found = {"items": msgspec.to_builtins(items), "parties": parties, "series": series, "since_us": since_us}
        found["last"] = None if last is None else last.entry
        return json_answer({"agenda": found, "basis": api.basis()})

    return {
        ("GET", "/local/agenda"): drawn,
        ("GET", "/local/meetings"): meetings,
    }


def _meeting(api: Asked, called: Called) -> dict[str, Any]:
    now_us, view = api.engine.now_us, api.picture.meetings
    latest = next(m for m in view.current() if m.meeting.series == called.meeting.series)
    minutes = []
    for held in view.minutes_of(called.entry):
        points = [
            {**msgspec.to_builtins(p), "stands": p.stands, "words": p.sentence()} for p in view.points(held.entry)
        ]
        actions = [{**msgspec.to_builtins(a), "words": a.sentence()} for a in view.actions(held.entry, now_us)]
        minutes.append({**msgspec.to_builtins(held), "actions": actions, "points": points})
    row = {**msgspec.to_builtins(called), "minutes": minutes, "next_due_us": next_due_us(called.meeting)}
    row["reminder"] = review_words(called.meeting, now_us) if called.entry == latest.entry else None
    return row
