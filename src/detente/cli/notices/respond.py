"""`detente respond ID ANSWER`: say what became of somebody's entry here; each answer is a fact of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from detente.cli.output import ALARM, AsJson, alarm, answer, guarded, read_json
from detente.cli.sending import joined, parties, send, sent
from detente.cli.session import Officer, Station, StationSession, To, WaitS, at_station, short
from detente.cli.times import time_us
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.api.entries import ShownEntry
    from detente.geometry.stated.read_back import Difference
    from detente.records.notices.response import Readback


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("respond")(guarded(respond))


def respond(
    entry: Annotated[str, typer.Argument(metavar="ID", help="The entry answered: its first digits.")],
    said: Annotated[
        str,
        typer.Argument(
            metavar="ANSWER", help="acknowledge, confirm, read-back, passed-to-unit, comply, reject or query."
        ),
    ],
    words: Annotated[str, typer.Option("--words", help="In words; needed for reject and query.")] = "",
    role: Annotated[str | None, typer.Option("--role", help="Role in which the officer answers.")] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            "--unit",
            help="Acting unit: needed for passed-to-unit; with confirm, comply or reject it is the unit's own answer.",
        ),
    ] = None,
    points: Annotated[
        list[str] | None,
        typer.Option("--point", help="Read-back: a point as understood, degrees or grid, all digits; repeat in order."),
    ] = None,
    datum: Annotated[str, typer.Option("--datum", help="Read-back: datum of every point. No default.")] = "",
    size: Annotated[str, typer.Option("--size", help="Read-back: radius or half width, such as 2000 m.")] = "",
    lower: Annotated[str, typer.Option("--lower", help="Read-back: lower height, such as 300 m AGL.")] = "",
    upper: Annotated[str, typer.Option("--upper", help="Read-back: upper height, such as 1500 m AMSL.")] = "",
    start: Annotated[str | None, typer.Option("--from", help="Read-back: start as understood, with its zone.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Read-back: end as understood, with its zone.")] = None,
    figures: Annotated[
        str | None,
        typer.Option(
            "--figures", help="Read-back of several volumes: JSON as `readback` in docs/formats/records/notices.md."
        ),
    ] = None,
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Answer an entry. The author reads it, and whom `--to` names beside.

    With --unit, confirm, comply and reject are what the acting unit itself said.
    A read-back says every figure of the notice as you understood it; it is compared with what was told, figure by figure.
    """
    from typing import get_args

    from detente.records.notices.response import ANSWER_MEANS, Answer, Response

    if said not in get_args(Answer):
        rule = f"must be one of: {', '.join(ANSWER_MEANS)}"
        raise Refused([problem("choice", "ANSWER", said, rule, "Choose one; each says only what it says.")])
    spoken = _Figures(points or [], datum, size, lower, upper, start, until)
    readback = _readback(spoken, figures) if said == "read-back" else None
    if said != "read-back" and (figures or any(spoken)):
        rule = f"stand beside the answer {said}; only a read-back has figures"
        raise Refused([problem("readback", "--point ... --figures", "", rule, "Answer read-back, or leave them out.")])
    with at_station(station) as session:
        about = session.entry(entry).entry
        version = session.full_id(entry, "ID")
        author = about.header.author
        signer = session.officer(officer)
        body = Response(
            about=session.first_version(version),
            answer=said,  # type: ignore[arg-type]
            by_role=session.role(signer, role),
            readback=readback,
            unit=unit,
            version=version,
            words=words,
        )
        readers = sorted({*parties(to, needed=False), author} - {session.party}) or [session.party]
        asked = {
            "facets": [{"audience": readers, "body": body, "form": "full"}],
            "kind": "response",
            "officer": signer,
            "refers_to": [version],
        }
        judged = _compared(about, readback) if readback is not None else ()
        if judged:
            alarm("you read back something else than was told; it is sent as you said it, and settles nothing")
        found = send(session, asked, wait, as_json)
        by_unit = f", for {unit}" if unit else ""
        means = (
            f"{said}{by_unit}, of {short(version)} by {author}, in role {body.by_role}: {ANSWER_MEANS[body.answer]}."
        )
        differs = [difference.sentence() for difference in judged]
        if judged:
            means = "\n".join(["THIS IS NOT WHAT WAS TOLD; nothing is settled:", *(f"  {d}" for d in differs)])
        more = [
            means,
            *_standing(session, about, signer),
            f"Read by {', '.join(readers)}.",
            *_other_units(session, version, unit),
        ]
        answer(joined(found, differences=differs), sent("Response", found, *more), as_json)
        if judged:
            raise typer.Exit(ALARM)


def _standing(session: StationSession, about: ShownEntry, officer: str) -> list[str]:
    """Say in what standing something urgent was taken, where that is not by an officer on watch."""
    from detente.api.hotline.watch import TakingAsked
    from detente.cli.entry_words import body_of

    if (body_of(about) or {}).get("urgency") not in ("stop", "urgent"):
        return []
    standing = session.station.ask(TakingAsked(officer=officer)).standing
    if standing == "on watch":
        return []
    who = officer or "the station"
    return [
        f"Taken by {who}, {standing if standing != 'no roster' else 'no roster on record'}: relay it to who is on watch."
    ]


def _other_units(session: StationSession, version: str, unit: str | None) -> list[str]:
    """Name the units already on record, where this one is not among them: one unit under two names is never reached."""
    if unit is None:
        return []
    from detente.api.delivery import CoursesAsked

    courses = session.station.ask(CoursesAsked(entry=version)).courses
    known = {one.unit for course in courses for one in course.units} - {unit}
    return [f"Other units on record for it: {', '.join(sorted(known))}; check the name."] if known else []


class _Figures(NamedTuple):
    """What the options say of one volume."""

    points: list[str]
    datum: str
    size: str
    lower: str
    upper: str
    start: str | None
    until: str | None


def _readback(given: _Figures, file: str | None) -> Readback:
    """Return what was said back, from the options or from a file; whether it is right is judged later."""

    from detente.geometry.stated.read_back import VolumeSaid
    from detente.records.notices.response import Readback

    if file is not None:
        if any(given):
            rule = "stands beside other figures; a read-back is given once"
            raise Refused([problem("readback", "--figures", file, rule, "Leave one of them out.")])
        return read_json(file, Readback, "--figures")
    if not any(given):
        rule = "has the figures as you understood them: points, datum, size, heights, times"
        raise Refused([problem("readback", "read-back", "", rule, "Add --point, --datum, --size, --from and --until.")])
    said = VolumeSaid(
        altitude_lower=given.lower,
        altitude_upper=given.upper,
        end_us=None if given.until is None else _time(given.until, "--until"),
        points=tuple(given.points),
        size=given.size,
        start_us=None if given.start is None else _time(given.start, "--from"),
    )
    return Readback(datum=given.datum, volumes=(said,))


def _time(text: str, field: str) -> int:
    if text.strip() == "now" or text.strip()[:1] in ("+", "-"):
        rule = "is a time from now, and a read-back says the time that was understood"
        raise Refused([problem("time", field, text, rule, "Write it in full: 2016-09-17T13:55:00Z.")])
    return time_us(text, field)


def _compared(entry: ShownEntry, readback: Readback) -> tuple[Difference, ...]:
    """Compare with the best form of the notice that this station has; the author's station does it again."""
    import msgspec

    from detente.geometry.stated.read_back import compare_figures
    from detente.records.notices.notice import CoarseNotice, Notice
    from detente.rules.notices.screening.coarse import volumes_of

    bodies = {part.facet.form: part.facet.body for part in entry.facets if part}
    if not entry.header.kind.startswith("notice/"):
        return ()
    if "full" in bodies:
        told = msgspec.json.decode(bodies["full"], type=Notice).volumes
    elif "coarse" in bodies:
        told = volumes_of(msgspec.json.decode(bodies["coarse"], type=CoarseNotice))
    else:
        return ()
    return compare_figures(readback.volumes, readback.datum, told)
