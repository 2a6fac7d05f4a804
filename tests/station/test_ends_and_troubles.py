"""Real processes: a full disk, a port that is taken, and processes whose parent is told to end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from tests.support.desk_of_station import REAL
from tests.support.hosts import write_folder
from tests.support.station_process import StationProcess, free_port, write_station
from typer.testing import CliRunner

from detente.cli.app import app
from detente.wiring.founding import Founding, PartyPlan, found_ledger

pytestmark = pytest.mark.process


def test_a_station_on_a_full_disk_says_so_at_the_command_line_in_health_and_log(tmp_path, monkeypatch):
    """The fifth write is refused, as a full disk would; the officer's next verb begins with it and answers all the same."""
    monkeypatch.setenv("DETENTE_FAILPOINTS", "copy-write=raise@5")
    write_station(
        tmp_path, "rus", host=f"http://127.0.0.1:{free_port()}", port=0, local=free_port(), peers={}, genesis=REAL
    )
    station = StationProcess(tmp_path, "rus").start()
    try:
        for _ in range(6):
            station.http.post("/local/presence", json={"presence": []})
        kinds = station.wait_for(lambda: _kinds(station, "own-copy"), within_s=40)
        assert {"own-copy", "host-away"} <= kinds
        assert httpx.get(f"{station.local}/healthz", trust_env=False).status_code == 503
        found = CliRunner().invoke(app, ["notices"], env={"DETENTE_STATION": str(tmp_path), "COLUMNS": None})
        assert found.exit_code == 0
        assert "TROUBLE: own-copy (since" in found.stderr and "disk" in found.stderr
        assert "NOT FRESH" in found.stdout
        station.wait_for(lambda: "own-copy" in _logged(tmp_path, "trouble"), within_s=40)
    finally:
        assert station.stop() == 0


def _kinds(station, wanted):
    kinds = {trouble["kind"] for trouble in httpx.get(f"{station.local}/healthz", trust_env=False).json()["troubles"]}
    return kinds if wanted in kinds else None


def _logged(folder, event):
    lines = [json.loads(line) for line in (folder / "station.log").read_text().splitlines() if line.startswith("{")]
    return [line["kind"] for line in lines if line["event"] == event]


@pytest.mark.parametrize("verb", ["host", "station"])
def test_a_port_that_is_taken_is_a_sentence_and_not_a_traceback(tmp_path, verb):
    """Exit 4: something cannot be reached; which port, and where to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        if verb == "host":
            write_folder(tmp_path)
            settings = tmp_path / "host.toml"
            settings.write_text(settings.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}", 1))
        else:
            write_station(tmp_path, "rus", host="http://h", port=port, local=0, peers={}, genesis=REAL)
        command = ["-m", "detente.host.server"] if verb == "host" else ["-m", "detente.cli", "station", "--folder"]
        found = subprocess.run([sys.executable, *command, str(tmp_path)], capture_output=True, text=True, timeout=60)
        assert found.returncode == 4, found.stderr
        assert f"127.0.0.1:{port} is taken" in found.stderr and "Traceback" not in found.stderr


PLAY = """
import sys, time
from pathlib import Path
from detente.scenario.processes import running
folder = Path(sys.argv[1])
with running(folder / "host", {"cjtf": folder / "stations" / "cjtf"}):
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_replay_that_is_ended_or_whose_terminal_is_closed_takes_its_processes_with_it(tmp_path, number):
    """They lived on as orphans, with their ports."""
    founded = found_ledger(tmp_path / "ledger", Founding(parties=(PartyPlan("cjtf"),), workers=0))
    urls = (founded.addresses.host.url, founded.addresses.stations["cjtf"].local)
    process = subprocess.Popen([sys.executable, "-c", PLAY, str(founded.folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    assert all(map(_listens, urls))
    os.kill(process.pid, number)
    assert process.wait(60) == 128 + number
    process.stdout.close()
    end = time.monotonic() + 20
    while any(map(_listens, urls)):
        assert time.monotonic() < end
        time.sleep(0.05)


def _listens(url):
    address, port = url.partition("://")[2].split(":")
    with socket.socket() as sock:
        return sock.connect_ex((address, int(port))) == 0
