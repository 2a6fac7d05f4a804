"""What verbs say to a person: on which size it rests, how old, that a replay is one; clean at 80 and 120 columns."""

from __future__ import annotations

import json

import msgspec
import pytest
from rich.cells import cell_len
from tests.support.fake_station import BODY, NOTICE, RESPONSE, FakeStation, entry
from typer.testing import CliRunner

from detente.api.entries import ProvenEntry
from detente.cli.app import VERBS, app

CIRCLE = ["--circle", "35.2854, 40.1760, 2000 m", "--datum", "WGS84"]
NOTIFY = ["notice", "--activity", "air", "--to", "rus", "--coarse-to", "un", "--words", "transit", *CIRCLE]
NOTIFY += ["--from", "2016-09-17T04:30:00+03:00", "--until", "+2h"]
VIEWS = [
    ["status"],
    ["alarms"],
    ["waiting"],
    ["notices"],
    ["conflicts"],
    ["conflicts", "--least-change"],
    ["log"],
    ["log", "--kind", "notice", "--since", "-2h"],
    ["show", NOTICE[:12] + NOTICE[12:]],
    ["known", "--party", "rus"],
    ["delivery", NOTICE[:12]],
    ["message", "--phrase", "call-back", "--value", "minutes=27", "--to", "rus"],
    ["meeting", "list"],
    ["meeting", "agenda", "flight-safety"],
    ["meeting", "call", "flight-safety", "--at", "+1d", "--title", "Review", "--every", "30"],
    ["meeting", "minutes", RESPONSE, "--point", "p1=said", "--action", "roster=rus/watch/+3d/names deputies"],
    ["meeting", "sign", NOTICE, "p1"],
    ["meeting", "actions"],
    ["permission", "show"],
    ["permission", "offer", "monitors", "--with", "un", "--from", "+1h", "--until", "+30d", "--lapses", "+2d"],
    ["permission", "accept", NOTICE],
    ["lifeline", "show"],
    ["call", "list"],
    ["call", "words", NOTICE[:12]],
    ["call", "log", "--line", "hotline", "--outcome", "on-hold", "--from", "rus/watch", "--taken-by", "cjtf/watch"],
    ["matrix", "--gaps"],
    ["presence", "show"],
    ["presence", "asked"],
    ["keys", "show"],
    NOTIFY,
    ["message", "hello", "--to", "rus", "-u", "urgent"],
    ["respond", RESPONSE[:8], "acknowledge"],
    ["respond", RESPONSE[:8], "confirm", "--unit", "Flight 2"],
    ["disclose", NOTICE, "--to", "un"],
]


@pytest.fixture
def station(tmp_path, monkeypatch):
    made = FakeStation(tmp_path)
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: made)
    return made


def run(*args, columns=None, code=0):
    found = CliRunner().invoke(app, list(args), env={"COLUMNS": str(columns) if columns else None})
    assert found.exit_code == code, found.output
    return found.stdout


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("args", VIEWS, ids=lambda args: " ".join(args)[:40])
def test_no_line_is_wider_than_the_terminal(args, columns, station):
    """Every line of every view fits; nothing is lost but white space."""
    lines = run(*args, columns=columns).split("\n")
    assert max(cell_len(line.rstrip()) for line in lines) <= columns


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("verb", [*VERBS, "nothing"])
def test_the_help_of_every_verb_fits(verb, columns):
    """`--help` of all verbs and of the whole."""
    lines = run(*([] if verb == "nothing" else [verb]), "--help", columns=columns).split("\n")
    assert max(len(line.rstrip()) for line in lines) <= columns


@pytest.mark.parametrize("args", VIEWS, ids=lambda args: " ".join(args)[:40])
def test_a_view_says_on_what_it_rests_and_that_a_replay_is_one(args, station):
    """Size and age; a virtual ledger's times are not now; in JSON too."""
    said = run(*args)
    assert "VIRTUAL LEDGER (a replay): its times are not now." in said
    if args[0] != "presence":
        assert "ledger size 4, proven 2.4 s ago; the host answers." in said
    assert '"virtual": true' in run(*args, "--json")


def test_without_the_host_nothing_old_is_shown_as_fresh(tmp_path, monkeypatch):
    """The host is away: it says so, and that an entry is only queued."""
    made = FakeStation(tmp_path, host=False, virtual=False)
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: made)
    assert "THE HOST DOES NOT ANSWER; NOT FRESH; 1 queued." in run("notices")
    assert "NOT RECORDED YET: queued at this station, durable" in run(*NOTIFY)
    assert "VIRTUAL" not in run("log")


def test_times_are_in_utc_with_the_asked_zone_beside(station):
    """2016-09-17 01:00 UTC is 04:00 in Damascus; a notice keeps the zone in which its time was stated."""
    assert "2016-09-17 01:01:00Z (04:01 +03:00)" in run("status", "--zone", "Asia/Damascus")
    assert "(04:01 +03:00)" in run("status", "--zone", "+03:00")
    run(*NOTIFY)
    body = station.sent[-1][1]["facets"][0]["body"]
    assert body["stated_time"] == {
        "earliest_us": 1_474_075_800_000_000,
        "latest_us": 1_474_083_000_000_000,
        "text": "2016-09-17T04:30:00+03:00 to +2h",
        "zone": "+03:00",
    }


def test_a_notice_is_sent_as_it_was_asked(station):
    """Full to one, coarse to another; the error of the digits with the shape; the class minimum as lead time."""
    run(*NOTIFY, "--phrase", "500 m south of the airfield", "--landmark", "the airfield=35.2899,40.1760 ± 300 m")
    path, asked = station.sent[-1]
    assert path == "send" and asked["coarse_to"] == ["un"] and asked["officer"] == "watch-1"
    (part,) = asked["facets"]
    assert part["audience"] == ["rus"] and part["body"]["lead_time_us"] == 600_000_000
    (volume,) = part["body"]["volumes"]
    assert volume["outline"] == {"centre": [35_285_400_000, 40_176_000_000], "radius_mm": 2_000_000, "shape": "circle"}
    assert 7_000 < volume["error_mm"] < 8_000
    assert part["body"]["place"]["phrase"]["origin_error_mm"] > 300_000


def test_check_sends_nothing(station):
    """`notice --check` shows what would be sent."""
    assert "Nothing was sent." in run(*NOTIFY, "--check")
    assert station.sent == []


def test_a_superseding_notice_keeps_what_is_not_given(station):
    """Only the state changes; readers, shape and words stay."""
    run("notice", "--supersedes", NOTICE[:6], "--state", "activated")
    asked = station.sent[-1][1]
    assert asked["supersedes"] == NOTICE
    assert asked["facets"][0]["audience"] == ["rus"]
    assert asked["facets"][0]["body"] == {**BODY, "state": "activated"}


def test_words_with_brackets_and_other_scripts_are_shown_as_they_are(station):
    """Text of others is never read as markup."""
    assert "Transit of two aircraft [not markup], Южнее аэродрома" in run("show", NOTICE)


def test_export_draws_what_may_be_read(station, tmp_path):
    """GeoJSON with the exact numbers in the properties, and JSON lines; both say whose view it is, and that it is a replay."""
    run("export", "notices", str(tmp_path / "n.geojson"))
    found = json.loads((tmp_path / "n.geojson").read_text())
    assert found["type"] == "FeatureCollection" and found["detente"]["virtual"] is True
    feature = found["features"][0]
    assert feature["geometry"]["type"] == "Polygon" and len(feature["geometry"]["coordinates"][0]) == 73
    assert feature["properties"]["radius_m"] == 2000 and feature["properties"]["altitude_upper"] == "FL100"
    run("export", "entries", str(tmp_path / "e.jsonl"), "--kind", "response")
    head, only = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    assert head["detente"]["size"] == 4 and only["id"] == RESPONSE


def test_an_erasure_goes_to_all_who_had_the_entry(station):
    """And is asked for twice."""
    run("erase", NOTICE, "--authority", "court", "--reason", "names a person", "--yes")
    asked = station.sent[-1][1]
    assert asked["facets"][0]["audience"] == ["rus"] and asked["facets"][0]["body"]["about"] == NOTICE


def test_presence_may_be_added_to(station):
    """`--add` keeps what is held; `--none` withdraws all."""
    run("presence", "set", *CIRCLE, "--until", "+8h", "--add")
    assert len(station.sent[-1][1]["presence"]) == 2
    run("presence", "set", "--none")
    assert station.sent[-1][1]["presence"] == []


def test_who_was_passed_over_and_who_asks_is_shown_where_presence_is_stated(station):
    """House F2: at once, above all else, and by a question of its own."""
    for args in (["presence", "set", "--none"], ["presence", "show"], ["presence", "asked"]):
        assert "OWN PEOPLE PASSED OVER" in run(*args, columns=200)
    said = run("presence", "asked", columns=200)
    assert "rus has asked 1 time(s)." in said and "have spent 41 % of our daily budget at rus" in said


def test_a_notice_says_before_it_is_sent_that_it_will_not_be_screened(station):
    """Too small to be screened; over what is left of the day."""
    said = run(*NOTIFY, "--check", columns=300)
    assert "41 % is now." in said
    small = [{**one, "spent_m2_s": 10**15} for one in station.get("questions")["ours"]]
    asked = station.get
    station.get = lambda path, **query: {**asked(path, **query), **({"ours": small} if path == "questions" else {})}
    assert "OVER THE DAILY BUDGET at rus: our notices of today have spent 100 %, with this 101 %" in run(
        *NOTIFY, columns=300
    )


def test_a_call_on_a_line_that_is_never_to_carry_it_says_so(station):
    """House F10: `never` was stored and not heeded. The call was made, so it is entered; the officer is told."""
    call = [
        "call",
        "log",
        "--line",
        "hotline",
        "--outcome",
        "on-hold",
        "--from",
        "rus/watch",
        "--taken-by",
        "cjtf/watch",
    ]
    assert "THIS LINE IS NEVER TO CARRY NOTICE, as rus has it" in run(*call, "--about", NOTICE, columns=200)
    assert "NEVER TO CARRY" not in run(*call, columns=200)


def test_something_urgent_taken_by_an_officer_who_is_not_on_watch_says_so(station, monkeypatch):
    """House F10: nobody is turned away, and it is shown."""
    asked = station.get

    def get(path, **query):
        found = asked(path, **query)
        if path.startswith("entries/"):
            for part in found["entry"]["facets"]:
                if part:
                    part["facet"]["body"] = {**part["facet"]["body"], "urgency": "stop"}
        return found

    assert "not on watch" not in run("respond", RESPONSE[:8], "acknowledge", columns=200)
    monkeypatch.setattr(station, "get", get)
    said = run("respond", RESPONSE[:8], "acknowledge", columns=200)
    assert "Taken by watch-1, not on watch: relay it to who is on watch." in said


def test_a_stop_that_came_directly_stands_above_what_waits(station, monkeypatch):
    """While the host is away a stop is in no ledger; the officer still sees it, and that it is not in one."""
    body = {"about": [], "in_reply_to": None, "place": None, "urgency": "stop", "words": "Stop at once"}
    told = entry(0, "cd" * 32, "rus", "message/1", body)
    delivered = {name: told[name] for name in ("facets", "header", "header_salt", "signature", "slots")}
    held = {"entry": delivered, "from": "rus", "id": "cd" * 32, "received_at_us": 1_474_073_000_000_000}
    asked = station.get

    def get(path, **query):
        if path == "direct":
            return {"basis": station.basis, "direct": [held]}
        return asked(path, **query) | ({"direct_held": [held["id"]]} if path == "status" else {})

    monkeypatch.setattr(station, "get", get)
    said = run("waiting", columns=200)
    assert "1 came directly, NOT IN THE LEDGER YET" in said and "STOP: Stop at once" in said
    assert said.index("STOP") < said.index("answer(s) waited for")


def test_nobody_is_called_late_for_an_answer_that_we_may_not_read(station, monkeypatch):
    """Answers of two others to each other are theirs: we only know that we have not read one."""
    asked = station.get

    def get(path, **query):
        found = asked(path, **query)
        return {**found, "waiting": [{**found["waiting"][0], "asker": "un"}]} if path == "waiting" else found

    assert "OVERDUE" in run("waiting", columns=200)
    monkeypatch.setattr(station, "get", get)
    said = run("waiting", columns=200)
    assert "OVERDUE" not in said and "no answer that we may read" in said


def test_known_shows_of_an_entry_what_was_for_that_party():
    """A party told the coarse form did not know the shape, whatever we may read of it ourselves."""
    from detente.cli.entry_words import bodies
    from detente.cli.evidence.known import _as_read_by

    given = entry(1, NOTICE, "cjtf", "notice/1", BODY)
    part = given["facets"][0]
    given["facets"][:2] = [
        {**part, "facet": {"audience": [to], "body": {}, "form": form}}
        for to, form in (("rus", "full"), ("un", "coarse"))
    ]
    shown = msgspec.json.decode(msgspec.json.encode(given), type=ProvenEntry)
    read = {party: [form for form, _ in bodies(_as_read_by(party, shown))] for party in ("cjtf", "rus", "un")}
    assert read == {"cjtf": ["full", "coarse"], "rus": ["full"], "un": ["coarse"]}
