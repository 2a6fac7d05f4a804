"""What a station knows of the other stations: what came from them directly, what they hold, what they asked us to look for."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import msgspec

from detente.ledger.readable import Delivered
from detente.node.station.parts.ahead import Ahead
from detente.node.station.parts.lodging import Lodgings


class Direct(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that came directly: from whom, when, and what it is."""

    entry: Delivered
    id: str
    party: str
    received_at_us: int


class PeerState(msgspec.Struct, kw_only=True):
    """What we know of another station: when it last answered, and the size of the last checkpoint it showed us."""

    answered_at_us: int | None = None
    reachable: bool = False
    size: int | None = None


class Unacked(msgspec.Struct, frozen=True, kw_only=True):
    """An urgent entry of ours on its direct way. `tried_at_us` is the last attempt."""

    data: bytes
    id: bytes
    party: str
    tried_at_us: int


@dataclass(slots=True)
class Peers:
    """The other stations, by party, and all that goes from station to station without the host."""

    by_party: dict[str, PeerState]
    lodged_here: Lodgings
    withdrawn_here: dict[tuple[str, bytes], None] = field(default_factory=dict)
    """The newest hashes that other parties withdrew, in order: one that comes late waits for nothing."""
    direct: dict[bytes, Direct] = field(default_factory=dict)
    unacked: dict[tuple[bytes, str], Unacked] = field(default_factory=dict)
    acked: dict[bytes, dict[str, int]] = field(default_factory=dict)
    """When the station of each party, ours among them, first acknowledged an entry directly: by its own clock."""
    marks: dict[str, deque[tuple[int, int]]] = field(default_factory=dict)
    """The newest watermarks of other parties to us: (size, when the host received it), in order of the ledger."""
    ahead: Ahead = field(default_factory=Ahead)
    exchange_at_us: int = 0

    def acknowledged(self, entry: str, party: str) -> int | None:
        """Since when the station of a party holds an entry (id in hex), as it signed directly by its own clock; None: no evidence."""
        return self.acked.get(bytes.fromhex(entry), {}).get(party)
