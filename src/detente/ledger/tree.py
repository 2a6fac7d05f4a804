"""The append-only Merkle tree of RFC 9162 section 2.1 (the same hashes as RFC 6962 section 2.1), kept whole in memory.

Every complete node is kept, level by level, as one run of 32-byte hashes: level 0 holds the leaves, and node i of level
l + 1 covers nodes 2i and 2i + 1 of level l. A node, once complete, never changes, so the root and the proofs of every
past size can be computed at any time; only the right edge of a size (its incomplete nodes) is hashed on demand and kept
for the last few sizes asked about. About 64 bytes a leaf.

Format and vectors: docs/formats/tree.md. An index is a position from 0, a size is a count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""RFC 9162 section 2.1.1: the hash of an empty list is the hash of an empty string."""

_EDGES_KEPT = 8


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf's bytes (RFC 9162 section 2.1.1: the prefix 0x00 keeps leaves and nodes apart)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children, left then right (RFC 9162 section 2.1.1: the prefix is 0x01)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing list of leaf hashes, with the root and every proof at this and at every earlier size.

    One owner, changed in place; nothing here reads a store. To bring a stored ledger back, `extend_hashes` its leaf
    hashes (a second or so for a million).
    """

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self._size = 0
        self._edges: dict[int, list[bytes | None]] = {}

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    def append(self, leaf: bytes) -> int:
        """Add one leaf, given as its bytes, and return its index."""
        return self.append_hash(sha256(b"\x00" + leaf).digest())

    def append_hash(self, leaf_hash: bytes) -> int:
        """Add one leaf, given as its 32-byte leaf hash, and return its index."""
        if len(leaf_hash) != HASH_SIZE:
            raise ValueError("a leaf hash is 32 bytes")
        index = position = self._size
        levels = self._levels
        level = levels[0]
        level += leaf_hash
        depth = 0
        while position & 1:  # the node just written is a right child: its parent is complete now
            parent = sha256(b"\x01" + level[-64:]).digest()
            position >>= 1
            depth += 1
            if depth == len(levels):
                levels.append(bytearray())
            level = levels[depth]
            level += parent
        self._size = index + 1
        return index

    def extend(self, leaves: Iterable[bytes]) -> int:
        """Add leaves, given as their bytes, in order; return the new size. Twice as fast as one by one."""
        return self.extend_hashes(b"".join([sha256(b"\x00" + leaf).digest() for leaf in leaves]))

    def extend_hashes(self, hashes: bytes | bytearray | memoryview) -> int:
        """Add leaves, given as one run of 32-byte leaf hashes, in order; return the new size."""
        count, rest = divmod(len(hashes), HASH_SIZE)
        if rest:
            raise ValueError("leaf hashes come as one run of 32 bytes each")
        levels = self._levels
        levels[0] += hashes
        self._size += count
        depth = 0
        while True:
            level = levels[depth]
            pairs = len(level) // 64
            if depth + 1 == len(levels):
                if not pairs:
                    return self._size
                levels.append(bytearray())
            above = levels[depth + 1]
            done = len(above) // HASH_SIZE
            if done == pairs:
                return self._size
            pending = bytes(level[done * 64 : pairs * 64])
            above += b"".join([sha256(b"\x01" + pending[at : at + 64]).digest() for at in range(0, len(pending), 64)])
            depth += 1

    def root(self, size: int | None = None) -> bytes:
        """Return the root at a size (default: now). RFC 9162 section 2.1.1. Raises ValueError beyond the tree."""
        size = self._size if size is None else size
        self._require(0 <= size <= self._size, "size", size)
        return self._edge(size)[-1] or EMPTY_ROOT

    def leaf_hash_at(self, index: int) -> bytes:
        """Return the leaf hash at an index."""
        self._require(0 <= index < self._size, "index", index)
        return bytes(self._levels[0][index * 32 : index * 32 + 32])

    def hashes(self, level: int, start: int, end: int) -> bytes:
        """Return the complete nodes start <= i < end of one level as one run; a node of level l covers 2**l leaves."""
        self._require(0 <= start <= end <= self._size >> level, "node", end)
        return bytes(self._levels[level][start * 32 : end * 32]) if start < end else b""

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the hashes from the leaf's sibling up to the root's child (RFC 9162 section 2.1.3.1)."""
        size = self._size if size is None else size
        self._require(0 <= size <= self._size, "size", size)
        self._require(0 <= index < size, "index", index)
        return self._path(0, index, size)

    def consistency_proof(self, old: int, new: int | None = None) -> list[bytes]:
        """Return the proof that the tree of size `old` is a prefix of that of size `new` (RFC 9162 section 2.1.4.1).

        Empty if old is 0 or old = new. The proof is the way up from the last complete node of the old tree, headed by
        that node itself unless it is the whole old tree, whose hash the verifier already has.
        """
        new = self._size if new is None else new
        self._require(0 <= new <= self._size, "size", new)
        self._require(0 <= old <= new, "size", old)
        if old in (0, new):
            return []
        level = (old & -old).bit_length() - 1
        position = (old >> level) - 1
        head = [self.hashes(level, position, position + 1)] if position else []
        return head + self._path(level, position, new)

    def _path(self, level: int, position: int, size: int) -> list[bytes]:
        """List the siblings met from one node up to the root of a size; a node without a sibling is carried up."""
        edge = self._edge(size)
        levels = self._levels
        path: list[bytes] = []
        count = size >> level
        for depth in range(level, len(edge) - 1):
            sibling = position ^ 1
            if sibling < count:
                at = sibling * 32
                path.append(bytes(levels[depth][at : at + 32]))
            elif sibling == count:
                partial = edge[depth]
                if partial is not None:
                    path.append(partial)
            position >>= 1
            count >>= 1
        return path

    def _edge(self, size: int) -> list[bytes | None]:
        """Return, for each level, the hash of the incomplete last node of a size (None where all are complete).

        The last item is the root: the first level whose single node covers all leaves, complete or not.
        """
        kept = self._edges.get(size)
        if kept is not None:
            return kept
        edge: list[bytes | None] = [None]
        partial: bytes | None = None
        for level in range(size.bit_length()):
            if size >> level & 1:
                last = self.hashes(level, (size >> level) - 1, size >> level)
                partial = last if partial is None else sha256(b"\x01" + last + partial).digest()
            edge.append(partial)
        if len(self._edges) >= _EDGES_KEPT:
            del self._edges[next(iter(self._edges))]
        self._edges[size] = edge
        return edge

    def _require(self, holds: bool, what: str, value: int) -> None:
        if not holds:
            raise ValueError(f"{what} {value} is outside the tree of size {self._size}")


def root_from_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to, or None if its length does not fit (RFC 9162 section 2.1.3.2).

    The caller compares the root with one that somebody signed: a proof says nothing by itself.
    """
    if not 0 <= index < size or len(leaf_hash) != HASH_SIZE:  # step 1
        return None
    first, last, result = index, size - 1, leaf_hash  # steps 2 and 3
    for node in proof:  # step 4
        if last == 0 or len(node) != HASH_SIZE:
            return None
        if first & 1 or first == last:
            result = sha256(b"\x01" + node + result).digest()
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            result = sha256(b"\x01" + result + node).digest()
        first >>= 1
        last >>= 1
    return result if last == 0 else None  # step 5


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether the leaf stands at this index in the tree of this size and root (RFC 9162 section 2.1.3.2)."""
    return root_from_inclusion(leaf_hash, index, size, proof) == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the tree (old, old_root) is a prefix of (new, new_root) (RFC 9162 section 2.1.4.2).

    The RFC leaves the ends out: equal sizes need equal roots and an empty proof; the empty tree is a prefix of any, by
    an empty proof, if its root is that of the empty tree.
    """
    if not 0 <= old <= new or any(len(node) != HASH_SIZE for node in (old_root, new_root, *proof)):
        return False
    if new == 0 and new_root != EMPTY_ROOT:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)  # step 2: old is a power of two
    if not nodes or not proof:  # step 1
        return False
    first, last = old - 1, new - 1  # step 3
    while first & 1:  # step 4
        first >>= 1
        last >>= 1
    first_root = second_root = nodes[0]  # step 5
    for node in nodes[1:]:  # step 6
        if last == 0:
            return False
        if first & 1 or first == last:
            first_root = sha256(b"\x01" + node + first_root).digest()
            second_root = sha256(b"\x01" + node + second_root).digest()
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            second_root = sha256(b"\x01" + second_root + node).digest()
        first >>= 1
        last >>= 1
    return first_root == old_root and second_root == new_root and last == 0  # step 7
