"""`detente host --folder F`, `detente station --folder F`: run one process until Ctrl-C or SIGTERM.

Its first line on standard output is one JSON object saying where it listens; the same stands in `listening.json` in its
folder. Its log goes to standard error, one JSON object a line.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from detente.cli.output import AsJson, guarded
from detente.errors import Refused, problem
from detente.storage import private

Folder = Annotated[Path, typer.Option("--folder", "-f", help="Folder that `detente init` made.")]


def register(app: typer.Typer) -> None:
    """Add both verbs."""
    app.command("host")(guarded(host))
    app.command("station")(guarded(station))


def host(folder: Folder, as_json: AsJson = False) -> None:
    """Run the host of a ledger. It listens for parties and, apart from that, for its operator (health, metrics)."""
    _is(folder, "host.key", "a host")
    from detente.host.server import run

    _say_where(folder)
    run(folder)


def station(folder: Folder, as_json: AsJson = False) -> None:
    """Run a party's station. It listens for other stations and, apart from that, for its own officers."""
    _is(folder, "station.toml", "a station")
    from detente.station.server import run

    _say_where(folder)
    run(folder)


def _is(folder: Path, name: str, what: str) -> None:
    if not (folder / name).is_file():
        rule = f"must be the folder of {what}, with its {name}"
        raise Refused([problem("folder", "--folder", str(folder), rule, "Make one with `detente init`.")])


def _say_where(folder: Path) -> None:
    sys.stdout = _FirstLine(sys.stdout, folder / "listening.json")


class _FirstLine:
    """Standard output, whose first line is kept in a file as well."""

    def __init__(self, out: TextIO, path: Path) -> None:
        self._out = out
        self._path = path
        self._held: str | None = ""

    def write(self, text: str) -> int:
        if self._held is not None:
            self._held += text
            if "\n" in self._held:
                private.write_text(self._path, self._held.partition("\n")[0] + "\n")
                self._held = None
        return self._out.write(text)

    def flush(self) -> None:
        self._out.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._out, name)
