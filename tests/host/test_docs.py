"""The pages say what the code does: every route, setting, problem code and failpoint stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.hosts import Local

from detente.host.engine import FAILPOINTS
from detente.host.openapi import document
from detente.network.statuses import STATUS
from detente.node.host.limits import LimitRules
from detente.wiring.host import HostConfig

DOCS = Path(__file__).resolve().parents[2] / "docs"
API = (DOCS / "formats" / "host-api.md").read_text()
RUNNING = (DOCS / "host.md").read_text()


@pytest.mark.parametrize("path", sorted(document()["paths"]))
def test_every_route_is_on_its_page(path: str) -> None:
    """A route that is not described does not exist for anyone but its author."""
    assert path.replace("{level}/{index}", "…").replace("/entries/batch", "/entries/batch") in API


def test_every_described_route_is_served() -> None:
    """And the other way round: the application serves exactly what the document lists."""
    app = Local().app
    served = {path for _, path in (*app._open, *app._members)}
    described = {path for path in document()["paths"] if "{" not in path}
    assert served == described


@pytest.mark.parametrize("setting", sorted({*HostConfig.__struct_fields__, *LimitRules.__struct_fields__}))
def test_every_setting_is_on_its_page(setting: str) -> None:
    """An operator finds each setting in docs/host.md."""
    assert f"`{setting}`" in RUNNING or f"[{setting}]" in RUNNING


@pytest.mark.parametrize(
    "code", ["session-missing", "session-over", "superseded", "too-fast", "too-large", "read-only", "not-yours"]
)
def test_codes_that_a_station_acts_on_are_on_the_page(code: str) -> None:
    """A station tells by the code what to do next."""
    assert f"`{code}`" in API
    assert code in STATUS


@pytest.mark.parametrize("step", FAILPOINTS)
def test_every_failpoint_is_on_its_page(step: str) -> None:
    """And in the order of the steps."""
    assert f"`{step}`" in RUNNING
