"""The order of the tests: files that start processes come first, so that no worker is left with a long one at the end."""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by file: first those with processes or simulated worlds, then the rest; order within a file stays."""
    slow = {item.path for item in items if item.get_closest_marker("process") or "worlds" in item.path.parts}
    items.sort(key=lambda item: item.path not in slow)
