"""What is urgent before the ledger has it: remembered, tracked, and answered on the same direct way."""

from __future__ import annotations

from detente.node.station.acting.ladders import (
    answered,
    begun,
    call_us,
    is_urgent,
)
from detente.node.station.acting.votes import voted
from detente.node.station.acting_state import Acting
from detente.node.station.state import Station
from detente.picture.known import Entry
from detente.records.hotline.step import Step
from detente.records.notices.response import Response


def remember_urgent(acting: Acting, identifier: bytes) -> None:
    """Remember an urgent message, so that answers to it go directly too."""
    acting.urgent_known.add(identifier)
    acting.pressing.add(identifier.hex())


def track(state: Station, known: Entry, at_us: int) -> None:
    """Take an entry that the ledger does not have yet, ours or another's: its ladders begin and end all the same."""
    if is_urgent(known):
        remember_urgent(state.acting, bytes.fromhex(known.id))
    if known.header.author == state.me.party:
        begun(state, known, at_us)
        voted(state, known)
    else:
        answered(state, known, at_us)
        step = known.body(Step)
        if step is not None:
            call_us(state, known, step)


def answers_urgent(acting: Acting, body: Response) -> bool:
    """Whether a response answers an urgent message that we know."""
    return bool({bytes.fromhex(body.about), bytes.fromhex(body.version)} & acting.urgent_known)
