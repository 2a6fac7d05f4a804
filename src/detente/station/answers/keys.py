"""Keys as the entries that change them have them at this station."""

from __future__ import annotations

from detente.api.keys import Keys, KeysAsked
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


def keys(engine: StationLoop, asked: KeysAsked) -> Keys:
    """Return every key that was ever known here, and the host whose key signs checkpoints now."""
    identity, stands = engine.state.identity, basis(engine)
    return Keys(
        basis=stands,
        host=identity.host_at(stands.size),
        keys=identity.uses(),
        ledger=identity.ledger,
        parties=identity.parties(),
    )
