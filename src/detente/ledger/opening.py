"""Opening and destroying facets after the entry was recorded (docs/formats/entry.md, "Disclosure" and "Erasure").

A facet that was kept back, or shown to few, can be opened to others later. What is opened is proven to be what the
header committed to then: the salt and the facet hash to it. Erasure destroys body and salt; the leaf and its proofs stay,
so what was recorded stays counted, and nobody can tell any more what it said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec

from detente.errors import EvidenceError, Refused, problem
from detente.ledger import canonical
from detente.ledger.canonical import Hex32, PartyId
from detente.ledger.entry import Submission
from detente.ledger.facets import Facet, Opening, Openings, opens
from detente.ledger.leaf import FACETS, Leaf

Position = Annotated[int, msgspec.Meta(ge=0, lt=FACETS)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Disclosure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One facet opened to those who read this: of entry `about`, at `position`, with what proves it."""

    about: Hex32
    opening: Opening
    position: Position


class Erasure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to destroy bodies and salts: of which entry, at which positions (sorted), by whose authority, and why."""

    about: Hex32
    authority: Words
    ordered_by: PartyId
    positions: tuple[Position, ...]
    reason: Words


def disclose(about: str, position: int, openings: Openings) -> Disclosure:
    """Return the disclosure of a facet that we hold; `Refused` when it is not open to us."""
    opening = openings[position] if 0 <= position < FACETS else None
    if opening is None:
        raise Refused(
            [problem("disclosure-closed", "position", position, "is not open here", "Ask the author to disclose it")]
        )
    return Disclosure(about=about, opening=opening, position=position)


def check_disclosure(disclosure: Disclosure, about: bytes, commitments: tuple[bytes, bytes, bytes, bytes]) -> Facet:
    """Return the facet that a disclosure opens, proven to be the one that entry `about` (32-byte id) committed to.

    `commitments` come from that entry's signed header, or from its leaf. Raises `EvidenceError` if it opens something else.
    """
    if disclosure.about != about.hex():
        raise EvidenceError(f"the disclosure is about entry {disclosure.about}, not {about.hex()}")
    if not opens(commitments[disclosure.position], disclosure.position, disclosure.opening):
        raise EvidenceError(
            f"facet {disclosure.position} of entry {disclosure.about} is not what its author committed to"
        )
    canonical.check(bytes(disclosure.opening.facet.body))
    return disclosure.opening.facet


def check_opening(leaf: Leaf, position: int, opening: Opening) -> Facet:
    """Return an opened facet, proven to be the one in a leaf: enough for somebody who holds nothing but the tree."""
    if not opens(leaf.commitments[position], position, opening):
        raise EvidenceError(f"facet {position} is not what leaf {leaf.index} commits to")
    return opening.facet


def check_erasure(erasure: Erasure) -> None:
    """Refuse an erasure that destroys nothing, or does not name its authority and reason."""
    faults = []
    if not erasure.positions or list(erasure.positions) != sorted(set(erasure.positions)):
        rule = "must name at least one facet, sorted, each once"
        faults.append(problem("erasure-positions", "positions", erasure.positions, rule, "Name what to destroy"))
    for name in ("authority", "reason"):
        if not getattr(erasure, name).strip():
            faults.append(
                problem(f"erasure-{name}", name, getattr(erasure, name), "must say it in words", "Write it down")
            )
    if faults:
        raise Refused(faults)


def erase(submission: Submission, positions: Iterable[int]) -> Submission:
    """Return a recorded submission without the bodies and salts at these positions. Header, signature and tags stay.

    The result hashes to the same leaf. What is gone looks like a facet that was never opened; the erasure entry tells.
    """
    gone = set(positions)
    a, b, c, d = (None if place in gone else opening for place, opening in enumerate(submission.facets))
    return msgspec.structs.replace(submission, facets=(a, b, c, d))
