"""What host and station do alike with HTTP over bare ASGI: a body read within its bound, a query taken apart, problem details."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from detente.errors import Problem, Refused, problem
from detente.node.host.limits import too_large

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

NUMBER_MAX: Final = 2**53 - 1
"""The largest number that a canonical document holds."""

PROBLEM: Final = "application/problem+json"

TITLES: Final[dict[int, str]] = {
    400: "Not understood",
    401: "Log in first",
    403: "Not allowed",
    404: "Nothing here for you",
    405: "Wrong method",
    409: "Too late",
    413: "Too large",
    422: "Refused",
    429: "Too fast",
    500: "A mistake of ours",
    503: "Not now",
}

_ENCODER = msgspec.json.Encoder(order="sorted")  # not `canonical`: what is shown back may be the very text it refuses


class ClientGone(Exception):  # noqa: N818 - nothing went wrong
    """The client hung up before its request was complete. There is nobody to answer."""


async def whole_body(receive: Receive, most: int) -> bytes:
    """Return a whole body. Refused beyond `most` bytes, before it is read to the end; ClientGone where it never ends."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise too_large("", size, most)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def query_of(query_string: bytes, page: str) -> dict[str, str]:
    """Take a query apart. Refused, pointing to `page`: not name=value pairs, not text, a name given twice."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, strict_parsing=bool(query_string), errors="strict"
        )
    except ValueError:
        raise bad_parameter("", query_string, "must be name=value pairs joined by &", page) from None
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for n, (name, _) in enumerate(pairs) if name in dict(pairs[:n]))
        raise bad_parameter(twice, found[twice], "must be given once", page)
    return found


def whole_number(name: str, text: str, least: int, most: int, page: str) -> int:
    """Read a whole number from a query. Refused outside `least` to `most`, both included."""
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and least <= int(text) <= most):
        raise bad_parameter(name, text, f"must be a whole number from {least} to {most}", page)
    return int(text)


def bad_parameter(name: str, value: object, rule: str, page: str) -> Refused:
    """Say what is wrong with a parameter of a query, and which page has the right ones."""
    return Refused([problem("parameter", name, value, rule, f"See {page} for this route")])


def problem_details(status: int, problems: Sequence[Problem]) -> bytes:
    """Return the JSON of a refusal (RFC 9457)."""
    code = problems[0].code if problems else "internal"
    found = {
        "detail": "; ".join(found.sentence() for found in problems)[:2000],
        "problems": problems,
        "status": status,
        "title": TITLES[status],
        "type": f"urn:detente:problem:{code}",
    }
    return _ENCODER.encode(found)
