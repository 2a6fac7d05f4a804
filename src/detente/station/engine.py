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

import structlog

from detente.api.basis import Trouble
from detente.errors import DetenteError, OwnCopyFailed, Refused, Unavailable, problem
from detente.ledger.entry import Draft, seal_keeping
from detente.ledger.keys import SigningKey
from detente.network.client import HostClient, TryLater, fault_of
from detente.network.following.checking import Checkers
from detente.network.following.sync import PACE, Follower, Pace
from detente.network.peers import PeersClient
from detente.node.station.effects import (
    Compose,
    Effect,
    Publish,
    Raise,
    Refetch,
    Reply,
    SendCosignature,
    SendDirect,
    Submit,
    WakeAt,
)
from detente.node.station.handle import handle
from detente.node.station.inputs import (
    Composed,
    DirectAnswered,
    HostMode,
    HostRefused,
    HostUnreachable,
    Input,
    PeerUnreachable,
    Receipted,
    Tick,
)
from detente.node.station.parts.durable_change import Keep
from detente.node.station.troubles import Wrong, troubles
from detente.station.own_questions import OwnQuestions
from detente.wiring.clocks import StepClock
from detente.wiring.station import StationParts

WRITES_AHEAD = 8
"""Durable writes that may be under way before an input has to wait."""

AGAIN_S = 1.0
"""How long after a failure a part of the work is begun again."""

OVER_S = 15.0
"""A failure that has not come again for so long is over."""

log = structlog.get_logger("detente.station")


class StationLoop:
    """One station at work. `start` and `stop` once each."""

    def __init__(
        self,
        parts: StationParts,
        client: HostClient | None = None,
        peers: PeersClient | None = None,
        *,
        draw: Callable[[int], bytes] = os.urandom,
        pace: Pace = PACE,
    ) -> None:
        """`draw` returns so many random bytes, never the same twice: what hides a short message from guessing."""
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
        self.own_questions = OwnQuestions(state, parts.picture, parts.clock.now_us)
        self.checkers = Checkers()
        self.follower = Follower(self.client, state, self.give_durably, self.flush, parts.copy, self.checkers, pace)
        self._draw = draw
        self._watch_s = pace.watch_s
        self._copy_wrong: Wrong | None = None
        self._work_wrong: dict[str, tuple[Wrong, float]] = {}
        """By part of the work: what was wrong, and the loop's time of the last failure."""
        self._shown: list[Trouble] = []
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
        """Begin to work: the first tick, then follow the host. Each part that fails is begun again, and shown (`troubles`)."""
        asyncio.get_running_loop().set_exception_handler(self._unseen)
        self._long.append(asyncio.create_task(self._keep_up("effects", self._carry_out)))
        self.give(Tick())
        for name, work in (
            ("following", self.follower.look),
            ("doorbell", self.follower.listen),
            ("watch", self._watch),
        ):
            self._long.append(asyncio.create_task(self._keep_up(name, work)))

    async def stop(self) -> None:
        """Stop following; finish what is being written."""
        if self._timer is not None:
            self._timer.cancel()
        pending = {*self._long, *self._tasks}
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=1.0)  # a wait that ends just then swallows being cancelled
        await self.client.close()
        await self.peers.close()
        await self.checkers.close()
        await asyncio.to_thread(self.parts.copy.close)

    # --- what is wrong here ---

    @property
    def failed(self) -> str:
        """Why nothing more is taken in: the own copy refused a write; "" while it takes them."""
        return self.parts.copy.broken

    def troubles(self) -> list[Trouble]:
        """Return all that keeps this station from going on as it should, by the node's one rule (`node.station.troubles`)."""
        wrong = self.failed or self.parts.copy.unreadable
        if not wrong:
            self._copy_wrong = None
        elif self._copy_wrong is None:
            self._copy_wrong = Wrong(self.now_us, wrong)
        now_s = asyncio.get_running_loop().time()
        self._work_wrong = {name: held for name, held in self._work_wrong.items() if now_s < held[1] + OVER_S}
        work = {name: wrong for name, (wrong, _) in self._work_wrong.items()}
        return troubles(self.state, self.now_us, self._copy_wrong, work, self.parts.picture.driver.not_understood)

    def work_failed(self, name: str, error: BaseException) -> None:
        """Log an error that ended a part of the work, and show it until it has not come again for a while."""
        if isinstance(error, OwnCopyFailed):
            return  # shown as what it is
        log.error("work_failed", part=name, exc_info=error)
        before = self._work_wrong.get(name)
        since_us = before[0].since_us if before else self.now_us
        why = f"{type(error).__name__}: {error}"[:300]
        self._work_wrong[name] = (Wrong(since_us, why), asyncio.get_running_loop().time())

    async def _keep_up(self, name: str, work: Callable[[], Coroutine[object, object, None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:
                self.work_failed(name, error)
            await asyncio.sleep(AGAIN_S)

    async def _watch(self) -> None:
        """Say in log and events what trouble began or is over; views ask for themselves."""
        while True:
            standing = self.troubles()
            before, now = {t.kind for t in self._shown}, {t.kind for t in standing}
            for one in standing:
                if one.kind not in before:
                    log.error("trouble", kind=one.kind, since_us=one.since_us, words=one.words, next_step=one.next_step)
                    self._tell("trouble", one.kind)
            for kind in sorted(before - now):
                log.warning("trouble_over", kind=kind)
                self._tell("trouble-over", kind)
            self._shown = standing
            await asyncio.sleep(self._watch_s)
            if self.parts.copy.unreadable:  # whether it can be read again shows only in reading
                with contextlib.suppress(OwnCopyFailed):
                    await asyncio.to_thread(self.parts.copy.kept, "verified")

    def _unseen(self, loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """Take an error that nobody awaited: it would end in silence."""
        error = context.get("exception")
        self.work_failed("unseen", error if isinstance(error, Exception) else RuntimeError(str(context.get("message"))))

    # --- inputs ---

    @property
    def now_us(self) -> int:
        """The ledger's time, by this station's clock."""
        return self.parts.clock.now_us()

    def give(self, given: Input) -> tuple[asyncio.Future[None] | None, list[Effect]]:
        """Let the node decide. Returns when it has; the future (if any) is done once what it keeps is durable."""
        if self.failed:
            raise OwnCopyFailed(f"the station's own copy has failed: {self.failed}")
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
        if error is not None:
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
            except Exception as error:
                self.work_failed("effects", error)
            finally:
                self._carrying = False

    def _do(self, effect: Effect) -> None:
        match effect:
            case Submit(items):
                self._run("sending", self._submit, items)
            case SendDirect():
                self._run("direct line", self._send_direct, effect)
            case Compose(draft):
                self._compose(draft)
            case SendCosignature(note):
                idle = self._cosignature is None
                self._cosignature = note
                if idle:
                    self._run("cosigning", self._send_cosignature)
            case Refetch(first, stop):
                self._run("asking again", self._refetch, first, stop)
            case Raise(alarm):
                log.error("alarm", kind=alarm.kind, about=alarm.about, words=alarm.words)
                self._tell("alarm", f"{alarm.kind} {alarm.about}")
            case Publish(topic, about):
                if topic == "ahead":
                    self.follower.ring.set()
                self._tell(topic, about)
            case _:
                raise AssertionError(effect)

    def _run(self, name: str, work: Callable[..., Coroutine[object, object, None]], *given: object) -> None:
        async def run() -> None:
            try:
                await work(*given)
            except Exception as error:
                self.work_failed(name, error)

        task = asyncio.get_running_loop().create_task(run())
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
        slots, shared = state.me.genesis.slots, state.shared_keys()
        submission, kept = seal_keeping(draft, key, self._salts(), state.ledger, slots, shared)
        return Composed(submission, kept)

    def _salts(self) -> Iterator[bytes]:
        while True:
            yield self._draw(32)

    async def _submit(self, items: tuple[tuple[bytes, bytes], ...]) -> None:
        try:
            await self._hand_in(items)
        except TryLater as error:
            self.give(HostMode(str(error)))
            self.state.sending.outbox.unreachable(self.now_us)
            self.give(Tick())
        except OwnCopyFailed:
            raise
        except DetenteError as error:
            self.give(HostUnreachable(str(error), fault_of(error)))
        except Exception as error:
            self.work_failed("sending", error)
            self.give(
                HostUnreachable(str(error), "host-nonsense")
            )  # it goes again: nothing may stay under way for ever

    async def _hand_in(self, items: tuple[tuple[bytes, bytes], ...]) -> None:
        answers = await self.client.submit([raw for _, raw in items])
        later = False
        for (entry, _), answer in zip(items, answers, strict=True):
            if answer.receipt is not None:
                self.give(Receipted(entry, answer.receipt))
            elif answer.again:
                later = True
            else:
                self.give(HostRefused(entry, tuple(p.sentence() for p in answer.problems)))
        if later:
            self.state.sending.outbox.unreachable(self.now_us)
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
        try:
            self.give(Tick())
        except Exception as error:
            self.work_failed("timers", error)
            self._timer = asyncio.get_running_loop().call_later(AGAIN_S, self._tick)

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
            if state.following.folded >= state.following.size and not (
                state.sending.host_answers and state.sending.outbox.ready(self.now_us)
            ):
                return True
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.005)
