"""`detente presence set|show|asked`: where own people are, and who asked. It never leaves the station; notices are screened there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.notices.notice import PolygonText
from detente.cli.output import AsJson, answer, guarded, plain, table
from detente.cli.session import Station, StationSession, at_station, basis_words, short
from detente.cli.times import Zone, moment, time_us, zone_named
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.geometry.volume import Volume4D


def register(app: typer.Typer) -> None:
    """Add the verb and its three forms."""
    group = typer.Typer(
        help="Keep or show where own people are; it never leaves the station.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("set")(guarded(set_presence))
    group.command("show")(guarded(show))
    group.command("asked")(guarded(asked))
    app.add_typer(group, name="presence")


def set_presence(
    volume: Annotated[list[str] | None, typer.Option("--volume", help="Volume4D file (F3548-21 JSON); repeat.")] = None,
    circle: Annotated[
        str | None, typer.Option("--circle", help="Centre and radius: '35.2854, 40.1760, 500 m'.")
    ] = None,
    polygon: PolygonText = None,
    datum: Annotated[str | None, typer.Option("--datum", help="Datum of --circle, --polygon; no default.")] = None,
    start: Annotated[str, typer.Option("--from", help="Start of --circle, --polygon.")] = "now",
    until: Annotated[str | None, typer.Option("--until", help="Their end, or +8h after the start.")] = None,
    lower: Annotated[str | None, typer.Option("--lower", help="Their lowest height.")] = None,
    upper: Annotated[str | None, typer.Option("--upper", help="Their greatest height.")] = None,
    of: Annotated[str | None, typer.Option("--of", help="Party whose people these are; default: our own.")] = None,
    speaks_for: Annotated[list[str] | None, typer.Option("--speaks-for", help="Party we answer for; repeat.")] = None,
    add: Annotated[bool, typer.Option("--add", help="Keep what is held already, and add.")] = False,
    none: Annotated[bool, typer.Option("--none", help="We hold nobody anywhere; what was held is withdrawn.")] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Say where own people are, instead of all that was said before (or beside it, with --add)."""
    if none and (volume or circle or polygon or add):
        rule = "stands alone: it says that nobody is anywhere"
        raise Refused([problem("presence", "--none", "", rule, "Leave out the volumes, or --none.")])
    from detente.api.presence import PresenceAsked, SetPresenceAsked, StatedPresence

    with at_station(station) as session:
        held = session.station.ask(PresenceAsked()).presence if add else ()
        rows = [StatedPresence(party=p.party, volume=p.volume) for p in held]
        if not none:
            shapes = _shapes(session, volume, circle, polygon, datum, start, until, lower, upper)
            rows += [StatedPresence(party=of or session.party, volume=shape) for shape in shapes]
        session.station.ask(SetPresenceAsked(presence=tuple(rows), speaks_for=tuple(speaks_for or ())))
        _show(session, zone, as_json)


def _shapes(
    session: StationSession,
    volume: list[str] | None,
    circle: str | None,
    polygon: str | None,
    datum: str | None,
    start: str,
    until: str | None,
    lower: str | None,
    upper: str | None,
) -> Sequence[Volume4D]:
    from detente.cli.places import options

    span_us = None
    if (circle is not None or polygon is not None) and until is not None:
        first = time_us(start, "--from", session.now_us)
        span_us = first, time_us(until, "--until", first)
        if span_us[1] <= first:
            raise Refused([problem("time", "--until", until, "must be after --from", "Correct the times.")])
    return options.volumes(volume, circle, datum, span_us, lower, upper, polygon)[0]


def show(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """Show where the station holds own people to be."""
    with at_station(station) as session:
        _show(session, zone, as_json)


def asked(
    limit: Annotated[int, typer.Option("--limit", min=1, max=2000, help="Notices shown at most.")] = 50,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show what others asked of own presence in the last day: each answer and why, whom it passed over, who is probing."""
    from detente.api.presence import QuestionsAsked

    with at_station(station) as session:
        found = session.station.ask(QuestionsAsked())
    where = zone_named(zone)
    rows = [(moment(q.asked_at_us, where), q.asker, short(q.notice), q.words) for q in found.asked]
    title = f"{len(rows)} notice(s) of others, the newest first; none of this leaves the station"
    words = [
        *found.passed_over,
        *(f"{p.words}." for p in found.patterns),
        table(title, ("answered", "asker", "notice", "answer, and why"), rows[:limit])
        if rows
        else "No notice of another party was answered in the last day.",
        *(f"Our own notices of today have spent {o.percent} % of our daily budget at {o.party}." for o in found.ours),
        basis_words(found.basis, zone),
    ]
    answer(found, words, as_json)


def _show(session: StationSession, zone: str | None, as_json: bool) -> None:
    from detente.api.presence import PresenceAsked, QuestionsAsked
    from detente.cli.entry_words import volume_words

    found = session.station.ask(PresenceAsked())
    over = session.station.ask(QuestionsAsked()).passed_over
    where = zone_named(zone)
    rows = [(p.party, moment(p.held_from_us, where), volume_words(plain(p.volume), where)) for p in found.presence]
    speaks = ", ".join(found.speaks_for) or "nobody yet"
    first = "VIRTUAL LEDGER (a replay): its times are not now." if session.status.virtual else None
    words = [
        first,
        *over,
        table(f"{len(rows)} volume(s) of own presence", ("of", "held since", "where and when"), rows)
        if rows
        else "No own presence is held: notices that come are compared with nothing.",
        f"This station speaks for: {speaks}. None of this leaves the station; others are told of a concern at most.",
    ]
    answer({**plain(found), "virtual": session.status.virtual}, words, as_json)
