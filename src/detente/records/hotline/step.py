"""A step of a ladder: who is called because something is still unanswered, and by which way.

One entry for each (about, party, ladder, step), by the author of `about`; a host refuses a second one, so that nothing is
called twice by one cause. It goes to those concerned alone: the party that owes the answer, and whoever is called above it.
"""

from __future__ import annotations

from typing import Final, Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

LadderName = Literal["priority", "query", "query-urgent", "screening", "stop", "urgent", "warning", "warning-routine"]
Reach = Literal["role", "director", "alternate-channel", "higher-level", "host-duty-officer"]

STEP_OF: Final[dict[Reach, int]] = {
    "role": 0,
    "director": 1,
    "alternate-channel": 2,
    "higher-level": 3,
    "host-duty-officer": 4,
}
"""The number of each step. 0 is the entry itself and never an entry of this kind."""


class Step(Body, frozen=True, kw_only=True):
    """One call up the ladder. `outcome` is what the matter came to by now; there is no other: an answered one takes no step.

    `called` are officers on watch in `role` as far as the author's copy names any; `channel` the line to be tried next,
    None where none is on record. `since_us` is when the ladder began, by its keeper's clock, `due_us` when this step was due.
    """

    about: str
    called: tuple[str, ...]
    channel: str | None
    due_us: int
    ladder: LadderName
    outcome: Literal["undelivered"]
    party: str
    reach: Reach
    role: str | None
    since_us: int
    step: int
    words: str


def check(step: Step) -> tuple[Problem, ...]:
    """Return what is wrong with a step, seen alone."""
    faults = Faults()
    faults.hash("about", step.about)
    faults.roles("called", step.called)
    if step.channel is not None:
        faults.name("channel", step.channel)
    faults.party("party", step.party)
    if step.role is not None:
        faults.role("role", step.role)
    faults.order("since_us", step.since_us, step.due_us)
    faults.text("words", step.words, needed=True)
    if step.step != STEP_OF[step.reach] or step.step == 0:
        rule = "is 1 director, 2 alternate-channel, 3 higher-level, 4 host-duty-officer"
        faults.add("step_number", "step", step.step, rule, "Correct the number or the reach.")
    return faults.all()


FORMS = (first_version("step", Step, check),)
