"""Cosignatures: who may make one when, when a checkpoint counts as witnessed, and how two histories are caught."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from detente.errors import EvidenceError, Refused
from detente.ledger.checkpoints.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint, sign_checkpoint
from detente.ledger.checkpoints.cosignature import (
    CosignerKey,
    LastSeen,
    cosign,
    cosigned_at_s,
    cosigner_name,
    keep_known_lines,
    may_cosign,
    witnessed,
)
from detente.ledger.checkpoints.fork import ForkEvidence, check_against, compare, verify_fork
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.keys import SigningKey
from detente.ledger.tree import Tree

ORIGIN = "detente.example/levant"
HOST = SigningKey.from_seed(b"h" * 32)
KEY = NoteKey(name=ORIGIN, public=HOST.public)
STATIONS = {party: SigningKey.from_seed(party.encode().ljust(32, b".")) for party in ("cjtf", "rus", "un")}
COSIGNERS = {p: CosignerKey(name=cosigner_name(ORIGIN, p), public=k.public) for p, k in STATIONS.items()}
SECOND = 1_000_000
NOON = 1_474_113_600 * SECOND


def checkpoint_of(tree: Tree, size: int | None = None) -> SignedCheckpoint:
    size = tree.size if size is None else size
    return sign_checkpoint(Checkpoint(origin=ORIGIN, root=tree.root(size), size=size), HOST)


def tree_of(*leaves: str) -> Tree:
    tree = Tree()
    tree.extend(leaf.encode() for leaf in leaves)
    return tree


def cosigned(signed: SignedCheckpoint, *parties: str, time_s: int = 1_474_113_600) -> SignedCheckpoint:
    lines = [cosign(signed.checkpoint, COSIGNERS[p].name, STATIONS[p], time_s) for p in parties]
    return SignedCheckpoint(checkpoint=signed.checkpoint, note=signed.note.with_lines(lines))


def test_witnessed_means_more_than_half_of_the_stations() -> None:
    """Of three stations two must have cosigned; of four, three."""
    signed = checkpoint_of(tree_of("a", "b"))
    assert not witnessed(signed, COSIGNERS)
    assert not witnessed(cosigned(signed, "un"), COSIGNERS)
    assert not witnessed(cosigned(signed, "un", "un"), COSIGNERS)
    assert witnessed(cosigned(signed, "un", "rus"), COSIGNERS)
    four = {**COSIGNERS, "tur": CosignerKey(name=cosigner_name(ORIGIN, "tur"), public=KEY.public)}
    assert not witnessed(cosigned(signed, "un", "rus"), four)
    assert witnessed(cosigned(signed, "un", "rus", "cjtf"), four)


def test_one_key_is_one_voice() -> None:
    """Two parties that present the same key do not make a majority of two."""
    shared = {
        "a": CosignerKey(name=COSIGNERS["un"].name, public=COSIGNERS["un"].public),
        "b": CosignerKey(name=COSIGNERS["un"].name, public=COSIGNERS["un"].public),
        "c": COSIGNERS["rus"],
    }
    assert list(cosigned_at_s(cosigned(checkpoint_of(tree_of("a")), "un").note, shared)) == ["a"]


def test_a_cosignature_holds_for_its_time_and_checkpoint_only() -> None:
    """Time and text are both under the signature; a cosignature cannot be moved, nor dated again."""
    signed = cosigned(checkpoint_of(tree_of("a", "b")), "un")
    line = signed.note.signatures[1]
    key = COSIGNERS["un"]
    assert cosigned_at_s(signed.note, COSIGNERS) == {"un": 1_474_113_600}
    assert key.verifies(signed.note.text, line.signature)
    assert not key.verifies(checkpoint_of(tree_of("a", "c")).note.text, line.signature)
    assert not key.verifies(signed.note.text, (1_474_113_601).to_bytes(8, "big") + line.signature[8:])
    assert not key.verifies(signed.note.text, b"\xff" * 8 + line.signature[8:])
    assert not COSIGNERS["rus"].verifies(signed.note.text, line.signature)
    moved = checkpoint_of(tree_of("a", "c")).note.with_lines([line])
    with pytest.raises(EvidenceError):
        witnessed(SignedCheckpoint(checkpoint=signed.checkpoint, note=moved), COSIGNERS)


def test_a_cosignature_is_not_a_host_signature() -> None:
    """A line of the witness type never stands for the host, even under the host's name."""
    tree = tree_of("a")
    head = checkpoint_of(tree).checkpoint
    line = cosign(head, ORIGIN, HOST, 5)
    with pytest.raises(EvidenceError):
        open_checkpoint(
            SignedCheckpoint(checkpoint=head, note=checkpoint_of(tree).note).data.replace(
                checkpoint_of(tree).note.signatures[0].text().encode(), line.text().encode()
            ),
            KEY,
        )
    assert keep_known_lines(cosigned(checkpoint_of(tree), "un").note, [COSIGNERS["un"]])[0].name == f"{ORIGIN}/un"


def seen(size: int, received_at_us: int, tree: Tree) -> LastSeen:
    return LastSeen(origin=ORIGIN, received_at_us=received_at_us, root=tree.root(size), size=size)


TREE = tree_of("a", "b", "c")
HEAD = checkpoint_of(TREE).checkpoint


@pytest.mark.parametrize(
    ("received", "clock_us", "live", "code"),
    [
        ([NOON, NOON], NOON + 5 * SECOND, True, None),
        ([NOON, NOON], NOON + 5 * SECOND + 1, True, "cosign-back-dated"),
        ([NOON, NOON + 5 * SECOND], NOON, True, None),
        ([NOON, NOON + 5 * SECOND + 1], NOON, True, "cosign-future"),
        ([NOON + 2, NOON + 1], NOON, True, "cosign-backwards"),
        ([NOON - 1, NOON], NOON, True, "cosign-backwards"),
        ([NOON], NOON, True, "cosign-leaves"),
        ([NOON, NOON], NOON + 3600 * SECOND, False, None),
        ([NOON, NOON + 5 * SECOND + 1], NOON, False, "cosign-future"),
        ([NOON + 2, NOON + 1], NOON + 3600 * SECOND, False, "cosign-backwards"),
    ],
)
def test_the_cosignature_time_is_the_logged_time(
    received: list[int], clock_us: int, live: bool, code: str | None
) -> None:
    """A station vouches for `received_at` within 5 s of its clock; after an absence only for order and not-yet-future."""
    found = may_cosign(seen(1, NOON, TREE), HEAD, received, clock_us, live)
    assert (found.code if found else None) == code


def test_a_station_never_goes_back_or_aside() -> None:
    """A smaller size, another root at the same size, and another ledger are refused whatever the times."""
    assert may_cosign(seen(3, NOON, TREE), HEAD, [], NOON, True) is None
    smaller = checkpoint_of(TREE, 2).checkpoint
    other = checkpoint_of(tree_of("a", "b", "x")).checkpoint
    elsewhere = Checkpoint(origin=ORIGIN + "/replay", root=HEAD.root, size=3)
    codes = [may_cosign(seen(3, NOON, TREE), head, [], NOON, True) for head in (smaller, other, elsewhere)]
    assert [c.code for c in codes if c] == ["cosign-rewound", "cosign-fork", "cosign-origin"]
    assert may_cosign(None, HEAD, [NOON - 3, NOON - 2, NOON - 1], NOON, True) is None


def test_two_stations_shown_two_histories_convict_the_host() -> None:
    """Same size, two roots, both signed: the pair alone is the evidence, and anyone with the host's key can check it."""
    shown_to_un, shown_to_rus = checkpoint_of(tree_of("a", "b")), checkpoint_of(tree_of("a", "x"))
    comparison = compare([shown_to_un, shown_to_rus, shown_to_un])
    assert len(comparison.forks) == 1 and not comparison.undecided
    verify_fork(comparison.forks[0], KEY)


def test_histories_of_different_sizes_convict_the_host_too() -> None:
    """The larger history, held by its station, has another root at the smaller size; the consistency proof shows it."""
    for old_size in range(1, 9):
        mine = tree_of(*"abcdefghi")
        theirs = tree_of(*"abcdefgh"[: old_size - 1], "forged")
        own, other = checkpoint_of(mine), checkpoint_of(theirs)
        assert compare([other, own]).undecided == ((other, own),)
        evidence = check_against(mine, own, other)
        assert evidence is not None
        verify_fork(evidence, KEY)
        assert check_against(mine, own, checkpoint_of(mine, old_size)) is None


def test_nobody_can_convict_an_honest_host() -> None:
    """Evidence made of agreeing checkpoints, of a made-up root, or of notes the host did not sign convicts nobody."""
    tree = tree_of(*"abcdefgh")
    own, older = checkpoint_of(tree), checkpoint_of(tree, 5)
    honest = ForkEvidence(
        first=older.data.decode(),
        proof=tuple(node.hex() for node in tree.consistency_proof(5)),
        root_in_second=tree.root(5).hex(),
        second=own.data.decode(),
    )
    with pytest.raises(EvidenceError, match="agree"):
        verify_fork(honest, KEY)
    with pytest.raises(EvidenceError, match="does not show"):
        verify_fork(
            ForkEvidence(first=honest.first, proof=honest.proof, root_in_second="00" * 32, second=honest.second), KEY
        )
    forged = sign_checkpoint(Checkpoint(origin=ORIGIN, root=bytes(32), size=8), SigningKey.from_seed(b"z" * 32))
    with pytest.raises(EvidenceError):
        verify_fork(
            ForkEvidence(first=forged.data.decode(), proof=(), root_in_second=tree.root().hex(), second=honest.second),
            KEY,
        )
    with pytest.raises(ValueError):
        check_against(tree, older, own)
    with pytest.raises(Refused):
        verify_fork(ForkEvidence(first="x", proof=(), root_in_second="00" * 32, second=honest.second), KEY)


def test_the_published_fork_vectors_hold() -> None:
    """Each case of docs/formats/vectors/fork.json convicts, or not, as it says."""
    vectors = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/fork.json").read_text())
    for case in vectors["cases"]:
        evidence = msgspec.convert(case["evidence"], ForkEvidence)
        if case["convicts"]:
            verify_fork(evidence, NoteKey.from_vkey(vectors["host"]))
        else:
            with pytest.raises(EvidenceError):
                verify_fork(evidence, NoteKey.from_vkey(vectors["host"]))
