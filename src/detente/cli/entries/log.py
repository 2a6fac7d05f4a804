"""`detente log`: the entries that we may read, in order of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.entry_words import from_to, kind_of, line
from detente.cli.output import AsJson, answer, guarded, progress, table
from detente.cli.session import Station, StationSession, at_station, basis_words, one_of, short
from detente.cli.times import Zone, moment, time_us, zone_named
from detente.records.registry import REGISTRY

if TYPE_CHECKING:
    from detente.api.entries import ProvenEntry

QUIET = frozenset({"watermark"})
"""Kinds that come every few seconds and say nothing to an officer; shown with --all or --kind."""

KINDS = REGISTRY.kinds()
"""What an entry can be; "unknown" ones of a later build are found by --all alone."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("log")(guarded(log))


def log(
    last: Annotated[int, typer.Option("--last", "-n", min=1, max=100_000, help="How many of the newest.")] = 20,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only this kind (notice, message, ...); repeat.")
    ] = None,
    author: Annotated[str | None, typer.Option("--author", help="Only what this party said.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Only what was recorded since a time, or -2h.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Watermarks too.")] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List the newest entries, oldest first. Times are the host's log, cosigned by the stations."""
    with at_station(station) as session:
        one_of("--kind", kind or [], KINDS, "kind of entry")
        session.parties([author] if author is not None else [], "--author")
        since_us = None if since is None else time_us(since, "--since", session.now_us)

        def wanted(entry: ProvenEntry) -> bool:
            named = kind_of(entry)
            return (
                (named in kind if kind else everything or named not in QUIET)
                and author in (None, entry.header.author)
                and (since_us is None or entry.received_at_us >= since_us)
            )

        with progress("reading", as_json) as told:
            rows = newest(session, last, wanted, told)
        where = zone_named(zone)
        shown = [
            (
                e.index,
                short(e.id),
                moment(e.received_at_us, where),
                from_to(e),
                f"{_over(session, e)}{kind_of(e)}: {line(e, where)}",
            )
            for e in rows
        ]
        title = f"{len(rows)} newest that match" if kind or author or since else f"{len(rows)} newest"
        columns = ("#", "id", "recorded", "who > to", "what")
        words = [table(title, columns, shown) if rows else "No entries.", basis_words(session.status, zone)]
        over = {e.id: session.over[e.id] for e in rows if e.id in session.over}
        answer({"basis": _basis(session), "entries": rows, "over": over}, words, as_json)


def _over(session: StationSession, entry: ProvenEntry) -> str:
    row = session.over.get(entry.id)
    return f"{row.why.upper()} " if row is not None else ""


def newest(
    session: StationSession, count: int, wanted: Callable[[ProvenEntry], bool], told: Callable[[str], None]
) -> list[ProvenEntry]:
    """Return the newest entries that are wanted, in order; read backwards, in growing steps."""
    end = session.status.entries_size
    step = 256
    found: list[ProvenEntry] = []
    while end > 0 and len(found) < count:
        start = max(0, end - step)
        told(f"at index {start}")
        part: list[ProvenEntry] = []
        for entry in session.entries(start):
            if entry.index >= end:
                break
            if wanted(entry):
                part.append(entry)
        found = part + found
        end, step = start, min(step * 2, 8192)
    return found[-count:]


def _basis(session: StationSession) -> dict[str, object]:
    names = ("age_us", "entries_size", "fresh", "host_reachable", "now_us", "queued", "size", "virtual")
    return {name: getattr(session.status, name) for name in names}
