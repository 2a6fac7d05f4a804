"""One entry as one viewer may read it: the input of every view."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import msgspec

from detente.ledger.entry import Header
from detente.ledger.facets import Facet
from detente.ledger.identity import KeyUse
from detente.ledger.opening import check_disclosure
from detente.records.body import Body
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.registry import REGISTRY, Record, Registry, Unknown

B = TypeVar("B", bound=Body)

KeyUses = Callable[[str, int], KeyUse | None]
"""Whose key (hex) this is at a ledger index."""


class Opened(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One facet that this viewer may read: who else may, at which of the four positions, and what it says."""

    audience: tuple[str, ...]
    position: int
    record: Record | Unknown


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry as one viewer may read it. `index` counts leaves from 0; `id` is lower-case hex.

    `disclosed` is set on a disclosure whose facet was proven to be the one committed to: the facet of the earlier entry.
    `erased` says that bodies once here were destroyed.
    """

    disclosed: Opened | None = None
    erased: bool = False
    header: Header
    id: str
    index: int
    opened: tuple[Opened, ...]
    received_at_us: int

    @property
    def kind(self) -> str:
        """The kind's name without its version."""
        return self.header.kind.partition("/")[0]

    @property
    def recipients(self) -> tuple[str, ...]:
        """The audience without the author."""
        author = self.header.author
        return tuple(p for p in self.header.audience if p != author)

    @property
    def erasure(self) -> Erasure | None:
        """The erasure of a whole entry that this one orders, or None. That of a part concerns only the view that shows the part."""
        found = self.body(Erasure)
        return found if found is not None and found.whole else None

    def body(self, as_type: type[B]) -> B | None:
        """Return the first readable body of a type, or None."""
        for opened in self.opened:
            if isinstance(opened.record, Record) and isinstance(opened.record.body, as_type):
                return opened.record.body
        return None


def by_officer(known: Entry, key_use: KeyUses | None) -> bool:
    """Whether an officer's key signed an entry; where keys are not known here, that is taken on trust."""
    use = key_use(known.header.key, known.index) if key_use is not None else None
    return use is None or use.officer is not None


def known_of(
    index: int,
    received_at_us: int,
    entry_id: str,
    header: Header,
    facets: Sequence[Facet | None],
    *,
    erased: bool = False,
    unsound: Collection[int] | None = None,
    registry: Registry = REGISTRY,
) -> Entry:
    """Read one entry's facets, by position, None where this viewer may not read.

    Never raises on a body: what cannot be understood, or breaks the rules of its record, is kept as `Unknown`. `unsound` is the verdict of
    an earlier reading of the same bytes (positions whose body is not understood); None: they are judged now.
    """
    opened = tuple(
        open_facet(
            header.kind, position, facet, judged=unsound is not None and position not in unsound, registry=registry
        )
        for position, facet in enumerate(facets)
        if facet is not None
    )
    return Entry(erased=erased, header=header, id=entry_id, index=index, opened=opened, received_at_us=received_at_us)


def open_facet(
    kind: str, position: int, facet: Facet, *, judged: bool = False, registry: Registry = REGISTRY
) -> Opened:
    """Read one facet of an entry of this kind ("notice/1"). Never raises on a body; `judged` as in `Registry.understand`."""
    record = registry.understand(kind, facet.form, facet.body_bytes(), position, judged=judged)
    return Opened(audience=facet.audience, position=position, record=record)


DISCLOSED = 4
"""Stands for the facet that a disclosure opens, beside the disclosure's own 0 to 3, where `unsound` positions are listed."""


def unsound_in(known: Entry) -> tuple[int, ...]:
    """Return the positions of an entry whose body is not understood by its author's fault: what `unsound` remembers."""
    found = [o.position for o in known.opened if isinstance(o.record, Unknown) and o.record.faulty]
    shown = known.disclosed
    if shown is not None and isinstance(shown.record, Unknown) and shown.record.faulty:
        found.append(DISCLOSED)
    return tuple(found)


def with_disclosed(known: Entry, about: Header, *, registry: Registry = REGISTRY) -> Entry:
    """Return a disclosure with the facet that it opens, proven against the header of the entry it is about.

    Raises EvidenceError if the facet is not the one committed to. Anything but a disclosure comes back as it was.
    """
    body = known.body(Disclosure)
    if body is None:
        return known
    a, b, c, d = (bytes.fromhex(commitment) for commitment in about.commitments)
    facet = check_disclosure(body.position, body.facet, body.salt, (a, b, c, d))
    disclosed = open_facet(about.kind, body.position, facet, registry=registry)
    return msgspec.structs.replace(known, disclosed=disclosed)
