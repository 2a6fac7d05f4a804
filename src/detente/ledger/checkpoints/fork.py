"""Two histories under one name: how stations find them by comparing checkpoints, and the proof that anyone can check.

A host may show station A one ledger and station B another. As soon as A and B compare the checkpoints they were given,
the host is caught by its own signatures:

    first    signed by the host: size m, root R
    second   signed by the host: size n >= m, and its leaves 0 .. m-1 have another root R' (shown by a consistency proof)

Both statements cannot be true of one append-only ledger. Format: docs/formats/checkpoint.md, "Fork evidence".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from detente.errors import EvidenceError
from detente.ledger.canonical import Hex32, unhex
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.tree import Tree, verify_consistency


class ForkEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Both signed checkpoints, the root that the second gives to the first's size, and the proof that it does.

    With equal sizes the proof is empty and `root_in_second` is the second's own root.
    """

    first: str
    proof: tuple[Hex32, ...]
    root_in_second: Hex32
    second: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of checkpoints says: contradictions, and pairs (older, newer) that need a consistency proof to judge."""

    forks: tuple[ForkEvidence, ...]
    undecided: tuple[tuple[SignedCheckpoint, SignedCheckpoint], ...]


def compare(checkpoints: Sequence[SignedCheckpoint]) -> Comparison:
    """Compare checkpoints of one ledger, all opened with the host's key, as stations exchange them.

    Equal sizes are judged at once. Of different sizes, each neighbouring pair in order of size is left to
    `check_against` (for who holds the leaves) or to a consistency proof asked of the host.
    """
    by_size: dict[int, SignedCheckpoint] = {}
    forks: list[ForkEvidence] = []
    for signed in checkpoints:
        held = by_size.setdefault(signed.checkpoint.size, signed)
        if held.checkpoint.root != signed.checkpoint.root:
            forks.append(_evidence(held, signed, signed.checkpoint.root, []))
    sizes = sorted(by_size)
    pairs = tuple((by_size[a], by_size[b]) for a, b in pairwise(sizes) if a)
    return Comparison(forks=tuple(forks), undecided=pairs)


def check_against(tree: Tree, own: SignedCheckpoint, other: SignedCheckpoint) -> ForkEvidence | None:
    """Compare another station's checkpoint with our own, whose leaves are in `tree`.

    Returns evidence if the two contradict each other, None if the other's history is a part of ours. An `other` larger
    than our own cannot be judged yet: raises ValueError; fetch the leaves first.
    """
    size = other.checkpoint.size
    if size > own.checkpoint.size:
        raise ValueError("the other checkpoint is larger than ours: fetch its leaves before comparing")
    root = tree.root(size)
    if root == other.checkpoint.root:
        return None
    return _evidence(other, own, root, tree.consistency_proof(size, own.checkpoint.size))


def verify_fork(evidence: ForkEvidence, host_key: NoteKey) -> None:
    """Return quietly if the evidence convicts the holder of `host_key`; raise EvidenceError or Refused if it does not."""
    first = open_checkpoint(evidence.first.encode(), host_key).checkpoint
    second = open_checkpoint(evidence.second.encode(), host_key).checkpoint
    root = unhex(evidence.root_in_second, 32, "root_in_second")
    proof = [unhex(node, 32, f"proof[{at}]") for at, node in enumerate(evidence.proof)]
    if not verify_consistency(first.size, second.size, root, second.root, proof):
        raise EvidenceError("the proof does not show what root the second history had at the first one's size")
    if root == first.root:
        raise EvidenceError("the two checkpoints agree: the second history contains the first")


def _evidence(first: SignedCheckpoint, second: SignedCheckpoint, root: bytes, proof: Sequence[bytes]) -> ForkEvidence:
    return ForkEvidence(
        first=first.data.decode(),
        proof=tuple(node.hex() for node in proof),
        root_in_second=root.hex(),
        second=second.data.decode(),
    )
