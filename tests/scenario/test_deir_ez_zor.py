"""Deir ez-Zor, 17 September 2016, played through a real host and three real stations: what would have been caught, when, by what proof."""

import json
import re
import shutil
from datetime import datetime

import pytest

from detente.scenario.case import load
from detente.scenario.proof import HOLDS, NO_EVIDENCE, REFUSED, ask_verifier
from detente.scenario.replay import play

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]
BRANCHES = ("phrase-and-shape", "wrong-place", "true-place", "link-cut", "climbs", "cut-off")


def us(text):
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    """Play every branch once, and keep each station's copy of the ledger as its party received it."""
    folder = tmp_path_factory.mktemp("replay")
    copies = {}

    def keep(branch, stage):
        copies[branch] = {party: door.get_bytes("/local/entries?limit=1000") for party, door in stage.doors.items()}

    played = play(load("deir-ez-zor-2016"), folder, BRANCHES, linger=keep)
    return {p.branch: p for p in played}, copies


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_branch_raises_what_the_case_expects(replay, branch):
    """The case file's own expectations, row by row."""
    assert replay[0][branch].unmet == []


def test_words_that_contradict_the_shape_stop_before_anything_is_sent(replay):
    """Nine kilometres south lies 7.2 and 6.4 km from the areas meant: refused, and nobody's copy holds a notice."""
    played, copies = replay
    found = played["phrase-and-shape"].refused["e04a"]
    assert {"7.2 km", "6.4 km"} <= {p.value for p in found if p.code == "place-contradiction"}
    for seen in copies["phrase-and-shape"].values():
        assert b"notice/1" not in seen


def test_a_consistently_wrong_place_is_not_caught_and_the_table_says_so(replay):
    """Screening says none raised with its buffer, and the table says in words that Detente would not have caught this."""
    lines = replay[0]["wrong-place"].lines
    (screening,) = [line for line in lines if line.raised.startswith("SCREENING")]
    assert "rus: none raised (buffer 2 km" in screening.raised
    assert any("Detente would not have caught this" in line.happened for line in lines)


def test_the_true_place_raises_a_concern_in_its_slot(replay):
    """Five seconds after the ledger has the notice, and speaking for the Syrian forces too."""
    (screening,) = [line for line in replay[0]["true-place"].lines if line.raised.startswith("SCREENING")]
    assert screening.at_us == us("2016-09-17T13:30:05+00:00")
    assert "rus: concern" in screening.raised
    assert "for rus, syr" in screening.raised


def test_no_byte_that_the_coalition_or_the_un_received_holds_a_position_of_the_other_side(replay):
    """The forces' places, their radius and their coarse cells appear in nothing that left Russia's station."""
    case, (_, copies) = load("deir-ez-zor-2016"), replay
    hidden = [part.strip().replace(".", "") for name in ("S1", "S2") for part in case.places[name].decimal.split(",")]
    for branch in BRANCHES:
        for party in ("cjtf", "un"):
            text = re.sub(
                r"[0-9a-f]{32,}", "", copies[branch][party].decode()
            )  # six digits turn up in a hash by chance
            assert "presence" not in text
            for secret in (*hidden, '"radius_mm":800000'):
                assert secret not in text


def alarms(played, party):
    return [line for line in played.lines if line.raised.startswith(f"ALARM at {party}")]


def test_an_urgent_message_that_no_officer_answers_is_an_alarm_after_120_seconds(replay):
    """Entered at 14:24, alarm at 14:26: 25 minutes before the message was taken at 14:51, some 14 of the 37 strikes at 0.56 a minute."""
    first, *later = alarms(replay[0]["wrong-place"], "rus")
    assert first.at_us == us("2016-09-17T14:26:00+00:00")
    assert [line.at_us for line in later] == [us("2016-09-17T14:29:00+00:00"), us("2016-09-17T14:34:00+00:00")]
    for line in (first, *later):
        assert "held by the station of cjtf since 2016-09-17T14:24:00Z, no officer has answered" in line.raised
        assert "notified" not in line.raised
    minutes = (us("2016-09-17T14:51:00+00:00") - first.at_us) // 60_000_000
    assert (minutes, round(minutes * 15 / 27)) == (25, 14)


def test_the_ladder_calls_the_duty_director_who_takes_it_at_14_26(replay):
    """At 120 s the other side's console calls its duty director; taken in that minute, and nobody further is called."""
    played = replay[0]["climbs"]
    (called,) = alarms(played, "cjtf")
    assert called.at_us == us("2016-09-17T14:26:00+00:00")
    assert "Duty director" in called.raised
    assert [line.at_us for line in alarms(played, "rus")] == [called.at_us]
    assert played.outcomes == {"d2": ("answered",)}


def test_with_the_receiving_station_cut_off_the_record_says_undelivered_never_notified(replay):
    """Cut from 14:23 to 14:33: undelivered at 14:32, and still after the link is back, for a station's copy is no officer's answer."""
    played, copies = replay
    cut = played["cut-off"]
    assert cut.outcomes == {"u1": ("waiting",), "u2": ("undelivered",), "u3": ("undelivered",)}
    assert not any("notified" in line.raised for line in cut.lines)
    for copy in copies["cut-off"].values():
        assert b"notified" not in copy
    steps = [e for e in json.loads(copies["cut-off"]["rus"])["entries"] if e["header"]["kind"] == "step/1"]
    assert [e["facets"][0]["facet"]["body"]["outcome"] for e in steps] == ["undelivered"] * 4
    (called,) = alarms(cut, "cjtf")
    assert called.at_us == us("2016-09-17T14:33:00+00:00")


def test_was_russia_told_and_of_which_place(replay):
    """One answer with proof: inclusion and watermark, with the wrong place in the one branch and the true ones in the other."""
    played, _ = replay
    wrong, true = played["wrong-place"].answers["q1"], played["true-place"].answers["q1"]
    assert (wrong.exit_code, true.exit_code) == (HOLDS, HOLDS)
    assert "circle at 35.2043 40.176" in wrong.printed
    assert "circle at 35.2663 40.1527" in true.printed
    assert "circle at 35.2472 40.1294" in true.printed


def test_with_the_link_cut_the_record_says_no_evidence_never_notified(replay):
    """While Russia's station is cut off: recorded, not told, not screened. After the link is back: told, from that minute on."""
    played, _ = replay
    cut = played["link-cut"]
    assert (cut.answers["q1"].exit_code, cut.answers["q2"].exit_code) == (NO_EVIDENCE, HOLDS)
    told = [line for line in cut.lines if line.raised.startswith("TOLD")]
    assert [line.at_us >= us("2016-09-17T13:39:00+00:00") for line in told] == [True]
    before = [line.raised for line in cut.lines if line.at_us < us("2016-09-17T13:39:00+00:00") and line.raised]
    assert any("not screened" in words for words in before)
    assert not any("notified" in words or "TOLD" in words for words in before)


def test_the_three_time_claims_load_and_the_one_hour_slip_is_named(replay):
    """All are held; after conversion to UTC two agree, and the printed one would with its clock an hour on."""
    report = replay[0]["wrong-place"].times["activity.time"]
    assert [(a[:3], b[:3]) for a, b in report.agree] == [("c00", "c02")]
    assert [(s.claim[:3], s.shift_us) for s in report.slips] == [("c01", 3_600_000_000)]


@pytest.mark.parametrize("branch", ["wrong-place", "true-place"])
def test_a_tampered_bundle_is_refused(replay, branch, tmp_path):
    """The place told, a time, a byte of a leaf: changed in the file, each makes the separate verifier believe none of it."""
    played = replay[0][branch]
    entry, asked = played.entries["e04b" if branch == "wrong-place" else "e04c"], us("2016-09-17T13:35:00+00:00")
    honest = played.bundles["q1"]
    text = open(honest, encoding="utf-8").read()  # noqa: SIM115
    leaves = json.loads(text)["leaves"]
    other_leaves = leaves[:-2] + ("00" if leaves[-2:] != "00" else "11")
    for old, new in (("1500000", "1500001"), ("1474119000000000", "1474118000000000"), (leaves, other_leaves)):
        assert old in text
        forged = tmp_path / "forged.json"
        forged.write_text(text.replace(old, new), encoding="utf-8")
        assert ask_verifier(forged, party="rus", entry=entry, before_us=asked).exit_code == REFUSED
    shutil.copy(honest, tmp_path / "honest.json")
    assert ask_verifier(tmp_path / "honest.json", party="rus", entry=entry, before_us=asked).exit_code == HOLDS
