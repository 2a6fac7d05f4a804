"""A ledger as a newcomer makes one: `detente init`, then the host and a station for each party as processes of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner

from detente.cli.app import app

QUICK_SLOTS = ("--rule", "screening.after_us=1000000", "--rule", "screening.deadline_us=3000000")
"""Screenings after a second instead of minutes."""

STOP_S = 20


@contextmanager
def running(folder: Path, parties: Sequence[str], *options: str) -> Iterator[None]:
    """Found a ledger of these parties in `folder` with more options for `init`, and keep its processes up; each must end with 0."""
    named = [part for party in parties for part in ("--party", party)]
    made = CliRunner().invoke(app, ["init", str(folder), *named, "--port", "0", *options])
    assert made.exit_code == 0, made.output
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for name in ("host", *(f"stations/{party}" for party in parties)):
            verb = name.partition("/")[0].removesuffix("s")
            command = [sys.executable, "-m", "detente.cli", verb, "--folder", str(folder / name)]
            with (folder / f"{name.replace('/', '-')}.log").open("wb") as log:
                processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log))
        for process in processes:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["size"] >= 0
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            assert process.wait(STOP_S) == 0
            assert process.stdout is not None
            process.stdout.close()
