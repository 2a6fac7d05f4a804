"""One client's pipe: whose certificate opened it, and which session it has shown.

No Python server hands the client certificate to the application, so this adds a dozen lines to uvicorn's protocol: the
party is worked out once, when the pipe opens, and every request on it carries the same `Peer`. Also here: answers to bytes
that are not HTTP are what the listener gives for them, a client that dawdles over its request is cut off, and nobody holds more
pipes than `PIPES`. The host's and the stations' listeners share it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from detente.node.host.sessions import Session

PEER: Final = "detente.peer"
"""The key under which a request's scope holds its `Peer`."""

REQUEST_WITHIN_S: Final = 30.0
"""A request whose headers or body have not all come by then is given up, and so is a pipe on which none begins."""

HEAD_BYTES: Final = 64 << 10
"""About so much a request's line and headers may take; the parser itself sets no bound."""

PIPES: Final = 256
"""So many pipes a party (without TLS: an address) may hold open at one listener; one more is closed as it opens."""

PartyOfCertificate = Callable[[bytes], str | None]
"""The party whose CA directly issued a certificate (DER), or None."""


@dataclass(slots=True)
class Peer:
    """Who is at the other end. `party` is None on a plain pipe; `token` is the one that `session` was read from."""

    address: str = ""
    party: str | None = None
    session: Session | None = None
    tls: bool = False
    token: bytes = b""


def make_protocol(party_of: PartyOfCertificate | None, not_http: bytes, pipes: int = PIPES) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol with a `Peer` for each connection; `party_of` is needed under TLS.

    `not_http` is the body (problem details) for bytes that are no HTTP request, or have headers beyond `HEAD_BYTES`.
    """
    held: Counter[str] = Counter()

    class Connection(HttpToolsProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)  # type: ignore[arg-type]
            self.peer = Peer(address=self.client[0] if self.client else "")
            self.dawdling: asyncio.TimerHandle | None = None
            self.in_head, self.head = False, 0
            tls: Any = transport.get_extra_info("ssl_object")
            if tls is not None and party_of is not None:
                self.peer.tls = True
                self.peer.party = party_of(tls.getpeercert(binary_form=True) or b"")
                if (
                    self.peer.party is None
                ):  # a chain that openssl accepts, but no party's own CA issued the certificate
                    transport.close()
            self.holder = self.peer.party or self.peer.address
            held[self.holder] += 1
            if held[self.holder] > pipes:
                transport.close()
            self._expect()

        def connection_lost(self, exc: Exception | None) -> None:
            self._came()
            held[self.holder] -= 1
            if not held[self.holder]:
                del held[self.holder]
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.in_head:
                self.head += len(data)
                if self.head > HEAD_BYTES and not self.transport.is_closing():
                    self.send_400_response("")

        def on_headers_complete(self) -> None:
            self.in_head, self.head = False, 0
            super().on_headers_complete()

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self.in_head = True
            self.scope[PEER] = self.peer  # type: ignore[typeddict-unknown-key]
            self._expect()

        def on_message_complete(self) -> None:
            self._came()
            super().on_message_complete()

        def _unsupported_upgrade_warning(self) -> None:
            """Say nothing: the request is answered as if it had not asked, and the library's advice concerns nobody here."""

        def send_400_response(self, msg: str) -> None:
            head = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n"
            head += f"content-length: {len(not_http)}\r\nconnection: close\r\n\r\n"
            self.transport.write(head.encode() + not_http)
            self.transport.close()

        def _expect(self) -> None:
            if self.dawdling is None:
                self.dawdling = self.loop.call_later(REQUEST_WITHIN_S, self.transport.close)

        def _came(self) -> None:
            if self.dawdling is not None:
                self.dawdling.cancel()
                self.dawdling = None

    return Connection
