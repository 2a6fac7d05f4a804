"""What becomes due with time: slots, watermarks, epochs, timers, lodged hashes, retries, the exchange of checkpoints."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from detente import errors
from detente.conflicts.screening import Presence
from detente.geometry.f3548 import time_text
from detente.ledger.delivered import Told
from detente.node.envelope import read_envelope
from detente.node.lodging import alarm_about
from detente.node.own_draft import draft_of
from detente.node.peers_state import Unacked
from detente.node.station_alarms import raise_alarm
from detente.node.station_climb import calls_shown, climb
from detente.node.station_fan import due_us as fan_due_us
from detente.node.station_fan import fan_out
from detente.node.station_faults import alarms_of_faults, attempted
from detente.node.station_hits import alarms_of_hits
from detente.node.station_hold import let_go
from detente.node.station_openings import notice_volumes
from detente.node.station_peers import FRESH_US, judge_ahead, tell_evidence
from detente.node.station_screened import alarms_of_answer, alarms_of_presence, kept_at_once
from detente.node.station_send import envelope, lodge_delayed, submit
from detente.node.station_state import Station
from detente.node.station_stop import alarms_of_stops
from detente.node.station_units import alarms_of_units
from detente.node.station_units import due_us as units_due_us
from detente.node.station_values import Compose, Effect, PresenceSet, SendDirect
from detente.node.station_withdraw import say_again
from detente.picture.fold import Fault
from detente.records.screening import Screening
from detente.records.watermark import Watermark

AT_ONCE = 4
"""Notices screened in one step at most: a screen may take a millisecond or two."""


def due(state: Station, now_us: int) -> list[Effect]:
    """Do everything whose time has come, in this order. Asked after every input, so nothing waits for a tick of its own.

    A step that raises does not keep the others from being done.
    """
    effects: list[Effect] = []
    steps: tuple[Callable[[Station, int], list[Effect]], ...] = (
        _screenings,
        _epoch,
        _watermark,
        climb,
        calls_shown,
        lodge_delayed,
        _not_included,
        judge_ahead,
        _host_behind,
        _resend,
        _exchange,
        fan_out,
        alarms_of_stops,
        let_go,
        alarms_of_hits,
        alarms_of_units,
        alarms_of_faults,
        submit,
    )
    for step in steps:
        effects += attempted(state, step, now_us)
    return effects


def next_due_us(state: Station, now_us: int) -> int:
    """When something is due next; at the latest the next exchange of checkpoints."""
    try:
        at_us = next_matter_us(state, now_us)
    except errors.SURVIVED:
        at_us = state.peers.exchange_at_us  # what raised is told by the step that does what is due
    return max(now_us + 1, min(at_us, state.peers.exchange_at_us))


def next_matter_us(state: Station, now_us: int) -> int:
    """When something is due next that a replay must not step over: a slot, a clock, a watermark, an epoch, a retry."""
    times = [
        state.screening.slots.due_us(),
        state.acting.telling.due_us(now_us),
        fan_due_us(state, now_us),
        units_due_us(state),
        state.acting.timers.due_us(),
        state.sending.outbox.due_us(state.timing.delay_us),
        *_while_host_answers(state),
        min((u.tried_at_us + state.timing.resend_us for u in state.peers.unacked.values()), default=None),
        state.screening.screener.next_epoch_us(now_us),
    ]
    return max(now_us + 1, min(at for at in times if at is not None))


def _while_host_answers(state: Station) -> list[int | None]:
    """What a station can judge only while it sees the host, and not before the host had its time after coming back."""
    if not state.sending.host_answers:
        return [] if _away_raised(state) else [state.sending.lodged_by_us.due_us()]
    back_us = (state.sending.host_since_us or 0) + state.timing.lodge_within_us
    times = (state.peers.lodged_here.due_us(), state.sending.lodged_by_us.due_us(), state.peers.ahead.due_us())
    return [None if at_us is None else max(at_us, back_us) for at_us in times]


def _host_had_time(state: Station, now_us: int) -> bool:
    return state.sending.host_answers and now_us >= (state.sending.host_since_us or 0) + state.timing.lodge_within_us


def presence_set(state: Station, given: PresenceSet, now_us: int) -> list[Effect]:
    """Take the watch officer's statement of presence. It stays here."""
    held: tuple[Presence, ...] = given.presence
    kept: list[tuple[str, bytes | None]] = []
    for notice in [
        n for n in state.screening.answers if n in state.screening.slots.waiting and n in state.screening.asked
    ]:
        asked, volumes = state.screening.asked[notice], notice_volumes(state, notice.hex())
        state.screening.screener.take_back(notice.hex(), asked.asker, volumes, asked.slot_us)
        del state.screening.answers[notice]  # worked out ahead, and not given yet: what is held at the slot decides
        kept.append((f"answer/{notice.hex()}", None))
    state.screening.screener.review(held, given.speaks_for, now_us)
    alarms = alarms_of_presence(state, now_us)
    return kept_at_once([*kept, *state.screening.screener.changes()], alarms)


def _screenings(state: Station, now_us: int) -> list[Effect]:
    """Answer what is due, and work out beforehand what comes next; a backlog is worked off a few at a time."""
    effects: list[Effect] = []
    kept: list[tuple[str, bytes | None]] = []
    alarms: list[Effect] = []
    for notice in state.screening.slots.first(AT_ONCE):
        if notice not in state.screening.answers:
            state.screening.answers[notice] = _answer(state, notice)
            kept.append((f"answer/{notice.hex()}", msgspec.json.encode(state.screening.answers[notice])))
            alarms += alarms_of_answer(state, notice.hex(), now_us)
    if kept:
        effects += kept_at_once([*kept, *state.screening.screener.changes()], alarms)
    for notice in state.screening.slots.take(now_us, AT_ONCE):
        effects.append(
            Compose(draft_of(state, state.screening.answers[notice], (state.screening.asked[notice].asker,), now_us))
        )
    return effects


def _answer(state: Station, notice: bytes) -> Screening:
    """Work out one answer. A notice at which that raises reads "not screened", as one that tells no volume."""
    asked, name = state.screening.asked[notice], notice.hex()
    try:
        return state.screening.screener.answer(name, asked.asker, notice_volumes(state, name), asked.slot_us)
    except errors.SURVIVED as error:
        state.following.faults.append(
            Fault(
                author=asked.asker,
                entry=name,
                index=0,
                kind="notice",
                view="screening",
                words=f"{type(error).__name__}: {error}"[:400],
            )
        )
        return state.screening.screener.answer(name, asked.asker, (), asked.slot_us)


def _epoch(state: Station, now_us: int) -> list[Effect]:
    """Once in every epoch commit to own presence, changed or not: the leaf says no more than that an epoch began."""
    if state.following.checkpoint is None or now_us < state.screening.epoch_until_us:
        return []
    state.screening.epoch_until_us = state.screening.screener.next_epoch_us(now_us)
    body = state.screening.screener.commitment(now_us)
    if state.screening.epoch_committed == body.epoch:
        return []
    state.screening.epoch_committed = body.epoch
    return [Compose(draft_of(state, body, (state.me.party,), now_us, sealed=True))]


def _watermark(state: Station, now_us: int) -> list[Effect]:
    """Tell each author by itself how far we hold what it wrote: none reads in it that another wrote to us, or how much."""
    effects: list[Effect] = []
    for author in state.acting.telling.take(now_us):
        told = state.following.told.get(author, Told())
        body = Watermark(count=told.count, list_hash=told.hash.hex(), size=state.following.next_entry)
        effects.append(Compose(draft_of(state, body, (author,), now_us)))
    return effects


def _not_included(state: Station, now_us: int) -> list[Effect]:
    """Lodged hashes that are not in the ledger. A station that cannot see the host itself cannot say so of others' hashes."""
    effects: list[Effect] = []
    if _host_had_time(state, now_us):
        for item in state.peers.lodged_here.take_overdue(now_us):
            words = f"{item.party} lodged a submission with us, and it is not in the ledger after {_s(state.timing.lodge_within_us)} s"
            effects += raise_alarm(state, "not-included", alarm_about(item), words, now_us, by=item.party)
        for item in state.sending.lodged_by_us.take_overdue(now_us):
            words = f"our submission is not in the ledger {_s(state.timing.lodge_within_us)} s after it was lodged with the other stations"
            effects += raise_alarm(state, "not-included", alarm_about(item), words, now_us, by=state.me.party)
    elif not state.sending.host_answers and (state.sending.lodged_by_us.due_us() or now_us + 1) <= now_us:
        effects += _host_away(state, now_us)
    return effects


def _host_away(state: Station, now_us: int) -> list[Effect]:
    """One alarm for an outage, however much waits: what is not in the ledger is the host's absence, not its malice."""
    sending = state.sending
    since = time_text(sending.host_since_us) if sending.host_since_us is not None else "this station started"
    words = (
        f"the host has not answered since {since}; what we send waits here ({sending.outbox.waiting()} now) and is lodged with the other "
        "stations as hashes. Urgent messages and stops still go directly. Ring the host's duty officer"
    )
    return raise_alarm(state, "host-away", _away(state), words, now_us)


def _away(state: Station) -> str:
    return f"since {state.sending.host_since_us}"


def _away_raised(state: Station) -> bool:
    return ("host-away", _away(state)) in state.alarms.seen


def _host_behind(state: Station, now_us: int) -> list[Effect]:
    effects: list[Effect] = []
    if _host_had_time(state, now_us):
        for party, signed in state.peers.ahead.take_late(now_us):
            size = signed.checkpoint.size
            words = f"the host showed {party} a ledger of size {size} and shows us {state.following.size}"
            effects += raise_alarm(
                state, "host-behind", f"{party}: size {size}", words, now_us, [signed.data], by=party
            )
    return effects


def _resend(state: Station, now_us: int) -> list[Effect]:
    """Urgent entries that a station has not acknowledged go again, the same bytes; sealed anew before they are too old to be taken."""
    effects: list[Effect] = []
    for key, item in list(state.peers.unacked.items()):
        if item.tried_at_us + state.timing.resend_us <= now_us:
            item = msgspec.structs.replace(item, data=_renewed(state, item, now_us), tried_at_us=now_us)
            state.peers.unacked[key] = item
            effects.append(SendDirect(item.party, "urgent", item.id, item.data))
    return effects


def _renewed(state: Station, item: Unacked, now_us: int) -> bytes:
    sent = read_envelope(item.data, kind="urgent", ledger=state.ledger, me=item.party)
    if now_us - sent.sent_at_us < FRESH_US // 2:
        return item.data
    return envelope(state, msgspec.json.decode(sent.payload), "urgent", item.party, now_us)


def _exchange(state: Station, now_us: int) -> list[Effect]:
    if now_us < state.peers.exchange_at_us:
        return []
    state.peers.exchange_at_us = now_us + state.timing.exchange_every_us
    again = say_again(state, now_us)
    if state.following.checkpoint is None:
        return again
    payload = {"note": state.following.checkpoint.data.decode()}
    effects: list[Effect] = [
        SendDirect(party, "checkpoint", b"", envelope(state, payload, "checkpoint", party, now_us))
        for party in state.peers.by_party
    ]
    return again + effects + tell_evidence(state, now_us)


def _s(us: int) -> int:
    return us // 1_000_000
