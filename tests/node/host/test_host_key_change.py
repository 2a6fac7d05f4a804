"""The parties appoint another host key: stations go on with it, also those that were away; the host alone appoints nobody."""

from __future__ import annotations

from tests.support import world
from tests.support.stations import LEDGER, World, notice

from detente.ledger.genesis import GenesisHost
from detente.ledger.identity import KeyChange, endorse
from detente.records.parties.host import HostKey
from detente.records.parties.party import Endorsement

NEW = world.signing("host", "second log")


def appointed(*endorsers: str) -> HostKey:
    named = GenesisHost(key=NEW.public.hex(), name="Second host")
    change = KeyChange(action="change-host-key", host=named, ledger=LEDGER.hex())
    given = tuple(
        Endorsement(
            key=world.signing(party, "root").public.hex(),
            party=party,
            signature=endorse(change, world.signing(party, "root")),
        )
        for party in endorsers
    )
    return HostKey(endorsements=given, key=NEW.public.hex(), name="Second host")


def change_host(w: World, *endorsers: str) -> None:
    w.host.keys.append((w.host.main.tree.size + 2, NEW))  # the checkpoint of the change itself is the old key's last
    w.send("un", appointed(*endorsers), ["cjtf", "rus"], signer="root")
    w.run(1)


def test_stations_that_follow_go_on_with_the_new_key():
    """Endorsed by a quorum of roots: checkpoints under the new key are proven and cosigned."""
    w = World()
    w.run(10)
    change_host(w, "rus", "un")
    w.send("cjtf", notice(), ["rus"])
    w.run(10)
    assert not any(w.alarms(party) for party in w.parties)
    assert w.stations["rus"].following.size == w.host.main.tree.size


def test_a_station_that_was_away_finds_the_new_key_in_the_quorums_entry():
    """It meets only checkpoints of a key it has never seen; the parties' endorsement, not the host, vouches for that key."""
    w = World()
    w.run(10)
    w.no_host = {"rus"}
    change_host(w, "rus", "un")
    w.send("cjtf", notice(), ["rus"])
    w.run(10)
    w.no_host = set()
    w.run(10)
    assert not w.alarms("rus", "root-mismatch")
    assert "notice" in w.kinds("rus")


def test_a_key_that_no_quorum_endorses_proves_nothing():
    """A host that appoints itself is not followed."""
    w = World()
    w.run(10)
    w.no_host = {"rus"}
    change_host(w, "un")
    w.send("cjtf", notice(), ["rus"])
    w.run(1)
    w.no_host = set()
    size = w.stations["rus"].following.size
    w.run(2)
    assert w.alarms("rus")
    assert w.stations["rus"].following.size == size
