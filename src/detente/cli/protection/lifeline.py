"""`detente lifeline set|show`: a facility kept open, with its guarantor, who does what, and the rules of safe passage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from detente.cli.output import AsJson, answer, chosen, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import EndedFor, Officer, Station, To, WaitS, at_station, basis_words, short
from detente.cli.times import Zone, moment, time_us, zone_named
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.records.protection.lifeline import Task


def register(app: typer.Typer) -> None:
    """Add the verb and its forms."""
    group = typer.Typer(
        help="A facility kept open: guarantor, tasks, rules of safe passage.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("set")(guarded(set_lifeline))
    group.command("show")(guarded(show))
    app.add_typer(group, name="lifeline")


def set_lifeline(
    lifeline: Annotated[str, typer.Argument(help="Short name, such as airport-road.")],
    name: Annotated[str, typer.Option("--name", help="What people call it.")],
    guarantor: Annotated[str, typer.Option("--guarantor", help="Party that answers for its being kept open.")],
    channel: Annotated[str, typer.Option("--channel", help="Line to call about it.")],
    circle: Annotated[str, typer.Option("--circle", help="Where: a place, a comma, a length with its unit.")],
    datum: Annotated[str | None, typer.Option("--datum", help="Datum of the place: WGS84.")] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Rule of safe passage, in order; repeat.")] = None,
    task: Annotated[list[str] | None, typer.Option("--task", help="PARTY/ROLE/WORDS; repeat.")] = None,
    state: Annotated[str, typer.Option("--state", help="open, restricted or closed.")] = "open",
    from_: Annotated[str, typer.Option("--from", help="From when.")] = "now",
    until: Annotated[str | None, typer.Option("--until", help="Until when; default: no end set.")] = None,
    words: Annotated[str, typer.Option("--words", help="Why it is restricted or closed; more.")] = "",
    to: To = None,
    supersedes: Annotated[str | None, typer.Option("--supersedes", help="Your earlier entry of it.")] = None,
    ended_for: EndedFor = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Say how a lifeline stands: its place, who guarantees it, who does what for it, how people pass safely."""
    from detente.cli.places.options import circle as read_circle
    from detente.records.protection.lifeline import Lifeline, LifelineState

    states: tuple[LifelineState, ...] = get_args(LifelineState)
    stands = chosen("--state", state, states)
    outline, _ = read_circle(circle, datum)
    with at_station(station) as session:
        body = Lifeline(
            channel=channel,
            from_us=time_us(from_, "--from", session.now_us),
            guarantor=guarantor,
            lifeline=lifeline,
            name=name,
            outline=outline,
            rules=tuple(rule or ()),
            state=stands,
            tasks=tuple(sorted((_task(text) for text in task or ()), key=lambda t: (t.party, t.role))),
            until_us=None if until is None else time_us(until, "--until", session.now_us),
            words=words,
        )
        asked: dict[str, object] = {
            "ended_for": parties(ended_for, "--ended-for", needed=False),
            "facets": [{"audience": parties(to), "body": body, "form": "full"}],
            "kind": "lifeline",
            "officer": session.officer(officer),
            "refers_to": [],
        }
        if supersedes is not None:
            asked["supersedes"] = session.full_id(supersedes, "--supersedes")
        found = send(session, asked, wait, as_json)
        more = "Movements that use it rest on it: `detente notice ... --rests-on`." if state == "open" else ""
        more = more or "What rests on your earlier entry of it is warned: `detente endangered`."
        answer(found, sent(f"Lifeline {name} ({state})", found, more), as_json)


def show(station: Station = None, zone: Zone = None, as_json: AsJson = False) -> None:
    """Show each lifeline as each author last said that it stands."""
    from detente.api.permissions import LifelinesAsked

    with at_station(station) as session:
        found = session.station.ask(LifelinesAsked())
    where = zone_named(zone)
    lines: list[str] = []
    for row in found.lifelines:
        held = row.lifeline
        end = moment(held.until_us, where) if held.until_us is not None else "no end set"
        over = "ENDED FOR US; was " if row.ended_for_us else ""
        lines.append(f"{short(row.entry)} {held.name}: {over}{held.state.upper()}, says {row.author}; {end}")
        lines.append(f"  guarantor {held.guarantor}; call {held.channel}")
        lines += [f"  {held.words}"] if held.words else []
        lines += [f"  {task.party} ({task.role}): {task.words}" for task in held.tasks]
        lines += [f"  {n}. {text}" for n, text in enumerate(held.rules, 1)]
    lines += [] if lines else ["No lifeline is on record here."]
    answer(found, "\n".join([*lines, "", basis_words(found.basis, zone)]), as_json)


def _task(text: str) -> Task:
    from detente.records.protection.lifeline import Task

    parts = [part.strip() for part in text.split("/", 2)]
    if len(parts) < 3 or not all(parts):
        raise Refused([problem("task", "--task", text, "must be PARTY/ROLE/WORDS", "Write un/watch/'clears people'.")])
    return Task(party=parts[0], role=parts[1], words=parts[2])
