"""Cosignatures (c2sp.org/tlog-cosignature, version 1): a station's statement about a checkpoint, with the time it made it.

"As of this time, the largest consistent tree that I have seen of this ledger has this root." It is one more signature
line on the checkpoint's note. When a station may make that statement is `may_cosign`; how two statements are found to
contradict each other is in `fork`. Format, example, vectors: docs/formats/checkpoint.md.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from detente.errors import Problem, problem
from detente.ledger.checkpoints.checkpoint import Checkpoint, SignedCheckpoint
from detente.ledger.checkpoints.note import Note, SignatureLine, decode_vkey, encode_vkey, key_id, verified_lines
from detente.ledger.keys import SigningKey, verify

COSIGNATURE_V1: Final = 0x04
"""Signature type of a timestamped Ed25519 cosignature (signed-note, "Signature types")."""

CLOCK_LIMIT_US: Final = 5_000_000
"""How far a `received_at` may lie from the clock of a station that follows live (design section 4)."""


class LastSeen(msgspec.Struct, frozen=True, kw_only=True):
    """The largest checkpoint a station cosigned, and the `received_at` of its last leaf."""

    origin: str
    received_at_us: int
    root: bytes
    size: int


class CosignerKey(msgspec.Struct, frozen=True, kw_only=True):
    """A named public key that makes cosignatures (type 0x04). `public` is 32 bytes, used for nothing else."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that stand for this key in its lines (tlog-cosignature, "Format")."""
        return key_id(self.name, COSIGNATURE_V1, self.public)

    @property
    def vkey(self) -> str:
        """The key as one word to hand to people and configuration files."""
        return encode_vkey(self.name, COSIGNATURE_V1, self.public)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether `signature` is an 8-byte time and this key's Ed25519 signature over time and text."""
        if len(signature) != 72 or signature[0] & 0x80:  # the time must not exceed 2^63 - 1
            return False
        return verify(self.public, _message(timestamp_s(signature), text), signature[8:])

    @classmethod
    def from_vkey(cls, text: str) -> CosignerKey:
        """Read a key of type 0x04 from its word; raises Refused."""
        name, public = decode_vkey(text, COSIGNATURE_V1)
        return cls(name=name, public=public)


def cosigner_name(origin: str, party: str) -> str:
    """Return the name of a party's cosigner key: the ledger's origin, a slash, the party."""
    return f"{origin}/{party}"


def cosign(checkpoint: Checkpoint, name: str, key: SigningKey, time_s: int) -> SignatureLine:
    """Cosign a checkpoint at a time in whole seconds since 1970 UTC. Ask `may_cosign`, and store the answer, first."""
    if not 0 <= time_s < 1 << 63:
        raise ValueError("a cosignature's time is in whole seconds, 0 to 2^63 - 1")
    signature = key.sign(_message(time_s, checkpoint.text()))
    return SignatureLine(
        key_id=key_id(name, COSIGNATURE_V1, key.public), name=name, signature=struct.pack(">Q", time_s) + signature
    )


def timestamp_s(signature: bytes) -> int:
    """Return the time in a cosignature's bytes (without key id), whole seconds since 1970 UTC."""
    return int.from_bytes(signature[:8], "big")


def _message(time_s: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()  # tlog-cosignature, "Ed25519 signed message"


def cosigned_at_s(note: Note, cosigners: Mapping[str, CosignerKey]) -> dict[str, int]:
    """Return, for each party whose station cosigned the note, the earliest time at which it did.

    `cosigners` maps a party to its key in force at the checkpoint's size. Raises EvidenceError if a line claims one of
    the keys and does not verify. Parties that share one key count once, under the first of them: one key is one voice.
    """
    owner: dict[bytes, str] = {}
    for party in sorted(cosigners):
        owner.setdefault(cosigners[party].public, party)
    keys = [cosigners[party] for party in owner.values()]
    times: dict[str, int] = {}
    for key, line in verified_lines(note, keys):
        party = next(p for p in owner.values() if cosigners[p] is key)
        at = timestamp_s(line.signature)
        times[party] = min(at, times.get(party, at))
    return times


def witnessed(signed: SignedCheckpoint, cosigners: Mapping[str, CosignerKey]) -> bool:
    """Say whether more than half of the stations cosigned: the second grade of receipt (design section 4)."""
    return 2 * len(cosigned_at_s(signed.note, cosigners)) > len(cosigners)


def keep_known_lines(note: Note, keys: Sequence[CosignerKey]) -> tuple[SignatureLine, ...]:
    """Return the lines of a note that are good cosignatures by `keys`, to add to our own copy (tlog-witness)."""
    return tuple(line for _, line in verified_lines(note, keys))


def may_cosign(
    last_seen: LastSeen | None,
    new_checkpoint: Checkpoint,
    new_leaves_received_at: Sequence[int],
    station_clock_us: int,
    following_live: bool,
) -> Problem | None:
    """Say why a station must not cosign, or None if it may. The caller has already recomputed the root from the leaves.

    `new_leaves_received_at` holds the `received_at` (µs) of every leaf after the last one seen, in order of index. All
    times are on the ledger's clock (the virtual one in a replay). A station that follows live vouches for the logged
    time itself: each must lie within 5 s of its own clock. One that catches up after an absence cannot know when the
    old leaves came: then only the future and the order are checked (docs/decisions/0001-cosigning-after-absence.md).
    """
    size = last_seen.size if last_seen else 0
    previous_us = last_seen.received_at_us if last_seen else 0
    if last_seen and new_checkpoint.origin != last_seen.origin:
        return _no("origin", "origin", new_checkpoint.origin, f"must be {last_seen.origin}, the ledger we follow")
    if new_checkpoint.size < size:
        return _no("rewound", "size", new_checkpoint.size, f"must not be below {size}, which we have cosigned")
    if last_seen and new_checkpoint.size == size and new_checkpoint.root != last_seen.root:
        return _no(
            "fork", "root", new_checkpoint.root.hex(), f"must be {last_seen.root.hex()}, cosigned at size {size}"
        )
    if len(new_leaves_received_at) != new_checkpoint.size - size:
        return _no(
            "leaves", "leaves", len(new_leaves_received_at), f"must be all {new_checkpoint.size - size} new leaves"
        )
    for index, received_at_us in enumerate(new_leaves_received_at, start=size):
        field = f"leaf[{index}].received_at_us"
        if received_at_us < previous_us:
            return _no("backwards", field, received_at_us, f"must not run backwards from {previous_us}")
        if received_at_us > station_clock_us + CLOCK_LIMIT_US:
            return _no("future", field, received_at_us, f"must not be over 5 s after our clock, {station_clock_us}")
        if following_live and received_at_us < station_clock_us - CLOCK_LIMIT_US:
            return _no(
                "back-dated", field, received_at_us, f"must not be over 5 s before our clock, {station_clock_us}"
            )
        previous_us = received_at_us
    return None


def _no(code: str, field: str, value: object, rule: str) -> Problem:
    step = "Do not cosign; keep the checkpoint and show it to the other stations."
    return problem(f"cosign-{code}", field, value, rule, step)
