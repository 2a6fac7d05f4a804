"""`detente board`: go or hold for each own movement, and how far each own site's entry can be relied on."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.entry_words import cut
from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.session import Station, at_station, basis_words, short
from detente.cli.times import Zone, moment, zone_named

if TYPE_CHECKING:
    from rich.table import Table

    from detente.api.protection import GoBoard


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("board")(guarded(board))


def board(
    sites: Annotated[bool, typer.Option("--sites", help="The register of own sites.")] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Say what holds each movement back. That nothing on record holds one says nothing of the road itself."""
    from detente.api.protection import GoBoardAsked

    where = zone_named(zone)
    with at_station(station) as session:
        found = session.station.ask(GoBoardAsked())
    words = [_sites(found, where)] if sites else _movements(found, where)
    answer(found, [*words, basis_words(found.basis, zone)], as_json)


def _sites(found: GoBoard, zone: tzinfo | None) -> str | Table:
    rows = [
        (
            short(s.version),
            ", ".join(s.names) or "?",
            s.verification,
            "-" if s.reverify_us is None else moment(s.reverify_us, zone),
            s.consent,
            ", ".join(s.shared_with),
            ", ".join(s.not_to) or "-",
            ", ".join(s.read_by) or "nobody",
            str(s.hits),
        )
        for s in found.sites
    ]
    columns = ("site", "name", "entry", "check by", "consent", "shared with", "never with", "read by", "hits")
    return table(f"{len(rows)} site(s)", columns, rows) if rows else "No site of ours is notified."


def _movements(found: GoBoard, zone: tzinfo | None) -> list[str]:
    words: list[str] = []
    for one in found.movements:
        head = f"{one.answer.upper() if one.reasons else one.answer}  {short(one.version)}"
        words.append(f"{head}  starts {moment(one.start_us, zone)}: {cut(one.words)}")
        words += [f"  - {reason}" for reason in one.reasons]
        words += [f"  - {party}: not screened, for {why}" for party, why in one.unscreened.items()]
    return [
        *(words or ["No movement of ours is open."]),
        "What nobody told this ledger is not in this. Who leads the movement decides.",
    ]
