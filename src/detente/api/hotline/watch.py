"""Questions about the watch: who is on it and where nobody is, what is open, lines as measured, hand-overs, what is held for approval."""

from __future__ import annotations

import msgspec

from detente.api.hotline.ladders import LadderRow
from detente.api.question import Answer, Question, Whole
from detente.records.hotline.channel import Channel
from detente.records.parties.approval import Approval, ApprovalRule
from detente.records.parties.handover import Handover, OpenMatter
from detente.rules.hotline.channel import Measured
from detente.rules.hotline.roster import Gap, OnWatch, Taking


class PartyWatch(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on watch at one party, and the spans in which nobody holds a role. `roster`: whether any is on record; `answers`: who
    answers for the party.
    """

    answers: str
    gaps: tuple[Gap, ...]
    on_watch: tuple[OnWatch, ...]
    party: str
    roster: bool


class PartyWatches(Answer, frozen=True, kw_only=True):
    """Every party's watch at a time, with the gaps of the next `hours`."""

    at_us: int
    hours: int
    parties: tuple[PartyWatch, ...]


class RosterAsked(Question[PartyWatches], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is on watch `at` a time (left out: now) in which role, and where are the gaps?"""

    path = "/local/roster"
    at: Whole | None = None
    hours: Whole = 24


class MeasuredRow(Measured, frozen=True, kw_only=True):
    """How a line did, and the same in one sentence."""

    words: str


class LineRow(Channel, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """One author's account of one line, with what was measured of it."""

    author: str
    measured: MeasuredRow


class LineRows(Answer, frozen=True, kw_only=True):
    """Every account of every line, as measured over so many days."""

    channels: tuple[LineRow, ...]
    days: int


class ChannelsAsked(Question[LineRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which lines are there, and how did they do?"""

    path = "/local/channels"
    days: Whole = 30


class HandoverSaid(msgspec.Struct, frozen=True, kw_only=True):
    """One hand-over in words."""

    entry: str
    words: str


class HandoverRow(HandoverSaid, frozen=True, kw_only=True):
    """One hand-over with the officers whose keys signed it; None: not yet, or only the station."""

    accepted_by: str | None
    handover: Handover
    note_by: str | None


class HandoverRows(Answer, frozen=True, kw_only=True):
    """Every hand-over of our own party, in order of the ledger."""

    handovers: tuple[HandoverRow, ...]


class HandoversAsked(Question[HandoverRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which hand-overs were there, and who has signed them?"""

    path = "/local/handovers"


class HandoverDrawn(Answer, frozen=True, kw_only=True):
    """A hand-over note drawn from what is open now, to be signed. Nothing is sent."""

    handover: Handover


class HandoverNoteAsked(Question[HandoverDrawn], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is open now, as a note from one officer to another?"""

    path = "/local/handover-note"
    incoming: str = ""
    outgoing: str = ""
    role: str = "watch"
    words: str = ""


class HeldRow(msgspec.Struct, frozen=True, kw_only=True):
    """One entry that is held here until it is approved. `composer`: the officer, "" for the station itself."""

    composer: str
    held_at_us: int
    id: str
    kind: str
    words: str


class HeldRows(Answer, frozen=True, kw_only=True):
    """What is held for approval; the rules in force, by kind; what officers said, by the entry."""

    held: tuple[HeldRow, ...]
    rules: dict[str, ApprovalRule]
    votes: dict[str, tuple[Approval, ...]]


class HeldAsked(Question[HeldRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is held here for approval, and by which rules?"""

    path = "/local/held"


class TakingStands(Answer, frozen=True, kw_only=True):
    """In what standing an officer takes something urgent. Nobody is turned away."""

    standing: Taking


class TakingAsked(Question[TakingStands], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In what standing does an own officer take something urgent now?"""

    path = "/local/taking"
    officer: str = ""


class OwnerRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for a party. `owner`: whether anybody does; that nobody does is a state: it is shown, and is no all-clear."""

    by: str | None
    owner: bool
    party: str
    words: str


class WatchNow(Answer, frozen=True, kw_only=True):
    """What the watch must know now. `direct` counts what came directly and is not in the ledger, `ladders` are the first of
    `ladders_running`, `relay` is what was taken and not passed on; `presence_stale`: notices of others are not screened here, because
    own presence was not stated within the day.
    """

    asked_of_us: int
    direct: int
    handovers: tuple[HandoverSaid, ...]
    held: tuple[HeldRow, ...]
    ladders: tuple[LadderRow, ...]
    ladders_running: int
    owners: tuple[OwnerRow, ...]
    passed_over: tuple[str, ...]
    presence_stale: bool
    probing: tuple[str, ...]
    relay: tuple[OpenMatter, ...]
    undelivered: int
    watch: PartyWatch


class WatchAsked(Question[WatchNow], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must the watch know now? `limit`: how many ladders at most."""

    path = "/local/watch"
    limit: Whole = 50
