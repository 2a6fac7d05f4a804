"""Write the vectors of the ledger's formats: `PYTHONPATH=src:. python tests/ledger/make_vectors.py`.

Run it only when a format is born. Afterwards the files are the law: a change in them is a change of bytes that stand
in ledgers. The tests derive the same values again from the text of the format pages, with the standard library.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from tests.support import world

from detente.ledger import canonical
from detente.ledger.delivered import told
from detente.ledger.entry import ENTRY_DOMAIN, check_submission, encode_submission, seal_keeping
from detente.ledger.genesis import genesis_bytes, genesis_leaf
from detente.ledger.identity import KeyChange, endorse
from detente.ledger.keys import SMALL_ORDER

VECTORS = Path(__file__).parents[2] / "docs/formats/vectors"

ACCEPTED = [
    '{"a":1,"b":[true,false,null],"c":"é","d":{"x":-9007199254740991,"y":9007199254740991}}',
    '{"A":1,"B":2,"_":3,"a":4,"b":5}',
    '"line one\\nline two\\ttab \\" \\\\ /"',
    '"متوسط 12"',
    '""',
    "[]",
    "0",
    "-1",
]
REFUSED = [
    ("a float", '{"a":1.5}', "canonical-float"),
    ("an integer written as a float", '{"a":1.0}', "canonical-float"),
    ("an exponent", '{"a":1e3}', "canonical-float"),
    ("2^53", '{"a":9007199254740992}', "canonical-integer"),
    ("-2^53", "[-9007199254740992]", "canonical-integer"),
    ("twenty-one digits", "[123456789012345678901]", "canonical-integer"),
    ("minus zero", '{"a":-0}', "canonical-form"),
    ("a key twice", '{"a":1,"a":2}', "canonical-form"),
    ("keys not sorted", '{"b":1,"a":2}', "canonical-form"),
    ("a space", '{"a": 1}', "canonical-form"),
    ("a line feed at the end", '{"a":1}\n', "canonical-form"),
    ("an escape that is not needed", '"\\u0041"', "canonical-form"),
    ("an escaped slash", '"\\/"', "canonical-form"),
    ("upper-case escape digits", '"\\u000B"', "canonical-text"),
    ("not in NFC", '"e\u0301"', "canonical-text"),
    ("a direction override", '"\u202e12"', "canonical-text"),
    ("NUL", '"\\u0000"', "canonical-text"),
    ("DEL", '"\x7f"', "canonical-text"),
    ("a C1 control", '"\u0085"', "canonical-text"),
    ("half of a surrogate pair", '"\\ud800 "', "canonical-json"),
    ("a key outside ASCII", '{"é":1}', "canonical-key"),
    ("nested 33 deep", "[" * 34 + "]" * 34, "canonical-depth"),
    ("a byte order mark", "\ufeff{}", "canonical-json"),
    ("cut short", '{"a":1', "canonical-json"),
    ("two values", "1 2", "canonical-json"),
    ("nothing", "", "canonical-json"),
]


def write(name: str, value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=True, sort_keys=False)
    (VECTORS / f"{name}.json").write_text(text + "\n")


def main() -> None:
    write(
        "canonical-json",
        {
            "about": "Texts that are, and are not, canonical. `code` is that of the first problem.",
            "accepted": ACCEPTED,
            "refused": [{"why": why, "text": text, "code": code} for why, text, code in REFUSED],
            "refused_bytes": [{"why": "not UTF-8", "hex": "22ff22", "code": "canonical-utf-8"}],
        },
    )
    write_keys()
    write_entry()
    write_genesis()
    write_identity()
    entries = [(3, bytes([3]) * 32), (4, bytes([4]) * 32), (9, bytes([9]) * 32)]
    write(
        "told",
        {
            "about": "The list hash after each entry addressed to one party.",
            "start": told([]).hash.hex(),
            "entries": [
                {"index": index, "id": id.hex(), "hash": told(entries[: place + 1]).hash.hex()}
                for place, (index, id) in enumerate(entries)
            ],
        },
    )


def write_keys() -> None:
    identity = bytes([1]) + bytes(31)
    write(
        "keys",
        {
            "about": "Keys and signatures. All of `small_order` and of `forged` must be refused.",
            "signed": [
                {
                    "why": "RFC 8032 section 7.1, TEST 1",
                    "seed": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                    "public": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                    "message": "",
                    "signature": "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
                },
                {
                    "why": "RFC 8032 section 7.1, TEST 2",
                    "seed": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                    "public": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                    "message": "72",
                    "signature": "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                },
            ],
            "small_order": sorted(key.hex() for key in SMALL_ORDER),
            "forged": [
                {
                    "why": "key and R are the identity point, S = 0: holds for every message in a lax verifier",
                    "public": identity.hex(),
                    "message": b"cease fire".hex(),
                    "signature": (identity + bytes(32)).hex(),
                }
            ],
            "exchange": {
                "a_secret": world.seed("cjtf exchange").hex(),
                "a_public": world.exchange("cjtf").public.hex(),
                "b_secret": world.seed("rus exchange").hex(),
                "b_public": world.exchange("rus").public.hex(),
                "shared": world.shared_keys("cjtf")["rus"].hex(),
            },
        },
    )


def write_entry() -> None:
    draft, key = world.notice_draft(), world.signing("cjtf", "watch-1")
    submission, kept = seal_keeping(
        draft, key, world.salts("vector"), world.LEDGER, world.SLOTS, world.shared_keys("cjtf")
    )
    raw = encode_submission(submission)
    checked = check_submission(raw, world.SLOTS, world.LEDGER)
    write(
        "entry",
        {
            "about": "One notice: what goes in, the submission, and every value that is derived from it (hex).",
            "ledger": world.LEDGER.hex(),
            "slots": world.SLOTS,
            "seed": world.seed("cjtf watch-1").hex(),
            "salts": [value.hex() for value in islice(world.salts("vector"), 1 + 4 + 1 + world.SLOTS)],
            "tag_keys": {party: shared.hex() for party, shared in world.shared_keys("cjtf").items()},
            "submission": raw.decode(),
            "signed_message": (ENTRY_DOMAIN + checked.header_bytes).decode(),
            "kept": [None if opening is None else canonical.encode(opening).decode() for opening in kept],
            "id": checked.id.hex(),
            "header_commitment": checked.header_commitment.hex(),
        },
    )
    leaf = checked.leaf(7, world.CREATED_US + 61_000_000)
    write(
        "leaf",
        {
            "about": "The leaf of the notice in entry.json, at index 7; tags by recipient; genesis's leaf is in genesis.json.",
            "index": leaf.index,
            "received_at_us": leaf.received_at_us,
            "header_commitment": leaf.header_commitment.hex(),
            "commitments": [value.hex() for value in leaf.commitments],
            "slots": [value.hex() for value in leaf.slots],
            "author": "cjtf",
            "recipients": {
                party: {
                    "shared": shared.hex(),
                    "slot": list(submission.slots).index(_tag(shared, leaf.header_commitment)),
                }
                for party, shared in world.shared_keys("cjtf").items()
            },
            "leaf": checked.leaf_bytes(7, leaf.received_at_us).hex(),
        },
    )


def _tag(shared: bytes, commitment: bytes) -> str:
    from detente.ledger.leaf import tag

    return tag(shared, commitment).hex()


def write_genesis() -> None:
    signed = world.signed_genesis()
    write(
        "genesis",
        {
            "about": "A genesis signed by three founders; its id; its leaf.",
            "genesis": genesis_bytes(signed.genesis).decode(),
            "signed": canonical.encode(signed).decode(),
            "ledger": world.LEDGER.hex(),
            "leaf": genesis_leaf(signed.genesis).hex(),
        },
    )


def write_identity() -> None:
    newcomer = msgspec.structs.replace(world.party_keys("idn", name="A new party"), officers=())
    change = KeyChange(action="add-party", ledger=world.LEDGER.hex(), party=newcomer)
    signers = {
        "cjtf": world.signing("cjtf", "root"),
        "idn": world.signing("idn", "root"),
        "un": world.signing("un", "root"),
    }
    write(
        "identity",
        {
            "about": "A change as endorsed: the bytes after the domain line, and signatures (hex) by party.",
            "change": canonical.encode(change).decode(),
            "roots": {party: key.public.hex() for party, key in signers.items()},
            "endorsements": {party: endorse(change, key) for party, key in signers.items()},
        },
    )


if __name__ == "__main__":
    main()
