"""Who may sign for whom, at each index: a fold over the entries that change keys (docs/formats/identity.md).

    key_at(key, index)    valid while from_index <= index < until_index

Validity is judged at the ledger index, never by a clock: every holder of the ledger comes to the same answer. A change
at index i counts from i + 1 on. Keys are never used twice, in no role and by no party, not even after they were revoked;
so an old endorsement cannot be played again.

    add party, recover party, change host key     endorsed by roots of other parties; the host alone can do none of these
    add officer, replace a key                    that party's root
    revoke, distrust                              that party's root; its station for officers; every key for itself

Mutable; owned by the one fold driver. Each method checks everything before it changes anything and raises `Refused`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeVar

import msgspec

from detente.errors import Problem, Refused, problem
from detente.ledger import canonical
from detente.ledger.canonical import Hex32
from detente.ledger.entry import Header
from detente.ledger.genesis import FoundingOfficer, Genesis, GenesisHost, PartyKeys, ledger_id, party_problems
from detente.ledger.keys import SigningKey, is_exchange_key, is_signing_key, verify

T = TypeVar("T")
Role = Literal["root", "officer", "station", "cosigner", "exchange"]
Action = Literal["add-party", "recover-party", "change-host-key"]

ENDORSEMENT_DOMAIN: Final = b"detente/endorsement/v1\n"
ENTRY_ROLES: Final = frozenset({"root", "officer", "station"})
"""Roles whose keys may sign entries; cosigner keys sign checkpoints only."""

MAY_END: Final[dict[str, frozenset[str]]] = {
    "root": frozenset({"root", "officer", "station", "cosigner"}),
    "station": frozenset({"officer"}),
    "officer": frozenset(),
    "cosigner": frozenset(),
}
"""Which roles' keys a signer may revoke or distrust within its own party, besides its own key."""


class KeyUse(msgspec.Struct, frozen=True, kw_only=True):
    """One key's whole story: whose, in which role, valid for indexes `from_index` up to but not including `until_index`.

    `distrust_since_us`: entries received at or after this time (µs) are flagged, not removed; the earliest time stated.
    """

    distrust_since_us: int | None = None
    from_index: int
    key: str
    officer: str | None = None
    party: str
    role: Role
    roles: tuple[str, ...] = ()
    until_index: int | None = None

    @property
    def title(self) -> str:
        """Name the holder in words, for refusals and views."""
        return f"officer {self.officer!r} of {self.party}" if self.officer else f"the {self.role} of {self.party}"

    def valid_at(self, index: int) -> bool:
        """Tell whether an entry at this index may be signed with the key."""
        return self.from_index <= index and (self.until_index is None or index < self.until_index)

    def flags(self, received_at_us: int) -> bool:
        """Tell whether an entry received then stands under distrust. It stays in the ledger and in every view."""
        return self.distrust_since_us is not None and received_at_us >= self.distrust_since_us


class KeyChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What other parties' roots endorse: one act on one ledger, with the new keys in full."""

    action: Action
    host: GenesisHost | None = None
    ledger: Hex32
    party: PartyKeys | None = None


def endorse(change: KeyChange, root: SigningKey) -> str:
    """Return a root key's signature (hex) under a change."""
    return root.sign(ENDORSEMENT_DOMAIN + canonical.encode(change)).hex()


class Identity:
    """All keys that a ledger has ever known. Build from genesis, then call one method for each entry that changes keys."""

    def __init__(self, genesis: Genesis) -> None:
        self.ledger: Final = ledger_id(genesis).hex()
        self.quorum: Final = genesis.quorum
        self._uses: dict[str, KeyUse] = {}
        self._names: dict[str, str] = {}
        self._hosts: list[tuple[int, GenesisHost]] = [(0, genesis.host)]
        for founder in genesis.founders:
            self._install(0, founder)

    # ---- questions

    def key_at(self, public: str | bytes, index: int) -> KeyUse | None:
        """Return whose key this is (hex or bytes) if it is valid at an index, else None."""
        use = self._uses.get(_hex(public))
        return use if use is not None and use.valid_at(index) else None

    def history(self, public: str | bytes) -> KeyUse | None:
        """Return whose key this is or was, at whatever index."""
        return self._uses.get(_hex(public))

    def signer_of(self, header: Header, index: int, roles: Iterable[str] = ENTRY_ROLES) -> KeyUse:
        """Return who signed a header that is to stand at an index; `roles` are those that may sign this kind.

        Raises `Refused`, naming the holder, when the key is unknown, of another party, revoked, or in the wrong role.
        The signature itself was checked before (`check_submission`).
        """
        use = self._uses.get(header.key)
        if use is None or use.from_index > index:
            raise _refused(
                "key-unknown", "header.key", header.key, "is not registered", "Register it by the party's root"
            )
        if use.party != header.author:
            rule = f"belongs to {use.title}, who cannot sign for {header.author}"
            raise _refused("key-of-another", "header.key", header.key, rule, "Sign as the author")
        if not use.valid_at(index):
            rule = f"of {use.title} was revoked or replaced at index {(use.until_index or 0) - 1}; what it signed is not taken"
            raise _refused(
                "key-revoked", "header.key", header.key, rule, "Sign again with a valid key, if you stand by it"
            )
        if use.role not in roles:
            rule = f"is the key of {use.title}; {header.kind} is signed by: {', '.join(sorted(roles))}"
            raise _refused("key-role", "header.key", header.key, rule, "Sign with a key of that role")
        return use

    def parties(self) -> tuple[str, ...]:
        """Return the ids of all parties, sorted."""
        return tuple(sorted(self._names))

    def name_of(self, party: str) -> str:
        """Return the name of a party as last registered."""
        return self._names[party]

    def keys_of(self, party: str, index: int) -> tuple[KeyUse, ...]:
        """Return the keys of a party that are valid at an index, in order of registration."""
        return tuple(use for use in self._uses.values() if use.party == party and use.valid_at(index))

    def uses(self) -> tuple[KeyUse, ...]:
        """Return every key that the ledger has ever known, by party, then in order of registration."""
        return tuple(sorted(self._uses.values(), key=lambda use: use.party))

    def current(self, party: str, role: Role, index: int) -> str | None:
        """Return a party's root, station, cosigner or exchange key (hex) at an index."""
        return next((use.key for use in self.keys_of(party, index) if use.role == role), None)

    def role_keys(self, role: Role, index: int) -> dict[str, str]:
        """Return party -> key (hex) for one role but officer, at an index: the cosigners, the stations, the roots."""
        return {use.party: use.key for use in self._uses.values() if use.role == role and use.valid_at(index)}

    def exchange_keys(self, party: str) -> tuple[str, ...]:
        """Return every exchange key a party ever had, oldest first: scanning tries them all."""
        return tuple(use.key for use in self._uses.values() if use.party == party and use.role == "exchange")

    def host_at(self, size: int) -> GenesisHost:
        """Return the host whose key signs checkpoints of size `size`."""
        return next(host for since, host in reversed(self._hosts) if since <= size)

    def digest(self) -> bytes:
        """Return a hash over everything held: equal folds have equal digests."""
        held = (list(self._uses.values()), sorted(self._names.items()), self._hosts)
        return hashlib.sha256(msgspec.json.encode(held)).digest()

    # ---- changes within one party

    def add_officer(self, index: int, party: str, officer: str, key: str, roles: Iterable[str], *, by: str) -> None:
        """Register an officer's key, or a new key that replaces the officer's present one. `by` is the signing key."""
        entry = _shaped(FoundingOfficer(key=key, officer=officer, roles=tuple(sorted(set(roles)))))
        self._authorise(index, party, "root", by, f"add officer {officer!r}")
        _require(self._new_key_problems("officer", key))
        for use in self._lasting(party):
            if use.role == "officer" and use.officer == officer:
                self._end(use, index)
        self._start(index, party, "officer", key, entry)

    def replace_key(self, index: int, party: str, role: Role, key: str, *, by: str) -> None:
        """Replace a party's station, cosigner or exchange key; its root is replaced by `recover_party` alone."""
        if role not in ("station", "cosigner", "exchange"):
            raise _refused(
                "role", "role", role, "must be station, cosigner or exchange", "Recover the party to change its root"
            )
        self._authorise(index, party, "root", by, f"replace the {role} key")
        _require(self._new_key_problems(role, key))
        for use in self._lasting(party):
            if use.role == role:
                self._end(use, index)
        self._start(index, party, role, key)

    def replace_station_key(self, index: int, party: str, key: str, *, by: str) -> None:
        """Replace a party's station key."""
        self.replace_key(index, party, "station", key, by=by)

    def revoke(self, index: int, key: str, *, by: str) -> None:
        """End a key: whatever it signed and is not in the ledger yet, queued or not, is refused by name from now on."""
        use = self._may_end(index, key, by)
        if use.until_index is not None:
            raise _refused("key-revoked", "key", key, f"of {use.title} has ended already", "Nothing is left to do")
        self._end(use, index)

    def distrust(self, index: int, key: str, since_us: int, *, by: str) -> None:
        """Flag what a key signed and was received at or after `since_us` (µs). Removes nothing, ends nothing.

        Works on a revoked key too. A later statement can move the time back, never forward.
        """
        use = self._may_end(index, key, by)
        earlier = since_us if use.distrust_since_us is None else min(since_us, use.distrust_since_us)
        self._uses[key] = msgspec.structs.replace(use, distrust_since_us=earlier)

    # ---- changes that other parties must endorse

    def add_party(self, index: int, party: PartyKeys, endorsements: Mapping[str, str]) -> None:
        """Take in a new party. `endorsements` maps party -> signature (hex) under the `KeyChange`, the newcomer's root included."""
        party = _shaped(party)
        if party.party in self._names:
            raise _refused(
                "party", "party", party.party, "is already a party", "Recover its keys instead, or choose another id"
            )
        change = KeyChange(action="add-party", ledger=self.ledger, party=party)
        self._check_party(index, change, party, endorsements)
        self._install(index, party)

    def recover_party(self, index: int, party: PartyKeys, endorsements: Mapping[str, str]) -> None:
        """Give a party new keys in place of all its present ones: its root is lost, stolen, or due for change."""
        party = _shaped(party)
        if party.party not in self._names:
            raise _refused("party", "party", party.party, "is no party of this ledger", "Add it instead")
        change = KeyChange(action="recover-party", ledger=self.ledger, party=party)
        self._check_party(index, change, party, endorsements)
        for use in self._lasting(party.party):
            self._end(use, index)
        self._install(index, party)

    def replace_host_key(self, index: int, host: GenesisHost, endorsements: Mapping[str, str]) -> None:
        """Change who runs the host, or its key: by the parties, never by the host alone."""
        host = _shaped(host)
        change = KeyChange(action="change-host-key", host=host, ledger=self.ledger)
        _require(self._new_key_problems("host", host.key))
        self._check_endorsed(index, change, None, endorsements)
        self._hosts.append((index + 1, host))

    # ---- inside

    def _lasting(self, party: str) -> list[KeyUse]:
        return [use for use in self._uses.values() if use.party == party and use.until_index is None]

    def _install(self, index: int, party: PartyKeys) -> None:
        self._names[party.party] = party.name
        self._start(index, party.party, "root", party.root_key)
        self._start(index, party.party, "station", party.station_key)
        self._start(index, party.party, "cosigner", party.cosigner_key)
        self._start(index, party.party, "exchange", party.exchange_key)
        for officer in party.officers:
            self._start(index, party.party, "officer", officer.key, officer)

    def _start(self, index: int, party: str, role: Role, key: str, officer: FoundingOfficer | None = None) -> None:
        self._uses[key] = KeyUse(
            from_index=index + 1,
            key=key,
            officer=officer.officer if officer else None,
            party=party,
            role=role,
            roles=officer.roles if officer else (),
        )

    def _end(self, use: KeyUse, index: int) -> None:
        self._uses[use.key] = msgspec.structs.replace(use, until_index=index + 1)

    def _may_end(self, index: int, key: str, by: str) -> KeyUse:
        use = self._uses.get(key)
        signer = self.key_at(by, index)
        if use is None:
            raise _refused("key-unknown", "key", key, "is not registered", "Check the key")
        if signer is None or signer.party != use.party or (by != key and use.role not in MAY_END[signer.role]):
            who = signer.title if signer else "a key that is not valid here"
            raise _refused(
                "authority", "key", key, f"of {use.title} cannot be ended by {who}", "Have the party's root sign this"
            )
        return use

    def _authorise(self, index: int, party: str, role: Role, by: str, act: str) -> None:
        signer = self.key_at(by, index)
        if signer is None or signer.party != party or signer.role != role:
            who = signer.title if signer else "a key that is not valid here"
            raise _refused(
                "authority",
                "header.key",
                by,
                f"is {who}, and only the {role} of {party} may {act}",
                "Sign it with that key",
            )

    def _check_party(self, index: int, change: KeyChange, party: PartyKeys, endorsements: Mapping[str, str]) -> None:
        seen = {key: f"a key of {use.party}" for key, use in self._uses.items()}
        seen |= {host.key: "a host key" for _, host in self._hosts}
        _require(party_problems(party, "party", seen))
        self._check_endorsed(index, change, party, endorsements)

    def _check_endorsed(
        self, index: int, change: KeyChange, subject: PartyKeys | None, endorsements: Mapping[str, str]
    ) -> None:
        """Count the valid endorsements of other parties' roots, at this index and not under distrust."""
        message = ENDORSEMENT_DOMAIN + canonical.encode(change)
        roots = {use.party: use for use in self._uses.values() if use.role == "root" and use.valid_at(index)}
        name = subject.party if subject else None
        if subject and not _signed(subject.root_key, message, endorsements.get(subject.party)):
            rule = "must itself sign with its new root key, to show that it holds it"
            raise _refused(
                "endorsement", f"endorsements.{name}", subject.party, rule, "Ask the party for its signature"
            )
        others = {party: use for party, use in roots.items() if party != name}
        needed = min(self.quorum, len(others)) if change.action == "recover-party" else self.quorum
        good = [
            party
            for party, use in others.items()
            if use.distrust_since_us is None and _signed(use.key, message, endorsements.get(party))
        ]
        if len(good) < max(1, needed):
            rule = f"needs endorsements by the roots of {max(1, needed)} other parties; valid here: {', '.join(good) or 'none'}"
            raise _refused("quorum", "endorsements", " ".join(sorted(endorsements)), rule, "Collect more endorsements")

    def _new_key_problems(self, role: str, key: str) -> Iterator[Problem]:
        held = self._uses.get(key)
        if held is not None or any(host.key == key for _, host in self._hosts):
            who = held.title if held else "the host"
            yield _bad(
                "key-used", "key", key, f"is or was the key of {who}; keys are never used twice", "Make a fresh key"
            )
        else:
            raw = canonical.unhex(key, 32, "key")
            if not (is_exchange_key(raw) if role == "exchange" else is_signing_key(raw)):
                yield _bad("key-unusable", "key", key, "is not a usable public key", "Make a fresh key")


def _shaped(value: T) -> T:
    """Hold a value made in code to the same rules as one that came in bytes."""
    return canonical.decode(canonical.encode(value), type(value))


def _signed(root: str, message: bytes, signature: str | None) -> bool:
    if signature is None:
        return False
    try:
        return verify(bytes.fromhex(root), message, bytes.fromhex(signature))
    except ValueError:
        return False


def _hex(public: str | bytes) -> str:
    return public if isinstance(public, str) else public.hex()


def _require(problems: Iterator[Problem]) -> None:
    found = list(problems)
    if found:
        raise Refused(found)


def _bad(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    return problem(f"identity-{code}", field, value, rule, next_step)


def _refused(code: str, field: str, value: object, rule: str, next_step: str) -> Refused:
    return Refused([_bad(code, field, value, rule, next_step)])
