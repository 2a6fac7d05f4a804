"""On what every answer of a station rests."""

from __future__ import annotations

from detente.api.question import Basis
from detente.station.engine import Engine


def basis(engine: Engine) -> Basis:
    """Return the proven size, its age, whether the host answers, and how much waits in the queue."""
    state, now_us = engine.state, engine.now_us
    return Basis(
        age_us=None if state.verified_at_us is None else max(0, now_us - state.verified_at_us),
        entries_size=state.folded,
        fresh=state.host_answers and state.folded >= state.size,
        host_reachable=state.host_answers,
        now_us=now_us,
        queued=state.outbox.waiting(),
        size=state.size,
        virtual=engine.parts.virtual,
    )
