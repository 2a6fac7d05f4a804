"""The status sheet of the truce of 2016 at 16:00Z on 19 September: per term, per reading, per party; in words and in deeds."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from tests.rules.agreements.castello import DAMASCUS, K1, K8, K12, WHILE
from tests.rules.agreements.say import Table, at, claim, hours, truce, us, what

from detente.records.agreements import term as tm
from detente.records.agreements.agreement import AnnexNamed, Word
from detente.records.agreements.position import Position
from detente.rules.agreements.readings.board import board
from detente.rules.agreements.sheets.counting import counted
from detente.rules.agreements.sheets.html import html
from detente.rules.agreements.sheets.markdown import markdown
from detente.rules.agreements.sheets.sheet import Sheet, TermRow, sheet

END_H = 168  # 19 September 16:00Z


def word(name: str, noun: str, verb: str = "") -> Word:
    return Word(name=name, noun=noun, verb=verb)


WORDS = (
    word("aid.access", "aid access", "let aid pass"),
    word("attack", "an attack", "attack anyone, by any means"),
    word("flight", "a military flight", "fly over the agreed areas"),
    word("k1", "the end of attacks"),
    word("k12.goal", "the joint centre opens"),
    word("opposition", "the opposition"),
    word("pull-back", "a pull-back", "pull back from Castello Road"),
    word("rus", "Russia"),
    word("syr", "the Syrian side"),
    word("us", "the United States"),
)


def like(term: tm.Term, name: str, pattern: tm.Pattern, *bearers: str, **more: Any) -> tm.Term:
    wording = tm.Wording(source="", standing="unknown", tag="MEM~", words="")
    return msgspec.structs.replace(term, bearers=bearers, pattern=pattern, term=name, wording=wording, **more)


TERMS = (
    K1,
    K8,
    msgspec.structs.replace(K12, pattern=msgspec.structs.replace(K12.pattern, reset=None)),
    like(K12, "k12.satisfied", tm.MutualSatisfaction(by=None, of="k12", parties=("rus", "us")), "rus", "us"),
    like(K12, "k12.reset", tm.Power(act="reset", after=None, jointly=True, terms=("k12",), within=None), "rus", "us"),
    like(K1, "k13", tm.Absence(never=what("flight")), "syr", period=msgspec.structs.replace(WHILE, after="k12")),
)
ANNEX = AnnexNamed(form="annex-a", terms=1, title="Castello Road distances")


def position(party: str, says: str, hour: float | None = None, **more: Any) -> Position:
    given: dict[str, Any] = {
        "about": "aa" * 32, "at": None if hour is None else at(us(hour), "then"), "by_authority": "competent", "party": party,
        "power": "", "reading": "", "says": says, "source": "S", "tag": "DOC", "term": "", "who": f"{party} spokesman", "words": "",
    }  # fmt: skip
    return Position(**(given | more))


@pytest.fixture(scope="module")
def table() -> Table:
    found = Table(truce(*sorted(TERMS, key=lambda t: t.term), vocabulary=WORDS))
    found.watching.body = msgspec.structs.replace(found.watching.body, annexes=(ANNEX,))
    found.told(position("syr", "ends", 148 + 59 / 60, words="our own calm of seven days"), 0, "syr")
    found.told(position("rus", "reads", reading="calendar", term="k12", words="due on 19 September"), 1, "rus")
    found.told(position("syr", "reads", reading="elapsed", term="k12"), 1, "syr")
    found.told(position("us", "reads", reading="qualifying", term="k12"), 1, "us")
    found.told(
        claim("RUS centre", "asserts", "v14", "attack", 20, actor="opposition", affected="syr", party="rus"), 32, "rus"
    )
    found.told(claim("RUS", "asserts", "pull-back.syr", "pull-back", 61.5, actor="syr", party="rus"), 63, "rus")
    found.told(claim("SOHR", "denies", "pull-back.syr", "pull-back", 61.5, actor="syr"), 64)
    found.told(
        claim("Pentagon", "cannot-confirm", "pull-back.syr", "pull-back", 61.5, actor="syr", party="us"), 65, "us"
    )
    found.told(position("us", "holding", words="holding but fragile"), 160, "us")
    found.told(position("syr", "ended", END_H, words="the truce is over <b>now</b>"), END_H, "syr")
    return found


def made(table: Table, hour: float = END_H) -> Sheet:
    return sheet(
        table.watching, table.book, us(hour), viewer="un", size=17, virtual=True, names={"un": "the United Nations"}
    )


def row(found: Sheet, name: str) -> TermRow:
    return next(one for one in found.terms if one.name == name)


def test_the_readings_of_the_signed_term(table: Table):
    """From the same entries: the eighth day, 168 hours, no qualifying day; each with who reads it so."""
    days = counted(table.watching, table.watching.live["k12"])
    assert days is not None
    found = board(days.counting, days.events, us(END_H))
    assert [(c.way, c.count) for c in found.counts] == [("R1", 8), ("R2", 168 * 3_600_000_000), ("R3", 0)]
    assert [tuple(use.party for use in way.used_by) for way in days.counting.ways] == [("rus",), ("syr",), ("us",)]
    assert {("syr", us(148 + 59 / 60)), ("us", None), ("syr", us(END_H))} == {(e.by, e.ends_us) for e in found.ends}
    assert (days.counting.resets.parties, days.counting.resets.together) == (("rus", "us"), True)  # type: ignore[union-attr]


def test_k12_on_the_sheet(table: Table):
    """In words, with what is due."""
    readings = row(made(table), "k12").readings
    assert readings is not None
    r1, r2, r3 = readings.readings
    assert [r.stands for r in (r1, r2, r3)] == [
        "The eighth calendar day, the first one counted.",
        "168 h elapsed.",
        "0 qualifying days in a row.",
    ]
    assert "by this reading it is due that the joint centre opens" in r1.follows
    assert r3.follows.startswith("If nothing more happens, never due")
    assert any("what it would take" in step.lower() for step in r3.takes)


def test_each_party_in_words_and_in_deeds(table: Table):
    """What each says stands beside what it does; neither is made out of the other."""
    found = {one.party: one for one in made(table).parties}
    assert found["syr"].words == "calls it over"
    assert found["us"].words == "calls it holding"
    assert found["rus"].words == "has said nothing"
    assert "the truce is over" in found["syr"].said
    assert found["opposition"].deeds == "acts against it"
    assert ["k12 as calendar" in one for one in found["rus"].reads] == [True]


def test_ends_stand_beside_each_other(table: Table):
    """The text's, and each announcer's."""
    ends = made(table).ends
    assert ends[0] == "By the text: none is set."
    assert any(end.startswith("By the Syrian side: ends 2016-09-18 20:59Z") for end in ends)
    assert any(end.startswith("By the United States: no end") for end in ends)
    assert any(end.startswith("By the Syrian side: ended since 2016-09-19 16:00Z") for end in ends)


def test_an_undetermined_verdict_says_what_would_settle_it(table: Table):
    """The pull-back of the 15th: asserted, denied, not confirmed."""
    k8 = row(made(table), "k8")
    about_syr = [v for v in k8.verdicts if "syr" in v.parties]
    assert about_syr
    assert {"contested", "undetermined"} & {v.answer for v in about_syr}
    assert k8.settles


def test_what_is_not_verified_is_marked(table: Table):
    """Every term of this agreement rests on a summary, or on nothing; an annex is not open."""
    found = made(table)
    assert found.marks[0].startswith("The text is unknown: k12.reset, k12.satisfied, k13")
    assert found.marks[1].startswith("The text is a summary, not verified: k1, k12, k8")
    assert found.marks[2] == "Secret, and not open to this viewer: Castello Road distances (one term)."
    assert all(v.caveats for one in found.terms for v in one.verdicts)


@pytest.mark.parametrize("lay_out", [markdown, html])
def test_laid_out_whole(table: Table, lay_out: Any):
    """Both layouts carry the same facts, say what is seen by whom, and let nothing act that came from outside."""
    page = lay_out(made(table))
    plain = re.sub(r"\\([\\`*_{}\[\]<>#|~])", r"\1", page)
    for said in (
        "as seen by un at size 17",
        "VIRTUAL LEDGER" if lay_out is markdown else "Virtual ledger",
        "The eighth calendar day",
        "168 h elapsed",
        "0 qualifying days in a row",
        "✗",
        "Castello Road distances",
    ):
        assert said in plain
    assert "<b>now" not in page


def test_nothing_is_fetched_and_no_script_runs(table: Table):
    """The page stands alone."""
    page = html(made(table))
    assert not re.search(r"<script|<link|<img|url\(|https?://|@import", page)
    assert "default-src 'none'" in page


def test_the_sheet_of_an_earlier_hour(table: Table):
    """On the 14th nothing had ended, and the third calendar day ran."""
    early = made(table, 32)
    assert not any("ended" in end for end in early.ends)
    readings = row(early, "k12").readings
    assert readings is not None
    assert readings.readings[0].stands == "The third calendar day, the first one counted."


_ = (DAMASCUS, hours)
