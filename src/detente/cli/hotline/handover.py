"""`detente handover`: a note of what is open, drawn by the station, signed by the shift that leaves and the one that comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.sending import joined, send, sent
from detente.cli.session import Officer, Station, WaitS, at_station, basis_words, row_of, short
from detente.cli.times import Zone, moment, zone_named
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from rich.table import Table

    from detente.records.parties.handover import Handover


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("handover")(guarded(handover))


def handover(
    incoming: Annotated[str | None, typer.Option("--incoming", help="Officer who takes over: sign a note now.")] = None,
    accept: Annotated[str | None, typer.Option("--accept", help="Sign this note as the one who takes over.")] = None,
    role: Annotated[str, typer.Option("--role", help="Role that is handed over.")] = "watch",
    words: Annotated[str, typer.Option("--words", help="What the list does not say.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show what is open and the hand-overs so far; with --incoming sign a note of it, with --accept take it over."""
    from detente.api.hotline.watch import HandoverNoteAsked, HandoversAsked

    with at_station(station) as session:
        if incoming is None and accept is None:
            note = session.station.ask(HandoverNoteAsked(role=role)).handover
            held = session.station.ask(HandoversAsked())
            lines = [f"{short(h.entry)}  {h.words}" for h in held.handovers]
            shown = [note_table(note, zone), *lines, basis_words(held.basis, zone)]
            answer({**msgspec.structs.asdict(held), "note": note}, shown, as_json)
            return
        signer = session.officer(officer)
        if accept is not None:
            rows = session.station.ask(HandoversAsked()).handovers
            row = row_of("handover", session, rows, accept, "--accept", "a hand-over note of ours", "detente handover")
            body = msgspec.structs.replace(row.handover, accepts=row.entry, at_us=session.now_us, words=words)
            if body.incoming != signer:
                rule = f"must be {body.incoming}, to whom it is handed over"
                raise Refused(
                    [problem("handover", "--officer", signer, rule, "Let that officer sign, or write another note.")]
                )
        else:
            asked_note = HandoverNoteAsked(incoming=incoming or "", outgoing=signer, role=role, words=words)
            body = session.station.ask(asked_note).handover
        asked = {
            "facets": [{"audience": [session.party], "body": body}],
            "kind": "handover",
            "officer": signer,
            "refers_to": [body.accepts] if body.accepts else [],
        }
        found = send(session, asked, wait, as_json)
        what = "Hand-over, signed by both," if accept is not None else "Hand-over note"
        answer(joined(found, handover=body), [note_table(body, zone), sent(what, found)], as_json)


def note_table(note: Handover, zone: str | None) -> str | Table:
    """Return what a note lists."""
    where = zone_named(zone)
    rows = [(o.what, short(o.about), moment(o.since_us, where), o.words) for o in note.open]
    more = f", {note.count - len(rows)} more not listed" if note.count > len(rows) else ""
    if not rows:
        return "Nothing is open at this station. That is no assurance about anything else."
    return table(f"{note.count} open{more}", ("why", "entry", "since", "what"), rows)
