"""Refusals as problem details (RFC 9457). What a party is told depends on its own input and on what it may read."""

from __future__ import annotations

from detente.errors import DetenteError, EvidenceError, Problem, Refused, Unavailable, problem

NOT_FOUND = problem("not-found", "", "", "must be something you may read", "Check the address; see /openapi.json")
INTERNAL = problem("internal", "", "", "this should not happen", "Send the same bytes again; tell the host's operator")


def problems_of(error: DetenteError) -> tuple[Problem, ...]:
    """Return any error of ours as problems; evidence and unavailability become one each."""
    if isinstance(error, Refused):
        return error.problems
    if isinstance(error, EvidenceError):
        return (problem("evidence", "", str(error), "must hold", "Keep what you sent: somebody made it so"),)
    if isinstance(error, Unavailable):
        return (problem("read-only", "", "", str(error), "Send the same bytes again later; nothing was stored"),)
    return (INTERNAL,)
