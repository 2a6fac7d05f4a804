"""`detente doubt ID`: flag a doubt about an own notice. It is sealed: only its commitment leaves the station."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.entry_words import kind_of
from detente.cli.output import AsJson, answer, guarded
from detente.cli.sending import send, sent
from detente.cli.session import Officer, Station, WaitS, at_station, short
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("doubt")(guarded(doubt))


def doubt(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Own notice: its first digits.")],
    words: Annotated[str, typer.Option("--words", help="What is doubted.")] = "",
    settled: Annotated[bool, typer.Option("--settled", help="The doubt is settled.")] = False,
    role: Annotated[str | None, typer.Option("--role", help="Role in which the officer doubts.")] = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Raise or settle a private doubt about an own notice; own watch officers see it, nobody else can read it."""
    from detente.records.notices.sealed import Doubt, padded

    if not words.strip():
        raise Refused([problem("words", "--words", "", "must say what is doubted, or what settled it", "Add --words.")])
    with at_station(station) as session:
        held = session.entry(entry).entry
        if held.header.author != session.party or kind_of(held) != "notice":
            rule = f"must be a notice of {session.party}"
            raise Refused([problem("author", "ID", entry, rule, "See `detente notices`.")])
        first = session.first_version(session.full_id(entry, "ID"))
        signer = session.officer(officer)
        bare = Doubt(
            about=first,
            by_role=session.role(signer, role),
            padding="",
            state="settled" if settled else "raised",
            words=words,
        )
        try:
            body = padded(bare)
        except ValueError as error:
            raise Refused([problem("words", "--words", words, str(error), "Shorten them.")]) from None
        part = {"audience": [session.party], "body": body, "form": "doubt", "sealed": True}
        found = send(session, {"facets": [part], "kind": "sealed", "officer": signer}, wait, as_json)
        more = f"Doubt about {short(first)} {bare.state}; it stays at this station, and can be opened later."
        answer(found, sent("Sealed entry", found, more), as_json)
