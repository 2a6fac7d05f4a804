"""A disclosure: an author opens a facet later, to more readers, and shows that it is the one committed to."""

from __future__ import annotations

from detente.errors import Problem
from detente.ledger.leaf import FACETS
from detente.records.body import Body, Faults
from detente.records.form import first_version


class Disclosure(Body, frozen=True, kw_only=True):
    """The facet at `position` of entry `about`. `facet` is its canonical JSON as text; `salt` is 32 bytes as hex.

    That the two give the commitment in the entry is for the ledger to prove, not for this record to claim.
    """

    about: str
    facet: str
    position: int
    salt: str
    words: str


def check(disclosure: Disclosure) -> tuple[Problem, ...]:
    """Return what is wrong with a disclosure, except whether it opens the commitment."""
    faults = Faults()
    faults.hash("about", disclosure.about)
    faults.hash("salt", disclosure.salt)
    faults.text("words", disclosure.words)
    if not 0 <= disclosure.position < FACETS:
        faults.add("facet_position", "position", disclosure.position, "is 0 to 3", "Say which facet it is.")
    if not disclosure.facet.startswith("{"):
        faults.add("facet_text", "facet", disclosure.facet, "is the facet's JSON", "Copy it from the station.")
    return faults.all()


FORMS = (first_version("disclosure", Disclosure, check),)
