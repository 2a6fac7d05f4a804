"""Facets: up to four parts of an entry's body, each for its own audience (docs/formats/entry.md, "Facets").

The header carries four commitments, always four: an unused place holds 32 random bytes, so nobody who reads the header
learns how many facets there are, for whom the others are, or which form they have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, Final

import msgspec

from detente.ledger import canonical
from detente.ledger.canonical import Hex32, PartyId

FACET_DOMAIN: Final = b"detente/facet/v1\n"
FORM_PATTERN: Final = r"^[a-z][a-z0-9-]{0,31}\Z"

FormName = Annotated[str, msgspec.Meta(pattern=FORM_PATTERN)]

# Fields stand in alphabetical order, so the plain encoder writes canonical bytes without sorting.
_PLAIN = msgspec.json.Encoder()


class Facet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a body: who may read it (sorted), a canonical JSON object, and which form of its kind that is."""

    audience: tuple[PartyId, ...]
    body: msgspec.Raw
    form: FormName

    def body_bytes(self) -> bytes:
        """Return the body's canonical bytes, for `Registry.read` (`records.registry`)."""
        return bytes(self.body)


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens a commitment: the facet and its 32-byte salt. Without the salt nobody can test a guess at the body."""

    facet: Facet
    salt: Hex32


Openings = tuple[Opening | None, Opening | None, Opening | None, Opening | None]
"""One place for each commitment. None: not opened here. A facet kept back and an unused place look the same."""

CLOSED: Final[Openings] = (None, None, None, None)


def facet(audience: Iterable[str], body: Any, form: str) -> Facet:
    """Make a facet of a value: its audience sorted, its body canonical. Raises `Refused` outside the strict profile."""
    return Facet(audience=tuple(sorted(set(audience))), body=msgspec.Raw(canonical.encode(body)), form=form)


def facet_bytes(facet: Facet) -> bytes:
    """Return the canonical bytes of a facet whose body is canonical: what the commitment hides."""
    return _PLAIN.encode(facet)


def facet_commitment(position: int, salt: bytes, plaintext: bytes) -> bytes:
    """Return SHA-256 of `detente/facet/v1\\n`, the position as one byte (0 to 3), the 32-byte salt, the facet bytes."""
    return hashlib.sha256(FACET_DOMAIN + bytes((position,)) + salt + plaintext).digest()


def opens(commitment: bytes, position: int, opening: Opening) -> bool:
    """Tell whether an opening is what was committed to at this position."""
    return facet_commitment(position, bytes.fromhex(opening.salt), facet_bytes(opening.facet)) == commitment
