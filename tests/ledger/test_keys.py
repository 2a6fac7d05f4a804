"""Keys: known answers, forgeries that must fail, and secrets that stay secret."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from nacl.bindings import crypto_core_ed25519_add, crypto_scalarmult
from tests.support import world

from detente.errors import Refused
from detente.ledger.keys import (
    SMALL_ORDER,
    ExchangeKey,
    SigningKey,
    is_exchange_key,
    is_signing_key,
    require_signing_key,
    verify,
)

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/keys.json").read_text())
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize("case", VECTORS["signed"], ids=lambda case: case["why"])
def test_known_answers_of_rfc_8032(case: dict[str, str]) -> None:
    key = SigningKey.from_seed(bytes.fromhex(case["seed"]))
    message = bytes.fromhex(case["message"])
    assert key.public.hex() == case["public"]
    assert key.sign(message).hex() == case["signature"]
    assert verify(key.public, message, bytes.fromhex(case["signature"]))


def test_a_flipped_bit_breaks_a_signature() -> None:
    """Each bit of the signature and of the key counts; so does the message."""
    key = world.signing("cjtf", "watch-1")
    message = b"detente/entry/v1\n{}"
    signature = key.sign(message)
    assert verify(key.public, message, signature)
    for bit in range(0, 512, 3):
        changed = bytearray(signature)
        changed[bit >> 3] ^= 1 << (bit & 7)
        assert not verify(key.public, message, bytes(changed))
    for bit in range(0, 256, 3):
        other = bytearray(key.public)
        other[bit >> 3] ^= 1 << (bit & 7)
        assert not verify(bytes(other), message, signature)
    assert not verify(key.public, message + b" ", signature)


def test_the_identity_point_signs_nothing() -> None:
    """Under the identity point, R = identity and S = 0 would be everybody's signature of everything."""
    for case in VECTORS["forged"]:
        public = bytes.fromhex(case["public"])
        assert not verify(public, bytes.fromhex(case["message"]), bytes.fromhex(case["signature"]))
        with pytest.raises(Refused):
            require_signing_key(public, "key")


def test_no_small_order_key_signs_or_registers() -> None:
    """All 14 spellings of the eight points of small order are refused, with every R among them and S = 0."""
    keys = [bytes.fromhex(key) for key in VECTORS["small_order"]]
    assert set(keys) == SMALL_ORDER and len(keys) == 14
    for public in keys:
        assert not is_signing_key(public)
        for point in keys:
            assert not any(verify(public, b"%d" % n, point + bytes(32)) for n in range(8))


def test_a_key_off_the_prime_order_group_is_not_registered() -> None:
    """A good key plus a point of order 8 may verify in one library and not in another; it never gets in."""
    order_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
    mixed = crypto_core_ed25519_add(world.signing("rus", "root").public, order_8)
    assert not is_signing_key(mixed)
    assert is_signing_key(world.signing("rus", "root").public)


def test_a_signature_has_one_spelling() -> None:
    """S + L verifies in a lax verifier and would give one entry two ids."""
    key = world.signing("un", "watch-1")
    signature = key.sign(b"m")
    larger = (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not verify(key.public, b"m", signature[:32] + larger)


def test_odd_sizes_are_no_signatures() -> None:
    key = world.signing("un", "watch-1")
    for public, signature in [
        (b"", b""),
        (key.public, b""),
        (key.public[:31], bytes(64)),
        (key.public, key.sign(b"m") + b"x"),
    ]:
        assert not verify(public, b"m", signature)


def test_two_parties_find_the_same_secret() -> None:
    """The shared secret follows the page's formula from either side."""
    case = VECTORS["exchange"]
    a = ExchangeKey.from_seed(bytes.fromhex(case["a_secret"]))
    b = ExchangeKey.from_seed(bytes.fromhex(case["b_secret"]))
    assert (a.public.hex(), b.public.hex()) == (case["a_public"], case["b_public"])
    lesser, greater = sorted((a.public, b.public))
    raw = crypto_scalarmult(bytes.fromhex(case["a_secret"]), b.public)
    expected = hashlib.sha256(b"detente/exchange/v1\n" + raw + lesser + greater).hexdigest()
    assert a.shared(b.public).hex() == b.shared(a.public).hex() == expected == case["shared"]


def test_an_exchange_key_that_shares_with_everybody_is_refused() -> None:
    """X25519 points of small order give all-zero output: no secret at all."""
    for public in (bytes(32), bytes([1]) + bytes(31), b"short"):
        assert not is_exchange_key(public)
        with pytest.raises(Refused):
            world.exchange("cjtf").shared(public)
    assert is_exchange_key(world.exchange("rus").public)


def test_secrets_are_not_shown() -> None:
    """Printing a key shows its public half only."""
    assert world.seed("cjtf root").hex()[:16] not in repr(world.signing("cjtf", "root"))
    assert world.seed("cjtf exchange").hex()[:16] not in repr(world.exchange("cjtf"))
    with pytest.raises(ValueError):
        SigningKey.from_seed(b"short")
    with pytest.raises(ValueError):
        ExchangeKey.from_seed(b"short")


def test_a_lax_library_would_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if libsodium took everything, keys of small order would sign nothing and register nowhere."""
    monkeypatch.setattr("detente.ledger.keys.crypto_sign_open", lambda signed, public: signed[64:])
    monkeypatch.setattr("detente.ledger.keys.crypto_core_ed25519_is_valid_point", lambda public: True)
    for public in SMALL_ORDER:
        assert not verify(public, b"m", bytes(64)) and not is_signing_key(public)
