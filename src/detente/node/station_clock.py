"""What becomes due with time: slots, watermarks, epochs, timers, lodged hashes, retries, the exchange of checkpoints."""

from __future__ import annotations

import msgspec

from detente.conflicts.screening import Presence
from detente.ledger.delivered import Told
from detente.node.keeping import Keep
from detente.node.own_draft import draft_of
from detente.node.station_alarms import raise_alarm
from detente.node.station_climb import calls_shown, climb
from detente.node.station_fan import due_us as fan_due_us
from detente.node.station_fan import fan_out
from detente.node.station_hits import alarms_of_hits
from detente.node.station_hold import let_go
from detente.node.station_openings import notice_volumes
from detente.node.station_peers import judge_ahead, tell_evidence
from detente.node.station_send import envelope, lodge_delayed, submit
from detente.node.station_state import Station
from detente.node.station_stop import alarms_of_stops
from detente.node.station_units import alarms_of_units
from detente.node.station_units import due_us as units_due_us
from detente.node.station_values import Compose, Effect, PresenceSet, SendDirect
from detente.records.watermark import Watermark

AT_ONCE = 4
"""Notices screened in one step at most: a screen may take a millisecond or two."""


def due(state: Station, now_us: int) -> list[Effect]:
    """Do everything whose time has come. Asked after every input, so nothing waits for a tick of its own."""
    effects = _screenings(state, now_us)
    effects += _epoch(state, now_us)
    effects += _watermark(state, now_us)
    effects += climb(state, now_us)
    effects += calls_shown(state, now_us)
    effects += lodge_delayed(state, now_us)
    effects += _not_included(state, now_us)
    effects += judge_ahead(state, now_us)
    effects += _host_behind(state, now_us)
    effects += _resend(state, now_us)
    effects += _exchange(state, now_us)
    effects += fan_out(state, now_us)
    effects += alarms_of_stops(state, now_us)
    effects += let_go(state, now_us)
    effects += alarms_of_hits(state, now_us)
    effects += alarms_of_units(state, now_us)
    return effects + submit(state, now_us)


def next_due_us(state: Station, now_us: int) -> int:
    """When something is due next; at the latest the next exchange of checkpoints."""
    return max(now_us + 1, min(next_matter_us(state, now_us), state.exchange_at_us))


def next_matter_us(state: Station, now_us: int) -> int:
    """When something is due next that a replay must not step over: a slot, a clock, a watermark, an epoch, a retry."""
    times = [
        state.slots.due_us(),
        state.telling.due_us(now_us),
        fan_due_us(state, now_us),
        units_due_us(state),
        state.timers.due_us(),
        state.outbox.due_us(state.timing.delay_us),
        state.lodged_by_us.due_us(),
        *_while_host_answers(state),
        min((u.tried_at_us + state.timing.resend_us for u in state.unacked.values()), default=None),
        state.screener.next_epoch_us(now_us),
    ]
    return max(now_us + 1, min(at for at in times if at is not None))


def _while_host_answers(state: Station) -> list[int | None]:
    """What a station can judge only while it sees the host, and not before the host had its time after coming back."""
    if not state.host_answers:
        return []
    back_us = (state.host_since_us or 0) + state.timing.lodge_within_us
    times = (state.lodged_here.due_us(), state.ahead.due_us())
    return [None if at_us is None else max(at_us, back_us) for at_us in times]


def _host_had_time(state: Station, now_us: int) -> bool:
    return state.host_answers and now_us >= (state.host_since_us or 0) + state.timing.lodge_within_us


def presence_set(state: Station, given: PresenceSet, now_us: int) -> list[Effect]:
    """Take the watch officer's statement of presence. It stays here."""
    held: tuple[Presence, ...] = given.presence
    state.screener.review(held, given.speaks_for, now_us)
    return [Keep(kept=state.screener.changes())]


def _screenings(state: Station, now_us: int) -> list[Effect]:
    """Answer what is due, and work out beforehand what comes next; a backlog is worked off a few at a time."""
    effects: list[Effect] = []
    kept: list[tuple[str, bytes | None]] = []
    for notice in state.slots.first(AT_ONCE):
        if notice not in state.answers:
            asked = state.asked[notice]
            volumes = notice_volumes(state, notice.hex())
            state.answers[notice] = state.screener.answer(notice.hex(), asked.asker, volumes, asked.received_at_us)
            kept.append((f"answer/{notice.hex()}", msgspec.json.encode(state.answers[notice])))
    if kept:
        effects.append(Keep(kept=[*kept, *state.screener.changes()]))
    for notice in state.slots.take(now_us, AT_ONCE):
        effects.append(Compose(draft_of(state, state.answers[notice], (state.asked[notice].asker,), now_us)))
    return effects


def _epoch(state: Station, now_us: int) -> list[Effect]:
    """Once in every epoch commit to own presence, changed or not: the leaf says no more than that an epoch began."""
    if state.checkpoint is None or now_us < state.epoch_until_us:
        return []
    state.epoch_until_us = state.screener.next_epoch_us(now_us)
    body = state.screener.commitment(now_us)
    if state.epoch_committed == body.epoch:
        return []
    state.epoch_committed = body.epoch
    return [Compose(draft_of(state, body, (state.me.party,), now_us, sealed=True))]


def _watermark(state: Station, now_us: int) -> list[Effect]:
    """Tell each author by itself how far we hold what it wrote: none reads in it that another wrote to us, or how much."""
    effects: list[Effect] = []
    for author in state.telling.take(now_us):
        told = state.told.get(author, Told())
        body = Watermark(count=told.count, list_hash=told.hash.hex(), size=state.next_entry)
        effects.append(Compose(draft_of(state, body, (author,), now_us)))
    return effects


def _not_included(state: Station, now_us: int) -> list[Effect]:
    """Lodged hashes that are not in the ledger. A station that cannot see the host itself cannot say so of others' hashes."""
    effects: list[Effect] = []
    if _host_had_time(state, now_us):
        for item in state.lodged_here.take_overdue(now_us):
            words = f"{item.party} lodged a submission with us, and it is not in the ledger after {_s(state.timing.lodge_within_us)} s"
            effects += raise_alarm(state, "not-included", item.commitment.hex(), words, now_us)
    for item in state.lodged_by_us.take_overdue(now_us):
        words = f"our submission is not in the ledger {_s(state.timing.lodge_within_us)} s after it was lodged with the other stations"
        effects += raise_alarm(state, "not-included", item.commitment.hex(), words, now_us)
    return effects


def _host_behind(state: Station, now_us: int) -> list[Effect]:
    effects: list[Effect] = []
    if _host_had_time(state, now_us):
        for party, signed in state.ahead.take_late(now_us):
            size = signed.checkpoint.size
            words = f"the host showed {party} a ledger of size {size} and shows us {state.size}"
            effects += raise_alarm(state, "host-behind", f"{party}: size {size}", words, now_us, [signed.data])
    return effects


def _resend(state: Station, now_us: int) -> list[Effect]:
    """Urgent entries that a station has not acknowledged go again, the same bytes."""
    effects: list[Effect] = []
    for key, item in list(state.unacked.items()):
        if item.tried_at_us + state.timing.resend_us <= now_us:
            state.unacked[key] = msgspec.structs.replace(item, tried_at_us=now_us)
            effects.append(SendDirect(item.party, "urgent", item.id, item.data))
    return effects


def _exchange(state: Station, now_us: int) -> list[Effect]:
    if now_us < state.exchange_at_us:
        return []
    state.exchange_at_us = now_us + state.timing.exchange_every_us
    if state.checkpoint is None:
        return []
    payload = {"note": state.checkpoint.data.decode()}
    effects: list[Effect] = [
        SendDirect(party, "checkpoint", b"", envelope(state, payload, "checkpoint", party, now_us))
        for party in state.peers
    ]
    return effects + tell_evidence(state, now_us)


def _s(us: int) -> int:
    return us // 1_000_000
