"""Refusals as problem details (RFC 9457). What a party is told depends on its own input and on what it may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from detente.errors import DetenteError, EvidenceError, Problem, Refused, Unavailable, problem

CONTENT_TYPE: Final = b"application/problem+json"

STATUS: dict[str, int] = {  # problem code, or the part of it before the first hyphen or dot -> status; 422 for the rest
    "canonical": 400,
    "checkpoint": 400,
    "evidence": 400,
    "http": 400,
    "note": 400,
    "parameter": 400,
    "tile": 400,
    "session-missing": 401,
    "session-over": 401,
    "session-refused": 401,
    "not-yours": 403,
    "operator-only": 403,
    "not-found": 404,
    "method": 405,
    "superseded": 409,
    "not-recovering": 409,
    "stale": 409,
    "too-large": 413,
    "too-fast": 429,
    "internal": 500,
    "busy": 503,
    "read-only": 503,
}

TITLES: dict[int, str] = {
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

NOT_FOUND = problem("not-found", "", "", "must be something you may read", "Check the address; see /openapi.json")
_ENCODER = msgspec.json.Encoder(order="sorted")  # not `canonical`: what is shown back may be the very text it refuses

INTERNAL = problem("internal", "", "", "this should not happen", "Send the same bytes again; tell the host's operator")


def status_of(problems: Sequence[Problem]) -> int:
    """Return the HTTP status of a refusal: that of its first problem."""
    code = problems[0].code if problems else "internal"
    head = code.replace(".", "-").partition("-")[0]
    return STATUS.get(code) or STATUS.get(head) or 422


def problem_body(status: int, problems: Sequence[Problem]) -> bytes:
    """Return the JSON of a refusal."""
    code = problems[0].code if problems else "internal"
    found = {
        "detail": "; ".join(found.sentence() for found in problems)[:2000],
        "problems": problems,
        "status": status,
        "title": TITLES[status],
        "type": f"urn:detente:problem:{code}",
    }
    return _ENCODER.encode(found)


def problems_of(error: DetenteError) -> tuple[Problem, ...]:
    """Return any error of ours as problems; evidence and unavailability become one each."""
    if isinstance(error, Refused):
        return error.problems
    if isinstance(error, EvidenceError):
        return (problem("evidence", "", str(error), "must hold", "Keep what you sent: somebody made it so"),)
    if isinstance(error, Unavailable):
        return (problem("read-only", "", "", str(error), "Send the same bytes again later; nothing was stored"),)
    return (INTERNAL,)
