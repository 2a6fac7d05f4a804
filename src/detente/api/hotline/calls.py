"""Questions about voice calls: whose word each account is, and what stands against it."""

from __future__ import annotations

import msgspec

from detente.api.question import Answer, Question
from detente.picture.hotline.calls import CallStands


class CallRow(CallStands, frozen=True, kw_only=True):
    """One account of a call. `settled`: the message may be called delivered; `words`: whose word it is, and what stands against it."""

    settled: bool = msgspec.field(name="delivered")
    words: str


class CallRows(Answer, frozen=True, kw_only=True):
    """Every account of a voice call, the latest call first."""

    calls: tuple[CallRow, ...]


class CallsAsked(Question[CallRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which calls were made, whose word are they, countersigned or not, contradicted, read back as told or not?"""

    path = "/local/calls"
