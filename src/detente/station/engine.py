"""The one loop that carries out what `node.station` decides. Order is everything: keep, then the rest, input by input.

    give(input) ──handle──> effects ──> Keep: one durable write ──> queue ──> the others, in order
                                                                     (requests run on as tasks; their answers are inputs)

Runs on the event loop's thread; the copy commits on its own thread, signatures are checked on others.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import structlog

from detente.errors import DetenteError, Refused, Unavailable, problem
from detente.ledger.entry import Draft, seal_keeping
from detente.ledger.keys import SigningKey
from detente.network.checking import Checkers
from detente.network.client import HostClient
from detente.network.peers import PeersClient
from detente.network.sync import Follower
from detente.node.keeping import Keep
from detente.node.station import handle
from detente.node.station_values import (
    Compose,
    Composed,
    DirectAnswered,
    Effect,
    HostRefused,
    HostUnreachable,
    Input,
    PeerUnreachable,
    Publish,
    Raise,
    Receipted,
    Refetch,
    Reply,
    SendCosignature,
    SendDirect,
    Submit,
    Tick,
    WakeAt,
)
from detente.wiring.clocks import StepClock
from detente.wiring.station import StationParts

WRITES_AHEAD = 8
"""Durable writes that may be under way before an input has to wait."""

log = structlog.get_logger("detente.station")


class Engine:
    """One station at work. `start` and `stop` once each."""

    def __init__(self, parts: StationParts, client: HostClient | None = None, peers: PeersClient | None = None) -> None:
        state = parts.state
        me = state.me
        self.parts = parts
        self.state = state
        self.client = client or HostClient(
            parts.config.host,
            ledger=state.ledger,
            party=me.party,
            station_public=me.station_key.public,
            sign=me.station_key.sign,
            tls=parts.client_tls(),
        )
        self.peers = peers or PeersClient(parts.config.peers, tls=parts.client_tls())
        self.checkers = Checkers()
        self.follower = Follower(self.client, state, self.give_durably, self.flush, parts.copy, self.checkers)
        self.failed: str = ""
        self.listeners: set[Callable[[str, str], None]] = set()
        """Told of every Publish and Raise: topic and about."""
        self._queue: asyncio.Queue[tuple[asyncio.Future[None] | None, list[Effect]]] = asyncio.Queue()
        self._writes: set[asyncio.Future[None]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._long: list[asyncio.Task[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._cosignature: bytes | None = None
        self._carrying = False

    # --- life ---

    async def start(self) -> None:
        """Begin to work: the first tick, then follow the host."""
        self._long.append(asyncio.create_task(self._carry_out()))
        self.give(Tick())
        self._long.append(asyncio.create_task(self.follower.run()))

    async def stop(self) -> None:
        """Stop following; finish what is being written."""
        if self._timer is not None:
            self._timer.cancel()
        for task in (*self._long, *self._tasks):
            task.cancel()
        await asyncio.gather(*self._long, *self._tasks, return_exceptions=True)
        await self.client.close()
        await self.peers.close()
        await self.checkers.close()
        await asyncio.to_thread(self.parts.copy.close)

    # --- inputs ---

    @property
    def now_us(self) -> int:
        """The ledger's time, by this station's clock."""
        return self.parts.clock.now_us()

    def give(self, given: Input) -> tuple[asyncio.Future[None] | None, list[Effect]]:
        """Let the node decide. Returns when it has; the future (if any) is done once what it keeps is durable."""
        if self.failed:
            raise Unavailable(f"the station's own copy has failed: {self.failed}")
        _, effects = handle(self.state, given, self.now_us)
        keeps = [effect for effect in effects if isinstance(effect, Keep)]
        rest: list[Effect] = [effect for effect in effects if not isinstance(effect, Keep | Reply | WakeAt)]
        durable = self._write(keeps) if keeps else None
        for effect in effects:
            if isinstance(effect, WakeAt):
                self._wake_at(effect.at_us)
        if durable is not None or rest:
            self._queue.put_nowait((durable, rest))
        return durable, effects

    async def give_durably(self, given: Input) -> list[Effect]:
        """As `give`, but leaves no more than a few writes under way: for what comes in a long row (catching up)."""
        _, effects = self.give(given)
        while len(self._writes) > WRITES_AHEAD:
            await asyncio.wait(self._writes, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)
        return effects

    async def flush(self) -> None:
        """Wait until everything kept so far is durable."""
        while self._writes:
            await asyncio.wait(set(self._writes))

    async def give_and_wait(self, given: Input) -> list[Effect]:
        """As `give`, and wait until what it keeps is durable: for what we are about to acknowledge."""
        durable, effects = self.give(given)
        if durable is not None:
            await asyncio.shield(durable)
        return effects

    async def reply_to(self, given: Input) -> bytes:
        """Give a direct request and return the answering envelope, after the own durable copy."""
        effects = await self.give_and_wait(given)
        return next((effect.data for effect in effects if isinstance(effect, Reply)), b"")

    def _write(self, keeps: list[Keep]) -> asyncio.Future[None]:
        durable = asyncio.wrap_future(self.parts.copy.write(*keeps))
        self._writes.add(durable)
        durable.add_done_callback(self._written)
        return durable

    def _written(self, durable: asyncio.Future[None]) -> None:
        self._writes.discard(durable)
        error = None if durable.cancelled() else durable.exception()
        if error is not None and not self.failed:
            self.failed = str(error)
            log.critical("copy_failed", why=str(error))

    # --- effects ---

    async def _carry_out(self) -> None:
        while True:
            durable, effects = await self._queue.get()
            self._carrying = True
            try:
                if durable is not None:
                    await durable
                for effect in effects:
                    self._do(effect)
            except Unavailable as error:
                log.error("effects_dropped", why=str(error))
            except Exception:
                log.exception("effect_failed")
            finally:
                self._carrying = False

    def _do(self, effect: Effect) -> None:
        match effect:
            case Submit(items):
                self._run(self._submit(items))
            case SendDirect():
                self._run(self._send_direct(effect))
            case Compose(draft):
                self._compose(draft)
            case SendCosignature(note):
                idle = self._cosignature is None
                self._cosignature = note
                if idle:
                    self._run(self._send_cosignature())
            case Refetch(first, stop):
                self._run(self._refetch(first, stop))
            case Raise(alarm):
                log.error("alarm", kind=alarm.kind, about=alarm.about, words=alarm.words)
                self._tell("alarm", f"{alarm.kind} {alarm.about}")
            case Publish(topic, about):
                if topic == "ahead":
                    self.follower.ring.set()
                self._tell(topic, about)
            case _:
                raise AssertionError(effect)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _compose(self, draft: Draft) -> None:
        try:
            self.give(self.sealed(draft, self.state.me.station_key))
        except Refused as refused:
            log.error("draft_refused", kind=draft.kind, why=str(refused))

    def sealed(self, draft: Draft, key: SigningKey) -> Composed:
        """Seal a draft with fresh salts."""
        state = self.state
        submission, kept = seal_keeping(draft, key, _salts(), state.ledger, state.me.genesis.slots, state.shared_keys())
        return Composed(submission, kept)

    async def _submit(self, items: tuple[tuple[bytes, bytes], ...]) -> None:
        try:
            answers = await self.client.submit([raw for _, raw in items])
        except (Unavailable, Refused) as error:
            self.give(HostUnreachable(str(error)))
            return
        later = False
        for (entry, _), answer in zip(items, answers, strict=True):
            if answer.receipt is not None:
                self.give(Receipted(entry, answer.receipt))
            elif answer.again:
                later = True
            else:
                self.give(HostRefused(entry, tuple(p.sentence() for p in answer.problems)))
        if later:
            self.state.outbox.unreachable(self.now_us)
            self.give(Tick())

    async def _send_direct(self, effect: SendDirect) -> None:
        try:
            data = await self.peers.send(effect.party, effect.kind, effect.data)
        except DetenteError as error:
            if isinstance(error, Refused):
                log.warning("peer_refused", party=effect.party, kind=effect.kind, why=str(error))
            self.give(PeerUnreachable(effect.party, effect.kind, effect.about))
            return
        await self.give_and_wait(DirectAnswered(effect.party, effect.kind, effect.about, data))

    async def _send_cosignature(self) -> None:
        while self._cosignature is not None:
            note, self._cosignature = self._cosignature, None
            try:
                await self.client.cosignature(note)
            except DetenteError as error:
                log.info("cosignature_not_taken", why=str(error))
                return

    async def _refetch(self, first: int, stop: int) -> None:
        with contextlib.suppress(DetenteError):
            await self.follower.again(first, stop)

    def _tell(self, topic: str, about: str) -> None:
        for listener in tuple(self.listeners):
            listener(topic, about)

    # --- time ---

    def _wake_at(self, at_us: int) -> None:
        if self.parts.virtual:
            return  # whoever sets the clock gives the tick
        if self._timer is not None:
            self._timer.cancel()
        delay_s = max(0.0, (at_us - self.now_us) / 1_000_000)
        self._timer = asyncio.get_running_loop().call_later(min(delay_s, 60.0), self._tick)

    def _tick(self) -> None:
        if not self.failed:
            self.give(Tick())

    async def set_clock(self, now_us: int) -> None:
        """Set a virtual clock. What is due then is done by `drain`: first every clock is set, then everybody acts."""
        clock = self.parts.clock
        if not isinstance(clock, StepClock):
            raise Refused([problem("clock-real", "now_us", now_us, "only a virtual ledger's clock is set", "Leave it")])
        clock.set(now_us)
        await asyncio.wrap_future(self.parts.copy.write(Keep(kept=[("clock", str(now_us).encode())])))

    @property
    def busy(self) -> int:
        """How much is under way: effects not yet carried out, requests not yet answered, writes not yet durable."""
        return self._queue.qsize() + len(self._tasks) + len(self._writes) + self._carrying

    async def rest(self, within_s: float = 10.0) -> bool:
        """Wait until nothing is under way here; False if that takes too long."""
        end = asyncio.get_running_loop().time() + within_s
        while self.busy:
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.002)
        return True

    async def drain(self, within_s: float = 10.0) -> bool:
        """Follow the host to its present end, and wait until nothing is under way or queued for a host that answers."""
        end = asyncio.get_running_loop().time() + within_s
        self.give(Tick())
        while True:
            with contextlib.suppress(DetenteError):
                await self.follower.catch_up()
            if not await self.rest(max(0.0, end - asyncio.get_running_loop().time())):
                return False
            state = self.state
            if state.folded >= state.size and not (state.host_answers and state.outbox.ready(self.now_us)):
                return True
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.005)


def _salts() -> Iterator[bytes]:
    while True:
        yield os.urandom(32)
