"""Bringing a restored host up to what it once signed, from what the stations hold.

    needs a larger checkpoint ──leaves, in order──> their root is its root ──> stored ──headers──> writing

Leaves prove themselves: they hash to a root that the host itself signed. Entries prove themselves by their leaf. Nothing a station
sends is believed beyond that, and nothing is stored before the root holds. Openings given by several stations are put together.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from detente.errors import EvidenceError, Problem, Refused, problem
from detente.ledger.entry import Submission, encode_submission
from detente.ledger.facets import Openings
from detente.ledger.leaf import decode_leaf
from detente.ledger.readable import ReadableEntry
from detente.ledger.shown import check_entry
from detente.ledger.tree import Tree
from detente.node.host.host import HostLedger, split_leaves
from detente.node.host.rows import StoredEntry

_SUBMISSION = msgspec.json.Decoder(Submission)


@dataclass
class Restoring:
    """Leaves given back so far, from the host's size on; kept in memory until their root is the one signed."""

    leaves: list[bytes] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    def give_leaves(self, host: HostLedger, start: int, data: bytes) -> list[StoredEntry]:
        """Take leaves; returns the rows to store once they are complete and proven. Leaves held already are passed over."""
        if host.needs is None:
            raise Refused([_not_wanted()])
        target = host.needs.checkpoint
        held = host.tree.size + len(self.leaves)
        if start > held:
            step = f"Send leaves from {held} on"
            raise Refused([problem("stale", "from", start, f"must not be beyond {held}, what is held", step)])
        for offset, (at_us, leaf) in enumerate(split_leaves(data, host.slots, start)):
            if held <= start + offset < target.size:
                self.leaves.append(leaf)
                self.times.append(at_us)
        if host.tree.size + len(self.leaves) < target.size:
            return []
        return self._proven(host, target.root, target.size)

    def _proven(self, host: HostLedger, root: bytes, size: int) -> list[StoredEntry]:
        leaves, times = self.leaves, self.times
        self.leaves, self.times = [], []
        tree = Tree()
        tree.extend_hashes(host.tree.hashes(0, 0, host.tree.size))
        tree.extend(leaves)
        running = [host.last_us, *times]
        if tree.root() != root or running != sorted(running):
            raise EvidenceError(f"these leaves do not lead to the root signed at size {size}; all were dropped")
        start = host.tree.size
        return [
            StoredEntry(start + offset, at_us, leaf, b"", None, size)
            for offset, (at_us, leaf) in enumerate(zip(times, leaves, strict=True))
        ]


def restored_entry(known: ReadableEntry, row: StoredEntry, slots: int, ledger: bytes) -> StoredEntry | None:
    """Return the row with an entry put to its leaf, or with more of it opened; None when nothing is new.

    Raises EvidenceError when the entry is not the one its leaf commits to.
    """
    leaf = decode_leaf(row.leaf, slots)
    checked = check_entry(leaf, known.header, known.signature, known.header_salt, known.facets, ledger)
    facets = known.facets
    if row.submission is not None:
        held = _SUBMISSION.decode(row.submission)
        facets = _together(held.facets, known.facets)
        if facets == held.facets:
            return None
    submission = Submission(
        facets=facets,
        header=known.header,
        header_salt=known.header_salt,
        signature=known.signature,
        slots=tuple(tag.hex() for tag in leaf.slots),
    )
    return row._replace(id=checked.id, submission=encode_submission(submission))


def _together(one: Openings, other: Openings) -> Openings:
    a, b, c, d = (mine or theirs for mine, theirs in zip(one, other, strict=True))
    return (a, b, c, d)


def _not_wanted() -> Problem:
    return problem("stale", "", "", "is taken only while the host recovers", "Ask GET /v1/status for `mode`")
