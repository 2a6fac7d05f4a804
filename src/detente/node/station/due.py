"""What becomes due with time: slots, watermarks, epochs, timers, lodged hashes, retries, the exchange of checkpoints."""

from __future__ import annotations

from collections.abc import Callable

from detente import errors
from detente.node.station.acting.fan_out import due_us as fan_due_us
from detente.node.station.acting.fan_out import fan_out
from detente.node.station.acting.hits import alarms_of_hits
from detente.node.station.acting.ladder_calls import calls_shown, climb
from detente.node.station.acting.screenings import epoch, screenings
from detente.node.station.acting.stops import alarms_of_stops
from detente.node.station.acting.telling import watermark
from detente.node.station.acting.units import alarms_of_units
from detente.node.station.acting.units import due_us as units_due_us
from detente.node.station.effects import Effect
from detente.node.station.following.faults import alarms_of_faults, attempted
from detente.node.station.peers.direct import judge_ahead
from detente.node.station.peers.due import exchange, host_behind, not_included, resend, while_host_answers
from detente.node.station.sending.approval import let_go
from detente.node.station.sending.send import lodge_delayed, submit
from detente.node.station.state import Station


def due(state: Station, now_us: int) -> list[Effect]:
    """Do everything whose time has come, in this order. Asked after every input, so nothing waits for a tick of its own.

    A step that raises does not keep the others from being done.
    """
    effects: list[Effect] = []
    steps: tuple[Callable[[Station, int], list[Effect]], ...] = (
        screenings,
        epoch,
        watermark,
        climb,
        calls_shown,
        lodge_delayed,
        not_included,
        judge_ahead,
        host_behind,
        resend,
        exchange,
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
        *while_host_answers(state),
        min((u.tried_at_us + state.timing.resend_us for u in state.peers.unacked.values()), default=None),
        state.screening.screener.next_epoch_us(now_us),
    ]
    return max(now_us + 1, min(at for at in times if at is not None))
