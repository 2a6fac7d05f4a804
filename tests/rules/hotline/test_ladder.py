"""Ladders as functions of state and time, and the heap that runs them: nothing fires twice, nothing is lost, nothing stalls."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.rules.hotline.ladder import (
    DEFAULTS,
    REACHES,
    Ladder,
    Matter,
    begins_us,
    check_terms,
    ladder_of,
    next_step,
    outcome,
    steps_due,
)
from detente.rules.hotline.timers import Timers

S = 1_000_000
DAY = 86_400 * S


def called(ladder: Ladder, after_s: float) -> list[str]:
    return [rung.reach for rung in steps_due(ladder, 0, int(after_s * S))]


def test_an_urgent_message_climbs_to_director_and_alternate_channel_at_120_s():
    """Deir ez-Zor, counterfactual 3: at two minutes, and not one microsecond before."""
    urgent = ladder_of("urgent")
    assert called(urgent, 119.999999) == []
    assert called(urgent, 120) == ["director", "alternate-channel"]
    assert called(urgent, 300)[-1] == "higher-level"
    assert called(urgent, 600)[-1] == "host-duty-officer"


def test_a_query_is_due_in_seven_days_and_in_two_if_urgent():
    """The query clock of the five-state border agreement."""
    assert called(ladder_of("query"), 7 * 86_400 - 1) == []
    assert called(ladder_of("query"), 7 * 86_400) == ["director"]
    assert called(ladder_of("query-urgent"), 2 * 86_400) == ["director"]


def test_the_agreement_in_force_comes_before_genesis_and_genesis_before_the_default():
    """Agreed: 40 s to the director; genesis: 100 s; nobody says anything of the higher level."""
    rules, agreed = {"ladder_urgent_director_us": 100 * S}, {"ladder_urgent_director_us": 40 * S}
    assert next_step(ladder_of("urgent", rules), 0, 0)[0] == 100 * S
    assert next_step(ladder_of("urgent", rules, agreed), 0, 0)[0] == 40 * S
    assert [r.after_us // S for r in ladder_of("urgent", rules, agreed).rungs] == [0, 40, 120, 300, 600]


def test_the_older_rule_for_the_first_answer_moves_the_first_calls_together():
    """A ledger that says 60 s for an urgent answer: director and alternate channel at 60 s."""
    assert [r.after_us // S for r in ladder_of("urgent", {"urgent_answer_us": 60 * S}).rungs] == [0, 60, 60, 300, 600]


def test_a_time_that_would_run_backwards_waits_for_the_step_before():
    """Higher level at 10 s, director at 120 s: nobody is passed over."""
    assert [r.after_us // S for r in ladder_of("urgent", {"ladder_urgent_higher_level_us": 10 * S}).rungs[1:4]] == [
        120,
        120,
        120,
    ]


def test_a_step_keeps_its_number_whatever_its_time():
    """Slots do not move when an agreement moves a time, or where a ladder leaves a step out."""
    for name in DEFAULTS:
        assert all(REACHES[rung.step] == rung.reach for rung in ladder_of(name).rungs)
    assert [rung.step for rung in ladder_of("query").rungs] == [0, 1, 3]


def test_terms_that_name_no_ladder_are_found():
    """A misspelt term in an agreement would silently leave the default."""
    (found,) = check_terms({"ladder_urgnt_director_us": 1, "ladder_stop_director_us": 1, "other_us": 2})
    assert found.field == "ladder_urgnt_director_us"


def test_undelivered_is_a_result_until_an_answer():
    """Waiting, then undelivered, then answered; asked of an earlier moment it is still what it was then."""
    urgent = ladder_of("urgent")
    assert outcome(urgent, 0, None, 119 * S) == "waiting"
    assert outcome(urgent, 0, None, 120 * S) == "undelivered"
    assert outcome(urgent, 0, 130 * S, 125 * S) == "undelivered"
    assert outcome(urgent, 0, 130 * S, 131 * S) == "answered"


def test_the_table_of_times_on_the_format_page_is_the_codes():
    """docs/formats/genesis.md."""
    page = (Path(__file__).parents[3] / "docs" / "formats" / "genesis.md").read_text()
    units = {"s": S, "min": 60 * S, "days": DAY}
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+\|$", page, re.MULTILINE)
    shown = {
        name: tuple(None if t == "-" else int(t.split()[0]) * units[t.split()[1]] for t in times)
        for name, *times in rows
    }
    assert shown == dict(DEFAULTS)


# --- when a ladder begins ---


@given(st.integers(0, 3 * S), st.integers(0, S - 1), st.integers(0, S - 1))
def test_within_the_last_second_nobody_can_tell_when_it_was_signed(recorded_us, one_us, other_us):
    """Two messages recorded at one moment climb at one moment, on a whole second, whenever each was signed."""
    begins = begins_us(recorded_us - one_us, recorded_us)
    assert begins == begins_us(recorded_us - other_us, recorded_us)
    assert begins % S == 0


@given(st.integers(-400 * S, 400 * S), st.integers(0, 400 * S))
def test_nobody_is_called_before_the_time_and_nobody_two_seconds_after_it(signed_us, recorded_us):
    """Whether the host was away for minutes, or the signer's clock is minutes ahead of the host's."""
    assert signed_us <= begins_us(signed_us, recorded_us) < signed_us + 2 * S


# --- the heap ---


def timers() -> Timers:
    return Timers(lambda matter: ladder_of(matter.ladder))


def test_a_call_is_taken_once_and_an_answer_ends_the_climb():
    """At 120 s two calls; asked again, none; answered at 200 s, never the next."""
    running = timers()
    running.start(Matter("m", "cjtf", "urgent", 0))
    assert [c.rung.reach for c in running.take(120 * S, 10)] == ["director", "alternate-channel"]
    assert running.take(130 * S, 10) == []
    assert running.due_us() == 300 * S
    running.end("m", "cjtf", "urgent", 200 * S)
    assert running.take(DAY, 10) == [] and running.due_us() is None


def test_an_answer_that_comes_before_its_question_is_known_still_ends_it():
    """Delivered out of order, and twice."""
    running = timers()
    running.end("m", "cjtf", "urgent", 5)
    assert not running.start(Matter("m", "cjtf", "urgent", 0))
    assert running.take(DAY, 10) == []


def test_a_matter_that_is_started_again_runs_by_its_new_beginning():
    """Queued at 0 s while the host was away, recorded at 40.5 s: it begins at 1 s by the ledger, and each call is made once."""
    running = timers()
    running.start(Matter("m", "cjtf", "stop", 0))
    assert [c.rung.reach for c in running.take(30 * S, 9)] == ["director", "alternate-channel"]
    assert not running.start(Matter("m", "cjtf", "stop", 1 * S))
    assert running.due_us() == 61 * S
    assert [c.rung.reach for c in running.take(91 * S, 9)] == ["higher-level", "host-duty-officer"]
    assert running.take(DAY, 9) == [] and running.due_us() is None


def test_of_two_calls_at_one_moment_the_older_matter_is_called_for_first():
    """Not the one with the lesser id: ids are hashes of what the entries hide."""
    for first, second in (("a", "b"), ("b", "a")):
        running = timers()
        running.start(Matter(first, "cjtf", "priority", 0))
        running.start(Matter(second, "cjtf", "priority", 0))
        assert [c.matter.about for c in running.take(600 * S, 9)] == [first, second]


def test_each_party_has_its_own_clock():
    """One answers, the other does not: only the other is called for."""
    running = timers()
    for party in ("cjtf", "un"):
        running.start(Matter("m", party, "urgent", 0))
    running.end("m", "cjtf", "urgent", S)
    assert {c.matter.party for c in running.take(DAY, 99)} == {"un"}


def test_a_ladder_that_changes_while_it_runs_is_followed():
    """The parties agree on 30 s while a message waits: it is called for then, and slots that were taken stay taken."""
    agreed: dict[str, int] = {}
    running = Timers(lambda m: ladder_of(m.ladder, {}, agreed))
    running.start(Matter("m", "cjtf", "urgent", 0))
    agreed["ladder_urgent_director_us"] = 30 * S
    running.renew()
    assert [c.rung.step for c in running.take(30 * S, 9)] == [1]
    agreed["ladder_urgent_director_us"] = 500 * S
    running.renew()
    assert 1 not in [c.rung.step for c in running.take(DAY, 9)]


Acts = st.lists(
    st.tuples(
        st.sampled_from(["start", "end", "wait", "restart", "again"]),
        st.integers(0, 4),
        st.sampled_from(["urgent", "stop", "warning"]),
        st.integers(1, 400),
    ),
    max_size=40,
)


@given(Acts)
@settings(max_examples=120, deadline=None)
def test_over_restarts_and_repeats_each_slot_fires_exactly_when_and_as_often_as_the_ladder_says(acts):
    """The heap against the definition: fired = what `steps_due` gives for the time it ran, each slot once, in order of time."""
    now, running = 0, timers()
    since: dict[tuple, int] = {}
    ended: dict[tuple, int] = {}
    fired: list[tuple] = []
    for act, n, ladder, wait_s in acts:
        key = (f"m{n}", "cjtf", ladder)
        if act in ("start", "again"):
            if key not in ended:
                since.setdefault(key, now)
            running.start(Matter(*key, since.get(key, now)))
        elif act == "end":
            running.end(*key, now)
            ended.setdefault(key, now)
        elif act == "restart":
            running = timers()
            for k, at in since.items():
                running.start(Matter(*k, at))
            for k, at in ended.items():
                running.end(*k, at)
            for slot in fired:
                running.took(*slot)
        else:
            now += wait_s * S
            while calls := running.take(now, 2):
                fired += [(*c.matter.key, c.rung.step) for c in calls]
    assert len(fired) == len(set(fired))
    for key, began in since.items():
        asked = {rung.step for rung in steps_due(ladder_of(key[2]), began, ended.get(key, now))}
        assert {step for *of, step in fired if tuple(of) == key} == asked


@pytest.mark.parametrize("count", [3000])
def test_three_thousand_at_one_moment_come_in_slices_and_none_is_lost(count):
    """A station that was off for an hour: everything overdue is called for, some at a time."""
    running = timers()
    for n in range(count):
        running.start(Matter(f"m{n}", "cjtf", "urgent", n % 7 * S))
    fired = []
    while calls := running.take(3_600 * S, 64):
        assert len(calls) <= 64
        fired += [(*c.matter.key, c.rung.step) for c in calls]
    assert len(fired) == len(set(fired)) == 4 * count


def test_an_outcome_is_told_of_what_ran_only():
    """An acknowledgement would end several ladders; the entry was on one."""
    running = timers()
    running.start(Matter("m", "cjtf", "urgent", 0))
    for ladder in DEFAULTS:
        running.end("m", "cjtf", ladder, 9)
    assert [name for name in DEFAULTS if running.ended_us("m", "cjtf", name) == 9] == ["urgent"]
