"""What is due between stations, and what a station can judge only while it sees the host: lodged hashes, retries, checkpoints shown."""

from __future__ import annotations

import msgspec

from detente.geometry.f3548 import time_text
from detente.node.both.envelope import read_envelope
from detente.node.station.effects import Effect, SendDirect
from detente.node.station.parts.lodging import alarm_about
from detente.node.station.peers.direct import FRESH_US, tell_evidence
from detente.node.station.peers_state import Unacked
from detente.node.station.raising import raise_alarm
from detente.node.station.sending.send import envelope
from detente.node.station.sending.withdraw import say_again
from detente.node.station.sending_state import Sending
from detente.node.station.state import Station


def while_host_answers(state: Station) -> list[int | None]:
    """What a station can judge only while it sees the host, and not before the host had its time after coming back."""
    if not state.sending.host_answers:
        return [] if _away_raised(state) else [state.sending.lodged_by_us.due_us()]
    back_us = (state.sending.host_since_us or 0) + state.timing.lodge_within_us
    times = (state.peers.lodged_here.due_us(), state.sending.lodged_by_us.due_us(), state.peers.ahead.due_us())
    return [None if at_us is None else max(at_us, back_us) for at_us in times]


def not_included(state: Station, now_us: int) -> list[Effect]:
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


def host_behind(state: Station, now_us: int) -> list[Effect]:
    effects: list[Effect] = []
    if _host_had_time(state, now_us):
        for party, signed in state.peers.ahead.take_late(now_us):
            size = signed.checkpoint.size
            words = f"the host showed {party} a ledger of size {size} and shows us {state.following.size}"
            effects += raise_alarm(
                state, "host-behind", f"{party}: size {size}", words, now_us, [signed.data], by=party
            )
    return effects


def resend(state: Station, now_us: int) -> list[Effect]:
    """Urgent entries that a station has not acknowledged go again, the same bytes; sealed anew before they are too old to be taken."""
    effects: list[Effect] = []
    for key, item in list(state.peers.unacked.items()):
        if item.tried_at_us + state.timing.resend_us <= now_us:
            item = msgspec.structs.replace(item, data=_renewed(state, item, now_us), tried_at_us=now_us)
            state.peers.unacked[key] = item
            effects.append(SendDirect(item.party, "urgent", item.id, item.data))
    return effects


def exchange(state: Station, now_us: int) -> list[Effect]:
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


def _host_had_time(state: Station, now_us: int) -> bool:
    return state.sending.host_answers and now_us >= (state.sending.host_since_us or 0) + state.timing.lodge_within_us


def _host_away(state: Station, now_us: int) -> list[Effect]:
    """One alarm for an outage, however much waits: what is not in the ledger is the host's absence, not its malice."""
    sending = state.sending
    since = time_text(sending.host_since_us) if sending.host_since_us is not None else "this station started"
    words = (
        f"the host has not answered since {since}; what we send waits here ({sending.outbox.waiting()} now) and is lodged with the other "
        "stations as hashes. Urgent messages and stops still go directly. Ring the host's duty officer"
    )
    return raise_alarm(state, "host-away", _away(state.sending), words, now_us)


def _away(sending: Sending) -> str:
    return f"since {sending.host_since_us}"


def _away_raised(state: Station) -> bool:
    return ("host-away", _away(state.sending)) in state.alarms.seen


def _renewed(state: Station, item: Unacked, now_us: int) -> bytes:
    sent = read_envelope(item.data, kind="urgent", ledger=state.ledger, me=item.party)
    if now_us - sent.sent_at_us < FRESH_US // 2:
        return item.data
    return envelope(state, msgspec.json.decode(sent.payload), "urgent", item.party, now_us)


def _s(us: int) -> int:
    return us // 1_000_000
