"""Compare two builds in one sitting: `python -m bench.against OLD [NEW]` prints one table, of the wall and of the processor.

A build is a folder with `src/detente` in it; NEW is this one unless named. The builds take turns, A B A B, so that whatever else
the machine does falls on both alike, and both run in this interpreter with the libraries that it has. `--work NAME` picks rows.
To add a row, write a function that sets up what both builds need and yields a `Work`, and name it in `WORKS`.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.table import Row, render

HERE = Path(__file__).resolve().parents[1]
TURNS = 15


class Work(NamedTuple):
    """What both builds do: a name, the interpreter's arguments, the folder to stand in, and a note."""

    name: str
    command: list[str]
    folder: Path
    note: str


class Took(NamedTuple):
    """One turn, in seconds: on the wall, and of the processor in every process that it started and waited for."""

    wall_s: float
    cpu_s: float


@contextmanager
def status() -> Iterator[Work]:
    """`detente status` as an officer types it. The station belongs to this build; both ask the same one."""
    from tests.support.ledgers import running

    with tempfile.TemporaryDirectory() as name:
        ledger = Path(name) / "ledger"
        with running(ledger, ["cjtf", "rus", "un"]):
            command = ["-m", "detente.cli", "status", "--station", str(ledger / "stations" / "cjtf")]
            yield Work("`detente status`", command, ledger, "a whole process that asks a running station of three")


@contextmanager
def helping() -> Iterator[Work]:
    """`detente --help`, which asks nobody: the least that any verb takes."""
    with tempfile.TemporaryDirectory() as name:
        yield Work("`detente --help`", ["-m", "detente.cli", "--help"], Path(name), "a whole process")


WORKS: dict[str, Callable[[], AbstractContextManager[Work]]] = {"status": status, "help": helping}


def one_turn(build: Path, work: Work) -> Took:
    """Let a build do it once. Raises CalledProcessError where it fails: a refusal is quick, and compares nothing."""
    environment = dict(os.environ, PYTHONPATH=str(build / "src"))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled once, so both are
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, *work.command]
    subprocess.run(command, env=environment, cwd=work.folder, stdout=subprocess.DEVNULL, check=True)
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall_s, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def compared(new: Path, old: Path, work: Work, turns: int) -> Iterator[Row]:
    """Yield one row for the wall and one for the processor: medians. The first turn fills the caches and does not count."""
    took = [(one_turn(new, work), one_turn(old, work)) for _ in range(turns + 1)][1:]
    for what, at in (("wall", 0), ("processor", 1)):
        ours, theirs = [turn[0][at] * 1000 for turn in took], [turn[1][at] * 1000 for turn in took]
        note = f"{work.note}; {turns} turns each, the shortest {min(ours):.0f} and {min(theirs):.0f} ms"
        ratio = f"{median(ours) / median(theirs):.2f}"
        yield Row(f"{work.name}, {what}", f"{median(ours):.0f} ms", f"{median(theirs):.0f} ms", ratio, note)


def main() -> None:
    """Print the table. Ends with a sentence where a folder holds no build."""
    asked = argparse.ArgumentParser(prog="python -m bench.against", description=(__doc__ or "").splitlines()[0])
    asked.add_argument("old", type=Path)
    asked.add_argument("new", type=Path, nargs="?", default=HERE)
    asked.add_argument("--work", action="append", choices=sorted(WORKS))
    asked.add_argument("--turns", type=int, default=TURNS)
    given = asked.parse_args()
    for build in (given.old, given.new):
        if not (build / "src" / "detente").is_dir():
            asked.error(f"{build} holds no build: it has no src/detente")
    rows: list[Row] = []
    for name in given.work or WORKS:
        with WORKS[name]() as work:
            rows += compared(given.new.resolve(), given.old.resolve(), work, given.turns)
    print(render("This build (ours) and the other (baseline), in turn", rows))


if __name__ == "__main__":
    main()
