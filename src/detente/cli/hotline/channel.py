"""`detente channel`: the register of lines, each as measured; enter a line, or a test of one."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.sending import parties, send, sent
from detente.cli.session import EndedFor, Officer, Station, StationSession, To, WaitS, at_station, basis_words
from detente.cli.times import Zone
from detente.errors import Refused, problem

Many = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("channel")(guarded(channel))


def channel(
    name: Annotated[str | None, typer.Argument(metavar="[LINE]", help="Short name of a line to enter or test.")] = None,
    test: Annotated[
        str | None, typer.Option("--test", help="What a test came to: answered, no-answer or failed.")
    ] = None,
    took_s: Annotated[float | None, typer.Option("--took", min=0, help="Test: seconds until it was answered.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="Test: role that answered.")] = None,
    means: Annotated[
        str | None,
        typer.Option(
            "--means",
            help="voice, data, attache, ministers, radio, video, mail, meeting, relay or ledger; enters a line.",
        ),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Line: the name people use.")] = "",
    ends: Annotated[
        Many, typer.Option("--party", help="Line: a party it joins, or the other end of a test; repeat.")
    ] = None,
    roles: Annotated[Many, typer.Option("--role", help="Line: a role that may use it; repeat.")] = None,
    state: Annotated[str, typer.Option("--state", help="Line: open, suspended or closed.")] = "open",
    alternates: Annotated[
        Many, typer.Option("--alternate", help="Line: what stands in for it, in order; repeat.")
    ] = None,
    carries: Annotated[
        Many, typer.Option("--carries", help="Line: what it may carry (stop, urgent, notice, ...); repeat.")
    ] = None,
    never: Annotated[Many, typer.Option("--never", help="Line: what it may not carry; repeat.")] = None,
    languages: Annotated[Many, typer.Option("--language", help="Line: a language spoken on it; repeat.")] = None,
    supersedes: Annotated[
        str | None, typer.Option("--supersedes", help="The entry of this line that is replaced.")
    ] = None,
    ended_for: EndedFor = None,
    words: Annotated[str, typer.Option("--words", help="In words.")] = "",
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Measure over so many days.")] = 30,
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show every line with its measured latency and uptime; with --means enter a line, with --test a test of it."""
    with at_station(station) as session:
        if name is None:
            _show(session, days, zone, as_json)
            return
        if (means is None) == (test is None):
            rule = "needs either --means (enter a line) or --test (say what a test came to)"
            raise Refused([problem("channel", "--means", "", rule, "Add one of the two.")])
        body: dict[str, object]
        if test is not None:
            (other,) = parties(ends, "--party")[:1]
            body = {
                "answered_by": by,
                "at_us": session.now_us,
                "channel": name,
                "latency_us": None if took_s is None else round(took_s * 1_000_000),
                "outcome": test,
                "party": other,
                "words": words,
            }
        else:
            body = {
                "alternates": list(alternates or ()),
                "carries": sorted(set(carries or ())),
                "channel": name,
                "languages": sorted(set(languages or ())),
                "means": means,
                "name": title or name,
                "never": sorted(set(never or ())),
                "parties": sorted({session.party, *parties(ends, "--party")}),
                "roles": sorted(set(roles or ["watch"])),
                "state": state,
                "tested_at_us": None,
                "words": words,
            }
        asked = {
            "ended_for": parties(ended_for, "--ended-for", needed=False),
            "facets": [{"audience": sorted({session.party, *parties(to, needed=False)}), "body": body}],
            "kind": "trial" if test is not None else "channel",
            "officer": session.officer(officer),
            "supersedes": None if supersedes is None else session.full_id(supersedes, "--supersedes"),
        }
        found = send(session, asked, wait, as_json)
        answer(found, sent("Test of the line" if test is not None else "Line", found), as_json)


def _show(session: StationSession, days: int, zone: str | None, as_json: bool) -> None:
    from detente.api.hotline.watch import ChannelsAsked

    found = session.station.ask(ChannelsAsked(days=days))
    rows = [
        (
            f"{c.channel} ({c.means})",
            " - ".join(c.parties),
            f"{c.state}, says {c.author}",
            ", ".join(c.carries) or "unsaid",
            ", ".join(c.never) or "unsaid",
            ", ".join(c.alternates) or "-",
            c.measured.words,
        )
        for c in found.channels
    ]
    columns = ("line", "joins", "state", "carries", "never", "instead", f"measured over {days} days")
    words = [
        table(f"{len(rows)} line(s)", columns, rows) if rows else "No line is on record.",
        basis_words(found.basis, zone),
    ]
    answer(found, words, as_json)
