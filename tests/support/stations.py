"""A small world of real station nodes around one host that can lie: virtual time, no sockets, no disk.

`Host` is not the product's: it does what it is told, also what no honest host does. `World` carries out the stations'
effects and moves the clock from one due time to the next. Each station's own copy is a plain `Copy`; `restart` throws the
station's memory away and loads it again.
"""

from __future__ import annotations

import contextlib
import copy as copying
from collections import deque

import msgspec
from tests.support import world

from detente.errors import EvidenceError, Refused
from detente.geometry.volume import NDEG, Circle, Point, Volume4D
from detente.ledger.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from detente.ledger.entry import Draft, Submission, check_submission, encode_submission, seal_keeping
from detente.ledger.facets import Facet
from detente.ledger.genesis import genesis_leaf
from detente.ledger.readable import ReadableEntry, visible
from detente.ledger.receipt import encode_receipt, make_receipt
from detente.ledger.shown import may_read
from detente.ledger.tree import Tree
from detente.node.station.effects import Compose, Raise, Refetch, Reply, SendCosignature, SendDirect, Submit, WakeAt
from detente.node.station.handle import handle
from detente.node.station.inputs import (
    CheckpointArrived,
    Composed,
    DirectAnswered,
    DirectArrived,
    EntriesArrived,
    HostAnswered,
    HostKeyOffered,
    HostRefused,
    HostUnreachable,
    LeavesArrived,
    PeerUnreachable,
    PresenceSet,
    Receipted,
    Release,
    Tick,
)
from detente.node.station.load import load
from detente.node.station.parts.checking import check_page
from detente.node.station.parts.screener import HolderScreener, rules_of
from detente.node.station.state import Me, Station
from detente.picture.fold import Driver
from detente.picture.picture import Picture
from detente.records.body import Body
from detente.records.hotline.message import Message
from detente.records.notices.notice import Activity, Notice
from detente.records.notices.notice_state import State
from detente.records.notices.response import Response
from detente.records.registry import REGISTRY
from detente.rules.notices.screening.screening import Presence

START_US = world.CREATED_US + 13 * 3_600_000_000
"""2016-09-17T13:00:00Z."""
SECOND = 1_000_000
RULES = {"lateness_us": 2_592_000_000_000}


def the_genesis():
    """The founding agreement: screening answers 5 s after a notice, cells of 0.02 degree, buffer 2 km."""
    made = world.genesis()
    screening = msgspec.structs.replace(
        made.screening,
        after_us=5 * SECOND,
        deadline_us=15 * SECOND,
        buffer_mm=2_000_000,
        cell_ndeg=20_000_000,
        least_size_mm=1_000_000,
    )
    return msgspec.structs.replace(made, rules=RULES, screening=screening)


GENESIS = the_genesis()
LEDGER = world.ledger_id(GENESIS)


class History:
    """One line of leaves that a host may show: an honest host has one."""

    def __init__(self) -> None:
        self.tree = Tree()
        self.leaves: list[bytes] = []
        self.entries: dict[int, Submission] = {}
        self.times: list[int] = []
        self.add_leaf(genesis_leaf(GENESIS), GENESIS.created_us)

    def add_leaf(self, leaf: bytes, at_us: int) -> int:
        self.leaves.append(leaf)
        self.times.append(at_us)
        return self.tree.append(leaf)

    def copy(self) -> History:
        return copying.deepcopy(self)


class Host:
    """Shows each party a history; all the same unless told to fork."""

    def __init__(self) -> None:
        self.keys = [(0, world.signing("host", "log"))]
        """(size from which it signs, key)."""
        self.main = History()
        self.shown: dict[str, History] = {}
        self.dead = False
        self.withheld: set[tuple[str, bytes]] = set()
        self.delayed: set[str] = set()
        self.refusing: dict[str, str] = {}
        self.date_back_us = 0
        self.drop_tags = False
        self.cosignatures: dict[str, list[bytes]] = {}

    def history(self, party: str) -> History:
        return self.shown.get(party, self.main)

    def fork(self, *parties: str) -> None:
        """From now on these parties see a history of their own."""
        other = self.main.copy()
        for party in parties:
            self.shown[party] = other

    def note(self, party: str, size: int | None = None) -> bytes:
        tree = self.history(party).tree
        size = tree.size if size is None else size
        head = Checkpoint(origin=GENESIS.origin, root=tree.root(size), size=size)
        return self.signed(head)

    def signed(self, head: Checkpoint) -> bytes:
        key = [key for since, key in self.keys if since <= head.size][-1]
        return sign_checkpoint(head, key).data

    def accept(self, party: str, raw: bytes, now_us: int) -> bytes | None:
        """Put a submission into the history its author is shown; return the receipt."""
        if party in self.refusing:
            raise Refused([world_problem(self.refusing[party])])
        if party in self.delayed:
            return None
        checked = check_submission(raw, world.SLOTS, LEDGER)
        history = self.history(party)
        at_us = now_us - self.date_back_us
        submission = msgspec.json.decode(raw, type=Submission)
        for index, old in history.entries.items():
            if old.signature == submission.signature:
                return self._receipt(history, index, checked.id)
        index = len(history.leaves)
        leaf = checked.leaf_bytes(index, at_us)
        if self.drop_tags:
            leaf = leaf[:-16] + bytes(16)
        history.add_leaf(leaf, at_us)
        history.entries[index] = submission
        return self._receipt(history, index, checked.id)

    def _receipt(self, history: History, index: int, entry: bytes) -> bytes:
        head = Checkpoint(origin=GENESIS.origin, root=history.tree.root(), size=history.tree.size)
        note = self.signed(head)
        proof = history.tree.inclusion_proof(index)
        return encode_receipt(make_receipt(entry, history.leaves[index], index, proof, note))

    def known(self, party: str, first: int, stop: int) -> list[bytes]:
        history = self.history(party)
        pages = []
        for index in range(first, stop):
            made = history.entries.get(index)
            if made is None or not may_read(made.header, party):
                continue
            checked = check_submission(encode_submission(made), world.SLOTS, LEDGER)
            if (party, checked.id) in self.withheld:
                continue
            known = ReadableEntry(
                erased=False,
                facets=visible(made.header, made.facets, party),
                header=made.header,
                header_salt=made.header_salt,
                id=checked.id.hex(),
                index=index,
                received_at_us=history.times[index],
                signature=made.signature,
                slots=made.slots,
            )
            pages.append(msgspec.json.encode(known))
        return pages


def world_problem(words: str):
    from detente.errors import problem

    return problem("refused", "", "", words, "Nothing")


class NoPicture(Picture):
    """A picture that only counts, and knows what superseded what: the other views have their own tests, and stay empty here."""

    def __init__(self, genesis=None) -> None:
        super().__init__(genesis or GENESIS, LEDGER.hex())
        self.driver = Driver([self.heads])
        self.entries: list = []

    def apply(self, known) -> None:
        self.entries.append(known)
        super().apply(known)


class Copy:
    """A station's own copy, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.leaves: dict[int, bytes] = {}
        self.known: dict[int, tuple[bytes, bytes]] = {}

    def read(self, index: int) -> bytes | None:
        return self.known.get(index, (b"", None))[1]

    def find(self, entry: bytes):
        return next(((index, raw) for index, (found, raw) in self.known.items() if found == entry), None)

    def write(self, keep) -> None:
        if keep.cut_leaves_from is not None:
            for index in [i for i in self.leaves if i >= keep.cut_leaves_from]:
                del self.leaves[index]
        self.leaves.update(keep.leaves)
        self.known.update({index: (entry, raw) for index, entry, raw in keep.known})
        for name, value in keep.kept:
            if value is None:
                self.kept.pop(name, None)
            else:
                self.kept[name] = value


class World:
    """A host, stations, and time."""

    def __init__(self, parties=("cjtf", "rus", "un"), *, direct: bool = True, pictures: bool = False) -> None:
        self.pictures: dict[str, Picture] | None = {} if pictures else None
        self.now_us = START_US
        self.host = Host()
        self.direct = direct
        self.parties = tuple(parties)
        self.no_host: set[str] = set()
        self.stuck: dict[str, tuple[int, int]] = {}
        """Stations that did not take the host's checkpoint: (when, its size); asked again when either changes."""
        self.copies = {party: Copy() for party in parties}
        self.salts = world.salts("stations")
        self.stations: dict[str, Station] = {}
        self.wake: dict[str, int] = {}
        self.todo: deque = deque()
        self.sent_direct: list = []
        self.raised: dict[str, list] = {party: [] for party in parties}
        self.reply: bytes | None = None
        for party in parties:
            self.start(party)

    def start(self, party: str) -> Station:
        me = Me(
            cosigner_key=world.signing(party, "cosigner"),
            exchange_key=world.exchange(party),
            genesis=GENESIS,
            party=party,
            peers=tuple(p for p in self.parties if p != party),
            station_key=world.signing(party, "station"),
        )
        copy = self.copies[party]
        screener = HolderScreener(rules_of(GENESIS.screening))
        picture: Picture = NoPicture() if self.pictures is None else Picture(GENESIS, LEDGER.hex())
        if self.pictures is not None:
            self.pictures[party] = picture
        station = Station(me=me, picture=picture, screener=screener, read_entry=copy.read)
        known = [(index, entry, raw) for index, (entry, raw) in sorted(copy.known.items())]
        leaves = [leaf for _, leaf in sorted(copy.leaves.items())]
        load(station, dict(sorted(copy.kept.items())), leaves, known, self.now_us)
        self.stations[party] = station
        self.wake[party] = self.now_us
        return station

    def restart(self, party: str) -> Station:
        """Kill the station at this moment and start it again from what it had kept."""
        self.todo = deque((p, e) for p, e in self.todo if p != party)
        return self.start(party)

    # --- time ---

    def give(self, party: str, given) -> None:
        _, effects = handle(self.stations[party], given, self.now_us)
        keeps = [e for e in effects if type(e).__name__ == "Keep"]
        for keep in keeps:  # all or nothing, before anything else of this input
            self.copies[party].write(keep)
        for effect in effects:
            self.todo.append((party, effect))

    def settle(self) -> None:
        """Carry out what is to be done now, and follow the host, until nothing is left."""
        for _ in range(200):
            while self.todo:
                party, effect = self.todo.popleft()
                self._do(party, effect)
            for party in self.parties:
                self.follow(party)
            if not self.todo:
                return
        raise AssertionError("the stations never come to rest")

    def run(self, seconds: float = 0) -> None:
        """Let time pass, stopping at every moment at which some station is due."""
        until = self.now_us + int(seconds * SECOND)
        self.settle()
        while True:
            due = min(self.wake.values())
            if due > until:
                break
            self.now_us = max(self.now_us, due)
            for party in self.parties:
                if self.wake[party] <= self.now_us:
                    self.wake[party] = self.now_us + 10**15
                    self.give(party, Tick())
            self.settle()
        self.now_us = until
        self.settle()

    def follow(self, party: str) -> None:
        """What the station process does when the host's doorbell rings."""
        station = self.stations[party]
        if self.host.dead or party in self.no_host:
            if station.sending.host_answers:
                self.give(party, HostUnreachable("no answer"))
            return
        history = self.host.history(party)
        if not station.sending.host_answers:
            self.give(party, HostAnswered())
        if station.following.tree.size < history.tree.size:
            self.give(
                party,
                LeavesArrived(station.following.tree.size, b"".join(history.leaves[station.following.tree.size :])),
            )
        if self.stuck.get(party) == (self.now_us, history.tree.size):
            return
        if station.following.size < history.tree.size or (
            station.following.checkpoint and station.following.tree.size != history.tree.size
        ):
            note = self.host.note(party)
            with contextlib.suppress(Refused):
                try:
                    station.open_note(note)
                except EvidenceError:
                    for raw in self.host.known(party, station.following.next_entry, history.tree.size):
                        if b'"kind":"host/' in raw:
                            self.give(party, HostKeyOffered(raw))
            self.give(party, CheckpointArrived(note))
            if station.following.size < history.tree.size:
                self.stuck[party] = (self.now_us, history.tree.size)
        while station.following.next_entry < station.following.size:
            before = station.following.next_entry
            self._entries(party, before, station.following.size)
            if station.following.next_entry == before:
                return

    def _entries(self, party: str, first: int, stop: int, *, again: bool = False) -> None:
        station = self.stations[party]
        leaves = b"".join(self.copies[party].leaves[i] for i in range(first, stop))
        page = check_page(first, stop, self.host.known(party, first, stop), leaves, station.following.viewer)
        size = len(leaves) // max(stop - first, 1)
        self.give(party, EntriesArrived(page, leaves[: (page.next - first) * size], again))

    def _do(self, party: str, effect) -> None:
        down = self.host.dead or party in self.no_host
        match effect:
            case Submit(items):
                for entry, raw in items:
                    if down:
                        self.give(party, HostUnreachable("no answer"))
                        return
                    try:
                        receipt = self.host.accept(party, raw, self.now_us)
                    except Refused as refused:
                        self.give(party, HostRefused(entry, tuple(p.sentence() for p in refused.problems)))
                        continue
                    if receipt is not None:
                        self.give(party, Receipted(entry, receipt))
            case SendDirect(to, kind, about, data):
                self._send(party, to, kind, about, data)
            case Compose(draft):
                self.seal(party, draft, world.signing(party, "station"))
            case Raise(alarm):
                self.raised[party].append(alarm)
            case SendCosignature(note):
                self.host.cosignatures.setdefault(party, []).append(note)
            case Refetch(first, stop):
                if not down:
                    self._entries(party, first, stop, again=True)
            case WakeAt(at_us):
                self.wake[party] = at_us
            case Reply(data):
                self.reply = data

    def _send(self, party: str, to: str, kind: str, about: bytes, data: bytes) -> None:
        self.sent_direct.append((party, to, kind))
        if not self.direct or to not in self.stations:
            self.give(party, PeerUnreachable(to, kind, about))
            return
        held, self.todo = self.todo, deque()
        self.reply = None
        with contextlib.suppress(Refused):
            self.give(to, DirectArrived(kind, data))
        while self.todo:
            other, effect = self.todo.popleft()
            if isinstance(effect, Reply):
                self.reply = effect.data
            else:
                held.append((other, effect))
        self.todo = held
        if self.reply is not None:
            self.give(party, DirectAnswered(to, kind, about, self.reply))

    # --- what officers do ---

    def seal(self, party: str, draft: Draft, key) -> bytes:
        submission, kept = seal_keeping(draft, key, self.salts, LEDGER, world.SLOTS, self.stations[party].shared_keys())
        entry = check_submission(encode_submission(submission), world.SLOTS, LEDGER).id
        self.give(party, Composed(submission, kept))
        return entry

    def send(
        self, party: str, body: Body, audience, *, signer: str = "watch-1", supersedes: str | None = None
    ) -> bytes:
        """An officer of a party sends an entry; returns its id."""
        kind, form, data = REGISTRY.write(body)
        facets: list = [None, None, None, None]
        facets[REGISTRY.position(body)] = Facet(audience=tuple(sorted(audience)), body=msgspec.Raw(data), form=form)
        draft = Draft(
            audience=tuple(sorted(audience)),
            author=party,
            facets=tuple(facets),
            kind=kind,
            signed_at_us=self.now_us,
            supersedes=supersedes,
        )
        return self.seal(party, draft, world.signing(party, signer))

    def state_presence(self, party: str, *volumes: Volume4D, speaks_for=()) -> None:
        presence = tuple(Presence(held_from_us=self.now_us, party=party, volume=v) for v in volumes)
        self.give(party, PresenceSet(presence, speaks_for or (party,)))

    def release(self, party: str) -> None:
        self.give(party, Release("watch-1"))

    # --- questions ---

    def alarms(self, party: str, kind: str | None = None) -> list:
        return [a for a in self.stations[party].alarms.raised if kind is None or a.kind == kind]

    def kinds(self, party: str) -> list[str]:
        """Kinds of the entries that a station holds, by others, in order, without its own machinery."""
        return [k.kind for k in self.stations[party].picture.entries]


def circle(lat: float, lon: float, radius_m: int = 1500, start_us: int = START_US, hours: float = 6) -> Volume4D:
    """A circular volume of any height."""
    centre = Point(round(lat * NDEG), round(lon * NDEG))
    return Volume4D(
        outline=Circle(centre=centre, radius_mm=radius_m * 1000),
        start_us=start_us,
        end_us=start_us + int(hours * 3600) * SECOND,
    )


def notice(*volumes: Volume4D, words: str = "activity") -> Notice:
    """An accepted air notice."""
    return Notice(
        activity=Activity.AIR,
        emergency=False,
        lead_time_us=0,
        needs_readback=False,
        place=None,
        rests_on=(),
        shorter_lead_accepted_by=None,
        state=State.ACCEPTED,
        stated_time=None,
        units=(),
        users=(),
        volumes=volumes or (circle(35.26, 40.15),),
        words=words,
    )


def message(urgency: str = "urgent", words: str = "stop, these are our people", about=()) -> Message:
    """A message in plain words."""
    return Message(
        about=tuple(about),
        in_reply_to=None,
        language="en",
        phrase=None,
        subject="warning",
        to_role=None,
        urgency=urgency,
        volumes=(circle(35.26, 40.15),) if urgency == "stop" else (),
        within=None,
        words=words,
    )


def response(about: bytes, answer: str = "acknowledge") -> Response:
    """An officer's answer."""
    return Response(
        about=about.hex(), answer=answer, by_role="watch", readback=None, unit=None, version=about.hex(), words=""
    )
