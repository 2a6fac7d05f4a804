#!/usr/bin/env python3
"""Check an investigator's bundle (docs/formats/bundle.md) without trusting whoever made it.

One file, the standard library and PyNaCl, nothing of Detente. It says what is PROVEN (follows from signatures and hashes),
what is only CLAIMED (somebody's word), and what is MISSING, and answers "was party P told of entry E before time T?"

    python detente_verify.py BUNDLE --ledger ID [--party P --entry E --before 2016-09-17T13:55:00Z] [--json]

Exit code 0: the bundle holds, and every question asked is answered with yes (by the host's log, or by a station's own signed
word with its own clock, which is said). 1: something in it does not hold; believe none
of it. 2: it holds, but to some question there is no evidence. 64: wrong use. Times are UTC, as logged in the ledger.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import struct
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import nacl.exceptions
from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open

HOLDS, REFUSED, NO_EVIDENCE, WRONG_USE = 0, 1, 2, 64
YES, OWN_CLOCK, NO = "yes", "yes, by its own clock", "no evidence"
MAX_INT = 2**53 - 1


class Fault(Exception):  # noqa: N818 - what it names is in the bundle, not in this program
    """Something in the bundle does not hold. The whole bundle is refused."""


def need(holds: object, fault: str) -> None:
    """Raise Fault unless `holds`."""
    if not holds:
        raise Fault(fault)


# ---- canonical JSON (RFC 8785, no floats) -------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """Return the one text of a value: keys sorted (they are ASCII), no spaces, shortest escapes, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse(data: bytes) -> Any:
    """Read canonical JSON; another spelling of the same value, a repeated key, a fraction or a huge number is refused."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        need(len(dict(pairs)) == len(pairs), "a key stands twice in one object")
        need(all(key.isascii() for key, _ in pairs), "a key is not ASCII")
        return dict(pairs)

    def never(text: str) -> Any:
        raise Fault(f"{text[:40]} is not an integer")

    try:
        value = json.loads(data.decode(), object_pairs_hook=once, parse_float=never, parse_constant=never)
        need(canonical(value) == data, "the file is not in canonical form: it was edited or re-encoded")
    except (ValueError, RecursionError) as error:
        raise Fault(f"the file is not canonical JSON: {error}") from None
    return value


class Hex:
    """The shape of lower-case hex digits standing for `size` bytes (None: any number of whole bytes)."""

    def __init__(self, size: int | None) -> None:
        self.size = size


class Maybe:
    """The shape of null or something."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner


class Exactly(list):  # type: ignore[type-arg]
    """The shape of a list of exactly these items."""


ANY_OBJECT, ANY_VALUE = object(), object()
H32, H64 = Hex(32), Hex(64)

FACET = {"audience": [str], "body": ANY_OBJECT, "form": str}
OPENING = Maybe({"facet": FACET, "salt": H32})
HEADER = {
    "audience": [str],
    "author": str,
    "commitments": Exactly([H32] * 4),
    "key": H32,
    "kind": str,
    "ledger": H32,
    "refers_to": [H32],
    "signed_at_us": int,
    "supersedes": Maybe(H32),
}
ENTRY = {
    "facets": Exactly([OPENING] * 4),
    "header": HEADER,
    "header_salt": H32,
    "inclusion": [H32],
    "leaf": Hex(None),
    "signature": H64,
}
KEYS = {
    "cosigner_key": H32,
    "exchange_key": H32,
    "name": str,
    "officers": [{"key": H32, "officer": str, "roles": [str]}],
    "party": str,
    "root_key": H32,
    "station_key": H32,
}
GENESIS = {
    "clock": str,
    "created_us": int,
    "founders": [KEYS],
    "host": {"key": H32, "name": str},
    "origin": str,
    "quorum": int,
    "rules": ANY_OBJECT,
    "screening": ANY_OBJECT,
    "separation": ANY_OBJECT,
    "slots": int,
}
BUNDLE = {
    "bundle": str,
    "checkpoints": [{"consistency": [H32], "note": str}],
    "entries": [ENTRY],
    "forks": [{"first": str, "proof": [H32], "root_in_second": H32, "second": str}],
    "genesis": {"genesis": GENESIS, "signatures": ANY_OBJECT},
    "genesis_inclusion": [H32],
    "leaves": Maybe(Hex(None)),
    "lists": [{"authors": [str], "entries": [{"id": H32, "index": int}], "party": str}],
    "made": {"at_us": int, "by": str, "words": str},
    "questions": [{"about": H32, "before_us": int, "party": str}],
    "ruleset": ANY_OBJECT,
    "seal": Maybe({"key": H32, "signature": H64}),
    "timeline": [{"id": H32, "index": int, "received_at_us": int, "words": str}],
}
ACKNOWLEDGED = {
    "from": str,
    "kind": str,
    "ledger": H32,
    "payload": {"id": H32, "received_at_us": int},
    "sent_at_us": int,
    "signature": H64,
    "to": str,
}
WATERMARK = {"count": int, "list_hash": H32, "size": int}
CLOSING = {"about": H32, "words": str}
ERASURE = {"about": H32, "authority": str, "reason": str}
ERASURE_2 = {"about": H32, "authority": str, "positions": [int], "reason": str}
DISCLOSURE = {"about": H32, "facet": str, "position": int, "salt": H32, "words": str}
OFFICER = {
    "distrust_since_us": Maybe(int),
    "key": H32,
    "officer": str,
    "party": str,
    "roles": [str],
    "state": str,
    "words": str,
}
PARTY = {
    "acts_for": [str],
    "answered_for_by": Maybe(str),
    "cosigner_key": Maybe(H32),
    "endorsements": [{"key": H32, "party": str, "signature": H64}],
    "exchange_key": Maybe(H32),
    "name": str,
    "parent": Maybe(str),
    "party": str,
    "root_key": Maybe(H32),
    "state": str,
    "station_key": Maybe(H32),
    "words": str,
}


def shaped(value: Any, shape: Any, where: str = "") -> None:
    """Raise Fault unless a value has exactly this shape: no field more, none less."""
    if isinstance(shape, Maybe):
        if value is not None:
            shaped(value, shape.inner, where)
    elif isinstance(shape, Hex):
        text = value if isinstance(value, str) else "?"
        good = all(c in "0123456789abcdef" for c in text) and len(text) % 2 == 0
        need(good and shape.size in (None, len(text) // 2), f"{where} is not the hex it should be")
    elif isinstance(shape, dict):
        need(isinstance(value, dict) and set(value) == set(shape), f"{where} has not exactly the fields it should have")
        for key, inner in shape.items():
            shaped(value[key], inner, f"{where}.{key}" if where else key)
    elif isinstance(shape, list):
        need(isinstance(value, list), f"{where} is not a list")
        exact = isinstance(shape, Exactly)
        need(not exact or len(value) == len(shape), f"{where} has not {len(shape)} items")
        for at, item in enumerate(value):
            shaped(item, shape[at if exact else 0], f"{where}[{at}]")
    elif shape is ANY_OBJECT:
        need(isinstance(value, dict), f"{where} is not an object")
    elif shape is int:
        good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INT
        need(good, f"{where} is not a whole number from 0 to 2^53 - 1")
    else:
        need(isinstance(value, shape), f"{where} is not a {shape.__name__}")


# ---- signatures, hashes, Merkle tree (RFC 9162 section 2.1) -------------------------------------------------------


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Ed25519, on usable keys only: a key of small order signs anything."""
    if len(public) != 32 or len(signature) != 64 or not crypto_core_ed25519_is_valid_point(public):
        return False
    try:
        crypto_sign_open(signature + message, public)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def included(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    first, last, result = index, size - 1, leaf_hash(leaf)
    for node in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            result = sha256(b"\x01" + node + result)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            result = sha256(b"\x01" + result + node)
        first, last = first >> 1, last >> 1
    return last == 0 and result == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2, for 0 < old <= new; equal sizes need equal roots and no proof."""
    if not 0 < old <= new or old == new:
        return old == new and not proof and old_root == new_root
    nodes = [old_root, *proof] if old & (old - 1) == 0 else proof
    if not proof:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    left = right = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            left, right = sha256(b"\x01" + node + left), sha256(b"\x01" + node + right)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            right = sha256(b"\x01" + right + node)
        first, last = first >> 1, last >> 1
    return left == old_root and right == new_root and last == 0


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1: neighbours are paired level by level, a last one without neighbour is carried up."""
    level = [leaf_hash(leaf) for leaf in leaves] or [sha256(b"")]
    while len(level) > 1:
        above = [sha256(b"\x01" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = above + level[len(above) * 2 :]
    return level[0]


def unhex(items: list[str]) -> list[bytes]:
    return [bytes.fromhex(item) for item in items]


# ---- signed notes and checkpoints (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature) -----------------------


def unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    need(data and base64.b64encode(data).decode() == text, f"{text[:50]!r} is not base64")
    return data


class Checkpoint:
    """A checkpoint whose host signature has been verified. `lines` are (name, key id, signature) of its note."""

    def __init__(self, note: str, origin: str, host_key: bytes) -> None:
        self.text, separator, tail = note.rpartition("\n\n")
        self.text += "\n"
        need(separator and tail.endswith("\n"), "a checkpoint is not a signed note")
        need(not any(c < " " and c != "\n" for c in note), "a checkpoint holds control characters")
        self.lines = []
        for line in tail[:-1].split("\n"):
            parts = line.split(" ")
            need(len(parts) == 3 and parts[0] == "—", "a signature line of a checkpoint is malformed")
            raw = unbase64(parts[2])
            self.lines.append((parts[1], raw[:4], raw[4:]))
        head = self.text.split("\n")
        need(len(head) == 4, "a checkpoint has not exactly origin, size and root")
        need(head[0] == origin, f"a checkpoint is of {head[0]!r}, not of {origin!r}")
        need(
            head[1].isascii() and head[1].isdecimal() and len(head[1]) < 19 and str(int(head[1])) == head[1], "bad size"
        )
        self.size, self.root = int(head[1]), unbase64(head[2])
        need(self.size > 0 and len(self.root) == 32, "a checkpoint without leaves or with a bad root")
        own = key_id(origin, 1, host_key)
        signed = [
            verify(host_key, self.text.encode(), sig) for name, id, sig in self.lines if (name, id) == (origin, own)
        ]
        need(signed and all(signed), f"the checkpoint at size {self.size} is not signed by the host")

    def cosigned(self, origin: str, cosigners: dict[str, set[bytes]]) -> dict[str, int]:
        """Return party -> the time (s) at which its station cosigned; a line that claims a known key must verify."""
        times: dict[str, int] = {}
        for party, publics in cosigners.items():
            for public in publics:
                name = f"{origin}/{party}"
                for line_name, id, signature in self.lines:
                    if (line_name, id) != (name, key_id(name, 4, public)):
                        continue
                    at = int.from_bytes(signature[:8], "big")
                    message = f"cosignature/v1\ntime {at}\n{self.text}".encode()
                    good = len(signature) == 72 and at < 2**63 and verify(public, message, signature[8:])
                    need(good, f"the cosignature of {party} at size {self.size} does not verify")
                    times[party] = min(at, times.get(party, at))
        return times


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


# ---- keys: who may sign for whom, at which index (docs/formats/identity.md) ---------------------------------------


class Use:
    """One key: whose, in which role, valid for start <= index < end."""

    def __init__(self, party: str, role: str, start: int, officer: str = "") -> None:
        self.party, self.role, self.start, self.officer = party, role, start, officer
        self.end: int | None = None
        self.distrust_since_us: int | None = None

    def valid_at(self, index: int) -> bool:
        return self.start <= index and (self.end is None or index < self.end)

    def title(self) -> str:
        return f"officer {self.officer} of {self.party}" if self.officer else f"the {self.role} of {self.party}"


MAY_END = {"root": {"root", "officer", "station", "cosigner"}, "station": {"officer"}}


class Keys:
    """The fold over genesis and the entries that change keys. What cannot be followed raises Fault and changes nothing."""

    def __init__(self, genesis: dict[str, Any], ledger: str) -> None:
        self.uses: dict[str, Use] = {}
        self.ledger, self.quorum, self.host = ledger, genesis["quorum"], genesis["host"]["key"]
        for founder in genesis["founders"]:
            self.install(founder, 0)

    def install(self, party: dict[str, Any], index: int) -> None:
        news = [(party[f"{role}_key"], role, "") for role in ("root", "station", "cosigner", "exchange")]
        news += [(officer["key"], "officer", officer["officer"]) for officer in party["officers"]]
        keys = [key for key, _, _ in news]
        need(len(set(keys)) == len(keys) and not set(keys) & {*self.uses, self.host}, "a key is used twice")
        for key, role, officer in news:
            self.uses[key] = Use(party["party"], role, index + 1, officer)

    def at(self, key: str, index: int) -> Use | None:
        use = self.uses.get(key)
        return use if use and use.valid_at(index) else None

    def held(self, party: str, role: str, index: int) -> list[str]:
        return [k for k, u in self.uses.items() if (u.party, u.role) == (party, role) and u.valid_at(index)]

    def apply(self, kind: str, body: dict[str, Any], author: str, key: str, index: int) -> None:
        signer = self.at(key, index)
        need(signer and signer.party == author, "its own signer is not known here")
        assert signer is not None
        if kind == "officer/1":
            shaped(body, OFFICER, "officer")
            need(body["party"] == author, "it speaks of another party's officer")
            self._officer(body, signer, key, index)
        elif kind == "party/1":
            shaped(body, PARTY, "party")
            self._party(body, signer, author, index)

    def _officer(self, body: dict[str, Any], signer: Use, key: str, index: int) -> None:
        use = self.uses.get(body["key"])
        if body["state"] == "active":
            if use and use.valid_at(index) and (use.party, use.officer) == (signer.party, body["officer"]):
                return
            need(use is None and body["key"] != self.host, "the key was used before")
            need(signer.role == "root", "only the party's root adds officers")
            for old in self.uses.values():
                if (old.party, old.officer) == (signer.party, body["officer"]) and old.end is None:
                    old.end = index + 1
            self.uses[body["key"]] = Use(signer.party, "officer", index + 1, body["officer"])
            return
        need(use and use.party == signer.party, "it ends a key that is not known here")
        assert use is not None
        need(key == body["key"] or use.role in MAY_END.get(signer.role, ()), "its signer may not end this key")
        if body["state"] == "revoked":
            need(use.end is None, "the key has ended already")
            use.end = index + 1
        else:
            since = body["distrust_since_us"] or 0
            use.distrust_since_us = since if use.distrust_since_us is None else min(since, use.distrust_since_us)

    def _party(self, body: dict[str, Any], signer: Use, author: str, index: int) -> None:
        party = body["party"]
        known = any(use.party == party for use in self.uses.values())
        if body["state"] == "departed" or body["root_key"] is None:
            if known and body["state"] == "departed":
                need(party == author and signer.role == "root", "only its own root ends a party's keys")
                self._end_all(party, index, keep="exchange")
            return
        keys = {name: body[name] for name in KEYS if name in body} | {"officers": []}
        shaped(keys, KEYS, "party")
        if known and body["root_key"] in self.held(party, "root", index):
            need(party == author and signer.role == "root", "only its own root replaces a party's keys")
            for role in ("station", "cosigner", "exchange"):
                new, held = body[f"{role}_key"], self.held(party, role, index)
                if new not in held:
                    need(new not in self.uses and new != self.host, "a key was used before")
                    for old in held:
                        self.uses[old].end = index + 1
                    self.uses[new] = Use(party, role, index + 1)
            return
        action = "recover-party" if known else "add-party"
        change = {"action": action, "host": None, "ledger": self.ledger, "party": keys}
        message = b"detente/endorsement/v1\n" + canonical(change)
        given = {item["party"]: bytes.fromhex(item["signature"]) for item in body["endorsements"]}
        need(verify(bytes.fromhex(keys["root_key"]), message, given.get(party, b"")), "the party itself did not sign")
        others = {
            u.party: k for k, u in self.uses.items() if u.role == "root" and u.valid_at(index) and u.party != party
        }
        good = [
            other
            for other, root in others.items()
            if self.uses[root].distrust_since_us is None and verify(bytes.fromhex(root), message, given.get(other, b""))
        ]
        wanted = max(1, min(self.quorum, len(others)) if known else self.quorum)
        need(len(good) >= wanted, f"it needs {wanted} endorsements and has {len(good)} that can be verified here")
        if known:
            self._end_all(party, index)
        self.install(keys, index)

    def _end_all(self, party: str, index: int, keep: str = "") -> None:
        for use in self.uses.values():
            if use.party == party and use.end is None and use.role != keep:
                use.end = index + 1


# ---- entries and leaves (docs/formats/entry.md, leaf.md) ----------------------------------------------------------


class Entry:
    """An entry whose signature, commitments and leaf hold together, and whose leaf is in the tree."""

    def __init__(self, raw: dict[str, Any], slots: int, ledger: str, head: Checkpoint) -> None:
        self.header, self.facets = raw["header"], raw["facets"]
        self.author, self.kind = self.header["author"], self.header["kind"]
        signed, signature = canonical(self.header), bytes.fromhex(raw["signature"])
        public = bytes.fromhex(self.header["key"])
        leaf = bytes.fromhex(raw["leaf"])
        need(len(leaf) == 177 + 16 * slots and leaf[0] == 1, "a leaf has not the length or version of this ledger")
        self.index, self.received_at_us = struct.unpack_from(">QQ", leaf, 1)
        self.id = sha256(b"detente/entry-id/v1\n" + signed + signature).hex()
        me = f"entry #{self.index} ({self.id[:12]})"
        need(self.header["ledger"] == ledger, f"{me} was signed for another ledger")
        need(verify(public, b"detente/entry/v1\n" + signed, signature), f"{me}: the signature does not verify")
        self.audience = self.header["audience"]
        need(self.audience and self.audience == sorted(set(self.audience)), f"{me}: the audience is not a sorted set")
        salt = bytes.fromhex(raw["header_salt"])
        need(sha256(b"detente/header/v1\n" + salt + bytes.fromhex(self.id)) == leaf[17:49], f"{me} is not this leaf's")
        need(
            b"".join(unhex(self.header["commitments"])) == leaf[49:177], f"{me}: leaf and header commit to other facets"
        )
        need(
            included(leaf, self.index, head.size, unhex(raw["inclusion"]), head.root),
            f"{me} is not shown to be recorded",
        )
        for position, opening in enumerate(self.facets):
            if opening is not None:
                self._check_facet(position, opening, f"{me}, facet {position}")
        self.signer: Use | None = None
        self.flagged = False

    def _check_facet(self, position: int, opening: dict[str, Any], where: str) -> None:
        facet = opening["facet"]
        opened = facet_commitment(position, opening["salt"], canonical(facet))
        need(opened == self.header["commitments"][position], f"{where} is not what the author signed for")
        need(facet["audience"] == sorted(set(facet["audience"])), f"{where}: the audience is not a sorted set")
        need(
            {*facet["audience"]} <= {*self.audience, self.author},
            f"{where} is for someone outside the entry's audience",
        )

    def body(self, form: str = "full") -> dict[str, Any]:
        found = [o["facet"]["body"] for o in self.facets if o is not None and o["facet"]["form"] == form]
        return found[0] if found else {}

    def readable_by(self, party: str) -> list[dict[str, Any]]:
        """The opened facets that a party may read."""
        facets = [opening["facet"] for opening in self.facets if opening is not None]
        return [facet for facet in facets if party == self.author or party in facet["audience"]]

    def line(self) -> str:
        return f"#{self.index} {self.author} {self.kind} ({self.id[:12]})"


def facet_commitment(position: int, salt: str, plaintext: bytes) -> str:
    return sha256(b"detente/facet/v1\n" + bytes([position]) + bytes.fromhex(salt) + plaintext).hex()


def told_chain(before: bytes, entries: list[tuple[int, str]]) -> bytes:
    """The list hash of docs/formats/told.md, carried on over (index, id) pairs."""
    for index, id in entries:
        before = sha256(b"detente/told/v1\n" + before + index.to_bytes(8, "big") + bytes.fromhex(id))
    return before


# ---- the bundle ---------------------------------------------------------------------------------------------------


class Bundle:
    """A bundle that holds. Making one checks everything; raises Fault at the first thing that does not hold."""

    def __init__(self, data: bytes, anchor: str | None) -> None:
        raw = parse(data)
        named = raw.get("bundle") if isinstance(raw, dict) else None
        second = named == "detente/bundle/2"
        shaped(raw, {**BUNDLE, "acknowledged": [ACKNOWLEDGED]} if second else BUNDLE)
        need(second or named == "detente/bundle/1", f"format {named!r} is not known to this program")
        self.raw = raw
        self.proven: list[str] = []
        self.claimed: list[str] = []
        self.missing: list[str] = []
        self._genesis(anchor)
        self._checkpoints()
        self._leaves()
        self._entries()
        self._keys()
        self._cosignatures()
        self._timeline()
        self._lists()
        self._acknowledged()
        self._seal()
        self._say_more()

    def _genesis(self, anchor: str | None) -> None:
        signed = self.raw["genesis"]
        self.genesis = genesis = signed["genesis"]
        self.origin, self.slots = genesis["origin"], genesis["slots"]
        message = b"detente/genesis/v1\n" + canonical(genesis)
        self.ledger = sha256(message).hex()
        need(1 <= self.slots <= 64 and genesis["clock"] in ("real", "virtual"), "genesis breaks a rule of its format")
        self.virtual = genesis["clock"] == "virtual"
        need(self.virtual == self.origin.endswith("/replay"), "origin and clock of genesis disagree")
        parties = [founder["party"] for founder in genesis["founders"]]
        need(parties and parties == sorted(set(parties)), "the founders are not a sorted set of parties")
        need(sorted(signed["signatures"]) == parties, "not exactly the founders signed genesis")
        for founder in genesis["founders"]:
            text = signed["signatures"][founder["party"]]
            shaped(text, H64, "genesis signature")
            good = verify(bytes.fromhex(founder["root_key"]), message, bytes.fromhex(text))
            need(good, f"the signature of {founder['party']} under genesis does not verify")
        self.keys = Keys(genesis, self.ledger)
        self.proven.append(f"genesis of ledger {self.ledger} is signed by the roots of {', '.join(parties)}")
        if anchor is None:
            self.missing.append(
                "an anchor: anybody can found a ledger under any names. Compare the ledger id with one you have from a"
                " party you trust, and give it with --ledger"
            )
        else:
            need(anchor.lower() == self.ledger, f"this is ledger {self.ledger}, not the one you named")
            self.proven.append("the ledger is the one you named")

    def _checkpoints(self) -> None:
        host = bytes.fromhex(self.genesis["host"]["key"])
        notes = [Checkpoint(item["note"], self.origin, host) for item in self.raw["checkpoints"]]
        need(notes, "there is no checkpoint")
        sizes = [note.size for note in notes]
        need(sizes == sorted(set(sizes)), "the checkpoints are not in order of size")
        self.notes, self.head = notes, notes[-1]
        for note, item in zip(notes, self.raw["checkpoints"], strict=True):
            proof = unhex(item["consistency"])
            good = consistent(note.size, self.head.size, note.root, self.head.root, proof)
            need(good, f"the checkpoint at size {note.size} is not shown to be a part of the one at {self.head.size}")
        zero = bytes(128 + 16 * self.slots)
        first = struct.pack(">BQQ", 1, 0, self.genesis["created_us"]) + bytes.fromhex(self.ledger) + zero
        proof = unhex(self.raw["genesis_inclusion"])
        need(included(first, 0, self.head.size, proof, self.head.root), "genesis is not shown to be leaf 0 of the tree")
        self.proven.append(
            f"the host {self.genesis['host']['name']!r} signed a ledger of {self.head.size} leaves on it"
        )
        for fork in self.raw["forks"]:
            self._fork(fork, host)

    def _fork(self, fork: dict[str, Any], host: bytes) -> None:
        one, two = Checkpoint(fork["first"], self.origin, host), Checkpoint(fork["second"], self.origin, host)
        root = bytes.fromhex(fork["root_in_second"])
        shown = consistent(one.size, two.size, root, two.root, unhex(fork["proof"]))
        need(shown and root != one.root, "fork evidence in the bundle convicts nobody")
        self.proven.append(f"THE HOST SIGNED TWO HISTORIES: sizes {one.size} and {two.size} cannot both be true")

    def _leaves(self) -> None:
        if self.raw["leaves"] is None:
            return
        data, length = bytes.fromhex(self.raw["leaves"]), 177 + 16 * self.slots
        leaves = [data[at : at + length] for at in range(0, len(data), length)]
        need(len(data) == length * self.head.size, "the leaves are not as many as the checkpoint says")
        need(root_of(leaves) == self.head.root, "the leaves do not hash to the root in the checkpoint")
        last_us = 0
        for index, leaf in enumerate(leaves):
            version, number, received_us = struct.unpack_from(">BQQ", leaf)
            need((version, number) == (1, index), f"leaf {index} does not say its own index")
            need(received_us >= last_us, f"the logged time runs backwards at leaf {index}")
            last_us = received_us
        self.proven.append(f"all {len(leaves)} leaves hash to the signed root, and no logged time runs backwards")

    def _entries(self) -> None:
        self.entries = [Entry(raw, self.slots, self.ledger, self.head) for raw in self.raw["entries"]]
        last_us, last_index = self.genesis["created_us"], 0
        for entry in self.entries:
            need(entry.index > last_index, "the entries are not in ledger order, each once")
            need(entry.received_at_us >= last_us, f"the logged time runs backwards at entry #{entry.index}")
            last_us, last_index = entry.received_at_us, entry.index
        self.by_id = {entry.id: entry for entry in self.entries}
        need(len(self.by_id) == len(self.entries), "an entry stands twice in the ledger")
        count = len(self.entries)
        self.proven.append(f"{count} entries are recorded at their indexes, unaltered since they were signed")

    def _keys(self) -> None:
        for entry in self.entries:
            if entry.kind in ("party/1", "officer/1"):
                try:
                    self.keys.apply(entry.kind, entry.body(), entry.author, entry.header["key"], entry.index)
                except Fault as fault:
                    self.missing.append(f"what makes the change of keys in {entry.line()} hold: {fault}; not applied")
        unknown = []
        for entry in self.entries:
            use = self.keys.uses.get(entry.header["key"])
            if (
                use
                and use.valid_at(entry.index)
                and use.party == entry.author
                and use.role in ("root", "officer", "station")
            ):
                entry.signer = use
                entry.flagged = use.distrust_since_us is not None and entry.received_at_us >= use.distrust_since_us
            elif use:
                self.claimed.append(
                    f"{entry.line()}: signed with a key of {use.title()} that was not valid for it there"
                )
            else:
                unknown.append(entry)
            if entry.flagged:
                self.claimed.append(
                    f"{entry.line()}: by a key that its own party calls untrustworthy since before then"
                )
        for entry in unknown:
            self.claimed.append(f"{entry.line()}: that its key belongs to {entry.author} is not shown in this bundle")
        good = sum(entry.signer is not None for entry in self.entries)
        self.proven.append(
            f"{good} of them are signed with keys that were their authors' at that index, as far as shown here"
        )

    def _cosignatures(self) -> None:
        self.witnessed_size, self.witnessed_s, self.grade = 0, {}, "host-signed only"
        for note in self.notes:
            cosigners: dict[str, set[bytes]] = defaultdict(set)
            for key, use in self.keys.uses.items():  # a change made by the last entry may or may not count yet
                if use.role == "cosigner" and (use.valid_at(note.size) or use.valid_at(note.size - 1)):
                    cosigners[use.party].add(bytes.fromhex(key))
            times = note.cosigned(self.origin, cosigners)
            if times:
                who = ", ".join(f"{party} at {utc(at * 10**6)}" for party, at in sorted(times.items()))
                self.proven.append(f"the tree of size {note.size} is cosigned by the stations of {who}")
            known = {(self.origin, key_id(self.origin, 1, bytes.fromhex(self.keys.host)))}
            for party, publics in cosigners.items():
                name = f"{self.origin}/{party}"
                known |= {(name, key_id(name, 4, public)) for public in publics}
            unknown = [name for name, id, _ in note.lines if (name, id) not in known]
            if unknown:
                self.missing.append(
                    f"keys for the signature lines of {', '.join(unknown)} at size {note.size}: not checked"
                )
            if 2 * len(times) > len(cosigners):
                self.witnessed_size = note.size
                self.witnessed_s[note.size] = sorted(times.values())[len(cosigners) // 2]
                self.grade = f"witnessed by {len(times)} of {len(cosigners)} stations"
        if not self.witnessed_s:
            self.missing.append(
                "cosignatures of more than half of the stations: the order and times rest on the host alone"
            )
        elif self.witnessed_size < self.head.size:
            self.missing.append(f"a witnessed checkpoint beyond size {self.witnessed_size}")

    def _timeline(self) -> None:
        rows = self.raw["timeline"]
        need(len(rows) == len(self.entries), "the timeline has not one row for each entry")
        for row, entry in zip(rows, self.entries, strict=True):
            same = (row["id"], row["index"], row["received_at_us"]) == (entry.id, entry.index, entry.received_at_us)
            need(same, f"the timeline row for index {row['index']} is not that of the entry")

    def _lists(self) -> None:
        """Check opened told lists against the watermarks of their parties."""
        self.marks: dict[str, list[tuple[Entry, dict[str, Any]]]] = defaultdict(list)
        for entry in self.entries:
            if entry.kind == "watermark/1" and entry.signer and entry.signer.role == "station" and entry.body():
                shaped(entry.body(), WATERMARK, f"watermark {entry.line()}")
                self.marks[entry.author].append((entry, entry.body()))
        self.lists: dict[tuple[str, tuple[str, ...]], list[tuple[int, str]]] = {}
        for item in self.raw["lists"]:
            party, authors = item["party"], tuple(item["authors"])
            pairs = [(pair["index"], pair["id"]) for pair in item["entries"]]
            need(
                (party, authors) not in self.lists and pairs == sorted(set(pairs)),
                f"the told list of {party} is not in ledger order",
            )
            agrees = [
                mark for mark in self.marks[party] if tuple(mark[0].audience) == authors and self._opens(pairs, mark[1])
            ]
            need(agrees, f"the told list given for {party} is not the one that its station signed for")
            self.lists[party, authors] = pairs
            self.proven.append(f"the told list of {party} is the one its station signed for at {agrees[-1][0].line()}")

    @staticmethod
    def _opens(pairs: list[tuple[int, str]], mark: dict[str, Any]) -> bool:
        part = [pair for pair in pairs if pair[0] < mark["size"]]
        return bool(len(part) == mark["count"] and told_chain(bytes(32), part).hex() == mark["list_hash"])

    def _acknowledged(self) -> None:
        """Check what stations signed directly, past the host: that each has it is its own word, the time its own clock's."""
        self.acknowledged: dict[tuple[str, str], int] = {}
        order = []
        for item in self.raw.get("acknowledged", []):
            party, about, at_us = item["from"], item["payload"]["id"], item["payload"]["received_at_us"]
            order.append((about, party))
            me = f"the direct acknowledgement of {about[:12]} by {party}"
            need(item["ledger"] == self.ledger and item["kind"] == "urgent", f"{me} is of another ledger or kind")
            need(party != item["to"], f"{me} is to itself")
            entry = self.by_id.get(about)
            if entry is not None:
                need(
                    item["to"] == entry.author and party in entry.audience,
                    f"{me} is not between its author and a reader",
                )
            keys = {k: u for k, u in self.keys.uses.items() if (u.party, u.role) == (party, "station")}
            unsigned = canonical({name: value for name, value in item.items() if name != "signature"})
            message, signature = b"detente/direct/v1\n" + unsigned, bytes.fromhex(item["signature"])
            signers = [use for key, use in keys.items() if verify(bytes.fromhex(key), message, signature)]
            need(signers or not keys, f"{me} is not signed by its station")
            said = f"{me} at {utc(at_us)} by its own clock"
            if not signers:
                self.claimed.append(f"{said}: that its key is that station's is not shown in this bundle")
            elif entry is None:
                self.claimed.append(f"{said}: signed by its station, of an entry that is not here")
            elif not signers[0].valid_at(entry.index):
                self.claimed.append(f"{said}: signed with a key of its station that was not in force at #{entry.index}")
            else:
                self.acknowledged[about, party] = at_us
                self.proven.append(
                    f"the station of {party} signed directly to {entry.author} that it holds {entry.line()}"
                )
                self.claimed.append(
                    f"that it held it at {utc(at_us)}: the clock of {party}, past the host, signed by its station"
                )
        need(order == sorted(set(order)), "the direct acknowledgements are not in order, each once")

    def _seal(self) -> None:
        seal, made = self.raw["seal"], self.raw["made"]
        by = f"bundle made by {made['by'] or 'nobody named'} at {utc(made['at_us'])}: {made['words']!r}"
        if seal is None:
            self.claimed.append(f"{by} (not signed); its words in the timeline; its ruleset: {self._ruleset()}")
            return
        message = b"detente/bundle/v1\n" + canonical({**self.raw, "seal": None})
        need(verify(bytes.fromhex(seal["key"]), message, bytes.fromhex(seal["signature"])), "the seal does not verify")
        use = self.keys.uses.get(seal["key"])
        if use and use.party == made["by"]:
            self.proven.append(f"the bundle as a whole was signed by {use.title()}")
        else:
            self.claimed.append(f"that the key under the seal, {seal['key'][:12]}, is one of {made['by']}")
        self.claimed.append(f"{by}; its words in the timeline; its ruleset: {self._ruleset()}")

    def _ruleset(self) -> str:
        """The code and the tables of time zones that the maker says it used, as it names them."""
        return ", ".join(f"{name} {value}" for name, value in sorted(self.raw["ruleset"].items())) or "none named"

    def _verdicts(self) -> None:
        """Verdicts of two rulesets may differ for that reason alone: they are named, and not held against each other."""
        by: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            if entry.kind.startswith("verdict/") and entry.body():
                by[str(entry.body().get("ruleset"))] += 1
        for ruleset, count in sorted(by.items()):
            self.claimed.append(f"{count} publications of verdicts, derived under the ruleset {ruleset!r}")

    def _say_more(self) -> None:
        self._verdicts()
        closed = sum(facet is None for entry in self.entries for facet in entry.facets)
        if closed:
            self.missing.append(
                f"{closed} of {4 * len(self.entries)} facets are not opened here (unused, not for the maker, sealed or"
                " erased: these look the same)"
            )
        others = self.head.size - 1 - len(self.entries)
        if others:
            self.missing.append(
                f"{others} leaves of the ledger are not opened here: later versions, revocations or watermarks may be"
                " among them, and nothing is said about them"
            )
        ids = {id for entry in self.entries for id in (*entry.header["refers_to"], entry.header["supersedes"]) if id}
        if ids - set(self.by_id):
            self.missing.append(f"{len(ids - set(self.by_id))} entries that others here refer to")
        self.claimed.append("what the entries say: each is its author's word. Times of signing are the authors' clocks")
        for entry in self.entries:
            if entry.kind == "disclosure/1" and entry.body():
                self._disclosure(entry)
            if entry.kind in ("erasure/1", "erasure/2") and entry.body():
                self._erasure(entry)
            if entry.kind == "closing/1" and entry.body():
                shaped(entry.body(), CLOSING, f"closing {entry.line()}")
                self.proven.append(
                    f"{entry.line()} ends {self._named(entry.body()['about'])} for {', '.join(entry.audience)}"
                )

    def _erasure(self, entry: Entry) -> None:
        """Say what an erasure names, and whether that is gone here; what is left of it may be evidence that it was not obeyed."""
        body = entry.body()
        shaped(body, ERASURE if entry.kind == "erasure/1" else ERASURE_2, f"erasure {entry.line()}")
        positions = body.get("positions", [0, 1, 2, 3])
        need(all(0 <= at <= 3 for at in positions), f"erasure {entry.line()} names a facet that there is not")
        what = "all of" if len(positions) == 4 else f"facet {', '.join(map(str, positions))} of"
        about = self.by_id.get(body["about"])
        left = [at for at in positions if about is not None and about.facets[at] is not None]
        here = (
            f"facet {', '.join(map(str, left))} of it is here all the same" if left else "what was erased is not here"
        )
        words = (
            f"orders the erasure of {what} {self._named(body['about'])}, by authority of {body['authority']!r}; {here}"
        )
        self.proven.append(f"{entry.line()} {words}")

    def _named(self, id: str) -> str:
        about = self.by_id.get(id)
        return about.line() if about is not None else f"entry {id[:12]}, which is not here"

    def _disclosure(self, entry: Entry) -> None:
        body = entry.body()
        shaped(body, DISCLOSURE, f"disclosure {entry.line()}")
        about = self.by_id.get(body["about"])
        if about is None or body["position"] > 3:
            self.claimed.append(f"{entry.line()} opens a facet of an entry that is not here")
            return
        opened = facet_commitment(body["position"], body["salt"], body["facet"].encode())
        need(
            opened == about.header["commitments"][body["position"]],
            f"{entry.line()} opens another facet than was signed",
        )
        self.proven.append(f"{entry.line()} opens facet {body['position']} of {about.line()} as it was committed to")

    # ---- was it told?

    def told(self, entry: Entry, party: str) -> tuple[Entry | None, str]:
        """Return the first watermark by which a party's station says that it holds an entry (None: none), and the grounds."""
        for mark, body in self.marks[party]:
            if entry.index >= min(body["size"], mark.index):  # a watermark cannot speak of leaves after itself
                continue
            on_list = self._on_list(party, mark, body, entry)
            if on_list is None:
                return mark, "its list hash is not opened here: that this entry is on the list is the station's word"
            if on_list:
                return mark, "the list that it signed for contains this entry"
            return (
                None,
                f"the list that {party}'s station signed for in {mark.line()} passes over this entry: no evidence",
            )
        return None, f"no watermark of {party}'s station in this bundle covers it: no evidence that it was told"

    def _on_list(self, party: str, mark: Entry, body: dict[str, Any], entry: Entry) -> bool | None:
        """Say whether an entry is on the list that a watermark signs for; None if its hash cannot be opened here."""
        own, authors = (entry.index, entry.id), tuple(mark.audience)
        if entry.author not in authors:
            return None  # a list of what others wrote
        if (party, authors) in self.lists and self._opens(self.lists[party, authors], body):
            return own in self.lists[party, authors]
        mine = [(e.index, e.id) for e in self.entries if party in e.audience and e.author in authors]
        starts = [(0, 0, bytes(32))]  # or carry on from what an earlier watermark signed for
        starts += [
            (before["size"], before["count"], bytes.fromhex(before["list_hash"]))
            for earlier, before in self.marks[party]
            if earlier.index < mark.index and tuple(earlier.audience) == authors and before["size"] <= entry.index
        ]
        found: bool | None = None
        for size, count, hash_before in starts:
            part = [pair for pair in mine if size <= pair[0] < body["size"]]
            for listed in (part, [pair for pair in part if pair != own]):
                if count + len(listed) == body["count"] and told_chain(hash_before, listed).hex() == body["list_hash"]:
                    return own in listed
            if count + len(part) > body["count"]:
                found = False  # it signed for fewer entries than were addressed to it; this may be one left out
        return found

    def answer(self, party: str, about: str, before_us: int) -> tuple[str, list[str]]:
        """Say whether a party was told of an entry before a time, with the grounds: by the host's log, else by its own clock."""
        entry = self.by_id[about]
        lines = [f"{entry.line()} was recorded at {utc(entry.received_at_us)} ({self._grade(entry)})"]
        if self.raw["forks"]:
            lines.append("the host signed two histories: this is about the one shown here")
        if entry.signer is None:
            return NO, [*lines, "but that its key is the author's is not shown here"]
        if party == entry.author:
            return NO, [*lines, f"{party} wrote it itself: the question is about what others told it"]
        named = {name for e in self.entries for name in (e.author, *e.audience)}
        if party not in named:
            return NO, [*lines, f"no entry here names a party {party}; there is {', '.join(sorted(named))}"]
        if party not in entry.audience:
            return NO, [*lines, f"it is not addressed to {party}"]
        mark, grounds = self.told(entry, party)
        direct_us = self.acknowledged.get((entry.id, party))
        if direct_us is not None:
            lines.append(
                f"the station of {party} acknowledged it directly to {entry.author}, at {utc(direct_us)} by its own clock: claimed time,"
                " signed by that station; the host's log says nothing of it"
            )
        by_own_clock = direct_us is not None and direct_us < before_us
        if mark is None:
            return (OWN_CLOCK if by_own_clock else NO), [*lines, grounds]
        stated = (
            f"the station of {party} signed {mark.line()} that it holds all addressed to it below a size beyond this"
        )
        lines.append(f"{stated}, logged at {utc(mark.received_at_us)} ({self._grade(mark)}); {grounds}")
        lines.append(f"by its own clock it signed at {utc(mark.header['signed_at_us'])}")
        lines += [f"it could read: {text}" for facet in entry.readable_by(party) for text in [summary(facet)]]
        for other in self.entries:
            at = f"at {utc(other.received_at_us)}: {other.line()}"
            if other.header["supersedes"] == about:
                lines.append(f"a later version was recorded {at}")
            elif (
                other.author == party
                and other.signer
                and about in (*other.header["refers_to"], other.body().get("version"))
            ):
                lines.append(f"{other.signer.title()} answered {at} {summary_of(other)}")
        if mark.received_at_us >= before_us:
            late = (
                f"the watermark is not before {utc(before_us)}: no evidence in the host's log that it was told by then"
            )
            return (OWN_CLOCK if by_own_clock else NO), [*lines, late]
        return YES, lines

    def told_by(self, party: str, about: str) -> dict[str, Any]:
        """Name the watermark that covers an entry, None for none, and say what of the entry that party could read."""
        entry = self.by_id[about]
        addressed = party in entry.audience and party != entry.author
        mark = self.told(entry, party)[0] if addressed else None
        read = [summary(facet) for facet in entry.readable_by(party)] if addressed else []
        return {"could_read": read, "watermark": mark.line() if mark else None}

    def _grade(self, entry: Entry) -> str:
        sizes = [size for size in sorted(self.witnessed_s) if size > entry.index]
        if not sizes:
            return "time: the host's word"
        return f"time: the host's log; more than half of the stations had cosigned it by {utc(self.witnessed_s[sizes[0]] * 10**6)}"


def summary_of(entry: Entry) -> str:
    return "; ".join(summary(opening["facet"]) for opening in entry.facets if opening is not None)


def summary(facet: dict[str, Any]) -> str:
    """Say what stands in a facet, in one line: form, answer, words, and where its volumes are."""
    body = facet["body"]
    said = [facet["form"]]
    said += [
        str(body[key])
        for key in ("activity", "answer", "state", "words")
        if isinstance(body.get(key), str) and body[key]
    ]
    for volume in body.get("volumes", []) if isinstance(body.get("volumes"), list) else []:
        outline = volume.get("outline") if isinstance(volume, dict) else None
        if isinstance(outline, dict):
            points = (
                [outline["centre"]] if "centre" in outline else outline.get("vertices") or outline.get("line") or []
            )
            said.append(f"{outline.get('shape')} at " + ", ".join(degrees(point) for point in points[:4]))
    return " · ".join(said)[:600]


def degrees(point: Any) -> str:
    """Write [nanodegrees, nanodegrees] as decimal degrees, exactly."""
    if not (isinstance(point, list) and len(point) == 2 and all(isinstance(x, int) for x in point)):
        return "?"
    return " ".join(
        f"{'-' if x < 0 else ''}{abs(x) // 10**9}.{abs(x) % 10**9:09d}".rstrip("0").rstrip(".") for x in point
    )


def utc(at_us: int) -> str:
    """Write microseconds since 1970 as RFC 3339 UTC."""
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
    except OverflowError:
        return f"{at_us} us"
    return at.replace(tzinfo=None).isoformat() + "Z"


def microseconds(text: str) -> int:
    """Read an RFC 3339 time with its zone, or microseconds since 1970."""
    if text.isdecimal():
        return int(text)
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time needs its zone: end it with Z for UTC")
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * 10**6 + since.microseconds


# ---- what the reader sees -----------------------------------------------------------------------------------------


def examine(data: bytes, anchor: str | None, asked: list[tuple[str, str, int]]) -> dict[str, Any]:
    """Check a bundle and answer its questions and those asked; returns what `render` shows. Never raises on bad data."""
    try:
        bundle = Bundle(data, anchor)
        answers = []
        for party, prefix, before_us in [
            (q["party"], q["about"], q["before_us"]) for q in bundle.raw["questions"]
        ] + asked:
            matches = [id for id in bundle.by_id if id.startswith(prefix)]
            question = f"Was {party} told of {prefix[:12]} before {utc(before_us)}?"
            if len(matches) == 1:
                said, grounds = bundle.answer(party, matches[0], before_us)
                told = bundle.told_by(party, matches[0])
            else:
                said, grounds = NO, [f"{len(matches)} entries in this bundle have an id that begins with {prefix}"]
                told = {"could_read": [], "watermark": None}
            answers.append({"answer": said, "grounds": grounds, "question": question, **told})
    except Fault as fault:
        return {"exit": REFUSED, "fault": str(fault), "verdict": "refused"}
    rows = []
    for row, entry in zip(bundle.raw["timeline"], bundle.entries, strict=True):
        told = {}
        direct = {p: utc(at_us) for (about, p), at_us in bundle.acknowledged.items() if about == entry.id}
        for party in entry.audience:
            if party != entry.author and entry.kind != "watermark/1":
                mark, _ = bundle.told(entry, party)
                told[party] = utc(mark.received_at_us) if mark else "no evidence"
        said_here = {
            "entry": entry.line(),
            "received_at": utc(entry.received_at_us),
            "told": told,
            "words": row["words"],
        }
        rows.append({**said_here, "acknowledged": direct} if direct else said_here)
    return {
        "answers": answers,
        "claimed": bundle.claimed,
        "exit": HOLDS if all(item["answer"] != NO for item in answers) else NO_EVIDENCE,
        "grade": bundle.grade,
        "ledger": bundle.ledger,
        "missing": bundle.missing,
        "origin": bundle.origin,
        "proven": bundle.proven,
        "timeline": rows,
        "verdict": "holds",
        "virtual": bundle.virtual,
    }


def render(found: dict[str, Any]) -> str:
    """Say the result in plain text."""
    if found["verdict"] == "refused":
        advice = "Something in this bundle does not hold. Believe none of it; ask the sender for it again."
        return plain(f"REFUSED: {found['fault']}.") + "\n" + advice
    lines = [f"HOLDS. Ledger {found['ledger']}, {found['origin']}, {found['grade']}."]
    if found["virtual"]:
        lines.append("THIS IS A REPLAY on a virtual clock: it proves nothing about what happened in the world.")
    for title in ("proven", "claimed", "missing"):
        lines += ["", title.upper(), *(f"  - {item}" for item in found[title])]
    lines += ["", "TIMELINE (times as logged; the words at the end of a line are the maker's)"]
    for row in found["timeline"]:
        told = "; ".join(
            f"{party} told {at}" if at != "no evidence" else f"{party}: no evidence"
            for party, at in row["told"].items()
        )
        told += "".join(
            f"; {party} acknowledged directly {at} by its own clock"
            for party, at in row.get("acknowledged", {}).items()
        )
        lines.append(f"  {row['received_at']}  {row['entry']}  {row['words']}" + (f"  [{told}]" if told else ""))
    for item in found["answers"]:
        lines += ["", item["question"], item["answer"].upper(), *(f"  - {ground}" for ground in item["grounds"])]
    return "\n".join(plain(line) for line in lines)


def plain(line: str) -> str:
    """Replace what could break a line or turn its direction: a bundle's words must not pass for this program's."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def main(argv: list[str] | None = None) -> int:
    """Read the command line, check, print, return the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0], exit_on_error=False)
    options.add_argument("bundle", help="the bundle file")
    options.add_argument("--ledger", help="ledger id (64 hex digits) that you have from a party you trust")
    options.add_argument("--party", help="was this party told ...")
    options.add_argument("--entry", help="... of the entry with this id (or its first 8 or more digits) ...")
    options.add_argument("--before", help="... before this time (RFC 3339, or microseconds since 1970)?")
    options.add_argument("--json", action="store_true", help="print JSON")
    try:
        given = options.parse_args(argv)
        asked = []
        if given.party or given.entry or given.before:
            if not (given.party and given.entry and given.before and len(given.entry) >= 8):
                raise ValueError("--party, --entry (8 digits or more) and --before go together")
            asked = [(given.party, given.entry.lower(), microseconds(given.before))]
        with open(given.bundle, "rb") as file:
            data = file.read()
    except (argparse.ArgumentError, ValueError, OSError) as error:
        if "--json" in (sys.argv if argv is None else argv):
            print(json.dumps({"exit": WRONG_USE, "fault": str(error), "verdict": "not asked"}, ensure_ascii=False))
        print(f"detente_verify: {error}", file=sys.stderr)
        return WRONG_USE
    except SystemExit as done:  # --help, or an argument too many
        return WRONG_USE if done.code else HOLDS
    found = examine(data, given.ledger, asked)
    print(json.dumps(found, indent=1, ensure_ascii=False) if given.json else render(found))
    return int(found["exit"])


if __name__ == "__main__":
    sys.exit(main())
