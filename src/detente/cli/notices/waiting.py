"""`detente waiting`: what waits for whose answer, since when, and what is overdue."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.entry_words import kind_of, line
from detente.cli.output import AsJson, answer, guarded, plain, table
from detente.cli.session import Station, at_station, basis_words, short
from detente.cli.times import Zone, moment, span, zone_named

if TYPE_CHECKING:
    from detente.api.entries import ShownEntry
    from detente.api.notices import WaitRow


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("waiting")(guarded(waiting))


def waiting(
    mine: Annotated[bool, typer.Option("--mine", help="Only what others wait for from us.")] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for whose answer, what is due first on top; above it, urgent words not in the ledger yet."""
    from detente.api.entries import DirectAsked
    from detente.api.notices import WaitingAsked

    with at_station(station) as session:
        found = session.station.ask(WaitingAsked())
        direct = session.station.ask(DirectAsked()).direct if session.status.direct_held else ()
        party, now_us = session.party, session.now_us
    rows = [w for w in found.waiting if not mine or w.asked == party]
    rows.sort(key=lambda w: (w.due_us is None, w.due_us or 0, w.since_us))
    where = zone_named(zone)
    shown = [
        (
            f"{w.asked}{' (us)' if w.asked == party else ''}",
            w.for_,
            short(w.version),
            w.asker,
            span(max(0, now_us - w.since_us)),
            _due(w, party, where),
        )
        for w in rows
    ]
    columns = ("asked", "for", "entry", "asker", "waited", "due")
    came = [
        (short(held.id), held.from_, moment(held.received_at_us, where), _said(held.entry, where)) for held in direct
    ]
    wrong = [(short(j.version), j.party, moment(j.at_us, where), j.words) for j in found.read_backs]
    nothing = None if came or wrong else "Nothing waits for an answer."
    words = [
        table(f"{len(wrong)} READ BACK OTHERWISE THAN TOLD", ("entry", "by", "when", "what"), wrong) if wrong else None,
        table(f"{len(came)} came directly, NOT IN THE LEDGER YET", ("id", "from", "came", "what"), came)
        if came
        else None,
        table(f"{len(rows)} answer(s) waited for; by our clock, since the host's record", columns, shown)
        if rows
        else nothing,
        basis_words(found.basis, zone),
    ]
    answer({**plain(found), "direct": direct, "waiting": rows}, words, as_json)


def _due(wait: WaitRow, party: str, zone: tzinfo | None) -> str:
    """Of two others we may not have read the answer, so we call neither late."""
    if wait.due_us is None:
        return "no clock"
    late = "OVERDUE" if party in (wait.asked, wait.asker) else "no answer that we may read"
    return moment(wait.due_us, zone) + (f" {late}" if wait.overdue else "")


def _said(entry: ShownEntry, zone: tzinfo | None) -> str:
    return f"{kind_of(entry)}: {line(entry, zone)}"
