"""A party: who takes part, which keys it holds, whom it binds, and who answers for it if it has no line."""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Endorsement(Body, frozen=True, kw_only=True):
    """One founding party's signature for a new party or for new keys. `signature` is Ed25519, 64 bytes as hex."""

    key: str
    party: str
    signature: str


class Party(Body, frozen=True, kw_only=True):
    """One party as it stands from this entry on.

    `acts_for` are members bound by what this party says (a coalition binds its members). `answered_for_by` is the party
    through which this one can be reached; None together with no station key means that *nobody* answers for it, which
    is a state and never an assurance. Keys are public keys as hex, None for a party without a station.
    """

    acts_for: tuple[str, ...]
    answered_for_by: str | None
    cosigner_key: str | None
    endorsements: tuple[Endorsement, ...]
    exchange_key: str | None
    name: str
    parent: str | None
    party: str
    root_key: str | None
    state: Literal["active", "departed"]
    station_key: str | None
    words: str


def check(party: Party) -> tuple[Problem, ...]:
    """Return what is wrong with a party, except whether its endorsements make a quorum (see `ledger.identity`)."""
    faults = Faults()
    faults.party("party", party.party)
    faults.parties("acts_for", party.acts_for)
    faults.title("name", party.name)
    faults.text("words", party.words)
    for field, other in (("parent", party.parent), ("answered_for_by", party.answered_for_by)):
        if other is not None:
            faults.party(field, other)
        if other == party.party:
            faults.add("party_itself", field, other, "must name another party", "Leave it empty (null).")
    if party.party in party.acts_for:
        faults.add("party_itself", "acts_for", party.party, "must name other parties", "Take the party itself out.")
    _check_keys(faults, party)
    check_endorsements(faults, party.endorsements)
    return faults.all()


def check_endorsements(faults: Faults, endorsements: tuple[Endorsement, ...]) -> None:
    """Find what is wrong with the form of endorsements: sorted by party, each party once."""
    faults.each_once("endorsements", [e.party for e in endorsements])
    for i, endorsement in enumerate(endorsements):
        faults.party(f"endorsements[{i}].party", endorsement.party)
        faults.hash(f"endorsements[{i}].key", endorsement.key)
        faults.signature(f"endorsements[{i}].signature", endorsement.signature)


def _check_keys(faults: Faults, party: Party) -> None:
    keys = {
        "root_key": party.root_key,
        "station_key": party.station_key,
        "exchange_key": party.exchange_key,
        "cosigner_key": party.cosigner_key,
    }
    given = {field: key for field, key in keys.items() if key is not None}
    for field, key in given.items():
        faults.hash(field, key)
    if given and len(given) < len(keys):
        missing = ", ".join(sorted(set(keys) - set(given)))
        faults.add("party_keys", missing, "", "a party has all four keys or none", "Add the missing keys.")
    if len(set(given.values())) < len(given):
        faults.add("party_keys_shared", "", "", "the four keys must differ", "Make a key for each use.")


FORMS = (first_version("party", Party, check),)
