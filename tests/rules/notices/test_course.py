"""Delivery to the acting unit: each step a fact of its own with its time; standings move along the table and nowhere else."""

from __future__ import annotations

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings
from tests.support.play import MINUTE, START_US, Play, circle, notice, picture_of, response, watermark
from tests.support.read_back import figures_of

from detente.picture.boards.matrix import matrix
from detente.records.notices.notice import Acceptance, Activity
from detente.records.notices.response import Readback
from detente.records.parties.party import Party
from detente.rules.hotline.lapse import HOST, ClockReading
from detente.rules.notices.delivery.course import course_of
from detente.rules.notices.delivery.lead_times import leads_of, stop_reach
from detente.rules.notices.delivery.recipients import Holds
from detente.rules.notices.delivery.steps import OFFICE, UNIT, DeliveryStep, Fact, Office, Unit, step_of

SITE = Activity.PROTECTED_SITE
UNIT_STEPS = (DeliveryStep.PASSED_TO_UNIT, DeliveryStep.UNIT_CONFIRMED, DeliveryStep.COMPLIED, DeliveryStep.REFUSED)


def fact(step: DeliveryStep, n: int, unit: str | None = None, party: str = "rus") -> Fact:
    at_us, entry = START_US + n * MINUTE, f"{n:064x}"
    return Fact(
        at_us=at_us, by_role="watch", entry=entry, index=n, officer=None, party=party, step=step, unit=unit, version="v"
    )


@st.composite
def stories(draw) -> list[Fact]:
    """Any facts in any order: what parties say need not make sense."""
    steps = draw(st.lists(st.sampled_from(list(DeliveryStep)), max_size=12))
    return [
        fact(s, n, draw(st.sampled_from([None, "A", "B"])) if s in UNIT_STEPS else None) for n, s in enumerate(steps)
    ]


@settings(max_examples=100, deadline=None)
@given(stories())
def test_standings_move_only_along_the_tables(story):
    """Whatever is said in whatever order: between any two prefixes of the record a standing stays, or takes one step of its table."""
    before = course_of([], "rus", "v", units=("A", "B"))
    for n in range(len(story) + 1):
        now = course_of(story[:n], "rus", "v", units=("A", "B"))
        if now.standing is not before.standing:
            assert OFFICE[before.standing][story[n - 1].step] is now.standing
        for old, new in zip(before.units, now.units, strict=True):
            assert old.unit == new.unit
            if new.standing is not old.standing:
                assert UNIT[old.standing][story[n - 1].step] is new.standing
        before = now


@settings(max_examples=100, deadline=None)
@given(stories())
def test_no_step_is_inferred_from_another(story):
    """Every step shown is a fact that was said, once each; every expected step that was not said is missing."""
    course = course_of(story, "rus", "v", needs_readback=True)
    shown = [t.fact for t in course.steps] + [t.fact for u in course.units for t in u.steps]
    assert sorted(shown, key=lambda f: f.index) == story
    said = {f.step for f in story}
    assert (
        set(course.missing)
        == {DeliveryStep.RECORDED, DeliveryStep.TOLD, DeliveryStep.READ, DeliveryStep.READ_BACK} - said
    )
    for unit in course.units:
        of_unit = {f.step for f in story if f.unit == unit.unit}
        assert set(unit.missing) == {DeliveryStep.PASSED_TO_UNIT, DeliveryStep.UNIT_CONFIRMED} - of_unit
    confirmed = [f.at_us for f in story if f.step is DeliveryStep.UNIT_CONFIRMED]
    assert course.unit_reached_us == (confirmed[0] if confirmed else None)


def test_every_standing_has_its_row_and_every_row_leads_to_a_standing():
    assert set(OFFICE) == set(Office)
    assert set(UNIT) == set(Unit)
    reached = {after for row in OFFICE.values() for after in row.values()} | {Office.NOT_RECORDED}
    assert reached == set(Office)


def test_a_unit_that_complied_is_not_thereby_told():
    """It complied; nothing shows that it was passed on or confirmed, and the record says exactly that."""
    course = course_of([fact(DeliveryStep.RECORDED, 0), fact(DeliveryStep.COMPLIED, 3, "Flight 1")], "rus", "v")
    (unit,) = course.units
    assert unit.standing is Unit.COMPLIED
    assert unit.missing == (DeliveryStep.PASSED_TO_UNIT, DeliveryStep.UNIT_CONFIRMED)
    assert course.missing == (DeliveryStep.TOLD, DeliveryStep.READ)
    assert course.unit_reached_us is None


def test_each_step_has_its_latency():
    """Recorded at 0, read at 4, passed on at 9 and confirmed by the crew at 21 minutes."""
    facts = [
        fact(DeliveryStep.RECORDED, 0),
        fact(DeliveryStep.READ, 4),
        fact(DeliveryStep.PASSED_TO_UNIT, 9, "F"),
        fact(DeliveryStep.UNIT_CONFIRMED, 21, "F"),
    ]
    course = course_of(facts, "rus", "v")
    (unit,) = course.units
    assert [(t.since_recorded_us // MINUTE, t.since_before_us // MINUTE) for t in unit.steps] == [(9, 9), (21, 12)]
    assert course.unit_reached_us == START_US + 21 * MINUTE


def test_a_wrong_read_back_is_an_alarm_until_it_is_read_back_rightly():
    """Agreement after a wrong read-back is agreement to something else: the standing does not move."""
    facts = [fact(DeliveryStep.RECORDED, 0), fact(DeliveryStep.READ_BACK_OTHERWISE, 1), fact(DeliveryStep.CONFIRMED, 2)]
    wrong = course_of(facts, "rus", "v")
    assert wrong.standing is Office.MISREAD
    assert "otherwise" in wrong.sentence()
    right = course_of([*facts, fact(DeliveryStep.READ_BACK, 3)], "rus", "v")
    assert (right.standing, right.alarm) == (Office.READ_BACK, None)


def test_confirming_for_a_unit_is_the_units_fact_and_not_the_partys():
    assert step_of("confirm", None) is DeliveryStep.CONFIRMED
    assert step_of("confirm", "Flight 1") is DeliveryStep.UNIT_CONFIRMED


def test_from_the_ledger_to_the_unit():
    """The whole way, by entries: told by the watermark, read, read back, passed to the crew, confirmed by it, complied."""
    play = Play()
    n = play.say("cjtf", "rus", notice(needs_readback=True))
    play.say("rus", "cjtf", watermark(play.size))
    for answer, unit in (
        ("acknowledge", None),
        ("read-back", None),
        ("passed-to-unit", "F"),
        ("confirm", "F"),
        ("comply", "F"),
    ):
        play.say("rus", "cjtf", response(n, answer, unit=unit))
    course = picture_of(play, "cjtf").delivery.course(n, "rus")
    assert (course.standing, course.missing) == (Office.READ_BACK, ())
    assert [(u.unit, u.standing, u.missing) for u in course.units] == [("F", Unit.COMPLIED, ())]


def test_a_read_back_of_another_place_reaches_the_course_as_an_alarm():
    """Two digits changed over (compared by `picture.notices.read_backs`): misread, and after the right one read back."""
    play = Play()
    n = play.say("cjtf", "rus", notice(needs_readback=True))
    told = figures_of(circle())
    wrong = Readback(datum="WGS84", volumes=(msgspec.structs.replace(told, points=("37SFV0484630184",)),))
    play.say("rus", "cjtf", response(n, "read-back", readback=wrong))
    assert picture_of(play, "cjtf").delivery.course(n, "rus").standing is Office.MISREAD
    play.say("rus", "cjtf", response(n, "read-back"))
    assert picture_of(play, "cjtf").delivery.course(n, "rus").standing is Office.READ_BACK


def test_the_lead_is_measured_where_it_matters():
    """Recorded twenty minutes ahead, passed to the crew one minute before: long enough on paper, short for the crew."""
    body = notice()  # air: ten minutes; begins 20 minutes after the start
    facts = [fact(DeliveryStep.RECORDED, 0), fact(DeliveryStep.PASSED_TO_UNIT, 19, "F")]
    leads = {(at.step, at.unit): at for at in leads_of(body, "cjtf", facts, "rus").at}
    assert leads[DeliveryStep.RECORDED, None].lead_us == 20 * MINUTE
    assert not leads[DeliveryStep.RECORDED, None].short
    assert leads[DeliveryStep.PASSED_TO_UNIT, "F"].lead_us == MINUTE
    assert leads[DeliveryStep.PASSED_TO_UNIT, "F"].short
    assert leads[DeliveryStep.UNIT_CONFIRMED, None].lead_us is None


@pytest.mark.parametrize(("emergency", "hours"), [(False, 48), (True, 24)])
def test_a_convoy_needs_two_days_and_a_flagged_emergency_one(emergency, hours):
    body = notice(activity=Activity.PROTECTED_MOVEMENT, emergency=emergency)
    leads = leads_of(body, "un", [fact(DeliveryStep.RECORDED, 0)], "rus")
    assert leads.least_us == hours * 60 * MINUTE
    assert leads.short


def test_who_accepted_a_shorter_lead_is_the_authors_word_until_that_side_confirms():
    accepted = Acceptance(officer="watch-1", party="rus", role="watch", words="agreed by telephone")
    body = notice(activity=Activity.PROTECTED_MOVEMENT, shorter_lead_accepted_by=accepted)
    said = leads_of(body, "un", [fact(DeliveryStep.RECORDED, 0)], "rus").accepted
    assert said is not None
    assert "no evidence of it from rus" in said.sentence("un")
    held = leads_of(body, "un", [fact(DeliveryStep.RECORDED, 0), fact(DeliveryStep.CONFIRMED, 5)], "rus").accepted
    assert held is not None
    assert "who confirmed the notice" in held.sentence("un")


def test_a_stop_has_minutes():
    """Five minutes to an acting unit's confirmation; at the very moment it is in time."""
    assert reach(5, now=90).late_us == 0
    assert reach(17, now=90).late_us == 12 * MINUTE
    running = reach(None, now=6)
    assert (running.reached_us, running.late_us) == (None, MINUTE)
    assert reach(None, now=6, rules={"stop_unit_us": 10 * MINUTE}).late_us == 0


def test_a_stop_is_late_by_one_clock_only():
    """Recorded by the host's clock, looked at by ours: when it was due is said, and no lateness."""
    now = ClockReading(at_us=START_US + 6 * MINUTE, by="rus")
    mixed = stop_reach(ClockReading(at_us=START_US, by=HOST), None, now)
    assert (mixed.by, mixed.due_us, mixed.late_us) == ("the host's clock", START_US + 5 * MINUTE, None)


def reach(reached: int | None, now: int, rules=None):
    began, end = (ClockReading(at_us=START_US + at * MINUTE, by="cjtf") for at in (0, now))
    answered = None if reached is None else ClockReading(at_us=START_US + reached * MINUTE, by="cjtf")
    return stop_reach(began, answered, end, rules or {})


OUTAGE = [
    # answered by rus while the host was away: signed 24 s after its station held it, recorded before the stop
    fact(DeliveryStep.RECORDED, 10),
    msgspec.structs.replace(fact(DeliveryStep.COMPLIED, 9), signed_us=START_US + 4 * MINUTE),
]


def test_no_latency_is_below_zero_and_none_mixes_two_clocks():
    """Host away: "comply" was recorded before the stop. There is no latency between these records; both times are said."""
    (_, complied) = course_of(OUTAGE, "rus", "v").steps
    assert (complied.since_recorded_us, complied.since_before_us, complied.took.us) == (None, None, None)
    assert {complied.took.began.by, complied.took.ended.by} == {None, "rus"}
    assert complied.took.sentence().endswith("by rus's own clock: no latency")


@pytest.mark.parametrize("recorded", [9, 10, 11])
def test_what_was_answered_while_the_host_was_away_took_no_time_between_two_records(recorded):
    """Recorded just after the stop or a minute later: it was signed long before either, and "refused after 0.000258 s" is no latency."""
    late = msgspec.structs.replace(OUTAGE[1], at_us=START_US + recorded * MINUTE, index=recorded)
    assert [
        t.took.us for t in course_of([OUTAGE[0], late], "rus", "v").steps if t.fact.step is DeliveryStep.COMPLIED
    ] == [None]


def test_where_the_station_acknowledged_directly_the_latency_is_by_its_own_clock():
    held_us = START_US + 3 * MINUTE
    course = course_of(OUTAGE, "rus", "v", acknowledged_us=held_us)
    (_, complied) = course.steps
    assert (course.acknowledged_us, complied.took.us, complied.took.ended.by) == (held_us, MINUTE, "rus")
    assert complied.took.sentence() == "after 60 s by rus's own clock"


def test_a_clock_that_is_slow_spoils_no_latency_of_the_hosts():
    """Russia's clock is ten minutes slow. Its watermark and its answer were signed on it, in this order: the host's records stand."""
    slow = -10 * MINUTE
    told = msgspec.structs.replace(fact(DeliveryStep.TOLD, 1), signed_us=START_US + MINUTE + slow)
    read = msgspec.structs.replace(fact(DeliveryStep.READ, 2), signed_us=START_US + 2 * MINUTE + slow)
    steps = course_of([fact(DeliveryStep.RECORDED, 0), told, read], "rus", "v").steps
    assert [(t.took.us, t.took.ended.by) for t in steps] == [(0, None), (MINUTE, None), (2 * MINUTE, None)]


def party(name: str, answered_for_by: str | None) -> Party:
    return Party(
        acts_for=(), answered_for_by=answered_for_by, cosigner_key=None, endorsements=(), exchange_key=None, name=name, parent=None,
        party=name, root_key=None, state="active", station_key=None, words="",
    )  # fmt: skip


def test_the_matrix_tells_who_should_have_it_who_has_it_and_who_never_can():
    """A hospital told to one party of the ledger: the others that should have it, one of them only through another, one through nobody."""
    play = Play()
    play.say("un", "cjtf rus", party("syr", "rus"))
    play.say("un", "cjtf rus", party("group", None))
    n = play.say("un", "rus", notice(activity=SITE))
    play.say("rus", "un", watermark(play.size))
    (row,) = matrix(picture_of(play, "un"), "un")
    holds = {c.party: c.holds for c in row.cells}
    assert holds["un"] is Holds.AUTHOR
    assert holds["rus"] is Holds.HAS
    assert holds["cjtf"] is Holds.NOT_ADDRESSED
    assert holds["syr"] is Holds.THROUGH_HAS
    assert holds["group"] is Holds.NEVER
    assert {c.party for c in row.gaps} == {"cjtf", "syr", "group"}
    assert row.version == n


def test_an_air_notice_concerns_whom_it_comes_too_close_to():
    """Two activities in one place, one of them told to nobody but the third party: the other should have it."""
    play = Play()
    play.say("rus", "cjtf", notice())
    n = play.say("cjtf", "un", notice())
    rows = {row.version: row for row in matrix(picture_of(play, "cjtf"), "cjtf")}
    (gap,) = [c for c in rows[n].cells if c.gap and c.party == "rus"]
    assert gap.why == ("its own notice comes too close",)
    assert "should have it" in gap.sentence()


def test_a_hospital_that_stands_has_no_lead():
    """It began when it was told; that a crew has it four hours later is late for nobody's start."""
    leads = leads_of(notice(activity=SITE), "un", [fact(DeliveryStep.RECORDED, 0), fact(DeliveryStep.READ, 240)], "rus")
    assert (leads.at, leads.short) == ((), False)
