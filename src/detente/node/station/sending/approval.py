"""What a station holds back until its own party has approved it, and lets go when it has.

Held entries are sealed and signed already; they lie in the own copy, not in the queue, so nothing of them has left. Rules and
votes are entries addressed to the author alone; they count as soon as they are durable here, host or no host.
"""

from __future__ import annotations

import msgspec

from detente.ledger.entry import Submission
from detente.ledger.facets import Openings
from detente.node.station.effects import Effect, Publish
from detente.node.station.inputs import Composed, HeldBack
from detente.node.station.parts.durable_change import Keep
from detente.node.station.sending.send import composed
from detente.node.station.sending_state import Held, Sending
from detente.node.station.state import Station
from detente.records.parties.approval import ApprovalRule
from detente.rules.hotline.approvals import ApprovalStanding, standing


class _Kept(msgspec.Struct):
    composer: str
    held_at_us: int
    id: str
    kept: Openings
    kind: str
    rule: ApprovalRule
    submission: Submission


def held_back(state: Station, arrived: HeldBack, now_us: int) -> list[Effect]:
    """Keep a sealed submission here instead of queueing it."""
    held = Held(
        composer=arrived.composer,
        held_at_us=now_us,
        id=arrived.id,
        kept=arrived.composed.kept,
        kind=arrived.kind,
        rule=arrived.rule,
        submission=arrived.composed.submission,
    )
    state.sending.held[arrived.id] = held
    return [Keep(kept=[(f"held/{arrived.id}", _bytes(held))]), Publish("held", arrived.id)]


def held_again(sending: Sending, data: bytes) -> None:
    """Take a held submission out of the own copy, at start."""
    kept = msgspec.json.decode(data, type=_Kept)
    sending.held[kept.id] = Held(
        composer=kept.composer,
        held_at_us=kept.held_at_us,
        id=kept.id,
        kept=kept.kept,
        kind=kept.kind,
        rule=kept.rule,
        submission=kept.submission,
    )


def standing_of(state: Station, held: Held) -> ApprovalStanding:
    """Say how a held entry stands now."""
    return standing(held.rule.needs, held.composer, state.sending.votes.get(held.id, {}))


def let_go(state: Station, now_us: int) -> list[Effect]:
    """Queue what has been approved; forget what was withdrawn."""
    effects: list[Effect] = []
    for held in list(state.sending.held.values()):
        stands = standing_of(state, held)
        if stands.state == "held":
            continue
        del state.sending.held[held.id]
        effects.append(Keep(kept=[(f"held/{held.id}", None)]))
        if stands.state == "approved":
            effects += composed(state, Composed(held.submission, held.kept), now_us)
        effects.append(Publish(stands.state, held.id))
    return effects


def _bytes(held: Held) -> bytes:
    return msgspec.json.encode(held)
