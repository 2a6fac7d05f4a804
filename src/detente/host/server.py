"""The host process: two listeners on one event loop, and an orderly end on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog
import uvicorn

from detente.errors import problem
from detente.host.app import HostApp
from detente.host.engine import FAILPOINTS, Engine
from detente.host.logs import set_up_logs
from detente.host.metrics import Metrics
from detente.host.operator import OperatorApp
from detente.host.problems import problem_body
from detente.host.tokens import Tokens
from detente.network.connection import make_protocol
from detente.network.tls import client_context, party_of_certificate, server_context
from detente.node.host import Host
from detente.wiring.clocks import StepClock, steady_us
from detente.wiring.failpoints import failpoints_from_environment
from detente.wiring.host import HostParts, open_host
from detente.wiring.process import main, take_port

log = structlog.get_logger("detente.host")


NOT_HTTP: Final = problem_body(
    400, [problem("http", "", "", "must be an HTTP/1.1 request", "Use an HTTP client; see /openapi.json")]
)


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to us: there are two of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(folder: Path) -> None:
    """Run a host until it is told to end."""
    set_up_logs()
    parts = open_host(folder)
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(serve(parts))


def assemble(parts: HostParts) -> tuple[Engine, HostApp, OperatorApp]:
    """Put engine and applications together, and fold what is stored."""
    engine = Engine(
        lambda: Host(parts.genesis, parts.config.limits),
        parts.store,
        parts.key,
        now=parts.clock.now_us,
        tick=steady_us,
        failpoint=failpoints_from_environment(FAILPOINTS),
        metrics=Metrics(),
    )
    engine.host.asking = parts.config.needed > 0
    engine.load(parts.genesis_bytes)
    gc.collect()
    gc.freeze()  # what was folded stays: the collector need not walk a million entries again and again
    if isinstance(parts.clock, StepClock):
        parts.clock.set(max(parts.clock.now_us(), engine.host.last_us))
    app = HostApp(engine, Tokens.fresh(engine.host.ledger), parts.genesis_bytes)
    return engine, app, OperatorApp(app, parts.clock, parts.operator_token)


async def serve(parts: HostParts) -> None:
    """Serve until a signal; then finish the batch on its way and close the store."""
    for said in parts.tightened:
        log.warning("closed_to_others", words=said)
    engine, app, operator = assemble(parts)
    try:
        await _serve(parts, engine, app, operator)
    finally:
        await engine.stop()
        parts.store.close()


async def _serve(parts: HostParts, engine: Engine, app: HostApp, operator: OperatorApp) -> None:
    party_socket, address = take_port(parts.config.listen, "listen", parts.folder, 1024)
    operator_socket, operator_address = take_port(parts.config.operator, "operator", parts.folder, 1024)
    tls, authorities = _tls(parts)
    server = _server(app, make_protocol(party_of_certificate(authorities), NOT_HTTP), tls)
    watch = _server(operator, make_protocol(None, NOT_HTTP), None)
    await engine.examiner.start(parts.config.workers)
    loop = asyncio.get_running_loop()

    def end() -> None:
        app.streams.close()
        server.should_exit = watch.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    scheme = "https" if tls else "http"
    async with _asking(engine, parts):
        _announce(parties=f"{scheme}://{address}", operator=f"http://{operator_address}", size=engine.host.published)
        await asyncio.gather(server.serve([party_socket]), watch.serve([operator_socket]))


@contextlib.asynccontextmanager
async def _asking(engine: Engine, parts: HostParts) -> AsyncIterator[None]:
    """Ask the stations what they hold for as long as the host runs."""
    if not parts.config.peers:
        yield
        return
    import httpx  # here, because it is a sixth of the time a host takes to start, and only this needs it

    from detente.host.peers import ask_stations
    from detente.network.client import trusted

    verify = trusted(_client_tls(parts), *parts.config.peers.values())
    async with httpx.AsyncClient(verify=verify, trust_env=False) as client:
        asking = asyncio.create_task(ask_stations(engine, parts.config.peers, parts.config.needed, client))
        try:
            yield
        finally:
            asking.cancel()


def _server(app: Any, protocol: type[asyncio.Protocol], tls: ssl.SSLContext | None) -> _Server:
    config = uvicorn.Config(
        app,
        access_log=False,
        date_header=False,
        http=protocol,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
        ws="none",
    )
    config.load()
    if tls is not None:
        config.ssl = tls
    return _Server(config)


def _tls(parts: HostParts) -> tuple[ssl.SSLContext | None, dict[str, bytes]]:
    files = parts.config.tls
    if files is None:
        return None, {}
    found = files.found_in(parts.folder)
    return server_context(*found), found[2]


def _client_tls(parts: HostParts) -> ssl.SSLContext | None:
    files = parts.config.tls
    return None if files is None else client_context(*files.found_in(parts.folder))


def _announce(**facts: object) -> None:
    """Say on standard output, in one line of JSON, where we listen: whoever started us is waiting for it."""
    sys.stdout.write(msgspec.json.encode(facts).decode() + "\n")
    sys.stdout.flush()
    log.info("listening", **facts)


if __name__ == "__main__":
    sys.exit(main(run, Path(sys.argv[1])))
