"""The host process: two listeners on one event loop, and an orderly end on SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import structlog

from detente.errors import problem
from detente.host.app import HostApp
from detente.host.engine import FAILPOINTS, HostLoop
from detente.host.logs import set_up_logs
from detente.host.metrics import Metrics
from detente.host.operator import OperatorApp
from detente.host.tokens import Tokens
from detente.network.serving import listener
from detente.network.serving.connection import make_protocol
from detente.network.serving.http import problem_details
from detente.network.serving.tls import client_context, party_of_certificate, server_context
from detente.node.host.host import HostLedger
from detente.wiring.clocks import StepClock, steady_us
from detente.wiring.failpoints import failpoints_from_environment
from detente.wiring.host import HostParts, open_host
from detente.wiring.process import main, take_port

log = structlog.get_logger("detente.host")


GRACE_S: Final = 5
"""So long answers under way are waited for at the end: a batch must be committed first."""

NOT_HTTP: Final = problem_details(
    400, [problem("http", "", "", "must be an HTTP/1.1 request", "Use an HTTP client; see /openapi.json")]
)


def run(folder: Path) -> None:
    """Run a host until it is told to end."""
    set_up_logs()
    listener.run(serve(open_host(folder)))


def assemble(parts: HostParts) -> tuple[HostLoop, HostApp, OperatorApp]:
    """Put engine and applications together, and fold what is stored."""
    engine = HostLoop(
        lambda: HostLedger(parts.genesis, parts.config.limits),
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


async def _serve(parts: HostParts, engine: HostLoop, app: HostApp, operator: OperatorApp) -> None:
    party_socket, address = take_port(parts.config.listen, "listen", parts.folder, 1024)
    operator_socket, operator_address = take_port(parts.config.operator, "operator", parts.folder, 1024)
    tls, authorities = _tls(parts)
    serving = {
        party_socket: listener.listener(
            app, make_protocol(party_of_certificate(authorities), NOT_HTTP), tls, grace_s=GRACE_S
        ),
        operator_socket: listener.listener(operator, make_protocol(None, NOT_HTTP), None, grace_s=GRACE_S),
    }
    listener.end_on_signals(serving.values(), app.streams.close)
    await engine.examiner.start(parts.config.workers)
    scheme = "https" if tls else "http"
    async with _asking(engine, parts):
        where = {"operator": f"http://{operator_address}", "parties": f"{scheme}://{address}"}
        listener.announce(log, **where, size=engine.host.published)
        await listener.serve(serving)


@contextlib.asynccontextmanager
async def _asking(engine: HostLoop, parts: HostParts) -> AsyncIterator[None]:
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


def _tls(parts: HostParts) -> tuple[ssl.SSLContext | None, dict[str, bytes]]:
    files = parts.config.tls
    if files is None:
        return None, {}
    found = files.found_in(parts.folder)
    return server_context(*found), found[2]


def _client_tls(parts: HostParts) -> ssl.SSLContext | None:
    files = parts.config.tls
    return None if files is None else client_context(*files.found_in(parts.folder))


if __name__ == "__main__":
    sys.exit(main(run, Path(sys.argv[1])))
