"""What a station or host keeps is its owner's alone: made so under any umask, refused or closed where it is found otherwise."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.support import world
from tests.support.hosts import write_folder
from tests.support.station_process import write_station
from tests.support.stations import GENESIS
from typer.testing import CliRunner

from detente.cli.app import app
from detente.errors import Refused, Unavailable
from detente.host.server import assemble
from detente.node.station.parts.durable_change import Keep
from detente.wiring.founding import Founding, OfficerPlan, PartyPlan, found_ledger
from detente.wiring.host import open_host
from detente.wiring.station import open_station

SIGNED = world.sign_genesis(GENESIS, world.roots())


@pytest.fixture(params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def umask(request):
    """Run under a umask that closes nothing, or too little."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Every file and folder below one that others than its owner can do anything with."""
    found = [folder, *folder.rglob("*")]
    return [f"{stat.S_IMODE(p.stat().st_mode):04o} {p.relative_to(folder)}" for p in found if p.stat().st_mode & 0o077]


def test_a_founded_ledger_its_host_and_its_stations_leave_nothing_open(tmp_path, umask):
    """Keys, certificates, genesis, settings, tokens, both databases with what SQLite keeps beside them, locks."""
    plan = PartyPlan("cjtf", officers=(OfficerPlan("watch-1"),)), PartyPlan("rus")
    founded = found_ledger(tmp_path / "new" / "ledger", Founding(parties=plan, tls=True))
    host = open_host(founded.host_folder)
    station = open_station(founded.station_folder("cjtf"))
    try:
        assemble(host)
        station.copy.write(Keep(kept=[("presence", b"who is where")])).result()
        names = {path.name for path in founded.folder.rglob("*")}
        assert {
            "ledger.db-wal",
            "ledger.db-shm",
            "ledger.db.lock",
            "copy.db-wal",
            "copy.db-shm",
            "operator.token",
        } <= names
        assert open_to_others(tmp_path / "new") == []
    finally:
        station.copy.close()
        host.store.close()


def test_what_an_officer_has_written_to_a_path_is_closed_too(tmp_path, umask, monkeypatch):
    """A bundle and an export say all that the party may read; a report goes into a folder of its own."""
    from tests.support.fake_station import FakeStation

    made = FakeStation(tmp_path / "station")
    made.get_bytes = lambda path, **query: b"everything"
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: made)
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o700)
    for verb in (
        ["bundle", str(out / "case.json")],
        ["export", "entries", str(out / "entries.jsonl")],
        ["export", "notices", str(out / "notices.geojson")],
        ["daily-report", "--date", "2016-09-17", "--zone", "+03:00", "--out", str(out / "report")],
    ):
        found = CliRunner().invoke(app, verb)
        assert found.exit_code == 0, found.output
    assert len(list(out.rglob("*.*"))) > 4
    assert open_to_others(out) == []


def test_a_file_that_is_there_is_closed_before_anything_is_written_into_it(tmp_path):
    """Writing over a file keeps its mode unless somebody sees to it."""
    from detente.storage import private

    (tmp_path / "page.html").touch(0o644)
    private.write_text(tmp_path / "page.html", "where they are")
    assert open_to_others(tmp_path) == []


@pytest.mark.parametrize("name", ["host.key", "operator.token"])
def test_a_host_refuses_a_secret_that_others_can_read(tmp_path, name):
    """The file, the mode seen, the mode wanted, what to do; `host.key` 0644 was taken."""
    write_folder(tmp_path)
    open_host(tmp_path).store.close()
    (tmp_path / name).chmod(0o644)
    with pytest.raises(Refused) as refused:
        open_host(tmp_path)
    (problem,) = refused.value.problems
    assert (problem.code, problem.field, problem.value) == ("key-mode", str(tmp_path / name), "0644")
    assert "0600" in problem.rule and f"chmod 600 {tmp_path / name}" in problem.next_step


@pytest.mark.parametrize("name", ["keys/exchange.key", "keys/officers/watch-1.key", "local.token"])
def test_a_station_refuses_a_secret_that_others_can_read(tmp_path, name):
    """The token of the local listener is one: with it anybody on the machine signs for the officers."""
    write_station(tmp_path, "rus", host="http://h", port=0, local=0, peers={}, genesis=SIGNED)
    open_station(tmp_path).copy.close()
    (tmp_path / name).chmod(0o640)
    with pytest.raises(Refused, match="0640"):
        open_station(tmp_path)


def test_databases_of_a_former_deployment_are_closed_and_it_is_said(tmp_path):
    """The former build made them 0644: they go on, closed, with a sentence each for the log; a second start says nothing."""
    host, station = tmp_path / "host", tmp_path / "rus"
    write_folder(host)
    write_station(station, "rus", host="http://h", port=0, local=0, peers={}, genesis=SIGNED)
    open_host(host).store.close()
    open_station(station).copy.close()
    for path in (host / "ledger.db", station / "copy.db"):
        path.chmod(0o644)
    for folder in (host, station):
        folder.chmod(0o755)
    opened, at_work = open_host(host), open_station(station)
    opened.store.close()
    at_work.copy.close()
    assert open_to_others(host) == [] == open_to_others(station)
    for said, name in ((opened.tightened, "ledger.db"), (at_work.tightened, "copy.db")):
        assert any(f"{name} had mode 0644" in one for one in said)
    again = open_station(station)
    again.copy.close()
    assert again.tightened == ()


def test_a_station_that_runs_already_is_said_in_a_sentence(tmp_path):
    """Two processes on one copy would each think it theirs."""
    write_station(tmp_path, "rus", host="http://h", port=0, local=0, peers={}, genesis=SIGNED)
    first = open_station(tmp_path)
    with pytest.raises(Unavailable, match="the station runs already"):
        open_station(tmp_path)
    first.copy.close()
    open_station(tmp_path).copy.close()


def test_what_this_process_cannot_close_is_refused(tmp_path, monkeypatch):
    """A database of another owner: its mode, the mode wanted and the command are said, and the process does not start."""
    write_station(tmp_path, "rus", host="http://h", port=0, local=0, peers={}, genesis=SIGNED)
    open_station(tmp_path).copy.close()
    (tmp_path / "copy.db").chmod(0o644)

    def anothers(path, mode):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", anothers)
    with pytest.raises(Refused) as refused:
        open_station(tmp_path)
    (problem,) = refused.value.problems
    assert (problem.code, problem.value, problem.next_step) == (
        "file-mode",
        "0644",
        f"chmod 600 {tmp_path / 'copy.db'}",
    )
