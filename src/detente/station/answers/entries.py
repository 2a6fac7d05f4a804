"""Entries: one, or a page of them; which id begins so, who has which version, what came directly, the receipt that is held."""

from __future__ import annotations

import asyncio
from typing import cast

import msgspec

from detente.api.entries import (
    AcknowledgedAsked,
    DirectAcknowledgements,
    DirectAsked,
    DirectEntries,
    DirectRow,
    EntriesAsked,
    EntryAsked,
    EntryFound,
    EntryPage,
    IdAsked,
    IdFound,
    ProvenEntry,
    ReadersAsked,
    ReceiptAsked,
    ShownEntry,
    ThreadReaders,
)
from detente.errors import Refused, problem
from detente.ledger.receipt import Receipt, read_receipt
from detente.node.station.peers_state import Direct
from detente.records.entries.erasure import ERASABLE_ALONE
from detente.records.entries.supersede import still_held
from detente.station.answers.basis import basis
from detente.station.answers.finding import id_bytes, not_found, over_row, over_rows
from detente.station.engine import StationLoop

FROM_LOG = "Copy it from `detente log`."
NAMED_AT_MOST = 3
"""Ids that are named where several begin alike."""


async def entries(engine: StationLoop, asked: EntriesAsked) -> EntryPage:
    """Return the readable entries from an index on."""
    rows = await asyncio.to_thread(engine.parts.copy.known, asked.from_, asked.limit)
    # As the copy keeps them: a page of a thousand is not read here only to be written again.
    shown = cast(tuple[ProvenEntry, ...], tuple(msgspec.Raw(raw) for _, _, raw in rows))
    return EntryPage(
        basis=basis(engine),
        entries=shown,
        next=rows[-1][0] + 1 if len(rows) == asked.limit else engine.state.following.next_entry,
        over=over_rows(engine, (entry.hex() for _, entry, _ in rows)),
    )


def entry(engine: StationLoop, asked: EntryAsked) -> EntryFound:
    """Return one entry: from the proven copy, or as it came directly, or as it waits in the queue; it says which."""
    state, identifier = engine.state, id_bytes(asked.entry)
    found = state.following.recent.get(identifier) or state.find(identifier)
    if found is not None:
        return _proven(engine, asked.entry, *found)
    held = state.peers.direct.get(identifier)
    if held is not None:
        return EntryFound(
            basis=basis(engine),
            entry=_delivered(held),
            from_=held.party,
            received_at_us=held.received_at_us,
            stands="direct, not in the ledger yet",
        )
    item = state.sending.outbox.items.get(identifier)
    if item is not None:
        waiting = msgspec.json.decode(item.raw, type=ShownEntry)
        return EntryFound(basis=basis(engine), entry=waiting, stands=item.state)
    raise Refused([not_found(asked.entry)])


def _proven(engine: StationLoop, text: str, index: int, raw: bytes) -> EntryFound:
    shown = msgspec.json.decode(raw, type=ShownEntry)
    gone = engine.parts.picture.heads.emptied(id_bytes(text).hex())
    alone = ERASABLE_ALONE.get(shown.header.kind.partition("/")[0], {})
    return EntryFound(
        basis=basis(engine),
        entry=shown,
        erased_parts=tuple(form for form, position in alone.items() if position in gone),
        index=index,
        over=over_row(engine, text),
        stands="proven",
    )


def _delivered(held: Direct) -> ShownEntry:
    return ShownEntry(**msgspec.structs.asdict(held.entry))


def full_id(engine: StationLoop, asked: IdAsked) -> IdFound:
    """Return the one id that begins with some digits: proven, come directly, or on its way out."""
    prefix = asked.prefix.lower()
    if not 4 <= len(prefix) <= 64 or prefix.strip("0123456789abcdef"):
        raise _no_id(asked.prefix, "must be an id, or its first 4 or more hex digits", FROM_LOG)
    state = engine.state
    begun = set(engine.parts.picture.heads.beginning(prefix))
    begun |= {
        i.hex()
        for held in (state.following.recent, state.peers.direct, state.sending.outbox.items)
        for i in held
        if i.hex().startswith(prefix)
    }
    if not begun:
        raise _no_id(asked.prefix, "is the start of no entry here", FROM_LOG)
    if len(begun) > 1:
        named = ", ".join(sorted(begun)[:NAMED_AT_MOST])
        raise _no_id(asked.prefix, f"is the start of {len(begun)} entries", f"Give more digits: {named}")
    return IdFound(basis=basis(engine), id=begun.pop())


def _no_id(prefix: str, rule: str, step: str) -> Refused:
    return Refused([problem("id", "prefix", prefix, rule, step)])


def readers(engine: StationLoop, asked: ReadersAsked) -> ThreadReaders:
    """Return which version of an own entry's thread each party has as live."""
    heads = engine.parts.picture.heads
    own = heads.entry(id_bytes(asked.entry).hex())
    if own is None or own.author != engine.state.me.party:
        raise Refused([not_found(asked.entry)])
    held, head = still_held(own.first, heads), heads.head_of(own.first)
    behind = {party: version for party, version in held.items() if version != head}
    return ThreadReaders(basis=basis(engine), behind=behind, head=head, readers=dict(held))


def direct(engine: StationLoop, asked: DirectAsked) -> DirectEntries:
    """Return the urgent entries that came directly and are not in the ledger yet."""
    rows = (
        DirectRow(entry=_delivered(held), from_=held.party, id=held.id, received_at_us=held.received_at_us)
        for held in engine.state.peers.direct.values()
    )
    return DirectEntries(basis=basis(engine), direct=tuple(rows))


def acknowledged(engine: StationLoop, asked: AcknowledgedAsked) -> DirectAcknowledgements:
    """Return which stations have acknowledged an urgent entry directly, and when by their own clocks."""
    return DirectAcknowledgements(
        acknowledged=engine.state.peers.acked.get(id_bytes(asked.entry), {}), basis=basis(engine)
    )


def receipt(engine: StationLoop, asked: ReceiptAsked) -> Receipt:
    """Return the receipt that is held for an own entry."""
    name = f"receipt/{id_bytes(asked.entry).hex()}"
    found = engine.parts.copy.kept(name).get(name)
    if found is None:
        raise Refused([not_found(asked.entry)])
    return read_receipt(found)
