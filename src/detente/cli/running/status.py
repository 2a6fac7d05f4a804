"""`detente status`, `detente alarms`: where a station stands, and what it has found wrong."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

import typer

from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.session import Station, at_station, basis_words, short, trouble_words
from detente.cli.times import Zone, moment, span, zone_named

if TYPE_CHECKING:
    from rich.console import RenderableType

    from detente.api.station import AlarmRow, StationStatus


def register(app: typer.Typer) -> None:
    """Add both verbs."""
    app.command("status")(guarded(status))
    app.command("alarms")(guarded(alarms))


def status(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """Say where a station stands: size, age, host, other stations, what waits to go out, what is wrong."""
    with at_station(station) as session:
        answer(session.status, _words(session.status, zone), as_json)


def _words(found: StationStatus, zone: str | None) -> list[RenderableType | None]:
    where = zone_named(zone)
    peers = [
        (party, "yes" if peer.reachable else "NO", peer.size, _ago(peer.answered_at_us, found.now_us))
        for party, peer in found.peers.items()
    ]
    queue = [(short(item.id), item.kind, item.state, "; ".join(item.problems)) for item in found.outbox]
    warnings = [
        (found.distrusted, "THE HOST IS NOT TRUSTED ANY MORE: see `detente alarms`."),
        (not found.cosigning, "It does not cosign; an officer must look at the refused times."),
        (found.missing, f"Entries addressed to us and not given: {found.missing}"),
        (found.unacknowledged, f"Urgent entries that no officer has acknowledged: {len(found.unacknowledged)}"),
        (found.alarms, f"{found.alarms} alarm(s): see `detente alarms`."),
    ]
    return [
        *(f"TROUBLE: {trouble_words(one, zone)}" for one in found.troubles),
        f"Station of {found.party} on {found.origin}",
        f"Ledger {found.ledger}",
        basis_words(found, zone),
        f"Host {'answers' if found.host_reachable else 'away'} since {moment(found.host_since_us, where)}.",
        f"Told of {found.told.count} entries. Officers that sign here: {', '.join(found.officers) or 'none'}.",
        *(words for holds, words in warnings if holds),
        table("Other stations", ("party", "answers", "size", "last answer"), peers) if peers else None,
        table("Going out", ("id", "kind", "state", "problems"), queue) if queue else None,
        "Refused entries stay listed until an officer lets them go: `detente dismiss ID`."
        if any(item.state == "refused" for item in found.outbox)
        else None,
    ]


def _ago(at_us: int | None, now_us: int) -> str:
    return "never" if at_us is None else f"{span(max(0, now_us - at_us))} ago"


def alarms(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """List what the station has found wrong with its host or its peers, each with the evidence it keeps."""
    from detente.api.station import AlarmsAsked

    with at_station(station) as session:
        found = session.station.ask(AlarmsAsked())
    where = zone_named(zone)
    rows = [
        (moment(a.at_us, where), a.kind, short(a.about), _said(a, where), ", ".join(a.evidence) or "-")
        for a in found.alarms
    ]
    words = [
        table(
            f"{sum(not a.closed for a in found.alarms)} alarm(s), {len(rows)} with those closed",
            ("when", "kind", "about", "words", "evidence"),
            rows,
        )
        if rows
        else "No alarms raised.",
        basis_words(found.basis, zone),
    ]
    answer(found, words, as_json)


def _said(alarm: AlarmRow, zone: tzinfo | None) -> str:
    if not alarm.closed:
        return alarm.words
    return f"CLOSED {moment(alarm.closed_at_us, zone)}, {alarm.closed}. It was: {alarm.words}"
