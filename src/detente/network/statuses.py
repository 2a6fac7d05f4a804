"""The HTTP status of each refusal: one table, for host and station alike (docs/errors.md shows it beside the codes)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from detente.errors import Problem

STATUS: Final[dict[str, int]] = {
    "canonical": 400,
    "checkpoint": 400,
    "evidence": 400,
    "http": 400,
    "note": 400,
    "parameter": 400,
    "tile": 400,
    "witness": 400,
    "session-missing": 401,
    "session-over": 401,
    "session-refused": 401,
    "token": 401,
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
    "unavailable": 503,
}
"""By code, or by the part of it before the first hyphen or dot; every other refusal is 422."""


def status_of(problems: Sequence[Problem]) -> int:
    """Return the HTTP status of a refusal: that of its first problem."""
    return status_of_code(problems[0].code if problems else "internal")


def status_of_code(code: str) -> int:
    """Return the HTTP status of a code."""
    head = code.replace(".", "-").partition("-")[0]
    return STATUS.get(code) or STATUS.get(head) or 422
