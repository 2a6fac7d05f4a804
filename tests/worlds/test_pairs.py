"""Two worlds that differ in what a party may not know give that party equal bytes at equal times (the first half of the pairs)."""

from __future__ import annotations

import asyncio

import pytest
from tests.worlds.compare import check_pairs

HALF = 250


@pytest.mark.parametrize("first", range(0, HALF, 25))
def test_the_observer_cannot_tell_two_worlds_apart(runner: asyncio.Runner, first: int) -> None:
    """Whoever looks, whatever it asks: bodies, lengths, kinds, edits, presence within its cells, doubts and refusals of others
    change no byte, header, chunk, event, tile, refusal, answer or time that it gets."""
    check_pairs(runner, range(first, first + 25))


@pytest.mark.soak
@pytest.mark.parametrize("first", range(500, 10_000, 100))
def test_nor_in_ten_thousand_pairs(runner: asyncio.Runner, first: int) -> None:
    """The same, with 9 500 more pairs."""
    check_pairs(runner, range(first, first + 100))
