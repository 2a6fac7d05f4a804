"""A focal point's day through real processes: import, board, a truce that ends, a stop with its clock, approval apart, and the hit list."""

from __future__ import annotations

import openpyxl
import pytest
from tests.cli.test_process import Officer, ledger  # noqa: F401  (the fixture: one set of processes for this file)

pytestmark = pytest.mark.process
HEAD = "name,organisation,owner,contact,consent,decimal,datum,radius_m,from,share,not_share,function,verified\n"
GOOD = (
    'Hospital,MSF,MSF,duty desk,2026-01-01T00:00Z,"36.20120, 37.13430",WGS84,150,2026-01-02T00:00+03:00,rus,,hospital,'
    "2026-01-01T00:00Z\n"
)
BAD = "Clinic,MSF,MSF,duty desk,2026-01-01T00:00Z,somewhere,WGS84,wide,yesterday,rus,,clinic,\n"
ROUTE = "Aleppo @ 36.20200, 37.13400 @ {day}T10:50+03:00 | Urum @ 36.15170, 36.96780 @ {day}T13:30+03:00 @ 240"


@pytest.fixture(scope="module")
def desks(ledger):  # noqa: F811
    return Officer(ledger / "stations" / "cjtf"), Officer(ledger / "stations" / "rus")


def test_from_a_table_to_a_stop(desks, tmp_path):
    cjtf, rus = desks
    table = tmp_path / "sites.csv"
    table.write_text(HEAD + GOOD + BAD, "utf-8")
    said = cjtf("import", "sites", str(table), code=2)
    assert "1 row(s) sent, 1 bad row(s) not sent" in said
    assert all(field in said for field in ("decimal", "radius_m", "from"))
    folded = cjtf.wait("board", until=lambda b: b["sites"] and b["sites"][0]["consent"] != "none")
    (site,) = folded["sites"]
    assert (site["shared_with"], site["consent"], site["verification"]) == (
        ["rus"],
        "given by MSF",
        "verification OVERDUE",
    )

    book = openpyxl.Workbook()
    columns = [
        "name",
        "organisation",
        "owner",
        "contact",
        "consent",
        "datum",
        "route",
        "share",
        "vehicles",
        "emergency",
    ]
    book.active.append(columns)
    route = ROUTE.format(day="2099-09-19")
    row = ["Convoy 7", "UN", "SARC", "duty desk", "2026-01-01T00:00Z", "WGS84", route, "rus"]
    book.active.append([*row, "31 truck, plates=A-1, marked=roof", "no"])
    book.save(tmp_path / "movements.xlsx")
    assert "0 bad row(s)" in cjtf("import", "movements", str(tmp_path / "movements.xlsx"))
    (held,) = cjtf.wait("board", until=lambda b: b["movements"])["movements"]
    assert held["answer"] == "HOLD"

    convoy = held["version"]
    assert "It asks" in cjtf("movement", convoy, "ask", "--to", "rus")
    asked = rus.wait("log", until=lambda found: any(e["header"]["kind"] == "coordination/1" for e in found["entries"]))
    request = next(e["id"] for e in asked["entries"] if e["header"]["kind"] == "coordination/1")
    rus("coordinate", request, "--says", "refused", "--words", "not that day")
    board = cjtf.wait("board", until=lambda b: any("approval refused" in r for r in b["movements"][0]["reasons"]))
    assert any("no officer has acknowledged it" in r or "no evidence" in r for r in board["movements"][0]["reasons"])

    rus("change", "truce", "ended", "--words", "over", "--party", "cjtf", "--party", "rus", "--to", "cjtf")
    boards = cjtf.wait("endangered", until=lambda b: b["boards"] and b["boards"][0]["asked"])["boards"]
    assert boards[0]["in_danger"][-1]["version"] == convoy, "the convoy has not left: the site comes first"
    assert {a["recipient"] for a in boards[0]["asked"]} == {"rus"}

    circle = ["--within", "36.1517, 36.9678, 3 km", "--datum", "WGS84"]
    running = cjtf.json("stop", "Stop: under fire", *circle, "--to", "rus", "--wait", "1")["stops"]
    assert [row["closed_us"] for row in running] == [None]
    theirs = rus.wait("stop", until=lambda found: found["stops"])["stops"]
    assert theirs[0]["concerns"] == []
    rus("respond", theirs[0]["stop"], "comply", "--words", "nothing of ours there")
    closed = cjtf.wait("stop", until=lambda found: found["stops"][0]["closed_us"])["stops"][0]
    assert closed["answer"] == "comply"
    assert "comply after" in cjtf("show", closed["stop"])


def test_a_place_its_owner_keeps_from_somebody_cannot_be_sent_there(desks, tmp_path):
    cjtf, _ = desks
    table = tmp_path / "kept.csv"
    kept = GOOD.replace("Hospital", "Shelter").replace(",rus,,hospital", ",cjtf,rus,hospital")
    table.write_text(HEAD + kept, "utf-8")
    cjtf("import", "sites", str(table))
    board = cjtf.wait("board", until=lambda b: any(s["not_to"] for s in b["sites"]))
    site = next(s for s in board["sites"] if s["not_to"])
    before = ["--supersedes", site["version"], "--words", "moved", "--to", "rus"]
    said = cjtf("notice", "--circle", "36.2, 37.1, 150 m", "--datum", "WGS84", "--from", "+1h", "--until", "+2h",
                "--activity", "protected-site", *before, "--json", code=2)  # fmt: skip
    assert "consent leaves it out" in said


def test_a_quiet_word_is_shown_to_the_role_it_is_for_and_to_nobody_else(desks):
    cjtf, rus = desks
    cjtf("message", "all well", "--to", "rus", "--duress", "not of my own will", "--duress-for", "watch")
    assert [w["words"] for w in cjtf.json("duress")["duress"]] == ["not of my own will"]
    assert "own will" not in cjtf("log") + cjtf("alarms") + cjtf("waiting")
    rus.wait("log", until=lambda found: any(e["header"]["kind"] == "message/1" for e in found["entries"]))
    assert "own will" not in rus("log", "--json")
    assert rus.json("duress")["duress"] == []
