"""Checkpoints (c2sp.org/tlog-checkpoint): the host's signed statement "the ledger of this origin has this root at this size".

    detente.example/levant        the origin: which ledger
    4127                          how many leaves
    CsUYapGGPo4d...aqM2I=         the root, in base64

signed as a note by the host's key, whose name is the origin. One signature serves a whole batch: every entry of the
batch is proven into the same checkpoint. Format, example, vectors: docs/formats/checkpoint.md.
"""

from __future__ import annotations

import base64
from typing import Final

import msgspec

from detente.errors import EvidenceError, Problem, Refused, problem
from detente.ledger.checkpoints.note import Note, NoteKey, decode_base64, parse_note, sign_note, verified_lines
from detente.ledger.keys import SigningKey
from detente.ledger.tree import EMPTY_ROOT, HASH_SIZE

REPLAY_SUFFIX: Final = "/replay"
"""The origin of a ledger on a virtual clock ends so: nobody may take a replay for the real thing."""

SIZE_MAX: Final = (1 << 63) - 1


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A tree head: origin, size, 32-byte root. Extension lines are read and kept, never written by us."""

    extensions: tuple[str, ...] = ()
    origin: str
    root: bytes
    size: int

    @property
    def virtual(self) -> bool:
        """Whether this ledger runs on a virtual clock (a replay)."""
        return self.origin.endswith(REPLAY_SUFFIX)

    def text(self) -> str:
        """Return the note text (tlog-checkpoint, "Note text")."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "\n".join(lines) + "\n"


class SignedCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint together with the note that carries it. Made by `open_checkpoint`, so the host's signature holds."""

    checkpoint: Checkpoint
    note: Note

    @property
    def data(self) -> bytes:
        """The note's bytes, to store, to send on, or to keep as evidence."""
        return self.note.encode()


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's note text; raises Refused. Says nothing about signatures."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise Refused([_bad("", text, "is at least three lines, none empty, each ending in a newline")])
    origin, size_text, root_text, *extensions = lines
    faults = []
    size = parse_decimal(size_text)
    if size is None:
        faults.append(_bad("size", size_text, "is a decimal number below 2^63 without leading zeros"))
    root = decode_base64(root_text)
    if root is None or len(root) != HASH_SIZE:
        faults.append(_bad("root", root_text, "is base64 of 32 bytes"))
    if size is None or root is None or faults:
        raise Refused(faults)
    if size == 0 and root != EMPTY_ROOT:
        raise Refused([_bad("root", root_text, "is the root of the empty tree when the size is 0")])
    return Checkpoint(extensions=tuple(extensions), origin=origin, root=root, size=size)


def parse_decimal(text: str) -> int | None:
    """Return a number below 2^63 written in ASCII decimal without leading zeros, or None."""
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or str(int(text)) != text or int(text) > SIZE_MAX:
        return None
    return int(text)


def sign_checkpoint(checkpoint: Checkpoint, host_key: SigningKey) -> SignedCheckpoint:
    """Sign a checkpoint as the host. The caller must have stored the leaves first, and never sign two histories."""
    text = checkpoint.text()
    parse_checkpoint(text)
    return SignedCheckpoint(
        checkpoint=checkpoint, note=Note(signatures=(sign_note(text, checkpoint.origin, host_key),), text=text)
    )


def open_checkpoint(data: bytes, *host_keys: NoteKey) -> SignedCheckpoint:
    """Read a signed checkpoint and require the host's signature.

    `host_keys` are the keys in force for one origin (more than one only while the host key is being changed). Raises
    Refused for bad form and for another ledger's origin, EvidenceError if the host's signature is missing or wrong.
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin not in {key.name for key in host_keys}:
        raise Refused([_bad("origin", checkpoint.origin, "is the origin of this ledger")])
    if not verified_lines(note, [key for key in host_keys if key.name == checkpoint.origin]):
        raise EvidenceError(f"the checkpoint of {checkpoint.origin} at {checkpoint.size} is not signed by its host")
    return SignedCheckpoint(checkpoint=checkpoint, note=note)


def _bad(field: str, value: str, rule: str) -> Problem:
    code = f"checkpoint-{field or 'form'}"
    return problem(code, field, value, rule, "Ask the host, or another station, for the checkpoint as it was signed.")
