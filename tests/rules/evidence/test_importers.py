"""Event data sets become reports with their sources as chains; every bad row is named, and stops no other."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from tests.rules.evidence.claims import us

from detente.errors import Refused
from detente.records import registry
from detente.rules.evidence.datasets.acled import NEEDED as ACLED
from detente.rules.evidence.datasets.acled import read_acled
from detente.rules.evidence.datasets.page import page
from detente.rules.evidence.datasets.tallies import tally
from detente.rules.evidence.datasets.ucdp import NEEDED as UCDP
from detente.rules.evidence.datasets.ucdp import read_ucdp
from detente.rules.evidence.origins import support
from detente.rules.evidence.said import said

NAME = "ucdp-ged-syria-2016-2019.csv.gz"
BESIDE = [folder / "shared" / "data" / NAME for folder in Path(__file__).parents[4:6]]
EXTRACT = next((path for path in BESIDE if path.exists()), BESIDE[0])
"""Beside the project's folder, not in it."""
UCDP_ROW = {
    "id": "1.0",
    "type_of_violence": "1.0",
    "side_a": "Government of Syria",
    "side_b": "Syrian insurgents",
    "source_article": '"SOHR,2016-10-16,Shells, again";"Reuters News,2016-10-17,Five dead"',
    "source_original": "SOHR",
    "where_prec": "2.0",
    "where_coordinates": "Aleppo town",
    "adm_1": "Aleppo Governorate",
    "country": "Syria",
    "latitude": "36.2",
    "longitude": "37.15",
    "date_prec": "1.0",
    "date_start": "2016-10-16",
    "date_end": "2016-10-16",
    "low": "4.0",
    "best": "5.0",
    "high": "9.0",
}
ACLED_ROW = {
    "event_id_cnty": "SYR1",
    "event_date": "16 October 2016",
    "time_precision": "1",
    "event_type": "Explosions/Remote violence",
    "sub_event_type": "",
    "actor1": "A",
    "actor2": "B",
    "admin1": "Aleppo",
    "country": "Syria",
    "location": "Aleppo",
    "latitude": "36.2",
    "longitude": "37.15",
    "geo_precision": "1",
    "source": "SOHR; Airwars; SOHR",
    "notes": "Shells, again",
    "fatalities": "5",
}


def csv_of(*rows):
    def cell(text):
        return '"' + text.replace('"', '""') + '"'

    return "\n".join([",".join(rows[0]), *(",".join(map(cell, row.values())) for row in rows)])


def one(**changes):
    (event,) = read_ucdp(csv_of(UCDP_ROW | changes)).events
    return event


def test_two_articles_on_one_first_source_are_one_origin():
    """Reuters had it from SOHR: a relay."""
    event = one()
    assert event.origins == ("SOHR",)
    (claim,) = event.claims()
    assert claim.chain == ("Reuters News", "UCDP GED")
    (found,) = support([said("e", claim, 0)]).values()
    assert (found.independent, found.relays) == (1, ("Reuters News", "UCDP GED"))


def test_a_headline_keeps_its_commas():
    assert one().articles[0].headline == "Shells, again"


def test_precision_codes_are_errors_and_time_bands():
    assert [one(where_prec=code).error_mm for code in "123"] == [2_000_000, 25_000_000, 50_000_000]
    day = one()
    assert (day.start_us, day.end_us) == (us("2016-10-16T00:00:00+03:00"), us("2016-10-17T00:00:00+02:00"))
    week = one(date_prec="3")
    assert week.end_us - day.end_us == 6 * 86_400_000_000
    assert one(date_prec="2", date_end="2016-10-19").stated_day == "2016-10-16 to 2016-10-19"


def test_deaths_are_a_band():
    deaths = one().deaths
    assert (deaths.low, deaths.best, deaths.high, deaths.unit) == (4, 5, 9, "deaths")


def test_a_band_out_of_order_is_kept_without_a_best_and_said():
    made = read_ucdp(csv_of(UCDP_ROW | {"low": "177", "best": "142", "high": "177"}))
    deaths = made.events[0].deaths
    assert (deaths.low, deaths.best, deaths.high) == (142, None, 177)
    assert made.cautions[0].field == "row 2 (1).best"


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("SOHR, airwars", ("SOHR", "airwars")),
        ("SOHR and Airwars", ("SOHR", "Airwars")),
        ("sohr/SOHR", ("sohr",)),
        ("local sources", ("SOHR:unnamed",)),
        ("Military", ("SOHR:unnamed",)),
        ("Orient News", ("Orient News",)),
        ("", ("SOHR", "Reuters News")),
    ],
)
def test_first_sources_are_read_from_free_text(text, origins):
    """Names once whatever their spelling; those without a name are the outlet's unnamed ones; nobody named: the offices, assumed."""
    event = one(source_original=text)
    assert event.origins == origins
    assert event.assumed == (not text)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("latitude", "north"),
        ("latitude", "91"),
        ("longitude", ""),
        ("date_start", "16/10/2016"),
        ("date_end", "2016-10-15"),
        ("where_prec", "8"),
        ("date_prec", "1.5"),
        ("type_of_violence", "4"),
        ("best", "-1"),
        ("low", "nan"),
        ("id", ""),
    ],
)
def test_a_bad_row_is_named_by_row_and_column_and_the_others_are_read(column, value):
    made = read_ucdp(csv_of(UCDP_ROW | {column: value}, UCDP_ROW | {"id": "2"}))
    assert [event.event for event in made.events] == ["2"]
    assert {fault.field.rpartition(".")[2] for fault in made.refused} == {column}
    assert all(fault.field.startswith("row 2 (") and fault.next_step for fault in made.refused)


def test_every_fault_of_a_row_is_told_at_once():
    made = read_ucdp(csv_of(UCDP_ROW | {"latitude": "x", "best": "y"}))
    assert {fault.field for fault in made.refused} == {"row 2 (1).latitude", "row 2 (1).best"}


def test_a_row_with_a_cell_too_many_and_an_id_used_twice_are_refused():
    text = csv_of(UCDP_ROW, UCDP_ROW, UCDP_ROW | {"id": "3"}) + ",more"
    made = read_ucdp(text)
    assert [f.field.partition(".")[0] for f in made.refused] == ["row 3 (1)", "row 4 (3)"]


def test_another_file_is_refused_with_the_columns_it_lacks():
    with pytest.raises(Refused) as refused:
        read_ucdp(csv_of(ACLED_ROW))
    assert "where_prec" in refused.value.problems[0].rule
    with pytest.raises(Refused):
        read_ucdp("")


def test_acled_sources_are_origins_once_and_its_number_has_no_bounds():
    (event,) = read_acled(csv_of(ACLED_ROW)).events
    assert event.origins == ("SOHR", "Airwars")
    assert (event.deaths.low, event.deaths.best, event.deaths.high) == (None, 5, None)
    assert (event.event_class, event.error_mm) == ("explosions-remote-violence", 5_000_000)


def test_acled_codes_widen_place_and_time():
    (event,) = read_acled(csv_of(ACLED_ROW | {"time_precision": "3", "geo_precision": "3"})).events
    assert event.end_us - event.start_us > 32 * 86_400_000_000
    assert event.error_mm == 150_000_000


@pytest.mark.parametrize("written", ["2016-10-16", "16 October 2016", "16-10-2016", "16/10/2016"])
def test_acled_days_are_read_as_its_releases_wrote_them(written):
    assert read_acled(csv_of(ACLED_ROW | {"event_date": written})).events[0].stated_day == "2016-10-16"


def test_both_data_sets_make_sound_records():
    for event in (one(), one(source_original="SOHR, HRW"), read_acled(csv_of(ACLED_ROW)).events[0]):
        assert all(registry.check(body) == () for body in (event.report(), *event.claims("aa" * 32)))


def test_two_sources_that_differ_on_one_day_and_place_are_laid_side_by_side():
    other = UCDP_ROW | {"id": "2", "source_original": "HRW", "best": "7"}
    (found,) = tally(read_ucdp(csv_of(UCDP_ROW, other))).differences
    assert [(row.origins, row.best) for row in found.rows] == [(("SOHR",), 5), (("HRW",), 7)]
    assert tally(read_ucdp(csv_of(UCDP_ROW, other | {"best": "5"}))).differences == ()


def test_what_stands_in_a_file_cannot_act_on_the_page():
    made = read_ucdp(csv_of(UCDP_ROW | {"source_original": "<script>alert(1)</script>", "adm_1": "<img src=x>"}))
    text = page(made, tally(made), "<b>file</b>")
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;b&gt;file" in text


def test_the_columns_needed_are_those_of_the_rows_here():
    assert set(UCDP_ROW) == set(UCDP)
    assert set(ACLED_ROW) == set(ACLED)


@pytest.mark.skipif(not EXTRACT.exists(), reason="the UCDP extract is not part of the project and is not here")
def test_the_real_extract_loads_with_sources_and_origins_in_ten_seconds():
    """16 566 events of Syria, 2016 to 2019: nothing lost, each repair named, far fewer origins than articles."""
    text = gzip.decompress(EXTRACT.read_bytes()).decode()
    began = time.monotonic()
    made = read_ucdp(text)
    found = tally(made)
    assert time.monotonic() - began < 10
    assert (found.events, found.rows, found.refused) == (16_566, 16_566, 0)
    assert found.by_source[0] == ("SOHR", 15_269)
    assert found.more_sources_than_origins > 2_000
    assert found.differences
    shown = page(made, found, EXTRACT.name)
    assert "SOHR" in shown
    assert "2016-01 to 2019-11" in shown
    name, months = found.by_source_month[0]
    assert (name, len(months), sum(count for _, count in months)) == ("SOHR", 47, 15_269)


def test_a_source_over_time_shows_the_months_in_which_it_was_silent():
    """A month without is nought, not left out."""
    rows = [
        UCDP_ROW | {"id": str(n), "date_start": day, "date_end": day}
        for n, day in enumerate(("2016-11-02", "2017-01-05", "2017-01-06"))
    ]
    found = tally(read_ucdp(csv_of(*rows)))
    assert next(months for _, months in found.by_source_month) == (("2016-11", 1), ("2016-12", 0), ("2017-01", 2))


def test_the_band_of_a_day_is_that_of_the_rows_country():
    """Kabul, 29 February 2020: its first 90 minutes lay outside the days of Syria, which every row was given."""
    day = one(country="Afghanistan", date_start="2020-02-29", date_end="2020-02-29")
    assert (day.start_us, day.end_us) == (us("2020-02-29T00:00:00+04:30"), us("2020-03-01T00:00:00+04:30"))
    (event,) = read_acled(csv_of(ACLED_ROW | {"country": "Sudan"})).events
    assert (event.start_us, event.end_us) == (us("2016-10-16T00:00:00+03:00"), us("2016-10-17T00:00:00+03:00"))


def test_a_country_with_several_zones_has_the_widest_band():
    """Eastern and western Congo; what UCDP writes in brackets is no part of the name."""
    day = one(country="DR Congo (Zaire)")
    assert (day.start_us, day.end_us) == (us("2016-10-16T00:00:00+02:00"), us("2016-10-17T00:00:00+01:00"))


def test_a_row_whose_country_no_table_knows_is_refused_unless_its_zone_is_given():
    made = read_ucdp(csv_of(UCDP_ROW | {"country": "Nowhere"}))
    assert [(p.field, p.next_step) for p in made.refused] == [
        ("row 2 (1).country", "Say whose days they are: --zone Asia/Damascus, for the whole file.")
    ]
    given = read_ucdp(csv_of(UCDP_ROW | {"country": "Nowhere"}), "Asia/Kabul").events[0]
    assert given.start_us == us("2016-10-16T00:00:00+04:30")


def test_a_file_without_countries_is_refused_unless_its_zone_is_given():
    text = csv_of({name: value for name, value in UCDP_ROW.items() if name != "country"})
    with pytest.raises(Refused, match="by which its days are known"):
        read_ucdp(text)
    assert read_ucdp(text, "+04:30").events[0].start_us == us("2016-10-16T00:00:00+04:30")
