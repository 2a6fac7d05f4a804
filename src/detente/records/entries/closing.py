"""A closing: the author says to some who have a version of an entry that no later version will come to them.

The thread went on, or ended, without them; where it went is not theirs to know, so nothing here says it.
"""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Closing(Body, frozen=True, kw_only=True):
    """For its readers entry `about`, the last version that they have, holds no longer. That is no assurance of anything."""

    about: str
    words: str


def check(closing: Closing) -> tuple[Problem, ...]:
    """Return what is wrong with a closing, seen alone."""
    faults = Faults()
    faults.hash("about", closing.about)
    faults.text("words", closing.words)
    return faults.all()


FORMS = (first_version("closing", Closing, check),)
