"""Facets opened later are the ones committed to; facets erased leave everything else as it was."""

from __future__ import annotations

import msgspec
import pytest
from tests.support import world

from detente.errors import EvidenceError, Refused
from detente.ledger.entry import check_submission, encode_submission, seal_keeping
from detente.ledger.facets import CLOSED, facet
from detente.ledger.opening import check_disclosure, check_opening, erase, open_facet
from detente.ledger.shown import check_shown, show

KEY = world.signing("cjtf", "watch-1")
SUBMISSION, KEPT = seal_keeping(
    world.notice_draft(), KEY, world.salts("notice"), world.LEDGER, world.SLOTS, world.shared_keys("cjtf")
)
CHECKED = check_submission(encode_submission(SUBMISSION), world.SLOTS, world.LEDGER)


def test_a_sealed_facet_opened_later_is_the_one_committed_to() -> None:
    """The coalition kept its units' names; in a dispute it opens them, and anyone who holds the leaf can check."""
    text, salt = open_facet(KEPT, 2)
    for commitments in (CHECKED.commitments, CHECKED.leaf(7, 1).commitments):
        opened = check_disclosure(2, text, salt, commitments)
        assert bytes(opened.body) == b'{"units":["first flight"]}'
    opening = KEPT[2]
    assert opening and check_opening(CHECKED.leaf(7, 1), 2, opening) == opening.facet


def test_a_disclosure_of_something_else_is_evidence() -> None:
    """Other words, another place, another salt, another spelling: none is what was committed to."""
    text, salt = open_facet(KEPT, 2)
    other = facet(["cjtf"], {"units": ["second flight"]}, "own")
    for position, words, salt_hex in (
        (2, text.replace("first", "other"), salt),
        (2, msgspec.json.encode(other).decode(), salt),
        (1, text, salt),
        (4, text, salt),
        (-1, text, salt),
        (2, text, "00" * 32),
        (2, text, salt.upper()),
        (2, text.replace(":", ": "), salt),
        (2, "{}", salt),
        (2, "", salt),
    ):
        with pytest.raises(EvidenceError):
            check_disclosure(position, words, salt_hex, CHECKED.commitments)


def test_only_what_one_holds_can_be_disclosed() -> None:
    """An unused place, a place that is not open here and a place that does not exist cannot be disclosed."""
    for openings, position in ((SUBMISSION.facets, 2), (SUBMISSION.facets, 3), (CLOSED, 0), (KEPT, 4), (KEPT, -1)):
        with pytest.raises(Refused):
            open_facet(openings, position)


def test_erasure_destroys_body_and_salt_and_keeps_the_leaf() -> None:
    """After erasure the entry has the same id and leaf, and nothing of the body or its salt is left."""
    erased = erase(SUBMISSION, [0, 1], authority="the author, under its data rules", reason="names a person")
    raw = encode_submission(erased)
    assert check_submission(raw, world.SLOTS, world.LEDGER).leaf_bytes(7, 1) == CHECKED.leaf_bytes(7, 1)
    full = SUBMISSION.facets[0]
    assert full and b"Transit" not in raw and full.salt.encode() not in raw
    shown = show(erased, CHECKED.leaf_bytes(7, 1), "rus")
    assert shown and shown.facets == CLOSED
    assert check_shown(shown, world.SLOTS, world.LEDGER)[1].id == CHECKED.id


def test_a_guess_at_an_erased_body_cannot_be_tested() -> None:
    """Without the salt even the right body does not open the commitment."""
    text, _ = open_facet(SUBMISSION.facets, 0)
    with pytest.raises(EvidenceError):
        check_disclosure(0, text, "11" * 32, CHECKED.commitments)


@pytest.mark.parametrize(
    ("positions", "authority", "reason", "field"),
    [([0], " ", "r", "authority"), ([0], "a", "", "reason"), ([], "a", "r", "positions"), ([4], "a", "r", "positions")],
)
def test_an_erasure_names_its_authority_and_reason(
    positions: list[int], authority: str, reason: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        erase(SUBMISSION, positions, authority=authority, reason=reason)
    assert [fault.field for fault in refused.value.problems] == [field]
