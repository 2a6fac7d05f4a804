"""ACLED data, as CSV in ACLED's own column names (after March 2023, and before), to events (`rules.evidence.datasets.imported`).

Codes (ACLED codebook): `time_precision` 1 the day, 2 within that week or the like, 3 within that month, its middle given; `geo_precision`
1 the town, 2 near it or a small part of a region, 3 a larger region, by the nearest natural place or the provincial capital. The order
of `actor1` and `actor2` says nothing of who began. `fatalities` is one number without bounds; 0 may also mean that none were told of.
The codebook gives classes, not lengths: the metres below are ours. Where this was checked: docs/formats/event-data.md.
"""

from __future__ import annotations

import re
from datetime import timedelta

from detente.records.evidence.count import Counted
from detente.rules.evidence.datasets.imported import Article, Cells, DatasetEvent, Import, origins_in, read_rows

COMPILER = "ACLED"
ERROR_M = {1: 5_000, 2: 30_000, 3: 150_000}
"""How far off the coordinates may be, for each `geo_precision`, metres."""

SPREAD_DAYS = {1: 0, 2: 6, 3: 16}
"""How many days to either side the event may lie, for each `time_precision`."""

NEEDED = (
    "event_id_cnty",
    "event_date",
    "time_precision",
    "event_type",
    "sub_event_type",
    "actor1",
    "actor2",
    "admin1",
    "country",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
    "notes",
    "fatalities",
)
DAYS = ("%Y-%m-%d", "%d %B %Y", "%d-%m-%Y", "%d/%m/%Y")
_NOT_NAME = re.compile(r"[^a-z0-9]+")


def read_acled(text: str, zone: str = "") -> Import:
    """Read the text of an ACLED file. Errors: Refused when it is not one; a bad row is named in the result.

    `zone` says whose days they are; "": those of each row's country.
    """
    return read_rows(text, NEEDED, "event_id_cnty", _event, "an ACLED file", zone)


def _event(cells: Cells) -> DatasetEvent:
    where, when = cells.whole("geo_precision", 1, 3), cells.whole("time_precision", 1, 3)
    day = cells.day("event_date", *DAYS)
    spread = timedelta(days=SPREAD_DAYS[when])
    start_us, end_us = cells.band(day - spread, day + spread)
    sources = [part.strip() for part in cells.needed("source").split(";") if part.strip()]
    origins, assumed = origins_in("", sources)
    deaths = cells.whole("fatalities", 0, 10**6)
    return DatasetEvent(
        actors=tuple(actor for actor in (cells.text("actor1"), cells.text("actor2")) if actor),
        articles=tuple(Article(day="", headline="", office=source) for source in sources),
        assumed=assumed,
        compiler=COMPILER,
        deaths=Counted(best=deaths, high=None, low=None, unit="deaths"),
        end_us=end_us,
        error_mm=ERROR_M[where] * 1000,
        event=cells.needed("event_id_cnty"),
        event_class=_NOT_NAME.sub("-", cells.needed("event_type").lower()).strip("-")[:64],
        lat_ndeg=cells.degrees("latitude", 90),
        lon_ndeg=cells.degrees("longitude", 180),
        origins=origins,
        place=cells.text("location"),
        region=cells.text("admin1"),
        start_us=start_us,
        stated_day=f"{day}",
    )
