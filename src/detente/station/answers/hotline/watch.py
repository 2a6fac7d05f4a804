"""The watch: who is on it and where nobody is, what is open, lines as measured, hand-overs, what is held for approval."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from detente.api.hotline.watch import (
    ChannelsAsked,
    HandoverDrawn,
    HandoverNoteAsked,
    HandoverRow,
    HandoverRows,
    HandoverSaid,
    HandoversAsked,
    HeldAsked,
    HeldRow,
    HeldRows,
    LineRow,
    LineRows,
    MeasuredRow,
    OwnerRow,
    PartyWatch,
    PartyWatches,
    RosterAsked,
    TakingAsked,
    TakingStands,
    WatchAsked,
    WatchNow,
)
from detente.geometry.durations import DAY_US, HOUR_US
from detente.node.station.sending.approval import standing_of
from detente.picture.notices.delivery import DeliveryStep
from detente.records.parties.handover import OpenMatter
from detente.records.parties.roster import Duty
from detente.rules.hotline.channel import attempts, measure
from detente.rules.hotline.roster import gaps, matter, may_take, note, on_watch
from detente.station.answers.basis import basis
from detente.station.answers.hotline.ladders import ladder_row
from detente.station.answers.presence import passed_over
from detente.station.engine import StationLoop


def roster(engine: StationLoop, asked: RosterAsked) -> PartyWatches:
    """Return who is on watch at every party, in which role, with the gaps to come, and who answers for whom."""
    at_us = engine.now_us if asked.at is None else asked.at
    rows = tuple(_watch(engine, party, at_us, asked.hours) for party in _parties(engine))
    return PartyWatches(at_us=at_us, basis=basis(engine), hours=asked.hours, parties=rows)


def channels(engine: StationLoop, asked: ChannelsAsked) -> LineRows:
    """Return every account of every line, with what was measured over the last days."""
    picture, now_us = engine.parts.picture, engine.now_us
    calls = [stands.account.call for stands in picture.calls.all()]
    rows = []
    for author, line in picture.directory.channels():
        used = attempts(line.channel, picture.watchbook.state.trials, calls)
        found = measure(used, now_us - asked.days * DAY_US, now_us)
        measured = MeasuredRow(words=found.sentence(), **msgspec.structs.asdict(found))
        rows.append(LineRow(author=author, measured=measured, **msgspec.structs.asdict(line)))
    return LineRows(basis=basis(engine), channels=tuple(rows), days=asked.days)


def watch(engine: StationLoop, asked: WatchAsked) -> WatchNow:
    """Return what the watch must know now."""
    state, picture, now_us = engine.state, engine.parts.picture, engine.now_us
    me = state.me.party
    ladders = [ladder_row(clock) for clock in state.acting.timers.clocks(now_us)]
    ladders.sort(key=lambda r: (r.outcome != "undelivered", r.next_us is None, r.next_us or 0, r.about))
    return WatchNow(
        asked_of_us=len(picture.waiting.asked_of(me)),
        basis=basis(engine),
        direct=len(state.peers.direct),
        handovers=tuple(HandoverSaid(entry=s.entry, words=s.sentence()) for s in picture.watchbook.handovers()[-3:]),
        held=_held(engine),
        ladders=tuple(ladders[: asked.limit]),
        ladders_running=len(ladders),
        owners=tuple(_owner(engine, party) for party in _parties(engine)),
        passed_over=passed_over(engine),
        presence_stale=state.screening.screener.stale(now_us),
        probing=tuple(a.words for a in state.alarms.raised if a.kind == "probing" and a.at_us > now_us - DAY_US),
        relay=tuple(_to_relay(engine)),
        undelivered=sum(r.outcome == "undelivered" for r in ladders),
        watch=_watch(engine, me, now_us, 24),
    )


def handover_note(engine: StationLoop, asked: HandoverNoteAsked) -> HandoverDrawn:
    """Return a hand-over note drawn from what is open now, to be signed; nothing is sent."""
    drawn = note(
        _open(engine),
        party=engine.state.me.party,
        role=asked.role,
        outgoing=asked.outgoing,
        incoming=asked.incoming,
        at_us=engine.now_us,
        words=asked.words,
    )
    return HandoverDrawn(basis=basis(engine), handover=drawn)


def handovers(engine: StationLoop, asked: HandoversAsked) -> HandoverRows:
    """Return every hand-over with who signed it."""
    rows = (
        HandoverRow(accepted_by=s.accepted_by, entry=s.entry, handover=s.note, note_by=s.note_by, words=s.sentence())
        for s in engine.parts.picture.watchbook.handovers()
    )
    return HandoverRows(basis=basis(engine), handovers=tuple(rows))


def held(engine: StationLoop, asked: HeldAsked) -> HeldRows:
    """Return what is held for approval, the rules in force, and what officers said of it."""
    state = engine.state
    return HeldRows(
        basis=basis(engine),
        held=_held(engine),
        rules={kind: rule for kind, rule in sorted(state.sending.approval_rules.items()) if rule.needs},
        votes={about: tuple(vote.says for vote in by.values()) for about, by in state.sending.votes.items()},
    )


def taking(engine: StationLoop, asked: TakingAsked) -> TakingStands:
    """Return in what standing an own officer takes something urgent now."""
    duties = _duties(engine, engine.state.me.party)
    return TakingStands(basis=basis(engine), standing=may_take(duties, asked.officer, engine.now_us))


# ---


def _parties(engine: StationLoop) -> list[str]:
    return [p.party for p in engine.parts.picture.directory.parties() if p.state == "active"]


def _duties(engine: StationLoop, party: str) -> list[Duty]:
    rosters = engine.parts.picture.directory.state.rosters.get(party, {})
    return [duty for roster in rosters.values() for duty in roster.duties]


def _watch(engine: StationLoop, party: str, at_us: int, hours: int) -> PartyWatch:
    duties = _duties(engine, party)
    return PartyWatch(
        answers=engine.parts.picture.directory.answers_for(party).sentence(),
        gaps=gaps(duties, {d.role for d in duties}, at_us, at_us + hours * HOUR_US),
        on_watch=on_watch(duties, at_us),
        party=party,
        roster=bool(duties),
    )


def _owner(engine: StationLoop, party: str) -> OwnerRow:
    found = engine.parts.picture.directory.answers_for(party)
    return OwnerRow(by=found.by, owner=found.how != "nobody", party=party, words=found.sentence())


def _held(engine: StationLoop) -> tuple[HeldRow, ...]:
    return tuple(
        HeldRow(
            composer=held.composer,
            held_at_us=held.held_at_us,
            id=held.id,
            kind=held.kind,
            words=standing_of(engine.state, held).sentence(),
        )
        for held in engine.state.sending.held.values()
    )


def _to_relay(engine: StationLoop) -> Iterator[OpenMatter]:
    """Urgent words of others that an officer of ours has taken, and nobody has passed to a unit or settled."""
    me, picture = engine.state.me.party, engine.parts.picture
    for identifier in engine.state.acting.urgent_ledgered:
        entry = picture.heads.entry(identifier)
        if entry is None or entry.author == me or entry.kind not in ("message", "warning"):
            continue
        steps = {fact.step: fact for fact in picture.delivery.facts(identifier, me)}
        read = steps.get(DeliveryStep.READ) or steps.get(DeliveryStep.CONFIRMED)
        if read is not None and not steps.keys() & {
            DeliveryStep.PASSED_TO_UNIT,
            DeliveryStep.COMPLIED,
            DeliveryStep.REFUSED,
        }:
            words = f"taken by {read.officer or 'the station'} from {entry.author}; not passed to a unit yet"
            yield matter(identifier, read.at_us, "relay", words)


def _open(engine: StationLoop) -> Iterator[OpenMatter]:
    state, now_us = engine.state, engine.now_us
    me = state.me.party
    ladders = [ladder_row(clock) for clock in state.acting.timers.clocks(now_us)]
    climbing = {(r.about, r.party) for r in ladders}
    yield from (matter(r.about, r.since_us or 0, "ladder", f"{r.ladder}: {r.words}") for r in ladders)
    yield from (
        matter(held.id, held.received_at_us, "direct", f"came directly from {held.party}; not in the ledger yet")
        for held in state.peers.direct.values()
    )
    yield from _to_relay(engine)
    yield from (matter(h.id, h.held_at_us, "approval", f"{h.kind} by {h.composer}: {h.words}") for h in _held(engine))
    yield from (
        matter(w.version, w.since_us, "waiting", w.sentence(now_us))
        for w in engine.parts.picture.waiting.open()
        if me in (w.asked, w.asker) and (w.version, w.asked) not in climbing
    )
