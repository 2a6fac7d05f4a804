"""`detente daily-report --date D --zone Z`: a monitor's day from a station's own copy, as Markdown and as one HTML page."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from detente.agreements.readings.days import Days
from detente.cli.desk import Desk, Station, at_desk
from detente.cli.say import AsJson, answer, guarded, plain, progress
from detente.cli.times import past_us, zone_named
from detente.errors import Refused, problem
from detente.evidence.daily import daily
from detente.evidence.daily_words import blocks
from detente.evidence.day import Period
from detente.evidence.document import html, markdown, pictures
from detente.evidence.held import Held
from detente.geometry.zones import tables_of
from detente.node.holding import held_in
from detente.node.known import Known
from detente.storage import private


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("daily-report")(guarded(daily_report))


def daily_report(
    date: Annotated[str, typer.Option("--date", help="The day: 2016-09-17.")],
    zone: Annotated[str, typer.Option("--zone", help="Whose day it is: Asia/Damascus, or +03:00.")],
    as_of: Annotated[
        str, typer.Option("--as-of", help="The clock time at which the day is cut off: 19:30; default its end.")
    ] = "24:00",
    recorded_by: Annotated[
        str | None,
        typer.Option("--recorded-by", help="Only what had been recorded by this time with its zone; default: now."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Write report.md, report.html and the pictures into this folder.")
    ] = None,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Write the report of one day: counts by reporter and region beside the day before, refused access, changes, late reports, gaps."""
    period = period_of(date, zone, as_of)
    where = zone_named(zone)
    assert where is not None
    with at_desk(station) as desk:
        with progress("reading the entries", as_json):
            held = held_at(desk)
        found = daily(held, period, recorded_us(recorded_by, period, desk.now_us))
        made = blocks(found, held, where, desk.party, bool(desk.status.virtual))
    text = markdown(made)
    files: list[str] = []
    if folder is not None:
        written = {"report.md": text, "report.html": html(f"Daily report, {period.name}", made), **pictures(made)}
        for name, content in written.items():
            private.write_text(folder / name, content)
            files.append(str(folder / name))
    value: dict[str, Any] = {**plain(found), "files": files, "markdown": text}
    answer(value, f"written: {', '.join(files)}" if files else text, as_json)


def recorded_us(given: str | None, period: Period, now_us: int) -> int:
    """Return by when what is reported had been recorded. Errors: Refused for a time to come, and for a day that has not begun by then."""
    by_us = now_us if given is None else past_us(given, "--recorded-by", now_us)
    if by_us <= period.start_us:
        step = "Ask for a day that has begun."
        raise Refused([problem("date", "--date", period.name, "has not begun by then", step)])
    return by_us


def held_at(desk: Desk) -> Held:
    """Return what a station's copy holds of evidence."""
    return held_in(msgspec.json.decode(msgspec.json.encode(entry), type=Known) for entry in desk.entries())


def period_of(date: str, zone: str, as_of: str = "24:00") -> Period:
    """Return the day that ends at a clock time on a date in a zone, with the day before to compare with. Errors: Refused."""
    try:
        day = datetime.strptime(date, "%Y-%m-%d").date()
    except ValueError:
        raise Refused([problem("date", "--date", date, "must be a day", "Write 2016-09-17.")]) from None
    try:
        cut = None if as_of == "24:00" else time.fromisoformat(as_of)
    except ValueError:
        raise Refused([problem("as_of", "--as-of", as_of, "must be a clock time", "Write 19:30.")]) from None
    if not zone or (cut is not None and cut.tzinfo is not None):
        raise Refused(
            [problem("zone", "--zone", zone, "must name the zone of the day, once", "Write Asia/Damascus or +03:00.")]
        )

    zone_named(zone)
    days = Days(zone) if cut is None else Days(zone, cut.hour * 3600 + cut.minute * 60 + cut.second)
    ends = [days.start(day + timedelta(days=n + (cut is None))) for n in (-2, -1, 0)]
    cut_words = "" if cut is None else f", as of {as_of}"
    return Period(
        before_us=ends[0],
        end_us=ends[2],
        name=f"{day:%A} {day.day} {day:%B %Y}{cut_words}",
        start_us=ends[1],
        tables=tables_of(zone),
        zone=zone,
    )
