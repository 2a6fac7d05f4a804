"""Taking back what we asked other stations to look for: a submission that the host refused, and that an officer lets go.

    host refuses ──> lodged; an alarm everywhere after 10 s: it may be a pretext      (`sending.send`)
                      └─ an officer who has seen it dismisses it ──> withdrawn; the alarms there are closed

Why the host refused is for the author's eyes, so no station decides by that reason whether others hear of it. Only the station that
lodged a hash withdraws it, under its own signature: a host that lies cannot make one vanish. It is said again to each station until
that one has answered.
"""

from __future__ import annotations

from typing import Final

import msgspec

from detente.errors import Refused, problem
from detente.ledger.canonical import Hex32
from detente.node.both.envelope import Envelope
from detente.node.station.effects import Effect, Publish, Reply, SendDirect
from detente.node.station.inputs import Dismissed
from detente.node.station.parts.durable_change import Keep
from detente.node.station.parts.lodging import Lodged, alarm_about, rows
from detente.node.station.parts.outbox import Queued
from detente.node.station.raising import close_alarm
from detente.node.station.sending.send import envelope
from detente.node.station.sending_state import Sending, Withdrawal
from detente.node.station.state import Station

GIVE_UP_US: Final = 86_400_000_000
"""How long a station that does not answer is told again: one of a former version never does."""

REMEMBERED: Final = 4096

WHY: Final = "an officer there has seen that the host refused it, and lets it go"


class Unlodge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said to the other station. Of the submission it tells no more than the hash did."""

    commitment: Hex32


def dismissed(state: Station, arrived: Dismissed, now_us: int) -> list[Effect]:
    """Let go of a refused submission that an officer has seen. Raises Refused for any other."""
    item = state.sending.outbox.dismiss(arrived.id)
    if item is None:
        rule = "must be a submission that the host refused and that is still listed"
        raise Refused([problem("not-refused", "id", arrived.id.hex(), rule, "See `detente status`, Going out.")])
    effects: list[Effect] = [Keep(kept=[(f"outbox/{item.id.hex()}", None)])]
    effects += close_alarm(state, "refused", item.id.hex(), f"dismissed by {arrived.officer}", now_us)
    return [*effects, *_withdraw(state, item, now_us), Publish("dismissed", item.id.hex())]


def _withdraw(state: Station, item: Queued, now_us: int) -> list[Effect]:
    """Tell every station with which a submission of ours was lodged that it need not look for it."""
    if not item.lodged:
        return []
    state.sending.lodged_by_us.withdraw(item.commitment, state.me.party)
    mine = Lodged(commitment=item.commitment, lodged_at_us=now_us, party=state.me.party)
    effects = close_alarm(state, "not-included", alarm_about(mine), WHY, now_us)
    for party in state.peers.by_party:
        made = Withdrawal(commitment=item.commitment, since_us=now_us, to=party)
        state.sending.withdrawals[item.commitment, party] = made
        effects += [Keep(kept=[(_name(made), msgspec.json.encode(made))]), _said(state, made, now_us)]
    return effects


def say_again(state: Station, now_us: int) -> list[Effect]:
    """Repeat what has not been answered, and give up on what never will be."""
    effects: list[Effect] = []
    for made in list(state.sending.withdrawals.values()):
        if now_us - made.since_us > GIVE_UP_US:
            effects += _settled(state.sending, made)
        else:
            effects.append(_said(state, made, now_us))
    return effects


def answered(state: Station, commitment: bytes, party: str) -> list[Effect]:
    """Take a station's answer: it looks for this hash no more."""
    made = state.sending.withdrawals.get((commitment, party))
    return [] if made is None else _settled(state.sending, made)


def unlodged(state: Station, sent: Envelope, asked: Unlodge, now_us: int) -> list[Effect]:
    """Look no more for a hash, on the signed word of the station that left it here; its alarm, if there is one, gets the reason."""
    commitment = bytes.fromhex(asked.commitment)
    state.peers.withdrawn_here[sent.from_, commitment] = None
    if len(state.peers.withdrawn_here) > REMEMBERED:
        del state.peers.withdrawn_here[next(iter(state.peers.withdrawn_here))]
    effects: list[Effect] = []
    held = state.peers.lodged_here.withdraw(commitment, sent.from_)
    if held is not None:
        why = f"withdrawn by {sent.from_}: {WHY}"
        effects = [Keep(kept=[(name, None) for name in rows(commitment, sent.from_)])]
        effects += close_alarm(state, "not-included", alarm_about(held), why, now_us)
    answer = {"commitment": asked.commitment, "received_at_us": now_us}
    return [*effects, Reply(envelope(state, answer, "unlodge", sent.from_, now_us))]


def _said(state: Station, made: Withdrawal, now_us: int) -> SendDirect:
    payload = {"commitment": made.commitment.hex()}
    return SendDirect(made.to, "unlodge", made.commitment, envelope(state, payload, "unlodge", made.to, now_us))


def _settled(sending: Sending, made: Withdrawal) -> list[Effect]:
    del sending.withdrawals[made.commitment, made.to]
    return [Keep(kept=[(_name(made), None)])]


def _name(made: Withdrawal) -> str:
    return f"withdrawal/{made.commitment.hex()}/{made.to}"
