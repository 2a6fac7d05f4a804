"""What an event data set says of one event, before it becomes records: when and where as bands, who counted what, by which sources.

A data set is a compiler's reading of press reports. Its sources stay visible: offices are relays, the compiler is the last of them,
and support is counted by who first said it. Nothing imported proves who did what.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import msgspec

from detente.errors import Problem, Refused, problem
from detente.geometry.stated.countries import offsets_s, zones_of
from detente.geometry.volume import NDEG, Circle, Point, Volume4D
from detente.records.body import Stated
from detente.records.evidence.claim import Claim
from detente.records.evidence.count import Counted
from detente.records.evidence.report import Report

_UNNAMED = re.compile(
    r"(?:the )?(?:an? )?(?:local|unnamed|anonymous|special|security|medical|military|witness(?:es)?|residents?|activists?)(?: sources?)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[;,/]|\band\b)\s*", re.IGNORECASE)
_NAME_OUT = re.compile(r"[^\w]+")


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One publication behind an event: by which office, on which day as printed, under which headline."""

    day: str
    headline: str
    office: str


class DatasetEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a data set. Times are a closed band in µs since 1970 UTC; `error_mm` is what the place may be off by.

    `origins` are who first said it, each once; `assumed` where the data set does not tell and the offices stand for them.
    """

    actors: tuple[str, ...]
    articles: tuple[Article, ...]
    assumed: bool
    compiler: str
    deaths: Counted
    end_us: int
    error_mm: int
    event: str
    event_class: str
    lat_ndeg: int
    lon_ndeg: int
    origins: tuple[str, ...]
    place: str
    region: str
    start_us: int
    stated_day: str

    @property
    def volume(self) -> Volume4D:
        """Where and when, as a circle of the error that the precision codes leave."""
        outline = Circle(centre=Point(self.lat_ndeg, self.lon_ndeg), radius_mm=max(self.error_mm, 1))
        return Volume4D(end_us=self.end_us, outline=outline, start_us=self.start_us)

    def report(self) -> Report:
        """Return the event as a report by its compiler."""
        return Report(
            chain=(),
            event_class=self.event_class,
            language="en",
            means="document",
            origin="",
            party=None,
            passages=(),
            place=self.volume,
            published=None,
            result="account",
            source=f"{self.compiler} {self.event}",
            tag="DOC",
            title="; ".join(a.headline for a in self.articles)[:2000],
            who=self.compiler,
            words=f"{self.place}; {' and '.join(self.actors)}",
        )

    def claims(self, report: str | None = None) -> tuple[Claim, ...]:
        """Return one claim for each origin, with the offices that carried it and the compiler as relays; `report` is the entry's id.

        The count is the compiler's band over all its sources; it is one band, however many origins carry it.
        """
        stated = Stated(earliest_us=self.start_us, latest_us=self.end_us, text=self.stated_day, zone="")
        offices = list(dict.fromkeys(a.office for a in self.articles if a.office))
        return tuple(
            Claim(
                about=(),
                at_stated=stated,
                chain=(*(o for o in offices if same_name(o) != same_name(origin)), self.compiler),
                count=self.deaths,
                event_class=self.event_class,
                implies=(),
                origin=origin,
                party=None,
                place=self.volume,
                report=report,
                said=None,
                says=f"{self.event_class.replace('-', ' ')} at {self.place}",
                source=f"{self.compiler} {self.event}",
                stance="asserts",
                subject=f"event.{self.compiler.split()[0].lower()}.{self.event.lower()}"[:64],
                tag="DOC",
                who=origin,
            )
            for origin in self.origins
        )


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a file: its events in order, the rows refused and why, and the rows taken with a stated repair."""

    cautions: tuple[Problem, ...]
    events: tuple[DatasetEvent, ...]
    refused: tuple[Problem, ...]
    rows: int


class Cells:
    """One row's cells, read with every fault kept: row number (the header is 1), id and column."""

    def __init__(self, number: int, row: dict[str, str], name: str, zone: str = "") -> None:
        self._row = row
        self._zone = zone
        self.at = f"row {number} ({name})"
        self.faults: list[Problem] = []
        self.cautions: list[Problem] = []

    def text(self, column: str) -> str:
        return (self._row.get(column) or "").strip()

    def fault(self, column: str, rule: str, next_step: str = "Correct the cell, or leave the row out.") -> None:
        self.faults.append(problem("row", f"{self.at}.{column}", self.text(column), rule, next_step))

    def caution(self, column: str, rule: str, done: str) -> None:
        self.cautions.append(problem("row_repaired", f"{self.at}.{column}", self.text(column), rule, done))

    def whole(self, column: str, least: int, most: int) -> int:
        """A whole number; "4.0" is 4."""
        text = self.text(column)
        try:
            value = Decimal(text)
            if value == value.to_integral_value() and least <= value <= most:
                return int(value)
        except InvalidOperation:
            pass
        self.fault(column, f"must be a whole number from {least} to {most}")
        return least

    def degrees(self, column: str, most: int) -> int:
        """Decimal degrees, in nanodegrees."""
        text = self.text(column)
        try:
            value = Decimal(text)
            if -most <= value <= most:
                return int((value * NDEG).to_integral_value())
        except InvalidOperation:
            pass
        self.fault(column, f"must be degrees from -{most} to {most}")
        return 0

    def day(self, column: str, *formats: str) -> date:
        text = self.text(column)
        for form in formats:
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                continue
        self.fault(column, f"must be a day, written {' or '.join(formats)}")
        return date(1970, 1, 1)

    def band(self, first: date, last: date) -> tuple[int, int]:
        """The span of instants that some whole days may mean: those of the zone that was given, else of the row's country."""
        zones = (self._zone,) if self._zone else zones_of(self.text("country"))
        if not zones:
            step = "Say whose days they are: --zone Asia/Damascus, for the whole file."
            self.fault("country", "must name a country that the tables of time zones know", step)
            return 0, 0
        return band_of(first, last, offsets_s(zones, first.year, last.year))

    def needed(self, column: str) -> str:
        text = self.text(column)
        if not text:
            self.fault(column, "must not be empty")
        return text


def read_rows(
    text: str,
    columns: Sequence[str],
    name_column: str,
    make: Callable[[Cells], DatasetEvent],
    what: str,
    zone: str = "",
) -> Import:
    """Read CSV with a header; a row that cannot be read is refused and named, and does not stop the others.

    `zone`: whose days they are, for the whole file; "": those of each row's country.
    Errors: Refused when a needed column is missing from the header: then this is another file.
    """
    columns = [column for column in columns if not zone or column != "country"]
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True))
    header = next(reader, [])
    missing = [column for column in columns if column not in header]
    if missing == ["country"]:
        rule = "must have the column country, by which its days are known"
        step = "Export it with that column, or say whose days they are: --zone Asia/Damascus."
        raise Refused([problem("columns", "header", ", ".join(header), f"{what} {rule}", step)])
    if missing:
        rule = f"needs these columns, which are not there: {', '.join(missing)}"
        raise Refused([problem("columns", "header", ", ".join(header), f"{what} {rule}", "Export it again, whole.")])
    events: list[DatasetEvent] = []
    refused: list[Problem] = []
    cautions: list[Problem] = []
    seen: set[str] = set()
    rows = 0
    for row in _rows(reader, refused):
        rows += 1
        number = reader.line_num
        cells = Cells(number, dict(zip(header, row, strict=False)), "", zone)
        name = cells.text(name_column).removesuffix(".0")
        cells.at = f"row {number} ({name or 'no id'})"
        if len(row) != len(header):
            cells.fault("", f"must have {len(header)} cells, has {len(row)}", "Look for a quote or comma too many.")
        elif name in seen:
            cells.fault(name_column, "stands in an earlier row too", "Leave one of them out.")
        event = None if cells.faults else make(cells)
        if event is None or cells.faults:
            refused += cells.faults
            continue
        seen.add(name)
        events.append(event)
        cautions += cells.cautions
    return Import(cautions=tuple(cautions), events=tuple(events), refused=tuple(refused), rows=rows)


def _rows(reader: Iterator[list[str]], refused: list[Problem]) -> Iterator[list[str]]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            refused.append(problem("csv", "file", "", str(error), "Export it again, as plain CSV."))
            return
        if row:
            yield row


def band_of(first: date, last: date, away_s: tuple[int, int]) -> tuple[int, int]:
    """Return the span of instants that some whole days may mean, µs since 1970 UTC; `away_s`: least and greatest offset of their clocks."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return (
        round(start.timestamp()) * 1_000_000 - away_s[1] * 1_000_000,
        round(end.timestamp()) * 1_000_000 - away_s[0] * 1_000_000,
    )


def origins_in(text: str, offices: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Return who is named as first source in a free text, each once; sources without a name count as the first office's unnamed ones.

    Where nobody is named the offices stand for the origins; the flag says that this is assumed.
    """
    named = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if not named:
        return _once(offices), True
    outlet = offices[0] if offices else "unknown"
    return _once([f"{outlet}:unnamed" if _UNNAMED.fullmatch(name) else name for name in named]), False


def same_name(name: str) -> str:
    """Return a name as importers compare it: case, spaces and punctuation do not matter ("Air Wars" is "airwars")."""
    return _NAME_OUT.sub("", name.casefold())


def _once(names: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(same_name(name), name[:120])
    return tuple(found.values())
