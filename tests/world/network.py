"""The network, in memory: HTTP requests between the processes of a world, each with a fate.

`Line` is what `httpx` sends through at one station (or at the host), so both clients of production and both of its applications
run unchanged: sessions, timeouts, problem bodies, the event stream. Who is at the other end is the request's host name.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple

import httpx
from tests.world.loop import JumpingLoop, Process

from detente.network.serving.connection import PEER, Peer

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Fate(NamedTuple):
    """What becomes of one request: how late each copy of it arrives, in µs (none: it is lost), and whether its answer does."""

    arrives_us: tuple[int, ...] = (0,)
    answered: bool = True


AS_IT_SHOULD = Fate()


class Listener(NamedTuple):
    """A process that takes requests."""

    process: Process
    app: Application


class Exchange:
    """One request at its listener, and what has come back of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, body: bytes) -> None:
        self.first: asyncio.Future[None] = loop.create_future()
        """Done when there is something to read: a whole answer, or the first chunk of one."""
        self.status, self.headers = 0, []
        self.chunks: deque[bytes] = deque()
        self.whole = False
        self.broken = False
        self.more = asyncio.Event()
        self.gone = asyncio.Event()
        self._body: bytes | None = body

    async def receive(self) -> dict[str, Any]:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
            return
        self.chunks.append(message["body"])
        self.whole = not message.get("more_body")
        self._ring()

    def breaks(self) -> None:
        """The line breaks: nothing more comes, and the listener finds its client gone."""
        self.broken = True
        self.gone.set()
        self._ring()

    def ended(self, task: asyncio.Task[None]) -> None:
        """The listener's task is over: what it has not sent will not come."""
        self.broken = not self.whole
        self._ring()
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    def _ring(self) -> None:
        self.more.set()
        if not self.first.done():
            self.first.set_result(None)


class Chunks(httpx.AsyncByteStream):
    """The body of an answer that goes on."""

    def __init__(self, exchange: Exchange, within_s: float | None) -> None:
        self._exchange = exchange
        self._within_s = within_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        found = self._exchange
        while True:
            while found.chunks:
                yield found.chunks.popleft()
            if found.whole:
                return
            if found.broken:
                raise httpx.ReadError("the line broke")
            found.more.clear()
            try:
                await asyncio.wait_for(found.more.wait(), self._within_s)
            except TimeoutError:
                raise httpx.ReadTimeout("silence") from None

    async def aclose(self) -> None:
        self._exchange.gone.set()


class Network:
    """Who listens, which lines are cut, and what becomes of each request."""

    def __init__(self, loop: JumpingLoop) -> None:
        self.loop = loop
        self.listeners: dict[str, Listener] = {}
        self.cut: set[frozenset[str]] = set()
        self._streams: list[tuple[frozenset[str], Exchange]] = []
        self.hanging: set[str] = set()
        """Who is away without a word: nothing refuses, nothing answers."""
        self.hangs_s: Callable[[float], float] = lambda within_s: within_s
        """How long a request to them hangs, given how long its sender would wait."""
        self.fate: Callable[[str, str, httpx.Request], Fate] = lambda sender, to, request: AS_IT_SHOULD
        self.watch: Callable[[str, str, httpx.Request, Exchange], None] = lambda sender, to, request, found: None
        """Called for every whole answer."""

    def cut_off(self, one: str, other: str) -> None:
        """Cut the line between two, and what is open on it."""
        line = frozenset((one, other))
        self.cut.add(line)
        for between, exchange in self._streams:
            if between == line:
                exchange.breaks()
        self._streams = [found for found in self._streams if not found[1].broken]

    async def carry(self, sender: str, peers: dict[Process, Peer], request: httpx.Request) -> httpx.Response:
        """Carry a request to its listener and bring the answer; raises what `httpx` raises when that fails."""
        to, limits = request.url.host, request.extensions["timeout"]
        if to in self.hanging:
            await asyncio.sleep(self.hangs_s(limits["connect"]))
            raise httpx.ConnectTimeout(f"{to} says nothing")
        if to not in self.listeners or frozenset((sender, to)) in self.cut:
            raise httpx.ConnectError(f"there is no way to {to}")
        body = await request.aread()
        fate = self.fate(sender, to, request)
        found = Exchange(self.loop, body)
        for number, late_us in enumerate(fate.arrives_us):
            exchange = found if number == 0 and fate.answered else Exchange(self.loop, body)
            self._deliver(late_us, to, self._scope(request), exchange, sender, peers)
        try:
            await asyncio.wait_for(asyncio.shield(found.first), limits["read"])
        except TimeoutError:
            found.gone.set()
            raise httpx.ReadTimeout(f"no answer from {to}") from None
        except asyncio.CancelledError:
            found.gone.set()
            raise
        if found.broken:
            raise httpx.ReadError(f"the line to {to} broke")
        if not found.whole:
            self._streams.append((frozenset((sender, to)), found))
            return httpx.Response(found.status, headers=found.headers, stream=Chunks(found, limits["read"]))
        self.watch(sender, to, request, found)
        return httpx.Response(found.status, headers=found.headers, content=b"".join(found.chunks))

    def _deliver(
        self,
        late_us: int,
        to: str,
        scope: dict[str, Any],
        exchange: Exchange,
        sender: str,
        peers: dict[Process, Peer],
    ) -> None:
        def arrive() -> None:
            listener = self.listeners.get(to)
            if listener is None:
                exchange.breaks()
                return
            scope[PEER] = peers.setdefault(listener.process, Peer(address=sender))
            work = listener.app(scope, exchange.receive, exchange.send)
            task = self.loop.create_task(work, context=listener.process.context)  # type: ignore[arg-type]
            task.add_done_callback(exchange.ended)

        if late_us:
            self.loop.call_later(late_us / 1_000_000, arrive)
        else:
            arrive()

    @staticmethod
    def _scope(request: httpx.Request) -> dict[str, Any]:
        return {
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "method": request.method,
            "path": request.url.path,
            "query_string": request.url.query,
            "type": "http",
        }


class Line(httpx.AsyncBaseTransport):
    """One process's way out."""

    def __init__(self, network: Network, sender: Process) -> None:
        self._network = network
        self._sender = sender
        self._peers: dict[Process, Peer] = {}
        """One pipe to each process: what a listener knows of it ends with that process."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._sender.dead:
            raise httpx.ConnectError("this process is dead")
        return await self._network.carry(self._sender.name, self._peers, request)
