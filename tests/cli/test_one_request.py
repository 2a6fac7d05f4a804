"""What a terminal shows of evidence costs one request; the station folds, and the ledger is not downloaded."""

from __future__ import annotations

import json

import pytest
from tests.support.fake_station import FakeStation
from typer.testing import CliRunner

from detente.cli.app import app

VERBS = [
    ["evidence", "sources"],
    ["evidence", "sources", "--at", "-2d"],
    ["evidence", "known", "--party", "rus", "--party", "cjtf"],
    ["daily-report", "--date", "2016-09-17", "--zone", "+03:00"],
    ["daily-report", "--date", "2016-09-17", "--zone", "+03:00", "--recorded-by", "-1h"],
    ["known", "--party", "rus"],
    ["known", "--party", "rus", "--size", "3", "--all"],
    ["keys", "show"],
]


class Counted(FakeStation):
    """Keeps every path that was asked for."""

    def __init__(self, folder):
        super().__init__(folder)
        self.asked = []

    def get(self, path, **query):
        self.asked.append((path, query))
        return super().get(path, **query)


@pytest.fixture
def station(tmp_path, monkeypatch):
    made = Counted(tmp_path)
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: made)
    return made


@pytest.mark.parametrize("args", VERBS, ids=" ".join)
def test_it_costs_one_request(args, station):
    found = CliRunner().invoke(app, args)
    assert found.exit_code == 0, found.output
    assert len(station.asked) == 1, station.asked


def test_how_long_ago_is_counted_on_the_stations_clock(station):
    """The terminal does not know the time of a ledger; a replay's is not now."""
    CliRunner().invoke(app, ["evidence", "sources", "--at", "-2d"])
    assert station.asked == [("sources", {"ago_us": 2 * 86_400_000_000})]


@pytest.mark.parametrize("args", VERBS, ids=" ".join)
def test_a_trouble_is_said_all_the_same(args, station):
    """What the status would have told stands in the answer's basis."""
    trouble = {"kind": "host-away", "next_step": "Look at the line", "since_us": None, "words": "it does not answer"}
    station.basis["troubles"] = [trouble]
    found = CliRunner().invoke(app, args)
    assert "TROUBLE: host-away (since it started): it does not answer." in found.stderr


@pytest.mark.parametrize("args", [["evidence", "sources"], ["evidence", "known", "--party", "rus"]], ids=" ".join)
def test_what_the_view_lacks_is_said(args, station, monkeypatch):
    lacking = {"by": {"rus": 1}, "not_understood": {"claim/2": 1}}
    seen = {**station._seen(), "lacking": lacking}
    monkeypatch.setattr(station, "_seen", lambda: seen)
    found = CliRunner().invoke(app, args)
    assert "INCOMPLETE: not understood: 1 of claim/2 (sent faulty: 1 by rus)." in found.stdout


def test_a_report_is_written_as_the_station_made_it(station, tmp_path):
    folder = tmp_path / "out"
    args = ["daily-report", "--date", "2016-09-17", "--zone", "+03:00", "--out", str(folder), "--json"]
    told = json.loads(CliRunner().invoke(app, args).stdout)
    assert (folder / "report.md").read_text("utf-8") == told["markdown"]
    assert "Daily report, Saturday 17 September 2016" in (folder / "report.html").read_text("utf-8")
