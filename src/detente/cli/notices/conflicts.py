"""`detente conflicts`: pairs of live notices closer than the separation in force, each with its why."""

from __future__ import annotations

from datetime import tzinfo
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.entry_words import cut, metres
from detente.cli.output import AsJson, answer, guarded, plain, progress
from detente.cli.session import Station, at_station, basis_words, short
from detente.cli.times import Zone, moment, span, zone_named

if TYPE_CHECKING:
    from detente.api.notices import Conflicts, NoticeRow
    from detente.geometry.clearing.least_change import LeastChange
    from detente.picture.notices.open_conflicts import OpenConflict
    from detente.rules.notices.pairs import Conflict


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("conflicts")(guarded(conflicts))


def conflicts(
    change: Annotated[
        bool, typer.Option("--least-change", help="Compute the least change that parts each pair.")
    ] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List what comes too close, the soonest first. An empty list is no assurance: it knows only what we may read."""
    from detente.api.notices import ConflictsAsked, NoticesAsked

    with at_station(station) as session:
        found = session.station.ask(ConflictsAsked())
        live = {n.version: n for n in session.station.ask(NoticesAsked()).notices}
    changes: list[LeastChange | None] = []
    if change:
        with progress("computing the least changes", as_json) as told:
            for n, row in enumerate(found.conflicts):
                told(f"{n + 1} of {len(found.conflicts)}")
                changes.append(_least_change(row.conflict, live))
    where = zone_named(zone)
    count = len(found.conflicts)
    words = [f"{count} open conflict(s)." if count else "No open conflicts among the notices that you may read."]
    for row, least in zip_longest(found.conflicts, changes):
        words += _words(row, least, live, where)
    words += ["What is not notified, or not opened to you, is not compared.", basis_words(found.basis, zone)]
    answer(_shown(found, changes), "\n".join(words), as_json)


def _words(row: OpenConflict, least: LeastChange | None, live: dict[str, NoticeRow], zone: tzinfo | None) -> list[str]:
    from detente.geometry.clearing.why import change_words

    conflict = row.conflict
    meeting, needed = conflict.meeting, conflict.separation
    return [
        "",
        _end(conflict.first, live),
        _end(conflict.second, live),
        f"  {conflict.worry}",
        f"  {moment(meeting.first_us, zone)} to {moment(meeting.last_us, zone)}",
        f"  on the ground {metres(meeting.horizontal_mm)} apart, {metres(needed.horizontal_mm)} needed"
        f" ({metres(meeting.allowed_mm)} with the error circles)",
        f"  in height {metres(meeting.vertical_mm)} apart, {metres(needed.vertical_mm)} needed;"
        f" in time {span(meeting.time_us)} apart, {span(needed.time_us)} needed",
        *([] if least is None else [change_words(least)]),
    ]


def _end(version: str, live: dict[str, NoticeRow]) -> str:
    found = live.get(version)
    if found is None:
        return short(version)
    return f"{short(version)} {found.author}, {found.activity}, {found.state} [{found.form}]: {cut(found.words(), 60)}"


def _least_change(conflict: Conflict, live: dict[str, NoticeRow]) -> LeastChange | None:
    """Compute what change of the first notice's volume parts the pair; only where both are readable in full."""
    from detente.geometry.clearing.least_change import least_change

    ends = [live.get(version) for version in (conflict.first, conflict.second)]
    first, second = (None if end is None else end.whole() for end in ends)
    if first is None or second is None:
        return None
    shapes = first.volumes[conflict.first_volume_index], second.volumes[conflict.second_volume_index]
    return least_change(*shapes, conflict.separation)


def _shown(found: Conflicts, changes: list[LeastChange | None]) -> dict[str, object]:
    """Return the answer for a program; where least changes were asked for, each pair with its own."""
    from detente.geometry.clearing.why import change_words

    shown = plain(found)
    for row, least in zip(shown["conflicts"], changes, strict=False):
        row["least_change"] = None if least is None else {**plain(least), "words": change_words(least)}
    return dict(shown)
