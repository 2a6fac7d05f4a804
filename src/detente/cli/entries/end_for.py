"""`detente end-for ID --to PARTY`: end an own thread for readers whom a newer version left out, and who have the old one as live."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import Officer, Station, To, WaitS, at_station, short
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("end-for")(guarded(end_for))


def end_for(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Own entry, any version: its first digits.")],
    to: To = None,
    words: Annotated[str, typer.Option("--words", help="What they are told besides that it is over for them.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Tell parties that the version they have is over for them. They learn nothing of newer ones, nor of who else is told."""
    from detente.api.entries import ReadersAsked
    from detente.records.entries.closing import Closing

    with at_station(station) as session:
        full = session.full_id(entry, "ID")
        behind = session.station.ask(ReadersAsked(entry=full)).behind
        asked = parties(to)
        problems = [
            problem("ended-for", "--to", party, f"must have a former version as live: {_who(behind)}", "Name one.")
            for party in asked
            if party not in behind
        ]
        if problems:
            raise Refused(problems)
        made = []
        for party in asked:
            version = behind[party]
            part = {"audience": [party], "body": Closing(about=version, words=words), "form": "full"}
            draft = {"facets": [part], "kind": "closing", "officer": session.officer(officer), "refers_to": [version]}
            made.append(send(session, draft, wait, as_json))
        said = [sent(f"Closing for {party}", one) for party, one in zip(asked, made, strict=True)]
        told = f"What they have of {short(full)} is over for them, as soon as their station reads it."
        answer({"closings": made}, "\n".join([*said, told]), as_json)


def _who(behind: dict[str, str]) -> str:
    return ", ".join(f"{party} ({short(version)})" for party, version in behind.items()) or "nobody has one"
