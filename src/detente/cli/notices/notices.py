"""`detente notices`: the live notices that we may read, and how far each has come at its recipients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.entry_words import cut
from detente.cli.output import AsJson, answer, guarded, plain, table
from detente.cli.session import Station, at_station, basis_words, short
from detente.cli.times import Zone, moment, zone_named

if TYPE_CHECKING:
    from detente.api.notices import NoticeRow


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("notices")(guarded(notices))


def notices(
    author: Annotated[str | None, typer.Option("--author", help="Only those of this party.")] = None,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List live notices, the soonest first; coarse ones say so, lapsed ones too."""
    from detente.api.notices import NoticesAsked

    with at_station(station) as session:
        session.parties([author] if author is not None else [], "--author")
        found = session.station.ask(NoticesAsked())
    rows = [n for n in found.notices if author in (None, n.author)]
    rows.sort(key=lambda n: (n.start_us is None, n.start_us or 0, n.index))
    shown = [row(n, zone_named(zone)) for n in rows]
    columns = ("id", "author", "what", "from, until", "screened", "told")
    words = [
        table(f"{len(rows)} live notice(s)", columns, shown) if rows else "No live notices that you may read.",
        "Nothing here is an assurance: what is not notified, not opened to you, or not screened, is not shown.",
        basis_words(found.basis, zone),
    ]
    answer({**plain(found), "notices": rows}, words, as_json)


def row(n: NoticeRow, zone: tzinfo | None) -> tuple[str, ...]:
    """Return one notice as a row."""
    if n.form == "unreadable":
        what = "not opened to you"
    else:
        what = f"{n.activity}, {n.state}{' (LAPSED)' if n.lapsed else ''} [{n.form}] {cut(n.words(), 60)}"
    screened = "\n".join(f"{s.party}: {s.answer or 'not yet'}" for s in n.screenings)
    told = "\n".join(f"{party}: {_furthest(facts)}" for party, facts in n.delivery.items())
    when = "-" if n.start_us is None else f"{moment(n.start_us, zone)}\n{moment(n.end_us, zone)}"
    return short(n.version), n.author, what, when, screened or "-", told or "-"


def _furthest(facts: Sequence[str]) -> str:
    return facts[-1].partition(" by ")[0].partition(":")[0].partition(" at index")[0] if facts else "no evidence"
