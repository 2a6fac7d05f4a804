"""Local endpoints of the watch: who is on watch and where nobody is, what is open, lines as measured, hand-overs, what is held."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from itertools import chain
from typing import Any

import msgspec

from detente.hotline.channel import attempts, measure
from detente.hotline.roster import gaps, matter, may_take, note, on_watch
from detente.node.alarms import Alarm
from detente.node.station_hold import standing_of
from detente.picture.delivery import Step
from detente.records.handover import Open
from detente.records.roster import Duty
from detente.station.answers.ladders import ladder_row
from detente.station.answers.presence import passed_over
from detente.station.asked import Asked
from detente.station.http import Answer, Request, json_answer

DAY_US = 86_400_000_000
MONTH_US = 30 * DAY_US


def routes(api: Asked) -> dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]]:
    """Return the routes of this part of the local listener."""

    async def roster(request: Request) -> Answer:
        """Who is on watch at `?at=` (now), in which role; gaps of the next `?hours=` (24); who answers for whom."""
        at_us, hours = request.number("at", api.engine.now_us), request.number("hours", 24)
        rows = [_watch(api, party, at_us, hours) for party in _parties(api)]
        return json_answer({"at_us": at_us, "basis": api.basis(), "hours": hours, "parties": rows})

    async def channels(request: Request) -> Answer:
        """Every account of every line, with what was measured over the last `?days=` (30)."""
        days = request.number("days", 30)
        return json_answer({"basis": api.basis(), "channels": _channels(api, days), "days": days})

    async def watch(request: Request) -> Answer:
        """What the watch must know now."""
        now_us = api.engine.now_us
        clocks = [ladder_row(clock) for clock in api.state.timers.clocks(now_us)]
        clocks.sort(key=lambda r: (r.outcome != "undelivered", r.next_us is None, r.next_us or 0, r.about))
        me = api.state.me.party
        found = {
            "asked_of_us": len(api.picture.waiting.asked_of(me)),
            "basis": api.basis(),
            "direct": len(api.state.direct),
            "handovers": [{"entry": s.entry, "words": s.sentence()} for s in api.picture.watchbook.handovers()[-3:]],
            "held": _held(api),
            "ladders": clocks[: request.number("limit", 50)],
            "ladders_running": len(clocks),
            "owners": _owners(api),
            "passed_over": passed_over(api.engine),
            "presence_stale": _stale(api),
            "probing": [alarm.words for alarm in api.state.alarms.raised if _probes(alarm, now_us)],
            "relay": [msgspec.to_builtins(one) for one in _to_relay(api)],
            "undelivered": sum(r.outcome == "undelivered" for r in clocks),
            "watch": _watch(api, me, now_us, 24),
        }
        return json_answer(found)

    async def draw_handover(request: Request) -> Answer:
        """A hand-over note drawn from what is open now, to be signed; nothing is sent."""
        drawn = note(
            _open(api),
            party=api.state.me.party,
            role=request.query.get("role", "watch"),
            outgoing=request.query.get("outgoing", ""),
            incoming=request.query.get("incoming", ""),
            at_us=api.engine.now_us,
            words=request.query.get("words", ""),
        )
        return json_answer({"basis": api.basis(), "handover": drawn})

    async def handovers(request: Request) -> Answer:
        rows = [
            {
                "accepted_by": s.accepted_by,
                "entry": s.entry,
                "handover": s.note,
                "note_by": s.note_by,
                "words": s.sentence(),
            }
            for s in api.picture.watchbook.handovers()
        ]
        return json_answer({"basis": api.basis(), "handovers": rows})

    async def held(request: Request) -> Answer:
        rules = {kind: rule for kind, rule in sorted(api.state.approval_rules.items()) if rule.needs}
        votes = {about: [v.says for v in by.values()] for about, by in api.state.votes.items()}
        return json_answer({"basis": api.basis(), "held": _held(api), "rules": rules, "votes": votes})

    async def taking(request: Request) -> Answer:
        """In what standing an own officer takes something urgent now; nobody is turned away."""
        duties = _duties(api, api.state.me.party)
        standing = may_take(duties, request.query.get("officer", ""), api.engine.now_us)
        return json_answer({"basis": api.basis(), "standing": standing})

    return {
        ("GET", "/local/channels"): channels,
        ("GET", "/local/handover-note"): draw_handover,
        ("GET", "/local/handovers"): handovers,
        ("GET", "/local/held"): held,
        ("GET", "/local/roster"): roster,
        ("GET", "/local/taking"): taking,
        ("GET", "/local/watch"): watch,
    }


def _parties(api: Asked) -> list[str]:
    return [p.party for p in api.picture.directory.parties() if p.state == "active"]


def _duties(api: Asked, party: str) -> list[Duty]:
    rosters = api.picture.directory.state.rosters.get(party, {})
    return [duty for roster in rosters.values() for duty in roster.duties]


def _watch(api: Asked, party: str, at_us: int, hours: int) -> dict[str, Any]:
    duties = _duties(api, party)
    roles = {d.role for d in duties}
    found = gaps(duties, roles, at_us, at_us + hours * 3_600_000_000)
    return {
        "answers": api.picture.directory.answers_for(party).sentence(),
        "gaps": [{"from_us": g.from_us, "role": g.role, "until_us": g.until_us} for g in found],
        "on_watch": [one._asdict() for one in on_watch(duties, at_us)],
        "party": party,
        "roster": bool(duties),
    }


def _stale(api: Asked) -> bool:
    """Whether notices of others are not screened here, for own presence was never stated or not within the day."""
    return api.state.screener.stale(api.engine.now_us)


def _probes(alarm: Alarm, now_us: int) -> bool:
    return alarm.kind == "probing" and alarm.at_us > now_us - DAY_US


def _owners(api: Asked) -> list[dict[str, Any]]:
    """Who answers for whom. Nobody is a state: it is shown, and is no all-clear."""
    rows = []
    for party in _parties(api):
        found = api.picture.directory.answers_for(party)
        rows.append({"by": found.by, "owner": found.how != "nobody", "party": party, "words": found.sentence()})
    return rows


def _channels(api: Asked, days: int) -> list[dict[str, Any]]:
    now_us = api.engine.now_us
    calls = [stands.account.call for stands in api.picture.calls.all()]
    trials = api.picture.watchbook.state.trials
    rows = []
    for author, line in api.picture.directory.channels():
        found = measure(attempts(line.channel, trials, calls), now_us - days * DAY_US, now_us)
        rows.append(
            {**msgspec.to_builtins(line), "author": author, "measured": {**found._asdict(), "words": found.sentence()}}
        )
    return rows


def _held(api: Asked) -> list[dict[str, Any]]:
    return [
        {
            "composer": held.composer,
            "held_at_us": held.held_at_us,
            "id": held.id,
            "kind": held.kind,
            "words": standing_of(api.state, held).sentence(),
        }
        for held in api.state.held.values()
    ]


def _to_relay(api: Asked) -> Iterator[Open]:
    """Urgent words of others that an officer of ours has taken, and nobody has passed to a unit or settled."""
    me, delivery, heads = api.state.me.party, api.picture.delivery, api.picture.heads
    for identifier in api.state.urgent_ledgered:
        entry = heads.entry(identifier)
        if entry is None or entry.author == me or entry.kind not in ("message", "warning"):
            continue
        steps = {fact.step: fact for fact in delivery.facts(identifier, me)}
        read = steps.get(Step.READ) or steps.get(Step.CONFIRMED)
        if read is not None and not steps.keys() & {Step.PASSED_TO_UNIT, Step.COMPLIED, Step.REFUSED}:
            who = read.officer or "the station"
            yield matter(
                identifier, read.at_us, "relay", f"taken by {who} from {entry.author}; not passed to a unit yet"
            )


def _open(api: Asked) -> Iterator[Open]:
    state, now_us = api.state, api.engine.now_us
    me = state.me.party
    ladders = [ladder_row(clock) for clock in state.timers.clocks(now_us)]
    climbing = {(r.about, r.party) for r in ladders}
    yield from (matter(r.about, r.since_us or 0, "ladder", f"{r.ladder}: {r.words}") for r in ladders)
    yield from (
        matter(held.id, held.received_at_us, "direct", f"came directly from {held.party}; not in the ledger yet")
        for held in state.direct.values()
    )
    yield from chain(
        _to_relay(api),
        (
            matter(h["id"], h["held_at_us"], "approval", f"{h['kind']} by {h['composer']}: {h['words']}")
            for h in _held(api)
        ),
        (
            matter(w.version, w.since_us, "waiting", w.sentence(now_us))
            for w in api.picture.waiting.open()
            if me in (w.asked, w.asker) and (w.version, w.asked) not in climbing
        ),
    )
