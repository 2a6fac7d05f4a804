"""Following the host's entries: checked against proven leaves, kept, and what was not handed over noticed."""

from __future__ import annotations

from collections.abc import Iterator

from detente.errors import Refused
from detente.ledger.entry import Checked, Header
from detente.ledger.facets import CLOSED
from detente.ledger.leaf import leaf_size
from detente.ledger.tree import leaf_hash
from detente.node.both.roles import roles_for
from detente.node.station.effects import Effect, Publish, Refetch
from detente.node.station.following.fold import MEMBERS, admit, believed_again, fold, judged
from detente.node.station.inputs import EntriesArrived
from detente.node.station.parts.checking import Bad, Believed, Brief, BriefPage, CheckedPage, commitments
from detente.node.station.parts.durable_change import Keep
from detente.node.station.parts.lodging import rows
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station

FAR_BEHIND = 2048
"""Leaves. A station further behind first proves and keeps everything, then folds it from its own copy (`reread`)."""


INCLUDED = 4096
"""Leaves, of which a hash lodged late is known to be in the ledger already."""


def entries_arrived(state: Station, arrived: EntriesArrived, now_us: int) -> list[Effect]:
    """Take in checked entries in order of the ledger, and notice what was not handed over."""
    page = arrived.page
    if page.first > state.following.next_entry and not arrived.again:
        return []
    if page.next > state.following.size:
        return []
    rows: list[tuple[int, bytes, bytes]] = []
    kept: list[tuple[str, bytes | None]] = []
    effects: list[Effect] = []
    behind = state.following.size - page.first > FAR_BEHIND or state.following.folded < state.following.next_entry
    first_hash = leaf_hash(arrived.leaves[: leaf_size(state.me.genesis.slots)])
    if arrived.leaves and first_hash != state.following.tree.leaf_hash_at(page.first):
        return raise_alarm(
            state, "root-mismatch", f"leaf {page.first}", "own copy differs from the proven tree", now_us
        )
    for bad in page.bad:
        effects += _bad_entry(state, bad, now_us)
    for entry in _whole_or_brief(page, behind):
        if entry.index < state.following.next_entry and entry.index not in state.following.missing:
            continue
        state.following.missing.pop(entry.index, None)
        words = authorise(state, entry.checked, entry.index)
        if words:
            effects += _bad_entry(state, Bad(index=entry.index, raw=entry.raw, words=words), now_us)
            continue
        rows.append((entry.index, entry.checked.id, entry.raw))
        effects += admit(state, entry, now_us)
        if not behind:
            rows += fold(state, entry, now_us, kept, effects)
    note_included(state, arrived.leaves)
    if state.sending.outbox.items or state.peers.lodged_here.held() or state.sending.lodged_by_us.held():
        awaited = {
            *state.sending.outbox.by_commitment,
            *state.peers.lodged_here.all(),
            *state.sending.lodged_by_us.all(),
        }
        for at, commitment in enumerate(commitments(arrived.leaves, state.me.genesis.slots), page.first):
            if commitment in awaited or at in state.sending.outbox.by_index:
                _settle_leaf(state, at, commitment, arrived.leaves, page.first, kept, effects, now_us)
    effects += _withheld(state, page.withheld, arrived, now_us)
    if page.next > state.following.next_entry:
        state.following.next_entry = page.next
        if not behind:
            state.following.folded = page.next
            if rows:
                kept.append(judged(state.following, page.next))
            state.picture.driver.advance(page.next, state.following.last_leaf_us)
    if rows or kept:
        effects.insert(0, Keep(known=rows, kept=kept))
    if rows:
        effects.append(Publish("entries", str(page.next)))
    return effects


def _whole_or_brief(page: CheckedPage | BriefPage, behind: bool) -> Iterator[Believed]:
    """Yield the entries that hold. While far behind, those that other processes checked are not taken apart again here."""
    if isinstance(page, CheckedPage):
        yield from page.believed
        return
    for brief in page.briefs:
        raw = page.raws[brief.at]
        if not behind or brief.kind.partition("/")[0] in MEMBERS:
            yield believed_again(brief.index, raw)
        else:
            yield Believed(
                checked=_stub(brief),
                erased=False,
                index=brief.index,
                raw=raw,
                received_at_us=brief.received_at_us,
            )


def _stub(brief: Brief) -> Checked:
    """Return what admission asks of an entry, and nothing else: who signed, of which kind, under which id."""
    header = Header(
        audience=(),
        author=brief.author,
        commitments=("", "", "", ""),
        key=brief.key,
        kind=brief.kind,
        ledger="",
        refers_to=(),
        signed_at_us=0,
        supersedes=None,
    )
    nothing = (b"", b"", b"", b"")
    return Checked(
        commitments=nothing,
        facets=(None, None, None, None),
        header=header,
        header_bytes=b"",
        header_commitment=b"",
        id=brief.id,
        openings=CLOSED,
        signature=b"",
        tags=b"",
    )


def authorise(state: Station, checked: Checked, index: int) -> str:
    """Say why the signer may not sign this at an index, or ""."""
    try:
        state.identity.signer_of(checked.header, index, roles_for(checked.header.kind))
    except Refused as refused:
        return str(refused)
    return ""


def _bad_entry(state: Station, bad: Bad, now_us: int) -> list[Effect]:
    return raise_alarm(state, "bad-entry", f"index {bad.index}", f"entry {bad.index}: {bad.words}", now_us, [bad.raw])


def _withheld(state: Station, withheld: dict[int, str], arrived: EntriesArrived, now_us: int) -> list[Effect]:
    """Ask once more for what bears our tag and was not given; then it is an alarm, and the author is asked directly."""
    effects: list[Effect] = []
    for index, author in withheld.items():
        known = index in state.following.missing
        state.following.missing[index] = author
        if not arrived.again and not known:
            effects.append(Refetch(index, index + 1))
        elif arrived.again:
            words = (
                f"leaf {index} bears the tag of {author} for us, and its entry was not handed over: "
                f"withheld by the host, or tagged by {author} without addressing us"
            )
            effects += raise_alarm(state, "withheld", f"index {index}", words, now_us, by=author)
    return effects


def note_included(state: Station, leaves: bytes) -> None:
    """Remember the newest proven leaves by what is lodged of them."""
    size = leaf_size(state.me.genesis.slots)
    for commitment in commitments(leaves[-INCLUDED * size :], state.me.genesis.slots):
        state.following.included[commitment] = None
    while len(state.following.included) > INCLUDED:
        del state.following.included[next(iter(state.following.included))]


def _settle_leaf(
    state: Station,
    index: int,
    commitment: bytes,
    leaves: bytes,
    first: int,
    kept: list[tuple[str, bytes | None]],
    effects: list[Effect],
    now_us: int,
) -> None:
    """Close what waited for this leaf: lodged hashes, and our own submission, whose leaf must be as we handed it in."""
    for lodged in state.peers.lodged_here.included(commitment):
        kept += [(name, None) for name in rows(commitment, lodged.party)]
    state.sending.lodged_by_us.included(commitment)
    by_receipt = state.sending.outbox.by_index.get(index)
    if by_receipt is not None:
        item = state.sending.outbox.items[by_receipt]
        if item.commitment != commitment:
            words = f"the receipt for {item.id.hex()} says index {index}, but another entry stands there in the proven ledger"
            effects += raise_alarm(state, "receipt-broken", item.id.hex(), words, now_us, [item.raw])
    own = state.sending.outbox.included(commitment)
    if own is None:
        return
    size = leaf_size(state.me.genesis.slots)
    leaf = leaves[(index - first) * size : (index - first + 1) * size]
    if leaf[17:] != own.leaf:
        words = f"the leaf of our entry {own.id.hex()} at index {index} is not the one handed in: a tag or commitment was changed"
        effects += raise_alarm(state, "leaf-changed", own.id.hex(), words, now_us, [own.raw, leaf])
    kept.append((f"outbox/{own.id.hex()}", None))
    for key in [k for k in state.peers.unacked if k[0] == own.id]:
        kept.append((f"unacked/{own.id.hex()}/{key[1]}", None))
        del state.peers.unacked[key]
