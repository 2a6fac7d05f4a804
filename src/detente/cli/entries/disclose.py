"""`detente disclose ID --to PARTY`: open a part of an own entry to more readers, with the salt that proves which part it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import AsJson, answer, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import Officer, Station, To, WaitS, at_station, short
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.api.entries import ShownEntry
    from detente.ledger.facets import Opening


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("disclose")(guarded(disclose))


def disclose(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Own entry: its first digits.")],
    to: To = None,
    form: Annotated[str, typer.Option("--form", help="Which part: full, coarse, own, presence, ...")] = "full",
    words: Annotated[str, typer.Option("--words", help="Why.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Open a part. It cannot be closed again, and anyone can check that it is what was committed to."""
    from detente.ledger import canonical
    from detente.records.entries.disclosure import Disclosure

    with at_station(station) as session:
        readers = parties(to)
        held = session.entry(entry).entry
        full = session.full_id(entry, "ID")
        position, part = _part(held, form, entry, session.party)
        body = Disclosure(
            about=full,
            facet=canonical.encode(part.facet).decode(),
            position=position,
            salt=part.salt,
            words=words,
        )
        asked = {
            "facets": [{"audience": readers, "body": body, "form": "full"}],
            "kind": "disclosure",
            "officer": session.officer(officer),
            "refers_to": [full],
        }
        found = send(session, asked, wait, as_json)
        more = f"The {form} part of {short(full)} is open to {', '.join(readers)}; it cannot be closed again."
        answer(found, sent("Disclosure", found, more), as_json)


def _part(held: ShownEntry, form: str, given: str, party: str) -> tuple[int, Opening]:
    if held.header.author != party:
        rule = f"must be an entry of {party}; it is by {held.header.author}"
        raise Refused([problem("author", "ID", given, rule, "Ask its author to disclose it.")])
    open_here = {part.facet.form: (n, part) for n, part in enumerate(held.facets) if part is not None}
    if form not in open_here:
        rule = f"must be a part that is held here: {', '.join(open_here) or 'none'}"
        raise Refused([problem("form", "--form", form, rule, "Choose one of these.")])
    return open_here[form]
