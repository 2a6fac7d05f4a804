"""docs/contribute.md is true: its files are put into a copy of the package, played, and counted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "contribute.md").read_text()
NEW = dict(re.findall(r"```python (\S+)\n(.*?\n)```", PAGE, re.DOTALL))
EDITS = dict(re.findall(r"```diff (\S+)\n(.*?\n)```", PAGE, re.DOTALL))
MOST = 6
"""Files that a record kind with view, route and verb may touch, besides its tests and its page."""

PLAYED = """
import msgspec
from typer.testing import CliRunner
from tests.support.answering import engine_of
from tests.support.play import START_US, Play, picture_of

import detente
from detente.api.crossings import CrossingsAsked
from detente.cli import app
from detente.network.local import answer_in
from detente.records.notices.crossing import Crossing
from detente.records.registry import REGISTRY
from detente.station.answers.crossings import crossings
from detente.station.local import ANSWERS

assert HERE in detente.__file__, detente.__file__
gate = Crossing(crossing="south-gate", name="South Gate", state="closed", words="Shelling on the road.")
assert "crossing" in REGISTRY.kinds()
assert [problem.field for problem in REGISTRY.check(msgspec.structs.replace(gate, words=""))] == ["words"]

play = Play()
play.say("cjtf", "rus", msgspec.structs.replace(gate, state="open"))
newest = play.say("cjtf", "rus", gate)
play.say("un", "rus", msgspec.structs.replace(gate, state="open"))
assert crossings in ANSWERS
answer = crossings(engine_of(picture_of(play, "rus"), "rus", START_US), CrossingsAsked())
assert [(row.author, row.crossing.state) for row in answer.crossings] == [("cjtf", "closed"), ("un", "open")]
assert answer_in(CrossingsAsked(), msgspec.json.encode(answer)) == answer

class Double:
    def ask(self, question):
        return answer

from detente.cli.notices import crossing as verb
from contextlib import contextmanager
from types import SimpleNamespace

@contextmanager
def at_station(folder):
    yield SimpleNamespace(station=Double())

verb.at_station = at_station
shown = CliRunner().invoke(app.app, ["crossing", "show"])
print(shown.output)
"""


def applied(text: str, edit: str) -> str:
    """Return a file with an edit made: lines that begin with + come after the lines before them, which must be there once."""
    lines = edit.splitlines()
    before = "\n".join(line[1:] for line in lines if line[0] == " ")
    after = "\n".join(line[1:] for line in lines)
    assert text.count(before) == 1, before
    return text.replace(before, after)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package with the page's files in it."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in NEW.items():
        assert not (tmp_path / path).exists(), f"{path} stands in the package: the page needs another example"
        (tmp_path / path).write_text(text)
    for path, edit in EDITS.items():
        (tmp_path / path).write_text(applied((tmp_path / path).read_text(), edit))
    return tmp_path


def run(copy: Path, *arguments: str) -> str:
    env = {**os.environ, "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{ROOT}"}
    found = subprocess.run([sys.executable, *arguments], env=env, cwd=copy, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_the_example_touches_no_more_files_than_it_may() -> None:
    assert len(NEW) + len(EDITS) <= MOST


def test_the_example_is_recorded_folded_asked_and_shown(copy: Path) -> None:
    shown = run(copy, "-c", f"HERE = {os.fspath(copy)!r}\n{PLAYED}")
    assert "South Gate: CLOSED, says cjtf Shelling on the road." in shown
    assert "South Gate: OPEN, says un" in shown


def test_the_verb_is_listed_and_helps(copy: Path) -> None:
    assert "Say how a crossing stands" in run(copy, "-m", "detente.cli", "crossing", "set", "--help")


def test_the_example_is_in_the_projects_form(copy: Path) -> None:
    for path in (ROOT / "pyproject.toml",):
        shutil.copy(path, copy)
    files = [os.fspath(copy / path) for path in NEW]
    run(copy, "-m", "ruff", "check", *files)
    run(copy, "-m", "ruff", "format", "--check", *files)


def test_an_edit_whose_place_is_gone_is_noticed() -> None:
    with pytest.raises(AssertionError):
        applied("nothing of it", ' "hits": 1,\n+"crossing": 2,\n')
