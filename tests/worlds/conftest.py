"""Shared by the tests of two worlds: quick streams and signatures, one event loop, no log lines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import structlog
from tests.worlds.compare import quicken


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Play fast; the comparison does not look at logs, which no party can reach."""
    quicken(monkeypatch)
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.configure(**before)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all the worlds of a test."""
    with asyncio.Runner() as running:
        yield running
