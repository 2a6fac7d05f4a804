"""`detente known --party P --at T`: what a party's station had told us, in its own signature, that it held at a time."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import RenderableType

from detente.cli.entry_words import from_to, kind_of, line
from detente.cli.output import AsJson, answer, guarded, plain, progress, table
from detente.cli.session import Station, ask, basis_words, short
from detente.cli.times import Zone, asked_as_of, moment, zone_named

if TYPE_CHECKING:
    from detente.api.entries import ProvenEntry
    from detente.api.evidence import Knew

TOLD = "told: its station signed that it holds them"
NO_EVIDENCE = "no evidence that it was told"
OWN = "its own"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("known")(guarded(known))


def known(
    party: Annotated[str, typer.Option("--party", help="Whose knowledge.")],
    at: Annotated[str | None, typer.Option("--at", help="When: a time with its zone, or -10m; default: now.")] = None,
    size: Annotated[int | None, typer.Option("--size", min=0, help="At a ledger size instead of a time.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Screenings, watermarks and superseded versions too.")
    ] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Say what a party knew. Told rests on its watermark in force; without one the answer is "no evidence", never "no"."""
    from detente.api.evidence import KnewAsked

    when = asked_as_of(at, "--at")
    asked = KnewAsked(ago_us=when.ago_us, at_us=when.at_us, everything=everything, party=party, size=size)
    with progress("asking the station", as_json):
        found = ask(station, asked)
    where = zone_named(zone)
    mark = (
        f"Rests on its watermark {short(found.watermark)}: it held what was addressed to it below size {found.told_size}."
        if found.watermark
        else f"There is no watermark of {party} by then: no evidence that it was told of anything."
    )
    at_words = f"size {size}" if size is not None else moment(found.at_us, where)
    words: list[RenderableType | None] = [f"What {party} knew at {at_words} (ledger size {found.size}).", mark]
    for says, ids in ((TOLD, found.told), (NO_EVIDENCE, found.no_evidence), (OWN, found.own)):
        rows = _rows(found, ids, where)
        if rows:
            words.append(table(f"{len(rows)} {says}", ("id", "recorded", "who > to", "what"), rows))
    value = {name: part for name, part in plain(found).items() if name not in ("entries", "shown")}
    answer(value, [*words, basis_words(found.basis, zone)], as_json)


def _rows(found: Knew, ids: tuple[str, ...], zone: tzinfo | None) -> list[tuple[str, ...]]:
    entries = {entry.id: entry for entry in found.entries}
    shown, current = set(found.shown), set(found.current)
    return [_row(i, found.party, entries.get(i), i in current, zone) for i in ids if i in shown]


def _row(entry_id: str, party: str, entry: ProvenEntry | None, current: bool, zone: tzinfo | None) -> tuple[str, ...]:
    if entry is None:
        return short(entry_id), "-", "-", "not open to you"
    old = "" if current else " (superseded by then)"
    what = f"{kind_of(entry)}: {line(_as_read_by(party, entry), zone)}{old}"
    return short(entry_id), moment(entry.received_at_us, zone), from_to(entry), what


def _as_read_by(party: str, entry: ProvenEntry) -> ProvenEntry:
    """Return the entry with those of its parts that were for this party: whoever was told the coarse form knew no more."""
    if entry.header.author == party:
        return entry
    facets = (part if part and party in part.facet.audience else None for part in entry.facets)
    return msgspec.structs.replace(entry, facets=tuple(facets))
