"""Tree: append and inclusion proof at 1 000 000 leaves, beside what a straightforward tree does.

Baselines: for appending, a tree that keeps a list of nodes for each level and hashes its right edge again for every leaf
(a live root the simple way); for proofs, the definition of RFC 6962 section 2.1.1, which hashes the leaves anew (timed at
4 096 leaves and scaled to a million, said so). Memory is kept in `bytearray`s by ours, in lists by the baseline.
Alone: `python bench/bench_tree.py`.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from hashlib import sha256

from detente.ledger.tree import Tree, root_from_inclusion, verify_inclusion
from table import Row, render

LEAVES = 1_000_000
LEAF_SIZE = 305
"""Bytes of a leaf with eight recipient slots."""
SAMPLE = 4_096


def rows() -> list[Row]:
    """Return the rows; about 15 seconds, single thread, garbage collection on, best of 2 for the fills."""
    chance = random.Random(4)
    hashes = [chance.randbytes(32) for _ in range(LEAVES)]
    leaf = bytes(LEAF_SIZE)
    naive_rate = _rate(20_000, lambda: _naive_fill(hashes[:20_000]))
    result = []
    one_by_one = max(_rate(LEAVES, lambda: _fill(hashes)) for _ in range(2))
    result.append(_row("append 1 leaf hash, live root", one_by_one, naive_rate, "asked: 500 000/s"))
    raw = _rate(LEAVES, lambda: _fill_leaves(leaf))
    result.append(_row(f"append 1 leaf of {LEAF_SIZE} B (hashed here)", raw, naive_rate, "two hashes a leaf or more"))
    tree = Tree()
    joined = b"".join(hashes)
    start = time.perf_counter()
    tree.extend_hashes(joined)
    taken = time.perf_counter() - start
    result.append(_row("load a stored ledger of 1 000 000 leaf hashes", LEAVES / taken, naive_rate, f"{taken:.2f} s"))

    picks = [chance.randrange(LEAVES) for _ in range(100_000)]
    tree.append(leaf)
    size = tree.size
    proof_rate = max(
        _rate(len(picks), lambda: [tree.inclusion_proof(index, size) for index in picks]) for _ in range(2)
    )
    small = hashes[:SAMPLE]
    defined = _rate(5, lambda: [_defined_path(index, small) for index in range(5)]) * SAMPLE / LEAVES
    result.append(_row("inclusion proof at 1 000 000 leaves", proof_rate, defined, "asked: 75 000/s; baseline scaled"))
    past = _rate(20_000, lambda: [tree.consistency_proof(index or 1, size) for index in picks[:20_000]])
    result.append(_row("consistency proof from any past size", past, defined, "same baseline"))
    proof, root, first = tree.inclusion_proof(picks[0], size), tree.root(), tree.leaf_hash_at(picks[0])
    assert verify_inclusion(first, picks[0], size, proof, root)
    checks = _rate(50_000, lambda: [root_from_inclusion(first, picks[0], size, proof) for _ in range(50_000)])
    result.append(_row("check an inclusion proof", checks, defined, "20 hashes; baseline hashes all leaves"))
    return result


def _fill(hashes: list[bytes]) -> None:
    tree = Tree()
    append = tree.append_hash
    for item in hashes:
        append(item)
    tree.root()


def _fill_leaves(leaf: bytes) -> None:
    tree = Tree()
    append = tree.append
    for _ in range(LEAVES):
        append(leaf)
    tree.root()


def _naive_fill(hashes: list[bytes]) -> bytes:
    """Append to a list for each level, and hash the whole right edge up to the root after each leaf."""
    levels: list[list[bytes]] = [[]]
    root = b""
    for item in hashes:
        levels[0].append(item)
        depth = 0
        while len(levels[depth]) > 1:
            row = levels[depth]
            if depth + 1 == len(levels):
                levels.append([])
            above = levels[depth + 1]
            at = (len(row) - 1) // 2
            node = sha256(b"\x01" + row[2 * at] + row[2 * at + 1]).digest() if 2 * at + 1 < len(row) else row[2 * at]
            above[at:] = [node]
            depth += 1
        root = levels[depth][0]
    return root


def _defined_path(index: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = 1 << (len(hashes) - 1).bit_length() - 1
    if index < k:
        return [*_defined_path(index, hashes[:k]), _defined_root(hashes[k:])]
    return [*_defined_path(index - k, hashes[k:]), _defined_root(hashes[:k])]


def _defined_root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + _defined_root(hashes[:k]) + _defined_root(hashes[k:])).digest()


def _rate(count: int, work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def _row(work: str, ours: float, baseline: float, note: str) -> Row:
    shown = f"{baseline:,.0f}/s" if baseline >= 10 else f"{baseline:.2g}/s"
    return Row(
        work,
        f"{ours:,.0f}/s",
        shown,
        f"{ours / baseline:,.0f} x" if ours > 10 * baseline else f"{ours / baseline:.1f} x",
        note,
    )


if __name__ == "__main__":
    print(render("Tree", rows()))
