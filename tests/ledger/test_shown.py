"""What a reader is shown hashes up to the leaf, and shows nothing that is not for that reader."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.support import world

from detente.errors import EvidenceError
from detente.ledger.entry import Checked, check_submission, encode_submission
from detente.ledger.leaf import decode_leaf
from detente.ledger.shown import Shown, check_shown, is_tagged, leaf_is_ours, show

replace = msgspec.structs.replace


def recorded(**changes: Any) -> tuple[Checked, bytes]:
    checked = check_submission(world.raw_notice(**changes), world.SLOTS, world.LEDGER)
    return checked, checked.leaf_bytes(7, world.CREATED_US)


def shown_to(viewer: str, **changes: Any) -> Shown:
    shown = show(world.notice(**changes), recorded(**changes)[1], viewer)
    assert shown is not None
    return shown


@pytest.mark.parametrize(
    ("viewer", "open_positions"), [("rus", [0, 1]), ("un", [1]), ("cjtf", [0, 1])], ids=["Russia", "UN", "author"]
)
def test_each_reader_sees_its_own_facets(viewer: str, open_positions: list[int]) -> None:
    """Russia reads the notice in full, the UN coarsely; what the author sealed is not with the host at all."""
    shown = shown_to(viewer)
    assert [place for place, opening in enumerate(shown.facets) if opening] == open_positions
    leaf, checked = check_shown(shown, world.SLOTS, world.LEDGER)
    assert (leaf.index, checked.id) == (7, recorded()[0].id)


def test_those_not_addressed_are_shown_nothing() -> None:
    assert show(world.notice(audience=("rus",), facets=(None,) * 4), recorded()[1], "un") is None


def test_a_reader_learns_nothing_of_facets_for_others() -> None:
    """The UN's bytes have one length whether the full facet says little, much, or is not there."""
    coarse = world.notice_draft().facets[1]
    bare = shown_to("un", facets=(None, coarse, None, None), sealed=frozenset())
    assert len(msgspec.json.encode(bare)) == len(msgspec.json.encode(shown_to("un")))
    assert b"Transit" not in msgspec.json.encode(shown_to("un"))


def test_anything_else_than_what_was_committed_to_is_evidence() -> None:
    """A host that shows another header, salt, signature, facet or leaf is caught by the reader."""
    good = shown_to("rus")
    other = shown_to("rus", word="another", signed_at_us=world.CREATED_US + 1)
    full, coarse, *_ = good.facets
    for bad in (
        replace(good, header=replace(good.header, signed_at_us=1)),
        replace(good, header=other.header),
        replace(
            good, header=other.header, signature=other.signature, header_salt=other.header_salt, facets=other.facets
        ),
        replace(good, header_salt=other.header_salt),
        replace(good, signature=other.signature),
        replace(good, facets=(coarse, full, None, None)),
        replace(good, facets=other.facets),
        replace(good, leaf=recorded(word="another")[1].hex()),
        replace(good, leaf=good.leaf[:-2]),
        replace(good, header=replace(good.header, ledger="00" * 32)),
    ):
        with pytest.raises(EvidenceError):
            check_shown(bad, world.SLOTS, world.LEDGER)


def test_a_leaf_with_other_facet_commitments_is_evidence() -> None:
    """The leaf's facet commitments are those of the signed header, so that a facet can be proven from the leaf alone."""
    good = shown_to("rus")
    data = bytearray(bytes.fromhex(good.leaf))
    data[60] ^= 1
    with pytest.raises(EvidenceError, match="facet commitments"):
        check_shown(replace(good, leaf=bytes(data).hex()), world.SLOTS, world.LEDGER)


def test_the_author_catches_a_host_that_swaps_a_tag() -> None:
    """A host that blots out Russia's tag can hide the entry from Russia; the author sees it in the receipt's leaf."""
    submission, (checked, leaf) = world.notice(), recorded()
    assert leaf_is_ours(decode_leaf(leaf, world.SLOTS), checked)
    russia = world.shared_keys("rus")["cjtf"]
    assert is_tagged(decode_leaf(leaf, world.SLOTS), russia)
    place = next(
        n
        for n, slot in enumerate(decode_leaf(leaf, world.SLOTS).slots)
        if slot in leaf and is_tagged(replace(decode_leaf(leaf, world.SLOTS), tags=slot), russia)
    )
    slots = list(submission.slots)
    slots[place] = "00" * 16
    blotted = check_submission(encode_submission(replace(submission, slots=tuple(slots))), world.SLOTS, world.LEDGER)
    lying = blotted.leaf(7, world.CREATED_US)
    assert blotted.id == checked.id and not is_tagged(lying, russia)
    assert not leaf_is_ours(lying, checked)
