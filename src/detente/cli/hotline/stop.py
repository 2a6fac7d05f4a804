"""`detente stop`: ask others to stop something, with a clock that runs until they comply or reject; without words, list the clocks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import tzinfo
from typing import Annotated

import msgspec
import typer

from detente.api.hotline.stops import StopRow, StopsAsked
from detente.cli.entry_words import cut
from detente.cli.hotline.message import message_body
from detente.cli.notices.delivery import took_words
from detente.cli.output import AsJson, answer, guarded, progress
from detente.cli.sending import parties, send, sent_words
from detente.cli.session import Officer, Station, StationSession, To, at_station, basis_words, short
from detente.cli.times import Zone, moment, zone_named


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("stop")(guarded(stop))


def stop(
    words: Annotated[str | None, typer.Argument(help="What you say. Without it: the clocks of all stops.")] = None,
    to: To = None,
    about: Annotated[list[str] | None, typer.Option("--about", help="Notice that is to stop; repeat.")] = None,
    within: Annotated[
        str | None, typer.Option("--within", help="Any activity of yours in a circle: '36.1517, 36.9678, 3 km'.")
    ] = None,
    volume: Annotated[
        list[str] | None, typer.Option("--volume", help="Anything in this Volume4D (file, F3548-21 JSON); repeat.")
    ] = None,
    datum: Annotated[str | None, typer.Option("--datum", help="Datum of --within; no default.")] = None,
    to_role: Annotated[str | None, typer.Option("--to-role", help="Role asked to take it.")] = None,
    wait: Annotated[int, typer.Option("--wait", min=0, help="Seconds to watch the clock run.")] = 10,
    officer: Officer = None,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Send a stop: to the host and directly to each station. Its clock is closed only by comply or reject from who was asked."""
    with at_station(station) as session:
        only = None
        first: list[str] = []
        if words is not None:
            readers = parties(to)
            body = message_body(
                session, words, about=about, datum=datum, to_role=to_role, urgency="stop", volume=volume, within=within
            )
            asked = {
                "facets": [{"audience": readers, "body": body, "form": "full"}],
                "kind": "message",
                "officer": session.officer(officer),
                "refers_to": [*body.about],
            }
            found = send(session, asked, 0, as_json)
            only = found.id
            _watch(session, only, wait, as_json)
            held = session.entry(only)
            first = [sent_words("Stop", msgspec.structs.replace(found, index=held.index, state=held.stands))]
        answer_of = session.station.ask(StopsAsked())
    rows = tuple(row for row in answer_of.stops if only is None or row.stop == only)
    shown = [*first, *_words(rows, zone_named(zone)), basis_words(answer_of.basis, zone)]
    answer(msgspec.structs.replace(answer_of, stops=rows), shown, as_json)


def _watch(session: StationSession, stop_id: str, wait_s: int, as_json: bool) -> None:
    """Show the clock run until every party has complied or rejected, or the time is over."""
    end = time.monotonic() + wait_s
    with progress("the clock runs", as_json) as told:
        while time.monotonic() < end:
            rows = [row for row in session.station.ask(StopsAsked()).stops if row.stop == stop_id]
            told("; ".join(f"{row.party} {row.answer or 'running'} {took_words(row.ran)}" for row in rows))
            if rows and all(row.closed_us is not None for row in rows):
                return
            time.sleep(0.2)


def _words(rows: Sequence[StopRow], zone: tzinfo | None) -> list[str]:
    if not rows:
        return ["No stop is on record here."]
    lines = ["Only comply or reject from who was asked closes a clock."]
    for row in rows:
        passed = "".join(f", passed to {unit} {moment(at_us, zone)}" for unit, at_us in row.passed)
        held = "" if row.held_us is None else f", held {moment(row.held_us, zone)} by the host's log"
        if row.acknowledged_us is not None:
            held += f", acknowledged directly {moment(row.acknowledged_us, zone)} by {row.party}'s own clock"
        lines.append(f"{short(row.stop)}  {row.said}{held}{passed}: {cut(row.words, 60)}")
    for row in rows:
        if row.concerns is not msgspec.UNSET and row.units is not msgspec.UNSET and row.closed_us is None:
            lines += _to_us(row, row.concerns, row.units)
    return lines


def _to_us(row: StopRow, concerns: Sequence[str], units: Sequence[str]) -> list[str]:
    known = concerns or ["nothing that this station knows of; it may not know all, and must answer all the same"]
    return [
        f"{short(row.stop)} is to us, and only we see what it concerns:",
        *(f"  {one}" for one in known),
        f"  Tell at once, by every way: {', '.join(units) or 'every unit that may be there'}. "
        f"Lines with {row.asker}: {', '.join(row.lines) or 'no line is registered'}.",
        f"  Then: detente respond {short(row.stop)} passed-to-unit --unit NAME, and comply or reject.",
    ]
