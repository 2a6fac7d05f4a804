"""A roster: which officer is on watch in which role, from when until when. Roles are called, never persons."""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults


class Duty(Body, frozen=True, kw_only=True):
    """One officer on watch in one role; closed span, microseconds."""

    from_us: int
    officer: str
    role: str
    until_us: int


class Roster(Body, frozen=True, kw_only=True):
    """A party's duties over a period. A newer roster of the party replaces it by superseding it."""

    duties: tuple[Duty, ...]
    party: str
    words: str


def check(roster: Roster) -> tuple[Problem, ...]:
    """Return what is wrong with a roster. Gaps are not wrong: an unmanned role is a fact worth seeing."""
    faults = Faults()
    faults.party("party", roster.party)
    faults.text("words", roster.words)
    faults.each_once("duties", [(d.from_us, d.officer, d.role, d.until_us) for d in roster.duties])
    for i, duty in enumerate(roster.duties):
        faults.role(f"duties[{i}].officer", duty.officer)
        faults.role(f"duties[{i}].role", duty.role)
        faults.order(f"duties[{i}]", duty.from_us, duty.until_us)
    return faults.all()
