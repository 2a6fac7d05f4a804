"""An event loop without sockets, threads and waiting: when nothing is ready, its time jumps to the next thing that is due.

Asyncio's own loop (`BaseEventLoop`) does all the work; here stand only the three places where it would touch the machine: the
clock, the wait for sockets, and other threads. So what runs on it is the production code, and a run is a function of what it is given.
"""

from __future__ import annotations

import asyncio
import contextvars
import math
from collections.abc import Callable, Coroutine, Generator
from typing import Any

RESTLESS = 200_000
"""So many turns without time passing: something wakes itself for ever."""

PROCESS: contextvars.ContextVar[Process | None] = contextvars.ContextVar("process", default=None)
"""The process on whose behalf the present code runs; tasks and timers inherit it."""


class Process:
    """What dies together: every task that one simulated process has begun."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.context = contextvars.copy_context()
        self.context.run(PROCESS.set, self)
        self._tasks: set[asyncio.Task[Any]] = set()

    def began(self, task: asyncio.Task[Any]) -> None:
        """Remember a task until it ends."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def kill(self, loop: asyncio.AbstractEventLoop) -> None:
        """End at once. A task may swallow one cancellation (a wait that ends just then), so it is sent until none is left."""
        self.dead = True
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            loop.call_soon(self.kill, loop)


class JumpingLoop(asyncio.BaseEventLoop):
    """Time in whole microseconds from 0; `run_until` lets everything happen that is due by then, in one definite order."""

    def __init__(self) -> None:
        super().__init__()
        self.now_us = 0
        self.suspended_us = 0
        """How long the machines have slept: clocks went on, and this loop did not."""
        self._until_us = 0
        self._turns = 0
        self._selector = self
        self._clock_resolution = 1e-7
        self.unseen: list[dict[str, Any]] = []
        """Errors that nobody awaited."""

    def time(self) -> float:
        """The loop's time in seconds."""
        return self.now_us / 1_000_000

    def run_until(self, at_us: int) -> None:
        """Run until nothing more is due at or before a time, and leave the clock there."""
        self._until_us = max(at_us, self.now_us)
        self._turns = 0
        self.run_forever()

    def one_turn(self) -> None:
        """Do what is ready now, and nothing that follows from it."""
        self.stop()
        self.run_forever()

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep the error for whoever runs the world: one handler cannot speak for all the processes."""
        self.unseen.append(context)

    def select(self, timeout: float | None) -> list[Any]:
        """Stand in for the wait for sockets: jump to the next moment at which something is due, or stop."""
        self._turns += 1
        if timeout is not None and timeout <= 0:
            if self._turns > RESTLESS:
                raise AssertionError("the world never comes to rest")
            return []
        self._turns = 0
        due_us = self._until_us + 1 if timeout is None else math.ceil((self.time() + timeout) * 1_000_000 - 0.001)
        if due_us > self._until_us:
            self.stop()
        self.now_us = min(due_us, self._until_us)
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody waits: there is one thread."""

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """As `call_soon`: there is one thread."""
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Do now, on this thread, what production does on another."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def create_task(
        self,
        coro: Generator[Any, None, Any] | Coroutine[Any, Any, Any],
        *,
        name: object = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[Any]:
        """Begin a task, as part of the process that begins it."""
        task = super().create_task(coro, name=name, context=context)
        process = PROCESS.get() if context is None else context.get(PROCESS)
        if process is not None:
            process.began(task)
        return task
