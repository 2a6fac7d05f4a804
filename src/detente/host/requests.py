"""A request taken apart, and an answer put together: just enough HTTP over bare ASGI for the hot routes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from detente.network.serving.connection import PEER, Peer
from detente.network.serving.http import Receive, Scope, Send, bad_parameter, query_of, whole_body, whole_number

JSON: Final = b"application/json"
LINES: Final = b"application/jsonl"
TEXT: Final = b"text/plain; charset=utf-8"
BYTES: Final = b"application/octet-stream"
PAGE: Final = "/openapi.json"


@dataclass(slots=True)
class HostReply:
    """What goes back."""

    body: bytes
    content_type: bytes = JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    status: int = 200


class HostRequest:
    """One request: path, query, body, and who is at the other end."""

    __slots__ = ("_query", "party", "peer", "receive", "scope", "send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.peer: Peer = scope.get(PEER) or Peer()
        self._query: dict[str, str] | None = None
        self.party = ""

    def header(self, name: bytes) -> bytes:
        """Return the first header of a lower-case name, or b""."""
        for key, value in self.scope["headers"]:
            if key == name:
                return bytes(value)
        return b""

    async def body(self, most: int) -> bytes:
        """Return the whole body; raises Refused beyond `most` bytes, before it is read to the end."""
        return await whole_body(self.receive, most)

    def query(self, *names: str) -> dict[str, str]:
        """Return the query's parameters; raises Refused for one that is unknown, repeated or not text."""
        if self._query is None:
            self._query = query_of(self.scope["query_string"], PAGE)
            for name in self._query:
                if name not in names:
                    rule = f"is not a parameter here; known: {', '.join(names) or 'none'}"
                    raise bad_parameter(name, name, rule, PAGE)
        return self._query

    def number(self, name: str, default: int, least: int, most: int, *names: str) -> int:
        """Return a whole number in the query. `names` are all that this route knows."""
        text = self.query(name, *names).get(name)
        if text is None:
            return default
        return whole_number(name, text, least, most, PAGE)

    def flag(self, name: str) -> bool:
        """Return a true or false in the query; false if it is not there."""
        text = self.query(name).get(name, "false")
        if text not in ("false", "true"):
            raise bad_parameter(name, text, "must be true or false", PAGE)
        return text == "true"

    async def answer(self, answer: HostReply) -> None:
        """Send an answer whole."""
        headers = [
            (b"content-type", answer.content_type),
            (b"content-length", str(len(answer.body)).encode()),
            *answer.headers,
        ]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": answer.body})
