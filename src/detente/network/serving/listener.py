"""HTTP listeners of one process: how host and station listen, end on a signal, and say where they are to be reached."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import uvicorn


class Listener(uvicorn.Server):
    """A uvicorn server that leaves the signals to the process: there are two of them in it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


def listener(app: Any, protocol: type[asyncio.Protocol], tls: ssl.SSLContext | None, *, grace_s: int) -> Listener:
    """Return a listener for an ASGI application. At its end, answers under way have `grace_s` seconds to be written."""
    config = uvicorn.Config(
        app,
        access_log=False,
        date_header=False,
        http=protocol,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=grace_s,
        timeout_keep_alive=75,
        ws="none",
    )
    config.load()
    if tls is not None:
        config.ssl = tls
    return Listener(config)


def end_on_signals(listeners: Iterable[Listener], ending: Callable[[], None] = lambda: None) -> None:
    """From now on SIGTERM and SIGINT end the listeners, also those that have not begun; `ending` is called before.

    A process calls this before anything that takes time, so that a signal never ends it with work half written.
    """
    loop, told = asyncio.get_running_loop(), tuple(listeners)

    def end() -> None:
        ending()
        for one in told:
            one.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)


async def serve(listeners: Mapping[socket.socket, Listener]) -> None:
    """Serve on each socket until the listeners are told to end."""
    await asyncio.gather(*(one.serve([listening]) for listening, one in listeners.items()))


def announce(log: Any, **facts: object) -> None:
    """Say on standard output, in one line of JSON, where we listen: whoever started us is waiting for it."""
    sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
    sys.stdout.flush()
    log.info("listening", **facts)


def run(serving: Coroutine[Any, Any, None]) -> None:
    """Run a process's loop to its end, on uvloop where it is installed."""
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(serving)
