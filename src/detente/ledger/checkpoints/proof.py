"""Proof files (c2sp.org/tlog-proof): "this leaf stands at this index of the ledger", checkable offline by anyone.

    c2sp.org/tlog-proof@v1
    index 73894
    <inclusion proof, one base64 hash a line>
    <empty line>
    <the signed checkpoint, with whatever cosignatures were held>

Files end in `.tlog-proof`. The optional `extra` line is not authenticated; we read it and write none.
Format, example, vectors: docs/formats/proof.md.
"""

from __future__ import annotations

import base64
from typing import Final

import msgspec

from detente.errors import EvidenceError, Problem, Refused, problem
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint, parse_decimal
from detente.ledger.checkpoints.note import NoteKey, decode_base64
from detente.ledger.tree import HASH_SIZE, verify_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"

HASHES_MAX: Final = 63


class TlogProof(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed proof file: index, hashes from the leaf's sibling up, the signed checkpoint's bytes, opaque extra."""

    checkpoint: bytes
    extra: bytes | None = None
    hashes: tuple[bytes, ...]
    index: int

    def encode(self) -> bytes:
        """Return the file's bytes (tlog-proof, "Format")."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append("extra " + base64.b64encode(self.extra).decode())
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(node).decode() for node in self.hashes]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint


def parse_proof(data: bytes) -> TlogProof:
    """Read a proof file, or raise Refused. Checks form only."""
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Refused([_bad("form", "", head[:40].hex(), "has ASCII lines before its checkpoint")]) from error
    if not separator or lines.pop(0) != HEADER:
        raise Refused([_bad("form", "", head.decode("ascii"), f"begins with {HEADER} and holds a checkpoint")])
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0)[6:])
        if extra is None:
            raise Refused([_bad("extra", "extra", "", "is base64")])
    index_text = lines.pop(0) if lines else ""
    index = parse_decimal(index_text.removeprefix("index "))
    if not index_text.startswith("index ") or index is None:
        raise Refused([_bad("index", "index", index_text, "is the word index and a decimal without leading zeros")])
    return TlogProof(checkpoint=checkpoint, extra=extra, hashes=decode_hashes(lines, "hashes"), index=index)


def decode_hashes(lines: list[str], field: str) -> tuple[bytes, ...]:
    """Read one base64 hash a line, at most 63 of them; raises Refused."""
    hashes = [decode_base64(line) for line in lines]
    wrong = [at for at, node in enumerate(hashes) if node is None or len(node) != HASH_SIZE]
    if len(lines) > HASHES_MAX:
        raise Refused([_bad("hashes", field, str(len(lines)), f"has at most {HASHES_MAX} hashes")])
    if wrong:
        raise Refused([_bad("hash", f"{field}[{at}]", lines[at], "is base64 of 32 bytes") for at in wrong])
    return tuple(node for node in hashes if node is not None)


def verify_proof(proof: TlogProof, leaf_hash: bytes, *host_keys: NoteKey) -> SignedCheckpoint:
    """Check a proof file for one leaf against the host's key, and return the checkpoint it leads to.

    Raises Refused for bad form or another ledger, EvidenceError if signature or proof does not hold. Cosignatures are
    not judged here: ask `witnessed` of the checkpoint returned.
    """
    signed = open_checkpoint(proof.checkpoint, *host_keys)
    head = signed.checkpoint
    if not verify_inclusion(leaf_hash, proof.index, head.size, proof.hashes, head.root):
        raise EvidenceError(f"the leaf is not shown to stand at index {proof.index} of {head.origin} at {head.size}")
    return signed


def _bad(code: str, field: str, value: str, rule: str) -> Problem:
    return problem(f"proof-{code}", field, value, rule, "Ask the host for the proof again; see docs/formats/proof.md.")
