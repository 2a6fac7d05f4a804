"""The watch at the command line of two real stations: roster, lines, an unanswered message, a hand-over, approval."""

from __future__ import annotations

import pytest
from tests.cli.test_process import Officer
from tests.support.ledgers import QUICK_SLOTS, running

pytestmark = pytest.mark.process
RULES = ("--rule", "urgent_answer_us=700000", *QUICK_SLOTS)
OFFICERS = ("cjtf:watch-1:watch", "cjtf:chief:director", "rus:watch-1:watch", "rus:second:watch")


@pytest.fixture(scope="module")
def stations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watch") / "ledger"
    officers = [part for officer in OFFICERS for part in ("--officer", officer)]
    with running(folder, ["cjtf", "rus"], *officers, *RULES):
        both = Officer(folder / "stations" / "cjtf"), Officer(folder / "stations" / "rus")
        for one in both:
            one.env["DETENTE_OFFICER"] = "watch-1"
        yield both


def test_a_roster_shows_who_is_on_watch_and_where_nobody_is(stations):
    """The coalition's roster, read by Russia; the director is on for two hours of the next day."""
    cjtf, rus = stations
    assert "No roster of cjtf is on record" in cjtf("watch")
    duties = ["--duty", "watch-1,watch,+0h,+30h,second,en+ru", "--duty", "chief,director,+0h,+2h"]
    assert "Roster" in cjtf("roster", *duties, "--to", "rus", "--officer", "watch-1")
    seen = rus.wait("roster", until=lambda f: any(p["roster"] for p in f["parties"]))
    (row,) = [p for p in seen["parties"] if p["party"] == "cjtf"]
    assert [(o["role"], o["officer"], o["deputy"]) for o in row["on_watch"]] == [
        ("director", "chief", None),
        ("watch", "watch-1", "second"),
    ]
    assert [g["role"] for g in row["gaps"]] == ["director"]
    assert "NOBODY" in rus("roster")


def test_a_role_or_an_officer_that_is_nobodys_is_refused_where_it_is_named(stations):
    """Taken, it would be called by no ladder and shown to nobody; refused, it says which there are and what was meant."""
    cjtf, _ = stations
    for asked, meant in (
        (["roster", "--duty", "wacth-1,watch,+0h,+8h"], "Did you mean `watch-1`?"),
        (["roster", "--duty", "watch-1,wacth,+0h,+8h"], "Did you mean `watch`?"),
        (["handover", "--incoming", "boris"], "chief, watch-1"),
        (["handover", "--incoming", "chief", "--role", "wacth"], "Did you mean `watch`?"),
        (["approve", "--hold", "notice", "--needs", "legal:1"], "director, watch"),
        (
            ["message", "hello", "--to", "rus", "--duress", "not of my own will", "--duress-for", "duty-director"],
            "director",
        ),
    ):
        assert meant in " ".join(cjtf.refused(*asked).split()), asked


def test_quiet_words_reach_the_director_that_ladders_call(stations):
    """With no role named they went to one that nobody held: shown to nobody."""
    cjtf, _ = stations
    cjtf("message", "all is well", "--to", "rus", "--duress", "not of my own will")
    assert "not of my own will" in cjtf("duress", "--officer", "chief")
    assert "not of my own will" not in cjtf("duress", "--officer", "watch-1")


def test_a_line_is_shown_as_measured(stations):
    """Entered, tested twice; what it may not carry stands beside it."""
    cjtf, _ = stations
    cjtf(
        "channel",
        "hotline",
        "--means",
        "voice",
        "--party",
        "rus",
        "--carries",
        "urgent",
        "--never",
        "permission",
        "--to",
        "rus",
    )
    (line,) = cjtf.wait("channel", until=lambda f: f["channels"])["channels"]
    assert line["measured"]["words"] == "not tried: nothing is known of it"
    cjtf("channel", "hotline", "--test", "answered", "--took", "9", "--by", "watch", "--party", "rus")
    cjtf("channel", "hotline", "--test", "failed", "--party", "rus")
    found = cjtf.wait("channel", until=lambda f: f["channels"][0]["measured"]["attempts"] == 2)
    assert found["channels"][0]["measured"]["words"].startswith(
        "carried 50 % of 2 tries, taken by somebody 50 %; answered in 9 s"
    )
    cjtf("channel", "hotline", code=2)


def test_an_unanswered_message_climbs_in_the_watch_and_stands_in_the_handover(stations):
    """Under a second in this ledger: UNDELIVERED at the sender, a call at the other; answered, the watch is clear of it."""
    cjtf, rus = stations
    sent = rus.json("message", "stop the convoy at the bridge", "--urgency", "urgent", "--to", "cjtf")["id"]
    found = rus.wait("watch", until=lambda f: f["undelivered"] == 1)
    (row,) = [r for r in found["ladders"] if r["about"] == sent]
    assert (row["outcome"], row["called"], row["next_reach"]) == (
        "undelivered",
        ["director", "alternate-channel"],
        "higher-level",
    )
    assert "UNDELIVERED" in rus("watch")
    called = cjtf.wait("alarms", until=lambda f: any(a["kind"] == "called" for a in f["alarms"]))
    assert "Duty director (chief)" in " ".join(a["words"] for a in called["alarms"])
    assert "1 open" in rus("handover")
    note = rus.json("handover", "--incoming", "second", "--words", "the bridge")
    assert [o["what"] for o in note["handover"]["open"]][:1] == ["ladder"]
    rus.wait("handover", until=lambda f: f["handovers"])
    assert "waits for second to sign" in rus("handover")
    rus("handover", "--accept", note["id"][:12], code=2)
    cjtf("respond", sent[:12], "acknowledge", "--role", "watch")
    rus.wait("watch", until=lambda f: f["undelivered"] == 0)
    cjtf.wait("watch", until=lambda f: f["relay"])
    assert "TO BE RELAYED" in cjtf("watch")
    cjtf("respond", sent[:12], "passed-to-unit", "--role", "watch", "--unit", "convoy escort")
    assert cjtf.wait("watch", until=lambda f: not f["relay"])["relay"] == []


def test_what_needs_approval_does_not_leave_before_it_has_it(stations):
    """A rule on messages: a routine one is held, an urgent one is not; approved, it leaves."""
    cjtf, rus = stations
    cjtf("approve", "--hold", "message", "--needs", "watch:1")
    said = cjtf("message", "good morning", "--to", "rus", "--officer", "station")
    assert "has NOT LEFT: HELD: needs 1 of role watch" in said
    urgent = cjtf.json("message", "take cover", "--urgency", "urgent", "--to", "rus", "--officer", "station")
    assert urgent["state"] != "held"
    (held,) = cjtf.json("approve")["held"]
    assert "1 held" in cjtf("approve")
    cjtf("approve", held["id"][:12], "--dissent", code=2)
    assert cjtf.json("approve")["held"]
    assert "It has left" in cjtf("approve", held["id"][:12])
    rus.wait("log", until=lambda f: any(e["id"] == held["id"] for e in f["entries"]))
    cjtf("approve", "--hold", "message")
    assert "No rule holds anything" in cjtf("approve")
