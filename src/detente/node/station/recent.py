"""Entries read back: the newest from memory, until they are surely in the own copy; the others from there."""

from __future__ import annotations

import msgspec

from detente.geometry.volume import Volume4D
from detente.ledger.readable import ReadableEntry
from detente.node.station.parts.screener import volumes_to_screen
from detente.node.station.state import Station
from detente.picture.known import Entry, known_of
from detente.records.notices.notice import CoarseNotice, Notice

RECENT = 512

_KNOWN = msgspec.json.Decoder(ReadableEntry)


def remember(state: Station, index: int, entry: bytes, raw: bytes) -> None:
    """Hold the newest entries until they are surely in the durable copy."""
    state.following.recent[entry] = (index, raw)
    if len(state.following.recent) > RECENT:
        del state.following.recent[next(iter(state.following.recent))]


def about(state: Station, entry_id: str) -> tuple[int, ReadableEntry] | None:
    """Return index and bytes of an entry that we hold, by its id in hex; None, too, where the own copy's bytes are none any more."""
    entry = bytes.fromhex(entry_id)
    found = state.following.recent.get(entry) or state.find(entry)
    try:
        return None if found is None else (found[0], _KNOWN.decode(found[1]))
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        state.following.broken[found[0] if found is not None else 0] = f"{type(error).__name__}: {error}"[:200]
        return None


def held(state: Station, entry_id: str) -> Entry | None:
    """Return an entry that we hold (id in hex) with what we may read of it; None where we hold none."""
    found = about(state, entry_id)
    if found is None:
        return None
    index, kept = found
    facets = [None if opening is None else opening.facet for opening in kept.facets]
    return known_of(
        index, kept.received_at_us, entry_id, kept.header, facets, unsound=state.following.unsound_at(index)
    )


def notice_volumes(state: Station, notice: str) -> tuple[Volume4D, ...]:
    """Return where and when a notice that we hold says something will be, as far as we may read it; nothing if erased."""
    known = held(state, notice)
    return () if known is None else volumes_to_screen(known.body(Notice), known.body(CoarseNotice))
