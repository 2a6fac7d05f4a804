"""Just enough HTTP over bare ASGI for two small listeners: routes, bodies, JSON, problem details, server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final, TypeVar

import msgspec
import structlog

from detente.errors import UNREADABLE, DetenteError, EvidenceError, Problem, Refused, Unavailable, problem
from detente.ledger.canonical import require_shallow
from detente.ledger.known_names import misfit
from detente.network.serving.http import (
    PROBLEM,
    ClientGone,
    Receive,
    Scope,
    Send,
    problem_details,
    query_of,
    whole_body,
)
from detente.network.statuses import status_of
from detente.node.host.limits import too_large

MAX_BODY: Final = 4 << 20
BODY_WITHIN_S: Final = 30.0
PAGE: Final = "docs/formats/station-api.md"

log = structlog.get_logger("detente.station")

T = TypeVar("T")


class LocalRequest(msgspec.Struct):
    """A request; its body is empty until who asks has been judged."""

    body: bytes
    headers: dict[bytes, bytes]
    method: str
    path: str
    query: dict[str, str]
    rest: str = ""
    """What of the path a route's `{}` stands for."""


class LocalReply(msgspec.Struct):
    """What goes back. `events` instead of a body makes it a stream."""

    body: bytes = b"{}"
    events: AsyncIterator[bytes] | None = None
    kind: str = "application/json"
    status: int = 200


Handler = Callable[[LocalRequest], Awaitable[LocalReply]]
Routes = Mapping[tuple[str, str], Handler]
"""(method, path) to handler; a path may end in `/{}`: one more segment, given as `LocalRequest.rest`."""


def json_answer(value: object, status: int = 200) -> LocalReply:
    """Answer with a value as JSON, keys sorted."""
    return LocalReply(body=ENCODER.encode(value), status=status)


def _plain(value: object) -> object:
    tolist = getattr(value, "tolist", None)
    if tolist is not None:
        return tolist()
    raise TypeError(type(value).__name__)


ENCODER: Final = msgspec.json.Encoder(order="sorted", enc_hook=_plain)


class App:
    """An ASGI application over a table of routes. Every error becomes problem details here, and nowhere else.

    Who asks, and for what, is judged by path and headers; only then is a body read, of at most `most` bytes.
    """

    def __init__(
        self, routes: Routes, allowed: Callable[[LocalRequest], None] | None = None, most: int = MAX_BODY
    ) -> None:
        self.routes = routes
        self.allowed = allowed
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            request = _head(scope)
            if self.allowed is not None:
                self.allowed(request)
            handler = self._route(request)
            request.body = await _body(request, receive, self.most)
            answer = await handler(request)
        except DetenteError as error:
            answer = refusal(problems_of(error))
        except ClientGone:
            return
        except Exception:
            log.exception("request_failed", path=scope["path"])
            answer = refusal(
                (problem("internal", "", "", "this should not happen", "Tell whoever runs the station"),), 500
            )
        await _write(answer, send)

    def _route(self, request: LocalRequest) -> Handler:
        head, _, request.rest = request.path.rpartition("/")
        for path in (request.path, f"{head}/{{}}"):
            found = self.routes.get((request.method, path))
            if found is not None:
                return found
            if any(known == path for _, known in self.routes):
                raise Refused([problem("method", "", request.method, "is not for this path", "See the API's page")])
        raise Refused(
            [problem("not-found", "", request.path, "must be a path of this API", "See docs/formats/station-api.md")]
        )


def refusal(problems: tuple[Problem, ...], status: int | None = None) -> LocalReply:
    """Return problem details (RFC 9457)."""
    status = status or status_of(problems)
    return LocalReply(body=problem_details(status, problems), kind=PROBLEM, status=status)


def problems_of(error: DetenteError) -> tuple[Problem, ...]:
    """Return any error of ours as problems."""
    if isinstance(error, Refused):
        return error.problems
    if isinstance(error, EvidenceError):
        return (problem("evidence", "", str(error), "must hold", "Keep what you sent: somebody made it so"),)
    if isinstance(error, Unavailable):
        return (problem("unavailable", "", "", str(error), "Try again; nothing acknowledged is lost"),)
    return (problem("internal", "", str(error), "this should not happen", "Tell whoever runs the station"),)


def read_body(request: LocalRequest, kind: type[T]) -> T:
    """Return a JSON body as a Struct; raises Refused naming the field, and the nearest name where one is not known."""
    require_shallow(request.body)
    try:
        return msgspec.json.decode(request.body or b"{}", type=kind)
    except UNREADABLE as error:
        field, rule, step = misfit(error, kind, "See docs/formats/station-api.md")
        raise Refused([problem("body", field, "", rule, step)]) from None


def _head(scope: Scope) -> LocalRequest:
    return LocalRequest(
        body=b"",
        headers=dict(scope["headers"]),
        method=scope["method"],
        path=scope["path"],
        query=query_of(scope["query_string"], PAGE),
    )


async def _body(request: LocalRequest, receive: Receive, most: int) -> bytes:
    """Read a body to its end; refused as soon as it is, or says that it is, too large."""
    said = request.headers.get(b"content-length", b"")
    if said.isdigit() and int(said) > most:
        raise too_large("", int(said), most)
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            return await whole_body(receive, most)
    except TimeoutError:
        raise ClientGone from None


async def _write(answer: LocalReply, send: Send) -> None:
    headers = [(b"content-type", answer.kind.encode()), (b"cache-control", b"no-store")]
    if answer.events is None:
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    async for chunk in answer.events:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
