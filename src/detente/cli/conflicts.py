"""`detente conflicts`: pairs of live notices closer than the separation in force, each with its why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from detente.cli.desk import Station, at_desk, basis_words, short
from detente.cli.say import AsJson, answer, guarded, progress
from detente.cli.times import Zone, moment, span, zone_named
from detente.cli.words import cut, metres


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
    with at_desk(station) as desk:
        found = desk.station.get("conflicts")
        live = {n["version"]: n for n in desk.station.get("notices")["notices"]}
    rows = found["conflicts"]
    if change:
        with progress("computing the least changes", as_json) as told:
            for n, row in enumerate(rows):
                told(f"{n + 1} of {len(rows)}")
                row["least_change"] = _least_change(row["conflict"], live)
    where = zone_named(zone)
    words = [f"{len(rows)} open conflict(s)." if rows else "No open conflicts among the notices that you may read."]
    for row in rows:
        words += _words(row, live, where)
    words += ["What is not notified, or not opened to you, is not compared.", basis_words(found["basis"], zone)]
    answer(found, "\n".join(words), as_json)


def _words(row: dict[str, Any], live: dict[str, Any], zone: Any) -> list[str]:
    conflict = row["conflict"]
    meeting, needed = conflict["meeting"], conflict["separation"]
    ends = [_end(conflict[side], live) for side in ("first", "second")]
    lines = [
        "",
        f"{ends[0]}",
        f"{ends[1]}",
        f"  {conflict['worry']}",
        f"  {moment(meeting['first_us'], zone)} to {moment(meeting['last_us'], zone)}",
        f"  on the ground {metres(meeting['horizontal_mm'])} apart, {metres(needed['horizontal_mm'])} needed"
        f" ({metres(meeting['allowed_mm'])} with the error circles)",
        f"  in height {metres(meeting['vertical_mm'])} apart, {metres(needed['vertical_mm'])} needed;"
        f" in time {span(meeting['time_us'])} apart, {span(needed['time_us'])} needed",
    ]
    if row.get("least_change"):
        lines.append(row["least_change"]["words"])
    return lines


def _end(version: str, live: dict[str, Any]) -> str:
    found = live.get(version)
    if found is None:
        return short(version)
    words = (found["notice"] or {}).get("words") or ""
    return (
        f"{short(version)} {found['author']}, {found['activity']}, {found['state']} [{found['form']}]: {cut(words, 60)}"
    )


def _least_change(conflict: dict[str, Any], live: dict[str, Any]) -> dict[str, Any] | None:
    """Compute what change of the first notice's volume parts the pair; only where both are readable in full."""
    import msgspec

    from detente.cli.say import plain
    from detente.geometry.least_change import least_change
    from detente.geometry.volume import Separation, Volume4D
    from detente.geometry.why import change_words

    ends = [live.get(conflict[side]) for side in ("first", "second")]
    if any(end is None or end["form"] != "full" for end in ends):
        return None
    shapes = [
        msgspec.convert(end["notice"]["volumes"][conflict[f"{side}_volume_index"]], Volume4D)
        for side, end in zip(("first", "second"), ends, strict=True)
        if end is not None
    ]
    found = least_change(shapes[0], shapes[1], msgspec.convert(conflict["separation"], Separation))
    if found is None:
        return None
    return {**plain(found), "words": change_words(found)}
