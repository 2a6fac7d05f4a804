"""`detente coordinate ID`: answer a request for approval, with conditions. A notification needs no such answer."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from detente.cli.entry_words import kind_of
from detente.cli.output import AsJson, answer, chosen, guarded
from detente.cli.sending import send, sent
from detente.cli.session import Officer, Station, WaitS, at_station, short
from detente.cli.times import time_us
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("coordinate")(guarded(coordinate))


def coordinate(
    entry: Annotated[str, typer.Argument(metavar="ID", help="The request: its first digits.")],
    says: Annotated[str, typer.Option("--says", help="approved, delayed or refused.")] = "approved",
    conditions: Annotated[str, typer.Option("--conditions", help="Under which conditions.")] = "",
    until: Annotated[str | None, typer.Option("--until", help="Until when it holds.")] = None,
    words: Annotated[str, typer.Option("--words", help="Why; needed for delayed and refused.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Answer a request for approval."""
    from detente.records.protection.humane import Coordination, CoordinationAnswer

    answers: tuple[CoordinationAnswer, ...] = get_args(CoordinationAnswer)
    said = chosen("--says", says, answers)
    with at_station(station) as session:
        held, about = session.entry(entry).entry, session.full_id(entry, "ID")
        if kind_of(held) != "coordination":
            rule = "must be a request for approval; a notice asks for none, acknowledge it instead"
            raise Refused([problem("kind", "ID", kind_of(held), rule, "Use `detente respond`.")])
        body = Coordination(
            about=about,
            conditions=conditions,
            says=said,
            until_us=None if until is None else time_us(until, "--until", session.now_us),
            words=words,
        )
        part = {"audience": [held.header.author], "body": body, "form": "full"}
        asked = {"facets": [part], "kind": "coordination", "officer": session.officer(officer), "refers_to": [about]}
        found = send(session, asked, wait, as_json)
        answer(found, sent(f"Answer ({says})", found, f"To the request {short(about)}."), as_json)
