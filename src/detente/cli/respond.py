"""`detente respond ID ANSWER`: say what became of somebody's entry here; each answer is a fact of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.desk import Officer, Station, To, WaitS, at_desk, short
from detente.cli.say import AsJson, answer, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.times import time_us
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.records.response import Readback


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
    unit: Annotated[str | None, typer.Option("--unit", help="Acting unit; needed for passed-to-unit.")] = None,
    grid: Annotated[str, typer.Option("--grid", help="Place as understood, for read-back.")] = "",
    decimal: Annotated[str, typer.Option("--decimal", help="Place as understood, for read-back.")] = "",
    start: Annotated[str | None, typer.Option("--from", help="Start as understood, for read-back.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="End as understood, for read-back.")] = None,
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Answer an entry. The author reads it, and whom `--to` names beside."""
    from typing import get_args

    from detente.records.response import ANSWER_MEANS, Answer, Response

    if said not in get_args(Answer):
        rule = f"must be one of: {', '.join(ANSWER_MEANS)}"
        raise Refused([problem("choice", "ANSWER", said, rule, "Choose one; each says only what it says.")])
    with at_desk(station) as desk:
        about = desk.entry(entry)["entry"]
        version = desk.full_id(entry, "ID")
        author = about["header"]["author"]
        signer = desk.officer(officer)
        body = Response(
            about=desk.first_version(version),
            answer=said,  # type: ignore[arg-type]
            by_role=desk.role(signer, role),
            readback=_readback(grid, decimal, start, until),
            unit=unit,
            version=version,
            words=words,
        )
        readers = sorted({*parties(to, needed=False), author} - {desk.party}) or [desk.party]
        asked = {
            "facets": [{"audience": readers, "body": body, "form": "full"}],
            "kind": "response",
            "officer": signer,
            "refers_to": [version],
        }
        found = send(desk, asked, wait, as_json)
        means = f"{said}, of {short(version)} by {author}, in role {body.by_role}: {ANSWER_MEANS[body.answer]}."
        answer(found, sent("Response", found, means, f"Read by {', '.join(readers)}."), as_json)


def _readback(grid: str, decimal: str, start: str | None, until: str | None) -> Readback | None:
    from detente.records.response import Readback

    if not (grid or decimal or start or until):
        return None
    return Readback(
        decimal=decimal,
        end_us=None if until is None else time_us(until, "--until"),
        grid=grid,
        start_us=None if start is None else time_us(start, "--from"),
    )
