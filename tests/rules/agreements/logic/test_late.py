"""Late reports: what they change, how sure a verdict is, and what is held."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.agreements.logic.formulas import SIGNATURES, formulas, logs
from tests.rules.agreements.logic.test_monitor_is_definition import stands

from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.happening import Happening
from detente.rules.agreements.logic.monitor import Monitor
from detente.rules.agreements.logic.parser import parse_terms

QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))
MINUTE = 60_000_000
TEXT = "EVENT notice(id)\nEVENT answer(about)\nFIND breached: notice(n) AND NOT EVENTUALLY[0,30m] answer(n)"


def monitor(text=TEXT, **settings_):
    terms, places = parse_terms(text)
    return Monitor(terms, places, **settings_)


def notice(minute, name="n1"):
    return Happening(minute * MINUTE, "notice", {"id": name})


def answer(minute, name="n1"):
    return Happening(minute * MINUTE, "answer", {"about": name})


def test_nobody_is_accused_before_the_time_to_answer_has_passed():
    """The breach stands as unsettled until then, and becomes settled one microsecond after."""
    watch = monitor()
    (change,) = watch.add(notice(0))
    assert (change.kind, change.verdict.settled, change.verdict.settles_at_us) == ("found", False, 30 * MINUTE)
    assert watch.advance(30 * MINUTE) == []
    (change,) = watch.advance(30 * MINUTE + 1)
    assert (change.kind, change.verdict.settled) == ("settled", True)


def test_a_late_acknowledgement_that_proves_timely_withdraws_the_breach():
    """And the verdict had said until when, and by which reports, it could be withdrawn."""
    watch = monitor()
    watch.add(notice(0))
    watch.advance(600 * MINUTE)
    (verdict,) = watch.verdicts()
    assert verdict.withdrawn_by == (0, 30 * MINUTE)
    (change,) = watch.add(answer(30))
    assert (change.kind, change.slow) == ("withdrawn", False)
    assert change.verdict.settled
    assert watch.verdicts() == []


def test_an_answer_one_microsecond_too_late_changes_nothing():
    """Windows are exact to the microsecond."""
    watch = monitor()
    watch.add(notice(0))
    assert watch.add(Happening(30 * MINUTE + 1, "answer", {"about": "n1"}))[0].kind == "settled"
    assert len(watch.verdicts()) == 1


def test_an_event_told_twice_counts_once():
    """The second telling changes nothing."""
    watch = monitor("EVENT b(x)\nFIND r: c <- CNT x (ONCE[0,1d] b(x)) AND c > 0")
    watch.add(Happening(0, "b", {"x": 1}))
    assert watch.add(Happening(0, "b", {"x": 1})) == ()
    assert watch.add(Happening(0, "b", {"x": 1.0})) == ()


def test_what_only_grows_cannot_be_withdrawn():
    """A kept term stays kept whatever else is reported; a count may change."""
    kept = monitor("EVENT a(x)\nEVENT b(x)\nFIND r: a(x) AND EVENTUALLY[0,5] b(x)")
    kept.add(Happening(0, "a", {"x": 1}))
    kept.add(Happening(1, "b", {"x": 1}))
    assert kept.verdicts()[0].withdrawn_by is None
    counted = monitor("EVENT a(x)\nEVENT b(x)\nFIND r: a(x) AND c <- CNT y (ONCE[0,5s] b(y)) AND c > 0")
    counted.add(Happening(7_000_000, "a", {"x": 1}))
    counted.add(Happening(6_000_000, "b", {"x": 1}))
    assert counted.verdicts()[0].withdrawn_by == (2_000_000, 7_000_000)


def test_beyond_the_horizon_the_answer_is_slow_and_right():
    """A report 40 days late is answered from the stored events, and says so."""
    watch = monitor()
    watch.add(notice(0))
    day = 24 * 60
    for number in range(1, 41):
        watch.add(notice(number * day, f"m{number}"))
        watch.add(answer(number * day + 1, f"m{number}"))
    (change,) = watch.add(answer(29))
    assert (change.kind, change.slow, change.verdict.bindings) == ("withdrawn", True, {"n": "n1"})


@settings(QUIET, max_examples=80)
@given(formulas(), logs(10), st.randoms(), st.integers(0, 6))
def test_any_horizon_tells_the_same_in_the_end(formula, log, chance, horizon_us):
    """With a horizon of a few microseconds most reports are slow ones, and the sum of all changes is still the definition's."""
    chance.shuffle(log)
    terms = fm.Terms(SIGNATURES, (fm.Rule("rule", formula),))
    short, long = Monitor(terms, horizon_us=horizon_us), Monitor(terms)
    told = set()
    for happening in log:
        long.add(happening)
        for change in short.add(happening):
            at = (change.verdict.at_us, tuple(change.verdict.bindings[n] for n in sorted(change.verdict.bindings)))
            if change.kind == "found":
                assert at not in told
                told.add(at)
            elif change.kind == "withdrawn":
                told.remove(at)
    assert told == stands(long)


def test_what_is_held_is_bounded_by_windows_and_horizon():
    """After a year of events no more is held than for the horizon and the windows around it."""
    watch = monitor(horizon_us=1440 * MINUTE)
    chance = random.Random(1)
    most = 0
    for minute in range(0, 365 * 1440, 60):
        watch.add(notice(minute, f"n{minute}"))
        if chance.random() < 0.9:
            watch.add(answer(minute + 5, f"n{minute}"))
        most = max(most, len(watch.held.all["notice"].times))
    assert most < 40
    assert len(watch.held.moments) < 80
    assert sum(len(moments) for moments in watch.watches[0].found.moments.values()) < 40
