"""What a station wants done: the effects of `node.station.handle.handle`. What reaches it: `station.inputs`.

    Keep                                          first of all: all or nothing, durable
    Submit, SendDirect, SendCosignature, Reply    said to the host and to other stations
    Compose                                       seal this draft with fresh salts, and hand it back as `Composed`
    Raise, Publish                                shown to the officers: an alarm; something that changed
    Refetch, WakeAt                               ask the host again; give a Tick

Effects of one input are carried out in order, and nothing after `Keep` before it is durable.
"""

from __future__ import annotations

from typing import NamedTuple

from detente.ledger.entry import Draft
from detente.node.station.parts.alarms import Alarm
from detente.node.station.parts.durable_change import Keep


class Submit(NamedTuple):
    """Hand these to the host, in this order: (id, bytes). Answer with Receipted, HostRefused or HostUnreachable."""

    items: tuple[tuple[bytes, bytes], ...]


class SendDirect(NamedTuple):
    """Send an envelope to another station. Answer with DirectAnswered or PeerUnreachable."""

    party: str
    kind: str
    about: bytes
    data: bytes


class SendCosignature(NamedTuple):
    """Hand the host a note with our cosignature."""

    note: bytes


class Reply(NamedTuple):
    """The answering envelope to the DirectArrived just handled."""

    data: bytes


class Compose(NamedTuple):
    """Seal this draft with the station key and fresh salts, and hand it back as Composed."""

    draft: Draft


class Raise(NamedTuple):
    """Show an alarm."""

    alarm: Alarm


class Publish(NamedTuple):
    """Tell the console that something changed: a topic, and what (an id, an index) as text."""

    topic: str
    about: str


class Refetch(NamedTuple):
    """Ask the host again for the entries of this range."""

    first: int
    next: int


class WakeAt(NamedTuple):
    """Give a Tick at this time, if nothing comes before."""

    at_us: int


Effect = Keep | Submit | SendDirect | SendCosignature | Reply | Compose | Raise | Publish | Refetch | WakeAt
