"""The witness protocol: another log's requests, in order, get the answers that another witness gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.errors import Refused
from detente.ledger.checkpoints.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from detente.ledger.checkpoints.cosignature import CosignerKey, cosign
from detente.ledger.checkpoints.note import NoteKey, parse_signature_lines
from detente.ledger.checkpoints.witness import (
    SIZE_TYPE,
    AddCheckpoint,
    Followed,
    WitnessReply,
    accepted,
    decide,
    parse_request,
)
from detente.ledger.keys import SigningKey
from detente.ledger.tree import EMPTY_ROOT, Tree, leaf_hash

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/witness.json").read_text())
HOST = SigningKey.from_seed(b"h" * 32)
ORIGIN = "detente.example/levant"
KEY = NoteKey(name=ORIGIN, public=HOST.public)


def test_a_public_logs_run_of_requests() -> None:
    """Two hundred, 403, 404, 422, 409 with the size, 400: as tlog-witness says, state kept only for what was accepted."""
    origin = VECTORS["origin"]
    log = Followed(keys=(NoteKey(name=origin, public=bytes.fromhex(VECTORS["log_key"])),))
    for step in VECTORS["steps"]:
        answer = decide(step["request"].encode(), {origin: log})
        if isinstance(answer, SignedCheckpoint):
            log = Followed(keys=log.keys, root=answer.checkpoint.root, size=answer.checkpoint.size)
            assert step["status"] == 200, step["what"]
        else:
            assert answer.status == step["status"], step["what"]
            if answer.status == 409:
                assert (answer.content_type, answer.body) == (SIZE_TYPE, b"%d\n" % step["size"])
        assert log.size == step["size"], step["what"]


def request(old: int, proof: list[bytes], head: Checkpoint) -> bytes:
    return AddCheckpoint(checkpoint=sign_checkpoint(head, HOST).data, old_size=old, proof=tuple(proof)).encode()


@pytest.mark.parametrize(
    ("known", "old", "size", "root", "proof", "status"),
    [
        (0, 0, 0, EMPTY_ROOT, [], 200),
        (0, 0, 0, EMPTY_ROOT, [leaf_hash(b"leaf")], 422),
        (0, 0, 1, leaf_hash(b"leaf"), [], 200),
        (0, 0, 1, leaf_hash(b"leaf"), [leaf_hash(b"leaf")], 422),
        (1, 0, 1, leaf_hash(b"leaf"), [leaf_hash(b"leaf")], 409),
        (1, 1, 0, EMPTY_ROOT, [], 400),
        (1, 1, 1, leaf_hash(b"leaf"), [], 200),
        (1, 1, 1, leaf_hash(b"leaf"), [leaf_hash(b"leaf")], 422),
        (1, 1, 1, leaf_hash(b"other"), [], 409),
    ],
)
def test_sizes_at_the_edge(known: int, old: int, size: int, root: bytes, proof: list[bytes], status: int) -> None:
    """The empty tree, the first leaf, the same size again, and a root that changed at the same size."""
    log = Followed(keys=(KEY,), root=leaf_hash(b"leaf") if known else EMPTY_ROOT, size=known)
    answer = decide(request(old, proof, Checkpoint(origin=ORIGIN, root=root, size=size)), {ORIGIN: log})
    assert (200 if isinstance(answer, SignedCheckpoint) else answer.status) == status
    if isinstance(answer, WitnessReply) and status == 409 and root == leaf_hash(b"other"):
        assert answer.contradiction and answer.problem and answer.problem.code == "witness-fork"


def test_malformed_requests_are_answered_with_400() -> None:
    """Wrong words, numbers, hashes, too many hashes, no checkpoint: 400, in words."""
    tree = Tree()
    tree.append(b"a")
    good = request(0, [], Checkpoint(origin=ORIGIN, root=tree.root(), size=1)).decode()
    hash_line = "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    for bad in (
        good.replace("old 0", "old 00"),
        good.replace("old 0", "old -1"),
        good.replace("old 0", "old"),
        good.replace("old 0", "size 0"),
        good.replace("old 0\n", "old 0\nxx\n"),
        good.replace("old 0\n", "old 0\n" + hash_line.replace("=", "")),
        good.replace("old 0\n", "old 0\n" + 64 * hash_line),
        good.replace("\n\n", "\n"),
        "",
        "old 0\n\n",
        good.replace("\n1\n", "\n01\n"),
    ):
        answer = decide(bad.encode(), {ORIGIN: Followed(keys=(KEY,))})
        assert isinstance(answer, WitnessReply) and answer.status == 400 and answer.body.endswith(b"\n"), bad
    with pytest.raises(Refused):
        parse_request("old 0\né\n\nx".encode())


def test_the_answer_to_an_accepted_request_is_the_cosignature_line() -> None:
    """The body of a 200 is signature lines that verify when put under the checkpoint."""
    tree = Tree()
    tree.append(b"a")
    head = Checkpoint(origin=ORIGIN, root=tree.root(), size=1)
    station = SigningKey.from_seed(b"s" * 32)
    answer = accepted([cosign(head, f"{ORIGIN}/un", station, 1_474_113_600)])
    assert answer.status == 200
    [line] = parse_signature_lines(answer.body.decode())
    assert CosignerKey(name=f"{ORIGIN}/un", public=station.public).verifies(head.text(), line.signature)
