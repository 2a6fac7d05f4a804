"""The investigator's bundle from a station's own copy (docs/formats/bundle.md)."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec

from detente.errors import DetenteError, Unavailable
from detente.geometry.zones import TABLES
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint
from detente.ledger.readable import ReadableEntry
from detente.ledger.shown import Shown
from detente.records.entries.watermark import Watermark
from detente.rules.evidence.bundle import Made, ToldEntry, ToldList, make_bundle
from detente.station.engine import StationLoop

LEAVES_AT_MOST = 100_000
"""Above this size a bundle leaves the leaves out and proves each entry by itself."""

_KNOWN = msgspec.json.Decoder(ReadableEntry)


async def bundle_bytes(engine: StationLoop, words: str) -> bytes:
    """Return a bundle of everything this station may read, under the newest checkpoint with cosignatures."""
    state = engine.state
    if state.following.checkpoint is None:
        raise Unavailable("this station has proven nothing yet: it needs the host once")
    head = await _head(engine, state.following.checkpoint)
    others = [state.open_note(data) for data in engine.parts.copy.kept("witnessed/").values()]
    made = Made(at_us=engine.now_us, by=state.me.party, words=words or f"everything {state.me.party} may read")
    return await asyncio.to_thread(_make, engine, head, others, made)


async def _head(engine: StationLoop, own: SignedCheckpoint) -> SignedCheckpoint:
    """Return the largest witnessed checkpoint that we have proven ourselves, if the host is there to ask; else our own."""
    with contextlib.suppress(DetenteError):
        note = await engine.client.checkpoint(witnessed=True)
        signed = engine.state.open_note(note)
        size = signed.checkpoint.size
        if 0 < size <= engine.state.following.size and engine.state.following.tree.root(size) == signed.checkpoint.root:
            return signed
    return own


def _make(engine: StationLoop, head: SignedCheckpoint, others: list[SignedCheckpoint], made: Made) -> bytes:
    state, copy = engine.state, engine.parts.copy
    size = head.checkpoint.size
    shown: list[Shown] = []
    told: dict[str, list[ToldEntry]] = {}
    signed_up_to: dict[tuple[str, ...], int] = {}  # by whom we told: each list is shown as far as we signed for it
    start = 0
    while page := copy.known(start, 1024):
        for index, _, raw in page:
            start = index + 1
            if index >= size:
                continue
            known = _KNOWN.decode(raw)
            shown.append(
                Shown(
                    facets=known.facets,
                    header=known.header,
                    header_salt=known.header_salt,
                    leaf=copy.leaves_joined(index, index + 1).hex(),
                    signature=known.signature,
                )
            )
            if known.header.author != state.me.party:
                told.setdefault(known.header.author, []).append(ToldEntry(id=known.id, index=index))
            elif known.header.kind.startswith("watermark/"):
                to = known.header.audience
                signed_up_to[to] = _told_size(known) or signed_up_to.get(to, 0)
    return make_bundle(
        genesis=engine.parts.genesis,
        head=head,
        tree=state.following.tree,
        entries=shown,
        made=made,
        acknowledged=list(copy.kept("acked/").values()),
        checkpoints=[other for other in others if other.checkpoint.size < size],
        forks=[state.following.fork] if state.following.fork is not None else (),
        key=state.me.station_key,
        leaves=list(copy.leaves(0, size)) if size <= LEAVES_AT_MOST else None,
        lists=[
            ToldList(
                authors=to,
                entries=tuple(item for author in to for item in told.get(author, []) if item.index < size),
                party=state.me.party,
            )
            for to, size in sorted(signed_up_to.items())
            if size and len(to) == 1
        ],
        ruleset={"code": "detente-station/1", "tables": TABLES},
    )


def _told_size(known: ReadableEntry) -> int:
    """Return the size that a watermark of ours speaks of; 0 where its body is gone."""
    facet = known.facets[0]
    return 0 if facet is None else msgspec.json.decode(bytes(facet.facet.body), type=Watermark).size
