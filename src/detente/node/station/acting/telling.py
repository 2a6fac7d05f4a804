"""Watermarks as they become due: what this station tells each author that it holds."""

from __future__ import annotations

from detente.ledger.delivered import Told
from detente.node.station.draft import draft_of
from detente.node.station.effects import Compose, Effect
from detente.node.station.state import Station
from detente.records.entries.watermark import Watermark


def watermark(state: Station, now_us: int) -> list[Effect]:
    """Tell each author by itself how far we hold what it wrote: none reads in it that another wrote to us, or how much."""
    effects: list[Effect] = []
    for author in state.acting.telling.take(now_us):
        told = state.following.told.get(author, Told())
        body = Watermark(count=told.count, list_hash=told.hash.hex(), size=state.following.next_entry)
        effects.append(Compose(draft_of(state, body, (author,), now_us)))
    return effects
