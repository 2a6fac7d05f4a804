"""Permissions and lifelines as they stand for this station."""

from __future__ import annotations

import msgspec

from detente.api.permissions import (
    LifelineRow,
    Lifelines,
    LifelinesAsked,
    NoPermission,
    PermissionRow,
    Permissions,
    PermissionsAsked,
)
from detente.rules.agreements.permits import standing
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


def permissions(engine: StationLoop, asked: PermissionsAsked) -> Permissions:
    """Return every permission with where it stands, and the live notices that need one and rest on none."""
    view, now_us = engine.parts.picture.permits, engine.now_us
    heads = engine.parts.picture.heads
    return Permissions(
        basis=basis(engine),
        flagged=tuple(NoPermission(author=by, version=v, words=why) for v, by, why in view.flagged(now_us)),
        permissions=tuple(
            PermissionRow(
                ended_for_us=heads.closing(permit.entry) is not None,
                standing=standing(permit, now_us),
                **msgspec.structs.asdict(permit),
            )
            for permit in view.permits()
        ),
    )


def lifelines(engine: StationLoop, asked: LifelinesAsked) -> Lifelines:
    """Return every lifeline as each author last said that it stands."""
    view, heads = engine.parts.picture.permits, engine.parts.picture.heads
    rows = (
        LifelineRow(ended_for_us=heads.closing(kept.entry) is not None, **msgspec.structs.asdict(kept))
        for kept in view.lifelines()
    )
    return Lifelines(basis=basis(engine), lifelines=tuple(rows))
