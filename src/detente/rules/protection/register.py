"""A register of protected places as one signed, dated file that a unit can carry and ask without any line (docs/formats/register.md).

It is what one station could see of protected sites and movements at one moment. Its date is the moment up to which that station had
proven the ledger, not the moment of writing: a station cut off for ten hours writes a register that is ten hours old.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from detente.errors import EvidenceError, Refused, problem
from detente.geometry.exact.rings import check_outline
from detente.geometry.volume import Outline
from detente.ledger import canonical
from detente.ledger.canonical import Count, Hex32, Hex64
from detente.ledger.keys import SigningKey, verify

FORMAT: Final = "detente/register/1"
DOMAIN: Final = b"detente/register/v1\n"

STALE_AFTER_US: Final = 24 * 3_600_000_000
"""After what age a register is stale; the ledger's rule "register_stale_us" sets another."""


class Protected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One volume of one protected site or movement, seen from above: heights are left out, so that it is never too small.

    `form` is "coarse" where only cell and hour were open to the station. `stated` are the texts in which the place was given;
    `buffer_mm` is how near is too near. Times are those of the volume; after `end_us` nobody may have ended it still.
    """

    activity: str
    author: str
    buffer_mm: Count
    end_us: Count
    error_mm: Count
    form: str
    id: Hex32
    outline: Outline
    recorded_us: Count
    start_us: Count
    stated: tuple[str, ...]
    words: str


class Register(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The register. `unreadable` counts live notices that were not opened to the station and may be protected places too."""

    as_of_us: Count
    format: str
    ledger: Hex32
    made_us: Count
    origin: str
    party: str
    places: tuple[Protected, ...]
    size: Count
    stale_after_us: Count
    unreadable: Count
    virtual: bool


class SignedRegister(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: the register and the signature of the station that made it."""

    key: Hex32
    register: Register
    signature: Hex64


def write_register(register: Register, key: SigningKey) -> bytes:
    """Return the file: canonical JSON, signed by the station's key over the domain and the register's canonical bytes."""
    signature = key.sign(DOMAIN + canonical.encode(register))
    return canonical.encode(SignedRegister(key=key.public.hex(), register=register, signature=signature.hex())) + b"\n"


def read_register(data: bytes, key: str | None = None) -> SignedRegister:
    """Read a register. `key` is the station key (hex) the unit was given; None: whose key it is stays unchecked.

    Refused: not such a file. EvidenceError: its signature does not hold, or it is by another key: it was changed, or is another's.
    """
    signed = canonical.decode(data.rstrip(b"\n"), SignedRegister)
    if signed.register.format != FORMAT:
        rule = f"must be {FORMAT}"
        raise Refused([problem("register-format", "format", signed.register.format, rule, "Export it again.")])
    body = DOMAIN + canonical.encode(signed.register)
    if not verify(bytes.fromhex(signed.key), body, bytes.fromhex(signed.signature)):
        raise EvidenceError(
            "the register was changed after it was signed: its signature does not hold. Answer nothing from it; keep it, and get another"
        )
    if key is not None and key.lower() != signed.key:
        raise EvidenceError(
            f"the register is signed by key {signed.key[:16]}..., not by the station key you were given ({key[:16].lower()}...)"
        )
    problems = [
        p for i, place in enumerate(signed.register.places) for p in check_outline(place.outline, f"places[{i}]")
    ]
    if problems:
        raise Refused(problems)
    return signed


def sorted_places(places: Sequence[Protected]) -> tuple[Protected, ...]:
    """Return places in the one order in which a register has them."""
    return tuple(sorted(places, key=lambda p: (p.start_us, p.id, p.end_us, canonical.encode(p.outline))))
