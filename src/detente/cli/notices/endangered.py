"""`detente endangered`: what changed, which open notices rest on it, how soon somebody is in danger, who has answered afresh."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.entry_words import cut
from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.session import Station, at_station, basis_words, short
from detente.cli.times import Zone, moment, span, zone_named
from detente.rules.notices.changes.fan_out import what_words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from detente.api.notices import AskedAfreshRow, DangerBoardRow


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("endangered")(guarded(endangered))


def endangered(
    limit: Annotated[int, typer.Option("--limit", min=1, help="Notices shown for each change.")] = 20,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List what changes endanger, one list for each change, the soonest danger first, with every recipient's answer and clock."""
    from detente.api.notices import EndangeredAsked

    with at_station(station) as session:
        found = session.station.ask(EndangeredAsked(limit=limit))
        now_us = session.now_us
    where = zone_named(zone)
    words: list[RenderableType | None] = []
    for board in found.boards:
        words += [*_board(board, now_us, where), ""]
    if not words:
        words = [
            "Nothing that changed, as far as we may read, touches an open notice. What we may not read is not in this."
        ]
    answer(found, [*words, basis_words(found.basis, zone)], as_json)


def _board(board: DangerBoardRow, now_us: int, zone: tzinfo | None) -> list[RenderableType | None]:
    change = board.change
    begins = change.until_us if board.cause == "over" else change.effective_us
    said = f"{change.change}, says {change.by}" if board.cause == "said" else f"announced end ({change.by})"
    head = (
        f"{change.matter}: {said}, from {moment(begins, zone)} ({short(change.source)}). {board.total} open notice(s) "
        f"rest on it, {board.at_once} with people in danger now. {cut(change.words)}"
    )
    rows = [
        (
            "NOW" if one.danger_us <= now_us else f"in {span(one.danger_us - now_us)}",
            short(one.version),
            one.author,
            what_words(one.activity, one.author, one.state),
            ", ".join(one.untold),
            cut(one.words, 40),
        )
        for one in board.in_danger
    ]
    columns = ("danger", "notice", "owner", "what", "tell yourself", "words")
    asked = [
        (
            one.recipient,
            str(one.count),
            one.urgency,
            "in our queue" if one.asked_us is None else moment(one.asked_us, zone),
            _clock(one, now_us),
            short(one.entry) if one.entry else "",
        )
        for one in board.asked
    ]
    return [
        head,
        table(f"{len(rows)} of {board.total}", columns, rows) if rows else None,
        table("Asked afresh", ("recipient", "notices", "haste", "asked", "answer", "warning"), asked)
        if asked
        else None,
    ]


def _clock(one: AskedAfreshRow, now_us: int) -> str:
    if one.state == "answered":
        if one.answered_us is None or one.asked_us is None:
            return f"{one.answer}"
        return f"{one.answer}, after {span(one.answered_us - one.asked_us)}"
    if one.due_us is None:
        return "none yet" if one.asked_us is None else "no answer"
    if now_us > one.due_us:
        return f"UNANSWERED, overdue by {span(now_us - one.due_us)}"
    return f"none yet, {span(one.due_us - now_us)} left"
