"""Duress: a quiet word beside a message, that it was sent under pressure. It stands in a facet of its own, for its author's own side.

A facet kept back and an unused place look the same, so neither the host nor any other reader learns that the word is there.
"""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Duress(Body, frozen=True, kw_only=True):
    """What the author's own side should know. `for_roles` are the roles that are shown it, at their own asking."""

    for_roles: tuple[str, ...]
    words: str


def check(duress: Duress) -> tuple[Problem, ...]:
    """Return what is wrong with a quiet word, seen alone."""
    faults = Faults()
    faults.roles("for_roles", duress.for_roles)
    faults.text("words", duress.words)
    if not duress.for_roles:
        faults.add("duress_for", "for_roles", "", "names at least one role", "Name who is to be shown it.")
    return faults.all()


FORMS = (first_version("message", Duress, check, "duress", 3),)
