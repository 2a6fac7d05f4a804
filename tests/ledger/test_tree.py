"""The Merkle tree: known answers, every proof up to 300 leaves, and what a changed bit does to each."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.ledger.tree import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/tree.json").read_text())
EVERY = 300
"""Proofs are made and checked for every index and size up to here."""


def tree_of(size: int) -> Tree:
    tree = Tree()
    for number in range(size):
        tree.append(b"leaf %d" % number)
    return tree


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 defines it, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


def flips(data: bytes, bits: Iterator[int] | range) -> Iterator[bytes]:
    for bit in bits:
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        yield bytes(changed)


def test_known_answers_of_certificate_transparency() -> None:
    """Roots, inclusion proofs and consistency proofs are those of the reference test suite."""
    leaves = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
    roots = [bytes.fromhex(root) for root in VECTORS["roots"]]
    tree = Tree()
    for size, root in enumerate(roots):
        assert tree.root() == root == defined_root(leaves[:size])
        if size < len(leaves):
            assert tree.append(leaves[size]) == size
    assert [tree.root(size) for size in range(len(roots))] == roots
    for case in VECTORS["inclusion"]:
        index, size, proof = case["index"], case["size"], [bytes.fromhex(node) for node in case["proof"]]
        assert tree.inclusion_proof(index, size) == proof
        assert verify_inclusion(leaf_hash(leaves[index]), index, size, proof, roots[size])
    for case in VECTORS["consistency"]:
        old, new, proof = case["old"], case["new"], [bytes.fromhex(node) for node in case["proof"]]
        assert tree.consistency_proof(old, new) == proof
        assert verify_consistency(old, new, roots[old], roots[new], proof)


def test_every_inclusion_proof_up_to_300_leaves_verifies() -> None:
    """For every index below every size up to 300 the proof holds, and only for that leaf, index and size's root."""
    tree = tree_of(EVERY)
    hashes = [tree.leaf_hash_at(index) for index in range(EVERY)]
    roots = [tree.root(size) for size in range(EVERY + 1)]
    for size in range(1, EVERY + 1):
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            assert root_from_inclusion(hashes[index], index, size, proof) == roots[size]
            other = (index + 1) % size
            assert index == other or not verify_inclusion(hashes[index], other, size, proof, roots[size])
            assert index == other or not verify_inclusion(hashes[other], index, size, proof, roots[size])
            assert not verify_inclusion(hashes[index], index, size, [*proof, roots[size]], roots[size])
            assert not proof or not verify_inclusion(hashes[index], index, size, proof[:-1], roots[size])


def test_every_consistency_proof_up_to_300_leaves_verifies() -> None:
    """For every pair of sizes up to 300 the older tree is shown to be a prefix, and no other root passes for it."""
    tree = tree_of(EVERY)
    roots = [tree.root(size) for size in range(EVERY + 1)]
    for new in range(EVERY + 1):
        for old in range(new + 1):
            proof = tree.consistency_proof(old, new)
            assert verify_consistency(old, new, roots[old], roots[new], proof)
            assert old == new or not verify_consistency(old, new, roots[new], roots[new], proof)
            assert not verify_consistency(new, old, roots[new], roots[old], proof) or old == new
            assert not verify_consistency(old, new, roots[old], roots[new], [*proof, roots[old]])
            assert not proof or not verify_consistency(old, new, roots[old], roots[new], proof[:-1])


def test_every_flipped_bit_breaks_every_small_proof() -> None:
    """Up to 24 leaves: every bit of every proof, leaf hash and root of every index and size, flipped alone, is noticed."""
    tree = tree_of(24)
    for size in range(1, 25):
        root = tree.root(size)
        for index in range(size):
            leaf, proof = tree.leaf_hash_at(index), tree.inclusion_proof(index, size)
            for bad in flips(leaf, range(256)):
                assert not verify_inclusion(bad, index, size, proof, root)
            for bad in flips(root, range(256)):
                assert not verify_inclusion(leaf, index, size, proof, bad)
            for at, node in enumerate(proof):
                for bad in flips(node, range(256)):
                    assert not verify_inclusion(leaf, index, size, [*proof[:at], bad, *proof[at + 1 :]], root)


def test_every_byte_of_proofs_up_to_64_leaves_matters() -> None:
    """Up to 64 leaves: one bit of every byte of every proof hash, flipped, is noticed, in both kinds of proof."""
    tree = tree_of(64)
    roots = [tree.root(size) for size in range(65)]
    for size in range(1, 65):
        for index in range(size):
            leaf, proof = tree.leaf_hash_at(index), tree.inclusion_proof(index, size)
            for at, node in enumerate(proof):
                for bad in flips(node, range((index + at) & 7, 256, 8)):
                    assert not verify_inclusion(leaf, index, size, [*proof[:at], bad, *proof[at + 1 :]], roots[size])
            path = tree.consistency_proof(index, size)
            for at, node in enumerate(path):
                for bad in flips(node, range((index + at) & 7, 256, 8)):
                    changed = [*path[:at], bad, *path[at + 1 :]]
                    assert not verify_consistency(index, size, roots[index], roots[size], changed)


def test_flipped_bits_break_proofs_up_to_300_leaves() -> None:
    """Beyond that, a seeded choice: for every (index, size) from 65 to 300 one random bit of one random hash is flipped."""
    chance = random.Random(1700)
    tree = tree_of(EVERY)
    roots = [tree.root(size) for size in range(EVERY + 1)]
    for size in range(65, EVERY + 1):
        for index in range(size):
            leaf = tree.leaf_hash_at(index)
            for proof, check in (
                (
                    tree.inclusion_proof(index, size),
                    lambda p, i=index, s=size, h=leaf: verify_inclusion(h, i, s, p, roots[s]),
                ),
                (
                    tree.consistency_proof(index, size),
                    lambda p, i=index, s=size: verify_consistency(i, s, roots[i], roots[s], p),
                ),
            ):
                if proof:
                    at = chance.randrange(len(proof))
                    [bad] = flips(proof[at], iter([chance.randrange(256)]))
                    assert not check([*proof[:at], bad, *proof[at + 1 :]])


def test_wrong_sizes_and_lengths_are_no_proof() -> None:
    """Indexes outside the size, hashes of other lengths and empty-tree claims are refused, not misread."""
    tree = tree_of(8)
    leaf, root, proof = tree.leaf_hash_at(3), tree.root(), tree.inclusion_proof(3)
    assert verify_inclusion(leaf, 3, 8, proof, root)
    for index, size in [(-1, 8), (8, 8), (3, 0), (3, 4), (3, 16), (0, 0)]:
        assert not verify_inclusion(leaf, index, size, proof, root)
    assert not verify_inclusion(leaf[:-1], 3, 8, proof, root)
    assert not verify_inclusion(leaf, 3, 8, [proof[0], proof[1] + proof[2]], root)
    assert not verify_consistency(0, 0, root, root, [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert verify_consistency(0, 8, EMPTY_ROOT, root, [])
    assert not verify_consistency(0, 8, root, root, [])
    assert not verify_consistency(0, 8, EMPTY_ROOT, root, [root])
    assert not verify_consistency(4, 8, tree.root(4), root, [])
    for bad in (
        lambda: tree.root(9),
        lambda: tree.inclusion_proof(8),
        lambda: tree.consistency_proof(9),
        lambda: tree.append_hash(b""),
    ):
        with pytest.raises(ValueError):
            bad()


def test_leaves_and_nodes_cannot_be_confused() -> None:
    """A leaf whose bytes are two hashes does not pass for the node above them (second preimage)."""
    tree = tree_of(2)
    forged = leaf_hash(tree.leaf_hash_at(0) + tree.leaf_hash_at(1))
    assert forged != node_hash(tree.leaf_hash_at(0), tree.leaf_hash_at(1)) == tree.root()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=8))
def test_however_the_leaves_arrive_the_tree_is_the_same(batches: list[int]) -> None:
    """One by one, in batches, or loaded from stored hashes: same roots, same proofs."""
    leaves = [b"%d" % number for number in range(sum(batches))]
    single, batched, loaded = Tree(), Tree(), Tree()
    at = 0
    for count in batches:
        batch, at = leaves[at : at + count], at + count
        assert batched.extend(batch) == at
    for leaf in leaves:
        single.append(leaf)
    loaded.extend_hashes(b"".join(leaf_hash(leaf) for leaf in leaves))
    assert single.root() == batched.root() == loaded.root() == defined_root(leaves)
    assert single.size == batched.size == loaded.size == len(leaves)
    for index in range(len(leaves)):
        assert single.inclusion_proof(index) == batched.inclusion_proof(index) == loaded.inclusion_proof(index)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 2000), st.integers(0, 1999), st.integers(1, 2000))
def test_the_past_stays_as_it_was(size: int, index: int, later: int) -> None:
    """Growing the tree changes no earlier root and no earlier proof."""
    tree = tree_of(size)
    index %= size
    root, proof = tree.root(), tree.inclusion_proof(index)
    tree.extend(b"later %d" % number for number in range(later))
    assert tree.root(size) == root
    assert tree.inclusion_proof(index, size) == proof
    assert verify_consistency(size, size + later, root, tree.root(), tree.consistency_proof(size))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_bit_of_every_inclusion_proof_up_to_300_leaves_matters() -> None:
    """The whole of it, some 80 million proofs: every bit of every hash of every proof up to 300 leaves."""
    tree = tree_of(EVERY)
    for size in range(1, EVERY + 1):
        root = tree.root(size)
        for index in range(size):
            leaf, proof = tree.leaf_hash_at(index), tree.inclusion_proof(index, size)
            for at, node in enumerate(proof):
                before, after = proof[:at], proof[at + 1 :]
                for bad in flips(node, range(256)):
                    assert root_from_inclusion(leaf, index, size, [*before, bad, *after]) != root
