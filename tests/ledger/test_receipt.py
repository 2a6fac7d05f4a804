"""Proof files and receipts: what the host answered can be held against it, by anyone, later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.errors import EvidenceError, Refused
from detente.ledger import canonical
from detente.ledger.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from detente.ledger.checkpoints.cosignature import CosignerKey, cosign, cosigner_name
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.checkpoints.proof import TlogProof, parse_proof, verify_proof
from detente.ledger.entry import header_commitment
from detente.ledger.keys import SigningKey
from detente.ledger.leaf import Leaf, encode_leaf
from detente.ledger.receipt import (
    Receipt,
    check_receipt,
    encode_receipt,
    make_receipt,
    read_receipt,
    receipt_witnessed,
)
from detente.ledger.tree import Tree, leaf_hash

VECTORS = Path(__file__).parents[2] / "docs/formats/vectors"
ORIGIN = "detente.example/levant"
HOST = SigningKey.from_seed(b"h" * 32)
KEY = NoteKey(name=ORIGIN, public=HOST.public)
STATIONS = {party: SigningKey.from_seed(party.encode().ljust(32, b".")) for party in ("cjtf", "rus", "un")}
COSIGNERS = {p: CosignerKey(name=cosigner_name(ORIGIN, p), public=k.public) for p, k in STATIONS.items()}
SLOTS = 3
SALT = b"s" * 32
NOON = 1_474_113_600_000_000


def entry_id(number: int) -> bytes:
    return leaf_hash(b"entry %d" % number)


def leaf_of(number: int) -> bytes:
    commitment = header_commitment(SALT, entry_id(number))
    return encode_leaf(Leaf(number, NOON + number, commitment, (bytes(32),) * 4, bytes(16 * SLOTS)))


def ledger_of(size: int) -> tuple[Tree, bytes]:
    tree = Tree()
    tree.extend(leaf_of(number) for number in range(size))
    return tree, sign_checkpoint(Checkpoint(origin=ORIGIN, root=tree.root(), size=size), HOST).data


def receipt_of(number: int, size: int) -> Receipt:
    tree, note = ledger_of(size)
    return make_receipt(entry_id(number), leaf_of(number), number, tree.inclusion_proof(number), note)


def test_the_published_vectors_hold() -> None:
    """Every vector of docs/formats/vectors/receipt.json reads, checks and is written back byte for byte."""
    for case in json.loads((VECTORS / "receipt.json").read_text())["receipts"]:
        data = case["receipt"].encode()
        receipt = read_receipt(data)
        assert encode_receipt(receipt) == canonical.encode(receipt) == data
        key = NoteKey.from_vkey(case["host"])
        checked = check_receipt(receipt, case["slots"], bytes.fromhex(case["header_salt"]), key)
        assert (checked.leaf.index, checked.leaf.received_at_us) == (case["index"], case["received_at_us"])
        cosigners = {party: CosignerKey.from_vkey(text) for party, text in case["cosigners"].items()}
        assert receipt_witnessed(checked, cosigners) == case["witnessed"]


def test_a_receipt_holds_for_every_entry_of_a_batch() -> None:
    """One checkpoint signature serves the whole batch: each entry's receipt proves its own leaf under it."""
    for number in range(9):
        receipt = receipt_of(number, 9)
        assert encode_receipt(receipt) == canonical.encode(receipt)
        checked = check_receipt(read_receipt(encode_receipt(receipt)), SLOTS, SALT, KEY)
        assert (checked.leaf.index, checked.leaf.received_at_us, checked.signed.checkpoint.size) == (
            number,
            NOON + number,
            9,
        )


def test_a_receipt_proves_one_entry_only() -> None:
    """Another id, salt, leaf, proof or ledger under the same receipt is caught."""
    receipt, other = receipt_of(4, 9), receipt_of(5, 9)
    for bad in (
        Receipt(id=other.id, leaf=receipt.leaf, proof=receipt.proof),
        Receipt(id=receipt.id, leaf=other.leaf, proof=receipt.proof),
        Receipt(id=receipt.id, leaf=receipt.leaf, proof=other.proof),
        Receipt(id=receipt.id, leaf=receipt.leaf[:-2], proof=receipt.proof),
    ):
        with pytest.raises(EvidenceError):
            check_receipt(bad, SLOTS, SALT, KEY)
    with pytest.raises(EvidenceError):
        check_receipt(receipt, SLOTS, b"t" * 32, KEY)
    with pytest.raises(Refused):
        check_receipt(receipt, SLOTS, SALT, NoteKey(name=ORIGIN + "/replay", public=HOST.public))
    with pytest.raises(EvidenceError):
        check_receipt(receipt, SLOTS, SALT, NoteKey(name=ORIGIN, public=STATIONS["un"].public))


def test_a_receipt_with_any_byte_changed_is_refused() -> None:
    """One bit of any byte of a receipt changed, and it no longer checks."""
    data = encode_receipt(receipt_of(3, 6))
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 7)
        with pytest.raises((Refused, EvidenceError)):
            check_receipt(read_receipt(bytes(changed)), SLOTS, SALT, KEY)


def test_an_index_outside_the_leaf_is_noticed() -> None:
    """The leaf names its own index: a proof for the same leaf bytes at another place is not believed."""
    tree = Tree()
    tree.append(leaf_of(1))
    note = sign_checkpoint(Checkpoint(origin=ORIGIN, root=tree.root(), size=1), HOST).data
    with pytest.raises(EvidenceError, match="leaf says index 1"):
        check_receipt(make_receipt(entry_id(1), leaf_of(1), 0, [], note), SLOTS, SALT, KEY)


def test_witnessed_is_the_second_grade() -> None:
    """A receipt becomes witnessed when cosignatures of more than half of the stations are on its checkpoint."""
    tree, note = ledger_of(4)
    first = check_receipt(receipt_of(2, 4), SLOTS, SALT, KEY)
    assert not receipt_witnessed(first, COSIGNERS)
    lines = [cosign(first.signed.checkpoint, COSIGNERS[p].name, STATIONS[p], NOON // 10**6) for p in ("un", "rus")]
    later = first.signed.note.with_lines(lines).encode()
    second = make_receipt(entry_id(2), leaf_of(2), 2, tree.inclusion_proof(2), later)
    assert receipt_witnessed(check_receipt(second, SLOTS, SALT, KEY), COSIGNERS)
    assert note != later


def test_proof_files_read_and_write_alike() -> None:
    """Index, hashes, extra and checkpoint go round; the `extra` line is optional."""
    tree, note = ledger_of(7)
    for extra in (None, b"", b"seen on channel 4"):
        proof = TlogProof(checkpoint=note, extra=extra, hashes=tuple(tree.inclusion_proof(3)), index=3)
        data = proof.encode()
        assert data.startswith(b"c2sp.org/tlog-proof@v1\n") and parse_proof(data) == proof
        assert verify_proof(parse_proof(data), leaf_hash(leaf_of(3)), KEY).checkpoint.size == 7


@pytest.mark.parametrize(
    "head",
    [
        "wrong-header\nindex 0",
        "c2sp.org/tlog-proof@v1\nextra !!\nindex 0",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v1\nindex x",
        "c2sp.org/tlog-proof@v1\nindex -5",
        "c2sp.org/tlog-proof@v1\nindex 00",
        "c2sp.org/tlog-proof@v1\nindex  0",
        "c2sp.org/tlog-proof@v1\nindex 0\n!!",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + "A" * 86 + "==",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AA==",
        "c2sp.org/tlog-proof@v1\nindex 0" + "\n" + "\n".join(["A" * 43 + "="] * 64),
        "c2sp.org/tlog-proof@v1\r\nindex 0",
    ],
)
def test_malformed_proof_files_are_refused(head: str) -> None:
    """Each fault of form is named."""
    note = ledger_of(1)[1]
    with pytest.raises(Refused):
        parse_proof(head.encode() + b"\n\n" + note)
    with pytest.raises(Refused):
        parse_proof(head.encode())
