"""Recurring reviews: what belongs on the next agenda, which points stand, whose actions are open, late, or about to be due.

    called ──> held: minutes with points and actions ──> each party signs or refuses ──> a point stands when all have signed
       └── next due after `every_us` ──> agenda: what stayed open, and what happened since ──┘

Pure. A point that somebody has not signed is no agreement, whoever wrote the minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from detente.records.agreements.meeting import Action, Item, Meeting, Minutes, MinutesPoint

REMIND_US: Final = 48 * 3_600_000_000
"""How long before it is due somebody is reminded of an action, or of the next meeting."""


class AgendaMatter(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that may belong on an agenda: its entry, when it came, who may read it, and words. `open`: still unsettled.

    `between` are the parties whose matter it is; empty: that of all who may read it.
    """

    at_us: int
    between: tuple[str, ...] = ()
    entry: str
    open: bool
    readers: tuple[str, ...]
    words: str


class PointStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One point and who has signed it, refused it, or said nothing yet."""

    point: MinutesPoint
    refused: tuple[str, ...]
    signed: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Whether every party of the meeting has signed it, and so it is agreed."""
        return not self.refused and not self.silent

    def sentence(self) -> str:
        """Say it in one line."""
        if self.stands:
            where = f", and is an entry of agreement {self.point.agreement[:12]}" if self.point.agreement else ""
            return f"{self.point.point}: agreed, signed by {', '.join(self.signed)}{where}"
        parts = [("signed by", self.signed), ("refused by", self.refused), ("not signed by", self.silent)]
        return f"{self.point.point}: NOT AGREED; " + "; ".join(f"{how} {', '.join(who)}" for how, who in parts if who)


class ActionStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One action at a time. `done_us`: when its owner said that it is done; nobody else can say so."""

    action: Action
    done_us: int | None
    standing: Literal["done", "due soon", "late", "open"]

    def sentence(self) -> str:
        """Say it in one line."""
        return f"{self.action.action}: {self.standing}; {self.action.owner} ({self.action.role}): {self.action.words}"


def points_of(
    minutes: Minutes,
    parties: Sequence[str],
    signed: Mapping[str, frozenset[str]],
    refused: Mapping[str, frozenset[str]],
) -> tuple[PointStanding, ...]:
    """Return where each point stands. `signed` and `refused` are by party, from its own replies alone."""
    found = []
    for point in minutes.points:
        no = tuple(p for p in parties if point.point in refused.get(p, ()))
        yes = tuple(p for p in parties if point.point in signed.get(p, ()) and p not in no)
        silent = tuple(p for p in parties if p not in no and p not in yes)
        found.append(PointStanding(point=point, refused=no, signed=yes, silent=silent))
    return tuple(found)


def actions_of(minutes: Minutes, done: Mapping[str, int], now_us: int) -> tuple[ActionStanding, ...]:
    """Return where each action stands at a time. At its very deadline an action is not late."""
    return tuple(
        ActionStanding(action=a, done_us=done.get(a.action), standing=_standing(a, done, now_us))
        for a in minutes.actions
    )


def _standing(action: Action, done: Mapping[str, int], now_us: int) -> Literal["done", "due soon", "late", "open"]:
    if action.action in done:
        return "done"
    if now_us > action.due_us:
        return "late"
    return "due soon" if action.due_us - REMIND_US <= now_us else "open"


def agenda(matters: Iterable[AgendaMatter], parties: Sequence[str], since_us: int) -> tuple[Item, ...]:
    """Return what belongs on an agenda: what is open, whenever it came, and what came since; the oldest first.

    Only what every party of the meeting may read: an agenda must tell nobody what was not told to it. And only what is between
    those who meet. What is said of one entry is one item.
    """
    who = set(parties)
    wanted = [m for m in matters if (m.open or m.at_us >= since_us) and who <= {*m.readers} and who >= {*m.between}]
    words: dict[str, list[str]] = {}
    for matter in sorted(wanted, key=lambda m: (not m.open, m.at_us, m.entry)):
        words.setdefault(matter.entry, []).append(matter.words)
    return tuple(Item(about=(entry,), words="; ".join(said)) for entry, said in words.items())


def next_due_us(meeting: Meeting) -> int | None:
    """When the next meeting of a series is due, None where it does not recur."""
    return None if meeting.every_us is None else meeting.at_us + meeting.every_us


def review_words(meeting: Meeting, now_us: int) -> str:
    """Remind of a meeting, or of the next of its series."""
    if now_us < meeting.at_us:
        soon = "SOON: " if meeting.at_us - REMIND_US <= now_us else ""
        return f"{soon}{meeting.title} is to come"
    due = next_due_us(meeting)
    if due is None:
        return f"{meeting.title} is over; it does not recur"
    if now_us > due:
        return f"LATE: the next meeting of {meeting.series} was due and is not called"
    return (
        f"{'SOON: ' if due - REMIND_US <= now_us else ''}the next meeting of {meeting.series} is due and not called yet"
    )
