"""UCDP Georeferenced Event Dataset, as CSV with UCDP's own column names, to events (`rules.evidence.datasets.imported`).

Precision codes (UCDP GED codebook, 19.1): `where_prec` 1 exact place, 2 a limited area around it, 3 second-order division, 4 first-order
division, 5 larger than that and smaller than the country, or a point between two places, 6 the country, 7 sea or air; `date_prec` 1 a
day, 2 two to six days, 3 a week, 4 up to a month, 5 up to a year. The codebook gives classes, not lengths: the metres below are ours.
Where this was checked: docs/formats/event-data.md.
"""

from __future__ import annotations

import csv
from datetime import timedelta

from detente.records.evidence.count import Counted
from detente.rules.evidence.datasets.imported import Article, Cells, DatasetEvent, Import, origins_in, read_rows

COMPILER = "UCDP GED"
ERROR_M = {1: 2_000, 2: 25_000, 3: 50_000, 4: 150_000, 5: 300_000, 6: 500_000, 7: 500_000}
"""How far off the coordinates may be, for each `where_prec`, metres."""

SPREAD_DAYS = {1: 0, 2: 5, 3: 6, 4: 30, 5: 365}
"""By how many days a `date_prec` widens a date that is given as one day."""

VIOLENCE = {1: "state-based", 2: "non-state", 3: "one-sided"}
"""What `type_of_violence` means."""

NEEDED = (
    "id",
    "type_of_violence",
    "side_a",
    "side_b",
    "source_article",
    "source_original",
    "where_prec",
    "where_coordinates",
    "adm_1",
    "country",
    "latitude",
    "longitude",
    "date_prec",
    "date_start",
    "date_end",
    "low",
    "best",
    "high",
)
DAYS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S")


def read_ucdp(text: str, zone: str = "") -> Import:
    """Read the text of a UCDP GED file. Errors: Refused when it is not one; a bad row is named in the result.

    `zone` says whose days they are; "": those of each row's country.
    """
    return read_rows(text, NEEDED, "id", _event, "a UCDP GED file", zone)


def _event(cells: Cells) -> DatasetEvent:
    where, when = cells.whole("where_prec", 1, 7), cells.whole("date_prec", 1, 5)
    first, last = cells.day("date_start", *DAYS), cells.day("date_end", *DAYS)
    if first > last:
        cells.fault("date_end", "must not be before date_start")
    spread = timedelta(days=SPREAD_DAYS[when] if first == last else 0)
    start_us, end_us = cells.band(first - spread, last + spread)
    articles = _articles(cells.text("source_article"))
    origins, assumed = origins_in(cells.text("source_original"), [a.office for a in articles])
    if not origins:
        cells.fault("source_article", "names no source")
    name = cells.needed("id").removesuffix(".0")
    return DatasetEvent(
        actors=tuple(side for side in (cells.text("side_a"), cells.text("side_b")) if side),
        articles=articles,
        assumed=assumed,
        compiler=COMPILER,
        deaths=_deaths(cells),
        end_us=end_us,
        error_mm=ERROR_M[where] * 1000,
        event=name,
        event_class=VIOLENCE[cells.whole("type_of_violence", 1, 3)],
        lat_ndeg=cells.degrees("latitude", 90),
        lon_ndeg=cells.degrees("longitude", 180),
        origins=origins,
        place=cells.text("where_coordinates"),
        region=cells.text("adm_1"),
        start_us=start_us,
        stated_day=f"{first}" if first == last else f"{first} to {last}",
    )


def _deaths(cells: Cells) -> Counted:
    """The three estimates as a band. Where they are out of order, the band is their least to their most, and that is told."""
    low, best, high = (cells.whole(column, 0, 10**6) for column in ("low", "best", "high"))
    if not low <= best <= high:
        rule = f"low {low}, best {best}, high {high} are out of order"
        cells.caution("best", rule, "Taken as a band from the least to the most of them, without a best.")
        return Counted(best=None, high=max(low, best, high), low=min(low, best, high), unit="deaths")
    return Counted(best=best, high=high, low=low, unit="deaths")


def _articles(text: str) -> tuple[Article, ...]:
    """Read `"office,day,headline";"office,day,headline"`; a headline may hold commas."""
    found = []
    for part in next(csv.reader([text], delimiter=";", quotechar='"'), []):
        office, _, rest = part.strip().partition(",")
        day, _, headline = rest.partition(",")
        if office.strip():
            found.append(Article(day=day.strip(), headline=headline.strip(), office=office.strip()))
    return tuple(found)
