"""`detente duress`: quiet words beside messages of our own side, shown only to an officer in a role that they are meant for."""

from __future__ import annotations

import typer

from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.session import Officer, Station, at_station, basis_words, short
from detente.cli.times import Zone, zone_named


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("duress")(guarded(duress))


def duress(officer: Officer = None, station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """List quiet words. No other view, alarm or log shows that there are any."""
    from detente.api.hotline.stops import DuressAsked

    zone_named(zone)
    with at_station(station) as session:
        found = session.station.ask(DuressAsked(officer=session.officer(officer)))
    rows = [(short(one.about), one.words or "(no words)") for one in found.duress]
    shown = (
        table("Sent under pressure", ("message", "words"), rows) if rows else "Nothing here for this officer's roles."
    )
    answer(found, [shown, basis_words(found.basis, zone)], as_json)
