"""`detente roster`: who is on watch where and when, with the gaps; enter a roster."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.hotline.watch import watch_table
from detente.cli.output import AsJson, answer, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import EndedFor, Officer, Station, To, WaitS, at_station, basis_words
from detente.cli.times import Zone, time_us
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("roster")(guarded(roster))


def roster(
    duties: Annotated[
        list[str] | None,
        typer.Option(
            "--duty",
            help="Enter a duty: OFFICER,ROLE,FROM,UNTIL[,DEPUTY[,LANGUAGE+LANGUAGE]]; repeat. Times as elsewhere.",
        ),
    ] = None,
    supersedes: Annotated[str | None, typer.Option("--supersedes", help="The roster that this one replaces.")] = None,
    ended_for: EndedFor = None,
    words: Annotated[str, typer.Option("--words", help="In words.")] = "",
    at: Annotated[str | None, typer.Option("--at", help="Show who is on watch then; default now.")] = None,
    hours: Annotated[int, typer.Option("--hours", min=1, max=8760, help="Look so far ahead for gaps.")] = 24,
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show who is on watch in which role, and where nobody is; with --duty, enter a roster for the parties in --to."""
    from detente.api.hotline.watch import RosterAsked

    with at_station(station) as session:
        if not duties:
            at_us = session.now_us if at is None else time_us(at, "--at", session.now_us)
            watches = session.station.ask(RosterAsked(at=at_us, hours=hours))
            answers = [f"{row.answers}." for row in watches.parties]
            shown = [watch_table(row, zone) for row in watches.parties]
            answer(watches, [*shown, *answers, basis_words(watches.basis, zone)], as_json)
            return
        made = sorted(
            (_duty(text, session.now_us) for text in duties), key=lambda d: (d["from_us"], d["officer"], d["role"])
        )
        body = {"duties": made, "party": session.party, "words": words}
        readers = sorted({session.party, *parties(to, needed=False)})
        asked = {
            "ended_for": parties(ended_for, "--ended-for", needed=False),
            "facets": [{"audience": readers, "body": body}],
            "kind": "roster",
            "officer": session.officer(officer),
            "supersedes": None if supersedes is None else session.full_id(supersedes, "--supersedes"),
        }
        found = send(session, asked, wait, as_json)
        answer(found, sent("Roster", found), as_json)


def _duty(text: str, now_us: int) -> dict[str, object]:
    parts = [part.strip() for part in text.split(",")]
    if not 4 <= len(parts) <= 6:
        rule = "must be OFFICER,ROLE,FROM,UNTIL[,DEPUTY[,LANGUAGES]]"
        raise Refused(
            [problem("duty", "--duty", text, rule, "Example: o-17,watch,2026-11-21T06:00Z,2026-11-21T14:00Z")]
        )
    languages = sorted({part for part in parts[5].split("+") if part}) if len(parts) > 5 else []
    return {
        "deputy": parts[4] or None if len(parts) > 4 else None,
        "from_us": time_us(parts[2], "--duty", now_us),
        "languages": languages,
        "officer": parts[0],
        "role": parts[1],
        "until_us": time_us(parts[3], "--duty", now_us),
    }
