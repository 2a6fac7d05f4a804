"""The register of protected places that units carry (docs/formats/register.md)."""

from __future__ import annotations

from detente.errors import Unavailable
from detente.picture.boards.protected import register_of
from detente.rules.protection.register import write_register
from detente.station.engine import StationLoop


def register_bytes(engine: StationLoop) -> bytes:
    """Return the register of protected places, dated with the moment up to which this station has proven the ledger."""
    state = engine.state
    if state.following.verified_at_us is None:
        raise Unavailable("this station has proven nothing yet: it needs the host once")
    genesis = state.me.genesis
    register = register_of(
        engine.parts.picture,
        as_of_us=min(state.following.verified_at_us, engine.now_us),
        buffer_mm=genesis.screening.buffer_mm,
        ledger=state.ledger.hex(),
        made_us=engine.now_us,
        origin=genesis.origin,
        party=state.me.party,
        rules=genesis.rules,
        size=state.following.folded,
    )
    return write_register(register, state.me.station_key)
