"""`detente movement ID delay|reroute|cancel|start|end|ask`: what became of an own movement, to all who have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from msgspec.structs import replace

from detente.cli.output import AsJson, answer, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import Officer, Station, StationSession, To, WaitS, at_station, short
from detente.cli.times import UNITS_US
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.api.sending import Sent
    from detente.ledger.facets import Facet
    from detente.records.notices.notice import Notice
    from detente.records.protection.humane import HumaneNotice, Waypoint

STATES = {"cancel": "withdrawn", "end": "ended", "start": "activated"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("movement")(guarded(movement))


def movement(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Own movement (newest version): its first digits.")],
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT", help="delay, reroute, cancel, start, end; or ask (for approval, which no notice does)."
        ),
    ],
    by: Annotated[str, typer.Option("--by", help="delay: how long, such as 90m or 2h.")] = "",
    volume: Annotated[list[str] | None, typer.Option("--volume", help="reroute: new Volume4D file; repeat.")] = None,
    words: Annotated[str, typer.Option("--words", help="Why.")] = "",
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Tell everybody who has a movement's notice that it is late, goes another way, starts, ends or does not go."""
    with at_station(station) as session:
        version = session.full_id(entry, "ID")
        held = session.entry(entry).entry
        signer = session.officer(officer)
        if what == "ask":
            found = _ask(session, version, words, parties(to), signer, wait, as_json)
            answer(found, sent("Request for approval", found, "It asks; the notice itself asks nobody."), as_json)
            return
        facets = [
            {"audience": facet.audience, "body": body, "form": facet.form}
            for part in held.facets
            if part is not None and (facet := part.facet).form in ("full", "humane")
            for body in (_body(facet, what, by, volume, words),)
        ]
        asked = {"facets": facets, "kind": "notice", "officer": signer, "supersedes": version}
        found = send(session, asked, wait, as_json)
        answer(
            found, sent(f"Movement ({what})", found, f"It supersedes {short(version)} for all who have that."), as_json
        )


def _body(facet: Facet, what: str, by: str, volume: list[str] | None, words: str) -> Notice | HumaneNotice:
    """Return a part of the notice as it is from now on: of its humanitarian part only a delay changes anything."""
    from detente.records.notices.notice import Notice
    from detente.records.protection.humane import HumaneNotice

    if facet.form == "full":
        return _changed(msgspec.json.decode(facet.body, type=Notice), what, by, volume, words)
    humane = msgspec.json.decode(facet.body, type=HumaneNotice)
    if what != "delay":
        return humane
    late_us = _span_us(by)
    return replace(humane, back=_later(humane.back, late_us), route=_later(humane.route, late_us))


def _changed(body: Notice, what: str, by: str, volume: list[str] | None, words: str) -> Notice:
    from detente.records.notices.notice_state import State

    if body.activity != "protected-movement":
        raise Refused(
            [problem("activity", "ID", body.activity, "must be a protected movement", "See `detente board`.")]
        )
    what_it_is = body.words.partition(" [")[0]
    changed = replace(body, words=f"{what_it_is} [{what}: {words}]" if words else body.words)
    if what == "delay":
        late_us = _span_us(by)
        moved = (replace(v, end_us=v.end_us + late_us, start_us=v.start_us + late_us) for v in body.volumes)
        return replace(changed, volumes=tuple(moved))
    if what == "reroute":
        if not volume:
            raise Refused([problem("volume", "--volume", "", "must give the new way", "Add --volume FILE.")])
        from detente.cli.places.options import read_files

        return replace(changed, place=None, volumes=read_files(volume))
    if what not in STATES:
        rule = "must be delay, reroute, cancel, start, end or ask"
        raise Refused([problem("choice", "WHAT", what, rule, "Choose one.")])
    return replace(changed, state=State(STATES[what]))


def _later(points: tuple[Waypoint, ...], late_us: int) -> tuple[Waypoint, ...]:
    return tuple(replace(point, at_us=point.at_us + late_us) for point in points)


def _span_us(text: str) -> int:
    if len(text) < 2 or not text[:-1].isdigit() or text[-1] not in UNITS_US:
        raise Refused([problem("span", "--by", text, "must be a length of time", "Write 90m or 2h.")])
    return int(text[:-1]) * UNITS_US[text[-1]]


def _ask(
    session: StationSession, version: str, words: str, readers: list[str], signer: str, wait: int, as_json: bool
) -> Sent:
    from detente.records.protection.humane import Coordination

    body = Coordination(about=version, conditions="", says="asks-approval", until_us=None, words=words)
    part = {"audience": readers, "body": body, "form": "full"}
    asked = {"facets": [part], "kind": "coordination", "officer": signer, "refers_to": [version]}
    return send(session, asked, wait, as_json)
