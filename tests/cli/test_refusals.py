"""Bad input on the command line: every verb answers with field, rule and next step, exits with 2, and sends nothing."""

from __future__ import annotations

import json

import pytest
from tests.support.fake_station import NOTICE, RESPONSE, STRANGE, FakeStation
from typer.testing import CliRunner

from detente.cli.app import VERBS, app
from detente.cli.output import VOLUME_BYTES
from detente.errors import Refused, problem

NOTIFY = ["notice", "--activity", "air", "--to", "rus", "--words", "transit", "--from", "+1h", "--until", "+2h"]
CIRCLE = ["--circle", "35.2854, 40.1760, 2000 m", "--datum", "WGS84"]
AIRFIELD = ["--landmark", "the airfield=35.2854, 40.1760 ± 300 m"]

BAD = [
    (["demo", "no-such-case"], "", ""),
    (["replay", "no-such-case"], "", ""),
    (["evidence", "import", "ucdp", "{tmp}/none.csv"], "file", "can be read"),
    (["evidence", "support", "{tmp}/none.jsonl"], "file", "can be read"),
    (["init", "{tmp}/x", "--party", "Cjtf"], "party", "[a-z]"),
    (["init", "{tmp}/x", "--party", "a", "--party", "a"], "--party", "each party once"),
    (["init", "{tmp}/x", "--party", "a", "--officer", "b:w:watch"], "--officer", "PARTY:OFFICER:ROLE"),
    (["init", "{tmp}/x", "--party", "a", "--rule", "screening.bufer_mm=1"], "--rule", "NAME=WHOLE NUMBER"),
    (["init", "{tmp}/x", "--party", "a", "--rule", "lader_stop_director_us=1"], "--rule", "`ladder_stop_director_us`"),
    (["init", "{tmp}/x", "--party", "a", "--officer", "a:w:wacth"], "--officer", "Did you mean `watch`?"),
    (["keys", "register", "--officer", "w", "--root", "{tmp}/r", "--role", "wacth"], "--role", "Did you mean `watch`?"),
    (["init", "{tmp}/x", "--party", "a", "--created", "2016-09-17T10:00:00Z"], "--created", "virtual"),
    (["init", "{tmp}/x", "--party", "a", "--port", "80"], "port", "1024"),
    (["init", "{tmp}", "--party", "a"], "folder", "empty"),
    (["init", "{tmp}/x"], "--party", "missing option"),
    (["keys", "show", "--folder", "{tmp}/none"], "--folder", "genesis.json"),
    (["keys", "make", "--officer", "Watch 2"], "--officer", "[a-z]"),
    (["keys", "register", "--officer", "watch-7", "--root", "{tmp}/none"], "--officer", "must have a key"),
    (["keys", "register", "--officer", "w", "--key", "11" * 32, "--root", "{tmp}/none"], "key", "64 hex digits"),
    (["keys", "rotate", "--officer", "watch-7", "--root", "{tmp}/none"], "--officer", "must have a key"),
    (["keys", "revoke", "--officer", "watch-7"], "--officer", "valid now"),
    (["watch", "--limit", "0"], "--limit", "1"),
    (["approve", "zz", "--wait", "99"], "--wait", "60"),
    (["handover", "--incoming", "watch-2", "--accept", "zz"], "", ""),
    (["roster", "--duty", "watch-1"], "--duty", "OFFICER,ROLE"),
    (["channel", "line-1", "--means", "pigeon"], "--party", "who is to read it"),
    ([*NOTIFY, "--coarse-to", "rus", *CIRCLE], "--coarse-to", "needs no cell and hour"),
    ([*NOTIFY[:-4], "--volume", "{tmp}/latin.json"], "latin.json", "UTF-8"),
    ([*NOTIFY[:-4], "--volume", "{tmp}/deep.json"], "deep.json", "nest"),
    ([*NOTIFY[:-4], "--volume", "{tmp}/huge.json"], "huge.json", "exceed"),
    (["overlap", "{tmp}/latin.json", "{tmp}/latin.json"], "A", "UTF-8"),
    (["overlap", "{tmp}/huge.json", "{tmp}/latin.json"], "huge.json", "exceed"),
    (["host", "--folder", "{tmp}"], "--folder", "host.key"),
    (["station", "--folder", "{tmp}"], "--folder", "station.toml"),
    (["status", "--zone", "Mars/Base"], "--zone", "IANA"),
    (["alarms", "--zone", "+99:00"], "--zone", "IANA"),
    (["waiting", "--mine=maybe"], "--mine", "does not take a value"),
    (["notices", "--zone", "x"], "--zone", "IANA"),
    (["conflicts", "--zone", "x"], "--zone", "IANA"),
    ([*NOTIFY, "--circle", "35.2854, 40.1760, 2000 m"], "--circle.datum", "names its datum"),
    ([*NOTIFY, *CIRCLE[:1], "35.2854, 40.1760", "--datum", "WGS84"], "--circle", "length with its unit"),
    ([*NOTIFY, "--circle", "", "--datum", "WGS84"], "--circle", "a place, a comma"),
    (NOTIFY, "--volume", "a file, a circle or a polygon"),
    ([*NOTIFY, *CIRCLE, "--activity", "bombing"], "--activity", "protected-site"),
    ([*NOTIFY, *CIRCLE, "--state", "clear"], "--state", "activated"),
    ([*NOTIFY, *CIRCLE, "--upper", "1500"], "--upper", "unit"),
    ([*NOTIFY, *CIRCLE, "--upper", "1500 m"], "--upper", "above what"),
    ([*NOTIFY, *CIRCLE, "--until", "-1h"], "--until", "after --from"),
    ([*NOTIFY, *CIRCLE, "--from", "2016-09-17 13:55"], "--from", "with its zone"),
    ([*NOTIFY, *CIRCLE, "--officer", "nobody", "--supersedes", STRANGE], "--supersedes", "notice of cjtf"),
    ([*NOTIFY, *CIRCLE, "--phrase", "9 km south of the airfield", *AIRFIELD], "outline, phrase", "lie 9.0 km"),
    ([*NOTIFY, *CIRCLE, "--phrase", "south of the airfield", *AIRFIELD], "phrase", "how far"),
    ([*NOTIFY, *CIRCLE, "--grid", "37SFV 06940 15327"], "outline, grid", "apart"),
    ([*NOTIFY, *CIRCLE, "--landmark", "airfield"], "", ""),
    (["notice", "--activity", "air", "--words", "x", "--from", "+1h", "--until", "+2h", *CIRCLE], "--to", "who is to"),
    ([*NOTIFY, "--volume", "{tmp}/none.json"], "--from, --until", "its own times"),
    (["notice", "--to", "rus", "--volume", "{tmp}/none.json"], "file", "can be read"),
    (["respond", "zz", "acknowledge"], "ID", "hex digits"),
    (["respond", "abab", "acknowledge"], "ID", "start of 2 entries"),
    (["respond", "9999", "acknowledge"], "ID", "start of no entry"),
    (["respond", NOTICE, "roger"], "ANSWER", "acknowledge"),
    (["respond", NOTICE, "read-back", "--from", "noon"], "--from", "with its zone"),
    (["doubt", NOTICE], "--words", "what is doubted"),
    (["doubt", STRANGE, "--words", "x"], "ID", "notice of cjtf"),
    (["doubt", NOTICE, "--words", "x" * 5000], "--words", "4096 bytes"),
    (["message", "hello"], "--to", "who is to read"),
    (["message", "hello", "--to", "rus", "-u", "shouting"], "--urgency", "urgent"),
    (["message", "stop", "--to", "rus", "-u", "stop", "--within", "35.2854, 40.1760, 3 km"], "--within.datum", "datum"),
    (["message", "hello", "--to", "rus", "--about", "9999"], "--about", "start of no entry"),
    (["presence", "set"], "--volume", "a file, a circle or a polygon"),
    (["presence", "set", "--none", "--add"], "--none", "stands alone"),
    (["presence", "set", *CIRCLE], "--from, --until", "from when"),
    (["presence", "show", "--zone", "x"], "--zone", "IANA"),
    (["show", "9999"], "ID", "start of no entry"),
    (["log", "--last", "0"], "--last", "greater than or equal to 1"),
    (["log", "--since", "yesterday"], "--since", "with its zone"),
    (["known", "--party", "mars"], "party", "must be a party"),
    (["known", "--party", "rus", "--at", "noon"], "--at", "with its zone"),
    (["disclose", STRANGE, "--to", "un"], "ID", "entry of cjtf"),
    (["disclose", NOTICE, "--to", "un", "--form", "own"], "--form", "held here: full"),
    (["disclose", NOTICE], "--to", "who is to read"),
    (["erase", NOTICE, "--authority", "a", "--reason", "b"], "--yes", "cannot be had again"),
    (["erase", NOTICE, "--authority", "a", "--reason", "b", "--yes", "--only", "full"], "--only", "can be erased alone"),
    (["end-for", "9999", "--to", "rus"], "ID", "start of no entry"),
    (["dismiss", NOTICE, "--officer", "station"], "--officer", "must be an officer"),
    (["erase", RESPONSE, "--authority", "a", "--reason", "b", "--yes"], "ID", "entry of cjtf"),
    (["bundle", "{tmp}"], "FILE", "never overwritten"),
    (["bundle", "{tmp}/no/where"], "FILE", "folder that exists"),
    (["verify", "{tmp}/none"], "BUNDLE", "can be read"),
    (["verify", "{tmp}/genesis.json", "--party", "rus"], "--entry, --before", "go together"),
    (["export", "notices", "{tmp}/genesis.json"], "FILE", "never overwritten"),
    (["export", "entries", "{tmp}/out", "--from-index", "-1"], "--from-index", "greater than or equal to 0"),
    (["place", "check", "--decimal", "35.2854, 40.1760"], "decimal.datum", "names its datum"),
    (["place", "check", "--polygon", "1,2; 1,3", "--datum", "WGS84"], "--polygon", "at least 3 different corners"),
    (["time", "check", "--date", "2016-9-1", "--time", "16:00", "--zone", "UTC"], "--date", "YYYY-MM-DD"),
    (["time", "check", "--date", "2016-09-01", "--time", "4 pm", "--zone", "UTC"], "--time", "HH:MM"),
    (["place", "check", "--order", "x,y"], "--order", "lat,lon"),
    (["place", "check", "--theatre", "1,2,3", "--decimal", "1, 2", "--datum", "WGS84"], "--theatre", "four numbers"),
    (["place", "check", "--landmark", "x", "--phrase", "x", "--datum", "WGS84"], "--landmark", "a name, ="),
    (["overlap", "{tmp}/none", "{tmp}/none"], "file", "can be read"),
    (["overlap", "{tmp}/genesis.json", "{tmp}/genesis.json"], "A", ""),
    (["monitor", "{tmp}/none", "{tmp}/none"], "file", "can be read"),
    (["check-verdict", "{tmp}/none", "{tmp}/none", "{tmp}/none"], "file", "can be read"),
    (["call", "words", RESPONSE], "NOTICE", "notice that is open"),
    (["call", "read-back", NOTICE], "--heard", "said back"),
    (["call", "read-back", NOTICE, "--heard", "nine km south of the airfield"], "heard", "from 'Datum'"),
    (["call", "log", "--line", "hotline", "--outcome", "fine"], "--from", "PARTY/ROLE"),
    (["call", "log", "--line", "x", "--outcome", "fine", "--from", "rus", "--taken-by", "cjtf"], "--outcome", "on-hold"),
    (["call", "countersign", NOTICE], "CALL", "another party's account"),
    (["phrase", "say", "roger"], "phrase", "standard phrase"),
    (["phrase", "say", "call-back"], "minutes", "needs a value"),
    (["phrase", "say", "call-back", "--value", "minutes=٢٧"], "minutes", "Western digits"),
    (["phrase", "list", "--language", "fr"], "language", "en, ru, ar"),
    (["message", "--to", "rus", "--phrase", "wait", "hello"], "WORDS", "beside a phrase"),
    (["measures", "nothing"], "KIND", "close-approach"),
    (["delivery", "9999"], "ID", "start of no entry"),
    (["matrix", "--zone", "x"], "--zone", "IANA"),
    (["near"], "--register", "must name the register"),
    (["near", "--register", "{tmp}/genesis.json"], "POINT", "with their datum"),
    (["near", "36.7, 68.8", "--datum", "WGS84", "--register", "{tmp}/none"], "file", "can be read"),
    (["near", "36.7, 68.8", "--datum", "WGS84", "--register", "{tmp}/genesis.json"], "", ""),
    (["export", "register", "{tmp}/genesis.json"], "FILE", "never overwritten"),
    (["change", "truce", "melted", "--words", "x"], "KIND", "started"),
    (["change", "truce", "paused", "--words", "x", "--to", "rus", "--at", "noon"], "--at", "with its zone"),
    (["stop", "stop now", "--to", "rus", "--within", "35.2854, 40.1760, 3 km"], "--within.datum", "datum"),
    (["stop", "stop now", "--about", "9999", "--to", "rus"], "--about", "start of no entry"),
    (["duress", "--zone", "x"], "--zone", "IANA"),
    (["meeting", "agenda", "line", "--since", "noon"], "--since", "with its zone"),
    (["meeting", "call", "line", "--at", "+1d", "--title", "x", "--means", "smoke"], "--means", "video"),
    (["meeting", "call", "line", "--at", "noon", "--title", "x"], "--at", "with its zone"),
    (["meeting", "minutes", NOTICE], "MEETING", "was called"),
    (["meeting", "minutes", RESPONSE, "--point", "p1"], "--point", "a name, =, and words"),
    (["meeting", "minutes", RESPONSE, "--action", "a=rus/watch"], "--action", "OWNER/ROLE/WHEN/WORDS"),
    (["meeting", "sign", RESPONSE, "p1"], "MINUTES", "newest version"),
    (["meeting", "sign", NOTICE, "p9"], "POINT", "p1"),
    (["meeting", "sign", NOTICE, "--done", "roster"], "--done", "none"),
    (["meeting", "actions", "--zone", "x"], "--zone", "IANA"),
    (["permission", "offer", "x", "--with", "un", "--from", "noon", "--until", "+1d"], "--from", "with its zone"),
    (["permission", "ask", "x", "--with", "un", "--from", "+1h", "--until", "+1d", "--activity", "x"], "--activity", "air"),
    (["permission", "accept", RESPONSE], "ID", "asked, offered or granted"),
    (["permission", "show", "--zone", "x"], "--zone", "IANA"),
    (["lifeline", "set", "x", "--name", "X"], "--guarantor", "missing option"),
    (["lifeline", "show", "--zone", "x"], "--zone", "IANA"),
    (["import", "places", "{tmp}/none.csv"], "KIND", "sites or movements"),
    (["import", "sites", "{tmp}/none.csv"], "FILE", "CSV file"),
    (["import", "sites", "{tmp}/genesis.xlsx"], "FILE", "XLSX file"),
    (["board", "--zone", "x"], "--zone", "IANA"),
    (["movement", "9999", "start"], "ID", "start of no entry"),
    (["movement", NOTICE, "start"], "ID", "protected movement"),
    (["coordinate", NOTICE], "ID", "request for approval"),
    (["coordinate", NOTICE, "--says", "perhaps"], "--says", "refused"),
    (["hits", "--zone", "x"], "--zone", "IANA"),
    (["endangered", "--limit", "0"], "--limit", "greater than or equal to 1"),
    (["simulate", "{tmp}/none"], "file", "can be read"),
    (["agreement", "expand", "{tmp}/none.json"], "file", "can be read"),
    (["agreement", "propose", "{tmp}/none.json"], "file", "can be read"),
    (["agreement", "assent", "truce", "--act", "shrug"], "--act", "withdrawal"),
    (["agreement", "position", "truce", "--says", "maybe"], "--says", "in force"),
    (["agreement", "verdicts", "truce", "--as-of", "noon"], "--as-of", "with its zone"),
    (["status-sheet", "truce", "--as-of", "noon"], "--as-of", "with its zone"),
    (["daily-report", "--zone", "+03:00"], "--date", "missing option"),
    (["daily-report", "--date", "2016-09-17", "--zone", "x"], "--zone", "IANA"),
    (["nonsense"], "command line", "no such command"),
]  # fmt: skip
"""Arguments, the field that is named, a part of the rule; where both are empty, only that it is refused."""


@pytest.fixture
def station(tmp_path, monkeypatch):
    made = FakeStation(tmp_path)
    (tmp_path / "latin.json").write_bytes(b'{"n": "\xe9"}')
    (tmp_path / "deep.json").write_text("[" * 200_000)
    (tmp_path / "huge.json").write_text(" " * (VOLUME_BYTES + 1))
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: made)
    monkeypatch.delenv("DETENTE_STATION", raising=False)
    return made


def run(args, tmp_path):
    return CliRunner().invoke(app, [part.replace("{tmp}", str(tmp_path)) for part in args])


@pytest.mark.parametrize(("args", "field", "rule"), BAD, ids=[" ".join(args)[:70] for args, _, _ in BAD])
def test_bad_input_names_field_rule_and_next_step(args, field, rule, station, tmp_path):
    """The same in words and in JSON; never a traceback, and nothing leaves."""
    found = run([*args, "--json"], tmp_path)
    assert found.exit_code == 2, found.output
    said = json.loads(found.stdout)
    if "problems" in said:
        if field or rule:
            match = [
                p for p in said["problems"] if field in p["field"] and rule in p["rule"] + p["value"] + p["next_step"]
            ]
            assert match, said["problems"]
        assert all(p["rule"] and p["next_step"] and p["code"] for p in said["problems"])
    else:  # a place that does not agree with itself is an answer
        assert said["consistent"] is False
        assert any(field in p["field"] and rule in p["rule"] for p in said["found"]["problems"])
    words = run(args, tmp_path)
    assert words.exit_code == 2
    assert "Traceback" not in words.output and (words.stderr.strip() or args[0] == "place")
    assert station.sent == []


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("audience", "--to"),
        ("facets[0].body.unit", "--unit"),
        ("facets[0].facet.body.about", "ID"),
        ("facets[0].body.readback.points", "readback.points"),
    ],
)
def test_what_a_station_refuses_is_said_by_the_flag_that_was_asked_for(named, asked, station, tmp_path, monkeypatch):
    """An officer has never heard of facets: the words name the flag; JSON keeps the field of the record."""

    def refuse(*args, **more):
        raise Refused([problem("x", named, "v", "must be otherwise", "Mend it.")])

    monkeypatch.setattr(station, "post", refuse)
    args = ["message", "hello", "--to", "rus"] if asked == "--to" else ["respond", NOTICE, "acknowledge"]
    words = run(args, tmp_path)
    assert (words.exit_code, "facets" in words.stderr) == (2, False)
    assert asked in words.stderr or asked == "ID"
    assert json.loads(run([*args, "--json"], tmp_path).stdout)["problems"][0]["field"] == named


def test_the_table_has_every_verb():
    """A verb without a bad-input row is not done."""
    assert {args[0] for args, _, _ in BAD} >= set(VERBS)


def test_a_verb_without_a_station_says_how_to_name_one(monkeypatch, tmp_path):
    """No folder; a folder that is no station's; a station that never ran; a station that is not running."""
    monkeypatch.delenv("DETENTE_STATION", raising=False)
    runner = CliRunner()
    assert "DETENTE_STATION" in runner.invoke(app, ["status"]).stderr
    assert "station.toml" in runner.invoke(app, ["status", "-s", str(tmp_path)]).stderr
    (tmp_path / "station.toml").write_text('party = "cjtf"\nhost = "http://127.0.0.1:1"\nlocal = "127.0.0.1:1"\n')
    never = runner.invoke(app, ["status", "-s", str(tmp_path)])
    assert never.exit_code == 4 and "has not run yet" in never.stderr
    (tmp_path / "local.token").write_text("x")
    away = runner.invoke(app, ["status", "-s", str(tmp_path)])
    assert away.exit_code == 4 and "no station answers" in away.stderr
