"""Questions about running ladders: what waits for whom, who was called, who is called next."""

from __future__ import annotations

import msgspec

from detente.api.question import Answer, Question


class LadderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry (`about`) at one party that must answer it. `answered_us` is None while it runs; `since_us` is None once it is answered.

    `called` are those called so far; `next_reach` is called at `next_us`, both None when all were called.
    """

    about: str
    answered_us: int | None
    called: tuple[str, ...]
    ladder: str
    next_reach: str | None
    next_us: int | None
    outcome: str
    party: str
    since_us: int | None
    words: str


class Ladders(Answer, frozen=True, kw_only=True):
    """Ladders, what is called for first on top."""

    ladders: tuple[LadderRow, ...]


class LaddersAsked(Question[Ladders], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which ladders run here?"""

    path = "/local/ladders"


class LaddersOfAsked(Question[Ladders], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of an entry at each party that owes an answer: waiting, undelivered, or answered?"""

    path = "/local/ladders/{entry}"
    entry: str
