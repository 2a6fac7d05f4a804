"""Seven days, counted in four ways from the same events."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.agreements.readings.table import GOOD, PLAIN, events, term, us

from detente.cli.agreements.simulate import read_subject
from detente.errors import Refused
from detente.geometry.durations import DAY_US
from detente.rules.agreements.readings.board import board
from detente.rules.agreements.readings.counting import read_counting
from detente.rules.agreements.readings.events import TimedEvent, read_events
from detente.rules.agreements.readings.simulate import simulate

HOUR_US = DAY_US // 24
CASE = Path(__file__).parents[4] / "docs/examples/seven-days-2016.yaml"


def counts(log: str, now: str, **changes: Any) -> list[float]:
    """Days, days, hours, qualifying days."""
    found = board(term(**changes), events(log), us(now))
    return [c.count / HOUR_US if c.kind == "elapsed" else c.count for c in found.counts]


def test_19_september_2016_at_1600z():
    """The eighth day; 168 hours; no qualifying day. From the events of the case, each with who counts so."""
    case, log = read_subject(str(CASE), None)
    found = board(case, log, us("19 19:00"))
    assert [
        (c.way, c.count, tuple(use.party for use in way.used_by))
        for c, way in zip(found.counts, case.ways, strict=True)
    ] == [("R1", 8, ("ru",)), ("R2", 168 * HOUR_US, ("sy",)), ("R3", 0, ("us",))]
    assert us("19 00:00") == found.of("R1").reached_us
    assert us("19 19:00") == found.of("R2").reached_us
    assert found.of("R3").reached_us is None
    assert found.of("R3").most == 0  # nor would it be more if the sponsors had been satisfied


def test_what_moved_each_counter():
    """The start moved all; then the calendar, the clock, and for qualifying days the events of each day."""
    case, log = read_subject(str(CASE), None)
    found = board(case, log, us("19 19:00"))
    assert found.of("R1").moves[0].events == ("e01",)
    assert ["start", *["day begins"] * 7, "reached"] == [move.why for move in found.of("R1").moves]
    assert [move.events for move in found.of("R2").moves] == [("e01",), ()]
    assert {"does not qualify", "start"} == {move.why for move in found.of("R3").moves}
    assert [move.events for move in found.of("R3").moves[1:8]] == [
        (),
        ("e03",),
        ("e04",),
        ("e05",),
        ("e07",),
        ("e08",),
        ("e09",),
    ]


def test_three_ends_stand_beside_each_other():
    """20:59Z on the 18th, 16:00Z on the 19th, and none; each under its announcer, with what the counters read then."""
    case, log = read_subject(str(CASE), None)
    found = board(case, log, us("19 19:00"))
    assert {
        ("sy", us("18 23:59"), False),
        ("unnamed military source", us("19 19:00"), True),
        ("us", None, True),
        ("sy", us("19 19:00"), True),
    } == {(end.by, end.ends_us, end.standing) for end in found.ends}
    army = next(one for one in found.at_ends if one.end.event == "e02")
    assert [c.count for c in army.counts] == [7, 148 * HOUR_US + 59 * 60_000_000, 0]


@pytest.mark.parametrize(
    ("log", "now", "expected"),
    [
        ("", "19 19:00", [0, 0, 0, 0]),
        ("12 19:00 start", "12 18:59", [0, 0, 0, 0]),
        ("12 19:00 start", "12 19:00", [1, 0, 0, 0]),
        ("12 19:00 start", "13 00:00", [2, 1, 5, 0]),
        ("12 00:00 start", "19 00:00", [8, 7, 168, 0]),
        (GOOD, "13 12:00", [2, 1, 17, 0]),  # the 12th: aid did not pass from the start of the truce
        (GOOD, "14 00:00", [3, 2, 29, 1]),
        (GOOD, "20 00:00", [9, 8, 173, 7]),
        (GOOD + "15 10:00 attack", "16 00:00", [5, 4, 77, 0]),
        (GOOD + "15 10:00 attack", "17 00:00", [6, 5, 101, 1]),
        (GOOD + "15 10:00 attack", "15 10:00", [4, 3, 63, 0]),  # known before the day is over
        (GOOD + "15 10:00 closed\n15 11:00 opened", "17 00:00", [6, 5, 101, 1]),
        (GOOD + "15 10:00 word us no", "17 00:00", [6, 5, 101, 0]),
        (GOOD + "15 10:00 word us no\n15 23:00 word us yes", "17 00:00", [6, 5, 101, 4]),
        (GOOD + "15 10:00 reset us", "17 00:00", [6, 5, 101, 4]),  # one sponsor alone resets nothing
        (GOOD + "15 10:00 reset us\n16 10:00 reset ru", "18 00:00", [3, 2, 38, 2]),
        (GOOD + "15 10:00 reset us\n16 10:00 reset ru\n17 10:00 reset us", "18 00:00", [3, 2, 38, 2]),
        (GOOD + "11 10:00 reset us\n16 10:00 reset ru", "18 00:00", [7, 6, 125, 5]),  # said before there was a count
    ],
)
def test_counts(log: str, now: str, expected: list[float]):
    """Calendar days with the first, without it; hours; qualifying days in a row."""
    assert expected == counts(log, now)


def test_days_in_all_go_on_after_a_bad_one():
    """`in_a_row: false` only leaves the bad day out."""
    ways = [{**PLAIN["ways"][3], "in_a_row": False}]
    assert counts(GOOD + "15 10:00 attack", "17 00:00", ways=ways) == [3]


def test_a_clock_that_stands_outside_the_power_to_reset():
    """The army's own calm was nobody's to reset but its own."""
    ways = [{**PLAIN["ways"][2], "resets": False}]
    assert counts(GOOD + "15 10:00 reset us\n16 10:00 reset ru", "18 00:00", ways=ways) == [125]


def test_what_is_not_known_counts_at_most():
    """Both sponsors silent: no day is known to qualify, and each may."""
    found = board(term(), events("12 19:00 start\n12 19:00 opened"), us("15 00:00")).of("R3")
    assert (found.count, found.most) == (0, 3)
    assert [row.answer for row in found.days[:3]] == ["unknown"] * 3


def test_an_attack_that_may_have_been_before_or_after_midnight():
    """A band over the edge of two days leaves both unknown."""
    band = TimedEvent(at_us=us("14 23:00"), id="x", latest_us=us("15 01:00"), name="attack", told_us=us("15 01:00"))
    found = board(term(), [*events(GOOD), band], us("17 00:00")).of("R3")
    assert [row.answer for row in found.days if row.day in ("2016-09-14", "2016-09-15")] == ["unknown", "unknown"]
    assert (found.count, found.most) == (1, 4)


def test_an_event_of_every_day_and_a_word_for_a_time():
    """`present` asks each day anew; a word with `until` lapses, and then silence is what the term says."""
    conditions = [
        {"kind": "present", "id": "convoy", "words": "a convoy", "of": [{"event": "convoy"}], "silence": "no"},
        {**PLAIN["conditions"][2], "parties": ["us"]},
    ]
    ways = [{**PLAIN["ways"][3], "needs": ["convoy", "sponsors"]}]
    log = events("12 19:00 start\n12 20:00 convoy\n13 10:00 convoy\n14 10:00 convoy\n12 20:00 word us yes")
    log[-1] = msgspec.structs.replace(log[-1], fields={"satisfied": True, "until": "2016-09-14T12:00:00Z"})
    found = board(term(conditions=conditions, ways=ways), log, us("16 00:00")).counts[0]
    assert [row.answer for row in found.days[:4]] == ["yes", "yes", "unknown", "no"]


def test_days_of_23_and_25_hours():
    """Damascus, spring and autumn 2016: calendar days follow the clocks, elapsed hours do not."""
    spring = board(term(), events("2016-03-24 12:00 start"), us("2016-03-31 12:00"))
    assert (spring.of("R1").count, spring.of("R2").count / HOUR_US) == (8, 167)
    assert spring.of("R2").state == "running"
    autumn = board(term(), events("2016-10-27 12:00 start"), us("2016-11-03 12:00"))
    assert (autumn.of("R1").count, autumn.of("R2").count / HOUR_US) == (8, 169)
    assert autumn.of("R2").reached_us == us("2016-11-03 11:00")


def test_two_who_count_an_hour_apart():
    """1 April 2024: one moment, already the next day in Jerusalem and not yet in Gaza."""
    log = events("2024-04-01 20:00 start", "UTC")
    now = us("2024-04-01 21:30", "UTC")
    assert [board(term(zone=z), log, now).of("R1").count for z in ("Asia/Jerusalem", "Asia/Gaza")] == [2, 1]


def test_another_moment_for_the_start_stands_beside_the_first():
    """Two accounts of when it began: the count is from the first, and the other is shown."""
    found = board(term(), events("12 19:00 start\n13 06:00 start"), us("14 12:00"))
    assert [found.of("R1").count] == [3]
    assert [(us("13 06:00"), [2, 1])] == [
        (base.at_us, [c.count for c in other][:2]) for base, other in found.other_starts
    ]


def test_a_late_report_changes_what_rests_on_it():
    """What was shown at the time can be shown again: the report of the 14th came on the 17th."""
    log = events(GOOD + "14 10:00 attack")
    log[-1] = msgspec.structs.replace(log[-1], told_us=us("17 09:00"))
    asked = us("17 00:00")
    assert board(term(), log, asked, known_at_us=asked).of("R3").count == 4
    assert board(term(), log, asked, known_at_us=us("17 09:00")).of("R3").count == 2


NAMES = ["start", "attack", "opened", "closed", "word us yes", "word ru yes", "word us no", "reset us", "reset ru"]
LOGS = st.lists(st.tuples(st.integers(12, 22), st.integers(0, 23), st.sampled_from(NAMES)), max_size=14).map(
    lambda rows: events("\n".join(f"{d} {h:02}:00 {name}" for d, h, name in rows))
)


@settings(max_examples=60, deadline=None)
@given(LOGS, st.integers(0, 10**6), st.integers(12, 24))
def test_any_order_of_arrival_gives_the_same_board(log: list[TimedEvent], seed: int, day: int):
    """Shuffled, and with some told twice."""
    mixed = [*log, *log[: len(log) // 2]]
    random.Random(seed).shuffle(mixed)
    now = us(f"{day} 12:00")
    assert board(term(), log, now) == board(term(), mixed, now)


@settings(max_examples=60, deadline=None)
@given(LOGS, LOGS, st.integers(12, 24))
def test_a_late_start_or_event_never_takes_a_calendar_day_away(log: list[TimedEvent], late: list[TimedEvent], day: int):
    """Late events other than resets: the calendar count stays, or grows if the start proves earlier; so do the hours."""
    kept = [e for e in log if e.name != "reset"]
    more = [msgspec.structs.replace(e, id=f"late.{e.id}") for e in late if e.name != "reset"]
    now = us(f"{day} 12:00")
    before, after = board(term(), kept, now), board(term(), [*kept, *more], now)
    for way in ("R1", "R1b", "R2"):
        assert after.of(way).count >= before.of(way).count


@settings(max_examples=60, deadline=None)
@given(LOGS, st.integers(12, 23), st.integers(12, 23))
def test_a_late_attack_never_adds_a_qualifying_day(log: list[TimedEvent], day: int, attacked: int):
    """And the sure count never exceeds what could be at most."""
    now = us(f"{day} 12:00")
    late = TimedEvent(
        at_us=us(f"{attacked} 11:00"), id="late", latest_us=us(f"{attacked} 11:00"), name="attack", told_us=now
    )
    before, after = board(term(), log, now).of("R3"), board(term(), [*log, late], now).of("R3")
    assert after.count <= before.count <= before.most
    assert after.most <= before.most


@settings(max_examples=40, deadline=None)
@given(LOGS, st.integers(12, 20))
def test_a_forecast_is_what_the_board_reads_then(log: list[TimedEvent], day: int):
    """If nothing more happens, the counter is full at the forecast moment and not a microsecond before."""
    now = us(f"{day} 12:00")
    past = [e for e in log if e.at_us <= now]
    found = simulate(term(), past, now)
    for forecast in found.forecasts:
        if forecast.opens_us is not None and forecast.opens_us > now:
            assert board(term(), past, forecast.opens_us).of(forecast.way).state == "reached"
            assert board(term(), past, forecast.opens_us - 1).of(forecast.way).state == "running"
        if forecast.opens_us is None and past:
            assert board(term(), past, now + 40 * DAY_US).of(forecast.way).state != "reached"


# --- what it would take


def test_what_it_would_take():
    """On the 19th, by the third reading: calm, access, and both sponsors; not before the 27th."""
    case, log = read_subject(str(CASE), None)
    found = simulate(case, log, us("19 19:00"))
    assert [us("19 00:00"), us("19 19:00"), None] == [forecast.opens_us for forecast in found.forecasts]
    assert us("27 00:00") == found.takes[2].opens_us
    assert [(step.condition, step.does, step.parties) for step in found.takes[2].steps] == [
        ("calm", "keep", ()),
        ("aid", "once", ()),
        ("sponsors", "say", ("ru",)),
        ("sponsors", "say", ("us",)),
    ]


def test_what_is_so_already_need_not_be_done():
    """Access stands and one is satisfied: only the other's word is wanting."""
    log = events("12 19:00 start\n12 19:00 opened\n12 20:00 word us yes")
    found = simulate(term(), log, us("13 12:00")).takes[3]
    assert [(step.condition, step.parties) for step in found.steps] == [("calm", ()), ("sponsors", ("ru",))]
    assert us("20 00:00") == found.opens_us


def test_what_is_supposed_to_happen_is_counted_too():
    """If it opens on the 15th and both are satisfied, the seventh day ends on the 22nd; one attack more, and it is later."""
    log = events("12 19:00 start")
    more = [
        msgspec.structs.replace(e, id=f"if.{e.id}")
        for e in events("15 10:00 opened\n15 11:00 word us yes\n15 11:00 word ru yes")
    ]
    opens = [f.opens_us for f in simulate(term(), log, us("13 12:00"), more).forecasts]
    assert us("23 00:00") == opens[3]
    attack = msgspec.structs.replace(events("17 10:00 attack")[0], id="if.x")
    assert us("25 00:00") == simulate(term(), log, us("13 12:00"), [*more, attack]).forecasts[3].opens_us


# --- refusals


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zone": "local"}, "term.zone"),
        ({"zone": ""}, "term.zone"),
        ({"calendar": "julian"}, "term.calendar"),
        ({"days": 0}, "term.days"),
        ({"days": "7"}, "term.days"),
        ({"day_starts_s": 86_400}, "term.day_starts_s"),
        ({"ways": []}, "term.ways"),
        ({"ways": [PLAIN["ways"][0], PLAIN["ways"][0]]}, "term.ways[1].id"),
        ({"ways": [{**PLAIN["ways"][3], "needs": []}]}, "term.ways[0].needs"),
        ({"ways": [{**PLAIN["ways"][3], "needs": ["peace"]}]}, "term.ways[0].needs"),
        ({"ways": [{**PLAIN["ways"][0], "needs": ["calm"]}]}, "term.ways[0].needs"),
        ({"ways": [{**PLAIN["ways"][0], "kind": "working"}]}, "term.ways[0].kind"),
        (
            {"conditions": [{**PLAIN["conditions"][0], "at_most": -1}], "ways": PLAIN["ways"][:1]},
            "term.conditions[0].at_most",
        ),
        (
            {"conditions": [{**PLAIN["conditions"][2], "parties": []}], "ways": PLAIN["ways"][:1]},
            "term.conditions[0].parties",
        ),
        ({"conditions": [{"kind": "enduring", "id": "x"}]}, "term.conditions[0].kind"),
        ({"resets": {"event": "reset", "parties": ["us"], "together": True}}, "term.resets.parties"),
        ({"starts": {}}, "term.starts"),
        ({"deadline": "soon"}, "term"),
    ],
)
def test_a_term_that_cannot_be_counted_is_refused(changes: dict[str, Any], field: str):
    """With the field; a term is never half read."""
    with pytest.raises(Refused) as refused:
        read_counting({**PLAIN, **changes})
    assert field in {found.field for found in refused.value.problems}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"event":"x"}', "line 2.t"),
        (b'{"event":"x","t":"2016-09-12T16:00:00"}', "line 2.t"),
        (b'{"t":"2016-09-12T16:00:00Z"}', "line 2.event"),
        (b'{"event":"x","t":"2016-09-12T16:00:00Z","latest":"2016-09-12T15:00:00Z"}', "line 2.latest"),
        (b'{"event":"x","t":"2016-09-12T16:00:00Z","ends":"soon"}', "line 2.ends"),
        (b'{"event":"x","t":"2016-09-12T16:00:00Z","who":["a"]}', "line 2.who"),
        (b'{"event":"x","t":true}', "line 2.t"),
        (b"[]", "line 2"),
        (b'{"event":"x","id":"line 1","t":"2016-09-12T16:00:00Z"}', "id"),
    ],
)
def test_a_log_is_taken_whole_or_not_at_all(line: bytes, field: str):
    """Every line at fault is named."""
    with pytest.raises(Refused) as refused:
        read_events([b'{"event":"start","t":"2016-09-12T15:00:00Z"}', line])
    assert [field] == [found.field for found in refused.value.problems]
