"""The one loop that carries out what `node.host` decides: examine, admit, store, root, sign, answer; then erase and tell.

At most one batch is on its way to the disk; what arrives meanwhile makes up the next one. Every step names a failpoint, so
that the tests can end the process, or fail, between any two. Runs on the event loop's thread; the store commits on its own.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

import structlog

from detente.errors import DetenteError, EvidenceError, Problem, Refused, Unavailable
from detente.host.examiner import Examiner
from detente.host.metrics import Metrics
from detente.host.problems import INTERNAL, problems_of
from detente.ledger.checkpoints.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from detente.ledger.checkpoints.note import Note, parse_note
from detente.ledger.keys import SigningKey
from detente.node.host.examine import Examined
from detente.node.host.host import HostLedger
from detente.node.host.limits import too_large
from detente.node.host.receipts import note_as_json
from detente.node.host.restoring import Restoring
from detente.node.host.rows import StoredEntry
from detente.node.host.showing import without_bodies
from detente.node.host.witnessing import Witnesses, meet_checkpoint, open_own
from detente.storage import Store

FAILPOINTS: Final = ("before-store", "after-store", "before-sign", "after-sign", "before-answer")

OTHER_KEY: Final = "the parties have appointed another host key"

RECENT: Final = 4096
"""Newest rows and notes held in memory, for receipts and streams."""

log = structlog.get_logger("detente.host")


class HostLoop:
    """One ledger, written by this process. `now` is the ledger's clock, `tick` the steady one; both in µs."""

    def __init__(
        self,
        make_host: Callable[[], HostLedger],
        store: Store,
        key: SigningKey,
        *,
        now: Callable[[], int],
        tick: Callable[[], int],
        failpoint: Callable[[str], None],
        metrics: Metrics,
    ) -> None:
        self._make_host = make_host
        self.store = store
        self.key = key
        self.now = now
        self.tick = tick
        self.failpoint = failpoint
        self.metrics = metrics
        self.host = make_host()
        self.witnesses = Witnesses()
        self.restoring = Restoring()
        self.examiner = Examiner(self.host.slots, self.host.ledger)
        self.listeners: set[Callable[[], None]] = set()
        """Called after each publication, on the loop."""
        self._recent: OrderedDict[int, StoredEntry] = OrderedDict()
        self._notes: OrderedDict[int, bytes] = OrderedDict()
        self._inside: tuple[int, bytes] = (0, b"")
        self._waiters: list[asyncio.Future[None]] = []
        self._arrived: list[tuple[bytes, asyncio.Future[Examined]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._flight_wanted = False

    # --- starting and stopping

    def load(self, genesis: bytes) -> None:
        """Fold what is stored, writing genesis first if the store is empty. Before the loop runs."""
        if self.store.size() == 0:
            self.store.append([self.host.genesis_row(genesis)], 0).result()
        self._take(*self._folded())

    def _folded(self) -> tuple[HostLedger, Witnesses]:
        """Fold everything stored into a new host. Touches nothing of the present one, so it may run beside it."""
        host, witnesses = self._make_host(), Witnesses()
        host.load(self.store.read(0, self.store.size()))
        for name, data in self.store.kept("cosigned/").items():
            try:
                signed = open_own(host, data)
                meet_checkpoint(host, signed)
            except DetenteError as error:  # kept under a host key that has been changed since
                log.warning("cosigned_checkpoint_unreadable", name=name, why=str(error))
                continue
            if name == "cosigned/witnessed" and signed.checkpoint.size <= host.tree.size:
                witnesses.largest = signed
        waived = int(self.store.kept("accepted-missing").get("accepted-missing", b"0"))
        host.waive_blank = max(host.blank, default=0) < waived
        if any(_forked(host, data) for data in self.store.kept("fork/").values()):
            host.fail("a checkpoint bears our signature over another history; both are kept as evidence")
        self._check_key(host)
        return host, witnesses

    def _check_key(self, host: HostLedger) -> None:
        """Stop writing when the next checkpoint is another's to sign."""
        if host.host_key(host.published + 1).public != self.key.public:
            host.fail(OTHER_KEY)

    def _take(self, host: HostLedger, witnesses: Witnesses) -> None:
        before = self.host
        host.asking, host.sessions, host.limits = before.asking, before.sessions, before.limits
        self.host, self.witnesses = host, witnesses
        self._recent.clear()
        self._notes.clear()
        self._finish_erasures()

    async def stop(self) -> None:
        """Wait for the batch on its way, and end the workers."""
        while not self.host.drained and not self.host.failed:
            await self._next_publication()
        await self.examiner.stop()

    # --- submissions

    async def submit(self, raw: bytes, party: str) -> bytes:
        """Record one submission; returns its receipt. Raises Refused or Unavailable; nothing is stored then."""
        host = self.host
        host.require_writing()
        host.limits.submission(party, 1, len(raw), self.tick())
        index = host.admit(await self._examine(raw), raw, party, self.now())
        await self._publication_of(index)
        return self.receipt(index)

    async def submit_lines(self, raws: Sequence[bytes], party: str) -> list[bytes | tuple[Problem, ...]]:
        """Record submissions in order; one receipt, or what is wrong with it, for each."""
        host = self.host
        host.require_writing()
        host.limits.submission(party, len(raws), sum(map(len, raws)), self.tick())
        answers: list[int | tuple[Problem, ...]] = []
        for raw, found in zip(raws, await self.examiner.examine(raws), strict=True):
            try:
                if isinstance(found, Refused):
                    raise found
                answers.append(host.admit(found, raw, party, self.now()))
            except Refused as refused:
                answers.append(refused.problems)
        late: tuple[Problem, ...] = ()
        try:
            await self._publication_of(max((answer for answer in answers if isinstance(answer, int)), default=0))
        except DetenteError as error:
            late = problems_of(error)
        return [self._line(answer, late) if isinstance(answer, int) else answer for answer in answers]

    def _line(self, index: int, late: tuple[Problem, ...]) -> bytes | tuple[Problem, ...]:
        return self.receipt(index) if index < self.host.published else late

    def _examine(self, raw: bytes) -> asyncio.Future[Examined]:
        """Check one submission together with all others that came in this turn of the loop."""
        most = self.host.limits.rules.submission_bytes
        if len(raw) > most:
            raise too_large("", len(raw), most)
        loop = asyncio.get_running_loop()
        if not self._arrived:
            loop.call_soon(self._spread)
        done: asyncio.Future[Examined] = loop.create_future()
        self._arrived.append((raw, done))
        return done

    def _spread(self) -> None:
        arrived, self._arrived = self._arrived, []
        task = asyncio.get_running_loop().create_task(self._examine_all(arrived))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _examine_all(self, arrived: list[tuple[bytes, asyncio.Future[Examined]]]) -> None:
        try:
            answers = await self.examiner.examine([raw for raw, _ in arrived])
        except DetenteError as error:
            answers = [Refused(problems_of(error))] * len(arrived)
        except Exception:
            log.exception("examining_failed")  # a mistake of ours; whoever waits for an answer gets one
            answers = [Refused([INTERNAL])] * len(arrived)
        for (_, done), answer in zip(arrived, answers, strict=True):
            if done.done():
                continue  # the client went away
            if isinstance(answer, Refused):
                done.set_exception(answer)
            else:
                done.set_result(answer)

    # --- store, root, sign, answer

    async def _publication_of(self, index: int) -> None:
        """Wait until an index may be read."""
        while index >= self.host.published:
            if self.host.failed:
                raise Unavailable(f"the host does not write now: {self.host.failed}")
            if not self._flight_wanted:
                self._flight_wanted = True
                asyncio.get_running_loop().call_soon(self._fly)
            await self._next_publication()

    def _next_publication(self) -> asyncio.Future[None]:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def _fly(self) -> None:
        self._flight_wanted = False
        loop = asyncio.get_running_loop()
        try:
            batch = self.host.take_batch()
            if batch is None:
                return
            self.failpoint("before-store")
            durable = self.store.append(batch.rows, batch.expected_size)
        except Exception as error:
            self._fail(error)
            return
        rows = batch.rows
        durable.add_done_callback(lambda done: loop.call_soon_threadsafe(self._land, done, rows))

    def _land(self, durable: Future[int], rows: tuple[StoredEntry, ...]) -> None:
        try:
            durable.result()
            self.failpoint("after-store")
            checkpoint = self.host.stored()
            self.failpoint("before-sign")
            note = self._sign(checkpoint)
            self.failpoint("after-sign")
            published = self.host.signed()
            self._remember(rows, published.size, note)
            self._check_key(self.host)
            if self.host.failed:  # the last note under this key: nobody can make it again
                self.keep(f"note/{published.size}", note)
            self.failpoint("before-answer")
            self.metrics.batch(len(rows), published.size)
            self._wake()
            if published.erase:
                self._finish_erasures()
        except Exception as error:
            self._fail(error)
            return
        if self.host.failed:
            self._fail(Unavailable(self.host.failed))
        else:
            self._fly()

    def _sign(self, checkpoint: Checkpoint) -> bytes:
        return sign_checkpoint(checkpoint, self.key).data

    def _remember(self, rows: Sequence[StoredEntry], size: int, note: bytes) -> None:
        self._notes[size] = note
        for row in rows:
            self._recent[row.index] = row
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        while len(self._notes) > RECENT:
            self._notes.popitem(last=False)

    def _fail(self, error: BaseException) -> None:
        """The store, or a step after it, failed: nobody is answered, nothing more is written until a restart."""
        log.error("writing_stopped", why=str(error), kind=type(error).__name__)
        self.host.fail(str(error) or type(error).__name__)
        self._wake()  # who waited finds that nothing came, and why

    def keep(self, name: str, value: bytes) -> None:
        """Keep a small named value; a store that refuses it ends the writing, and is not passed over in silence."""
        self._kept(self.store.keep(name, value))

    def _kept(self, durable: Future[int]) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # while loading: nobody is served yet
            durable.result()
            return

        def look(done: Future[int]) -> None:
            if (error := done.exception()) is not None:
                loop.call_soon_threadsafe(self._fail, error)

        durable.add_done_callback(look)

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)
        self.wake_listeners()

    def wake_listeners(self) -> None:
        """Let every open stream look for what is new."""
        for listener in tuple(self.listeners):
            listener()

    def _finish_erasures(self) -> None:
        """Destroy the bodies of entries that a published erasure names; done again after a crash in between."""
        for index, erased in self.host.erasures.items():
            for row in self.store.rows([index]) if index < self.host.published else []:
                kept = without_bodies(row.submission, erased.positions) if row.submission is not None else None
                if kept != row.submission:
                    self._kept(self.store.amend(index, row.id, kept))
                    self._recent.pop(index, None)

    # --- recovering

    async def adopt(self, rows: Sequence[StoredEntry]) -> None:
        """Store leaves that were proven to be ours, and fold the ledger anew."""
        await asyncio.wrap_future(self.store.append(rows, self.host.tree.size))
        await self.refold()

    async def refold(self) -> None:
        """Fold the ledger anew from the store, while the present state goes on serving readers."""
        self._take(*await asyncio.to_thread(self._folded))
        self.wake_listeners()

    async def amend(self, row: StoredEntry) -> None:
        """Store more of an entry than was held."""
        await asyncio.wrap_future(self.store.amend(row.index, row.id, row.submission))
        self._recent.pop(row.index, None)
        self.host.blank.discard(row.index)

    def meet(self, data: bytes) -> None:
        """Compare a checkpoint of our own with what we hold; a larger one, or a fork, is remembered over restarts.

        That the host does not write for another reason makes no fork of a note that agrees.
        """
        signed = open_own(self.host, data)
        try:
            meet_checkpoint(self.host, signed)
        except EvidenceError:
            self.keep("fork/seen", data)
            raise
        if self.host.needs is not None:
            self.keep("cosigned/needed", self.host.needs.data)

    def accept_missing(self) -> None:
        """Go on although some headers are not known: the operator has said so."""
        self.keep("accepted-missing", str(self.host.tree.size).encode())
        self.host.waive_blank = True

    # --- reading

    def note_at(self, size: int) -> bytes:
        """Return the signed checkpoint of a published size: the same bytes every time (Ed25519 is deterministic)."""
        note = self._notes.get(size)
        if note is None:
            note = self._made_again(size)
            self._remember((), size, note)
        return note

    def _made_again(self, size: int) -> bytes:
        if self.host.host_key(size).public == self.key.public:
            return self._sign(self.host.checkpoint(size))
        kept = self.store.kept(f"note/{size}")
        if not kept:
            raise Unavailable(f"the checkpoint of size {size} was signed by an earlier host key; ask for a later one")
        return kept[f"note/{size}"]

    def newest_note(self) -> bytes:
        """Return the newest checkpoint with every cosignature held for it."""
        held: Note | None = self.witnesses.lines_at(self.host.published)
        return held.encode() if held is not None else self.note_at(self.host.published)

    def rows(self, indexes: Sequence[int]) -> list[StoredEntry]:
        """Return published rows by index, the newest from memory."""
        recent = self._recent
        if all(index in recent for index in indexes):
            return [recent[index] for index in indexes]
        return self.store.rows(indexes)

    def receipt(self, index: int) -> bytes:
        """Return the receipt of a published index, under the checkpoint of its own batch."""
        row = self.rows([index])[0]
        size = self.host.sealed_size(index)
        if (
            self.host.host_key(size).public != self.key.public
        ):  # an earlier host's: prove it under the newest checkpoint
            size = self.host.published
        if self._inside[0] != size:
            self._inside = (size, note_as_json(self.note_at(size)))
        return self.host.receipt(row, size, self._inside[1])

    def witnessed_receipt(self, index: int) -> bytes | None:
        """Return the receipt of the second grade, or None while no witnessed checkpoint covers the index."""
        largest = self.witnesses.largest
        if largest is None or index >= largest.checkpoint.size:
            return None
        return self.host.receipt(self.rows([index])[0], largest.checkpoint.size, note_as_json(largest.data))


def _forked(host: HostLedger, data: bytes) -> bool:
    """Whether a note kept as a fork is one: former builds kept any note that came while the host did not write."""
    head = parse_checkpoint(parse_note(data).text)
    return head.size > host.tree.size or host.tree.root(head.size) != head.root
