"""Own movements and sites, and what is reported of notified places."""

from __future__ import annotations

import msgspec

from detente.api.protection import GoBoard, GoBoardAsked, HitRow, Hits, HitsAsked, MovementRow
from detente.picture.boards.go_board import movements, sites
from detente.rules.protection.hits import Hit
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


def board(engine: StationLoop, asked: GoBoardAsked) -> GoBoard:
    """Return own movements with what holds each, and own sites with how far each entry can be relied on."""
    picture, me, now_us = engine.parts.picture, engine.state.me, engine.now_us
    found = movements(picture, me.party, now_us, me.genesis.rules)
    return GoBoard(
        basis=basis(engine),
        movements=tuple(
            MovementRow(unscreened=_unscreened(engine, one.version), **msgspec.structs.asdict(one)) for one in found
        ),
        sites=tuple(sites(picture, me.party, now_us)),
    )


def _unscreened(engine: StationLoop, version: str) -> dict[str, str]:
    answers = engine.parts.picture.screenings.of(version, engine.now_us)
    return {a.party: why for a in answers if (why := engine.own_questions.why(version, a))}


def hits(engine: StationLoop, asked: HitsAsked) -> Hits:
    """Return every report set beside a notified place that we may read, denials beside them."""
    return Hits(basis=basis(engine), hits=tuple(_hit(engine, hit) for hit in engine.parts.picture.humane.hits()))


def _hit(engine: StationLoop, hit: Hit) -> HitRow:
    picture = engine.parts.picture
    live, entry = picture.airspace.get(hit.notice), picture.heads.entry(hit.entry)
    return HitRow(
        at_us=entry.received_at_us if entry is not None else None,
        author=live.author if live is not None else None,
        words=hit.sentence(),
        **msgspec.structs.asdict(hit),
    )
