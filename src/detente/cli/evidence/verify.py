"""`detente verify BUNDLE`: run the separate verifier, a program of its own that imports nothing of Detente."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import NO_EVIDENCE, OK, AsJson, guarded, progress
from detente.errors import EVIDENCE, REFUSED, Refused, problem

WRONG_USE = 64
CODES = {0: OK, 1: EVIDENCE, 2: NO_EVIDENCE, WRONG_USE: REFUSED}
"""The verifier's exit codes, and ours."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("verify")(guarded(verify))


def verify(
    bundle: Annotated[Path, typer.Argument(help="The investigator's file.")],
    ledger: Annotated[
        str | None, typer.Option("--ledger", help="Ledger id from a party you trust; default: that of --station.")
    ] = None,
    party: Annotated[str | None, typer.Option("--party", help="Was this party told ...")] = None,
    entry: Annotated[str | None, typer.Option("--entry", help="... of this entry (first 8 or more digits) ...")] = None,
    before: Annotated[str | None, typer.Option("--before", help="... before this time?")] = None,
    station: Annotated[
        Path | None,
        typer.Option(
            "--station", "-s", envvar="DETENTE_STATION", help="Take the ledger id from this station's genesis."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle offline. Exit 0: it holds, every question is answered yes; 3: something does not hold; 5: no evidence."""
    from detente.wiring.verifier import verifier_path

    if not bundle.is_file():
        raise Refused([problem("file", "BUNDLE", str(bundle), "must be a file that can be read", "Check the path.")])
    asked = {"--party": party, "--entry": entry, "--before": before}
    given = [name for name, value in asked.items() if value is not None]
    if 0 < len(given) < len(asked):
        missing = ", ".join(name for name in asked if name not in given)
        rule = "go together: was PARTY told of ENTRY before TIME?"
        raise Refused([problem("question", missing, "", rule, f"Add {missing}.")])
    command = [sys.executable, "-I", str(verifier_path()), str(bundle)]
    anchor = ledger or _anchor(station)
    if anchor is not None:
        command += ["--ledger", anchor]
    for name, value in asked.items():
        if value is not None:
            command += [name, value]
    with progress("the verifier checks every signature and hash", as_json):
        done = subprocess.run([*command, *(["--json"] if as_json else [])], capture_output=True, text=True, check=False)
    if done.returncode not in CODES:
        raise Refused([problem("verifier", "BUNDLE", str(bundle), done.stderr.strip()[-200:], "Report this.")])
    if done.returncode == WRONG_USE:
        raise Refused([problem("verifier", "question", "", _fault(command), "Correct the options.")])
    sys.stdout.write(done.stdout)
    raise typer.Exit(CODES[done.returncode])


def _fault(command: list[str]) -> str:
    """Ask the verifier again for what is wrong with the question, as a value; it reads the question before the bundle."""
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    return str(json.loads(done.stdout)["fault"])


def _anchor(station: Path | None) -> str | None:
    if station is None or not (station / "genesis.json").is_file():
        return None
    from detente.ledger.genesis import ledger_id, read_genesis

    return ledger_id(read_genesis((station / "genesis.json").read_bytes().rstrip(b"\n")).genesis).hex()
