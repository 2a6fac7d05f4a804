"""No log lines, and a signature verified once is not verified again (a pure function's memo)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.world.world import quietly


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with quietly():
        yield
