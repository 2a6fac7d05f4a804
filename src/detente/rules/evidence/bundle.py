"""The investigator's bundle: one file that lets a stranger check what was recorded, by whom, when, and who was told.

Pure: `make_bundle` puts together what one party holds and returns the bytes; who reads them uses the separate verifier
(`verifier/detente_verify.py`), which imports nothing from here. Nothing gets in that the maker may not read.
Format and example: docs/formats/bundle.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from detente.ledger import canonical
from detente.ledger.canonical import Count, Hex32, Hex64, PartyId
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint
from detente.ledger.checkpoints.fork import ForkEvidence
from detente.ledger.entry import Header
from detente.ledger.facets import Openings
from detente.ledger.genesis import SignedGenesis, genesis_leaf, ledger_id
from detente.ledger.keys import SigningKey
from detente.ledger.shown import Shown, check_shown
from detente.ledger.tree import Tree, leaf_hash

FORMAT: Final = "detente/bundle/1"
WITH_ACKNOWLEDGED: Final = "detente/bundle/2"
"""The format of a file with direct acknowledgements; one without any is of the first format, which older verifiers read."""
SEAL_DOMAIN: Final = b"detente/bundle/v1\n"


class ToldQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Was `party` told of entry `about` before this time? What the verifier answers without being asked."""

    about: Hex32
    before_us: Count
    party: str


class ToldEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry on a told list: its id and ledger index."""

    id: Hex32
    index: Count


class ToldList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that `authors` addressed to a party, in ledger order: what the party's watermarks to them sign for."""

    authors: tuple[str, ...]
    entries: tuple[ToldEntry, ...]
    party: str


class Made(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who made the bundle, when by their own clock (µs), and what for, in words."""

    at_us: Count
    by: str
    words: str


class _Received(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Hex32
    received_at_us: Count


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer of a station to an urgent entry that came directly, as it signed it (station-api.md, "Direct endpoints").

    Its times are that station's own clock's.
    """

    from_: PartyId = msgspec.field(name="from")
    kind: str
    ledger: Hex32
    payload: _Received
    sent_at_us: Count
    signature: Hex64
    to: PartyId


class _Checkpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    consistency: tuple[str, ...]
    note: str


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    facets: Openings
    header: Header
    header_salt: Hex32
    inclusion: tuple[str, ...]
    leaf: str
    signature: Hex64


class _Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: Hex32
    signature: Hex64


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Hex32
    index: Count
    received_at_us: Count
    words: str


class Bundle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file, field by field (docs/formats/bundle.md)."""

    acknowledged: tuple[Acknowledged, ...] | msgspec.UnsetType = msgspec.UNSET
    bundle: str
    checkpoints: tuple[_Checkpoint, ...]
    entries: tuple[_Entry, ...]
    forks: tuple[ForkEvidence, ...]
    genesis: SignedGenesis
    genesis_inclusion: tuple[str, ...]
    leaves: str | None
    lists: tuple[ToldList, ...]
    made: Made
    questions: tuple[ToldQuestion, ...]
    ruleset: dict[str, str]
    seal: _Seal | None
    timeline: tuple[_Row, ...]


def make_bundle(
    *,
    genesis: SignedGenesis,
    head: SignedCheckpoint,
    tree: Tree,
    entries: Sequence[Shown],
    made: Made,
    acknowledged: Sequence[bytes] = (),
    checkpoints: Sequence[SignedCheckpoint] = (),
    forks: Sequence[ForkEvidence] = (),
    key: SigningKey | None = None,
    leaves: Sequence[bytes] | None = None,
    lists: Sequence[ToldList] = (),
    questions: Sequence[ToldQuestion] = (),
    ruleset: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
) -> bytes:
    """Return a bundle's canonical bytes.

    `acknowledged` are the stations' signed answers to urgent entries that came directly, in any order.
    `entries` are those to show, as the maker may read them, in any order, without genesis; give every `party`,
    `officer` and `watermark` entry the maker holds, or the verifier has to call what rests on them missing. `head` is
    the checkpoint that everything is proven into (take one with cosignatures), `checkpoints` are smaller ones to show
    beside it. `tree` holds at least the leaves of `head`. `leaves` (all of them, to `head`) let a reader recompute the
    root; leave them out of large ledgers. `words` are the readable line for an entry id. With `key`, one of the maker's
    own, the whole file is signed. Raises EvidenceError if an entry does not hash to its leaf, ValueError if the tree
    is not the head's.
    """
    size = head.checkpoint.size
    if tree.size < size or tree.root(size) != head.checkpoint.root:
        raise ValueError(f"the tree given is not that of the checkpoint at size {size}")
    if tree.leaf_hash_at(0) != leaf_hash(genesis_leaf(genesis.genesis)):
        raise ValueError("leaf 0 of the tree given is not this genesis")
    shown = sorted(
        ((*check_shown(entry, genesis.genesis.slots, ledger_id(genesis.genesis)), entry) for entry in entries),
        key=lambda item: item[0].index,
    )
    others = {signed.checkpoint.size: signed for signed in checkpoints if signed.checkpoint.size < size}
    said = words or {}
    answers = sorted((_ACKNOWLEDGED.decode(data) for data in acknowledged), key=lambda a: (a.payload.id, a.from_))
    bundle = Bundle(
        acknowledged=tuple(answers) or msgspec.UNSET,
        bundle=WITH_ACKNOWLEDGED if answers else FORMAT,
        checkpoints=tuple(_checkpoint(others.get(at, head), tree, size) for at in sorted({*others, size})),
        entries=tuple(_entry(entry, _hex(tree.inclusion_proof(leaf.index, size))) for leaf, _, entry in shown),
        forks=tuple(forks),
        genesis=genesis,
        genesis_inclusion=_hex(tree.inclusion_proof(0, size)),
        leaves=None if leaves is None else b"".join(leaves[:size]).hex(),
        lists=tuple(lists),
        made=made,
        questions=tuple(questions),
        ruleset=dict(ruleset or {}),
        seal=None,
        timeline=tuple(
            _Row(
                id=checked.id.hex(),
                index=leaf.index,
                received_at_us=leaf.received_at_us,
                words=said.get(checked.id.hex()) or plain_words(checked.header),
            )
            for leaf, checked, _ in shown
        ),
    )
    if key is not None:
        signature = key.sign(SEAL_DOMAIN + canonical.encode(bundle))
        bundle = msgspec.structs.replace(bundle, seal=_Seal(key=key.public.hex(), signature=signature.hex()))
    return canonical.encode(bundle)


_ACKNOWLEDGED = msgspec.json.Decoder(Acknowledged)


def plain_words(header: Header) -> str:
    """Return the line for an entry about which nothing better is known: who, which kind, to whom."""
    to = ", ".join(party for party in header.audience if party != header.author)
    return f"{header.author}: {header.kind}" + (f" to {to}" if to else " (own)")


def _checkpoint(signed: SignedCheckpoint, tree: Tree, size: int) -> _Checkpoint:
    consistency = _hex(tree.consistency_proof(signed.checkpoint.size, size))
    return _Checkpoint(consistency=consistency, note=signed.data.decode())


def _entry(entry: Shown, inclusion: tuple[str, ...]) -> _Entry:
    return _Entry(
        facets=entry.facets,
        header=entry.header,
        header_salt=entry.header_salt,
        inclusion=inclusion,
        leaf=entry.leaf,
        signature=entry.signature,
    )


def _hex(proof: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(node.hex() for node in proof)
