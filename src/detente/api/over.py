"""Why an entry does not hold any more: what every answer about an entry says of it first."""

from __future__ import annotations

from detente.picture.over import Over


class OverRow(Over, frozen=True, kw_only=True):
    """Why an entry does not hold any more, with the sentence that is said first."""

    words: str
