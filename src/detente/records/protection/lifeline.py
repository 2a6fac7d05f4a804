"""A lifeline: a facility that the parties keep open for people to get out and help to get in, an airport above all."""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.exact.rings import check_outline
from detente.geometry.volume import Outline
from detente.records.body import Body, Faults
from detente.records.form import first_version

LifelineState = Literal["closed", "open", "restricted"]


class Task(Body, frozen=True, kw_only=True):
    """What one party does for it: runs it, guards a gate, clears people."""

    party: str
    role: str
    words: str


class Lifeline(Body, frozen=True, kw_only=True):
    """One lifeline as its author says it stands. `guarantor` answers for its being kept open; `until_us` None: no end set.

    `rules` are the rules of safe passage, in the order in which somebody on the way meets them; `channel` the line to call.
    """

    channel: str
    from_us: int
    guarantor: str
    lifeline: str
    name: str
    outline: Outline
    rules: tuple[str, ...]
    state: LifelineState
    tasks: tuple[Task, ...]
    until_us: int | None
    words: str


def check(lifeline: Lifeline) -> tuple[Problem, ...]:
    """Return what is wrong with a lifeline, seen alone."""
    faults = Faults()
    faults.name("channel", lifeline.channel)
    faults.order("from_us", lifeline.from_us, lifeline.until_us)
    faults.party("guarantor", lifeline.guarantor)
    faults.name("lifeline", lifeline.lifeline)
    faults.title("name", lifeline.name)
    faults.extend(check_outline(lifeline.outline, "outline"))
    for i, rule in enumerate(lifeline.rules):
        faults.text(f"rules[{i}]", rule, needed=True)
    if not lifeline.rules:
        faults.add("no_rules", "rules", "", "says how people pass safely", "Write at least one rule.")
    faults.each_once("tasks", [(task.party, task.role) for task in lifeline.tasks])
    for i, task in enumerate(lifeline.tasks):
        faults.party(f"tasks[{i}].party", task.party)
        faults.role(f"tasks[{i}].role", task.role)
        faults.text(f"tasks[{i}].words", task.words, needed=True)
    faults.text("words", lifeline.words, needed=lifeline.state != "open")
    return faults.all()


FORMS = (first_version("lifeline", Lifeline, check),)
