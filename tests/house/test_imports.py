"""Imports point downwards between packages, and inside them: the contract file says so, and this runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from tests.house.source import ROOT

CONTRACT = ROOT / ".importlinter"


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract is read from the root of the project."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the graph of imports is kept, so that it is read once; out of the tree."""
    return tmp_path_factory.mktemp("imports")


def kept(contract: Path, cache: Path) -> bool:
    """Whether every import is as a contract file says."""
    return lint_imports(config_filename=os.fspath(contract), cache_dir=os.fspath(cache), no_logo=True) == 0


def test_every_import_is_as_the_contract_says(cache: Path):
    """Every package stands on a floor, no import points up, nothing runs in a circle, and no exception is left over."""
    assert kept(CONTRACT, cache)


def test_an_arrow_that_runs_back_up_breaks_the_contract(tmp_path: Path, cache: Path):
    """With two floors of the rules in the other order."""
    text = CONTRACT.read_text()
    floors = "    agreements | notices | protection\n    evidence | hotline\n"
    assert floors in text
    contract = tmp_path / "contract.ini"
    contract.write_text(text.replace(floors, "    evidence | hotline\n    agreements | notices | protection\n"))
    assert not kept(contract, cache)


def test_a_package_on_no_floor_breaks_the_contract(tmp_path: Path, cache: Path):
    """A new package must say where it stands."""
    contract = tmp_path / "contract.ini"
    contract.write_text(CONTRACT.read_text().replace("    scenario\n", ""))
    assert not kept(contract, cache)
