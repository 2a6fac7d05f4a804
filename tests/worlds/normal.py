"""What one party received, reduced to what two worlds can be compared by.

Only values that are random, or made from random ones by hash or signature, are replaced: each by its kind, its length and a number
that says at which other places the very same value stands. So position, length, order and repetition are still compared, and
every other byte as it is. Public constants (keys, the ledger's id) stay. Index and time of a leaf, key id and time of a
cosignature are taken out of their base64 and hex, and compared.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable

from detente.ledger.leaf import decode_leaf, leaf_size

HEX = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{32,}(?![0-9a-zA-Z])")
BASE64 = re.compile(r"(?<![0-9A-Za-z+/«])[A-Za-z0-9+/]{43,}={0,2}")
HOST_SIGNATURE, COSIGNATURE, HASH = 4 + 64, 4 + 8 + 64, 32


class Normal:
    """The names given to random values in one world, in order of first appearance."""

    def __init__(self, slots: int, public: Iterable[str]) -> None:
        self.slots = slots
        self.public = frozenset(public)
        self.names: dict[str, int] = {}

    def token(self, value: str) -> str:
        """Return what stands for a random value, given in hex: its length, and which one it is."""
        if value in self.public:
            return value
        number = self.names.setdefault(value, len(self.names))
        return f"«{len(value) // 2} bytes, {number}»"

    def text(self, text: str) -> str:
        """Return a text with hex and base64 of random values replaced."""
        text = text.replace("\\n", "\\¶")  # or the n of an escaped line break would belong to what follows it
        return BASE64.sub(lambda found: self._base64(found[0]), HEX.sub(lambda found: self._hex(found[0]), text))

    def _hex(self, value: str) -> str:
        if len(value) == 2 * leaf_size(self.slots):
            return self.leaf(bytes.fromhex(value))
        return self.token(value)

    def _base64(self, value: str) -> str:
        try:
            data = base64.b64decode(value, validate=True)
        except binascii.Error:
            return value
        if len(data) == HASH:
            return "b64" + self.token(data.hex())
        if len(data) in (HOST_SIGNATURE, COSIGNATURE):
            return f"b64 {data[:-64].hex()} " + self.token(data[-64:].hex())
        return value

    def leaf(self, data: bytes) -> str:
        """Return a leaf: index and time as they are, all else by name."""
        leaf = decode_leaf(data, self.slots)
        parts = [data[17 + 32 * n : 49 + 32 * n] for n in range(5)]
        tags = [leaf.tags[at : at + 16] for at in range(0, len(leaf.tags), 16)]
        names = " ".join(self.token(part.hex()) for part in (*parts, *tags))
        return f"leaf({leaf.index} {leaf.received_at_us} {names})"

    def body(self, path: str, content_type: bytes, data: bytes) -> str:
        """Return an HTTP body, read as what its path and type say it is."""
        if content_type != b"application/octet-stream":
            return self.text(data.decode())
        size = leaf_size(self.slots)
        if path.startswith("/tile/entries/"):
            parts = [data[at : at + size + 2] for at in range(0, len(data), size + 2)]
            return " ".join(part[:2].hex() + self.leaf(part[2:]) for part in parts)
        if path.startswith("/tile/"):
            return " ".join(self.token(data[at : at + 32].hex()) for at in range(0, len(data), 32))
        return " ".join(self.leaf(data[at : at + size]) for at in range(0, len(data), size))

    def session(self, data: bytes) -> str:
        """Return the answer to a login: the token's claims but its number, and its length."""
        answer = json.loads(data)
        head, claims, signature = answer["token"].split(".")
        read = json.loads(base64.urlsafe_b64decode(claims + "=="))
        read["jti"] = len(read["jti"])
        answer["token"] = [head, read, len(claims), len(signature)]
        return self.text(json.dumps(answer))
