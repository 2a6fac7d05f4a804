"""One entry as one viewer may read it: what a host gives a station, and a station hands on (docs/formats/host-api.md, "ReadableEntry").

`Delivered` is the same without a place in the ledger: what travels directly from station to station before the host has it.
"""

from __future__ import annotations

import msgspec

from detente.ledger.canonical import Count, Hex32, Hex64
from detente.ledger.entry import Header, Submission, Tag
from detente.ledger.facets import Openings
from detente.ledger.shown import visible


class ReadableEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry at its index. A facet the viewer may not read, a dummy, a sealed and an erased one are all None."""

    erased: bool
    facets: Openings
    header: Header
    header_salt: Hex32
    id: Hex32
    index: Count
    received_at_us: Count
    signature: Hex64
    slots: tuple[Tag, ...]


class Delivered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same signed bytes, opened as far as the recipient may read, not yet at any index."""

    facets: Openings
    header: Header
    header_salt: Hex32
    signature: Hex64
    slots: tuple[Tag, ...]


def delivered_to(submission: Submission, viewer: str) -> Delivered:
    """Return a submission as it may be handed to one party of its audience directly."""
    return Delivered(
        facets=visible(submission.header, submission.facets, viewer),
        header=submission.header,
        header_salt=submission.header_salt,
        signature=submission.signature,
        slots=submission.slots,
    )
