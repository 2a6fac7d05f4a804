"""The host's server-sent events, used as a doorbell: "a new checkpoint stands".

What an event carries is not believed and not needed: the station fetches leaves and entries by the requests that it would
use after a long absence too, so that there is one way in and one set of checks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from detente.network.client import HostClient, OutOfReach, checked

SILENCE_S = 40.0
"""The host beats every 15 s; silence of this length means that the line is dead."""


@dataclass(frozen=True)
class ServerEvent:
    """One server-sent event: its type ("message" if none was given), data, and id if any."""

    data: str
    id: str | None
    kind: str


class Lines:
    """Cut a byte stream into events (WHATWG HTML, "Parsing an event stream"; LF, CR LF and CR end lines). Pure."""

    def __init__(self) -> None:
        self._rest = b""
        self._kind = ""
        self._data: list[str] = []
        self._id: str | None = None

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Take bytes and return the events they complete."""
        text = (self._rest + chunk).replace(b"\r\n", b"\n")
        if text.endswith(b"\r"):  # may be the first half of CR LF
            text, held = text[:-1], b"\r"
        else:
            held = b""
        *lines, rest = text.replace(b"\r", b"\n").split(b"\n")
        self._rest = rest + held
        return [event for line in lines if (event := self._line(line.decode("utf-8", "replace"))) is not None]

    def _line(self, line: str) -> ServerEvent | None:
        if not line:
            event = (
                ServerEvent(data="\n".join(self._data), id=self._id, kind=self._kind or "message")
                if self._data
                else None
            )
            self._kind, self._data, self._id = "", [], None
            return event
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._kind = value
        elif name == "data":
            self._data.append(value)
        elif name == "id":
            self._id = value
        return None


async def events(client: HostClient, start: int) -> AsyncIterator[ServerEvent]:
    """Yield the host's events until the stream ends; raises Unavailable when it breaks or falls silent."""
    if client.cut:
        raise OutOfReach("the line to the host is cut (test)")
    headers = {**await client.headers(), "Accept": "text/event-stream"}
    timeout = httpx.Timeout(10.0, connect=2.0, read=SILENCE_S)
    lines = Lines()
    try:
        async with client.http.stream("GET", f"/v1/stream?from={start}", headers=headers, timeout=timeout) as response:
            if response.status_code >= 400:
                await response.aread()
                if response.status_code == 401:
                    client.forget_session()
                checked(response)
            async for chunk in response.aiter_raw():
                if client.cut:
                    raise OutOfReach("the line to the host is cut (test)")
                for event in lines.feed(chunk):
                    yield event
    except httpx.HTTPError as error:
        raise OutOfReach(f"the host's stream broke: {error or type(error).__name__}") from error
