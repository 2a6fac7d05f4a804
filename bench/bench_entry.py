"""Entries: how many 1 kB notices one thread admits, reads back and scans in a second.

The notice is that of the tests (one polygon of 8 vertices; 2.1 kB with header, coarse facet and 8 slots). The baseline does
the same checks the obvious way: `json` to read, `rfc8785` to encode again and to make the signed bytes, `hashlib`, and
`cryptography` to verify. The signature alone is shown, as it is the floor. Alone: `python bench/bench_entry.py`.
"""

from __future__ import annotations

import gc
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from detente.ledger import canonical
from detente.ledger.entry import ENTRY_DOMAIN, check_submission, encode_submission, seal
from detente.ledger.keys import verify
from detente.ledger.leaf import scan, tag
from detente.ledger.shown import check_shown, show
from table import Row, render

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.support import world

COUNT = 3_000


def rows() -> list[Row]:
    """Return the rows; about 8 seconds, single thread, garbage collection on, best of 3."""
    raws = [world.raw_notice(f"bench {n}", signed_at_us=world.CREATED_US + n) for n in range(200)]
    raw = raws[0]
    checked = check_submission(raw, world.SLOTS, world.LEDGER)
    message = ENTRY_DOMAIN + checked.header_bytes
    public, signature = bytes.fromhex(checked.header.key), checked.signature
    obvious = _rate(lambda n: _check_the_obvious_way(raws[n % 200]), COUNT // 3)
    result = []
    ours = _rate(lambda n: check_submission(raws[n % 200], world.SLOTS, world.LEDGER))
    note = f"{1e6 / ours:.0f} µs each for {len(raw)} bytes; asked: about 100 µs"
    result.append(_row("check a submission", ours, obvious, note))
    floor = _rate(lambda _: verify(public, message, signature))
    result.append(
        _row(
            "of this: verify the signature",
            floor,
            _rate(lambda _: _verify(public, message, signature)),
            "libsodium; cryptography",
        )
    )
    words = world.notice_body("Пролёт двух самолётов южнее аэродрома, без остановки")
    body, plain = canonical.encode(words), canonical.encode(world.notice_body())
    slow = _rate(lambda _: rfc8785.dumps(json.loads(plain)) == plain, COUNT // 3)
    result.append(
        _row("is a 1 kB body canonical, ASCII", _rate(lambda _: canonical.check(plain)), slow, f"{len(plain)} bytes")
    )
    slow = _rate(lambda _: rfc8785.dumps(json.loads(body)) == body, COUNT // 3)
    result.append(
        _row("is a 1 kB body canonical, Cyrillic", _rate(lambda _: canonical.check(body)), slow, f"{len(body)} bytes")
    )
    shown = show(world.notice("bench 0", signed_at_us=world.CREATED_US), checked.leaf_bytes(7, 1), "rus")
    assert shown is not None
    reader = _rate(lambda _: check_shown(shown, world.SLOTS, world.LEDGER))
    result.append(_row("a recipient checks an entry against its leaf", reader, obvious, "baseline: the same as above"))
    draft, key, tags = world.notice_draft(), world.signing("cjtf", "watch-1"), world.shared_keys("cjtf")
    salts = world.salts()
    sealing = _rate(lambda _: encode_submission(seal(draft, key, salts, world.LEDGER, world.SLOTS, tags)))
    result.append(_row("seal a draft", sealing, ours, "baseline: our own check"))
    leaf = checked.leaf(7, 1)
    keys = {party: bytes([n]) * 32 for n, party in enumerate(("cjtf", "rus", "un"))}
    plain_scan = _rate(lambda _: any(_tag(key, leaf.header_commitment) in leaf.slots for key in keys.values()), 20_000)
    result.append(
        _row(
            "scan a leaf under three parties' keys",
            _rate(lambda _: scan(leaf, keys), 50_000),
            plain_scan,
            "nothing found; hmac module",
        )
    )
    assert _tag(keys["un"], leaf.header_commitment) == tag(keys["un"], leaf.header_commitment)
    return result


def _check_the_obvious_way(raw: bytes) -> bytes:
    value = json.loads(raw)
    assert rfc8785.dumps(value) == raw
    header = rfc8785.dumps(value["header"])
    for place, opening in enumerate(value["facets"]):
        if opening is not None:
            text = rfc8785.dumps(opening["facet"])
            made = hashlib.sha256(b"detente/facet/v1\n" + bytes([place]) + bytes.fromhex(opening["salt"]) + text)
            assert made.hexdigest() == value["header"]["commitments"][place]
    signature = bytes.fromhex(value["signature"])
    _verify(bytes.fromhex(value["header"]["key"]), ENTRY_DOMAIN + header, signature)
    return hashlib.sha256(b"detente/entry-id/v1\n" + header + signature).digest()


def _verify(public: bytes, message: bytes, signature: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


def _tag(shared: bytes, commitment: bytes) -> bytes:
    return hmac.new(shared, b"detente/tag/v1\n" + commitment, "sha256").digest()[:16]


def _rate(work: Callable[[int], object], count: int = COUNT) -> float:
    best = 0.0
    for _ in range(3):
        gc.collect()
        start = time.perf_counter()
        for n in range(count):
            work(n)
        best = max(best, count / (time.perf_counter() - start))
    return best


def _row(work: str, ours: float, baseline: float, note: str) -> Row:
    return Row(work, f"{ours:,.0f}/s", f"{baseline:,.0f}/s", f"{ours / baseline:.1f} x", note)


if __name__ == "__main__":
    print(render("Entries", rows()))
