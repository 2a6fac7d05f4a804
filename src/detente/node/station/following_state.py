"""What a station has of the host's ledger: leaves held and proven, entries kept and folded, and what did not hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from detente.ledger.checkpoints.checkpoint import SignedCheckpoint
from detente.ledger.checkpoints.fork import ForkEvidence
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.delivered import Told
from detente.ledger.tree import Tree
from detente.node.station.parts.checking import Viewer
from detente.node.station.parts.cosigning import Cosigning
from detente.picture.fold import Fault


class Moved(NamedTuple):
    """How far the station has come (leaves held, proven, entries kept, folded), and since when it has come no further."""

    mark: tuple[int, int, int, int] = (0, 0, 0, 0)
    since_us: int = 0


@dataclass(slots=True)
class Following:
    """How far this station has followed. `next_entry`: every readable entry below is checked and kept; `folded`: and in the picture."""

    viewer: Viewer
    """Which tags are for us; made anew whenever an exchange key changes."""
    tree: Tree = field(default_factory=Tree)
    last_leaf_us: int = 0
    checkpoint: SignedCheckpoint | None = None
    verified_at_us: int | None = None
    next_entry: int = 0
    folded: int = 0
    witnessed_size: int = 0
    times_unjudged: list[int] = field(default_factory=list)
    fork: ForkEvidence | None = None
    offered: list[NoteKey] = field(default_factory=list)
    """Host keys appointed by a quorum in entries that we have seen and not proven yet."""
    cosigning: Cosigning = field(default_factory=Cosigning)
    recent: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)
    included: dict[bytes, None] = field(default_factory=dict)
    """Header commitments of the newest proven leaves, in order: a hash lodged after its leaf waits for nothing."""
    told: dict[str, Told] = field(default_factory=dict)
    """What we were told, by author: nobody's list says anything of another's."""
    judged: int = 0
    unsound: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By index: positions whose body breaks the rules of its record (`picture.known.unsound_in`). Below `judged`, no others do."""
    faults: list[Fault] = field(default_factory=list)
    """What this node could not take in, outside the picture; not alarmed yet."""
    broken: dict[int, str] = field(default_factory=dict)
    """By index: why bytes of the own copy are no entry any more; not alarmed yet."""
    moved: Moved = field(default_factory=Moved)

    @property
    def size(self) -> int:
        """How many leaves are proven."""
        return self.checkpoint.checkpoint.size if self.checkpoint is not None else 0

    @property
    def distrusted(self) -> bool:
        """Whether the host is proven to have signed two histories."""
        return self.fork is not None

    @property
    def caught_up(self) -> bool:
        """Whether all that is proven, and there is something, is in the picture."""
        return self.checkpoint is not None and self.folded >= max(self.size, self.next_entry)

    def unsound_at(self, index: int) -> tuple[int, ...] | None:
        """The verdict on the bodies of an entry that we hold; None: not judged yet."""
        return self.unsound.get(index, ()) if index < self.judged else None

    def seen_us(self, received_at_us: int) -> int:
        """When, by our clock, we saw what the host recorded then: as far off as the newest leaf was when we proved it."""
        lead_us = 0 if self.verified_at_us is None else self.verified_at_us - self.last_leaf_us
        return received_at_us + lead_us

    def note_moved(self, now_us: int) -> None:
        """Note whether the last input brought the station further."""
        mark = (self.tree.size, self.size, self.next_entry, self.folded)
        if mark != self.moved.mark:
            self.moved = Moved(mark, now_us)
