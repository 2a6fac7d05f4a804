"""Every account of a voice call."""

from __future__ import annotations

import msgspec

from detente.api.hotline.calls import CallRow, CallRows, CallsAsked
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


def calls(engine: StationLoop, asked: CallsAsked) -> CallRows:
    """Return every account: whose word, countersigned or not, contradicted, read back as told or not."""
    rows = (
        CallRow(settled=stands.delivered, words=stands.sentence(), **msgspec.structs.asdict(stands))
        for stands in engine.parts.picture.calls.all()
    )
    return CallRows(basis=basis(engine), calls=tuple(rows))
