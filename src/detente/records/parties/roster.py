"""A roster: which officer is on watch in which role, from when until when. Roles are called, never persons."""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import second_version


class Duty(Body, frozen=True, kw_only=True):
    """One officer on watch in one role; closed span, microseconds.

    `deputy` is the officer who stands in when this one does not answer, None where nobody is named; `languages` are BCP 47
    tags of what this officer can take a call in, sorted, empty where nobody has said.
    """

    deputy: str | None
    from_us: int
    languages: tuple[str, ...]
    officer: str
    role: str
    until_us: int


class Roster(Body, frozen=True, kw_only=True):
    """A party's duties over a period. A newer roster of the party replaces it by superseding it."""

    duties: tuple[Duty, ...]
    party: str
    words: str


class DutyFirst(Body, frozen=True, kw_only=True):
    """A duty of version 1: without deputy and languages."""

    from_us: int
    officer: str
    role: str
    until_us: int


class RosterFirst(Body, frozen=True, kw_only=True):
    """Version 1."""

    duties: tuple[DutyFirst, ...]
    party: str
    words: str


def upcast_first(old: RosterFirst) -> Roster:
    """Carry a roster of version 1 forward: nobody was named as deputy, and no language."""
    duties = tuple(
        Duty(deputy=None, from_us=d.from_us, languages=(), officer=d.officer, role=d.role, until_us=d.until_us)
        for d in old.duties
    )
    return Roster(duties=duties, party=old.party, words=old.words)


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
        faults.each_once(f"duties[{i}].languages", duty.languages)
        for language in duty.languages:
            faults.text(f"duties[{i}].languages", language, needed=True)
        if duty.deputy is not None:
            faults.role(f"duties[{i}].deputy", duty.deputy)
        if duty.deputy == duty.officer:
            rule = "is another officer: nobody stands in for oneself"
            faults.add("duty_deputy", f"duties[{i}].deputy", duty.deputy, rule, "Name another, or leave it out.")
    return faults.all()


FORMS = (second_version("roster", Roster, check, RosterFirst, upcast_first),)
