"""`detente message WORDS --to PARTY`: a message, with its urgency; urgent and stop go directly to the stations as well."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from detente.cli.output import AsJson, answer, guarded, progress
from detente.cli.sending import joined, parties, send, sent
from detente.cli.session import Officer, Station, StationSession, To, WaitS, at_station
from detente.cli.times import Zone, moment, zone_named
from detente.errors import Refused, problem
from detente.rules.hotline.roles import CALLED

if TYPE_CHECKING:
    from detente.geometry.volume import Volume4D
    from detente.records.hotline.message import Message, WithinRadius

DIRECT = ("urgent", "stop")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("message")(guarded(message))


def message(
    words: Annotated[str, typer.Argument(help="What you say; left out with --phrase.")] = "",
    to: To = None,
    phrase: Annotated[
        str | None, typer.Option("--phrase", help="Standard phrase; each side reads it in its own language.")
    ] = None,
    value: Annotated[list[str] | None, typer.Option("--value", help="Value of the phrase: NAME=VALUE; repeat.")] = None,
    urgency: Annotated[str, typer.Option("--urgency", "-u", help="routine, priority, urgent or stop.")] = "routine",
    about: Annotated[
        list[str] | None, typer.Option("--about", help="Entry it concerns; for stop, what is to stop.")
    ] = None,
    within: Annotated[
        str | None, typer.Option("--within", help="Stop anything of yours in a circle: '35.2854, 40.1760, 3 km'.")
    ] = None,
    volume: Annotated[
        list[str] | None, typer.Option("--volume", help="Stop anything in this Volume4D (file, F3548-21 JSON); repeat.")
    ] = None,
    datum: Annotated[str | None, typer.Option("--datum", help="Datum of --within; no default.")] = None,
    subject: Annotated[str, typer.Option("--subject", help="Subject.")] = "",
    language: Annotated[str, typer.Option("--language", help="Language of the words (BCP 47).")] = "en",
    to_role: Annotated[str | None, typer.Option("--to-role", help="Role asked to take it.")] = None,
    reply_to: Annotated[str | None, typer.Option("--reply-to", help="Message answered.")] = None,
    duress: Annotated[
        str | None,
        typer.Option(
            "--duress", help="A quiet word to your own side; nobody else can see that it is there.", hidden=True
        ),
    ] = None,
    duress_for: Annotated[str, typer.Option("--duress-for", help="Own roles that are shown it.", hidden=True)] = CALLED,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Send a message. A stop names entries, a volume, or a circle; it must be answered even if nothing matches."""
    from detente.records.hotline.message import URGENCY_RANK

    if urgency not in URGENCY_RANK:
        rule = f"must be one of: {', '.join(URGENCY_RANK)}"
        raise Refused([problem("choice", "--urgency", urgency, rule, "Choose one.")])
    with at_station(station) as session:
        readers = parties(to)
        words = _phrase_values(phrase, value, words)
        body = message_body(
            session,
            words,
            about=about,
            datum=datum,
            language=language,
            phrase=phrase,
            reply_to=reply_to,
            subject=subject,
            to_role=to_role,
            urgency=urgency,
            volume=volume,
            within=within,
        )
        asked = {
            "facets": [{"audience": readers, "body": body, "form": "full"}, *_duress(session, duress, duress_for)],
            "kind": "message",
            "officer": session.officer(officer),
            "refers_to": [*body.about],
        }
        urgent = urgency in DIRECT
        found = send(session, asked, 0 if urgent else wait, as_json)
        more: list[str] = []
        shown: dict[str, object] = {}
        if urgent:
            got = _acknowledged(session, found.id, readers, wait, as_json)
            item = session.entry(found.id)
            found = msgspec.structs.replace(found, index=item.index, state=item.stands)
            more = [_direct_words(party, got.get(party), zone) for party in readers if party != session.party]
            shown["acknowledged"] = got
        answer(joined(found, **shown), sent(f"Message ({urgency})", found, *more), as_json)


def message_body(
    session: StationSession,
    words: str,
    *,
    about: list[str] | None = None,
    datum: str | None = None,
    language: str = "en",
    phrase: str | None = None,
    reply_to: str | None = None,
    subject: str = "",
    to_role: str | None = None,
    urgency: str,
    volume: list[str] | None = None,
    within: str | None = None,
) -> Message:
    """Return a message from what an officer gave."""
    from detente.records.hotline.message import Message

    circle = _within(within, datum)
    volumes: tuple[Volume4D, ...] = ()
    if volume:
        from detente.cli.places.options import read_files

        volumes = read_files(volume)
    return Message(
        about=tuple(sorted({session.full_id(text, "--about") for text in about or ()})),
        in_reply_to=None if reply_to is None else session.full_id(reply_to, "--reply-to"),
        language=language,
        phrase=phrase,
        subject=subject,
        to_role=to_role,
        urgency=urgency,  # type: ignore[arg-type]
        volumes=volumes,
        within=circle,
        words=words,
    )


def _phrase_values(name: str | None, given: list[str] | None, words: str) -> str:
    """Return what stands in a message's words: free words, or the values of its phrase."""
    if name is None:
        if given:
            raise Refused([problem("value", "--value", given[0], "belongs to a phrase", "Add --phrase NAME.")])
        return words
    from detente.cli.hotline.phrase import values_given
    from detente.rules.hotline.phrases import check_values, write_values
    from detente.wiring.phrases import phrase

    values = values_given(given)
    found = [*check_values(phrase(name, "en"), values)]
    if words:
        found.append(problem("words", "WORDS", words, "stand beside a phrase", "Send them in a message of their own."))
    if found:
        raise Refused(found)
    return write_values(values)


def _duress(session: StationSession, words: str | None, for_roles: str) -> list[dict[str, object]]:
    """A quiet word stays at this station; its place in the entry looks like an unused one."""
    from detente.records.hotline.duress import Duress

    if words is None:
        return []
    roles = tuple(sorted({role.strip() for role in for_roles.split(",") if role.strip()}))
    body = Duress(for_roles=roles, words=words)
    return [{"audience": [session.party], "body": body, "form": "duress", "sealed": True}]


def _within(text: str | None, datum: str | None) -> WithinRadius | None:
    from detente.records.hotline.message import WithinRadius

    if text is None:
        return None
    from detente.cli.places.options import circle

    shape, _ = circle(text, datum, "--within")
    return WithinRadius(centre=shape.centre, radius_mm=shape.radius_mm)


def _acknowledged(
    session: StationSession, entry: str, readers: list[str], wait_s: int, as_json: bool
) -> dict[str, int]:
    """Wait until each station has said that it holds the message, or the time is over."""
    from detente.api.entries import AcknowledgedAsked

    others = set(readers) - {session.party}
    end = time.monotonic() + wait_s
    got: dict[str, int] = {}
    with progress("sent directly; waiting for the stations", as_json) as told:
        while True:
            got = session.station.ask(AcknowledgedAsked(entry=entry)).acknowledged
            told(", ".join(sorted(got)))
            if others <= got.keys() or time.monotonic() > end:
                return got
            time.sleep(0.1)


def _direct_words(party: str, at_us: int | None, zone: str | None) -> str:
    if at_us is None:
        return f"UNDELIVERED to {party} so far: its station has not acknowledged it. Use another way now."
    return (
        f"The station of {party} held it at {moment(at_us, zone_named(zone))} (its clock); no officer has answered yet."
    )
