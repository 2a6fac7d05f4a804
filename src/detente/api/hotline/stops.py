"""Questions about stops and their running clocks on both sides; and about quiet words, for whom they are meant."""

from __future__ import annotations

import msgspec

from detente.api.question import Answer, Question
from detente.rules.hotline.lapse import Lapse
from detente.rules.hotline.stop import StopClock


class StopRow(StopClock, frozen=True, kw_only=True):
    """One stop at one party that was asked. `ran`: how long it took, or has been running, `running_us` the same as a number; `said`:
    all of it in one sentence. `lines` are those between the two parties, each with how it stands.

    `concerns` and `units` stand only where the stop is to us, and are for our own officers alone: what of ours it concerns.
    """

    concerns: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    lines: tuple[str, ...]
    ran: Lapse = msgspec.field(name="lapse")
    running_us: int | None
    said: str = msgspec.field(name="sentence")
    units: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class StopRows(Answer, frozen=True, kw_only=True):
    """Every stop's clock at every party asked, running ones first, the oldest first."""

    stops: tuple[StopRow, ...]


class StopsAsked(Question[StopRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which stops were asked, and how do their clocks stand at each party?"""

    path = "/local/stops"


class QuietWord(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer of ours said under pressure, unseen by all others, with the message `about`."""

    about: str
    words: str


class QuietWords(Answer, frozen=True, kw_only=True):
    """The quiet words that are meant for a role of one officer."""

    duress: tuple[QuietWord, ...]


class DuressAsked(Question[QuietWords], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which quiet words are meant for a role that this officer has, by key or on watch now?"""

    path = "/local/duress"
    officer: str = ""
