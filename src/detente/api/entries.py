"""Questions about entries: one, or a page of them; how far one came, who has which version, which id begins so."""

from __future__ import annotations

from typing import Annotated

import msgspec

from detente.api.over import OverRow
from detente.api.question import Answer, Question, Whole
from detente.ledger.entry import Header
from detente.ledger.facets import Openings
from detente.ledger.receipt import Receipt


class ShownEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry as this station may read it (docs/formats/host-api.md, "Known").

    `erased`, `id`, `index` and `received_at_us` are None, and left out, where it is not in the proven ledger.
    """

    erased: bool | None = None
    facets: Openings
    header: Header
    header_salt: str
    id: str | None = None
    index: int | None = None
    received_at_us: int | None = None
    signature: str
    slots: tuple[str, ...]


class ProvenEntry(ShownEntry, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the proven ledger, at its index."""

    erased: bool
    id: str
    index: int
    received_at_us: int


class EntryPage(Answer, frozen=True, kw_only=True):
    """A page of readable entries. `next`: the index to go on from; `over`: by id, why those that do not hold any more do not."""

    entries: tuple[ProvenEntry, ...]
    next: int
    over: dict[str, OverRow]


class EntriesAsked(
    Question[EntryPage], frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """Which entries stand from an index on, 1 to 1 000 at once?"""

    path = "/local/entries"
    from_: Whole = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 256


class EntryFound(Answer, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """One entry and where it `stands`: "proven" · "direct, not in the ledger yet" · "queued" · "sent" · "receipted" · "refused".

    Of what is proven: its `index`, `erased_parts` (names of parts that were erased alone), and `over`, None where it holds. Of what
    came directly: `from_` whom, and when (`received_at_us`). What is said of the one is left out of the others.
    """

    entry: ShownEntry
    erased_parts: tuple[str, ...] | None = None
    from_: str | None = None
    index: int | None = None
    over: OverRow | msgspec.UnsetType | None = msgspec.UNSET
    received_at_us: int | None = None
    stands: str


class EntryAsked(Question[EntryFound], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What does this entry say, and where does it stand?"""

    path = "/local/entries/{entry}"
    entry: str


class IdFound(Answer, frozen=True, kw_only=True):
    """The one id that begins so."""

    id: str


class IdAsked(Question[IdFound], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entry that this station holds, proven, come directly or on its way out, begins with these 4 or more hex digits?

    Refused where none does, and where several do: then the refusal names some of them.
    """

    path = "/local/ids/{prefix}"
    prefix: str


class ThreadReaders(Answer, frozen=True, kw_only=True):
    """Of an own thread: the version that each party has as live; `behind`: those that the newest one, `head`, left out."""

    behind: dict[str, str]
    head: str
    readers: dict[str, str]


class ReadersAsked(Question[ThreadReaders], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version of an own entry's thread has each party as live?"""

    path = "/local/readers/{entry}"
    entry: str


class DirectRow(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One urgent entry that came directly from a party's station."""

    entry: ShownEntry
    from_: str
    id: str
    received_at_us: int


class DirectEntries(Answer, frozen=True, kw_only=True):
    """Urgent entries that came directly and are not in the ledger yet."""

    direct: tuple[DirectRow, ...]


class DirectAsked(Question[DirectEntries], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came directly, and is not in the ledger yet?"""

    path = "/local/direct"


class DirectAcknowledgements(Answer, frozen=True, kw_only=True):
    """Which stations, ours among them, acknowledged an urgent entry directly, and when by their own clocks."""

    acknowledged: dict[str, int]


class AcknowledgedAsked(Question[DirectAcknowledgements], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which stations have acknowledged this urgent entry directly?"""

    path = "/local/acknowledged/{entry}"
    entry: str


class ReceiptAsked(Question[Receipt], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The receipt that is held for an own entry."""

    path = "/local/receipts/{entry}"
    entry: str
