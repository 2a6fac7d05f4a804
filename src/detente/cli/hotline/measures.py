"""`detente measures`: kinds of incident and near miss, what to note of each, what has worked, with a real case and its source."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("measures")(guarded(measures))


def measures(
    name: Annotated[str | None, typer.Argument(metavar="KIND", help="One kind; else all.")] = None,
    near_miss: Annotated[bool, typer.Option("--near-miss", help="Only near misses.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the kinds of incident and near miss to record under. None of them sets a distance: the record does that."""
    from detente.rules.protection.measures import MEASURES

    found = [m for m in MEASURES if (name is None or m.name == name) and (m.near_miss or not near_miss)]
    if not found:
        rule = f"must be one of: {', '.join(m.name for m in MEASURES)}"
        raise Refused([problem("choice", "KIND", name or "", rule, "Choose one, or leave it out.")])
    lines = []
    for m in found:
        lines += [
            f"{m.name} ({m.where}, {'near miss' if m.near_miss else 'incident'}): {m.says}",
            f"  note: {'; '.join(m.note)}",
            f"  then: {m.then}",
            f"  say: {', '.join(m.phrases)}",
            f"  case: {m.case} ({m.tag}; {', '.join(m.source)})",
        ]
    answer({"measures": found}, "\n".join(lines), as_json)
