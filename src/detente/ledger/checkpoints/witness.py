"""Witnessing (c2sp.org/tlog-witness): the text of an add-checkpoint request and its answer, and the decision between.

    old <size of the checkpoint last cosigned>
    <consistency proof, one base64 hash a line>
    <empty line>
    <the signed checkpoint>

Pure: the caller holds the memory of what was cosigned. It must store an accepted checkpoint, atomically with the check
of its old size, *before* it sends the cosignature (tlog-witness, "add-checkpoint"). A station that cosigns only what it
followed leaf by leaf asks `may_cosign` as well. Format: docs/formats/checkpoint.md, "Witnessing".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from detente.errors import EvidenceError, Problem, Refused, problem
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint, parse_decimal
from detente.ledger.checkpoints.note import NoteKey, SignatureLine, parse_note
from detente.ledger.checkpoints.proof import decode_hashes
from detente.ledger.tree import EMPTY_ROOT, verify_consistency

SIZE_TYPE: Final = "text/x.tlog.size"
"""Content type of the body of a 409 answer: the size last cosigned."""

TEXT_TYPE: Final = "text/plain; charset=utf-8"


class AddCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed request: size of the old tree, consistency proof from old to new, the new checkpoint's signed note."""

    checkpoint: bytes
    old_size: int
    proof: tuple[bytes, ...]

    def encode(self) -> bytes:
        """Return the request body."""
        lines = [f"old {self.old_size}", *(base64.b64encode(node).decode() for node in self.proof)]
        return "\n".join(lines).encode() + b"\n\n" + self.checkpoint


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness knows of one log: its keys, and size and root of the checkpoint last cosigned (0: none yet)."""

    keys: tuple[NoteKey, ...]
    root: bytes = EMPTY_ROOT
    size: int = 0


class WitnessReply(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer. `problem` says in words why it is not 200; `contradiction` holds a signed checkpoint to keep:
    it bears the log's signature and does not follow from what we cosigned."""

    body: bytes
    content_type: str = TEXT_TYPE
    contradiction: SignedCheckpoint | None = None
    problem: Problem | None = None
    status: int


def parse_request(body: bytes) -> AddCheckpoint:
    """Read an add-checkpoint body, or raise Refused."""
    head, separator, checkpoint = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Refused([_bad("form", "", head[:40].hex(), "has ASCII lines before its checkpoint")]) from error
    old_size = parse_decimal(first.removeprefix("old "))
    if not separator or not first.startswith("old ") or old_size is None:
        raise Refused(
            [_bad("old", "old", first, "is the word old and a decimal, before proof, empty line, checkpoint")]
        )
    return AddCheckpoint(checkpoint=checkpoint, old_size=old_size, proof=decode_hashes(lines, "proof"))


def decide(body: bytes, followed: Mapping[str, Followed]) -> SignedCheckpoint | WitnessReply:
    """Judge a request: the checkpoint that may be stored and then cosigned, or the answer that refuses it.

    `followed` maps an origin to what is known of that log. Checks and statuses are those of tlog-witness, in its order:
    400 bad form, 404 unknown log, 403 no good signature, 400 old size above the new, 409 old size or root is not what
    was cosigned (the body is the size that was), 422 the proof does not hold.
    """
    try:
        request = parse_request(body)
        note = parse_note(request.checkpoint)
        origin = note.text.partition("\n")[0]
        log = followed.get(origin)
        if log is None:
            return _refuse(404, _bad("origin", "origin", origin, "is the origin of a ledger that we follow"))
        parse_checkpoint(note.text)
        signed = open_checkpoint(request.checkpoint, *log.keys)
    except Refused as error:
        return _refuse(400, error.problems[0])
    except EvidenceError as error:
        return _refuse(403, _bad("signature", "checkpoint", str(error), "is signed by a key of that ledger"))
    return _judge(request, signed, log)


def _judge(request: AddCheckpoint, signed: SignedCheckpoint, log: Followed) -> SignedCheckpoint | WitnessReply:
    new = signed.checkpoint
    if request.old_size > new.size:
        return _refuse(400, _bad("old", "old", str(request.old_size), f"is not above the checkpoint's size {new.size}"))
    if request.old_size != log.size:
        found = _bad("old", "old", str(request.old_size), f"is {log.size}, the size last cosigned")
        return WitnessReply(body=f"{log.size}\n".encode(), content_type=SIZE_TYPE, problem=found, status=409)
    if new.size == log.size and new.root != log.root:
        found = _bad("fork", "root", new.root.hex(), f"is {log.root.hex()}, cosigned at the same size")
        body = f"{log.size}\n".encode()
        return WitnessReply(body=body, content_type=SIZE_TYPE, contradiction=signed, problem=found, status=409)
    if not verify_consistency(log.size, new.size, log.root, new.root, request.proof):
        rule = f"leads from size {log.size} to size {new.size} (RFC 6962 section 2.1.2)"
        return _refuse(422, _bad("proof", "proof", f"{len(request.proof)} hashes", rule), signed)
    return signed


def accepted(lines: Sequence[SignatureLine]) -> WitnessReply:
    """Return the 200 answer: our cosignature lines. Only after the checkpoint has been stored."""
    return WitnessReply(body="".join(line.text() for line in lines).encode(), status=200)


def _refuse(status: int, found: Problem, contradiction: SignedCheckpoint | None = None) -> WitnessReply:
    body = (found.sentence() + "\n").encode()
    return WitnessReply(body=body, contradiction=contradiction, problem=found, status=status)


def _bad(code: str, field: str, value: str, rule: str) -> Problem:
    return problem(f"witness-{code}", field, value, rule, "See docs/formats/checkpoint.md, Witnessing.")
