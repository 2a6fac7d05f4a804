"""Checking what a host hands over: entries against leaves that are already proven, and tags against what was not handed over.

The order of belief:

    leaves --root equals a checkpoint signed by the host--> proven leaves
    entry  --its leaf, made anew, equals the proven leaf; its signature and commitments hold--> believed entry
    proven leaf with a tag for us, and no entry handed over for it--> withheld

Nothing here needs the station's state, so pages can be checked on other threads while the station goes on (libsodium works
without the interpreter's lock). Whether a key may sign for its author at an index is `ledger.identity`'s, asked in order by
the station.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import msgspec

from detente.errors import UNREADABLE, EvidenceError, Refused
from detente.ledger.entry import Checked, header_problems, read_openings, take_apart
from detente.ledger.leaf import LEAF_VERSION, Leaf, decode_leaf, leaf_size, scan
from detente.ledger.readable import Delivered, ReadableEntry
from detente.ledger.shown import check_entry, is_tagged, may_read

_HEAD = struct.Struct(">BQQ")
_KNOWN = msgspec.json.Decoder(ReadableEntry)


class Page(msgspec.Struct):
    """A page of `GET /v1/entries`: entries as they came, the index to go on from, the size it was cut at."""

    entries: tuple[msgspec.Raw, ...]
    next: int
    size: int


class Believed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that fits its proven leaf. `raw` is what the host gave, kept as it is."""

    checked: Checked
    erased: bool
    index: int
    raw: bytes
    received_at_us: int


class Bad(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that does not hold; `raw` is the evidence against whoever handed it over."""

    index: int
    raw: bytes
    words: str


class CheckedPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that a host handed over for the leaves `first` to `next` - 1, checked. `withheld` maps an index to its author."""

    bad: tuple[Bad, ...]
    believed: tuple[Believed, ...]
    first: int
    next: int
    withheld: dict[int, str]


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who checks: the party, its ledger, and the secrets it shares with the others (by `party` or `party#n` for old keys)."""

    ledger: bytes
    party: str
    shared: Mapping[str, bytes]
    slots: int


def leaf_times(first_index: int, leaves: bytes, slots: int) -> list[int] | str:
    """Return the `received_at_us` of joined leaves, or what is wrong with their form."""
    size = leaf_size(slots)
    if len(leaves) % size:
        return f"leaves of this ledger have {size} bytes; {len(leaves)} bytes are no whole number of them"
    times = []
    for index, at in enumerate(range(0, len(leaves), size), first_index):
        version, stated, received_at_us = _HEAD.unpack_from(leaves, at)
        if version != LEAF_VERSION or stated != index:
            return f"leaf {index} says that it is leaf {stated} of version {version}"
        times.append(received_at_us)
    return times


def commitments(leaves: bytes, slots: int) -> list[bytes]:
    """Return the header commitment of each of some joined leaves."""
    size = leaf_size(slots)
    start = _HEAD.size
    return [leaves[at + start : at + start + 32] for at in range(0, len(leaves), size)]


def check_page(first: int, next_index: int, raws: Sequence[bytes], leaves: bytes, viewer: Viewer) -> CheckedPage:
    """Check the entries handed over for a run of proven leaves (joined, from index `first` on), and what is missing there.

    The page ends behind the first entry that may change a key with which tags are made: `next` of the result says where to go
    on, with a `Viewer` that knows the new keys.
    """
    size = leaf_size(viewer.slots)
    believed: list[Believed] = []
    bad: list[Bad] = []
    arrived: set[int] = set()
    for raw in raws:
        found = check_known(raw, leaves, first, viewer)
        if found.index >= next_index:
            break
        if isinstance(found, Bad):
            bad.append(found)
        elif found.index in arrived:
            bad.append(Bad(index=found.index, raw=raw, words="the same index was handed over twice"))
        else:
            believed.append(found)
            arrived.add(found.index)
            if found.checked.header.kind.startswith("party/"):
                next_index = found.index + 1
    believed.sort(key=lambda entry: entry.index)
    withheld = {}
    for index in range(first, next_index):
        if index not in arrived:
            author = addressed_by(leaves[(index - first) * size : (index - first + 1) * size], viewer)
            if author is not None:
                withheld[index] = author
    return CheckedPage(bad=tuple(bad), believed=tuple(believed), first=first, next=next_index, withheld=withheld)


def addressed_by(leaf: bytes, viewer: Viewer) -> str | None:
    """Return the author who tagged this leaf for us, or None."""
    found = scan(decode_leaf(leaf, viewer.slots), viewer.shared)
    return None if found is None else found.partition("#")[0]


def check_known(raw: bytes, leaves: bytes, first: int, viewer: Viewer) -> Believed | Bad:
    """Check one entry against its proven leaf. Never raises for bad input: what is bad is evidence."""
    index = -1
    try:
        known = _KNOWN.decode(raw)
        index = known.index
        size = leaf_size(viewer.slots)
        data = leaves[(index - first) * size : (index - first + 1) * size] if index >= first else b""
        if not data:
            return Bad(index=index, raw=raw, words="it stands outside the range that was asked for")
        leaf = decode_leaf(data, viewer.slots)
        checked = check_entry(leaf, known.header, known.signature, known.header_salt, known.facets, viewer.ledger)
    except (*UNREADABLE, EvidenceError) as error:
        return Bad(index=index, raw=raw, words=str(error)[:500])
    words = _misfit(known, checked, leaf, viewer)
    if words:
        return Bad(index=index, raw=raw, words=words)
    return Believed(checked=checked, erased=known.erased, index=index, raw=raw, received_at_us=leaf.received_at_us)


def check_delivered(arrived: Delivered, viewer: Viewer) -> Checked:
    """Check an entry that came directly, before it has a leaf; raises Refused."""
    problems = [
        *header_problems(arrived.header, viewer.slots, viewer.ledger),
        *read_openings(arrived.header, arrived.facets),
    ]
    if problems:
        raise Refused(problems)
    tags = bytes.fromhex("".join(arrived.slots))
    return take_apart(arrived.header, arrived.signature, arrived.header_salt, arrived.facets, tags)


def _misfit(known: ReadableEntry, checked: Checked, leaf: Leaf, viewer: Viewer) -> str:
    """Say why an entry that its leaf commits to is still not what was handed over, or not for us; "" if all is well."""
    header = checked.header
    if known.received_at_us != leaf.received_at_us:
        return f"it was handed over as of {known.received_at_us}, its leaf says {leaf.received_at_us}"
    if checked.id.hex() != known.id:
        return "its id is not that of its header and signature"
    if bytes.fromhex("".join(known.slots)) != leaf.tags:
        return "its tags are not those of its leaf"
    if not may_read(header, viewer.party):
        return "it is not addressed to us"
    if viewer.party != header.author and not tagged(leaf, header.author, viewer):
        return f"its leaf bears no tag by {header.author} for us"
    return ""


def tagged(leaf: Leaf, author: str, viewer: Viewer) -> bool:
    """Whether the author's tag for us is in the leaf, so that we would have noticed had the host kept the entry back."""
    return any(is_tagged(leaf, shared) for name, shared in viewer.shared.items() if name.partition("#")[0] == author)


class Brief(msgspec.Struct, frozen=True, array_like=True):
    """What another process found out about one entry that holds: enough to admit it, not to fold it."""

    at: int
    author: str
    id: bytes
    index: int
    key: str
    kind: str
    received_at_us: int


class PageResult(msgspec.Struct, frozen=True, array_like=True):
    """A `CheckedPage` without the bytes that were sent to be checked; `at` counts them from 0."""

    bad: list[tuple[int, int, str]]
    brief: list[Brief]
    first: int
    next: int
    withheld: dict[int, str]


class BriefPage(msgspec.Struct, frozen=True, kw_only=True):
    """As `CheckedPage`, with entries in brief."""

    bad: tuple[Bad, ...]
    briefs: list[Brief]
    first: int
    next: int
    raws: Sequence[bytes]
    withheld: dict[int, str]


def verdict_on(first: int, next_index: int, raws: Sequence[bytes], leaves: bytes, viewer: Viewer) -> PageResult:
    """Check a page as `check_page` does, and say in brief what was found."""
    page = check_page(first, next_index, raws, leaves, viewer)
    places = {id(raw): at for at, raw in enumerate(raws)}
    return PageResult(
        bad=[(bad.index, places[id(bad.raw)], bad.words) for bad in page.bad],
        brief=[
            Brief(
                at=places[id(entry.raw)],
                author=entry.checked.header.author,
                id=entry.checked.id,
                index=entry.index,
                key=entry.checked.header.key,
                kind=entry.checked.header.kind,
                received_at_us=entry.received_at_us,
            )
            for entry in page.believed
        ],
        first=page.first,
        next=page.next,
        withheld=page.withheld,
    )


def brief_page(verdict: PageResult, raws: Sequence[bytes]) -> BriefPage:
    """Put a verdict and the bytes it is about together again."""
    return BriefPage(
        bad=tuple(Bad(index=index, raw=raws[at], words=words) for index, at, words in verdict.bad),
        briefs=verdict.brief,
        first=verdict.first,
        next=verdict.next,
        raws=raws,
        withheld=verdict.withheld,
    )
