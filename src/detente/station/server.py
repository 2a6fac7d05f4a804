"""The station process: two listeners on one event loop, and an orderly end on SIGTERM or SIGINT."""

from __future__ import annotations

import sys
from pathlib import Path

import structlog

from detente.errors import problem
from detente.network.serving import listener
from detente.network.serving.connection import make_protocol
from detente.network.serving.tls import party_of_certificate
from detente.station.direct import direct_app
from detente.station.engine import StationLoop
from detente.station.http import refusal
from detente.station.local import local_app
from detente.wiring.process import main, take_port
from detente.wiring.station import StationParts, open_station

log = structlog.get_logger("detente.station")


GRACE_S = 2
"""So long answers under way are waited for at the end."""

NOT_HTTP = refusal(
    (problem("http", "", "", "must be an HTTP/1.1 request", "Use an HTTP client; see the API's page"),), 400
).body


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
    listener.run(serve(open_station(folder)))


async def serve(parts: StationParts) -> None:
    """Serve until a signal; then finish what is being written and close the copy."""
    for said in parts.tightened:
        log.warning("closed_to_others", words=said)
    engine = StationLoop(parts)
    try:
        await _serve(parts, engine)
    finally:
        await engine.stop()


async def _serve(parts: StationParts, engine: StationLoop) -> None:
    direct_socket, direct_address = take_port(parts.config.listen, "listen", parts.folder, 256)
    local_socket, local_address = take_port(parts.config.local, "local", parts.folder, 256)
    with_party = make_protocol(party_of_certificate(parts.authorities()), NOT_HTTP)
    serving = {
        direct_socket: listener.listener(direct_app(engine), with_party, parts.server_tls(), grace_s=GRACE_S),
        local_socket: listener.listener(local_app(engine), make_protocol(None, NOT_HTTP), None, grace_s=GRACE_S),
    }
    listener.end_on_signals(serving.values())
    await engine.start()
    scheme = "https" if parts.config.tls else "http"
    where = {"direct": f"{scheme}://{direct_address}", "local": f"http://{local_address}"}
    listener.announce(log, **where, party=parts.config.party, size=parts.state.following.size)
    await listener.serve(serving)


if __name__ == "__main__":
    sys.exit(main(run, Path(sys.argv[1])))
