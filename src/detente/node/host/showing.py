"""From a stored submission to what one viewer is shown of it (docs/formats/host-api.md, "ReadableEntry").

The bytes are cut out of the stored ones, not written anew, so this is cheap; `detente.ledger.readable.ReadableEntry` is the same thing
with types, and the tests hold the two against each other. Everything in the result is a function of what the viewer may read.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from detente.ledger.leaf import FACETS
from detente.node.host.rows import StoredEntry


class _Audience(msgspec.Struct):
    audience: tuple[str, ...]


class _Opening(msgspec.Struct):
    facet: _Audience


class _Author(msgspec.Struct):
    author: str


class _Stored(msgspec.Struct):
    facets: tuple[msgspec.Raw, msgspec.Raw, msgspec.Raw, msgspec.Raw]
    header: msgspec.Raw
    header_salt: msgspec.Raw
    signature: msgspec.Raw
    slots: msgspec.Raw


class _Shown(msgspec.Struct):
    erased: bool
    facets: tuple[msgspec.Raw, ...]
    header: msgspec.Raw
    header_salt: msgspec.Raw
    id: str
    index: int
    received_at_us: int
    signature: msgspec.Raw
    slots: msgspec.Raw


_NULL = msgspec.Raw(b"null")
_STORED = msgspec.json.Decoder(_Stored)
_OPENING = msgspec.json.Decoder(_Opening)
_AUTHOR = msgspec.json.Decoder(_Author)
_ENCODER = msgspec.json.Encoder()


def known_bytes(row: StoredEntry, viewer: str, *, erased: bool) -> bytes:
    """Return one entry as `viewer` may read it. The caller has seen to it that the viewer may read the header.

    `erased` must be a function of what the viewer may read. The row must hold a submission.
    """
    assert row.submission is not None
    stored = _STORED.decode(row.submission)
    facets = stored.facets
    if _AUTHOR.decode(stored.header).author != viewer:
        facets = (  # written out: this runs for every facet of every page
            _for(facets[0], viewer),
            _for(facets[1], viewer),
            _for(facets[2], viewer),
            _for(facets[3], viewer),
        )
    return _ENCODER.encode(
        _Shown(
            erased=erased,
            facets=facets,
            header=stored.header,
            header_salt=stored.header_salt,
            id=row.id.hex(),
            index=row.index,
            received_at_us=row.received_at_us,
            signature=stored.signature,
            slots=stored.slots,
        )
    )


def without_bodies(submission: bytes, positions: Collection[int] = range(FACETS)) -> bytes:
    """Return a stored submission with the facets at these positions closed: what is kept after an erasure."""
    stored = _STORED.decode(submission)
    a, b, c, d = (_NULL if at in positions else facet for at, facet in enumerate(stored.facets))
    stored.facets = (a, b, c, d)
    return _ENCODER.encode(stored)


def _for(opening: msgspec.Raw, viewer: str) -> msgspec.Raw:
    if bytes(opening) == b"null" or viewer not in _OPENING.decode(opening).facet.audience:
        return _NULL
    return opening
