"""Gathers the verbs. A verb lives in the module of its name, and is a function that takes typed options and says its answer."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from detente import __version__

app = typer.Typer(
    name="detente",
    help="Keep parties who do not trust each other out of each other's way, and prove afterwards who told whom what and when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Take what stands before any verb."""


VERBS: dict[str, str] = {
    "overlap": "detente.cli.overlap",
}
"""Each verb and the module that holds it; the module has `register(app)`."""

for _module in dict.fromkeys(VERBS.values()):
    importlib.import_module(_module).register(app)


def main() -> None:
    """Run the command line."""
    app()
