"""`detente permission ask|offer|grant|accept|refuse|withdraw|show`: a host's permission for a guest's activity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import ALARM, AsJson, answer, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import Officer, Station, To, WaitS, at_station, basis_words, row_of, short
from detente.cli.times import Zone, moment, time_us, zone_named
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.api.permissions import PermissionRow

ANSWERS = {"accept": "accept", "refuse": "refuse", "withdraw": "withdraw"}
Id = Annotated[str, typer.Argument(metavar="ID", help="The permission: its first digits.")]


def register(app: typer.Typer) -> None:
    """Add the verb and its forms."""
    group = typer.Typer(
        help="A host's permission for a guest's activity. It is no notice, and a notice is no request.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    for act, says in (
        ("ask", "Ask a host for permission, as the guest."),
        ("offer", "Offer a guest permission, as the host; it lapses unless accepted in time."),
        ("grant", "Grant a guest permission at once, as the host."),
    ):
        group.command(act, help=says)(guarded(_terms(act)))
    for name, says in (
        ("accept", "Accept what was offered to you, or asked of you."),
        ("refuse", "Refuse it, and say why."),
        ("withdraw", "Take back your own offer or request, or as the host what was agreed; say why."),
    ):
        group.command(name, help=says)(guarded(_reply(name)))
    group.command("show")(guarded(show))
    app.add_typer(group, name="permission")


def _terms(act: str) -> Callable[..., None]:
    def terms(
        permission: Annotated[str, typer.Argument(help="Short name of what is permitted.")],
        other: Annotated[str, typer.Option("--with", help="The other side: the host, or the guest.")],
        from_: Annotated[str, typer.Option("--from", help="From when it holds, with its zone.")],
        until: Annotated[str, typer.Option("--until", help="Until when; +30d counts from --from.")],
        activity: Annotated[
            list[str] | None, typer.Option("--activity", help="Class of activity; repeat. Default guest-activity.")
        ] = None,
        condition: Annotated[list[str] | None, typer.Option("--condition", help="A condition; repeat.")] = None,
        supervision: Annotated[str, typer.Option("--supervision", help="Who of the host watches over it, how.")] = "",
        lapses: Annotated[str | None, typer.Option("--lapses", help="When it lapses unless answered.")] = None,
        volume: Annotated[list[str] | None, typer.Option("--volume", help="Where: a Volume4D file; repeat.")] = None,
        in_answer_to: Annotated[str | None, typer.Option("--in-answer-to", help="The request it answers.")] = None,
        words: Annotated[str, typer.Option("--words", help="More, in words.")] = "",
        to: To = None,
        officer: Officer = None,
        wait: WaitS = 10,
        station: Station = None,
        as_json: AsJson = False,
    ) -> None:
        from detente.cli.places.options import read_files
        from detente.records.agreements.permission import Permission
        from detente.records.notices.notice import Activity

        known = {a.value: a for a in Activity}
        if wrong := [a for a in activity or () if a not in known]:
            rule = f"must be one of: {', '.join(known)}"
            raise Refused(problem("choice", "--activity", name, rule, "Choose one.") for name in wrong)
        with at_station(station) as session:
            start_us = time_us(from_, "--from", session.now_us)
            asked_of = None if in_answer_to is None else session.full_id(in_answer_to, "--in-answer-to")
            body = Permission(
                act=act,  # type: ignore[arg-type]
                activities=tuple(known[name] for name in sorted(set(activity or ["guest-activity"]))),
                conditions=tuple(condition or ()),
                from_us=start_us,
                guest=session.party if act == "ask" else other,
                host=other if act == "ask" else session.party,
                in_answer_to=asked_of,
                lapses_us=None if lapses is None else time_us(lapses, "--lapses", session.now_us),
                permission=permission,
                supervision=supervision,
                until_us=time_us(until, "--until", start_us),
                volumes=read_files(volume) if volume else (),
                words=words,
            )
            asked = {
                "facets": [{"audience": sorted({other, *parties(to, needed=False)}), "body": body, "form": "full"}],
                "kind": "permission",
                "officer": session.officer(officer),
                "refers_to": [asked_of] if asked_of else [],
            }
            found = send(session, asked, wait, as_json)
            answer(found, sent(f"Permission {permission} ({act})", found), as_json)

    return terms


def _reply(name: str) -> Callable[..., None]:
    def reply(
        which: Id,
        words: Annotated[str, typer.Option("--words", help="Why; needed to refuse or withdraw.")] = "",
        officer: Officer = None,
        wait: WaitS = 10,
        station: Station = None,
        as_json: AsJson = False,
    ) -> None:
        from detente.api.permissions import PermissionsAsked
        from detente.records.agreements.permission import PermissionReply

        with at_station(station) as session:
            rows, what = (
                session.station.ask(PermissionsAsked()).permissions,
                "a permission that was asked, offered or granted",
            )
            held = row_of("permission", session, rows, which, "ID", what, "detente permission show")
            body = PermissionReply(about=held.entry, answer=ANSWERS[name], words=words)  # type: ignore[arg-type]
            others = sorted({held.terms.guest, held.terms.host} - {session.party})
            asked = {
                "facets": [{"audience": others, "body": body, "form": "reply"}],
                "kind": "permission",
                "officer": session.officer(officer),
                "refers_to": [held.entry],
            }
            found = send(session, asked, wait, as_json)
            answer(found, sent(f"{name.capitalize()} of {held.terms.permission}", found), as_json)

    return reply


def show(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """Show where each permission stands, and live notices that need one and rest on none. Exit 6 where there is such a notice."""
    from detente.api.permissions import PermissionsAsked

    with at_station(station) as session:
        found = session.station.ask(PermissionsAsked())
    where = zone_named(zone)
    lines = [f"! notice {short(f.version)} by {f.author} {f.words}" for f in found.flagged]
    for row in found.permissions:
        lines += _row_words(row, where)
    lines += [] if lines else ["No permission is on record here."]
    answer(found, "\n".join([*lines, "", basis_words(found.basis, zone)]), as_json)
    if found.flagged:
        raise typer.Exit(ALARM)


def _row_words(row: PermissionRow, zone: tzinfo | None) -> list[str]:
    from detente.rules.agreements.permits import Stands

    terms = row.terms
    over = "ENDED FOR US; was " if row.ended_for_us else ""
    lines = [
        f"{short(row.entry)} {terms.permission}: {over}{row.standing.upper()}; {terms.host} to {terms.guest}, "
        f"{', '.join(terms.activities)}",
        f"  from {moment(terms.from_us, zone)} until {moment(terms.until_us, zone)}",
    ]
    if terms.lapses_us is not None and row.standing in (Stands.ASKED, Stands.OFFERED):
        lines.append(f"  lapses {moment(terms.lapses_us, zone)} unless answered")
    lines += [f"  condition: {condition}" for condition in terms.conditions]
    lines += [f"  supervision: {terms.supervision}"] if terms.supervision else []
    return lines + [f"  {said.party}: {said.answer} {said.words}".rstrip() for said in row.replies]
