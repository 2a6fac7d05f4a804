"""`detente call words|read-back|log|countersign|list`: a voice call as an object; what is spoken is made from the shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from detente.cli.output import ALARM, AsJson, alarm, answer, chosen, guarded, read_json, table
from detente.cli.sending import joined, parties, send, sent
from detente.cli.session import Officer, Station, StationSession, To, WaitS, at_station, basis_words, short
from detente.cli.times import Zone, moment, time_us, zone_named
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.geometry.volume import Volume4D
    from detente.records.hotline.call import Call, Caller
    from detente.records.hotline.call import Outcome as Ended
    from detente.records.notices.response import Readback

Notice = Annotated[str, typer.Argument(metavar="NOTICE", help="The notice: its first digits.")]
Heard = Annotated[
    str, typer.Option("--heard", help="Read-back word by word as heard: 'Datum Whiskey Golf ... End of place'.")
]
Figures = Annotated[
    str | None,
    typer.Option(
        "--figures", help="Read-back in figures: a JSON file as `readback` in docs/formats/records/notices.md."
    ),
]
At = Annotated[str | None, typer.Option("--at", help="When it began; default now.")]
Outcome = Annotated[
    str, typer.Option("--outcome", help="delivered, contact-absent, no-answer, on-hold, cut or refused.")
]


def register(app: typer.Typer) -> None:
    """Add the verb and its forms."""
    group = typer.Typer(
        help="A voice call as an object: words to speak, read-back, log.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("words")(guarded(words))
    group.command("read-back")(guarded(read_back))
    group.command("log")(guarded(log))
    group.command("countersign")(guarded(countersign))
    group.command("list")(guarded(list_calls))
    app.add_typer(group, name="call")


def words(notice: Notice, station: Station = None, as_json: AsJson = False) -> None:
    """Say the words to be spoken for a notice: made from its shapes, datum first, every digit. Each place is read back before the next."""
    from detente.rules.hotline.calls import words_of

    with at_station(station) as session:
        full = session.full_id(notice, "NOTICE")
        said = words_of(_told(session, full))
        lines = [f"For notice {short(full)}. Speak slowly; have each place said back before the next.", ""]
        lines += [line for text in said for line in (text, "")]
        answer(
            {"basis": session.status, "notice": full, "words": said},
            "\n".join([*lines, basis_words(session.status)]),
            as_json,
        )


def read_back(
    notice: Notice, heard: Heard = "", figures: Figures = None, station: Station = None, as_json: AsJson = False
) -> None:
    """Compare what the other end said back with the notice, digit by digit and point by point. Nothing is sent; exit 6 where it differs."""
    with at_station(station) as session:
        full = session.full_id(notice, "NOTICE")
        said = _readback(heard, figures)
        if said is None:
            raise Refused([problem("heard", "--heard", "", "must be what was said back", "Add --heard or --figures.")])
        differs = _compared(session, (full,), said)
        good = f"Read back as told: every figure of notice {short(full)} agrees."
        bad = ["NOT WHAT WAS TOLD:", *(f"  {d}" for d in differs), "Say it again from there, and have it read back."]
        value = {"agrees": not differs, "differences": differs, "notice": full}
        answer(value, "\n".join(bad) if differs else good, as_json)
    if differs:
        raise typer.Exit(ALARM)


def log(
    line: Annotated[str, typer.Option("--line", help="Channel it was on.")],
    outcome: Outcome,
    words: Annotated[str, typer.Option("--words", help="What was said, as said.")] = "",
    from_: Annotated[str, typer.Option("--from", help="Who rang: PARTY, PARTY/ROLE or PARTY/ROLE/OFFICER.")] = "",
    taken_by: Annotated[str, typer.Option("--taken-by", help="Who was rung, likewise.")] = "",
    about: Annotated[list[str] | None, typer.Option("--about", help="Entry it was about; repeat.")] = None,
    said_by: Annotated[
        str | None, typer.Option("--said-by", help="Party whose account it is, where that is not yours.")
    ] = None,
    language: Annotated[str, typer.Option("--language", help="Language spoken (BCP 47): ru, ar, en.")] = "",
    interpreter: Annotated[str | None, typer.Option("--interpreter", help="Who interpreted.")] = None,
    heard: Heard = "",
    figures: Figures = None,
    at: At = None,
    until: Annotated[str | None, typer.Option("--until", help="When it ended.")] = None,
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Enter a call: who rang whom, on which line, in which language, what was said, how it ended. A wrong read-back is an alarm first."""
    from detente.records.hotline.call import Call

    with at_station(station) as session:
        ids = tuple(sorted({session.full_id(text, "--about") for text in about or ()}))
        at_us = session.now_us if at is None else time_us(at, "--at", session.now_us)
        body = Call(
            about=ids,
            at_us=at_us,
            caller=_end(from_, "--from"),
            countersigns=None,
            ended_us=None if until is None else time_us(until, "--until", at_us),
            interpreter=interpreter,
            language=language,
            line=line,
            outcome=_outcome(outcome),
            readback=_readback(heard, figures),
            said_by=said_by or session.party,
            stated_time=None,
            taker=_end(taken_by, "--taken-by"),
            words=words,
        )
        _enter(session, body, parties(to, needed=False), officer, wait, as_json)


def countersign(
    entry: Annotated[str, typer.Argument(metavar="CALL", help="The account to countersign: its first digits.")],
    outcome: Annotated[str | None, typer.Option("--outcome", help="How it ended, where that differs.")] = None,
    words: Annotated[str, typer.Option("--words", help="What was said, in your words.")] = "",
    at: At = None,
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Enter your own side's account of a call that another entered; where the two contradict each other, both stand and it is shown."""
    import msgspec

    from detente.cli.entry_words import body_of, kind_of
    from detente.records.hotline.call import Call

    with at_station(station) as session:
        full = session.full_id(entry, "CALL")
        found = session.entry(full).entry
        told = body_of(found)
        if kind_of(found) != "call" or told is None or found.header.author == session.party:
            rule = "must be another party's account of a call, open to you"
            raise Refused([problem("countersign", "CALL", entry, rule, "See `detente call list`.")])
        known = msgspec.convert(told, Call)
        body = msgspec.structs.replace(
            known,
            at_us=known.at_us if at is None else time_us(at, "--at", session.now_us),
            countersigns=full,
            outcome=known.outcome if outcome is None else _outcome(outcome),
            readback=None,
            said_by=session.party,
            words=words,
        )
        readers = sorted({*parties(to, needed=False), found.header.author})
        _enter(session, body, readers, officer, wait, as_json)


def _enter(session: StationSession, body: Call, to: list[str], officer: str | None, wait: int, as_json: bool) -> None:
    from detente.api.parties import PartiesAsked

    differs = _compared(session, body.about, body.readback) if body.readback is not None else []
    for words_of in differs:
        alarm(f"READ BACK OTHERWISE - {words_of}")
    known = {party.party for party in session.station.ask(PartiesAsked()).parties}
    ends = {body.caller.party, body.taker.party, body.said_by} & known
    readers = sorted({*to, *ends} - {session.party}) or [session.party]
    asked = {
        "facets": [{"audience": readers, "body": body, "form": "full"}],
        "kind": "call",
        "officer": session.officer(officer),
        "refers_to": sorted({*body.about, *([body.countersigns] if body.countersigns else [])}),
    }
    found = send(session, asked, wait, as_json)
    more = [
        *_barred(session, body),
        f"{body.caller.party} rang {body.taker.party} on {body.line}: {body.outcome}. Read by {', '.join(readers)}.",
    ]
    if body.said_by != session.party:
        more.append(f"Said by {body.said_by}, entered by {session.party}; not countersigned.")
    if differs:
        more.append("It was read back otherwise than told, and is not delivered; say it again.")
    answer(joined(found, differences=differs), sent("Call", found, *more), as_json)
    if differs:
        raise typer.Exit(ALARM)


def _barred(session: StationSession, body: Call) -> list[str]:
    """Say which of the entries that the call was about its line is never to carry, as whoever entered the line has it."""
    from detente.api.hotline.watch import ChannelsAsked
    from detente.cli.entry_words import body_of, kind_of

    never = {
        load: line.author
        for line in session.station.ask(ChannelsAsked()).channels
        if line.channel == body.line
        for load in line.never
    }
    entries = [session.entry(about).entry for about in body.about] if never else []
    loads = {(body_of(e) or {}).get("urgency", kind_of(e)) for e in entries}
    return [
        f"THIS LINE IS NEVER TO CARRY {load.upper()}, as {never[load]} has it: tell it again on another line."
        for load in sorted(loads & never.keys())
    ]


def list_calls(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """List every account of a call that is open here: whose word it is, countersigned, contradicted, or neither."""
    from detente.api.hotline.calls import CallsAsked

    with at_station(station) as session:
        found = session.station.ask(CallsAsked())
    where = zone_named(zone)
    rows = []
    for row in found.calls:
        call = row.account.call
        how = call.outcome if row.settled or call.outcome != "delivered" else "NOT DELIVERED"
        ends = f"{call.caller.party} > {call.taker.party}, {call.line}"
        rows.append((short(row.account.entry), moment(call.at_us, where), ends, how, row.words))
    words = (
        [table("", ("call", "when", "who, line", "outcome", "whose word"), rows)] if rows else ["No call on record."]
    )
    answer(found, [*words, basis_words(found.basis, zone)], as_json)


def _told(session: StationSession, full: str) -> tuple[Volume4D, ...]:
    """Return the volumes of a notice as this station may read them."""
    import msgspec

    from detente.cli.entry_words import bodies, kind_of
    from detente.records.notices.notice import CoarseNotice
    from detente.records.notices.notice import Notice as FullNotice
    from detente.rules.notices.screening.coarse import volumes_of

    entry = session.entry(full).entry
    opened = dict(bodies(entry)) if kind_of(entry) == "notice" else {}
    if "full" in opened:
        return msgspec.convert(opened["full"], FullNotice).volumes
    if "coarse" in opened:
        return volumes_of(msgspec.convert(opened["coarse"], CoarseNotice))
    rule = "must be a notice that is open to you"
    raise Refused([problem("notice", "NOTICE", short(full), rule, "See `detente notices`.")])


def _compared(session: StationSession, about: tuple[str, ...], said: Readback) -> list[str]:
    from detente.rules.hotline.calls import compare

    if len(about) != 1:
        rule = "must name the one notice that was read back"
        raise Refused(
            [problem("about", "--about", ", ".join(map(short, about)), rule, "Log one call for each notice.")]
        )
    return [difference.sentence() for difference in compare(said, _told(session, about[0]))]


def _readback(heard: str, figures: str | None) -> Readback | None:

    from detente.records.notices.response import Readback
    from detente.rules.hotline.calls import read_back_of

    if heard and figures is not None:
        rule = "stands beside --figures; a read-back is given once"
        raise Refused([problem("heard", "--heard", heard, rule, "Leave one of them out.")])
    if figures is None:
        return read_back_of(heard) if heard else None
    return read_json(figures, Readback, "--figures")


def _outcome(text: str) -> Ended:
    from detente.records.hotline.call import Outcome as Ended

    outcomes: tuple[Ended, ...] = get_args(Ended)
    return chosen("--outcome", text, outcomes)


def _end(text: str, field: str) -> Caller:
    from detente.records.hotline.call import Caller

    parts = [part.strip() or None for part in text.split("/")]
    if not parts[0] or len(parts) > 3:
        rule = "must be PARTY, PARTY/ROLE or PARTY/ROLE/OFFICER"
        raise Refused([problem("end", field, text, rule, f"Add {field} rus/watch.")])
    party, role, officer = [*parts, None, None][:3]
    return Caller(officer=officer, party=str(party), role=role)
