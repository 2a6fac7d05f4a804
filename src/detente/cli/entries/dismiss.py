"""`detente dismiss ID`: an officer has seen that the host refused an own entry, and lets it go."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded
from detente.cli.session import Officer, Station, at_station, basis_words, short
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("dismiss")(guarded(dismiss))


def dismiss(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Refused entry, as `status` lists it: its first digits.")],
    officer: Officer = None,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Let a refused entry go: it leaves `status`, and the stations that were asked to look for it are told that it was let go.

    Where the host refused it wrongly, do not: while it is listed, its absence from the ledger is an alarm at every station.
    """
    from detente.api.sending import DismissAsked

    with at_station(station) as session:
        signer = session.officer(officer)
        if not signer:
            rule = "must be an officer: a station cannot look"
            raise Refused([problem("officer", "--officer", "station", rule, "Name who has seen it.")])
        full = session.full_id(entry, "ID")
        found = session.station.ask(DismissAsked(id=full, officer=signer))
        words = f"{short(full)} is let go; every other station is told that it need not look for it."
        answer(found, f"{words}\n{basis_words(found.basis)}", as_json)
