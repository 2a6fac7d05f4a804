"""What reaches a station: the inputs of `node.station.handle.handle`.

    from the host        LeavesArrived, CheckpointArrived, EntriesArrived, WitnessedArrived, HostKeyOffered;
                         Receipted, HostRefused, HostUnreachable, HostAnswered, HostMode
    from other stations  DirectArrived, DirectAnswered, PeerUnreachable, PeerCheckpoint
    from the officers    Composed (a sealed draft: an officer's, or our own), HeldBack, Dismissed, PresenceSet, Release
    from the own copy    Reread
    from the clock       Tick

One at a time, each with the time at which it came; what is decided upon it are effects (`station.effects`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from detente.ledger.entry import Submission
from detente.ledger.facets import CLOSED, Openings
from detente.node.station.parts.checking import BriefPage, CheckedPage
from detente.records.parties.approval import ApprovalRule
from detente.rules.notices.screening.screening import Presence


class LeavesArrived(NamedTuple):
    """Whole leaves from `first` on, joined. Nothing is believed of them before a checkpoint covers them."""

    first: int
    leaves: bytes


class CheckpointArrived(NamedTuple):
    """A signed note from the host."""

    note: bytes


class EntriesArrived(NamedTuple):
    """Checked entries for proven leaves. `again` says that this range was asked for a second time."""

    page: CheckedPage | BriefPage
    leaves: bytes
    again: bool = False


class Reread(NamedTuple):
    """Entries of the own copy that were kept while the station was far behind, and are not folded yet, up to `stop`."""

    rows: Sequence[tuple[int, bytes, bytes]]
    stop: int


class Composed(NamedTuple):
    """A submission, sealed with fresh salts; `kept` are openings of sealed facets, which never leave the station."""

    submission: Submission
    kept: Openings = CLOSED


class HeldBack(NamedTuple):
    """A sealed submission that the own party has to approve first: its id, who composed it, under which rule."""

    composed: Composed
    composer: str
    id: str
    kind: str
    rule: ApprovalRule


class Receipted(NamedTuple):
    """The host's receipt for a submission of ours, as it came."""

    id: bytes
    receipt: bytes


class HostRefused(NamedTuple):
    """The host read a submission of ours and said no; in sentences."""

    id: bytes
    problems: tuple[str, ...]


HostFaultKind = Literal["host-away", "host-nonsense", "host-refuses"]
"""What is wrong with a host that cannot be followed: it does not answer; its answer cannot be used; it refuses us."""


class HostUnreachable(NamedTuple):
    """The host did not answer, or not as it should; whatever was under way may or may not have arrived."""

    why: str
    kind: HostFaultKind = "host-away"


class HostMode(NamedTuple):
    """Whether the host takes submissions: "" if it does, else why it does not. Heard from it, and believed for this alone."""

    read_only: str


class HostAnswered(NamedTuple):
    """The host answered something: the line stands. `size` is that of its newest checkpoint if it said so."""

    size: int | None = None


class DirectArrived(NamedTuple):
    """An envelope from another station, of the kind its endpoint is for."""

    kind: str
    data: bytes


class DirectAnswered(NamedTuple):
    """Another station's answering envelope to one of ours. `about` is what ours was about (an id, a commitment)."""

    party: str
    kind: str
    about: bytes
    data: bytes


class PeerUnreachable(NamedTuple):
    """Another station did not answer."""

    party: str
    kind: str
    about: bytes


class PeerCheckpoint(NamedTuple):
    """A signed note that another station showed us."""

    party: str
    note: bytes


class HostKeyOffered(NamedTuple):
    """An entry, not proven yet, by which the parties appoint another host key."""

    raw: bytes


class WitnessedArrived(NamedTuple):
    """The largest checkpoint that the host holds enough cosignatures for, as a signed note."""

    note: bytes


class PresenceSet(NamedTuple):
    """The watch officer's present statement of where own people are; replaces the one before."""

    presence: tuple[Presence, ...]
    speaks_for: tuple[str, ...]


class Release(NamedTuple):
    """An officer has looked at the leaves whose times we refused, and lets the station cosign again."""

    officer: str


class Dismissed(NamedTuple):
    """An officer has seen that the host refused a submission of ours (its id), and lets it go."""

    id: bytes
    officer: str


class Tick(NamedTuple):
    """Time has passed."""


Input = (
    LeavesArrived
    | CheckpointArrived
    | EntriesArrived
    | Reread
    | Composed
    | HeldBack
    | Receipted
    | HostRefused
    | HostUnreachable
    | HostAnswered
    | HostMode
    | DirectArrived
    | DirectAnswered
    | Dismissed
    | PeerUnreachable
    | PeerCheckpoint
    | HostKeyOffered
    | WitnessedArrived
    | PresenceSet
    | Release
    | Tick
)
