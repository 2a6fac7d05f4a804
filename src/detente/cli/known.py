"""`detente known --party P --at T`: what a party's station had told us, in its own signature, that it held at a time."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from detente.cli.desk import Desk, Station, at_desk, basis_words, short
from detente.cli.say import AsJson, answer, guarded, plain, progress, table
from detente.cli.times import Zone, moment, past_us, zone_named
from detente.cli.words import from_to, kind_of, line

if TYPE_CHECKING:
    from rich.console import RenderableType

    from detente.api.entries import ProvenEntry

GROUPS = {
    "told": "told: its station signed that it holds them",
    "no_evidence": "no evidence that it was told",
    "own": "its own",
}
"""What is said of each group of entries, in this order."""


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
    from detente.api.parties import KnownAsked

    with at_desk(station) as desk:
        at_us = desk.now_us if at is None else past_us(at, "--at", desk.now_us)
        desk.parties([party], "--party")
        found = desk.station.ask(KnownAsked(at=at_us if size is None else None, party=party, size=size))
        groups = {"told": found.told, "no_evidence": found.no_evidence, "own": found.own}
        with progress("reading the entries", as_json):
            names = _entries(desk, {i for ids in groups.values() for i in ids}, found.size)
        where = zone_named(zone)
        mark = (
            f"Rests on its watermark {short(found.watermark)}: it held what was addressed to it below size {found.told_size}."
            if found.watermark
            else f"There is no watermark of {party} by then: no evidence that it was told of anything."
        )
        when = f"size {size}" if size is not None else moment(at_us, where)
        words: list[RenderableType | None] = [f"What {party} knew at {when} (ledger size {found.size}).", mark]
        for group, says in GROUPS.items():
            rows = [
                _row(i, party, names, set(found.current), where) for i in groups[group] if _shown(i, names, everything)
            ]
            if rows:
                words.append(table(f"{len(rows)} {says}", ("id", "recorded", "who > to", "what"), rows))
        answer({**plain(found), "at_us": at_us}, [*words, basis_words(found.basis, zone)], as_json)


def _entries(desk: Desk, ids: set[str], size: int) -> dict[str, ProvenEntry]:
    found: dict[str, ProvenEntry] = {}
    for entry in desk.entries():
        if entry.index >= size or len(found) == len(ids):
            break
        if entry.id in ids:
            found[entry.id] = entry
    return found


def _shown(entry_id: str, names: dict[str, ProvenEntry], everything: bool) -> bool:
    entry = names.get(entry_id)
    return everything or entry is None or kind_of(entry) not in ("screening", "watermark", "sealed")


def _row(
    entry_id: str, party: str, names: dict[str, ProvenEntry], current: set[str], zone: tzinfo | None
) -> tuple[str, ...]:
    entry = names.get(entry_id)
    if entry is None:
        return short(entry_id), "-", "-", "not open to you"
    old = "" if entry_id in current else " (superseded by then)"
    what = f"{kind_of(entry)}: {line(_as_read_by(party, entry), zone)}{old}"
    return short(entry_id), moment(entry.received_at_us, zone), from_to(entry), what


def _as_read_by(party: str, entry: ProvenEntry) -> ProvenEntry:
    """Return the entry with those of its parts that were for this party: whoever was told the coarse form knew no more."""
    if entry.header.author == party:
        return entry
    facets = (part if part and party in part.facet.audience else None for part in entry.facets)
    return msgspec.structs.replace(entry, facets=tuple(facets))
