"""What a party's own node decides: `handle(state, given, now_us) -> (state, effects)`.

A station believes nothing that it has not recomputed, says nothing that it does not hold durably, and goes on without its host:

    given by            checked against                               then
    host: leaves        the root the host signed                      proven; cosigned if their times are fair
    host: entries       proven leaf, signature, key at the index      folded into the picture; told (watermark); screened
    host: receipt       our own submission, tag by tag                closes the queue entry
    stations: notes     our own tree                                  two histories: evidence, alarm everywhere
    stations: urgent    signature, key                                kept, acknowledged, shown; the ledger has it later
    officer: drafts     sealed outside with fresh salts               queued durably, sent, lodged when delayed
    clock               slots, epochs, timers                         screenings, commitments, watermarks, alarms

The steps are in `following` (`leaves`, `entries`, `fold`), `sending.send`, `peers.direct` and `due`; what reaches a station is in
`inputs`, what it wants done in `effects`, what it remembers in `state`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from detente.node.station.acting.screenings import presence_set
from detente.node.station.due import due, next_due_us
from detente.node.station.effects import Effect, WakeAt
from detente.node.station.following.entries import entries_arrived
from detente.node.station.following.fold import reread
from detente.node.station.following.leaves import (
    checkpoint_arrived,
    host_key_offered,
    leaves_arrived,
    release,
    witnessed_arrived,
)
from detente.node.station.inputs import (
    CheckpointArrived,
    Composed,
    DirectAnswered,
    DirectArrived,
    Dismissed,
    EntriesArrived,
    HeldBack,
    HostAnswered,
    HostKeyOffered,
    HostMode,
    HostRefused,
    HostUnreachable,
    Input,
    LeavesArrived,
    PeerCheckpoint,
    PeerUnreachable,
    PresenceSet,
    Receipted,
    Release,
    Reread,
    Tick,
    WitnessedArrived,
)
from detente.node.station.peers.direct import direct_answered, direct_arrived, peer_checkpoint, peer_unreachable
from detente.node.station.sending.approval import held_back
from detente.node.station.sending.send import (
    composed,
    host_answered,
    host_mode,
    host_refused,
    host_unreachable,
    receipted,
)
from detente.node.station.sending.withdraw import dismissed
from detente.node.station.state import Station


def _nothing(state: Station, arrived: Tick, now_us: int) -> list[Effect]:
    return []


STEPS: dict[type, Callable[[Station, Any, int], list[Effect]]] = {
    CheckpointArrived: checkpoint_arrived,
    Composed: composed,
    DirectAnswered: direct_answered,
    DirectArrived: direct_arrived,
    Dismissed: dismissed,
    EntriesArrived: entries_arrived,
    HeldBack: held_back,
    HostAnswered: host_answered,
    HostKeyOffered: host_key_offered,
    HostMode: host_mode,
    HostRefused: host_refused,
    HostUnreachable: host_unreachable,
    LeavesArrived: leaves_arrived,
    PeerCheckpoint: peer_checkpoint,
    PeerUnreachable: peer_unreachable,
    PresenceSet: presence_set,
    Receipted: receipted,
    Release: release,
    Reread: reread,
    Tick: _nothing,
    WitnessedArrived: witnessed_arrived,
}


def handle(state: Station, arrived: Input, now_us: int) -> tuple[Station, list[Effect]]:
    """Decide what this station does about one input. Nothing happens until the caller carries out the effects, in order.

    The state is changed in place and returned. Raises Refused only for a DirectArrived, Composed or Dismissed that does not hold; then
    nothing has changed.
    """
    effects = STEPS[type(arrived)](state, arrived, now_us)
    if state.owed:
        effects, state.owed = [*state.owed, *effects], []
    state.following.note_moved(now_us)
    effects += due(state, now_us)
    effects.append(WakeAt(next_due_us(state, now_us)))
    return state, effects
