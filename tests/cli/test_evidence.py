"""`detente evidence`: figures by source and origin, support by origins, from the command line alone."""

from __future__ import annotations

import json

import msgspec
from tests.rules.evidence.claims import said
from tests.rules.evidence.test_importers import UCDP_ROW, csv_of
from typer.testing import CliRunner

from detente.cli.app import app


def run(*args):
    return CliRunner().invoke(app, [str(a) for a in args])


def test_an_import_tells_its_figures_and_writes_page_and_reports(tmp_path):
    (tmp_path / "ged.csv").write_text(csv_of(UCDP_ROW, UCDP_ROW | {"id": "2", "latitude": "x"}))
    made = run(
        "evidence",
        "import",
        "ucdp",
        tmp_path / "ged.csv",
        "--html",
        tmp_path / "p.html",
        "--reports",
        tmp_path / "r.jsonl",
        "--json",
    )
    told = json.loads(made.stdout)
    assert made.exit_code == 0
    assert (told["tally"]["events"], told["tally"]["refused"]) == (1, 1)
    assert told["refused"][0]["field"] == "row 3 (2).latitude"
    assert "Independent origins" in (tmp_path / "p.html").read_text()
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert kinds == ["report/1", "claim/2"]


def test_strict_refuses_a_file_with_a_bad_row(tmp_path):
    (tmp_path / "ged.csv").write_text(csv_of(UCDP_ROW | {"latitude": "x"}))
    assert run("evidence", "import", "ucdp", tmp_path / "ged.csv", "--strict").exit_code == 2


def test_support_counts_origins_and_shows_contradictions(tmp_path):
    claims = [
        said("SDF", "denies", "talks", party="sdf"),
        said("Page", "asserts", "talks", via="DEZ24>Page 1", origin="DEZ24:unnamed"),
        said("Page", "asserts", "talks", via="DEZ24>Page 2", origin="DEZ24:unnamed"),
        said("Coalition", "asserts", "talks", party="cjtf"),
    ]
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"\n".join(msgspec.json.encode(s.claim) for s in claims))
    told = json.loads(run("evidence", "support", file, "--ally", "cjtf,sdf", "--json").stdout)
    assert told["support"][0]["independent"] == 2
    assert [c["by_ally"] for c in told["contradictions"]] == [True, False] or [
        c["by_ally"] for c in told["contradictions"]
    ] == [False, True]
    assert "2 independent origins" in run("evidence", "support", file).stdout


def test_lines_that_are_no_claims_are_refused_by_number(tmp_path):
    (tmp_path / "c.jsonl").write_text('{"who": "x"}\nnonsense\n')
    told = json.loads(run("evidence", "support", tmp_path / "c.jsonl", "--json").stdout)
    assert [p["field"] for p in told["problems"]] == ["line 1", "line 2"]
