"""The list behind a watermark: one hash for exactly these entries in exactly this order."""

from __future__ import annotations

import hashlib
import json
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import EvidenceError
from detente.ledger.delivered import NOTHING_TOLD, Told, covers, told

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/told.json").read_text())
LISTS = st.dictionaries(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32), max_size=8).map(
    lambda entries: sorted(entries.items())
)


def test_vector_follows_the_page() -> None:
    """The chain, made again with the standard library from docs/formats/told.md."""
    state, running = Told(), bytes(32)
    assert VECTORS["start"] == NOTHING_TOLD.hex() == told([]).hash.hex()
    for count, entry in enumerate(VECTORS["entries"], 1):
        id = bytes.fromhex(entry["id"])
        running = hashlib.sha256(b"detente/told/v1\n" + running + entry["index"].to_bytes(8, "big") + id).digest()
        state = state.then(entry["index"], id)
        assert state.hash.hex() == running.hex() == entry["hash"]
        assert (state.count, state.last_index) == (count, entry["index"])


@settings(max_examples=100)
@given(LISTS, st.integers(0, 8))
def test_in_two_parts_is_at_once(entries: list[tuple[int, bytes]], cut: int) -> None:
    """A station that restarts goes on from its last state."""
    assert told(entries[cut:], told(entries[:cut])) == told(entries)


def test_a_watermark_covers_these_entries_and_no_others() -> None:
    """One entry more, less, changed or in another place gives another hash; entries beyond its size do not matter."""
    entries = [(index, bytes([index]) * 32) for index in (3, 4, 9)]
    state = told(entries)
    assert covers(entries, 12, state.count, state.hash)
    assert covers([*entries, (15, bytes(32))], 12, 3, state.hash)
    assert not covers(entries, 9, 3, state.hash)
    assert not covers(entries[1:], 12, 3, state.hash)
    assert not covers([*entries, (11, bytes(32))], 12, 3, state.hash)
    assert not covers([(3, b"x" * 32), *entries[1:]], 12, 3, state.hash)
    assert not covers([(2, entries[0][1]), *entries[1:]], 12, 3, state.hash)
    assert not covers(entries, 12, 2, state.hash)
    hashes = [covers(list(order), 12, 3, state.hash) for order in permutations(entries)]
    assert hashes == [True] + [False] * 5


def test_indexes_only_rise() -> None:
    """The same entry twice, or an earlier one after a later, is not on any list."""
    state = told([(3, bytes(32))])
    for index in (3, 2, 0):
        with pytest.raises(EvidenceError):
            state.then(index, bytes(32))
