"""Where a test may end the process, or fail, between two steps of the durable order. Without a plan each costs one call.

    DETENTE_FAILPOINTS="after-store=kill@3,before-sign=raise"

ends the process by SIGKILL the third time it comes to `after-store`, and raises every time it comes to `before-sign`.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from detente.errors import Refused, Unavailable, problem

VARIABLE = "DETENTE_FAILPOINTS"

Failpoint = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What happens at one point: `kill` or `raise`, from the `turn`-th time on."""

    act: Literal["kill", "raise"]
    turn: int = 1


def no_failpoint(name: str) -> None:
    """Go on."""


def read_plan(text: str, known: tuple[str, ...]) -> dict[str, Plan]:
    """Read a plan; raises `Refused` for a point that does not exist: a test that fails nothing proves nothing."""
    plans: dict[str, Plan] = {}
    for part in filter(None, text.split(",")):
        name, _, rest = part.partition("=")
        act, _, turn = rest.partition("@")
        if name not in known or act not in ("kill", "raise") or not (turn or "1").isdigit():
            rule = f"must be NAME=kill or NAME=raise, perhaps @TURN, with NAME one of {', '.join(known)}"
            raise Refused([problem("failpoint", VARIABLE, part, rule, "Correct the variable")])
        plans[name] = Plan(act="kill" if act == "kill" else "raise", turn=int(turn or "1"))
    return plans


def failpoint_for(plans: Mapping[str, Plan]) -> Failpoint:
    """Return the function to call at each point."""
    if not plans:
        return no_failpoint
    turns: Counter[str] = Counter()

    def reach(name: str) -> None:
        plan = plans.get(name)
        if plan is None:
            return
        turns[name] += 1
        if turns[name] < plan.turn:
            return
        if plan.act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise Unavailable(f"failpoint {name}")

    return reach


def failpoints_from_environment(known: tuple[str, ...]) -> Failpoint:
    """Return the failpoints that the environment asks for; none in daily life."""
    return failpoint_for(read_plan(os.environ.get(VARIABLE, ""), known))
