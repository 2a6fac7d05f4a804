"""Signed notes (c2sp.org/signed-note): a text, an empty line, and one line for each signature over the text.

    <text, ends in a newline>
    <empty line>
    — <key name> base64(4-byte key id || signature)

Which key made a line is told by name and key id together; lines by keys the reader does not hold are kept and ignored,
so that logs can change keys and witnesses can add theirs. Format, example, vectors: docs/formats/checkpoint.md.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

import msgspec

from detente.errors import EvidenceError, Problem, Refused, problem
from detente.ledger.keys import SigningKey, verify

ED25519: Final = 0x01
"""Signature type of a plain Ed25519 signature over the note text (signed-note, "Signature types")."""

SIGNATURES_MAX: Final = 64
"""More signature lines than this are refused (signed-note, "Format": readers limit them, and accept at least 16)."""

NOTE_SIZE_MAX: Final = 1 << 20

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NO_NAME = re.compile(r"[\s\x00-\x1f]")


class SignatureLine(msgspec.Struct, frozen=True, kw_only=True):
    """One signature line: the key's name, its 4-byte id, and the bytes after the id (their form is the key type's)."""

    key_id: bytes
    name: str
    signature: bytes

    def text(self) -> str:
        """Return the line with its newline."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


class Verifier(Protocol):
    """A key that can check signature lines of its own type; the note format asks nothing else of a key."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether `signature` (without the key id) is this key's over the note text."""
        ...


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed note. Nothing in it may be believed before `open_note`: parsing checks form only."""

    signatures: tuple[SignatureLine, ...]
    text: str

    def encode(self) -> bytes:
        """Return the note's bytes: the text, an empty line, the signature lines."""
        return (self.text + "\n" + "".join(line.text() for line in self.signatures)).encode()

    def with_lines(self, lines: Sequence[SignatureLine]) -> Note:
        """Return the note with more signature lines; a line already there is not added twice."""
        new = [line for line in dict.fromkeys(lines) if line not in self.signatures]
        return Note(signatures=(*self.signatures, *new), text=self.text)


class NoteKey(msgspec.Struct, frozen=True, kw_only=True):
    """A named public Ed25519 key that signs note texts (type 0x01): a log's key. `public` is 32 bytes."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that stand for this key in its lines."""
        return key_id(self.name, ED25519, self.public)

    @property
    def vkey(self) -> str:
        """The key as one word to hand to people and configuration files."""
        return encode_vkey(self.name, ED25519, self.public)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether `signature` is 64 bytes and this key's Ed25519 signature over the UTF-8 text."""
        return len(signature) == 64 and verify(self.public, text.encode(), signature)

    @classmethod
    def from_vkey(cls, text: str) -> NoteKey:
        """Read a key of type 0x01 from its word; raises Refused."""
        name, public = decode_vkey(text, ED25519)
        return cls(name=name, public=public)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """Return SHA-256(name || 0x0A || signature type || public key)[:4] (signed-note, "Signatures")."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def encode_vkey(name: str, kind: int, public: bytes) -> str:
    """Write a public key as `<name>+<key id in hex>+<base64 of type || key>` (signed-note, "Verifier keys")."""
    check_name(name)
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


def decode_vkey(text: str, kind: int) -> tuple[str, bytes]:
    """Return the name and the 32-byte public key of a verifier key of one type; raises Refused."""
    parts = text.split("+", 2)  # base64 may hold a plus, a name and an id may not
    material = decode_base64(parts[2]) if len(parts) == 3 else None
    if material is None or len(material) != 33 or material[0] != kind:
        raise Refused([_bad("vkey-form", "vkey", text, f"is name+id+base64 of an Ed25519 key of type {kind:#04x}")])
    name, public = parts[0], material[1:]
    check_name(name)
    if parts[1] != key_id(name, kind, public).hex():
        raise Refused(
            [_bad("vkey-id", "vkey", text, "carries the key id that its name and key give, in lower-case hex")]
        )
    return name, public


def check_name(name: str) -> None:
    """Raise Refused unless a key name is one non-empty word of printable characters without a plus sign."""
    if not name or "+" in name or _NO_NAME.search(name):
        raise Refused([_bad("note-key-name", "name", name, "is not empty and has no space, control character or plus")])


def decode_base64(text: str) -> bytes | None:
    """Return the bytes of standard base64 (RFC 4648 section 4) in its one canonical spelling, or None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def parse_note(data: bytes) -> Note:
    """Split a note into text and signature lines, or raise Refused. Checks form only, no signature."""
    if len(data) > NOTE_SIZE_MAX:
        raise Refused([_bad("note-size", "", f"{len(data)} bytes", f"is at most {NOTE_SIZE_MAX} bytes")])
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise Refused([_bad("note-utf8", "", data[:40].hex(), "is UTF-8 text")]) from error
    if _CONTROL.search(whole):
        raise Refused([_bad("note-control", "", whole, "has no control character but newline")])
    head, separator, tail = whole.rpartition("\n\n")  # the last empty line: the text may have empty lines of its own
    if not separator or not tail:
        raise Refused([_bad("note-form", "", whole, "is a text, an empty line, and at least one signature line")])
    return Note(signatures=parse_signature_lines(tail), text=head + "\n")


def parse_signature_lines(text: str) -> tuple[SignatureLine, ...]:
    """Read one or more signature lines, each ending in a newline (also the body a witness answers with)."""
    if not text.endswith("\n"):
        raise Refused([_bad("note-form", "signatures", text, "ends in a newline")])
    lines = text[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise Refused([_bad("note-signatures", "signatures", str(len(lines)), f"has at most {SIGNATURES_MAX} lines")])
    return tuple(_parse_line(line, f"signatures[{at}]") for at, line in enumerate(lines))


def _parse_line(line: str, field: str) -> SignatureLine:
    marker, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    raw = decode_base64(encoded)
    if marker != "—" or raw is None or len(raw) < 5:
        raise Refused([_bad("note-line", field, line, "is an em dash, a key name and base64 of key id and signature")])
    check_name(name)
    return SignatureLine(key_id=raw[:4], name=name, signature=raw[4:])


def sign_note(text: str, name: str, key: SigningKey) -> SignatureLine:
    """Sign a note text with a plain Ed25519 key and return the line (signed-note, "Ed25519 signatures")."""
    check_name(name)
    if not text.endswith("\n") or _CONTROL.search(text):
        raise Refused([_bad("note-text", "text", text, "ends in a newline and has no other control character")])
    return SignatureLine(key_id=key_id(name, ED25519, key.public), name=name, signature=key.sign(text.encode()))


def verified_lines(note: Note, keys: Sequence[Verifier]) -> list[tuple[Verifier, SignatureLine]]:
    """Return each line made by one of `keys`, with that key, in the note's order; lines by others are ignored.

    Raises EvidenceError if a line claims one of the keys and does not verify: the whole note is then bad
    (signed-note, "Signatures"). An empty answer means that nobody we know signed: do not read the text.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: list[tuple[Verifier, SignatureLine]] = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        if not key.verifies(note.text, line.signature):
            raise EvidenceError(f"the signature line of {line.name} does not verify over the note text")
        found.append((key, line))
    return found


def open_note(data: bytes, keys: Sequence[Verifier]) -> Note:
    """Parse a note and require a good signature by at least one of `keys`; raises Refused or EvidenceError."""
    note = parse_note(data)
    if not verified_lines(note, keys):
        raise EvidenceError("no signature on the note is by a key we trust for it: " + ", ".join(k.name for k in keys))
    return note


def _bad(code: str, field: str, value: str, rule: str) -> Problem:
    return problem(code, field, value, rule, "Ask the sender for the note's bytes as they were signed.")
