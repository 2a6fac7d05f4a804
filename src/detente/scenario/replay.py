"""Plays the branches of a case, each on a virtual ledger of its own with a host and one station for each party."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from detente.errors import Refused, problem
from detente.geometry.durations import SECOND_US
from detente.geometry.f3548 import rounded
from detente.ledger.genesis import ScreeningRules, SeparationRules
from detente.rules.notices.screening.cells import check_cell_size
from detente.scenario.case import Case, microseconds
from detente.scenario.player import Played, Player, ReplayLine
from detente.scenario.processes import Door, running
from detente.wiring.founding import Founded, Founding, OfficerPlan, PartyPlan, found_ledger

M2_S_IN_KM2_H = 1_000_000 * 3600


@dataclass(frozen=True)
class Stage:
    """One branch's running ledger: its folders, and doors to the stations and to the host's operator listener."""

    clock: Door
    doors: dict[str, Door]
    founded: Founded


def founding_of(case: Case) -> Founding:
    """Return what a case's virtual ledger is founded on."""
    rules = case.rules
    cell_ndeg = rounded(Decimal(str(rules["cell_deg"])), 9)
    check_cell_size(cell_ndeg)
    return Founding(
        clock="virtual",
        created_us=microseconds(case.starts),
        host_name="Neutral host of the replay",
        origin=f"detente.example/{case.case}",
        parties=tuple(
            PartyPlan(party=p.party, name=p.name, officers=tuple(OfficerPlan(o.officer, o.roles) for o in p.officers))
            for p in case.parties
        ),
        rules={"urgent_answer_us": int(rules["urgent_unanswered_s"]) * SECOND_US, "lateness_us": 2_592_000 * SECOND_US},
        screening=ScreeningRules(
            after_us=int(rules["screening_after_s"]) * SECOND_US,
            budget_m2_s_per_day=int(rules["budget_km2_h_per_day"]) * M2_S_IN_KM2_H,
            buffer_mm=int(rules["buffer_m"]) * 1000,
            cell_ndeg=cell_ndeg,
            deadline_us=int(rules["screening_deadline_s"]) * SECOND_US,
            epoch_us=int(rules["epoch_s"]) * SECOND_US,
            least_duration_us=int(rules["least_duration_s"]) * SECOND_US,
            least_size_mm=int(rules["least_size_m"]) * 1000,
        ),
        separation=SeparationRules(
            horizontal_mm=int(rules["horizontal_m"]) * 1000,
            time_us=int(rules["time_s"]) * SECOND_US,
            vertical_mm=int(rules["vertical_m"]) * 1000,
        ),
        workers=0,
    )


@contextlib.contextmanager
def staged(case: Case, folder: Path) -> Iterator[Stage]:
    """Found the ledger of one branch in an empty folder, run it, and open the doors to it."""
    founded = found_ledger(folder, founding_of(case))
    stations = {p.party: founded.station_folder(p.party) for p in case.parties}
    with running(founded.host_folder, stations) as (host, started):
        clock = Door(host.said["operator"], (founded.host_folder / "operator.token").read_text().strip())
        doors = {
            p: Door(s.said["local"], (stations[p] / "local.token").read_text().strip()) for p, s in started.items()
        }
        try:
            yield Stage(clock=clock, doors=doors, founded=founded)
        finally:
            for door in (clock, *doors.values()):
                door.close()


def play(
    case: Case,
    folder: Path,
    branches: Sequence[str] = (),
    *,
    begin: Callable[[str], None] = lambda branch: None,
    say: Callable[[ReplayLine], None] = lambda line: None,
    finished: Callable[[Played], None] = lambda played: None,
    linger: Callable[[str, Stage], None] = lambda branch, stage: None,
) -> list[Played]:
    """Play branches one after the other (all of them if none is named), and return what came of each.

    `begin`, `say` and `finished` are told of each branch and line as it comes; `linger` is called with a branch's ledger still
    running. Errors: Refused for a branch that the case has not.
    """
    wanted = tuple(branches) or tuple(case.branches)
    unknown = [b for b in wanted if b not in case.branches]
    if unknown:
        known = ", ".join(case.branches)
        raise Refused(
            [
                problem("unknown_branch", "branch", b, "must be a branch of the case", f"It has {known}.")
                for b in unknown
            ]
        )
    played = []
    for branch in wanted:
        begin(branch)
        with staged(case, folder / branch) as stage:
            played.append(Player(case, branch, stage.clock, stage.doors, folder, say).play())
            finished(played[-1])
            linger(branch, stage)
    return played
