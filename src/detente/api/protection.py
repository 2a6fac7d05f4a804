"""Questions about protected movements and places: what holds each movement, how far each site's entry can be relied on, what is hit."""

from __future__ import annotations

from detente.api.question import Answer, Question
from detente.picture.boards.go_board import SiteLine
from detente.rules.protection.go_hold import GoHold
from detente.rules.protection.hits import Hit


class MovementRow(GoHold, frozen=True, kw_only=True):
    """One own movement with what holds it. `unscreened` says of each party that did not screen it why, as far as we can know."""

    unscreened: dict[str, str]


class GoBoard(Answer, frozen=True, kw_only=True):
    """Own movements, the next to start first, and own sites, those that need work first."""

    movements: tuple[MovementRow, ...]
    sites: tuple[SiteLine, ...]


class GoBoardAsked(Question[GoBoard], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds each own movement back, and how far can each own site's entry be relied on?"""

    path = "/local/board"


class HitRow(Hit, frozen=True, kw_only=True):
    """One report set beside one notified place. `author` (of the notice) and `at_us` (when the report was recorded): None, not known."""

    at_us: int | None
    author: str | None
    words: str


class Hits(Answer, frozen=True, kw_only=True):
    """Every report set beside a notified place that we may read, denials beside them. Reports are not added up."""

    hits: tuple[HitRow, ...]


class HitsAsked(Question[Hits], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which notified places and movements are reported hit?"""

    path = "/local/hits"
