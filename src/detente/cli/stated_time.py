"""`detente time check`: every instant that a stated time may mean, and its day in three calendars; offline, nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from detente.cli.output import OK, AsJson, answer, guarded, table
from detente.cli.session import one_of
from detente.cli.times import moment, zone_named
from detente.errors import REFUSED, Refused


def register(app: typer.Typer) -> None:
    """Add the verb."""
    group = typer.Typer(help="Say what a stated time may mean.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(lambda: None)
    group.command("check")(guarded(check))
    app.add_typer(group, name="time")


def check(
    date: Annotated[str, typer.Option("--date", help="YYYY-MM-DD in its own calendar.")],
    time: Annotated[str, typer.Option("--time", help="HH:MM, HH:MM:SS, 24:00, noon or midnight, as it was said.")],
    zone: Annotated[str, typer.Option("--zone", help="Whose clocks: Asia/Damascus, UTC, +03:00.")],
    calendar: Annotated[str, typer.Option("--calendar", help="gregorian, hijri or solar-hijri.")] = "gregorian",
    midnight: Annotated[
        str | None, typer.Option("--midnight", help="Whether the word midnight starts or ends its day: start, end.")
    ] = None,
    occurrence: Annotated[
        str | None, typer.Option("--occurrence", help="Where the clocks show the time twice: first, second.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show every instant that a time may mean as somebody stated it. Exit 2 where it is not exactly one, or none is such a time."""
    from detente.rules.agreements.readings.calendars import CALENDARS, in_all, read_date
    from detente.rules.agreements.readings.stated import StatedTime, caution, meanings, one_moment, unclear

    one_of("--calendar", [calendar], CALENDARS, "calendar")
    one_of("--midnight", [midnight] if midnight is not None else [], ("end", "start"), "end of a day")
    one_of("--occurrence", [occurrence] if occurrence is not None else [], ("first", "second"), "occurrence")
    stated = StatedTime(
        calendar=calendar,  # type: ignore[arg-type]
        date=date,
        midnight=midnight,  # type: ignore[arg-type]
        occurrence=occurrence,  # type: ignore[arg-type]
        time=time,
        zone=zone,
    )
    with _options():
        found = meanings(stated)
        dates = [dated.words() for dated in in_all(read_date(date, stated.calendar))]
        where = zone_named(zone)
        rows = [(moment(m.at_us, where), m.when or "the one reading") for m in found]
        words: list[Table | str | None] = [
            table("", ("instant", "if"), rows),
            f"The day: {'; '.join(dates)}.",
            caution(stated) or None,
        ]
        if as_json:
            problems = unclear(stated, found)
            answer({"caution": caution(stated), "dates": dates, "meanings": found, "problems": problems}, None, True)
            raise typer.Exit(REFUSED if problems else OK)
        answer(None, words, False)
        one_moment(stated)


@contextmanager
def _options() -> Iterator[None]:
    """Name in each refusal the option that stands for the field."""
    try:
        yield
    except Refused as refused:
        raise Refused(
            [msgspec.structs.replace(p, field=f"--{p.field.rpartition('.')[2]}") for p in refused.problems]
        ) from None
