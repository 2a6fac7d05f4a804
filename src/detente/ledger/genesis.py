"""Genesis: what all founding parties sign before there is a ledger (docs/formats/genesis.md). It is leaf 0.

The hash of its bytes is the ledger's id and stands in every header, so no entry can move from one ledger to another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

import msgspec

from detente.errors import Problem, Refused, problem
from detente.ledger import canonical
from detente.ledger.canonical import Count, Hex32, Hex64, Name, PartyId
from detente.ledger.keys import SigningKey, is_exchange_key, is_signing_key, verify
from detente.ledger.leaf import HASH_SIZE, TAG_SIZE, Leaf, encode_leaf

GENESIS_DOMAIN: Final = b"detente/genesis/v1\n"
REPLAY_SUFFIX: Final = "/replay"
MAX_SLOTS: Final = 64
MAX_PARTIES: Final = 256

_ORIGIN = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9._-]*)*")
_OFFICER = r"^[a-z][a-z0-9.-]{0,31}\Z"
_RULE = re.compile(r"[a-z][a-z0-9_]{0,63}")

OfficerId = Annotated[str, msgspec.Meta(pattern=_OFFICER)]
RoleName = Annotated[str, msgspec.Meta(pattern=_OFFICER)]


class FoundingOfficer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person or post that signs for a party. `roles` are what it may act as, sorted."""

    key: Hex32
    officer: OfficerId
    roles: tuple[RoleName, ...]


class PartyKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party with all its public keys. All are Ed25519 and all different, except `exchange_key` (X25519)."""

    cosigner_key: Hex32
    exchange_key: Hex32
    name: Name
    officers: tuple[FoundingOfficer, ...]
    party: PartyId
    root_key: Hex32
    station_key: Hex32


class GenesisHost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who runs the host, and the Ed25519 key that signs checkpoints and receipts."""

    key: Hex32
    name: Name


class ScreeningRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How screening is blunted unless an agreement says otherwise; see docs/formats/genesis.md for each number."""

    after_us: Count
    budget_m2_s_per_day: Count
    buffer_mm: Count
    cell_ndeg: Count
    deadline_us: Count
    epoch_us: Count
    least_duration_us: Count
    least_size_mm: Count


class SeparationRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The separation in force between parties that have agreed on none: mm, µs, mm."""

    horizontal_mm: Count
    time_us: Count
    vertical_mm: Count


class Genesis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The founding agreement of one ledger. Nothing in it can change later, except keys, by entries."""

    clock: Literal["real", "virtual"]
    created_us: Count
    founders: tuple[PartyKeys, ...]
    host: GenesisHost
    origin: str
    quorum: Annotated[int, msgspec.Meta(ge=1, le=MAX_PARTIES)]
    rules: dict[str, Count]
    screening: ScreeningRules
    separation: SeparationRules
    slots: Annotated[int, msgspec.Meta(ge=1, le=MAX_SLOTS)]

    @property
    def virtual(self) -> bool:
        """True for a replay: its times are not now, and every view, export and proof says so."""
        return self.clock == "virtual"


class SignedGenesis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A genesis with the signature of each founding party's root key."""

    genesis: Genesis
    signatures: dict[str, Hex64]


def genesis_bytes(genesis: Genesis) -> bytes:
    """Return the bytes that founders sign and whose hash names the ledger."""
    return canonical.encode(genesis)


def ledger_id(genesis: Genesis) -> bytes:
    """Return the 32-byte name of the ledger: SHA-256 of `detente/genesis/v1\\n` and the genesis bytes."""
    return hashlib.sha256(GENESIS_DOMAIN + genesis_bytes(genesis)).digest()


def genesis_leaf(genesis: Genesis) -> bytes:
    """Return leaf 0: the ledger id stands for the header commitment; facet commitments and tags are all zero."""
    zero = bytes(HASH_SIZE)
    leaf = Leaf(0, genesis.created_us, ledger_id(genesis), (zero, zero, zero, zero), bytes(TAG_SIZE * genesis.slots))
    return encode_leaf(leaf)


def sign_genesis(genesis: Genesis, roots: Mapping[str, SigningKey]) -> SignedGenesis:
    """Sign with the root keys of all founders, by party. Raises `Refused` if a rule is broken or a root missing."""
    message = GENESIS_DOMAIN + genesis_bytes(genesis)
    signed = SignedGenesis(
        genesis=genesis,
        signatures={party: root.sign(message).hex() for party, root in sorted(roots.items())},
    )
    check_genesis(signed)
    return signed


def read_genesis(data: bytes) -> SignedGenesis:
    """Return the signed genesis in canonical bytes, checked whole; raise `Refused` otherwise."""
    signed = canonical.decode(data, SignedGenesis)
    check_genesis(signed)
    return signed


def check_genesis(signed: SignedGenesis) -> None:
    """Refuse a genesis that breaks a rule of docs/formats/genesis.md, or lacks a founder's valid signature."""
    # One made in code obeys the field rules too.
    canonical.decode(canonical.encode(signed.genesis), Genesis)
    canonical.decode(canonical.encode(signed), SignedGenesis)
    problems = [*_problems(signed.genesis), *_signature_problems(signed)]
    if problems:
        raise Refused(problems)


def _signature_problems(signed: SignedGenesis) -> Iterator[Problem]:
    message = GENESIS_DOMAIN + genesis_bytes(signed.genesis)
    roots = {founder.party: founder.root_key for founder in signed.genesis.founders}
    for party in sorted(signed.signatures.keys() - roots.keys()):
        yield _bad("signature", f"signatures.{party}", party, "is no founding party", "Leave this signature out")
    for party, root in roots.items():
        text = signed.signatures.get(party)
        if text is None:
            yield _bad("signature", "signatures", party, "has not signed", f"Have the root key of {party} sign")
        elif not verify(bytes.fromhex(root), message, bytes.fromhex(text)):
            yield _bad(
                "signature", f"signatures.{party}", text, f"is not made by the root key of {party}", "Sign again"
            )


def _problems(genesis: Genesis) -> Iterator[Problem]:
    if not _ORIGIN.fullmatch(genesis.origin) or len(genesis.origin) > 200:
        yield _bad("origin", "origin", genesis.origin, "must be lower case, like a host name and path", "Rename it")
    if genesis.virtual != genesis.origin.endswith(REPLAY_SUFFIX):
        yield _bad(
            "origin",
            "origin",
            genesis.origin,
            f"must end with {REPLAY_SUFFIX} if and only if the clock is virtual (it is {genesis.clock})",
            "Change the origin or the clock",
        )
    parties = [founder.party for founder in genesis.founders]
    if not 1 <= len(parties) <= MAX_PARTIES:
        yield _bad(
            "founders", "founders", len(parties), f"must be 1 to {MAX_PARTIES} parties", "List the founding parties"
        )
    if parties != sorted(set(parties)):
        yield _bad(
            "founders", "founders", " ".join(parties), "must be sorted by party id, each once", "Sort the parties"
        )
    if genesis.quorum > len(parties):
        yield _bad(
            "quorum", "quorum", genesis.quorum, f"must not exceed the {len(parties)} founding parties", "Lower it"
        )
    for name in genesis.rules:
        if not _RULE.fullmatch(name):
            yield _bad("rule", f"rules.{name}", name, "must be named in lower case, digits and '_'", "Rename the rule")
    seen = {genesis.host.key: "host.key"}
    if not is_signing_key(bytes.fromhex(genesis.host.key)):
        yield _bad("key", "host.key", genesis.host.key, "is not a usable Ed25519 public key", "Make a fresh key")
    for place, founder in enumerate(genesis.founders):
        yield from party_problems(founder, f"founders[{place}]", seen)


def party_problems(party: PartyKeys, field: str, seen: dict[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with a party's keys and officers. `seen` maps each key met so far to where it stands."""
    keys = [("root_key", party.root_key), ("station_key", party.station_key), ("cosigner_key", party.cosigner_key)]
    keys += [(f"officers[{place}].key", officer.key) for place, officer in enumerate(party.officers)]
    for name, key in [*keys, ("exchange_key", party.exchange_key)]:
        usable = is_exchange_key if name == "exchange_key" else is_signing_key
        if key in seen:
            yield _bad(
                "key", f"{field}.{name}", key, f"is already {seen[key]}; each role has its own", "Make a fresh key"
            )
        elif not usable(bytes.fromhex(key)):
            yield _bad("key", f"{field}.{name}", key, "is not a usable public key", "Make a fresh key")
        seen.setdefault(key, f"{field}.{name}")
    ids = [officer.officer for officer in party.officers]
    if ids != sorted(set(ids)):
        yield _bad(
            "officers",
            f"{field}.officers",
            " ".join(ids),
            "must be sorted by officer id, each once",
            "Sort the officers",
        )
    for place, officer in enumerate(party.officers):
        if list(officer.roles) != sorted(set(officer.roles)):
            yield _bad(
                "officers",
                f"{field}.officers[{place}].roles",
                " ".join(officer.roles),
                "must be sorted, each once",
                "Sort the roles",
            )


def _bad(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    return problem(f"genesis-{code}", field, value, rule, next_step)
