"""Zones, days, calendars and stated times: what is plain is one instant, what is not is shown, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import Refused
from detente.geometry.durations import DAY_US
from detente.geometry.zones import local, us_of, zone
from detente.rules.agreements.readings.calendars import CALENDARS, in_all, read_date, write_date
from detente.rules.agreements.readings.days import Days
from detente.rules.agreements.readings.stated import StatedTime, meanings, one_moment

HOUR_US = DAY_US // 24
DAMASCUS = "Asia/Damascus"


def utc(text: str) -> int:
    return us_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("place", "day", "hours", "begins"),
    [
        (DAMASCUS, "2016-09-12", 24, "2016-09-11T21:00"),
        (DAMASCUS, "2016-03-25", 23, "2016-03-24T22:00"),  # midnight never stands on the clock
        (DAMASCUS, "2016-10-27", 25, "2016-10-26T21:00"),  # at its end the clocks go back from midnight to 23:00
        ("Europe/Berlin", "2016-03-27", 23, "2016-03-26T23:00"),
        ("America/Havana", "2016-11-06", 25, "2016-11-06T04:00"),  # midnight stands twice; the first begins the day
        ("Asia/Gaza", "2024-04-01", 24, "2024-03-31T22:00"),
        ("Asia/Jerusalem", "2024-04-01", 24, "2024-03-31T21:00"),
        ("Pacific/Apia", "2011-12-30", 0, "2011-12-30T10:00"),  # left out
        ("Australia/Lord_Howe", "2016-10-02", 23.5, "2016-10-01T13:30"),
    ],
)
def test_when_a_day_begins_and_how_long_it_is(place: str, day: str, hours: float, begins: str):
    """A day begins with the first midnight on the clocks, or with the change that skips it."""
    days, one = Days(place), date.fromisoformat(day)
    assert (utc(begins), hours * HOUR_US) == (days.start(one), days.length_us(one))


def test_gaza_and_israel_stood_an_hour_apart_on_1_april_2024():
    """One instant, two clock times: 22:43 in Gaza was 23:43 across the fence."""
    at = utc("2024-04-01T20:43")
    assert tuple(f"{local(at, zone(name)):%H:%M}" for name in ("Asia/Gaza", "Asia/Jerusalem")) == ("22:43", "23:43")


@settings(max_examples=120, deadline=None)
@given(
    at=st.datetimes(datetime(1985, 1, 1), datetime(2040, 1, 1)),
    place=st.sampled_from([DAMASCUS, "Asia/Gaza", "America/St_Johns", "Pacific/Apia", "America/Havana", "Asia/Tehran"]),
    starts_s=st.sampled_from([0, 6 * 3600]),
)
def test_every_instant_lies_in_exactly_one_day(at: datetime, place: str, starts_s: int):
    """Days follow one another without gap or overlap, whatever the clocks do."""
    days, at_us = Days(place, starts_s), us_of(at.replace(tzinfo=UTC))
    day = days.of(at_us)
    assert days.start(day) <= at_us < days.end(day)
    assert days.of(at_us + 1) >= day
    later = days.after(day, 9)
    assert days.apart(day, later) == 9
    assert days.apart(later, day) == -9
    assert later == days.of(days.start(later))


def test_a_date_left_out_is_no_day():
    """In Apia the day after 29 December 2011 was the 31st."""
    days = Days("Pacific/Apia")
    assert date(2011, 12, 31) == days.after(date(2011, 12, 29), 1)
    assert days.apart(date(2011, 12, 29), date(2011, 12, 31)) == 1


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "Asia/../Asia/Damascus", "+3", "+25:00", "zone.tab"]
)
def test_a_zone_that_is_none_is_refused(name: str):
    """Neither a guess nor a path of the machine."""
    with pytest.raises(Refused, match="IANA zone"):
        zone(name)


# --- calendars


def test_the_truce_day_in_three_calendars():
    """By the tables 12 September 2016 was the 11th of the month of pilgrimage; the feast of the 10th was kept that day, by the moon."""
    assert [dated.words() for dated in in_all(date(2016, 9, 12))] == [
        "12 September 2016",
        "11 Dhu al-Hijja 1437 AH",
        "22 Shahrivar 1395 SH",
    ]


@settings(max_examples=120, deadline=None)
@given(st.dates(date(1925, 1, 1), date(2070, 1, 1)), st.sampled_from(CALENDARS))
def test_a_date_survives_its_calendar(day: date, calendar: str):
    """There and back is the same civil day."""
    there = write_date(day, calendar)  # type: ignore[arg-type]
    assert day == read_date(f"{there.year:04}-{there.month:02}-{there.day:02}", calendar)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("2016-02-30", "gregorian"),
        ("1437-11-30", "hijri"),  # a month of 29 days
        ("1396-12-30", "solar-hijri"),  # no leap year
        ("2016-09-12", "hijri"),  # beyond the tables: the wrong calendar
        ("12.09.2016", "gregorian"),
        ("1437-13-01", "hijri"),
    ],
)
def test_a_date_that_is_none_is_refused(text: str, calendar: str):
    """With its field; never the day after."""
    with pytest.raises(Refused) as refused:
        read_date(text, calendar, "begins.date")  # type: ignore[arg-type]
    assert refused.value.problems[0].field == "begins.date"


def test_a_day_beyond_the_tables_is_left_out():
    """The Islamic tables end in 2077; the other two go on."""
    assert [dated.calendar for dated in in_all(date(2090, 1, 1))] == ["gregorian", "solar-hijri"]


# --- stated times


def stated(day: str, time: str, **more: str) -> StatedTime:
    return StatedTime(**{"calendar": "gregorian", "date": day, "time": time, "zone": DAMASCUS, **more})  # type: ignore[arg-type]


def test_midnight_on_the_27th_must_say_which():
    """February 2016: one outlet took the Thursday, another the Friday. Both are shown, neither is taken."""
    both = stated("2016-02-27", "midnight")
    assert [utc("2016-02-26T22:00"), utc("2016-02-27T22:00")] == [m.at_us for m in meanings(both)]
    with pytest.raises(Refused, match="2016-02-26 22:00:00Z if the day starts with it; 2016-02-27 22:00:00Z"):
        one_moment(both)
    assert utc("2016-02-26T22:00") == one_moment(stated("2016-02-27", "midnight", midnight="start"))
    assert utc("2016-02-27T22:00") == one_moment(stated("2016-02-27", "midnight", midnight="end"))


def test_one_moment_in_three_calendars():
    """One document may give its dates in all three; they meet."""
    given_ = [
        stated("2016-09-12", "19:00"),
        stated("1437-12-11", "19:00", calendar="hijri"),
        stated("1395-06-22", "20:30", calendar="solar-hijri", zone="Asia/Tehran"),
    ]
    assert {utc("2016-09-12T16:00")} == set(map(one_moment, given_))


def test_a_time_that_the_clocks_show_twice():
    """23:30 on 27 October 2016 came twice in Damascus; it must be said which."""
    twice = stated("2016-10-27", "23:30")
    assert [utc("2016-10-27T20:30"), utc("2016-10-27T21:30")] == [m.at_us for m in meanings(twice)]
    with pytest.raises(Refused, match="Say occurrence: first, or second"):
        one_moment(twice)
    assert utc("2016-10-27T21:30") == one_moment(stated("2016-10-27", "23:30", occurrence="second"))


def test_a_time_that_the_clocks_never_show():
    """00:30 on 25 March 2016 never stood on a clock in Damascus. The day itself has a start all the same."""
    with pytest.raises(Refused, match="never show it: they go forward over it, to 01:00"):
        one_moment(stated("2016-03-25", "00:30"))
    assert utc("2016-03-24T22:00") == one_moment(stated("2016-03-25", "midnight", midnight="start"))


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"time": "4 pm"}, "t.time"),
        ({"time": "25:00"}, "t.time"),
        ({"time": "16:00Z"}, "t.time"),
        ({"time": "16:00", "midnight": "start"}, "t.midnight"),
        ({"zone": "local"}, "t.zone"),
        ({"date": "2016-09-31"}, "t.date"),
    ],
)
def test_a_stated_time_that_is_none_is_refused(bad: dict[str, str], field: str):
    """With the field to mend."""
    with pytest.raises(Refused) as refused:
        meanings(stated(**{"day": bad.pop("date", "2016-09-19"), "time": "16:00", **bad}), "t")  # type: ignore[arg-type]
    assert field == refused.value.problems[0].field


def test_the_end_of_a_day_as_people_write_it():
    """24:00 is the start of the next; the army's "calm" ended at 23:59 on the 18th, 20:59 UTC."""
    assert utc("2016-09-18T21:00") == one_moment(stated("2016-09-18", "24:00"))
    assert utc("2016-09-18T20:59") == one_moment(stated("2016-09-18", "23:59"))
    assert timedelta(hours=12) == timedelta(
        microseconds=one_moment(stated("2016-09-18", "noon")) - utc("2016-09-17T21:00")
    )


def test_a_real_date_that_the_tables_lack_tells_how_to_enter_it():
    """30 Sha'ban 1445: the tables give the month 29 days, and where the moon was sighted a day later it had 30."""
    with pytest.raises(Refused) as refused:
        read_date("1445-08-30", "hijri")
    assert "give the Gregorian date" in refused.value.problems[0].next_step
    with pytest.raises(Refused) as refused:
        read_date("1445-08-31", "hijri")
    assert refused.value.problems[0].next_step == "Check day, month, year and the calendar."
