"""Meetings, their minutes and what each party says of them, as this viewer has them; and what happened that a review should look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.notices.waiting import Waiting
from detente.records.agreements.meeting import Meeting, MeetingReply, Minutes
from detente.records.evidence.claim import Claim
from detente.records.hotline.message import Message
from detente.records.hotline.step import Step
from detente.rules.agreements.reviews import ActionStanding, AgendaMatter, PointStanding, actions_of, points_of


class MeetingOnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting or set of minutes on record."""

    at_us: int
    author: str
    entry: str


class MeetingCalled(MeetingOnRecord, frozen=True, kw_only=True):
    """A meeting as called."""

    meeting: Meeting


class Minuted(MeetingOnRecord, frozen=True, kw_only=True):
    """Minutes as written."""

    minutes: Minutes


class Replied(MeetingOnRecord, frozen=True, kw_only=True):
    """What a party said of minutes."""

    reply: MeetingReply


class MeetingsState(msgspec.Struct, kw_only=True):
    """Meetings and minutes by id; replies by the minutes, in order of the ledger; incidents by id."""

    incidents: dict[str, AgendaMatter] = {}
    meetings: dict[str, MeetingCalled] = {}
    minutes: dict[str, Minuted] = {}
    replies: dict[str, list[Replied]] = {}


class Meetings(View):
    """Reviews of one viewer. A step up a ladder, a stop, and a claim that reports an event are incidents for the next."""

    name = "meetings"
    kinds: ClassVar[frozenset[str]] = frozenset({"claim", "meeting", "message", "step"})
    state: MeetingsState

    def __init__(self, heads: Heads, waiting: Waiting) -> None:
        self.state = MeetingsState()
        self._heads, self._waiting = heads, waiting

    def apply(self, known: Entry) -> None:
        """Take in one entry."""
        at_us, author, entry = known.received_at_us, known.header.author, known.id
        meeting, minutes, reply = known.body(Meeting), known.body(Minutes), known.body(MeetingReply)
        if meeting is not None:
            self.state.meetings[known.id] = MeetingCalled(at_us=at_us, author=author, entry=entry, meeting=meeting)
        elif minutes is not None:
            self.state.minutes[known.id] = Minuted(at_us=at_us, author=author, entry=entry, minutes=minutes)
        elif reply is not None:
            self.state.replies.setdefault(reply.about, []).append(
                Replied(at_us=at_us, author=author, entry=entry, reply=reply)
            )
        else:
            self._incident(known)

    def _incident(self, known: Entry) -> None:
        step, message, claim = known.body(Step), known.body(Message), known.body(Claim)
        entry, words = known.id, ""
        if step is not None:
            entry, words = step.about, f"undelivered to {step.party}, called: {step.reach}"
        elif message is not None and message.urgency == "stop":
            words = f"stop asked by {known.header.author}: {message.subject or message.words}"
        elif claim is not None and claim.event_class:
            words = f"{claim.who} {claim.stance} {claim.subject}: {claim.says}"
        if words and (step is not None or entry not in self.state.incidents):
            # A call up a ladder says more of a stop than the stop does, whichever of the two is recorded first.
            readers = tuple(sorted({known.header.author, *(p for o in known.opened for p in o.audience)}))
            self.state.incidents[entry] = AgendaMatter(
                at_us=known.received_at_us, entry=entry, open=False, readers=readers, words=words
            )

    def current(self) -> tuple[MeetingCalled, ...]:
        """Return the meetings that no newer version replaces, the latest first."""
        live = [m for m in self.state.meetings.values() if not self._replaced(m.entry)]
        return tuple(sorted(live, key=lambda m: (-m.meeting.at_us, m.entry)))

    def minutes_of(self, meeting: str) -> tuple[Minuted, ...]:
        """Return the minutes of a meeting, each author's latest: two sides may minute it differently, and both stand."""
        return tuple(
            m for m in self.state.minutes.values() if m.minutes.about == meeting and not self._replaced(m.entry)
        )

    def points(self, minutes: str) -> tuple[PointStanding, ...]:
        """Return where each point of minutes stands. Their author signs like anybody else, by a reply."""
        held = self.state.minutes[minutes]
        called = self.state.meetings.get(held.minutes.about)
        signed: dict[str, frozenset[str]] = {}
        refused: dict[str, frozenset[str]] = {}
        for one in self.state.replies.get(minutes, ()):
            # A later word of a party on a point replaces its earlier one.
            yes, no = frozenset(one.reply.signed), frozenset(one.reply.refused)
            signed[one.author] = (signed.get(one.author, frozenset()) - no) | yes
            refused[one.author] = (refused.get(one.author, frozenset()) - yes) | no
        parties = called.meeting.parties if called is not None else held.minutes.present
        return points_of(held.minutes, parties, signed, refused)

    def actions(self, minutes: str, now_us: int) -> tuple[ActionStanding, ...]:
        """Return where each action of minutes stands; done is what its owner says, and nobody else."""
        held = self.state.minutes[minutes]
        owners = {action.action: action.owner for action in held.minutes.actions}
        done: dict[str, int] = {}
        for one in self.state.replies.get(minutes, ()):
            for name in one.reply.done:
                if owners.get(name) == one.author:
                    done.setdefault(name, one.at_us)
        return actions_of(held.minutes, done, now_us)

    def matters(self, series: str, now_us: int) -> Iterator[AgendaMatter]:
        """Yield what may belong on the next agenda of a series: open waits, points and actions, and incidents."""
        for wait in self._waiting.open():
            entry = self._heads.entry(wait.version)
            if entry is not None:
                readers = tuple(sorted({entry.author, *entry.audience}))
                late = wait.sentence(now_us)
                yield AgendaMatter(
                    at_us=wait.since_us,
                    between=(wait.asker, wait.asked),
                    entry=wait.version,
                    open=True,
                    readers=readers,
                    words=f"open: {late}",
                )
        for called in self.current():
            if called.meeting.series == series:
                yield from self._left_open(called, now_us)
        yield from self.state.incidents.values()

    def _left_open(self, called: MeetingCalled, now_us: int) -> Iterator[AgendaMatter]:
        for held in self.minutes_of(called.entry):
            entry = self._heads.entry(held.entry)
            readers = () if entry is None else tuple(sorted({entry.author, *entry.audience}))
            words = [f"point {p.sentence()}" for p in self.points(held.entry) if not p.stands]
            words += [f"action {a.sentence()}" for a in self.actions(held.entry, now_us) if a.standing != "done"]
            for one in words:
                yield AgendaMatter(at_us=held.at_us, entry=held.entry, open=True, readers=readers, words=one)

    def _replaced(self, entry: str) -> bool:
        found = self._heads.entry(entry)
        return found is not None and found.superseded_by is not None
