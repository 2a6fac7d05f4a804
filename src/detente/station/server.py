"""The station process: two listeners on one event loop, and an orderly end on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import structlog
import uvicorn

from detente.errors import problem
from detente.network.connection import PartyOfCertificate, make_protocol
from detente.network.tls import party_of_certificate
from detente.station.direct import direct_app
from detente.station.engine import Engine
from detente.station.http import refusal
from detente.station.local import local_app
from detente.wiring.host import split_address
from detente.wiring.station import StationParts, open_station

log = structlog.get_logger("detente.station")


NOT_HTTP = refusal(
    (problem("http", "", "", "must be an HTTP/1.1 request", "Use an HTTP client; see the API's page"),), 400
).body


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to us: there are two of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(folder: Path) -> None:
    """Run a station until it is told to end."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    parts = open_station(folder)
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(serve(parts))


async def serve(parts: StationParts) -> None:
    """Serve until a signal; then finish what is being written and close the copy."""
    engine = Engine(parts)
    direct, direct_address = _listen(
        direct_app(engine), parts.config.listen, parts.server_tls(), party_of_certificate(parts.authorities())
    )
    local, local_address = _listen(local_app(engine), parts.config.local, None)
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        ending.set()
        direct[0].should_exit = local[0].should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    await engine.start()
    scheme = "https" if parts.config.tls else "http"
    said = {
        "direct": f"{scheme}://{direct_address}",
        "local": f"http://{local_address}",
        "party": parts.config.party,
        "size": parts.state.size,
    }
    sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
    sys.stdout.flush()
    log.info("listening", **said)
    try:
        await asyncio.gather(direct[0].serve([direct[1]]), local[0].serve([local[1]]))
    finally:
        await engine.stop()


def _listen(
    app: Any, listen: str, tls: ssl.SSLContext | None, party_of: PartyOfCertificate | None = None
) -> tuple[tuple[_Server, socket.socket], str]:
    address, port = split_address(listen, "listen")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.create_server((address, port), family=family, backlog=256)
    config = uvicorn.Config(
        app,
        access_log=False,
        date_header=False,
        http=make_protocol(party_of, NOT_HTTP),
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
        ws="none",
    )
    config.load()
    if tls is not None:
        config.ssl = tls
    shown = f"[{address}]" if ":" in address else address
    return (_Server(config), sock), f"{shown}:{sock.getsockname()[1]}"


if __name__ == "__main__":
    run(Path(sys.argv[1]))
