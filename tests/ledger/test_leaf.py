"""The leaf: fixed bytes, tags that only the two who share a key can see, and what scanning finds."""

from __future__ import annotations

import hmac
import json
import struct
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import world

from detente.errors import EvidenceError
from detente.ledger.entry import check_submission
from detente.ledger.leaf import Leaf, decode_leaf, encode_leaf, follows, leaf_size, scan, tag

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/leaf.json").read_text())

LEAVES = st.integers(0, 64).flatmap(
    lambda count: st.builds(
        Leaf,
        st.integers(0, 2**53 - 1),
        st.integers(0, 2**53 - 1),
        st.binary(min_size=32, max_size=32),
        st.tuples(*[st.binary(min_size=32, max_size=32)] * 4),
        st.binary(min_size=16 * count, max_size=16 * count),
    )
)


def test_vector_follows_the_page() -> None:
    """The leaf's bytes and tags, made again with the standard library from docs/formats/leaf.md."""
    commitment = bytes.fromhex(VECTORS["header_commitment"])
    data = b"\x01" + struct.pack(">QQ", VECTORS["index"], VECTORS["received_at_us"]) + commitment
    data += b"".join(bytes.fromhex(part) for part in VECTORS["commitments"] + VECTORS["slots"])
    assert data.hex() == VECTORS["leaf"]
    leaf = decode_leaf(data, world.SLOTS)
    assert encode_leaf(leaf) == data and len(data) == leaf_size(world.SLOTS) == 305
    for case in VECTORS["recipients"].values():
        shared = bytes.fromhex(case["shared"])
        expected = hmac.new(shared, b"detente/tag/v1\n" + commitment, "sha256").digest()[:16]
        assert expected == tag(shared, commitment) == leaf.slots[case["slot"]]
        assert scan(leaf, {"nobody": bytes(32), VECTORS["author"]: shared}) == VECTORS["author"]


@settings(max_examples=60)
@given(LEAVES)
def test_a_leaf_reads_back(leaf: Leaf) -> None:
    """Every leaf has the length of its ledger, and reads back."""
    data = encode_leaf(leaf)
    count = len(leaf.tags) // 16
    assert len(data) == leaf_size(count)
    assert decode_leaf(data, count) == leaf
    for wrong in (data[:-1], data + b"\0", b""):
        with pytest.raises(EvidenceError):
            decode_leaf(wrong, count)


def test_a_truncated_or_strange_leaf_is_evidence() -> None:
    """A cut leaf, another version, and numbers that no JSON can hold are not read."""
    data = encode_leaf(Leaf(1, 2, bytes(32), (bytes(32),) * 4, bytes(128)))
    for wrong in (
        data[:-16],
        b"\x02" + data[1:],
        data[:1] + b"\xff" * 8 + data[9:],
        data[:9] + b"\xff" * 8 + data[17:],
    ):
        with pytest.raises(EvidenceError):
            decode_leaf(wrong, 8)


def test_recipients_find_their_entries_and_others_see_nothing() -> None:
    """Russia and the UN find the notice by scanning; a third party with its own keys does not."""
    leaf = check_submission(world.raw_notice(), world.SLOTS, world.LEDGER).leaf(7, 1)
    assert scan(leaf, world.shared_keys("rus")) == "cjtf"
    assert scan(leaf, world.shared_keys("un")) == "cjtf"
    outsider = {party: world.exchange("idn").shared(world.exchange(party).public) for party in world.PARTIES}
    assert scan(leaf, outsider) is None
    assert scan(leaf, {}) is None


def test_a_withheld_entry_is_noticed_by_its_recipient() -> None:
    """Of three leaves two are addressed to Russia; the host hands over one entry; the scan names the other's author."""
    raws = [world.raw_notice("a"), world.raw_notice("b", audience=("un",), facets=(None,) * 4), world.raw_notice("c")]
    leaves = [check_submission(raw, world.SLOTS, world.LEDGER).leaf(1 + n, n) for n, raw in enumerate(raws)]
    given_indexes = {3}
    keys = world.shared_keys("rus")
    missing = {
        leaf.index: author for leaf in leaves if (author := scan(leaf, keys)) and leaf.index not in given_indexes
    }
    assert missing == {1: "cjtf"}


def test_tags_of_two_entries_cannot_be_linked() -> None:
    """The same author and recipient give another tag each time, so tags do not tell who talks to whom."""
    one, two = (check_submission(world.raw_notice(word), world.SLOTS, world.LEDGER).leaf(1, 1) for word in "ab")
    assert not set(one.slots) & set(two.slots)


def test_a_tag_lies_on_a_slot() -> None:
    """Sixteen bytes that straddle two slots are chance, not a tag."""
    shared, commitment = b"s" * 32, b"c" * 32
    made = tag(shared, commitment)
    straddling = Leaf(1, 1, commitment, (bytes(32),) * 4, b"x" * 8 + made + b"x" * 8)
    assert scan(straddling, {"cjtf": shared}) is None
    assert scan(msgspec.structs.replace(straddling, tags=b"x" * 16 + made), {"cjtf": shared}) == "cjtf"


def test_leaves_follow_one_another_in_index_and_time() -> None:
    """A reordered leaf, a gap, and a time that runs backwards do not follow; an equal time does."""
    first = Leaf(5, 1_000, bytes(32), (bytes(32),) * 4, b"")
    assert follows(first, msgspec.structs.replace(first, index=6))
    assert not follows(first, msgspec.structs.replace(first, index=7))
    assert not follows(first, msgspec.structs.replace(first, index=5))
    assert not follows(first, msgspec.structs.replace(first, index=6, received_at_us=999))
