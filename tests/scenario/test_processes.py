"""Processes that are forked from one that has imported everything: they are as good as started by hand, and end as well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detente.errors import Unavailable
from detente.scenario.processes import Running
from detente.wiring.founding import Founding, PartyPlan, found_ledger

pytestmark = pytest.mark.process
SCRIPT = """
import sys, time
from pathlib import Path
from detente.scenario.processes import running
with running(Path(sys.argv[1]) / "host", {}) as (host, _):
    print(host.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return found_ledger(tmp_path / "ledger", Founding(parties=(PartyPlan("cjtf"),), workers=0)).folder


def test_a_process_that_cannot_start_says_why(tmp_path: Path):
    """Its log is read to whoever waits for it."""
    (tmp_path / "host").mkdir()
    process = Running("detente.host.server", tmp_path / "host")
    with pytest.raises(Unavailable, match=r"host did not start: .*genesis.json cannot be read"):
        process.wait()
    assert process.ended() not in (0, None) and not process.alive


def test_a_process_that_is_killed_says_by_what(folder: Path):
    process = Running("detente.host.server", folder / "host")
    process.wait()
    assert process.alive
    process.kill()
    assert process.ended() == -signal.SIGKILL


def test_a_closed_terminal_ends_the_script_and_what_it_started(folder: Path, tmp_path: Path):
    """The whole group of the terminal is told, and the script, which guards nothing, has not been run a second time."""
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [sys.executable, str(tmp_path / "script.py"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as script:
        assert script.stdout is not None
        host = int(script.stdout.readline())
        os.killpg(script.pid, signal.SIGHUP)
        assert script.wait(60) == 128 + signal.SIGHUP
        assert script.stdout.read() == ""
    end = time.monotonic() + 20
    while _lives(host):
        assert time.monotonic() < end
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
