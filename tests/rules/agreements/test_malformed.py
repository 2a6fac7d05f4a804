"""Agreements as people write them: what is sound is read whole, and each fault is refused with its place and its reason."""

# ruff: noqa: E501 - one fault a line

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.rules.agreements.say import Table, claim

from detente.errors import Refused
from detente.records.agreements.term import Span, What
from detente.rules.agreements.judging.publishing import sentence
from detente.rules.agreements.writing.terms import read_agreement

ZONE = "Asia/Damascus"
SOUND: dict[str, Any] = {
    "agreement": "truce",
    "title": "Truce",
    "tag": "ILL",
    "parties": ["a", "b", "c"],
    "on": "time",
    "begins": f"2016-09-12T19:00:00+03:00 {ZONE}",
    "defaults": {
        "bearers": ["a", "b"],
        "beneficiaries": [],
        "excused_by": [],
        "period": {},
        "evidence": {"all_of": False, "clock": "signed", "declared_by": [], "origins": 1, "silence": "counts"},
        "reckoning": {"calendar": "gregorian", "day": "local", "day_starts_s": 0, "zone": ZONE},
        "scope": {"actors": "everyone", "affected": "everyone", "area": [], "unplaced": "included"},
        "wording": {"source": "", "standing": "summarised", "tag": "ILL", "words": "Own words."},
    },
    "terms": [
        {"term": "t0", "pattern": {"pattern": "absence", "never": "attack"}},
        {
            "term": "t1",
            "pattern": {
                "pattern": "within",
                "after": "notice.air",
                "by": {"after": "3 days: calendar, elapsed"},
                "each": True,
                "must": ["acknowledge", "confirm"],
            },
        },
        {"term": "t2", "pattern": {"pattern": "absence", "never": "flight"}},
    ],
}
P = "terms.0.pattern"
CALM = {
    "pattern": "calm_for",
    "and_daily": None,
    "by": None,
    "lasts": "2 days: elapsed",
    "reset": None,
    "without": "attack",
}
MOST = {"pattern": "at_most", "most": 3, "per": "24 hours", "what": "flight"}
FIRST = {"pattern": "precedes", "each": False, "first": "notice", "least": "1 hour", "most": "2 hours", "then": "open"}
STEPS = {
    "pattern": "phases",
    "phases": [
        {"name": "one", "begins": None, "completes": "x", "within": None},
        {"name": "two", "begins": None, "completes": "y", "within": "1 hour"},
    ],
}
SAME = {
    "pattern": "simultaneous",
    "by": None,
    "sides": [{"party": "a", "does": "leave"}, {"party": "b", "does": "leave"}],
    "tolerance": "1 hour",
}
WORDED = {"pattern": "written", "breach": "e(id=i, party=p)", "events": [{"name": "e", "what": "flight"}]}
POWER = {"pattern": "power", "act": "reset", "after": None, "jointly": False, "terms": [], "within": None}
MUTUAL = {"pattern": "mutual_satisfaction", "by": None, "of": "t1", "parties": ["a", "b"]}
MAY = {"pattern": "permission", "despite": [], "may": "leave", "only_after": None, "within": None}
DUTY = {"pattern": "reciprocal", "duty": "t1", "while_kept": ["t2"]}
GONE = object()


def put(path: str, value: Any, into: dict[str, Any] = SOUND) -> dict[str, Any]:
    """A copy with one place changed."""
    made = copy.deepcopy(into)
    at: Any = made
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if step.isdigit() else at[step]
    if value is GONE:
        del at[last]
    elif isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value
    return made


def pattern(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The sound agreement with t0 of another pattern; without those slots whose value is GONE."""
    made = {k: v for k, v in {**base, **changes}.items() if v is not GONE}
    return put(P, made)


D = "defaults"
ROWS: list[tuple[str, Any, str, str]] = [
    # what is wrong, the file, the place named, words of the rule
    ("no JSON", b"{", "", "truncated"),
    ("bracket not closed", b'{"terms": [}', "", "malformed"),
    ("a list", b"[]", "", "is an object"),
    ("no agreement's name", put("agreement", GONE), "", "agreement"),
    ("name in capitals", put("agreement", "Truce"), "agreement", "a name is"),
    ("no parties", put("parties", []), "parties", "at least one party"),
    ("parties unsorted", put("parties", ["b", "a", "c"]), "parties", "sorted"),
    ("unknown field", put("colour", 1), "", "unknown field"),
    ("no terms", put("terms", GONE), "", "terms"),
    ("begins without zone", put("begins", "2016-09-12T19:00:00+03:00"), "begins", "then the zone"),
    ("begins without offset", put("begins", f"2016-09-12T19:00:00 {ZONE}"), "begins", "no zone"),
    ("begins in no zone", put("begins", "2016-09-12T19:00:00+03:00 Mars/Base"), "begins", "zone"),
    ("begins on no day", put("begins", f"2016-02-30T19:00:00+03:00 {ZONE}"), "begins", "RFC 3339"),
    ("no beginning by the clock", put("begins", None), "begins", "must be stated"),
    ("horizon below zero", put("horizon_us", -1), "horizon_us", "at least 0"),
    ("a default that is no slot", put(f"{D}.colour", 1), "defaults", "is a slot of terms"),
    ("no reckoning at all", put(f"{D}.reckoning", GONE), "terms[0](t0)", "reckoning"),
    ("no zone", put(f"{D}.reckoning.zone", ""), "terms[0](t0).reckoning.zone", "mandatory"),
    ("zone missing", put(f"{D}.reckoning.zone", GONE), "terms[0](t0).reckoning", "zone"),
    ("zone an offset", put(f"{D}.reckoning.zone", "+03:00"), "terms[0](t0).reckoning.zone", "summer time"),
    ("zone that is none", put(f"{D}.reckoning.zone", "Asia/Nowhere"), "terms[0](t0).reckoning.zone", "zone"),
    ("calendar unknown", put(f"{D}.reckoning.calendar", "mayan"), "terms[0](t0).reckoning.calendar", "invalid enum"),
    ("no calendar", put(f"{D}.reckoning.calendar", GONE), "terms[0](t0).reckoning", "calendar"),
    ("day undefined", put(f"{D}.reckoning.day", GONE), "terms[0](t0).reckoning", "day"),
    ("day begins after it ends", put(f"{D}.reckoning.day_starts_s", 86400), "day_starts_s", "0 to 86399"),
    ("elapsed day with a start", put(f"{D}.reckoning", {"calendar": "gregorian", "day": "elapsed", "day_starts_s": 9, "zone": ZONE}),
     "day_starts_s", "24 elapsed hours"),
    ("no evidence", put(f"{D}.evidence", GONE), "terms[0](t0)", "evidence"),
    ("no origin needed", put(f"{D}.evidence.origins", 0), "evidence.origins", "at least 1"),
    ("more origins than speakers", put(f"{D}.evidence", {**SOUND[D]["evidence"], "declared_by": ["c"], "origins": 2}),
     "evidence.origins", "cannot be more"),
    ("all of nobody", put(f"{D}.evidence.all_of", True), "evidence.all_of", "all of whom"),
    ("silence undefined", put(f"{D}.evidence.silence", GONE), "terms[0](t0).evidence", "silence"),
    ("silence means nothing known", put(f"{D}.evidence.silence", "golden"), "evidence.silence", "invalid enum"),
    ("clock undefined", put(f"{D}.evidence.clock", GONE), "terms[0](t0).evidence", "clock"),
    ("nobody bound", put(f"{D}.bearers", []), "terms[0](t0).bearers", "names who is bound"),
    ("a stranger bound", put(f"{D}.bearers", ["zz"]), "terms[0](t0).bearers", "neither a party"),
    ("included and excluded", put(f"{D}.scope.actors", {"excluded": ["x"], "included": ["x"], "unknown": "included", "word_of": []}),
     "scope.actors.excluded", "included as well"),
    ("unknown actors undecided", put(f"{D}.scope.actors", {"excluded": [], "included": [], "word_of": []}), "scope.actors", "unknown"),
    ("an area of no size", put(f"{D}.scope.area", [{"shape": "circle", "centre": [0, 0], "radius_mm": 0}]), "scope.area[0]", "1"),
    ("an area off the earth", put(f"{D}.scope.area", [{"shape": "circle", "centre": [91 * 10**9, 0], "radius_mm": 9}]),
     "scope.area[0]", "lat"),
    ("verified from memory", put(f"{D}.wording", {"source": "S", "standing": "verified", "tag": "MEM~", "words": "x"}),
     "wording.standing", "from memory"),
    ("verified without source", put(f"{D}.wording", {"source": "", "standing": "verified", "tag": "ILL", "words": "x"}),
     "wording.source", "must say"),
    ("summarised without words", put(f"{D}.wording.words", ""), "wording.words", "must say"),
    ("two terms of one name", put("terms.1.term", "t0"), "terms[1](t0).term", "name of its own"),
    ("no pattern", put(P, GONE), "terms[0](t0)", "pattern"),
    ("pattern unknown", put(f"{P}.pattern", "mostly"), "terms[0](t0).pattern", "mostly"),
    ("slot unknown", put(f"{P}.sometimes", True), "terms[0](t0).pattern", "unknown field"),
    ("slot missing", put(f"{P}.never", GONE), "terms[0](t0).pattern", "never"),
    ("no class of event", put(f"{P}.never", {"by": [], "classes": []}), "pattern.never.classes", "at least one class"),
    ("class in capitals", put(f"{P}.never", "Attack!"), "pattern.never.classes[0]", "a name is"),
    ("classes twice", put(f"{P}.never", ["attack", "attack"]), "pattern.never.classes", "sorted"),
    ("no deadline", put("terms.1.pattern.by", {}), "terms[1](t1).pattern.by", "exactly one"),
    ("two deadlines", put("terms.1.pattern.by", {"after": "1 hour", "at": SOUND["begins"]}), "terms[1](t1).pattern.by", "exactly one"),
    ("started, and by a date", put("terms.1.pattern.by", {"at": SOUND["begins"]}), "terms[1](t1).pattern.by.at", "span after it"),
    ("each of nothing", put("terms.1.pattern.after", None), "terms[1](t1).pattern.each", "each of what"),
    ("days without reading", put("terms.1.pattern.by", {"after": "3 days"}), "pattern.by.after.readings", "more than one way"),
    ("hours with reading", put("terms.1.pattern.by", {"after": "3 hours: calendar"}), "by.after.readings", "one reading"),
    ("reading unknown", put("terms.1.pattern.by", {"after": "3 days: lunar"}), "by.after.readings", "invalid enum"),
    ("days that qualify, for a duty", put("terms.1.pattern.by", {"after": "3 days: qualifying"}), "by.after.readings", "calm_for only"),
    ("a span of nothing", put("terms.1.pattern.by", {"after": "0 hours"}), "by.after.count", "at least 1"),
    ("a span in moons", put("terms.1.pattern.by", {"after": "3 moons"}), "terms[1].pattern.by.after", "days, hours, minutes"),
    ("a deadline without zone", put("terms.1.pattern.by", {"at": "2016-09-15T09:00:00+03:00"}), "terms[1].pattern.by.at", "then the zone"),
    ("a deadline of half a time",
     put("terms.1.pattern.by", {"at": {"earliest_us": 1, "latest_us": None, "text": "noon", "zone": ZONE}}), "pattern.by.at", "both bounds"),
    ("a deadline in no zone",
     put("terms.1.pattern.by", {"at": {"earliest_us": 1, "latest_us": 1, "text": "noon", "zone": ""}}), "pattern.by.at.zone", "names its zone"),
    ("ends before it begins", put("terms.0.period", {"begins": SOUND["begins"], "ends": f"2016-09-01T00:00:00+03:00 {ZONE}"}),
     "terms[0](t0).period", "not be after"),
    ("two ends", put("terms.0.period", {"ends": SOUND["begins"], "lasts": "2 hours"}), "period.lasts", "beside `ends`"),
    ("two beginnings", put("terms.0.period", {"begins": SOUND["begins"], "after": "t1"}), "period.begins", "beside `after`"),
    ("after no term", put("terms.0.period", {"after": "t9"}), "period.after", "is no term"),
    ("after itself", put("terms.0.period", {"after": "t0"}), "period.after", "another term"),
    ("after each other", put("terms.1.period", {"after": "t0"}, put("terms.0.period", {"after": "t1"})), "terms[0](t0)", "rest on itself"),
    ("excuse without event", put("terms.0.excused_by", [{"within": "1 hour"}]), "excused_by[0]", "what"),
    ("excuse in days of two readings", put("terms.0.excused_by", [{"what": "x", "within": "2 days: calendar, elapsed"}]),
     "excused_by[0].within.readings", "one reading"),
    ("calm without days, with a daily thing", pattern(CALM, lasts="48 hours", and_daily="aid"), "pattern.and_daily", "length in days"),
    ("daily thing, no qualifying days", pattern(CALM, and_daily="aid"), "pattern.lasts.readings", "qualifying"),
    ("at most none", pattern(MOST, most=0), "pattern.most", "absence"),
    ("at most n of no time", pattern(MOST, per=GONE), "terms[0](t0).pattern", "per"),
    ("at most n per two kinds of day", pattern(MOST, per="2 days: calendar, elapsed"), "pattern.per.readings", "one reading"),
    ("window reversed", pattern(FIRST, least="3 hours"), "pattern.least", "no longer than"),
    ("one phase", pattern(STEPS, phases=STEPS["phases"][:1]), "pattern.phases", "at least two"),
    ("phases of one name", pattern(STEPS, phases=[STEPS["phases"][0], STEPS["phases"][0]]), "phases[1].name", "name of its own"),
    ("one side", pattern(SAME, sides=SAME["sides"][:1]), "pattern.sides", "two or more"),
    ("one party twice", pattern(SAME, sides=[SAME["sides"][0]] * 2), "pattern.sides", "two or more"),
    ("a side that is not bound", pattern(SAME, sides=[SAME["sides"][0], {"party": "c", "does": "x"}]), "sides[1].party", "bearers"),
    ("tolerance missing", pattern(SAME, tolerance=GONE), "terms[0](t0).pattern", "tolerance"),
    ("reciprocal to nothing", pattern(DUTY, while_kept=[]), "pattern.while_kept", "at least one"),
    ("reciprocal to itself", pattern(DUTY, while_kept=["t1"]), "while_kept[0]", "duty itself"),
    ("a duty that is no term", pattern(DUTY, duty="t9"), "pattern.duty", "is no term"),
    ("within of nothing", pattern(MAY, within="1 hour"), "pattern.within", "within what"),
    ("permits against no term", pattern(MAY, despite=["t9"]), "despite[0]", "is no term"),
    ("a power that is none", pattern(POWER, act="bomb"), "pattern.act", "invalid enum"),
    ("joint power of one", put("terms.0.bearers", ["a"], pattern(POWER, jointly=True)), "pattern.jointly", "two bearers"),
    ("satisfaction of one", pattern(MUTUAL, parties=["a"]), "pattern.parties", "is mutual"),
    ("formula empty", pattern(WORDED, breach=" "), "pattern.breach", "says what"),
    ("formula with bracket open", pattern(WORDED, breach="(e(id=i, party=p)"), "terms[0](t0).pattern", "not closed"),
    ("formula with an unknown event", pattern(WORDED, breach="f(id=i, party=p)"), "terms[0](t0).pattern", "no such event"),
    ("formula with an unknown field", pattern(WORDED, breach="e(colour=i)"), "terms[0](t0).pattern", "no such field"),
    ("formula with an unguarded variable", pattern(WORDED, breach="NOT e(id=i, party=p)"), "terms[0](t0).pattern", "not guarded"),
    ("formula with a loose variable", pattern(WORDED, breach="e(id=i, party=p, actor=z)"), "pattern.breach", "neither bound"),
    ("formula into all future", pattern(WORDED, breach="e(id=i, party=p) AND NOT EVENTUALLY e(about=i)"), "terms[0](t0).pattern", "without bound"),
    ("formula with reversed window", pattern(WORDED, breach="e(id=i, party=p) AND ONCE[5,1] e(about=i)"), "terms[0](t0).pattern", ""),
    ("formula over no events", pattern(WORDED, events=[]), "pattern.events", "names the kinds"),
    ("formula event in capitals", pattern(WORDED, events=[{"name": "E", "what": "x"}]), "events[0].name", "is [a-z]"),
    ("unmonitored without why", pattern({"pattern": "unmonitored", "why": ""}), "pattern.why", "must say"),
]  # fmt: skip


def written(file: Any) -> bytes:
    return file if isinstance(file, bytes) else json.dumps(file).encode()


@pytest.mark.parametrize(("file", "place", "rule"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_malformed_term_is_refused_with_its_place_and_its_reason(file, place, rule):
    with pytest.raises(Refused) as refused:
        read_agreement(written(file))
    found = [(p.field, p.rule.lower()) for p in refused.value.problems]
    assert any(place in field and rule.lower() in said for field, said in found), found
    assert all(p.next_step for p in refused.value.problems)


def test_there_are_at_least_sixty():
    assert len(ROWS) >= 60
    assert len({row[0] for row in ROWS}) == len(ROWS)


def test_the_sound_one_is_read_whole():
    read = read_agreement(written(SOUND))
    assert [t.term for t in read.terms] == ["t0", "t1", "t2"]
    assert read.terms[1].pattern.must == What(by=(), classes=("acknowledge", "confirm"))  # type: ignore[union-attr]
    span = Span(count=3, readings=("calendar", "elapsed"), unit="days")
    assert read.terms[1].pattern.by.after == span  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "base", [CALM, MOST, FIRST, STEPS, SAME, WORDED, POWER, MUTUAL, MAY, DUTY], ids=lambda b: b["pattern"]
)
def test_each_base_of_a_bad_row_is_itself_sound(base):
    read_agreement(written(pattern(base)))


def test_what_was_read_can_be_written_and_read_again():
    read = read_agreement(written(SOUND))
    assert read_agreement(msgspec.json.encode(read)) == read


def test_one_fault_does_not_hide_another():
    bad = put("terms.1.pattern.by", {"after": "0 hours"}, put(f"{D}.evidence.origins", 0))
    with pytest.raises(Refused) as refused:
        read_agreement(written(bad))
    assert len(refused.value.problems) == 4


def test_the_page_of_terms_has_an_example_that_is_read_and_says_what_the_verdict_says():
    page = (Path(__file__).parents[3] / "docs" / "formats" / "terms.md").read_text()
    example = re.search(r"```json\n(.*?)\n```", page, re.DOTALL)
    assert example is not None
    table = Table(read_agreement(example[1].encode()))
    for who, stance, subject, party in (
        ("Russian centre", "asserts", "pull-back.syr", "rus"),
        ("Russian centre", "denies", "pull-back.opposition", "rus"),
        ("SOHR", "denies", "pull-back.syr", None),
        ("Pentagon", "cannot-confirm", "pull-back.syr", "us"),
    ):
        table.told(claim(who, stance, subject, "pull-back", 62, actor=subject.partition(".")[2], party=party), 63)
    said = sentence(table.verdicts(66, "k8")[("syr", "", "")])
    assert any(said.startswith(line) for line in page.splitlines() if line.startswith("k8 syr: "))
