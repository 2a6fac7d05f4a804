"""Questions about reviews: meetings with their minutes, points and actions, and the next agenda."""

from __future__ import annotations

import msgspec

from detente.api.question import Answer, Question, Whole
from detente.picture.agreements.meetings import MeetingCalled, Minuted
from detente.records.agreements.meeting import Item
from detente.rules.agreements.reviews import ActionStanding, PointStanding


class PointRow(PointStanding, frozen=True, kw_only=True):
    """One point. `agreed`: every party of the meeting has signed it."""

    agreed: bool = msgspec.field(name="stands")
    words: str


class ActionRow(ActionStanding, frozen=True, kw_only=True):
    """One action, and the same in words."""

    words: str


class MinutesRow(Minuted, frozen=True, kw_only=True):
    """One author's minutes of a meeting, with where its points and actions stand."""

    actions: tuple[ActionRow, ...]
    points: tuple[PointRow, ...]


class MeetingRow(MeetingCalled, frozen=True, kw_only=True):
    """One meeting. `next_due_us`: when the next of its series is due, None where it does not recur; `reminder` stands with the latest."""

    minutes: tuple[MinutesRow, ...]
    next_due_us: int | None
    reminder: str | None


class MeetingRows(Answer, frozen=True, kw_only=True):
    """Every meeting that no newer version replaces, the latest first."""

    meetings: tuple[MeetingRow, ...]


class MeetingsAsked(Question[MeetingRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which meetings were called, what was minuted, and where does each point and action stand?"""

    path = "/local/meetings"


class Agenda(msgspec.Struct, frozen=True, kw_only=True):
    """The next agenda of a series. `last` is the entry of the meeting before, None: there was none; `since_us`: from when on incidents
    are on it.
    """

    items: tuple[Item, ...]
    last: str | None
    parties: tuple[str, ...]
    series: str
    since_us: int


class AgendaDrawn(Answer, frozen=True, kw_only=True):
    """An agenda as it would be called now. Nothing is sent."""

    agenda: Agenda


class AgendaAsked(Question[AgendaDrawn], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What belongs on the next agenda of a series, between us and `parties` (left out: who met last), from `since` on (left out: then)?"""

    path = "/local/agenda"
    parties: tuple[str, ...] = ()
    series: str = ""
    since: Whole | None = None
