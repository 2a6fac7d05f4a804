"""Entries that change keys, turned into steps of the identity fold (docs/formats/identity.md).

    party     new id                      -> the party is taken in, if enough founders' roots endorse it
              known id, another root      -> its keys are recovered, endorsed likewise
              known id, another key       -> that key is replaced, signed by the party's root
              state departed              -> its keys end
    host      another key                 -> checkpoints are signed by that key from here on, endorsed likewise
    officer   active, a key not seen yet  -> the officer's key is registered or replaced
              revoked | distrusted        -> the key ends | is flagged from a time on

A party without keys (it has no station; others answer for it) changes nothing here. Every step raises `Refused` before it
changes anything.
"""

from __future__ import annotations

import msgspec

from detente.errors import Refused, problem
from detente.ledger.genesis import GenesisHost, PartyKeys
from detente.ledger.identity import Identity, Role
from detente.records.body import Body
from detente.records.parties.host import HostKey
from detente.records.parties.officer import Officer
from detente.records.parties.party import Party


def register(identity: Identity, index: int, author: str, key: str, body: Body) -> None:
    """Apply what an entry at `index`, by `author` under signing `key` (hex), says about keys; raises `Refused`."""
    if isinstance(body, Officer):
        _officer(identity, index, author, key, body)
    elif isinstance(body, Party):
        _party(identity, index, author, key, body)
    elif isinstance(body, HostKey):
        endorsements = {given.party: given.signature for given in body.endorsements}
        identity.replace_host_key(index, GenesisHost(key=body.key, name=body.name), endorsements)


def _officer(identity: Identity, index: int, author: str, key: str, body: Officer) -> None:
    if body.party != author:
        raise _not_own("party", body.party, author)
    if body.state == "revoked":
        identity.revoke(index, body.key, by=key)
    elif body.state == "distrusted":
        identity.distrust(index, body.key, body.distrust_since_us or 0, by=key)
    elif not _same_officer(identity, index, body):
        identity.add_officer(index, body.party, body.officer, body.key, body.roles, by=key)


def _same_officer(identity: Identity, index: int, body: Officer) -> bool:
    use = identity.key_at(body.key, index)
    return use is not None and (use.party, use.officer, use.roles) == (body.party, body.officer, body.roles)


def _party(identity: Identity, index: int, author: str, key: str, body: Party) -> None:
    known = body.party in identity.parties()
    if body.root_key is None or body.state == "departed":
        if known and body.party != author:
            raise _not_own("party", body.party, author)
        if known and body.state == "departed":
            _depart(identity, index, body.party, key)
        return
    endorsements = {given.party: given.signature for given in body.endorsements}
    keys = _keys(identity, index, body)
    if not known:
        identity.add_party(index, keys, endorsements)
    elif identity.current(body.party, "root", index) != body.root_key:
        identity.recover_party(index, keys, endorsements)
    else:
        if body.party != author:
            raise _not_own("party", body.party, author)
        changes: tuple[tuple[Role, str], ...] = (
            ("station", keys.station_key),
            ("cosigner", keys.cosigner_key),
            ("exchange", keys.exchange_key),
        )
        for role, new in changes:
            if identity.current(body.party, role, index) != new:
                identity.replace_key(index, body.party, role, new, by=key)


def _keys(identity: Identity, index: int, body: Party) -> PartyKeys:
    """Return a party's keys as its endorsers signed them. Officers are registered by entries of their own."""
    try:
        return msgspec.convert(
            {
                "cosigner_key": body.cosigner_key,
                "exchange_key": body.exchange_key,
                "name": body.name,
                "officers": (),
                "party": body.party,
                "root_key": body.root_key,
                "station_key": body.station_key,
            },
            PartyKeys,
        )
    except msgspec.ValidationError as error:
        found = problem("party-keys", "", body.party, str(error), "A party has all four keys or none")
        raise Refused([found]) from None


def _depart(identity: Identity, index: int, party: str, key: str) -> None:
    """End every key of a party that leaves; its root goes last, as it must sign for the others."""
    held = sorted(identity.keys_of(party, index), key=lambda use: use.role == "root")
    for use in held:
        if use.role != "exchange":
            identity.revoke(index, use.key, by=key)


def _not_own(field: str, value: str, author: str) -> Refused:
    rule = f"is not {author}, who signed this; a party's keys are its own to change"
    return Refused([problem("not-own-party", field, value, rule, "Have that party send it")])
