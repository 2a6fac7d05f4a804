"""Refusals as problem details (RFC 9457). What a party is told depends on its own input and on what it may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from detente.errors import DetenteError, EvidenceError, Problem, Refused, Unavailable, problem

CONTENT_TYPE: Final = b"application/problem+json"

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
