"""The second half of the pairs of two worlds (`test_pairs`), apart so that two cores can share the work."""

from __future__ import annotations

import asyncio

import pytest
from tests.worlds.compare import check_pairs
from tests.worlds.test_pairs import HALF


@pytest.mark.parametrize("first", range(HALF, 2 * HALF, 25))
def test_the_observer_cannot_tell_these_worlds_apart_either(runner: asyncio.Runner, first: int) -> None:
    """As in `test_pairs`, other seeds."""
    check_pairs(runner, range(first, first + 25))
