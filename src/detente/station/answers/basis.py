"""On what every answer of a station rests."""

from __future__ import annotations

from detente.api.basis import Basis, Missing
from detente.node.station.troubles import fresh
from detente.station.engine import StationLoop


def basis(engine: StationLoop) -> Basis:
    """Return the proven size, its age, whether the host answers, what waits in the queue, and what stands in the way."""
    state, now_us = engine.state, engine.now_us
    standing = engine.troubles()
    missing = engine.parts.picture.driver.missing()
    return Basis(
        age_us=None if state.following.verified_at_us is None else max(0, now_us - state.following.verified_at_us),
        entries_size=state.following.folded,
        fresh=fresh(state, standing),
        host_reachable=state.sending.host_answers,
        incomplete=Missing(by=missing.by, not_understood=missing.not_understood),
        now_us=now_us,
        queued=state.sending.outbox.waiting(),
        size=state.following.size,
        troubles=tuple(standing),
        virtual=engine.parts.virtual,
    )
