"""Questions about own presence and what others asked of it. None of this leaves the station; own officers alone are shown it."""

from __future__ import annotations

import msgspec

from detente.api.question import Answer, Question
from detente.geometry.volume import Volume4D
from detente.rules.notices.screening.probing import Probing
from detente.rules.notices.screening.screening import AskedOfUs, Presence


class PresenceHeld(msgspec.Struct, frozen=True, kw_only=True):
    """Where own people are held to be, and for which parties this station answers."""

    presence: tuple[Presence, ...]
    speaks_for: tuple[str, ...]


class PresenceAsked(Question[PresenceHeld], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where are own people held to be?"""

    path = "/local/presence"


class StatedPresence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where people of one party are or will be."""

    party: str
    volume: Volume4D


class PresenceTaken(msgspec.Struct, frozen=True, kw_only=True):
    """How many volumes are held now, and for which parties this station answers."""

    held: int
    speaks_for: tuple[str, ...]


class SetPresenceAsked(Question[PresenceTaken], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hold own people to be there, instead of all that was said before. `speaks_for` defaults to us and those whose people they are."""

    method = "POST"
    path = "/local/presence"
    presence: tuple[StatedPresence, ...]
    speaks_for: tuple[str, ...] = ()


class QuestionRow(AskedOfUs, frozen=True, kw_only=True):
    """One notice of another party as we answered it. `passed_over` says which own cells it was not told of, None: there were none."""

    passed_over: str | None
    words: str


class ProbingRow(Probing, frozen=True, kw_only=True):
    """What one party asked on its newest day. `spent_percent`: of its budget of that day, rounded up."""

    spent_percent: int
    words: str


class OwnSpending(msgspec.Struct, frozen=True, kw_only=True):
    """What own notices of today have spent of the daily budget at one other party, in square metres times seconds and per cent."""

    party: str
    percent: int
    spent_m2_s: int


class QuestionsOfOthers(Answer, frozen=True, kw_only=True):
    """What others asked of own presence in the last day, newest first; `ours`: what own notices spend with each other party.

    `passed_over` are the sentences on own people of whom another party is told of no concern now.
    """

    asked: tuple[QuestionRow, ...]
    ours: tuple[OwnSpending, ...]
    passed_over: tuple[str, ...]
    patterns: tuple[ProbingRow, ...]


class QuestionsAsked(Question[QuestionsOfOthers], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What did others ask of own presence, and what do own notices spend with them?"""

    path = "/local/questions"
