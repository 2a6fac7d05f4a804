"""Worlds play without log lines: what happens in one is asked of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.world.world import quietly


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    with quietly():
        yield
