"""Receipts: the host's answer to a submission, which anyone can hold against it later.

A receipt says "entry <id> is this leaf, and here is the proof that the leaf stands in the ledger under a checkpoint that
I signed". It comes in two grades: *host-signed*, at once, and *witnessed*, when more than half of the stations have
cosigned the checkpoint in it. The second cannot be made by a lying host alone. A receipt proves *recorded*, never
*told*: that is a watermark (docs/formats/told.md). Format, example, vectors: docs/formats/receipt.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from detente.errors import EvidenceError
from detente.ledger import canonical
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint
from detente.ledger.checkpoints.cosignature import CosignerKey, witnessed
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.checkpoints.proof import TlogProof, parse_proof, verify_proof
from detente.ledger.entry import header_commitment
from detente.ledger.leaf import Leaf, decode_leaf
from detente.ledger.tree import leaf_hash

_ENCODER = msgspec.json.Encoder()


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Entry id, leaf bytes in hex, and the proof file (`.tlog-proof`) as text."""

    id: canonical.Hex32
    leaf: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{2})+\Z")]
    proof: str


class CheckedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a checked receipt shows: the decoded leaf (index, received_at_us) and the checkpoint it stands under."""

    leaf: Leaf
    signed: SignedCheckpoint


def make_receipt(entry_id: bytes, leaf: bytes, index: int, hashes: Sequence[bytes], checkpoint: bytes) -> Receipt:
    """Put a receipt together; `checkpoint` is the signed note of the batch (or a later one, with cosignatures).

    The caller has stored the leaf and signed the checkpoint already: store, root, sign, answer.
    """
    proof = TlogProof(checkpoint=checkpoint, hashes=tuple(hashes), index=index)
    return Receipt(id=entry_id.hex(), leaf=leaf.hex(), proof=proof.encode().decode())


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the canonical bytes of a receipt (what `canonical.encode` gives, without its checks: the hot path)."""
    return _ENCODER.encode(receipt)


def read_receipt(data: bytes) -> Receipt:
    """Read canonical bytes, or raise Refused. Nothing is proven yet: `check_receipt`."""
    return canonical.decode(data, Receipt)


def check_receipt(receipt: Receipt, slots: int, header_salt: bytes, *host_keys: NoteKey) -> CheckedReceipt:
    """Check a receipt offline against the host's key; raises Refused (form) or EvidenceError (it does not hold).

    `header_salt` is the 32-byte salt under which the leaf commits to the entry's id: the author chose it, and those
    addressed were given it. Whoever lacks it can check the leaf's place, but not which entry it is.
    """
    proof = parse_proof(receipt.proof.encode())
    leaf_bytes = bytes.fromhex(receipt.leaf)
    leaf = decode_leaf(leaf_bytes, slots)
    signed = verify_proof(proof, leaf_hash(leaf_bytes), *host_keys)
    if leaf.index != proof.index:
        raise EvidenceError(f"the leaf says index {leaf.index}, its proof {proof.index}")
    if header_commitment(header_salt, bytes.fromhex(receipt.id)) != leaf.header_commitment:
        raise EvidenceError(f"the leaf at index {leaf.index} is not that of entry {receipt.id}")
    return CheckedReceipt(leaf=leaf, signed=signed)


def receipt_witnessed(checked: CheckedReceipt, cosigners: Mapping[str, CosignerKey]) -> bool:
    """Say whether the receipt is of the second grade: its checkpoint is cosigned by more than half of the stations."""
    return witnessed(checked.signed, cosigners)
