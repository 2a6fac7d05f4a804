"""An officer: a name inside the party, with a key, the roles it may act in, and whether it still may."""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Officer(Body, frozen=True, kw_only=True):
    """One officer's key as it stands from this entry on.

    `revoked` refuses later entries by this key; `distrusted` flags, and never removes, what it signed at or after
    `distrust_since_us`.
    """

    distrust_since_us: int | None
    key: str
    officer: str
    party: str
    roles: tuple[str, ...]
    state: Literal["active", "distrusted", "revoked"]
    words: str


def check(officer: Officer) -> tuple[Problem, ...]:
    """Return what is wrong with an officer entry, seen alone."""
    faults = Faults()
    faults.role("officer", officer.officer)
    faults.party("party", officer.party)
    faults.hash("key", officer.key)
    faults.roles("roles", officer.roles)
    faults.text("words", officer.words)
    if (officer.state == "distrusted") != (officer.distrust_since_us is not None):
        faults.add(
            "officer_distrust",
            "distrust_since_us",
            officer.distrust_since_us,
            "is given exactly when the state is distrusted",
            "Say since when, or change the state.",
        )
    if officer.state == "active" and not officer.roles:
        faults.add("officer_roles", "roles", "", "an active officer has at least one role", "Name a role.")
    return faults.all()


FORMS = (first_version("officer", Officer, check),)
