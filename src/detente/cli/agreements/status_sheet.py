"""`detente status-sheet AGREEMENT`: where an agreement stands, per term, per reading, per party; in words and in deeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from detente.api.agreements import SheetAsked
from detente.cli.agreements.agreement import AsOf, Name, Of, viewpoint
from detente.cli.output import AsJson, answer, guarded
from detente.cli.session import Station, at_station, basis_words
from detente.rules.agreements.sheets.html import html
from detente.rules.agreements.sheets.markdown import markdown
from detente.storage import private


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("status-sheet")(guarded(status_sheet))


def status_sheet(
    agreement: Name,
    as_of: AsOf = None,
    for_: Of = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Write AGREEMENT.md and AGREEMENT.html into this folder.")
    ] = None,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Write the status sheet of an agreement as this station sees it, as Markdown and as one HTML page that stands alone."""
    with at_station(station) as session:
        got = session.station.ask(SheetAsked(name=agreement, **viewpoint(as_of, for_)))
        made = got.sheet
        text = markdown(made)
        files: list[str] = []
        if folder is not None:
            for name, content in ((f"{made.agreement}.md", text), (f"{made.agreement}.html", html(made))):
                private.write_text(folder / name, content)
                files.append(str(folder / name))
        value = {**msgspec.structs.asdict(got), "files": files, "markdown": text}
        words = f"written: {', '.join(files)}" if files else text
        answer(value, [words, basis_words(got.basis)], as_json)
