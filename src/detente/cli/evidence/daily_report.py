"""`detente daily-report --date D --zone Z`: a monitor's day from a station's own copy, as Markdown and as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded, plain, progress
from detente.cli.session import Station, ask
from detente.cli.times import asked_as_of
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
    from detente.api.evidence import DailyReportAsked
    from detente.rules.agreements.readings.report_day import period_of

    period_of(date, zone, as_of, "--")  # what is mistyped is refused before anything is asked
    by = asked_as_of(recorded_by, "--recorded-by")
    asked = DailyReportAsked(ago_us=by.ago_us, as_of=as_of, date=date, recorded_by_us=by.at_us, zone=zone)
    with progress("asking the station", as_json):
        found = ask(station, asked)
    files: list[str] = []
    if folder is not None:
        written = {"report.md": found.text.markdown, "report.html": found.text.html, **found.text.pictures}
        for name, content in written.items():
            private.write_text(folder / name, content)
            files.append(str(folder / name))
    value = {**plain(found.daily), "files": files, "markdown": found.text.markdown}
    answer(value, f"written: {', '.join(files)}" if files else found.text.markdown, as_json)
