"""The order of the tests, and that no fault of ours is survived in them: files that start processes come first, so that no worker is left
with a long one at the end.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by file: first those with processes or simulated worlds, then the rest; order within a file stays."""
    slow = {item.path for item in items if item.get_closest_marker("process") or "worlds" in item.path.parts}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def faults_of_ours_are_loud(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a station survives in the field (`errors.SURVIVED`) ends a test, unless the test is about surviving it."""
    if request.node.get_closest_marker("survives") is None:
        monkeypatch.setattr("detente.errors.SURVIVED", (), raising=False)
