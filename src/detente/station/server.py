"""The station process: two listeners on one event loop, and an orderly end on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import signal
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
from detente.wiring.process import main, take_port
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
    for said in parts.tightened:
        log.warning("closed_to_others", words=said)
    engine = Engine(parts)
    try:
        await _serve(parts, engine)
    finally:
        await engine.stop()


async def _serve(parts: StationParts, engine: Engine) -> None:
    direct_socket, direct_address = take_port(parts.config.listen, "listen", parts.folder, 256)
    local_socket, local_address = take_port(parts.config.local, "local", parts.folder, 256)
    direct = _server(direct_app(engine), parts.server_tls(), party_of_certificate(parts.authorities()))
    local = _server(local_app(engine), None)
    loop = asyncio.get_running_loop()

    def end() -> None:
        direct.should_exit = local.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    await engine.start()
    scheme = "https" if parts.config.tls else "http"
    where = {
        "direct": f"{scheme}://{direct_address}",
        "local": f"http://{local_address}",
        "party": parts.config.party,
        "size": parts.state.following.size,
    }
    sys.stdout.write(msgspec.json.encode(where).decode() + "\n")
    sys.stdout.flush()
    log.info("listening", **where)
    await asyncio.gather(direct.serve([direct_socket]), local.serve([local_socket]))


def _server(app: Any, tls: ssl.SSLContext | None, party_of: PartyOfCertificate | None = None) -> _Server:
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
    return _Server(config)


if __name__ == "__main__":
    sys.exit(main(run, Path(sys.argv[1])))
