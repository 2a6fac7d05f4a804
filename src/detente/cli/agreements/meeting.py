"""`detente meeting list|agenda|call|minutes|sign|actions`: recurring reviews, what both sides sign, who does what by when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from detente.cli.output import AsJson, answer, chosen, guarded, table
from detente.cli.sending import parties, send, sent
from detente.cli.session import Officer, Station, StationSession, WaitS, at_station, basis_words, row_of, short
from detente.cli.times import Zone, moment, time_us, zone_named
from detente.errors import Refused, problem
from detente.geometry.durations import DAY_US

if TYPE_CHECKING:
    from detente.api.reviews import AgendaDrawn, MeetingRow, MinutesRow
    from detente.api.sending import Sent
    from detente.records.agreements.meeting import Action, Meeting, MeetingReply, Minutes

Series = Annotated[str, typer.Argument(help="The review that recurs, such as flight-safety.")]
With = Annotated[list[str] | None, typer.Option("--with", help="Who meets; repeat. Default: as the last time.")]
Since = Annotated[str | None, typer.Option("--since", help="Draw incidents from then on. Default: the last meeting.")]
MinutesId = Annotated[str, typer.Argument(metavar="MINUTES", help="The minutes: their first digits.")]


def register(app: typer.Typer) -> None:
    """Add the verb and its forms."""
    group = typer.Typer(
        help="Recurring reviews: agenda, minutes, points that all sign, actions.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    for name, verb in (
        ("list", list_meetings),
        ("agenda", agenda),
        ("call", call),
        ("minutes", minutes),
        ("sign", sign),
        ("actions", actions),
    ):
        group.command(name)(guarded(verb))
    app.add_typer(group, name="meeting")


def agenda(
    series: Series,
    with_: With = None,
    since: Since = None,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Draw the next agenda: what is open between those who meet, and what happened since they last met. Nothing is sent."""
    with at_station(station) as session:
        found = _drawn(session, series, with_, since)
    drawn = found.agenda
    who = ", ".join(drawn.parties)
    since_words = moment(drawn.since_us, zone_named(zone)) if drawn.since_us else "the beginning"
    lines = [f"Agenda of {series}, {who}; since {since_words}. Only what all of them may read.", ""]
    lines += [f"{n}. {item.words} [{', '.join(map(short, item.about))}]" for n, item in enumerate(drawn.items, 1)]
    lines += [] if drawn.items else ["Nothing is open, and nothing came."]
    answer(found, "\n".join([*lines, "", basis_words(found.basis, zone)]), as_json)


def call(
    series: Series,
    at: Annotated[str, typer.Option("--at", help="When it begins, with its zone.")],
    title: Annotated[str, typer.Option("--title", help="What it is called.")],
    with_: With = None,
    since: Since = None,
    means: Annotated[str, typer.Option("--means", help="video, voice or in-person.")] = "video",
    every: Annotated[int | None, typer.Option("--every", help="Days after which the next is due.", min=1)] = None,
    agreement: Annotated[str | None, typer.Option("--agreement", help="The agreement it reviews.")] = None,
    words: Annotated[str, typer.Option("--words", help="More for who comes.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Call a meeting, with the agenda as it is drawn now, to all who meet."""
    from detente.records.agreements.meeting import Meeting, MeetingMeans

    ways: tuple[MeetingMeans, ...] = get_args(MeetingMeans)
    how = chosen("--means", means, ways)
    with at_station(station) as session:
        drawn = _drawn(session, series, with_, since).agenda
        at_us = time_us(at, "--at", session.now_us)
        body = Meeting(
            agenda=drawn.items,
            agreement=None if agreement is None else session.full_id(agreement, "--agreement"),
            at_us=at_us,
            every_us=None if every is None else every * DAY_US,
            means=how,
            parties=drawn.parties,
            series=series,
            since_us=min(drawn.since_us, at_us),
            title=title,
            words=words,
        )
        refers = {
            *(entry for item in body.agenda for entry in item.about),
            *([body.agreement] if body.agreement else ()),
        }
        found = _send(session, body, "full", body.parties, refers, officer, wait, as_json)
        answer(found, sent(f"Meeting {title} (matters on its agenda: {len(body.agenda)})", found), as_json)


def minutes(
    meeting: Annotated[str, typer.Argument(metavar="MEETING", help="The meeting: its first digits.")],
    point: Annotated[list[str] | None, typer.Option("--point", help="NAME=WORDS; repeat. All are to sign it.")] = None,
    action: Annotated[
        list[str] | None, typer.Option("--action", help="NAME=OWNER/ROLE/WHEN/WORDS, WHEN as +3d or a time; repeat.")
    ] = None,
    present: Annotated[list[str] | None, typer.Option("--present", help="Who came; repeat. Default: all.")] = None,
    words: Annotated[str, typer.Option("--words", help="What was said.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Enter minutes of a meeting: points to sign, actions with owner and date. They are your account until the others sign."""
    from detente.records.agreements.meeting import Minutes, MinutesPoint

    with at_station(station) as session:
        called = _called(session, meeting)
        about, who = called.meeting.agreement, called.meeting.parties
        named = [_named(text, "--point") for text in point or ()]
        body = Minutes(
            about=called.entry,
            actions=tuple(sorted((_action(t, session.now_us) for t in action or ()), key=lambda a: a.action)),
            points=tuple(MinutesPoint(agreement=about, point=name, words=said) for name, said in sorted(named)),
            present=tuple(parties(present, "--present", needed=False) or who),
            words=words,
        )
        refers = {called.entry, *([about] if about else [])}
        found = _send(session, body, "minutes", who, refers, officer, wait, as_json)
        more = f"No point is agreed before all have signed: `detente meeting sign {short(found.id)} POINT`."
        answer(found, sent("Minutes", found, more), as_json)


def sign(
    which: MinutesId,
    point: Annotated[list[str] | None, typer.Argument(metavar="[POINT]...", help="Points to sign.")] = None,
    refuse: Annotated[list[str] | None, typer.Option("--refuse", help="Point that is refused; repeat.")] = None,
    done: Annotated[list[str] | None, typer.Option("--done", help="Action of yours that is done; repeat.")] = None,
    words: Annotated[str, typer.Option("--words", help="Why; needed to refuse.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Sign points of minutes for your party, refuse them, or say that an action of yours is done."""
    from detente.records.agreements.meeting import MeetingReply

    with at_station(station) as session:
        held, who = _minutes(session, which)
        known = {p.point.point for p in held.points}
        mine = {a.action.action for a in held.actions if a.action.owner == session.party}
        faults = [("POINT", name, known) for name in [*(point or ()), *(refuse or ())] if name not in known]
        faults += [("--done", name, mine) for name in done or () if name not in mine]
        if faults:
            step = "See `detente meeting list`."
            raise Refused(
                problem("minutes", field, name, f"must be one of: {', '.join(sorted(of)) or 'none'}", step)
                for field, name, of in faults
            )
        body = MeetingReply(
            about=held.entry,
            done=tuple(sorted(set(done or ()))),
            refused=tuple(sorted(set(refuse or ()))),
            signed=tuple(sorted(set(point or ()))),
            words=words,
        )
        agreements = {p.point.agreement for p in held.points if p.point.agreement and p.point.point in body.signed}
        found = _send(session, body, "reply", who, {held.entry, *agreements}, officer, wait, as_json)
        answer(found, sent("Signature", found, "Who else has signed: `detente meeting list`."), as_json)


def list_meetings(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """List meetings with their minutes, the points and who has signed them, and when the next is due."""
    from detente.api.reviews import MeetingsAsked

    with at_station(station) as session:
        found = session.station.ask(MeetingsAsked())
    where = zone_named(zone)
    lines = [line for row in found.meetings for line in _meeting_words(row, found.basis.now_us, where)]
    lines += [] if lines else ["No meeting is on record here."]
    answer(found, "\n".join([*lines, "", basis_words(found.basis, zone)]), as_json)


def _meeting_words(row: MeetingRow, now_us: int, zone: tzinfo | None) -> Iterator[str]:
    held = row.meeting
    yield f"{short(row.entry)} {held.series}: {held.title}, {moment(held.at_us, zone)}"
    yield f"  {', '.join(held.parties)}; {held.means}; matters on its agenda: {len(held.agenda)}"
    if row.reminder:
        over = row.next_due_us is not None and held.at_us <= now_us
        yield f"  {row.reminder}" + (f" (by {moment(row.next_due_us, zone)})" if over else "")
    for minuted in row.minutes:
        yield f"  minutes {short(minuted.entry)} by {minuted.author}. {minuted.minutes.words}".rstrip()
        yield from (f"    {p.words}" for p in minuted.points)
        yield from (f"    action {a.words}" for a in minuted.actions)


def actions(
    mine: Annotated[bool, typer.Option("--mine", help="Only those of your own party.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Those that are done, too.")] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List actions of all minutes, the latest due last: whose they are, and which are late or soon due."""
    from detente.api.reviews import MeetingsAsked

    with at_station(station) as session:
        found = session.station.ask(MeetingsAsked())
        me = session.party
    rows = [a for m in found.meetings for minuted in m.minutes for a in minuted.actions]
    rows = [a for a in rows if (all_ or a.standing != "done") and (not mine or a.action.owner == me)]
    rows.sort(key=lambda a: a.action.due_us)
    where = zone_named(zone)
    cells = [
        (a.standing.upper() if a.standing == "late" else a.standing, moment(a.action.due_us, where),
         f"{a.action.owner} ({a.action.role})", f"{a.action.action}: {a.action.words}")
        for a in rows
    ]  # fmt: skip
    shown = table("", ("standing", "due", "whose", "what"), cells) if cells else "No action is open."
    answer({"actions": rows, "basis": found.basis}, [shown, basis_words(found.basis, zone)], as_json)


def _drawn(session: StationSession, series: str, with_: list[str] | None, since: str | None) -> AgendaDrawn:
    from detente.api.reviews import AgendaAsked

    since_us = None if since is None else time_us(since, "--since", session.now_us)
    named = tuple(parties(with_, "--with", needed=False))
    return session.station.ask(AgendaAsked(parties=named, series=series, since=since_us))


def _called(session: StationSession, given: str) -> MeetingRow:
    from detente.api.reviews import MeetingsAsked

    rows = session.station.ask(MeetingsAsked()).meetings
    return row_of("meeting", session, rows, given, "MEETING", "a meeting that was called", "detente meeting list")


def _minutes(session: StationSession, given: str) -> tuple[MinutesRow, tuple[str, ...]]:
    """Return minutes, and the parties of their meeting."""
    from detente.api.reviews import MeetingsAsked

    called = session.station.ask(MeetingsAsked()).meetings
    rows = [held for meeting in called for held in meeting.minutes]
    what = "minutes of a meeting, the newest version"
    found = row_of("minutes", session, rows, given, "MINUTES", what, "detente meeting list")
    return found, next(m.meeting.parties for m in called if found in m.minutes)


def _send(
    session: StationSession,
    body: Meeting | MeetingReply | Minutes,
    form: str,
    to: tuple[str, ...],
    refers: set[str],
    officer: str | None,
    wait: int,
    as_json: bool,
) -> Sent:
    asked = {
        "facets": [{"audience": [p for p in to if p != session.party] or list(to), "body": body, "form": form}],
        "kind": "meeting",
        "officer": session.officer(officer),
        "refers_to": sorted(refers)[:64],
    }
    return send(session, asked, wait, as_json)


def _named(text: str, field: str) -> tuple[str, str]:
    name, _, words = text.partition("=")
    if not name.strip() or not words.strip():
        raise Refused([problem("named", field, text, "must be a name, =, and words", f"Write {field} p1='...'.")])
    return name.strip(), words.strip()


def _action(text: str, now_us: int) -> Action:
    from detente.records.agreements.meeting import Action

    name, rest = _named(text, "--action")
    parts = rest.split("/", 3)
    if len(parts) < 4:
        rule = "must be NAME=OWNER/ROLE/WHEN/WORDS"
        raise Refused([problem("action", "--action", text, rule, "Write roster=rus/watch/+3d/'names deputies'.")])
    owner, role, when, words = (part.strip() for part in parts)
    return Action(action=name, due_us=time_us(when, "--action", now_us), owner=owner, role=role, words=words)
