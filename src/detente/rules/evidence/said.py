"""A claim as it stands in the record: which entry, when it was said, and the name under which its origin is counted."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.records.evidence.claim import Claim

UNNAMED = ":unnamed"


class ClaimSaid(msgspec.Struct, frozen=True, kw_only=True):
    """One claim with the id of its entry, and when it was said: as it states, else when it was recorded, µs since 1970 UTC."""

    at_us: int
    claim: Claim
    id: str


def said(entry_id: str, claim: Claim, received_at_us: int) -> ClaimSaid:
    """Return a claim of the record; a claim that does not state when it was said counts from its recording."""
    stated = claim.said
    moments = () if stated is None else (stated.earliest_us, stated.latest_us)
    at_us = next((moment for moment in moments if moment is not None), received_at_us)
    return ClaimSaid(at_us=at_us, claim=claim, id=entry_id)


def origin_of(claim: Claim) -> str:
    """Return the name that support is counted by: the declared origin, else the speaker; case and spacing do not matter."""
    return plain_name(claim.origin or claim.who)


def plain_name(name: str) -> str:
    """Return a name as it is compared."""
    return " ".join(name.casefold().split())


def shown_names(all_said: Iterable[ClaimSaid]) -> dict[str, str]:
    """Return how each origin is written by those who name it: of several spellings, the first in order of text."""
    names: dict[str, str] = {}
    for one in all_said:
        written = one.claim.origin or one.claim.who
        key = plain_name(written)
        names[key] = min(names.get(key, written), written)
    return names


def is_unnamed(origin: str) -> bool:
    """Tell whether an origin is a source that its outlet does not name."""
    return origin.endswith(UNNAMED)
