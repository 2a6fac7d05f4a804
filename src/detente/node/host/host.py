"""The host's decisions: what may be recorded, in which order, under which checkpoint, and who may read it.

    submission ──examine──> Examined ──admit──> index, received_at       (order is decided here)
                                                   │
                        take_batch ──> rows, expected size               (the shell stores them, durably)
                        stored     ──> checkpoint                        (root)
                        signed     ──> Published                         (the shell signed it; now, and only now, it is visible)
                        receipt    ──> bytes                             (answer)

The steps come in this order and no other; a batch is one transaction, one root, one signature. `admit` runs ahead of the store,
so that entries of one batch see each other; readers see only what is published. If the store refuses a batch, everything
admitted since is void: the host fails, and starts again from what the store holds. One owner, changed in place. Pure: times,
rows and signatures come in as arguments.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from detente.errors import Problem, Refused, problem
from detente.ledger.checkpoints.checkpoint import Checkpoint, SignedCheckpoint
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.genesis import SignedGenesis, genesis_leaf, ledger_id
from detente.ledger.identity import Identity
from detente.ledger.leaf import LEAF_VERSION, decode_leaf, leaf_size
from detente.ledger.tree import Tree
from detente.node.both.speaking import Speaking
from detente.node.host.admission import admit, check_author, refold
from detente.node.host.examine import Examined
from detente.node.host.ladders import HostLadders
from detente.node.host.limits import LimitRules, Limits
from detente.node.host.recall import recall
from detente.node.host.receipts import receipt_bytes
from detente.node.host.rows import StoredEntry
from detente.node.host.sessions import Sessions
from detente.node.host.threads import Threads
from detente.records.body import Body
from detente.records.entries.erasure import Erasure
from detente.records.hotline.message import Message
from detente.records.hotline.step import Step
from detente.records.notices.response import Response
from detente.records.parties.party import Party

BATCH: Final = 256
"""Rows under one signature at most."""

WAITING: Final = 20_000
"""Rows admitted and not yet published at most; beyond, the host is busy."""

Mode = Literal["writing", "recovering", "failed"]


class Batch(NamedTuple):
    """Rows to store in one transaction, and the size at which they must go on."""

    rows: tuple[StoredEntry, ...]
    expected_size: int


class Published(NamedTuple):
    """A batch that may now be read: indexes `start` to `size` - 1. `erase` lists earlier indexes whose bodies must go."""

    start: int
    size: int
    erase: tuple[int, ...]


class Slice(NamedTuple):
    """What a viewer may read next: these indexes, then go on at `next`; `size` is the published size."""

    indexes: Sequence[int]
    next: int
    size: int


class Erased(NamedTuple):
    """Which facets of an entry were erased, by position, and who may know that nothing of the entry is left."""

    positions: frozenset[int]
    told: frozenset[str]


class HostLedger:
    """One ledger as its host sees it."""

    def __init__(self, genesis: SignedGenesis, rules: LimitRules | None = None) -> None:
        self.genesis: Final = genesis.genesis
        self.ledger: Final = ledger_id(genesis.genesis)
        self.slots: Final = genesis.genesis.slots
        self.leaf_size: Final = leaf_size(self.slots)
        self.identity = Identity(genesis.genesis)
        self.limits = Limits(rules or LimitRules())
        self.sessions = Sessions(self.ledger)
        self._members = frozenset(self.identity.parties())
        self.threads = Threads()
        self.speaking = Speaking()
        self.ladders = HostLadders(genesis.genesis.rules)
        self.tree = Tree()
        self.published = 0
        """Size of the newest signed checkpoint. Nothing beyond it is shown to anybody."""
        self.last_us = 0
        self.failed = ""
        """Why nothing can be written until a restart; "" while it can."""
        self.needs: SignedCheckpoint | None = None
        """The largest checkpoint of ours that we do not hold the leaves of."""
        self.asking = False
        """Whether too few stations have yet said what they cosigned."""
        self.blank: set[int] = set()
        """Indexes whose leaf we hold and whose header we do not."""
        self.waive_blank = False
        self.erasures: dict[int, Erased] = {}
        """What was erased, by index."""
        self._ends = array("q")
        self._readers: dict[str, array[int]] = {}
        self._waiting: list[StoredEntry] = []
        self._flying: Batch | None = None
        self._erase_next: list[int] = []

    # --- starting

    def load(self, rows: Iterable[StoredEntry]) -> None:
        """Fold the stored rows, genesis first, in order. Raises ValueError if the file is not this ledger's."""
        leaves: list[bytes] = []
        for row in rows:
            if row.index != len(self.threads):
                raise ValueError(f"the store has index {row.index} where {len(self.threads)} should be")
            leaves.append(row.leaf)
            self._fold_row(row)
            if len(leaves) == 4096:
                self.tree.extend(leaves)
                leaves.clear()
        self.tree.extend(leaves)
        self.published = self.tree.size

    def genesis_row(self, data: bytes) -> StoredEntry:
        """Return row 0: the signed genesis, as its canonical bytes."""
        leaf = genesis_leaf(self.genesis)
        return StoredEntry(0, self.genesis.created_us, leaf, self.ledger, data, 1)

    def _fold_row(self, row: StoredEntry) -> None:
        if not self._ends or row.sealed_size > self._ends[-1]:
            self._ends.append(row.sealed_size)
        self.last_us = row.received_at_us
        if row.index == 0:
            if row.leaf != genesis_leaf(self.genesis):
                raise ValueError("the store holds another ledger: its first leaf is not this genesis")
            self.threads.add_blank(row.id)
        elif row.submission is None:
            self.blank.add(row.index)
            self.threads.add_blank(row.id)
        else:
            entry = recall(row)
            self._note(entry, row.index, refold(entry, row.index, self.identity))

    # --- state

    @property
    def mode(self) -> Mode:
        """Whether submissions are taken."""
        if self.failed:
            return "failed"
        if self.asking or self.needs is not None or (self.blank and not self.waive_blank):
            return "recovering"
        return "writing"

    @property
    def why(self) -> str:
        """Why nothing is written now, in words; "" while it is."""
        if self.failed:
            return self.failed
        if self.asking:
            return "too few stations have said yet which checkpoint they cosigned last"
        if self.needs is not None:
            signed = self.needs.checkpoint.size
            return f"it signed a checkpoint of size {signed} and holds {self.tree.size} leaves; stations give them back"
        if self.blank and not self.waive_blank:
            return f"of {len(self.blank)} entries it holds the leaf and not what was submitted"
        return ""

    @property
    def admitted(self) -> int:
        """The size that the ledger will have when all that was admitted is published."""
        return len(self.threads)

    @property
    def drained(self) -> bool:
        """Whether everything admitted is published."""
        return self.published == len(self.threads)

    def host_key(self, size: int) -> NoteKey:
        """Return the key that signs the checkpoint of a size, by genesis or by what the parties have decided since."""
        host = self.identity.host_at(max(0, size - 1))
        return NoteKey(name=self.genesis.origin, public=bytes.fromhex(host.key))

    def station_of(self, key: bytes) -> str | None:
        """Return the party whose station key this is now, or None."""
        use = self.identity.key_at(key, self.admitted)
        return use.party if use is not None and use.role == "station" else None

    # --- writing

    def require_writing(self) -> None:
        """Refuse when nothing can be written now."""
        if self.why:
            step = "Send the same bytes again later; nothing was stored"
            raise Refused([problem("read-only", "", self.mode, f"the host does not write now: {self.why}", step)])
        if len(self._waiting) >= WAITING:
            step = "Send the same bytes again in a moment; nothing was stored"
            raise Refused([problem("busy", "", "", "the host has more waiting than it can store", step)])

    def admit(self, entry: Examined, raw: bytes, party: str, now_us: int) -> int:
        """Give an entry its place, or the place it already has; raises `Refused`, and has changed nothing then.

        `now_us` is the ledger's clock; `received_at` never runs backwards whatever it says.
        """
        self.require_writing()
        check_author(entry, party)
        known = self.threads.index_of(entry.id)
        if known is not None:
            return known
        index = len(self.threads)
        body = admit(entry, raw, index, self.identity, self._members, self.threads, self.speaking, self.ladders)
        self.last_us = max(self.last_us, now_us)
        head = LEAF_VERSION.to_bytes(1, "big") + index.to_bytes(8, "big") + self.last_us.to_bytes(8, "big")
        self._waiting.append(StoredEntry(index, self.last_us, head + entry.tail, entry.id, raw, 0))
        self._note(entry, index, body)
        if isinstance(body, Erasure):
            self._erase_next.append(index)
        return index

    def take_batch(self) -> Batch | None:
        """Return the next rows to store, or None while a batch is on its way or nothing waits."""
        if self._flying is not None or not self._waiting or self.failed:
            return None
        take = self._batch_end(min(BATCH, len(self._waiting)))
        rows, self._waiting = self._waiting[:take], self._waiting[take:]
        sealed = rows[-1].index + 1
        self._flying = Batch(tuple([StoredEntry(*row[:-1], sealed) for row in rows]), rows[0].index)
        return self._flying

    def _batch_end(self, most: int) -> int:
        """End a batch where another host key takes over: one signature never covers both sides of that."""
        first = self._waiting[0].index
        key = self.host_key(first + 1)
        if self.host_key(first + most) == key:
            return most
        return next(count for count in range(1, most) if self.host_key(first + count + 1) != key)

    def stored(self) -> Checkpoint:
        """Take the flying batch, now durable, into the tree; return the checkpoint to sign."""
        assert self._flying is not None
        self.tree.extend([row.leaf for row in self._flying.rows])
        return self.checkpoint(self.tree.size)

    def signed(self) -> Published:
        """Note that the checkpoint over the flying batch is signed: from here on it can be read."""
        assert self._flying is not None
        start, size = self._flying.expected_size, self.tree.size
        self._ends.append(size)
        self.published = size
        self._flying = None
        erase = tuple(index for index in self._erase_next if index < size)
        self._erase_next = [index for index in self._erase_next if index >= size]
        return Published(start, size, erase)

    def fail(self, why: str) -> None:
        """Stop writing: the store refused, or we met a history of ours that we do not hold."""
        self.failed = self.failed or why
        self._waiting.clear()

    def _note(self, entry: Examined, index: int, body: Body | None) -> None:
        """Remember what the next entries, and readers, need to know of this one."""
        self.threads.add(entry)
        if isinstance(body, Party):
            self._members = frozenset(self.identity.parties())
        if isinstance(body, Message | Response | Step):
            use = self.identity.history(entry.key)
            officer = use is not None and use.role == "officer"
            self.ladders.take(entry, body, self.last_us, officer=officer)
        if isinstance(body, Party):
            self.speaking.heard(body)
        for party in {*entry.audience, entry.author}:
            readers = self._readers.get(party)
            if readers is None:
                readers = self._readers[party] = array("q")
            readers.append(index)
        if isinstance(body, Erasure):
            about = self.threads.index_of(bytes.fromhex(body.about))
            if about is not None:
                before = self.erasures.get(about, Erased(frozenset(), frozenset()))
                told = frozenset({*entry.audience, entry.author}) if body.whole else frozenset()
                self.erasures[about] = Erased(before.positions.union(body.positions), before.told | told)
                if body.whole:
                    self.threads.erase(about)

    # --- reading

    def checkpoint(self, size: int) -> Checkpoint:
        """Return the unsigned checkpoint of a size up to the tree's."""
        return Checkpoint(origin=self.genesis.origin, root=self.tree.root(size), size=size)

    def may_read(self, party: str, index: int) -> bool:
        """Say whether a party may read the header at a published index."""
        readers = self._readers.get(party)
        if readers is None or not 0 <= index < self.published:
            return False
        at = bisect_left(readers, index)
        return at < len(readers) and readers[at] == index

    def readable(self, party: str, start: int, limit: int) -> Slice:
        """Return the next indexes that a party may read, from `start` on."""
        readers = self._readers.get(party, array("q"))
        first = bisect_left(readers, start)
        last = min(first + limit, bisect_left(readers, self.published))
        indexes = readers[first:last]
        full = len(indexes) == limit
        return Slice(indexes, indexes[-1] + 1 if full else max(start, self.published), self.published)

    def told_erased(self, party: str, index: int) -> bool:
        """Say whether a party may know that an entry was erased as a whole: it can read the entry that says so."""
        erased = self.erasures.get(index)
        return erased is not None and party in erased.told

    def sealed_size(self, index: int) -> int:
        """Return the size at the end of the batch that an index was published in: its receipt's checkpoint."""
        return self._ends[bisect_right(self._ends, index)]

    def receipt(self, row: StoredEntry, size: int, note_json: bytes) -> bytes:
        """Return the receipt of a published row under the signed checkpoint of `size`, given as `note_as_json`."""
        return receipt_bytes(row.id, row.leaf, row.index, self.tree.inclusion_proof(row.index, size), note_json)


def split_leaves(data: bytes, slots: int, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield (received_at_us, leaf) of joined leaves from an index on; raises EvidenceError or Refused for odd ones."""
    size = leaf_size(slots)
    if len(data) % size or not data:
        rule = f"must be whole leaves of {size} bytes"
        raise Refused(
            [problem("parameter-leaves", "", f"{len(data)} bytes", rule, "Send them as GET /v1/leaves gave them")]
        )
    for number, at in enumerate(range(0, len(data), size)):
        leaf = decode_leaf(data[at : at + size], slots)
        if leaf.index != start + number:
            raise Refused([_out_of_order(leaf.index, start + number)])
        yield leaf.received_at_us, data[at : at + size]


def _out_of_order(index: int, expected: int) -> Problem:
    return problem(
        "parameter-leaves", "from", index, f"must be leaf {expected}", "Send leaves in order, from `from` on"
    )
