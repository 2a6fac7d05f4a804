"""`detente show ID`: one entry in words, and what became of it at each recipient."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from detente.cli.entry_words import bodies, from_to, kind_of, lines_of, phrase_words
from detente.cli.output import AsJson, answer, guarded, plain, table
from detente.cli.session import Station, StationSession, at_station, basis_words, short
from detente.cli.times import Zone, moment, zone_named
from detente.errors import Refused

if TYPE_CHECKING:
    from rich.console import RenderableType

    from detente.api.delivery import FactRow
    from detente.api.entries import EntryFound
    from detente.api.hotline.stops import StopRow
    from detente.api.notices import ScreenedRow
    from detente.ledger.receipt import Receipt


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("show")(guarded(show))


def show(
    entry: Annotated[str, typer.Argument(metavar="ID", help="The entry: its first digits (4 or more).")],
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show an entry: who said it, to whom, when it was recorded, what it says, and what is known of its delivery."""
    with at_station(station) as session:
        full = session.full_id(entry, "ID")
        found = _Shown.of(session, full)
    answer({**plain(found.found), **plain(found.beside())}, _words(full, found, zone), as_json)


class _Shown(NamedTuple):
    """One entry, and what is known of it."""

    found: EntryFound
    acknowledged: dict[str, int]
    delivery: dict[str, tuple[FactRow, ...]]
    receipt: Receipt | None
    screenings: tuple[ScreenedRow, ...]
    stops: list[StopRow]

    @classmethod
    def of(cls, session: StationSession, full: str) -> _Shown:
        from detente.api.delivery import DeliveryAsked
        from detente.api.entries import AcknowledgedAsked
        from detente.api.hotline.stops import StopsAsked
        from detente.api.notices import ScreeningsAsked

        station, found = session.station, session.entry(full)
        kind = kind_of(found.entry)
        return cls(
            found,
            acknowledged=station.ask(AcknowledgedAsked(entry=full)).acknowledged,
            delivery=station.ask(DeliveryAsked(entry=full)).delivery,
            receipt=_receipt(session, full),
            screenings=station.ask(ScreeningsAsked(entry=full)).screenings if kind == "notice" else (),
            stops=[s for s in station.ask(StopsAsked()).stops if s.stop == full] if kind == "message" else [],
        )

    def beside(self) -> dict[str, object]:
        """What stands beside the entry in the answer for a program."""
        return {name: getattr(self, name) for name in self._fields if name != "found"}


def _receipt(session: StationSession, full: str) -> Receipt | None:
    from detente.api.entries import ReceiptAsked

    try:
        return session.station.ask(ReceiptAsked(entry=full))
    except Refused:
        return None


def _words(full: str, shown: _Shown, zone: str | None) -> list[RenderableType]:
    where, found, entry = zone_named(zone), shown.found, shown.found.entry
    header = entry.header
    lines = [found.over.words] if found.over else []  # only what is proven has a place among its versions
    lines += [
        f"{header.kind} {full}",
        f"{from_to(entry)}, signed {moment(header.signed_at_us, where, exact=True)} by the author's clock",
        _stands(shown, where),
    ]
    if header.supersedes:
        lines.append(f"supersedes {short(header.supersedes)}")
    if header.refers_to:
        lines.append(f"refers to {', '.join(short(i) for i in header.refers_to)}")
    lines += _said(found, where)
    facts = [(party, moment(fact.at_us, where), fact.words) for party, told in shown.delivery.items() for fact in told]
    facts += [
        (party, moment(at_us, where), "acknowledged directly by its station, by its own clock")
        for party, at_us in sorted(shown.acknowledged.items())
    ]
    words: list[RenderableType] = ["\n".join(lines)]
    if facts:
        words += ["", table("What became of it; no fact is inferred from another", ("party", "when", "fact"), facts)]
    if shown.screenings:
        words += ["", "Screening:", *(f"  {s.words}" for s in shown.screenings)]
    if shown.stops:
        words += ["", *(s.said for s in shown.stops)]
    return [*words, "", basis_words(found.basis, zone)]


def _said(found: EntryFound, where: tzinfo | None) -> list[str]:
    """Return what an entry says, part by part, or why it says nothing here."""
    entry, lines = found.entry, []
    readers = {part.facet.form: part.facet.audience for part in entry.facets if part}
    for form, body in bodies(entry):
        lines += ["", f"{form}, for {', '.join(readers[form])}:", *lines_of(body, where)]
        if kind_of(entry) == "message" and body.get("phrase"):
            lines.append(f"  reads: {phrase_words(body)}")
    if entry.erased:
        lines += ["", "Erased: what it said is destroyed; that it was said, by whom and when, stands."]
    elif found.erased_parts:
        lines += ["", f"Erased: its {', '.join(found.erased_parts)} part is destroyed; the rest stands."]
    elif not readers:
        lines += ["", "Nothing of what it says is open to you."]
    return lines


def _stands(shown: _Shown, zone: tzinfo | None) -> str:
    found = shown.found
    if found.stands == "proven":
        receipt = "; receipt held" if shown.receipt else ""
        at = moment(found.entry.received_at_us, zone, exact=True)
        return f"proven at index {found.index}, recorded {at} by the host's log{receipt}"
    if found.from_ is not None:
        return f"{found.stands}: from {found.from_} at {moment(found.received_at_us, zone)}"
    return f"NOT RECORDED YET: {found.stands} at this station"
