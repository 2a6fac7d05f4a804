"""All that a station holds in memory: changed in place by `node.station`, made again from its own copy at start.

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

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import msgspec

from detente.hotline.approvals import Vote
from detente.hotline.book import Book, NoBook
from detente.hotline.ladder import Ladder, Matter, ladder_of
from detente.hotline.timers import Timers
from detente.ledger.checkpoint import SignedCheckpoint, open_checkpoint, parse_checkpoint
from detente.ledger.cosignature import CosignerKey, cosigner_name
from detente.ledger.delivered import Told
from detente.ledger.entry import Submission
from detente.ledger.facets import Openings
from detente.ledger.fork import ForkEvidence
from detente.ledger.genesis import Genesis, ledger_id
from detente.ledger.identity import Identity
from detente.ledger.keys import ExchangeKey, SigningKey
from detente.ledger.note import NoteKey, parse_note
from detente.ledger.tree import Tree
from detente.node import lodging, outbox, telling
from detente.node.alarms import Alarms
from detente.node.comparing import Ahead
from detente.node.cosigning import Cosigning
from detente.node.fans import Fans
from detente.node.following import Viewer
from detente.node.keeping import Keep
from detente.node.known import Delivered
from detente.node.lodging import Lodgings
from detente.node.outbox import Outbox
from detente.node.screener import Screener
from detente.node.slots import Slots
from detente.node.station_values import HostFaultKind
from detente.node.telling import Telling
from detente.picture.agreements import Due
from detente.picture.fold import Fault
from detente.picture.humane import Humane
from detente.picture.known import Known as PictureKnown
from detente.picture.read_backs import Judged
from detente.picture.stops import Stops
from detente.picture.unit_watch import UnitWatch
from detente.records.approval import Rule
from detente.records.screening import Screening
from detente.records.step import LadderName
from detente.records.supersede import Version, Versions


class Folder(Protocol):
    """The picture as far as the station drives it (`picture.fold.Driver`)."""

    size: int

    def apply(self, known: PictureKnown) -> None: ...
    def advance(self, size: int, at_us: int) -> None: ...


class NoVersions:
    """What a station knows of threads before it is given a picture: nothing, so nothing may be superseded or erased."""

    def version(self, entry_id: str) -> Version | None:
        """Return None: no entry is known here."""

    def head_of(self, first: str) -> str:
        """Return the entry itself."""
        return first


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
    tell_every_us: int = telling.EVERY_US


class Direct(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that came directly: from whom, when, and what it is."""

    entry: Delivered
    id: str
    party: str
    received_at_us: int


class Peer(msgspec.Struct, kw_only=True):
    """What we know of another station: when it last answered, and the size of the last checkpoint it showed us."""

    answered_at_us: int | None = None
    reachable: bool = False
    size: int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A notice that waits for the slot of its answer."""

    asker: str
    slot_us: int


class Unacked(msgspec.Struct, frozen=True, kw_only=True):
    """An urgent entry of ours on its direct way. `tried_at_us` is the last attempt."""

    data: bytes
    id: bytes
    party: str
    tried_at_us: int


class HostFault(msgspec.Struct, frozen=True, kw_only=True):
    """Why the host cannot be followed now."""

    kind: HostFaultKind
    why: str


class Moved(NamedTuple):
    """How far the station has come (leaves held, proven, entries kept, folded), and since when it has come no further."""

    mark: tuple[int, int, int, int] = (0, 0, 0, 0)
    since_us: int = 0


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """Our word to one other station that it need not look for a hash of ours any more; said again until that station answers."""

    commitment: bytes
    since_us: int
    to: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer composed and the own party has not approved yet: sealed and signed, and not queued."""

    composer: str
    held_at_us: int
    id: str
    kept: Openings
    kind: str
    rule: Rule
    submission: Submission


@dataclass
class Station:
    """One party's node. `next_entry`: every readable entry below is checked and kept; `folded`: and in the picture."""

    me: Me
    picture: Folder
    screener: Screener
    timing: Timing = field(default_factory=Timing)

    find: Callable[[bytes], tuple[int, bytes] | None] = lambda entry: None
    """Reads one entry back from the own copy: its index and bytes, by id."""
    holds: Callable[[str], bool] = lambda entry: False
    """Whether an entry (id in hex) is in the picture."""
    versions: Versions = field(default_factory=NoVersions)
    """Every entry in the picture as a version in its thread."""
    unanswered: Callable[[str], tuple[str, ...]] = lambda entry: ()
    """Who has yet to answer an urgent message or stop (id in hex), as far as we can know."""
    book: Book = field(default_factory=NoBook)
    """Who is who, for those whom a ladder calls."""

    take_read_backs: Callable[[], tuple[Judged, ...]] = tuple
    """Hands over what comparing showed of the read-backs that came since last asked."""
    revisions_due: Callable[[], list[Due]] = list
    """Hands over the revisions of published verdicts that entries have made due."""
    faults_due: Callable[[], list[Fault]] = list
    """Hands over what the picture could not take in (`picture.fold.Driver.take_faults`)."""

    identity: Identity = field(init=False)
    ledger: bytes = field(init=False)
    viewer: Viewer = field(init=False)

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
    recent: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    missing: dict[int, str] = field(default_factory=dict)
    judged: int = 0
    unsound: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By index: positions whose body breaks the rules of its record (`picture.known.unsound_in`). Below `judged`, no others do."""
    faults: list[Fault] = field(default_factory=list)
    """What this node could not take in, outside the picture; not alarmed yet."""
    broken: dict[int, str] = field(default_factory=dict)
    """By index: why bytes of the own copy are no entry any more; not alarmed yet."""
    owed: list[Keep] = field(default_factory=list)
    """What starting has found out and the own copy does not hold yet: goes out with the first input."""

    told: dict[str, Told] = field(default_factory=dict)
    """What we were told, by author: nobody's list says anything of another's."""
    cosigning: Cosigning = field(default_factory=Cosigning)
    telling: Telling = field(init=False)
    outbox: Outbox = field(default_factory=Outbox)
    lodged_here: Lodgings = field(init=False)
    lodged_by_us: Lodgings = field(init=False)
    withdrawals: dict[tuple[bytes, str], Withdrawal] = field(default_factory=dict)
    withdrawn_here: dict[tuple[str, bytes], None] = field(default_factory=dict)
    """The newest hashes that other parties withdrew, in order: one that comes late waits for nothing."""
    timers: Timers = field(init=False)
    calls_on_us: dict[tuple[str, LadderName], tuple[str, str]] = field(default_factory=dict)
    """Steps that call us and are not shown yet, by what they are about."""
    held: dict[str, Held] = field(default_factory=dict)
    approval_rules: dict[str, Rule] = field(default_factory=dict)
    votes: dict[str, dict[str, Vote]] = field(default_factory=dict)
    """By held entry and officer."""
    votes_seen: set[str] = field(default_factory=set)
    pressing: set[str] = field(default_factory=set)
    """Urgent messages and flagged emergencies: a query about one is urgent."""
    queried: dict[str, list[Matter]] = field(default_factory=dict)
    """By what they are about: our queries that are not pressing, as far as is known."""
    slots: Slots = field(default_factory=Slots)
    fans: Fans = field(default_factory=Fans)
    humane: Humane | None = None
    stops: Stops | None = None
    unit_watch: UnitWatch | None = None
    stops_new: dict[str, PictureKnown] = field(default_factory=dict)
    """Stops of others that came and are not shown yet, by id."""
    asked: dict[bytes, Asked] = field(default_factory=dict)
    answers: dict[bytes, Screening] = field(default_factory=dict)
    epoch_committed: int | None = None
    epoch_until_us: int = 0
    alarms: Alarms = field(default_factory=Alarms)
    ahead: Ahead = field(default_factory=Ahead)
    direct: dict[bytes, Direct] = field(default_factory=dict)
    unacked: dict[tuple[bytes, str], Unacked] = field(default_factory=dict)
    acked: dict[bytes, dict[str, int]] = field(default_factory=dict)
    """When the station of each party, ours among them, first acknowledged an entry directly: by its own clock."""
    urgent_known: set[bytes] = field(default_factory=set)
    urgent_ledgered: set[str] = field(default_factory=set)
    marks: dict[str, deque[tuple[int, int]]] = field(default_factory=dict)
    """The newest watermarks of other parties to us: (size, when the host received it), in order of the ledger."""
    included: dict[bytes, None] = field(default_factory=dict)
    """Header commitments of the newest proven leaves, in order: a hash lodged after its leaf waits for nothing."""
    peers: dict[str, Peer] = field(default_factory=dict)
    host_answers: bool = False
    host_since_us: int | None = None
    host_fault: HostFault | None = None
    host_read_only: tuple[int, str] | None = None
    """Since when the host takes no submissions, and why."""
    unproven: tuple[int, int] | None = None
    """Since when the host answers with a size that is not proven, and that size."""
    moved: Moved = field(default_factory=Moved)
    exchange_at_us: int = 0

    def __post_init__(self) -> None:
        genesis = self.me.genesis
        rules = genesis.rules
        self.timing = Timing(
            delay_us=rules.get("lodge_after_us", self.timing.delay_us),
            exchange_every_us=rules.get("exchange_every_us", self.timing.exchange_every_us),
            lodge_within_us=rules.get("lodge_within_us", self.timing.lodge_within_us),
            tell_every_us=rules.get("tell_every_us", self.timing.tell_every_us),
        )
        self.identity = Identity(genesis)
        self.ledger = ledger_id(genesis)
        self.telling = Telling(every_us=self.timing.tell_every_us)
        self.lodged_here = Lodgings(within_us=self.timing.lodge_within_us)
        self.lodged_by_us = Lodgings(within_us=self.timing.lodge_within_us)
        self.ladder_rules = {"ladder_screening_director_us": genesis.screening.deadline_us, **rules}
        self._plain_ladders: dict[LadderName, Ladder] = {}
        self.timers = Timers(self.ladder_of)
        self.peers = {party: Peer() for party in self.me.peers}
        self.renew_viewer()

    def ladder_of(self, matter: Matter) -> Ladder:
        """Return a matter's ladder: as agreed with that party, else as genesis says, else the default."""
        agreed = self.book.agreed(self.me.party, matter.party)
        if agreed:
            return ladder_of(matter.ladder, self.ladder_rules, agreed)
        found = self._plain_ladders.get(matter.ladder)
        if found is None:
            found = self._plain_ladders[matter.ladder] = ladder_of(matter.ladder, self.ladder_rules)
        return found

    def unsound_at(self, index: int) -> tuple[int, ...] | None:
        """The verdict on the bodies of an entry that we hold; None: not judged yet."""
        return self.unsound.get(index, ()) if index < self.judged else None

    @property
    def distrusted(self) -> bool:
        """Whether the host is proven to have signed two histories."""
        return self.fork is not None

    def has_entry(self, identifier: str) -> bool:
        """Whether an entry (id in hex) is in the own copy, also one whose body was erased."""
        entry = bytes.fromhex(identifier)
        return identifier in self.urgent_ledgered or entry in self.recent or self.find(entry) is not None

    def seen_us(self, received_at_us: int) -> int:
        """When, by our clock, we saw what the host recorded then: as far off as the newest leaf was when we proved it."""
        lead_us = 0 if self.verified_at_us is None else self.verified_at_us - self.last_leaf_us
        return received_at_us + lead_us

    def acknowledged(self, entry: str, party: str) -> int | None:
        """Since when the station of a party holds an entry (id in hex), as it signed directly by its own clock; None: no evidence."""
        return self.acked.get(bytes.fromhex(entry), {}).get(party)

    def held_since(self, about: str, party: str) -> int | None:
        """Since when the station of a party is known to hold an entry of ours: by its acknowledgement, else by its watermark."""
        entry = bytes.fromhex(about)
        acked_us = self.acked.get(entry, {}).get(party)
        if acked_us is not None:
            return acked_us
        found = self.recent.get(entry) or self.find(entry)
        if found is None:
            return None
        return next((at_us for size, at_us in self.marks.get(party, ()) if size > found[0]), None)

    @property
    def size(self) -> int:
        """How many leaves are proven."""
        return self.checkpoint.checkpoint.size if self.checkpoint is not None else 0

    def host_key(self, size: int) -> NoteKey:
        """The host key in force for checkpoints of a size, as far as our entries show it."""
        return NoteKey(name=self.me.genesis.origin, public=bytes.fromhex(self.identity.host_at(max(size - 1, 0)).key))

    def open_note(self, data: bytes) -> SignedCheckpoint:
        """Read a checkpoint and require the signature of the host in force at its size; raises Refused or EvidenceError."""
        size = parse_checkpoint(parse_note(data).text).size
        return open_checkpoint(data, self.host_key(size), *(self.offered if size > self.next_entry else ()))

    def host_keys(self) -> list[NoteKey]:
        """The host keys that may have signed a receipt: the one in force, and one that the parties have appointed since."""
        return [self.host_key(max(self.next_entry, 1)), *self.offered]

    def station_key_of(self, party: str) -> bytes | None:
        """Another party's station key at the size we hold."""
        key = self.identity.current(party, "station", max(self.next_entry, 1))
        return None if key is None else bytes.fromhex(key)

    def cosigners(self) -> dict[str, CosignerKey]:
        """Every party's cosigner key at the size we hold."""
        origin = self.me.genesis.origin
        keys = self.identity.role_keys("cosigner", max(self.next_entry, 1))
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
        """Take in exchange keys that have changed. Old ones are still tried: what they addressed stays addressed."""
        shared = {}
        for party in self.identity.parties():
            if party != self.me.party:
                for n, key in enumerate(self.identity.exchange_keys(party)):
                    shared[f"{party}#{n}"] = self.me.exchange_key.shared(bytes.fromhex(key))
        slots = self.me.genesis.slots
        self.viewer = Viewer(ledger=self.ledger, party=self.me.party, shared=shared, slots=slots)
