"""`detente watch`: who is on watch, what nobody has answered, what is held, who answers for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.session import Station, at_station, basis_words, short, trouble_words
from detente.cli.times import Zone, moment, span, zone_named

if TYPE_CHECKING:
    from rich.table import Table

    from detente.api.hotline.watch import PartyWatch


STALE = (
    "OWN PRESENCE IS NOT CURRENT: it was not stated within a day, so notices of others are answered 'not screened'. "
    "See `detente presence set`."
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("watch")(guarded(watch))


def watch(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Ladders shown at most.")] = 50,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Say what the watch must know now: who is on, which ladders climb and who is called next, what waits for us."""
    from detente.api.hotline.watch import WatchAsked

    with at_station(station) as session:
        found = session.station.ask(WatchAsked(limit=limit))
    where, now_us = zone_named(zone), found.basis.now_us
    ladders = [
        (
            r.party,
            r.ladder,
            short(r.about),
            span(max(0, now_us - (now_us if r.since_us is None else r.since_us))),
            r.words,
            "all called" if r.next_us is None else f"{r.next_reach} at {moment(r.next_us, where)}",
        )
        for r in found.ladders
    ]
    title = f"{found.ladders_running} ladder(s) running, {found.undelivered} UNDELIVERED"
    columns = ("party", "ladder", "entry", "for", "outcome", "next call")
    relay = [(short(o.about), moment(o.since_us, where), o.words) for o in found.relay]
    held = [(short(h.id), h.kind, h.composer or "the station", h.words) for h in found.held]
    words = [
        *(f"TROUBLE: {trouble_words(one, zone)}" for one in found.basis.troubles),
        *found.passed_over,
        *found.probing,
        STALE if found.presence_stale else None,
        watch_table(found.watch, zone),
        table(title, columns, ladders) if ladders else "No ladder runs.",
        table(f"{len(relay)} taken and TO BE RELAYED", ("entry", "taken", "what"), relay) if relay else None,
        table(f"{len(held)} held for approval", ("id", "kind", "composed by", "stands"), held) if held else None,
        f"{found.asked_of_us} answer(s) asked of us; {found.direct} came directly and are not in the ledger yet.",
        *[f"NO OWNER: {o.words}." for o in found.owners if not o.owner],
        *[f"Last hand-over: {h.words}." for h in found.handovers[-1:]],
        basis_words(found.basis, zone),
    ]
    answer(found, words, as_json)


def watch_table(row: PartyWatch, zone: str | None) -> str | Table:
    """Return a party's watch as a table; gaps stand in it."""
    where = zone_named(zone)
    if not row.roster:
        return f"No roster of {row.party} is on record: nobody is known to be on watch. {row.answers}."
    rows = [
        (o.role, o.officer, o.deputy or "-", ", ".join(o.languages) or "-", moment(o.until_us, where))
        for o in row.on_watch
    ]
    rows += [
        (g.role, "NOBODY", "-", "-", f"{moment(g.from_us, where)} to {moment(g.until_us, where)}") for g in row.gaps
    ]
    return table(f"On watch at {row.party}", ("role", "officer", "deputy", "languages", "until"), rows)
