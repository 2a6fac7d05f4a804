"""`detente simulate AGREEMENT|FILE [LOG]`: how a count of days stands under each reading, when its goal is due, what it would take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded, plain, read_bytes
from detente.cli.session import Station, at_station, one_of
from detente.cli.times import time_us
from detente.errors import Problem, Refused, problem, unknown_names
from detente.geometry.zones import TABLES
from detente.rules.agreements.readings.counting import Counting, read_counting
from detente.rules.agreements.readings.events import TimedEvent, read_event, read_events
from detente.rules.agreements.readings.simulate import simulate as simulated
from detente.rules.agreements.words.readings import BoardInWords, tell
from detente.scenario.yaml_file import read_yaml

Subject = Annotated[
    str,
    typer.Argument(
        help="A file with `counting` and `events` (docs/formats/readings.md; - is standard input), or an agreement of your station."
    ),
]
LogFile = Annotated[str | None, typer.Argument(help="More events, one JSON object a line.")]
At = Annotated[
    str | None, typer.Option("--at", help="The moment it is; else that of the last event. A time with its zone.")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="Only what had been reported by then; else all that is given.")
]
TermName = Annotated[str | None, typer.Option("--term", help="Of an agreement: only this term.")]
Supposed = Annotated[
    str | None,
    typer.Option("--if", help="Events that are supposed to happen, one JSON object a line; - is standard input."),
]


Count = tuple[Counting, tuple[TimedEvent, ...]]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("simulate")(guarded(simulate))


def simulate(
    subject: Subject,
    log: LogFile = None,
    at: At = None,
    known_at: KnownAt = None,
    term: TermName = None,
    supposed: Supposed = None,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Say when the goal of a count is due, if nothing more happens, under each reading; and what it would take."""
    seen, now, counts = (
        ("", None, [read_subject(subject, log)]) if _is_file(subject) else _at_station(subject, station, known_at)
    )
    one_of("--term", [term] if term is not None else [], (one[0].id for one in counts), "term that counts days")
    wanted = [one for one in counts if term in (None, one[0].id)]
    more = () if supposed is None else read_events(read_bytes(supposed).splitlines())
    known_us = None if known_at is None or seen else time_us(known_at, "--known-at")
    values, said = [], []
    for counting, events in wanted:
        now_us = time_us(at, "--at", now) if at is not None else _now(events) if now is None else now
        found = simulated(counting, events, now_us, more, known_us)
        words = tell(counting, found, (*events, *more))
        values.append({**plain(found), "tables": TABLES, "words": plain(words)})
        said.append(lines(words))
    if seen:
        answer({"seen": seen, "simulations": values}, "\n\n".join([*said, f"{seen}."]), as_json)
    else:
        answer(values[0], said[0], as_json)


def _is_file(subject: str) -> bool:
    return (
        subject == "-" or "/" in subject or Path(subject).suffix in (".json", ".yaml", ".yml") or Path(subject).exists()
    )


def _at_station(agreement: str, station: Path | None, known_at: str | None) -> tuple[str, int, list[Count]]:
    """Return the counts of an agreement as the station sees it, or saw it at a time."""
    from detente.api.agreements import CountsAsked

    at_us = None if known_at is None else time_us(known_at, "--known-at")
    with at_station(station) as session:
        got = session.station.ask(CountsAsked(at=at_us, name=agreement))
    return got.seen, got.at_us, [(one.counting, one.events) for one in got.counts]


def read_subject(path: str, log: str | None) -> tuple[Counting, tuple[TimedEvent, ...]]:
    """Read a counting term, and the events that stand beside it or in a log of their own."""
    value = read_yaml(read_bytes(path), path)
    if not isinstance(value, dict) or "counting" not in value or not {"counting", "events"} >= set(value):
        rule = "must have `counting`, may have `events`, and nothing else"
        names = () if not isinstance(value, dict) else unknown_names("", map(str, value), ("counting", "events"))
        raise Refused([problem("file", "file", path, rule, "See docs/formats/readings.md."), *names])
    term = read_counting(value["counting"], "counting")
    events: list[TimedEvent] = []
    faults: list[Problem] = []
    for n, item in enumerate(value.get("events") or []):
        try:
            if not isinstance(item, dict):
                raise Refused([problem("event", f"events[{n}]", item, "must be an object", "Mend the event.")])
            events.append(read_event(item, f"events[{n}]"))
        except Refused as refused:
            faults += refused.problems
    if faults:
        raise Refused(faults)
    return term, (*events, *(() if log is None else read_events(read_bytes(log).splitlines())))


def _now(events: tuple[TimedEvent, ...]) -> int:
    if not events:
        rule = "must be given where there are no events"
        raise Refused([problem("time", "--at", "", rule, "Say which moment it is.")])
    return max(event.latest_us for event in events)


def lines(words: BoardInWords) -> str:
    """Lay the readings out for a terminal."""
    said = [f"As of {words.at}. {words.rests_on}", "", words.clause, words.reckoned]
    for reading in words.readings:
        said += ["", f"{reading.way}  {reading.how}"]
        said += [f"  {line}" for line in (reading.stands, reading.used_by, reading.moved, *reading.days)]
        said.append(f"  {reading.follows}")
        said += [f"    {'- ' if n else ''}{step}" for n, step in enumerate(reading.takes)]
    if words.ends:
        said += ["", "Ends that were announced; none is taken for the right one:"]
        said += [f"  {end}" for end in words.ends]
    return "\n".join(said)
