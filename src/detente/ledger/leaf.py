"""The leaf: what the Merkle tree holds for one entry, of one fixed length, telling outsiders nothing but its time.

Bytes (docs/formats/leaf.md), big-endian: version 1 | index u64 | received_at_us u64 | header commitment 32 |
4 facet commitments of 32 | N recipient tags of 16. N is fixed at genesis.

A tag is an HMAC under the secret that author and recipient share, so a recipient finds its own entries by scanning, and
notices one that the host keeps back. To everybody else used and unused slots look alike.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from detente.errors import EvidenceError
from detente.ledger.canonical import MAX_INT

LEAF_VERSION: Final = 1
FACETS: Final = 4
HASH_SIZE: Final = 32
TAG_SIZE: Final = 16
TAG_DOMAIN: Final = b"detente/tag/v1\n"

_HEAD: Final = struct.Struct(">BQQ32s128s")
FIXED_SIZE: Final = _HEAD.size
"""Bytes of a leaf before its tags: 177."""

_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


class Leaf(msgspec.Struct, frozen=True):
    """One leaf, decoded. `commitments` are the four facet commitments in order; `tags` is N tags of 16 bytes, joined."""

    index: int
    received_at_us: int
    header_commitment: bytes
    commitments: tuple[bytes, bytes, bytes, bytes]
    tags: bytes

    @property
    def slots(self) -> tuple[bytes, ...]:
        """The N recipient tags, one by one."""
        return tuple(self.tags[at : at + TAG_SIZE] for at in range(0, len(self.tags), TAG_SIZE))


def leaf_size(slots_count: int) -> int:
    """Return the length in bytes of every leaf of a ledger with N slots."""
    return FIXED_SIZE + TAG_SIZE * slots_count


def encode_leaf(leaf: Leaf) -> bytes:
    """Return the bytes of a leaf: what the tree hashes."""
    facets = b"".join(leaf.commitments)
    return _HEAD.pack(LEAF_VERSION, leaf.index, leaf.received_at_us, leaf.header_commitment, facets) + leaf.tags


def decode_leaf(data: bytes, slots_count: int) -> Leaf:
    """Return the leaf that some bytes are. Raises `EvidenceError` for a wrong length, version or number."""
    if len(data) != leaf_size(slots_count):
        raise EvidenceError(f"a leaf of this ledger has {leaf_size(slots_count)} bytes, not {len(data)}")
    version, index, received_at_us, header_commitment, facets = _HEAD.unpack_from(data)
    if version != LEAF_VERSION:
        raise EvidenceError(f"leaf version {version} is not known; this code reads version {LEAF_VERSION}")
    if index > MAX_INT or received_at_us > MAX_INT:
        raise EvidenceError("a leaf's index and time stay below 2^53")
    commitments = (facets[:32], facets[32:64], facets[64:96], facets[96:])
    return Leaf(index, received_at_us, header_commitment, commitments, data[FIXED_SIZE:])


def follows(earlier: Leaf, later: Leaf) -> bool:
    """Tell whether a leaf may stand right after another: next index, and a time that does not run backwards."""
    return later.index == earlier.index + 1 and later.received_at_us >= earlier.received_at_us


def tag(shared: bytes, header_commitment: bytes) -> bytes:
    """Return the 16-byte tag that marks an entry as addressed to the party with whom the author shares `shared`.

    HMAC-SHA256, keyed by `ExchangeKey.shared`, of a domain line and the header commitment; the first 16 bytes.
    """
    return hmac.digest(shared, TAG_DOMAIN + header_commitment, "sha256")[:TAG_SIZE]


def scan(leaf: Leaf, shared_keys: Mapping[str, bytes]) -> str | None:
    """Return the author who addressed this leaf to us, or None. `shared_keys` holds our shared key with each party.

    A leaf of N slots is searched at any position; a false alarm has odds of N × parties in 2^128.
    """
    tags = leaf.tags
    message = TAG_DOMAIN + leaf.header_commitment
    for party, shared in shared_keys.items():
        inner, outer = _keyed(shared)
        first = inner.copy()
        first.update(message)
        second = outer.copy()
        second.update(first.digest())
        found = tags.find(second.digest()[:TAG_SIZE])
        if found >= 0 and found % TAG_SIZE == 0:
            return party
    return None


@lru_cache(maxsize=1024)
def _keyed(shared: bytes) -> tuple[Any, Any]:
    """The two half-finished hashes of HMAC (RFC 2104) for a key of at most 64 bytes; saves half the work of a scan."""
    padded = shared.ljust(64, b"\0")
    return hashlib.sha256(padded.translate(_INNER)), hashlib.sha256(padded.translate(_OUTER))
