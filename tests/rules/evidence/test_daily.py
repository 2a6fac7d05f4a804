"""A monitor's day: nothing added across reporters, refused access told, changes explained, what came late and what is missing shown."""

from __future__ import annotations

from datetime import timedelta, timezone
from xml.etree import ElementTree

import msgspec
import pytest
from tests.rules.evidence.claims import said, us
from tests.rules.evidence.test_counts import bulletin

from detente.cli.times import asked_as_of
from detente.errors import Refused
from detente.geometry.volume import Circle, Point, Volume4D
from detente.records.agreements.verdict import AGREED, PublishedVerdict, Verdicts
from detente.records.body import Stated
from detente.records.evidence.assessment import Assessment
from detente.records.evidence.bulletin import BreakdownLine
from detente.records.evidence.count import Counted
from detente.records.evidence.report import Report
from detente.rules.agreements.readings.report_day import period_of, require_begun
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.report.daily import daily
from detente.rules.evidence.report.daily_words import blocks
from detente.rules.evidence.report.day import figure
from detente.rules.evidence.report.document import html, markdown, pictures

ZONE = timezone(timedelta(hours=3))
DAY = period_of("2016-09-14", "+03:00")
NOON = us("2016-09-14T12:00:00+03:00")


def parts(**counts):
    return tuple(BreakdownLine(count=n, name=name) for name, n in sorted(counts.items()))


def counted(entry, at, body):
    return entry, us(f"2016-09-{at}:00+03:00"), body


def day_of(count, day, **by_region):
    """One reporter's 24 hours that end at 09:00 on a day."""
    made = bulletin(count, f"{day - 1}T09:00", f"{day}T09:00")
    return msgspec.structs.replace(made, parts=parts(**by_region), split_by="province" if by_region else "")


def place(lat=35):
    return Volume4D(
        end_us=NOON,
        error_mm=2_000_000,
        outline=Circle(centre=Point(lat * 10**9, 37 * 10**9), radius_mm=1000),
        start_us=NOON,
    )


def held(bulletins=(), claims=(), supersedes=None, **more):
    recorded = {e: at for e, at, _ in bulletins} | {s.id: s.at_us for s in claims}
    recorded |= {kept[0]: kept[1] for items in more.values() for kept in items}
    return OnRecord(
        bulletins=tuple(bulletins), claims=tuple(claims), recorded=recorded, supersedes=supersedes or {}, **more
    )


def text_of(held_, period=DAY):
    return markdown(blocks(daily(held_, period), held_, ZONE, "un", virtual=False))


TWO_DAYS = (
    counted("a", "13T10:00", day_of(30, 13, Aleppo=28, Latakia=2)),
    counted("b", "14T10:00", day_of(42, 14, Aleppo=42)),
)


def test_each_region_is_compared_with_the_day_before():
    (found,) = daily(held(TWO_DAYS), DAY).figures
    assert [(line.name, line.now, line.before) for line in found.lines] == [("Aleppo", 42, 28), ("Latakia", 0, 2)]
    assert "The period before: 30 (+12)." in text_of(held(TWO_DAYS))


def test_windows_of_different_length_are_not_like_with_like():
    short = msgspec.structs.replace(
        day_of(2, 13),
        window=Stated(
            earliest_us=us("2016-09-12T19:00:00+03:00"),
            latest_us=us("2016-09-13T09:00:00+03:00"),
            text="start",
            zone="",
        ),
    )
    assert "Not like with like: 24 h are counted now, 14 h before." in text_of(
        held((counted("a", "13T10:00", short), TWO_DAYS[1]))
    )


def test_reporters_are_never_added():
    other = counted("c", "14T11:00", msgspec.structs.replace(day_of(44, 14), who="military sources"))
    found = daily(held((*TWO_DAYS, other)), DAY)
    assert [(f.who, f.now.best) for f in found.figures] == [("military sources", 44), ("Russian centre", 42)]
    assert "86" not in text_of(held((*TWO_DAYS, other)))


def test_without_a_count_of_the_day_before_nothing_is_compared_and_the_last_one_is_named():
    words = text_of(held((counted("a", "12T10:00", day_of(30, 12)), TWO_DAYS[1])))
    assert "Not compared: no count of the period before is held; the last held is 30" in words


def test_a_reporter_that_falls_silent_is_a_gap():
    assert daily(held(TWO_DAYS[:1]), DAY).silent == ("Russian centre: violations (armed groups only)",)


def test_access_refused_to_monitors_is_a_result():
    report = Report(
        chain=(),
        event_class="",
        language="en",
        means="seen",
        origin="",
        party=None,
        passages=(),
        place=place(),
        published=None,
        result="access-refused",
        source="",
        tag="ILL",
        title="",
        who="patrol 3",
        words="Turned back at the last post",
    )
    found = held(reports=(("r", NOON, report),))
    assert "access refused: Turned back at the last post (patrol 3; r)" in text_of(found)
    assert [m.kind for m in daily(found, DAY).marks] == ["access-refused"]
    assert "No report of access refused" in text_of(held())


def test_changes_say_what_they_were_and_why():
    corrected = counted("b2", "14T12:00", msgspec.structs.replace(day_of(41, 14), says="One was counted twice."))
    grades = tuple(
        (
            entry,
            at,
            Assessment(
                about=None,
                assessor="desk",
                basis=(),
                credibility=None,
                reason=why,
                reliability=grade,
                source="SDF",
                topic="",
            ),
        )
        for entry, at, grade, why in (("g1", NOON - 9, "B", "so far"), ("g2", NOON, "D", "An ally said otherwise."))
    )
    verdict = PublishedVerdict(
        answer="kept",
        changes_until_us=None,
        evidence=(),
        instance="",
        party="syr",
        reading=AGREED,
        settled=False,
        term="k8",
        was="breached",
        words="An acknowledgement came late and was timely.",
    )
    batch = Verdicts(
        about="0" * 64,
        as_of_us=NOON,
        revises="1" * 64,
        ruleset="r",
        size=9,
        trigger="2" * 64,
        verdicts=(verdict,),
        words="",
    )
    words = text_of(
        held(
            (*TWO_DAYS, corrected),
            (said("SOHR", "retracts", "raid", NOON, says="A mistake."),),
            {"b2": "b"},
            assessments=grades,
            verdicts=(("v", NOON, batch),),
        )
    )
    assert "42 became 41. Why: One was counted twice." in words
    assert "grade of SDF by desk: B- became D-. Why: An ally said otherwise." in words
    assert "SOHR on raid: said became taken back. Why: A mistake." in words
    assert "term k8 syr: breached became kept. Why: An acknowledgement came late and was timely." in words


def test_what_came_late_is_told_apart_from_the_day():
    early = Stated(
        earliest_us=us("2016-09-12T10:00:00+03:00"),
        latest_us=us("2016-09-12T11:00:00+03:00"),
        text="12 September",
        zone="",
    )
    late = said("SOHR", "asserts", "raid", NOON, event_class="attack", at_stated=early, says="A raid on the 12th")
    found = daily(held(claims=(late,)), DAY)
    assert [x.words for x in found.late] == ["A raid on the 12th"]
    assert found.marks == ()


def test_a_day_is_the_same_whenever_its_report_is_made():
    after = counted("z", "15T10:00", msgspec.structs.replace(day_of(40, 14), says="Corrected later."))
    assert daily(held((*TWO_DAYS, after), (), {"z": "b"}), DAY) == daily(held(TWO_DAYS), DAY)


def test_figures_on_one_matter_stand_side_by_side():
    def deaths(who, count):
        return said(
            who, "asserts", "deaths", NOON, count=Counted(best=count, high=count, low=count, unit="civilian deaths")
        )

    found = daily(held(claims=(deaths("AP", 3), deaths("SOHR", 6))), DAY)
    assert [(c.differ, [t.who for t in c.told]) for c in found.casualties] == [(True, ["AP", "SOHR"])]
    assert "9" not in "".join(
        line for line in text_of(held(claims=(deaths("AP", 3), deaths("SOHR", 6)))).split("\n") if "deaths" in line
    )


def test_a_day_of_summer_time_has_23_hours_and_a_cut_moves_both_ends():
    march = period_of("2016-03-25", "Asia/Damascus")
    assert (march.end_us - march.start_us) // 3_600_000_000 == 23
    cut = period_of("2016-09-14", "+03:00", "19:30")
    assert (cut.start_us, cut.end_us) == (us("2016-09-13T19:30:00+03:00"), us("2016-09-14T19:30:00+03:00"))


def test_pictures_are_whole_xml_and_the_page_fetches_nothing():
    """Each kind has a shape of its own; numbers are those of the list."""
    seen = said("A & B <x>", "observes", "raid", NOON, event_class="attack", place=place(), says="A raid")
    also = said("C", "observes", "raid-2", NOON, event_class="attack", place=place(36), says="Another")
    found = held(TWO_DAYS, (seen, also))
    made = blocks(daily(found, DAY), found, ZONE, "un", virtual=True)
    drawn = pictures(made)
    assert set(drawn) == {"map.svg", "timeline.svg"}
    for svg in drawn.values():
        ElementTree.fromstring(svg)
    page = html("Day", made)
    assert "A REPLAY" in page
    assert "A &amp; B &lt;x&gt;" in page
    assert not any(word in page for word in ("src=", "href=", "<script", "url("))


def test_bands_are_written_as_they_are():
    band = [
        Counted(best=None, high=31, low=23, unit=""),
        Counted(best=None, high=None, low=301, unit=""),
        Counted(best=6, high=6, low=6, unit=""),
    ]
    assert [figure(b) for b in band] == ["23 to 31", "over 300", "6"]


WHOLE_DAY = counted("whole", "15T08:00", bulletin(42, "14T00:00", "15T00:00"))
NEXT_NOON = us("2016-09-15T12:00:00+03:00")


def test_a_count_of_the_whole_day_that_comes_the_next_morning_is_counted_in_its_day_and_marked():
    """It always comes after its day: so it must not be told as late alone, under a table that says that no count is held."""
    found = daily(held((WHOLE_DAY,)), DAY, NEXT_NOON)
    ((one,), (came,)) = found.figures, found.after
    assert (one.now.best, one.late, found.over) == (42, True, True)
    assert (came.entry, came.recorded_us) == ("whole", us("2016-09-15T08:00:00+03:00"))
    words = markdown(blocks(found, held((WHOLE_DAY,)), ZONE, "un", virtual=False))
    assert "had been recorded by 15 Sep 12:00" in words
    assert "Recorded after the period." in words and "Recorded after this period, about it" in words
    assert daily(held((WHOLE_DAY,)), DAY, DAY.end_us).figures == ()


def test_a_correction_after_the_day_is_of_the_day_and_explained():
    corrected = counted("z", "15T10:00", msgspec.structs.replace(day_of(40, 14), says="Corrected later."))
    found = daily(held((*TWO_DAYS, corrected), (), {"z": "b"}), DAY, NEXT_NOON)
    assert [f.now.best for f in found.figures] == [40]
    assert [(c.was, c.now, c.why) for c in found.changes] == [("42", "40", "Corrected later.")]


def test_a_report_of_a_day_that_is_not_over_says_so_first():
    """Made at 22:34 of a day to 24:00: what is missing may still come."""
    evening = us("2016-09-14T22:34:00+03:00")
    found = daily(held(TWO_DAYS), DAY, evening)
    assert (found.over, found.recorded_us) == (False, evening)
    words = markdown(blocks(found, held(TWO_DAYS), ZONE, "un", virtual=False))
    assert words.index("THIS DAY IS NOT OVER: it ends 15 Sep 00:00") < words.index("Counts by reporter")
    assert "NOT OVER" not in text_of(held(TWO_DAYS))


def test_a_day_that_has_not_begun_and_a_time_to_come_are_refused():
    """A time to come that is not counted from now is refused by the station: tests/station/test_evidence_answers.py."""
    with pytest.raises(Refused, match="has not begun by then"):
        require_begun(DAY, DAY.start_us)
    with pytest.raises(Refused, match="has not come yet"):
        asked_as_of("+2h", "--recorded-by")
    require_begun(DAY, NEXT_NOON)


@pytest.mark.parametrize("date", ["2016-13-01", "17.9.2016", "0001-01-01", "9999-12-31", ""])
def test_what_is_no_day_that_can_be_reported_on_is_refused(date):
    with pytest.raises(Refused, match="must be a day"):
        period_of(date, "+03:00")
