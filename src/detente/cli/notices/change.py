"""`detente change MATTER KIND`: state that something changed on which others' notices rest: a truce, zone, line, owner, permission."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from detente.cli.output import AsJson, answer, chosen, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import Officer, Station, To, WaitS, at_station
from detente.cli.times import stated_zone, time_us


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("change")(guarded(change))


def change(
    matter: Annotated[
        str, typer.Argument(help="Short name of what changed, such as truce-2016; the same for all who speak of it.")
    ],
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="started, extended, paused, resumed, suspended, moved, owner-changed or ended."
        ),
    ],
    words: Annotated[str, typer.Option("--words", help="What changed, in words.")],
    to: To = None,
    about: Annotated[list[str] | None, typer.Option("--about", help="Entry that changed; repeat.")] = None,
    party: Annotated[list[str] | None, typer.Option("--party", help="Party concerned; repeat.")] = None,
    channel: Annotated[list[str] | None, typer.Option("--channel", help="Line concerned, by name; repeat.")] = None,
    volume: Annotated[
        list[str] | None, typer.Option("--volume", help="Ground: a Volume4D (file, F3548-21 JSON); repeat.")
    ] = None,
    at: Annotated[str, typer.Option("--at", help="When it holds from, with its zone, or now.")] = "now",
    until: Annotated[str | None, typer.Option("--until", help="Its announced end; a pause needs one.")] = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """State a change. Every station that may read it finds the open notices that rest on it; owners' stations warn their recipients."""
    from detente.records.body import Stated
    from detente.records.notices.change import Changed, ChangeKind

    kinds: tuple[ChangeKind, ...] = get_args(ChangeKind)
    said = chosen("KIND", kind, kinds)
    from detente.cli.places.options import read_files

    with at_station(station) as session:
        effective_us = time_us(at, "--at", session.now_us)
        ids = sorted({session.full_id(text, "--about") for text in about or ()})
        body = Changed(
            about=tuple(ids),
            change=said,
            channels=tuple(sorted(set(channel or ()))),
            effective_us=effective_us,
            matter=matter,
            parties=tuple(parties(party, "--party", needed=False)),
            stated_time=Stated(earliest_us=effective_us, latest_us=effective_us, text=at, zone=stated_zone(at)),
            until_us=None if until is None else time_us(until, "--until", session.now_us),
            volumes=read_files(volume) if volume else (),
            words=words,
        )
        readers = parties(to)
        asked = {
            "facets": [{"audience": readers, "body": body, "form": "full"}],
            "kind": "change",
            "officer": session.officer(officer),
            "refers_to": ids,
        }
        found = send(session, asked, wait, as_json)
        more = "What rests on it, as far as you may read it: `detente endangered`."
        answer(found, sent(f"Change ({matter}: {kind})", found, more), as_json)
