"""Opening and destroying facets after the entry was recorded (docs/formats/entry.md, "Disclosure" and "Erasure").

A facet that was kept back, or shown to few, can be opened to others later. What is opened is proven to be what the
header committed to then: the salt and the facet hash to it. Erasure destroys body and salt; the leaf and its proofs stay,
so what was recorded stays counted, and nobody can tell any more what it said.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.errors import EvidenceError, Refused, problem
from detente.ledger import canonical
from detente.ledger.entry import Submission
from detente.ledger.facets import Facet, Opening, Openings, facet_bytes, opens
from detente.ledger.leaf import FACETS, Leaf

Commitments = tuple[bytes, bytes, bytes, bytes]


def open_facet(openings: Openings, position: int) -> tuple[str, str]:
    """Return (facet as canonical JSON text, salt as hex) of a facet that we hold: the body of a disclosure entry.

    Raises `Refused` when it is not open to us, or when there is no such position.
    """
    opening = openings[position] if 0 <= position < FACETS else None
    if opening is None:
        rule = "is not open here (kept by its author, unused, or erased)"
        raise Refused([problem("disclosure-closed", "position", position, rule, "Ask the author to disclose it")])
    return facet_bytes(opening.facet).decode(), opening.salt


def check_disclosure(position: int, facet: str, salt: str, commitments: Commitments) -> Facet:
    """Return the facet that a disclosure opens, proven to be the one committed to.

    `commitments` are those of the entry it is about: of its signed header, or of its leaf. Raises `EvidenceError` if the
    text opens something else, or is not the canonical text of a facet at all.
    """
    try:
        found = canonical.decode(facet.encode(), Facet)
        opening = Opening(facet=found, salt=canonical.unhex(salt, 32, "salt").hex())
    except Refused as refused:
        raise EvidenceError(f"what was disclosed is no facet: {refused}") from None
    if not 0 <= position < FACETS or not opens(commitments[position], position, opening):
        raise EvidenceError(f"the facet disclosed at position {position} is not the one its author committed to")
    return found


def check_opening(leaf: Leaf, position: int, opening: Opening) -> Facet:
    """Return an opened facet, proven to be the one in a leaf: enough for somebody who holds nothing but the tree."""
    return check_disclosure(position, facet_bytes(opening.facet).decode(), opening.salt, leaf.commitments)


def erase(submission: Submission, positions: Iterable[int], *, authority: str, reason: str) -> Submission:
    """Return a recorded submission without the bodies and salts at these positions. Header, signature and tags stay.

    The result has the same id and the same leaf. What is gone looks like a facet that was never opened; the erasure
    entry, with the same authority and reason, tells. Raises `Refused` when these are not named or nothing is.
    """
    gone = sorted(set(positions))
    faults = [
        problem(f"erasure-{name}", name, words, "must be said in words", "Write it down; it goes into the ledger")
        for name, words in (("authority", authority), ("reason", reason))
        if not words.strip()
    ]
    if not gone or gone[0] < 0 or gone[-1] >= FACETS:
        faults.append(problem("erasure-positions", "positions", gone, "must be some of 0 to 3", "Name what to destroy"))
    if faults:
        raise Refused(faults)
    a, b, c, d = (None if place in gone else opening for place, opening in enumerate(submission.facets))
    return msgspec.structs.replace(submission, facets=(a, b, c, d))
