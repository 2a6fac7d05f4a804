"""What a reader is shown of an entry, and how it checks that (docs/formats/entry.md, "What a reader is shown").

`show` is the one place that decides which parts of an entry go to whom. `check_entry` takes nobody's word: everything
shown must hash up to the leaf, and the leaf is proven by the tree.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from detente.errors import EvidenceError, Refused
from detente.ledger.canonical import Hex32, Hex64
from detente.ledger.entry import Checked, Header, Submission, header_problems, read_openings, take_apart
from detente.ledger.facets import Opening, Openings
from detente.ledger.leaf import TAG_SIZE, Leaf, decode_leaf, tag


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as one reader may see it: the leaf, the header with salt and signature, and this reader's facets."""

    facets: Openings
    header: Header
    header_salt: Hex32
    leaf: Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9a-f]{2})+\Z")]
    signature: Hex64


def may_read(header: Header, viewer: str) -> bool:
    """Tell whether a party may read this header: its author and its audience, nobody else."""
    return viewer == header.author or viewer in header.audience


def visible(header: Header, facets: Openings, viewer: str) -> Openings:
    """Return the openings that a viewer may read; the others None, like unused places."""
    a, b, c, d = facets
    author = header.author
    return (_one(a, author, viewer), _one(b, author, viewer), _one(c, author, viewer), _one(d, author, viewer))


def show(submission: Submission, leaf: bytes, viewer: str) -> Shown | None:
    """Return what `viewer` is shown of a recorded submission, or None if it is not for them."""
    if not may_read(submission.header, viewer):
        return None
    return Shown(
        facets=visible(submission.header, submission.facets, viewer),
        header=submission.header,
        header_salt=submission.header_salt,
        leaf=leaf.hex(),
        signature=submission.signature,
    )


def check_shown(shown: Shown, slots_count: int, ledger_id: bytes) -> tuple[Leaf, Checked]:
    """Check an entry as shown against its own leaf; see `check_entry`. The caller proves the leaf by the tree."""
    leaf = decode_leaf(bytes.fromhex(shown.leaf), slots_count)
    return leaf, check_entry(leaf, shown.header, shown.signature, shown.header_salt, shown.facets, ledger_id)


def check_entry(
    leaf: Leaf, header: Header, signature: str, header_salt: str, openings: Openings, ledger_id: bytes
) -> Checked:
    """Verify that header and opened facets are what this leaf commits to and what the author's key signed.

    `signature` and `header_salt` are hex. Raises `EvidenceError` saying what does not hold: keep the bytes, since an
    honest host cannot produce them. Not checked here: that the leaf is in the tree, and that the key is the author's.
    """
    slots_count = len(leaf.tags) // TAG_SIZE
    problems = [*header_problems(header, slots_count, ledger_id), *read_openings(header, openings)]
    if problems:
        raise EvidenceError("; ".join(fault.sentence() for fault in problems))
    try:
        checked = take_apart(header, signature, header_salt, openings, leaf.tags)
    except Refused as refused:
        raise EvidenceError(str(refused)) from None
    if checked.header_commitment != leaf.header_commitment:
        raise EvidenceError(f"entry {checked.id.hex()} is not the one that leaf {leaf.index} commits to")
    if checked.commitments != leaf.commitments:
        raise EvidenceError(f"leaf {leaf.index} carries other facet commitments than the signed header")
    return checked


def leaf_is_ours(leaf: Leaf, submitted: Checked) -> bool:
    """Tell whether the leaf in a receipt is that of our own submission, every tag included.

    The author must ask this: tags are not under its signature, and a host that swaps one hides the entry from its recipient.
    """
    return submitted.leaf(leaf.index, leaf.received_at_us) == leaf


def is_tagged(leaf: Leaf, shared: bytes) -> bool:
    """Tell whether a leaf carries the tag for the holder of this shared key. An addressed entry without is the author's fault."""
    wanted = tag(shared, leaf.header_commitment)
    at = leaf.tags.find(wanted)
    while at >= 0 and at % TAG_SIZE:
        at = leaf.tags.find(wanted, at + 1)
    return at >= 0


def _one(opening: Opening | None, author: str, viewer: str) -> Opening | None:
    if opening is None or (viewer != author and viewer not in opening.facet.audience):
        return None
    return opening
