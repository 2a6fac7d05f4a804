"""`detente bundle FILE`: the investigator's file, made and sealed by the station from its own verified copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded, progress
from detente.cli.session import Station, at_station, basis_words
from detente.errors import Refused, problem
from detente.storage import private


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("bundle")(guarded(bundle))


def bundle(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
    words: Annotated[
        str, typer.Option("--words", help="What it is for; stands in the file as the maker's words.")
    ] = "",
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Write the bundle. It holds all that this party may read, so whoever gets it reads that too."""
    from detente.api.station import BundleAsked

    free(file)
    with at_station(station) as session:
        with progress("the station makes the bundle", as_json):
            data = session.station.ask(BundleAsked(words=words))
        free(file)
        private.write(file, data)
        value = {"bytes": len(data), "file": str(file), "ledger": session.status.ledger, "party": session.party}
        said = (
            f"{file}: {len(data)} bytes, everything {session.party} may read. Whoever gets it reads that too.\n"
            f"Check it: detente verify {file} --ledger {session.status.ledger}\n{basis_words(session.status)}"
        )
        answer({**value, "virtual": session.status.virtual}, said, as_json)


def free(file: Path) -> None:
    if file.exists():
        rule = "must not exist yet: evidence is never overwritten"
        raise Refused([problem("file", "FILE", str(file), rule, "Name another file.")])
    if not file.parent.is_dir():
        rule = "must be in a folder that exists"
        raise Refused([problem("file", "FILE", str(file), rule, f"Make {file.parent} first.")])
