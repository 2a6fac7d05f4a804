"""Verbs that need no station: founding a ledger, keys as founded, place check, overlap, verify."""

from __future__ import annotations

import json
import stat
import subprocess
import sys

import pytest
from tests.support import world
from tests.support.ledger_story import Story, notice_facets
from typer.testing import CliRunner

from detente.cli.app import app
from detente.errors import Refused
from detente.ledger.genesis import check_genesis
from detente.rules.evidence.bundle import Made, make_bundle
from detente.wiring.founding import Founding, OfficerPlan, PartyPlan, found_ledger, read_founded
from detente.wiring.host import open_host
from detente.wiring.station import open_station

PARTIES = (PartyPlan("rus", "Группировка"), PartyPlan("cjtf", officers=(OfficerPlan("w", ("watch", "duty")),)))


def run(*args, code=0):
    found = CliRunner().invoke(app, list(args), env={"DETENTE_STATION": None, "COLUMNS": None})
    assert found.exit_code == code, found.output
    return found.stdout


def test_a_founded_ledger_is_what_host_and_stations_open(tmp_path):
    """Folders, modes, ports and genesis fit; the root key is in the offline folder and nowhere else."""
    made = found_ledger(tmp_path / "l", Founding(parties=PARTIES, clock="virtual", created_us=world.CREATED_US))
    check_genesis(made.genesis)
    assert made.genesis.genesis.origin.endswith("/replay") and made.genesis.genesis.created_us == world.CREATED_US
    host = open_host(made.host_folder)
    assert set(host.config.peers) == {"cjtf", "rus"} and host.config.needed == 2
    host.store.close()
    for party in ("cjtf", "rus"):
        station = open_station(made.station_folder(party))
        assert station.config.host == made.addresses.host.url
        assert station.config.peers == {p: s.direct for p, s in made.addresses.stations.items() if p != party}
        station.copy.close()
    for path in (tmp_path / "l").rglob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    roots = {path.parent.name: path for path in (tmp_path / "l").rglob("root.key")}
    assert all(path.parts[-3] == "offline" for path in roots.values()) and set(roots) == {"cjtf", "rus"}
    assert made.root_key("rus").public.hex() == made.genesis.genesis.founders[1].root_key
    assert read_founded(tmp_path / "l").addresses == made.addresses


def test_a_ledger_is_never_founded_over_another(tmp_path):
    """Keys are not overwritten; nothing is written where a rule is broken."""
    found_ledger(tmp_path / "l", Founding(parties=PARTIES))
    with pytest.raises(Refused, match="empty"):
        found_ledger(tmp_path / "l", Founding(parties=PARTIES))
    with pytest.raises(Refused):
        found_ledger(tmp_path / "m", Founding(parties=PARTIES, origin="Not An Origin"))
    assert not (tmp_path / "m").exists()


def test_init_and_keys_show(tmp_path):
    """`init` says what to start; `keys show --folder` lists each key in force."""
    folder = str(tmp_path / "l")
    said = run(
        "init",
        folder,
        "--party",
        "a=Alpha",
        "--party",
        "b",
        "--officer",
        "a:w:watch,duty",
        "--new-role",
        "duty",
        "--port",
        "0",
    )
    assert f"detente station --folder {folder}/stations/a" in said
    keys = json.loads(run("keys", "show", "--folder", folder, "--json"))["keys"]
    assert sorted(k["officer"] or k["role"] for k in keys if k["party"] == "a") == [
        "cosigner",
        "exchange",
        "root",
        "station",
        "w",
    ]
    assert next(k["roles"] for k in keys if k["officer"]) == ["duty", "watch"]


def test_place_check_tells_the_airfield_from_nine_kilometres_south_of_it():
    """The case: a phrase against a shape. Exit 2, with how far apart and what the errors allow."""
    place = ["--circle", "35.2854, 40.1760, 500 m", "--datum", "WGS84"]
    words = ["--phrase", "9 km south of the airfield", "--landmark", "the airfield=35.2854, 40.1760 ± 300 m"]
    said = run("place", "check", *place, *words, code=2)
    assert "CONTRADICTION" in said and "9.0 km" in said and "4.0 km" in said
    good = run("place", "check", *place, "--grid", "37SFV 06940 05327", "--speak")
    assert "does not make the place right" in good and "grid three seven Sierra" in good


def test_the_classic_misreading_is_a_caution():
    """Seconds read as decimals: 44.6 km."""
    assert "44.6 km" in run("place", "check", "--decimal", "36.430491, 68.514396", "--datum", "WGS84")


def test_overlap_by_hand(tmp_path):
    """Two files; why, and the least change."""
    volume = {
        "volume": {"outline_circle": {"center": {"lat": 35, "lng": 40}, "radius": {"value": 1000, "units": "M"}}},
        "time_start": {"value": "2016-09-17T13:00:00Z", "format": "RFC3339"},
        "time_end": {"value": "2016-09-17T14:00:00Z", "format": "RFC3339"},
    }
    for name in ("a", "b"):
        (tmp_path / name).write_text(json.dumps(volume))
    said = run("overlap", str(tmp_path / "a"), str(tmp_path / "b"))
    assert said.startswith("meets") and "clears it: 3,600 s later" in said


def bundle(path):
    story = Story()
    notice = story.add("cjtf", ["rus", "un"], "notice/1", notice_facets(), 1)
    story.watermark("rus", ["cjtf", "un"], 2)
    made = Made(at_us=story.us(60), by="un", words="test")
    head = story.checkpoint("cjtf", "rus")
    path.write_bytes(
        make_bundle(genesis=story.genesis, head=head, tree=story.tree, entries=story.shown_to("un"), made=made)
    )
    return story, story.ids[notice].hex()


def test_verify_answers_and_refuses(tmp_path):
    """Yes is 0, no evidence 5, one changed byte 3; a replay says that it is one."""
    path = tmp_path / "case.json"
    story, notice = bundle(path)
    question = ["--ledger", story.id.hex(), "--party", "rus", "--entry", notice[:12]]
    said = run("verify", str(path), *question, "--before", "2016-09-17T01:00:00Z")
    assert said.startswith("HOLDS") and "REPLAY" in said and "\nYES" in said
    assert "NO EVIDENCE" in run("verify", str(path), *question, "--before", "2016-09-17T00:01:30Z", code=5).upper()
    assert json.loads(run("verify", str(path), *question, "--before", "2016-09-17T01:00:00Z", "--json"))["answers"]
    run("verify", str(path), "--ledger", "00" * 32, code=3)
    data = path.read_bytes()
    at = data.index(b'"signature":"') + 20
    path.write_bytes(data[:at] + (b"0" if data[at : at + 1] != b"0" else b"1") + data[at + 1 :])
    run("verify", str(path), code=3)


def test_a_question_that_the_verifier_cannot_read_is_refused_in_its_own_words(tmp_path):
    """The fault comes out of the verifier's JSON as it stands, on one line; the bundle is not blamed for it."""
    path = tmp_path / "case.json"
    _, notice = bundle(path)
    asked = ["verify", str(path), "--party", "rus", "--entry", notice[:12], "--before", "noon"]
    said = CliRunner().invoke(app, [*asked, "--json"])
    assert said.exit_code == 2
    (found,) = json.loads(said.stdout)["problems"]
    assert found["code"] == "verifier" and "noon" in found["rule"] and "usage" not in found["rule"]
    assert found["rule"] in CliRunner().invoke(app, asked).stderr


def test_starting_imports_nothing_heavy():
    """`detente --help` loads neither geometry nor servers."""
    code = (
        "import sys; import detente.cli.app as a; "
        "from typer.testing import CliRunner; assert CliRunner().invoke(a.app, ['--help']).exit_code == 0; "
        "print([m for m in ('numpy','pyproj','shapely','httpx','uvicorn','nacl') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


RING = "35.28,40.17; 35.30,40.20; 35.25,40.21"


def test_a_polygon_is_typed_corner_by_corner_and_said_from_a_landmark():
    """The last corner need not repeat the first; where it does, the answer says how it was read."""
    given = ("place", "check", "--datum", "WGS84", "--landmark", "the airfield=35.2854,40.1760", "--json")
    found = json.loads(run(*given, "--polygon", RING))
    assert found["phrases"] == ["1.9 km south-east (bearing 121.6 degrees true) of the airfield"]
    assert found["found"]["cautions"] == []
    closed = json.loads(run(*given, "--polygon", f"{RING}; 35.28,40.17"))
    assert closed["phrases"] == found["phrases"]
    assert [caution["code"] for caution in closed["found"]["cautions"]] == ["ring-closed"]


@pytest.mark.parametrize(
    ("polygon", "said"),
    [
        (f"{RING}; 35.28001,40.17", "--polygon[3]: '1.1 m from the first'"),
        ("35.28,40.17; 35.30,40.20", "at least 3 different corners, here are 2"),
        ("35.28,40.17; x,40.20; 35.25", "--polygon[1]: 'x,40.20'"),
    ],
)
def test_a_polygon_that_may_be_a_slip_is_refused(polygon, said):
    found = CliRunner().invoke(app, ["place", "check", "--datum", "WGS84", "--polygon", polygon])
    assert found.exit_code == 2
    assert said in found.stderr


def test_one_shape_is_given_once():
    found = CliRunner().invoke(
        app, ["place", "check", "--datum", "WGS84", "--polygon", RING, "--circle", "35.28,40.17, 1 km"]
    )
    assert found.exit_code == 2
    assert "--circle" in found.stderr and "stands beside --polygon" in found.stderr


def test_a_place_that_contradicts_itself_is_said_from_no_landmark():
    """The grid and the words lie 7 km apart: whichever was said again would be read as confirmed."""
    given = ("--grid", "37SFV 04846 03184", "--phrase", "9 km south of the airfield")
    landmark = ("--landmark", "the airfield=35.2854,40.1760")
    found = json.loads(run("place", "check", "--datum", "WGS84", *given, *landmark, "--json", code=2))
    assert found["phrases"] == []


DAMASCUS = ("--zone", "Asia/Damascus")


def test_midnight_on_the_27th_may_be_either_end_of_the_day():
    """The start of February 2016: reports put it at Thursday and at Friday, 22:00 GMT, and both read "midnight on the 27th"."""
    given = ("time", "check", "--date", "2016-02-27", "--time", "midnight", *DAMASCUS, "--json")
    found = json.loads(run(*given, code=2))
    assert [m["at_us"] for m in found["meanings"]] == [1_456_524_000_000_000, 1_456_610_400_000_000]
    (start,) = json.loads(run(*given, "--midnight", "start"))["meanings"]
    assert start == {"at_us": 1_456_524_000_000_000, "when": ""}


def test_a_date_is_read_in_its_own_calendar_and_shown_in_all():
    given = ("time", "check", "--date", "1437-12-10", "--calendar", "hijri", "--time", "19:00", *DAMASCUS, "--json")
    found = json.loads(run(*given))
    assert found["dates"] == ["11 September 2016", "10 Dhu al-Hijja 1437 AH", "21 Shahrivar 1395 SH"]
    assert "sighting of the moon" in found["caution"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--date", "2016-10-27", "--time", "23:30"), "Say occurrence: first, or second."),
        (("--date", "2016-03-25", "--time", "00:30"), "Ask who stated it which time they mean."),
        (("--date", "2016-02-30", "--time", "00:30"), "--date: '2016-02-30' - is no date of the calendar gregorian"),
        (("--date", "2016-09-12", "--time", "16:00Z"), "--time: '16:00Z' - must be HH:MM"),
        (("--date", "2016-09-12", "--time", "noon", "--calendar", "hijr"), "Did you mean `hijri`?"),
        (("--date", "2016-09-12", "--time", "noon", "--midnight", "end"), "--midnight: 'noon'"),
    ],
)
def test_a_time_that_is_not_one_instant_is_refused_with_what_to_ask(given, said):
    found = CliRunner().invoke(app, ["time", "check", *given, *DAMASCUS])
    assert found.exit_code == 2
    assert said in found.stderr
