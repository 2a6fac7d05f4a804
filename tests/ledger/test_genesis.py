"""Genesis: signed by all founders, named by its hash, and never to be taken for a replay when it is not one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from tests.support import world

from detente.errors import Refused
from detente.ledger import canonical
from detente.ledger.genesis import (
    Genesis,
    check_genesis,
    genesis_bytes,
    genesis_leaf,
    ledger_id,
    read_genesis,
    sign_genesis,
)
from detente.ledger.keys import verify
from detente.ledger.leaf import decode_leaf

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/genesis.json").read_text())
replace = msgspec.structs.replace


def faults(genesis: Genesis) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        sign_genesis(genesis, world.roots())
    return [(fault.code, fault.field) for fault in refused.value.problems]


def test_vector_follows_the_page() -> None:
    """Bytes, id, signatures and leaf, made again with the standard library from docs/formats/genesis.md."""
    parsed = json.loads(VECTORS["signed"])
    text = rfc8785.dumps(parsed["genesis"])
    assert text.decode() == VECTORS["genesis"]
    assert hashlib.sha256(b"detente/genesis/v1\n" + text).hexdigest() == VECTORS["ledger"]
    for founder in parsed["genesis"]["founders"]:
        signature = bytes.fromhex(parsed["signatures"][founder["party"]])
        assert verify(bytes.fromhex(founder["root_key"]), b"detente/genesis/v1\n" + text, signature)
    signed = read_genesis(VECTORS["signed"].encode())
    assert ledger_id(signed.genesis).hex() == VECTORS["ledger"]
    assert genesis_leaf(signed.genesis).hex() == VECTORS["leaf"]


def test_leaf_0_shows_the_ledger_and_nothing_else() -> None:
    leaf = decode_leaf(genesis_leaf(world.genesis()), world.SLOTS)
    assert (leaf.index, leaf.received_at_us, leaf.header_commitment) == (0, world.CREATED_US, world.LEDGER)
    assert set(leaf.tags) == {0} and leaf.commitments == (bytes(32),) * 4


@pytest.mark.parametrize(
    ("clock", "origin"), [("real", "detente.example/levant/replay"), ("virtual", "detente.example/levant")]
)
def test_a_replay_says_so_in_its_origin(clock: Any, origin: str) -> None:
    """A virtual clock needs an origin ending in /replay, and only a virtual clock may have one."""
    assert faults(world.genesis(clock=clock, origin=origin)) == [("genesis-origin", "origin")]
    other = "virtual" if clock == "real" else "real"
    assert sign_genesis(world.genesis(clock=other, origin=origin), world.roots()).genesis.virtual == (
        other == "virtual"
    )


@pytest.mark.parametrize(
    "origin", ["", "A/replay", "a b/replay", "a+b/replay", "/replay", "a//replay", "a\n/replay", "é/replay"]
)
def test_an_origin_is_plain(origin: str) -> None:
    """It stands in signed notes, so no space, plus, line break or upper case."""
    assert ("genesis-origin", "origin") in faults(world.genesis(origin=origin))


def test_every_founder_signs_and_nobody_else() -> None:
    """One signature missing, one by another key, one too many: refused, naming the party."""
    roots = world.roots()
    for change, field in (
        ({"rus": None}, "signatures"),
        ({"rus": world.signing("rus", "station")}, "signatures.rus"),
        ({"idn": world.signing("idn", "root")}, "signatures.idn"),
    ):
        signers = {party: key for party, key in {**roots, **change}.items() if key is not None}
        with pytest.raises(Refused) as refused:
            sign_genesis(world.genesis(), signers)
        assert [fault.field for fault in refused.value.problems] == [field]


def test_a_changed_genesis_has_no_signatures() -> None:
    """Nothing can be changed after signing, the quorum least of all; and it would be another ledger."""
    signed = world.signed_genesis()
    changed = replace(signed, genesis=replace(signed.genesis, quorum=1))
    with pytest.raises(Refused) as refused:
        check_genesis(changed)
    assert [fault.code for fault in refused.value.problems] == ["genesis-signature"] * 3
    assert ledger_id(changed.genesis) != ledger_id(signed.genesis)


def test_every_role_has_its_own_key() -> None:
    """One key in two roles, in one party or two or shared with the host, is refused, naming both places."""
    cjtf, rus, un = world.genesis().founders
    for founders in (
        (replace(cjtf, station_key=cjtf.root_key), rus, un),
        (cjtf, replace(rus, root_key=cjtf.root_key), un),
        (cjtf, rus, replace(un, officers=(replace(un.officers[0], key=rus.cosigner_key),))),
        (cjtf, rus, replace(un, exchange_key=rus.exchange_key)),
        (cjtf, rus, replace(un, cosigner_key=world.genesis().host.key)),
    ):
        assert "genesis-key" in [code for code, _ in faults(world.genesis(founders=founders))]


def test_a_key_that_proves_nothing_is_not_registered() -> None:
    """The identity point as a root, and an exchange key that everybody shares, are refused by their place."""
    cjtf, rus, un = world.genesis().founders
    identity = (bytes([1]) + bytes(31)).hex()
    assert ("genesis-key", "founders[0].root_key") in faults(
        world.genesis(founders=(replace(cjtf, root_key=identity), rus, un))
    )
    assert ("genesis-key", "founders[2].exchange_key") in faults(
        world.genesis(founders=(cjtf, rus, replace(un, exchange_key="00" * 32)))
    )


def test_lists_have_one_order() -> None:
    """Founders, officers and roles are sorted, each once."""
    cjtf, rus, un = world.genesis().founders
    watch = rus.officers[0]
    assert ("genesis-founders", "founders") in faults(world.genesis(founders=(rus, cjtf, un)))
    twice = replace(rus, officers=(watch, replace(watch, key=world.signing("rus", "x").public.hex())))
    assert ("genesis-officers", "founders[1].officers") in faults(world.genesis(founders=(cjtf, twice, un)))
    roles = replace(rus, officers=(replace(watch, roles=("watch", "duty")),))
    assert ("genesis-officers", "founders[1].officers[0].roles") in faults(world.genesis(founders=(cjtf, roles, un)))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quorum": 4}, "quorum"),
        ({"quorum": 0}, "quorum"),
        ({"slots": 0}, "slots"),
        ({"slots": 65}, "slots"),
        ({"rules": {"Lateness": 1}}, "rules.Lateness"),
        ({"rules": {"lateness_us": -1}}, "rules[...]"),
        ({"clock": "step"}, "clock"),
        ({"created_us": 2**53}, "created_us"),
    ],
)
def test_numbers_have_bounds(change: dict[str, Any], field: str) -> None:
    """Also for a genesis made in code, where no decoder looks."""
    assert field in [place for _, place in faults(world.genesis(**change))]


def test_a_genesis_reads_back_strictly() -> None:
    data = canonical.encode(world.signed_genesis())
    assert read_genesis(data) == world.signed_genesis()
    for wrong in (
        data + b" ",
        data[:-1],
        data.replace(b'"quorum":2', b'"quorum":3'),
        data.replace(b'"rules":', b'"rule":'),
    ):
        with pytest.raises(Refused):
            read_genesis(wrong)
    assert genesis_bytes(world.genesis()) in data
