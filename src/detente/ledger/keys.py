"""Keys: Ed25519 to sign, X25519 to recognise. One library (libsodium), one verifier, everywhere.

Two verifiers that disagree about one odd signature would let an attacker split the parties, so nothing else in Detente
verifies. Public keys of small order, and those off the prime-order group or written in a second way, are refused at
registration (`require_signing_key`); `verify` refuses the small-order ones again, whatever the library does.

Seeds come in as arguments: nothing here draws a random number.
"""

from __future__ import annotations

import hashlib
from typing import Final

import nacl.exceptions
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_scalarmult,
    crypto_scalarmult_base,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)

from detente.errors import Refused, problem

KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64

EXCHANGE_DOMAIN: Final = b"detente/exchange/v1\n"

_P: Final = 2**255 - 19
_ORDER_8_Y: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826


def _small_order_keys() -> frozenset[bytes]:
    """Every encoding, canonical or not, of the eight points whose order divides 8."""
    ys = {0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y}
    ys |= {y + _P for y in ys if y + _P < 2**255}
    return frozenset((y | sign << 255).to_bytes(32, "little") for y in ys for sign in (0, 1))


SMALL_ORDER: Final = _small_order_keys()
"""Keys under which anyone can sign: S = 0 and R = identity verifies for (almost) every message in a lax verifier."""


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (64 bytes) over `message` was made with the private half of `public` (32 bytes).

    Never raises: odd sizes, small-order keys and S not below the group order are simply not signatures.
    """
    if len(public) != KEY_SIZE or len(signature) != SIGNATURE_SIZE or public in SMALL_ORDER:
        return False
    try:
        crypto_sign_open(signature + message, public)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


def is_signing_key(public: bytes) -> bool:
    """Tell whether bytes are an Ed25519 public key fit for registration: canonical, on the curve, of prime order."""
    return len(public) == KEY_SIZE and public not in SMALL_ORDER and crypto_core_ed25519_is_valid_point(public)


def require_signing_key(public: bytes, field: str) -> None:
    """Refuse to register a key under which signatures prove nothing, or that two verifiers might read differently."""
    if not is_signing_key(public):
        raise Refused(
            [
                problem(
                    "key-unusable",
                    field,
                    public.hex(),
                    "is not an Ed25519 public key of prime order",
                    "Make a fresh key pair and register that",
                )
            ]
        )


def is_exchange_key(public: bytes) -> bool:
    """Tell whether bytes are an X25519 public key that yields a secret at all (not of small order)."""
    if len(public) != KEY_SIZE:
        return False
    try:
        crypto_scalarmult(bytes([8]) + bytes(30) + bytes([64]), public)
    except nacl.exceptions.RuntimeError:
        return False
    return True


def require_exchange_key(public: bytes, field: str) -> None:
    """Refuse to register an exchange key with which everybody shares the same secret."""
    if not is_exchange_key(public):
        raise Refused(
            [
                problem(
                    "key-unusable",
                    field,
                    public.hex(),
                    "is not a usable X25519 public key",
                    "Make a fresh key pair and register that",
                )
            ]
        )


class SigningKey:
    """The private half of an Ed25519 key pair. Stays at its owner's station; never printed."""

    __slots__ = ("_secret", "public")

    public: bytes

    def __init__(self, public: bytes, secret: bytes) -> None:
        self.public = public
        self._secret = secret

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """Make the pair that belongs to 32 secret bytes (RFC 8032 section 5.1.5)."""
        if len(seed) != KEY_SIZE:
            raise ValueError("an Ed25519 seed has 32 bytes")
        return cls(*crypto_sign_seed_keypair(seed))

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over a message; the same every time."""
        return crypto_sign(message, self._secret)[:SIGNATURE_SIZE]

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public.hex()})"


class ExchangeKey:
    """The private half of an X25519 key pair: gives each pair of parties one secret for recipient tags."""

    __slots__ = ("_secret", "public")

    public: bytes

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.public = crypto_scalarmult_base(secret)

    @classmethod
    def from_seed(cls, seed: bytes) -> ExchangeKey:
        """Make the pair that belongs to 32 secret bytes."""
        if len(seed) != KEY_SIZE:
            raise ValueError("an X25519 seed has 32 bytes")
        return cls(seed)

    def shared(self, other_public: bytes) -> bytes:
        """Return the 32 secret bytes that only the two holders know: the same from either side.

        SHA-256 over a domain line, the X25519 output and both public keys, the lesser first (RFC 7748 section 6.1 asks
        that both keys enter the derivation). A key of small order is refused.
        """
        if len(other_public) != KEY_SIZE:  # the binding itself would read past the end
            require_exchange_key(other_public, "exchange_key")
        try:
            secret = crypto_scalarmult(self._secret, other_public)
        except nacl.exceptions.RuntimeError:
            require_exchange_key(other_public, "exchange_key")
            raise
        first, second = sorted((self.public, other_public))
        return hashlib.sha256(EXCHANGE_DOMAIN + secret + first + second).digest()

    def __repr__(self) -> str:
        return f"ExchangeKey(public={self.public.hex()})"
