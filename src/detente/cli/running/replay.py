"""`detente replay CASE` plays a real case through real processes; `detente demo` does, and then leaves them to be tried."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from detente.cli.output import AsJson, answer, guarded, out, table
from detente.geometry.zones import local, zone
from detente.scenario.case import Case, load, shipped
from detente.scenario.player import Played, ReplayLine
from detente.scenario.replay import Stage, play

TABLE_COLUMNS = 150
"""Width of the table where nobody looks at a terminal."""

CaseName = Annotated[
    str, typer.Argument(help=f"A scenario file (docs/formats/scenario.md), or one of {', '.join(sorted(shipped()))}.")
]
Branch = Annotated[list[str] | None, typer.Option("--branch", help="Play this branch only; may be repeated.")]
Folder = Annotated[Path | None, typer.Option("--folder", help="An empty or new folder for ledgers, keys and bundles.")]
DEFAULT = "deir-ez-zor-2016"


def register(app: typer.Typer) -> None:
    """Add both verbs."""
    app.command("replay")(guarded(replay))
    app.command("demo")(guarded(demo))


def replay(case: CaseName = DEFAULT, branch: Branch = None, folder: Folder = None, as_json: AsJson = False) -> None:
    """Play a case: a host and a station for each party start on loopback, on a virtual ledger, for each branch."""
    _play(load(case), tuple(branch or ()), folder, as_json, stay=False)


def demo(case: CaseName = DEFAULT, branch: Branch = None, folder: Folder = None, as_json: AsJson = False) -> None:
    """Play a case, then keep the last branch's host and stations up to be tried (in a terminal only)."""
    _play(load(case), tuple(branch or ()), folder, as_json, stay=sys.stdin.isatty() and sys.stdout.isatty())


def _play(case: Case, branches: tuple[str, ...], folder: Path | None, as_json: bool, *, stay: bool) -> None:
    where = folder or Path("var") / "replay" / f"{case.case}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    last = (branches or tuple(case.branches))[-1]
    began = time.monotonic()
    if not as_json:
        _introduce(case)
    screen = _screen()
    status = screen.status("") if screen.is_terminal and not as_json else None

    def begin(branch: str) -> None:
        if status:
            status.start()
            status.update(f"{branch}: starting host and stations")

    def say(line: ReplayLine) -> None:
        if status:
            status.update(f"{_utc(line.at_us)}  {line.happened or line.raised}"[:140])

    def linger(branch: str, stage: Stage) -> None:
        if status:
            status.stop()
        if stay and branch == last:
            _wait(case, branch, stage)

    def finished(played: Played) -> None:
        if status:
            status.stop()
        if not as_json:
            _show(case, played, screen)

    all_played = play(case, where, branches, begin=begin, say=say, linger=linger, finished=finished)
    unmet = [f"{p.branch}: {words}" for p in all_played for words in p.unmet]
    answer(all_played, _closing(where, unmet, time.monotonic() - began), as_json)
    if unmet:
        raise typer.Exit(1)


def _introduce(case: Case) -> None:
    out.print(f"{case.title}", style="bold")
    out.print(case.about)
    out.print(
        f"A replay on a virtual ledger. Rows carry evidence tag and source keys; ILL is illustrative. Local time is UTC{case.zone}.\n"
    )


def _show(case: Case, played: Played, screen: Console) -> None:
    made = Table(
        title=f"{played.branch}: {case.branches[played.branch]}",
        title_justify="left",
        title_style="bold",
        show_lines=True,
    )
    made.add_column("UTC\nlocal", no_wrap=True)
    for name, share in (("What happened", 5), ("What Detente raised", 5), ("Who knew", 2), ("Proof", 2)):
        made.add_column(name, overflow="fold", ratio=share)
    made.expand = True
    for line in played.lines:
        happened = f"{line.happened} [{line.tag} {' '.join(line.source)}]" if line.happened else ""
        cells = (f"{_utc(line.at_us)}\n{_local(case, line.at_us)}", happened, line.raised, line.knew, line.proof)
        made.add_row(*(c.replace("[", "\\[") for c in cells))
    screen.print(made)
    screen.print()


def _closing(where: Path, unmet: list[str], took_s: float) -> str:
    verdict = (
        "Every branch raised what the case expects." if not unmet else "NOT as the case expects: " + "; ".join(unmet)
    )
    return f"{verdict} {took_s:.0f} s. Ledgers, keys and bundles are in {where}; `detente verify {where}/NAME.bundle.json` checks one."


def _wait(case: Case, branch: str, stage: Stage) -> None:
    stations = {p: stage.founded.station_folder(p) for p in stage.doors}
    rows = [(p, folder, f"detente notices --station {folder}") for p, folder in stations.items()]
    out.print(table(f"The ledger of {branch} is up", ("party", "station's folder", "try"), rows))
    one = next(iter(stations.values()))
    out.print(
        f"More to try: detente log --station {one} | detente waiting --station {one} | detente bundle --help. Ctrl-C ends everything."
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        out.print("ending")


def _screen() -> Console:
    return Console(highlight=False) if out.is_terminal else Console(highlight=False, width=TABLE_COLUMNS)


def _utc(at_us: int) -> str:
    return f"{datetime.fromtimestamp(at_us // 1_000_000, UTC):%d %b %H:%M:%SZ}"


def _local(case: Case, at_us: int) -> str:
    return f"{local(at_us, zone(case.zone)):%d %b %H:%M:%S}"
