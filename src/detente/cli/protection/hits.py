"""`detente hits`: notified places and movements that are reported hit, each report beside the notice, denials too."""

from __future__ import annotations

import typer

from detente.cli.entry_words import cut
from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.session import Station, at_station, basis_words, short
from detente.cli.times import Zone, moment, zone_named


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("hits")(guarded(hits))


def hits(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """List what is reported of notified places. Reports are not added up: several may be of one event."""
    from detente.api.protection import HitsAsked

    where = zone_named(zone)
    with at_station(station) as session:
        found = session.station.ask(HitsAsked())
    rows = [
        (
            short(hit.notice),
            hit.author or "-",
            "denies" if hit.denies else "reports",
            hit.who,
            hit.why,
            "-" if hit.at_us is None else moment(hit.at_us, where),
            short(hit.entry),
            cut(hit.says, 50),
        )
        for hit in found.hits
    ]
    places = len({hit.notice for hit in found.hits if not hit.denies})
    columns = ("notice", "owner", "", "who", "why", "recorded", "report", "says")
    title = f"{places} notified place(s) or movement(s), {len(rows)} report(s)"
    shown = table(title, columns, rows) if rows else "No report that we may read is about a notified place."
    answer(found, [shown, basis_words(found.basis, zone)], as_json)
