"""A request taken apart, and an answer put together: just enough HTTP over bare ASGI for the hot routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from detente.errors import Refused, problem
from detente.network.connection import PEER, Peer
from detente.node.limits import too_large

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

JSON: Final = b"application/json"
LINES: Final = b"application/jsonl"
TEXT: Final = b"text/plain; charset=utf-8"
BYTES: Final = b"application/octet-stream"

NUMBER_MAX: Final = 2**53 - 1


class ClientGone(Exception):  # noqa: N818 - nothing went wrong
    """The client hung up before its request was complete. There is nobody to answer."""


@dataclass(slots=True)
class Answer:
    """What goes back."""

    body: bytes
    content_type: bytes = JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    status: int = 200


class Request:
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
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > most:
                raise too_large("", size, most)
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def query(self, *names: str) -> dict[str, str]:
        """Return the query's parameters; raises Refused for one that is unknown, repeated or not text."""
        if self._query is None:
            try:
                pairs = parse_qsl(
                    self.scope["query_string"].decode("ascii"),
                    keep_blank_values=True,
                    strict_parsing=bool(self.scope["query_string"]),
                    errors="strict",
                )
            except ValueError:
                raise _bad("", self.scope["query_string"], "must be name=value pairs joined by &") from None
            self._query = dict(pairs)
            for name, _ in pairs:
                if name not in names:
                    raise _bad(name, name, f"is not a parameter here; known: {', '.join(names) or 'none'}")
            if len(self._query) != len(pairs):
                raise _bad("", "", "must name each parameter once")
        return self._query

    def number(self, name: str, default: int, least: int, most: int, *names: str) -> int:
        """Return a whole number in the query. `names` are all that this route knows."""
        text = self.query(name, *names).get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 16 and least <= int(text) <= most):
            raise _bad(name, text, f"must be a whole number from {least} to {most}")
        return int(text)

    def flag(self, name: str) -> bool:
        """Return a true or false in the query; false if it is not there."""
        text = self.query(name).get(name, "false")
        if text not in ("false", "true"):
            raise _bad(name, text, "must be true or false")
        return text == "true"

    async def answer(self, answer: Answer) -> None:
        """Send an answer whole."""
        headers = [
            (b"content-type", answer.content_type),
            (b"content-length", str(len(answer.body)).encode()),
            *answer.headers,
        ]
        await self.send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": answer.body})


def _bad(name: str, value: object, rule: str) -> Refused:
    return Refused([problem("parameter", name, value, rule, "See /openapi.json for this route")])
