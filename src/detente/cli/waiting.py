"""`detente waiting`: what waits for whose answer, since when, and what is overdue."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.desk import Station, at_desk, basis_words, short
from detente.cli.say import AsJson, answer, guarded, table
from detente.cli.times import Zone, moment, span, zone_named


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("waiting")(guarded(waiting))


def waiting(
    mine: Annotated[bool, typer.Option("--mine", help="Only what others wait for from us.")] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for whose answer; what is due first stands first."""
    with at_desk(station) as desk:
        found = desk.station.get("waiting")
        party, now_us = desk.party, desk.now_us
    rows = [w for w in found["waiting"] if not mine or w["asked"] == party]
    rows.sort(key=lambda w: (w["due_us"] is None, w["due_us"] or 0, w["since_us"]))
    where = zone_named(zone)
    shown = [
        (
            f"{w['asked']}{' (us)' if w['asked'] == party else ''}",
            w["for"],
            short(w["version"]),
            w["asker"],
            span(max(0, now_us - w["since_us"])),
            "no clock" if w["due_us"] is None else moment(w["due_us"], where) + (" OVERDUE" if w["overdue"] else ""),
        )
        for w in rows
    ]
    columns = ("asked", "for", "entry", "asker", "waited", "due")
    words = [
        table(f"{len(rows)} answer(s) waited for", columns, shown) if rows else "Nothing waits for an answer.",
        basis_words(found["basis"], zone),
    ]
    answer({**found, "waiting": rows}, words, as_json)
