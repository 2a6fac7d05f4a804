"""All that a station holds in memory: changed in place by `node.station`, made again from its own copy at start.

Common are who it is, its picture and its alarms; the rest is in five parts, so that what a function needs shows in what it is given:

    following   the host's ledger, as far as it is proven, kept and folded
    sending     what goes to the host, and how the host answers
    peers       the other stations
    acting      what runs by the clock: ladders, calls, watermarks, changes
    screening   the answers to others' notices, from own presence

What must survive a crash is written by `Keep` under these names:

    witnessed/<size>   checkpoints that more than half of the stations have cosigned
    verified           the largest checkpoint whose root we recomputed (size, note, when)
    cosigning          the last checkpoint judged, when we last looked, refusals that stand
    outbox/<id>        a submission of ours that is not in the verified ledger yet
    alarm/<n>          an alarm;    evidence/<n>  what it rests on
    direct/<id>        an entry that came directly and is not in the ledger yet
    acked/<id>/<p>     the signed answer by which the station of party p (we too) first acknowledged an urgent entry directly
    unacked/<id>/<p>   an urgent entry of ours that party p has not acknowledged directly yet
    lodged/<c>/<p>     a hash another station left with us
    withdrawal/<c>/<p> our word to party p, not answered yet, that a hash we left with it is withdrawn
    opened/<id>        openings of our sealed facets
    judged             the index below which every entry's bodies were held against their records' rules
    unsound/<index>    the positions of those that break them: what is not named here is not judged again
    fan/<change> <why> a change that is fanned out
    answer/<id>        our screening of a notice, until its slot;   epoch  the last commitment
    desk, asked/<id>   the screening desk;   examined/<id>  what own officers are shown of an answer
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Final

import msgspec

from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint
from detente.ledger.checkpoints.cosignature import CosignerKey, cosigner_name
from detente.ledger.checkpoints.note import NoteKey, parse_note
from detente.ledger.genesis import Genesis, ledger_id
from detente.ledger.identity import Identity
from detente.ledger.keys import ExchangeKey, SigningKey
from detente.node.station.acting_state import Acting, LaddersInForce
from detente.node.station.following_state import Following
from detente.node.station.parts import lodging, outbox, watermarks
from detente.node.station.parts.alarms import Alarms
from detente.node.station.parts.changes import Fans
from detente.node.station.parts.checking import Viewer
from detente.node.station.parts.durable_change import Keep
from detente.node.station.parts.lodging import Lodgings
from detente.node.station.parts.screener import Screener
from detente.node.station.parts.watermarks import WatermarkTimes
from detente.node.station.peers_state import Peers, PeerState
from detente.node.station.screening_state import OwnScreening
from detente.node.station.sending_state import Sending
from detente.picture.hotline.callees import PictureBook
from detente.picture.picture import Picture
from detente.rules.hotline.timers import Timers


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who this station is. `peers` are the other stations it can reach directly."""

    cosigner_key: SigningKey
    exchange_key: ExchangeKey
    genesis: Genesis
    party: str
    peers: tuple[str, ...]
    station_key: SigningKey


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """The clocks, from the ledger's own rules where genesis states them (microseconds)."""

    delay_us: int = outbox.DELAY_US
    exchange_every_us: int = 5_000_000
    lodge_within_us: int = lodging.WITHIN_US
    resend_us: int = 1_000_000
    tell_every_us: int = watermarks.EVERY_US

    @classmethod
    def of(cls, rules: Mapping[str, int]) -> Timing:
        """Return the clocks of a ledger; what its rules do not state is as above."""
        return cls(**{clock: rules[name] for name, clock in STATED.items() if name in rules})


STATED: Final = {
    "exchange_every_us": "exchange_every_us",
    "lodge_after_us": "delay_us",
    "lodge_within_us": "lodge_within_us",
    "tell_every_us": "tell_every_us",
}
"""Which clock a rule of genesis states."""


@dataclass(slots=True)
class Station:
    """One party's node: `me`, what it sees (`picture`), what it must show (`alarms`), and its five parts."""

    me: Me
    picture: Picture
    screener: InitVar[Screener]
    read_entry: Callable[[int], bytes | None]
    """Reads the bytes of the entry at an index out of the own copy; None: nothing for us is there."""

    alarms: Alarms = field(default_factory=Alarms)
    owed: list[Keep] = field(default_factory=list)
    """What starting has found out and the own copy does not hold yet: goes out with the first input."""

    identity: Identity = field(init=False)
    ledger: bytes = field(init=False)
    timing: Timing = field(init=False)

    following: Following = field(init=False)
    sending: Sending = field(init=False)
    peers: Peers = field(init=False)
    acting: Acting = field(init=False)
    screening: OwnScreening = field(init=False)

    def __post_init__(self, screener: Screener) -> None:
        genesis, picture = self.me.genesis, self.picture
        self.timing = Timing.of(genesis.rules)
        self.identity = Identity(genesis)
        self.ledger = ledger_id(genesis)
        self.following = Following(viewer=self._viewer())
        self.sending = Sending(lodged_by_us=Lodgings(within_us=self.timing.lodge_within_us))
        self.peers = Peers(
            by_party={party: PeerState() for party in self.me.peers},
            lodged_here=Lodgings(within_us=self.timing.lodge_within_us),
        )
        book = PictureBook(picture.directory, picture.agreements)
        rules = {"ladder_screening_director_us": genesis.screening.deadline_us, **genesis.rules}
        self.acting = Acting(
            book=book,
            fans=Fans(picture.dangers),
            telling=WatermarkTimes(every_us=self.timing.tell_every_us),
            timers=Timers(LaddersInForce(self.me.party, book, rules).of),
        )
        self.screening = OwnScreening(screener)
        picture.delivery.acknowledged = self.peers.acknowledged

    def find(self, entry: bytes) -> tuple[int, bytes] | None:
        """Read one entry back by its id, as (index, bytes): the picture knows where it stands, the own copy has its bytes."""
        held = self.picture.heads.entry(entry.hex())
        raw = self.read_entry(held.index) if held is not None else None
        return None if held is None or raw is None else (held.index, raw)

    def unanswered(self, entry: str) -> tuple[str, ...]:
        """Return who has yet to answer an urgent message or stop (id in hex), as far as we can know."""
        return self.picture.waiting.unanswered(entry, self.me.party)

    def has_entry(self, identifier: str) -> bool:
        """Whether an entry (id in hex) is in the own copy, also one whose body was erased."""
        entry = bytes.fromhex(identifier)
        ledgered = identifier in self.acting.urgent_ledgered
        return ledgered or entry in self.following.recent or self.find(entry) is not None

    def held_since(self, about: str, party: str) -> int | None:
        """Since when the station of a party is known to hold an entry of ours: by its acknowledgement, else by its watermark."""
        entry = bytes.fromhex(about)
        acked_us = self.peers.acknowledged(about, party)
        if acked_us is not None:
            return acked_us
        found = self.following.recent.get(entry) or self.find(entry)
        if found is None:
            return None
        return next((at_us for size, at_us in self.peers.marks.get(party, ()) if size > found[0]), None)

    def host_key(self, size: int) -> NoteKey:
        """The host key in force for checkpoints of a size, as far as our entries show it."""
        return NoteKey(name=self.me.genesis.origin, public=bytes.fromhex(self.identity.host_at(max(size - 1, 0)).key))

    def open_note(self, data: bytes) -> SignedCheckpoint:
        """Read a checkpoint and require the signature of the host in force at its size; raises Refused or EvidenceError."""
        size = parse_checkpoint(parse_note(data).text).size
        return open_checkpoint(
            data, self.host_key(size), *(self.following.offered if size > self.following.next_entry else ())
        )

    def host_keys(self) -> list[NoteKey]:
        """The host keys that may have signed a receipt: the one in force, and one that the parties have appointed since."""
        return [self.host_key(max(self.following.next_entry, 1)), *self.following.offered]

    def station_key_of(self, party: str) -> bytes | None:
        """Another party's station key at the size we hold."""
        key = self.identity.current(party, "station", max(self.following.next_entry, 1))
        return None if key is None else bytes.fromhex(key)

    def cosigners(self) -> dict[str, CosignerKey]:
        """Every party's cosigner key at the size we hold."""
        origin = self.me.genesis.origin
        keys = self.identity.role_keys("cosigner", max(self.following.next_entry, 1))
        return {p: CosignerKey(name=cosigner_name(origin, p), public=bytes.fromhex(k)) for p, k in keys.items()}

    def shared_keys(self) -> dict[str, bytes]:
        """The secret we share with each other party now, for tags of what we send."""
        shared = {}
        for party in self.identity.parties():
            keys = self.identity.exchange_keys(party)
            if party != self.me.party and keys:
                shared[party] = self.me.exchange_key.shared(bytes.fromhex(keys[-1]))
        return shared

    def renew_viewer(self) -> None:
        """Take in exchange keys that have changed."""
        self.following.viewer = self._viewer()

    def _viewer(self) -> Viewer:
        """Return what finds the entries for us. Old exchange keys are still tried: what they addressed stays addressed."""
        shared = {}
        for party in self.identity.parties():
            if party != self.me.party:
                for n, key in enumerate(self.identity.exchange_keys(party)):
                    shared[f"{party}#{n}"] = self.me.exchange_key.shared(bytes.fromhex(key))
        slots = self.me.genesis.slots
        return Viewer(ledger=self.ledger, party=self.me.party, shared=shared, slots=slots)
