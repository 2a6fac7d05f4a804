"""What the stations say about the host's checkpoints: their cosignatures, and the checkpoints that the host has forgotten.

A note handed in bears the host's own signature. If it is about a size the host holds, the root must be the one the host would
sign; the cosignatures on it are kept. If it is larger than what the host holds, the host was restored from a backup: it
must not sign again before it holds those leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from detente.errors import EvidenceError, Refused, problem
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint
from detente.ledger.checkpoints.cosignature import CosignerKey, cosigner_name, keep_known_lines, witnessed
from detente.ledger.checkpoints.note import Note, SignatureLine, parse_note
from detente.node.host.host import HostLedger

KEPT_SIZES = 64
"""Checkpoint sizes whose cosignatures are collected at once; stations that lag more are counted when they catch up."""


@dataclass
class Witnesses:
    """Cosigned notes by size, and the largest that more than half of the stations cosigned."""

    notes: dict[int, SignedCheckpoint] = field(default_factory=dict)
    largest: SignedCheckpoint | None = None

    @property
    def size(self) -> int:
        """The largest witnessed size, 0 while there is none."""
        return self.largest.checkpoint.size if self.largest else 0

    def lines_at(self, size: int) -> Note | None:
        """Return the note of a size with every cosignature held, or None when there is none."""
        found = self.notes.get(size)
        return found.note if found else None


def cosigners(host: HostLedger, size: int) -> dict[str, CosignerKey]:
    """Return the cosigner keys of the parties once a ledger of this size stands: those of its next index."""
    keys = host.identity.role_keys("cosigner", size)
    origin = host.genesis.origin
    return {
        party: CosignerKey(name=cosigner_name(origin, party), public=bytes.fromhex(key)) for party, key in keys.items()
    }


def open_own(host: HostLedger, data: bytes) -> SignedCheckpoint:
    """Read a note that must bear the host's own signature; raises Refused or EvidenceError."""
    size = parse_checkpoint(parse_note(data).text).size
    return open_checkpoint(data, host.host_key(size))


def meet_checkpoint(host: HostLedger, signed: SignedCheckpoint) -> None:
    """Compare a checkpoint of our own with what we hold. Larger: recover first. Another root: stop, this is a fork."""
    head = signed.checkpoint
    if head.size > host.tree.size:
        if host.needs is None or head.size > host.needs.checkpoint.size:
            host.needs = signed
    elif host.tree.root(head.size) != head.root:
        host.fail(f"a checkpoint of size {head.size} bears our signature over another history")
        raise EvidenceError(f"at size {head.size} this host holds another root than the one in the note")


def take_cosignature(host: HostLedger, witnesses: Witnesses, data: bytes, party: str) -> SignedCheckpoint | None:
    """Keep one party's cosignature of a checkpoint that `meet_checkpoint` has passed.

    Returns the note, with all lines held for its size, if it became the largest witnessed one by this.
    Raises Refused when there is no line by the party's cosigner, EvidenceError when a signature does not hold.
    """
    signed = open_own(host, data)
    size = signed.checkpoint.size
    keys = cosigners(host, size)
    own = keys.get(party)
    lines = keep_known_lines(signed.note, [own]) if own else ()
    if not lines:
        rule = f"must have a line by the cosigner key of {party}"
        raise Refused([problem("checkpoint-cosignature", "", "", rule, "Cosign it and hand it in again")])
    if size > host.tree.size:
        return None
    held = witnesses.notes.get(size)
    note = held.note if held else Note(signatures=signed.note.signatures[:0], text=signed.note.text)
    if held is None:
        note = note.with_lines(keep_host_lines(host, signed.note))
    merged = SignedCheckpoint(checkpoint=signed.checkpoint, note=note.with_lines(lines))
    witnesses.notes[size] = merged
    while len(witnesses.notes) > KEPT_SIZES:
        del witnesses.notes[min(witnesses.notes)]
    if size > witnesses.size and witnessed(merged, keys):
        witnesses.largest = merged
        return merged
    if size == witnesses.size:
        witnesses.largest = merged
    return None


def keep_host_lines(host: HostLedger, note: Note) -> list[SignatureLine]:
    """Return the host's own lines of a note that `open_own` accepted, and nothing that a stranger put beside them."""
    key = host.host_key(parse_checkpoint(note.text).size)
    return [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
