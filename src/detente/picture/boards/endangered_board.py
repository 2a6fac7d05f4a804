"""What stands after a change: each open notice that it endangers, and each recipient's fresh answer with its clock. Derived when asked."""

from __future__ import annotations

from typing import Literal

import msgspec

from detente.picture.notices.delivery import DeliveryStep
from detente.picture.picture import Picture
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import State
from detente.records.notices.warning import Cause, Haste
from detente.rules.notices.changes.fan_out import Change, not_warned

ANSWERS = frozenset(DeliveryStep) - {DeliveryStep.RECORDED, DeliveryStep.TOLD, DeliveryStep.READ_BACK_OTHERWISE}


class InDanger(msgspec.Struct, frozen=True, kw_only=True):
    """One endangered notice. `untold` are recipients of the notice whom no warning reaches by itself: its owner has to think of them."""

    activity: Activity
    author: str
    danger_us: int
    sentence: str
    state: State
    untold: tuple[str, ...]
    version: str
    words: str


class AskedAfresh(msgspec.Struct, frozen=True, kw_only=True):
    """One warning and its answer. `asked_us` None: it waits in our queue. `answered_us` None: no evidence of an officer's answer."""

    answer: str | None
    answered_us: int | None
    asked_us: int | None
    author: str
    count: int
    due_us: int | None
    entry: str
    recipient: str
    state: Literal["answered", "asked", "overdue", "queued"]
    urgency: Haste

    def sentence(self) -> str:
        """Say it in one line, without its times."""
        what = f"{self.author} asked {self.recipient} about {self.count} ({self.urgency})"
        if self.state == "answered":
            return f"{what}: {self.answer}"
        return f"{what}: {'UNANSWERED, OVERDUE' if self.state == 'overdue' else self.state}"


class DangerBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One change and what became of it. `in_danger` may be cut; `total` is how many there are, `at_once` those in danger by now."""

    asked: tuple[AskedAfresh, ...]
    at_once: int
    cause: Cause
    change: Change
    in_danger: tuple[InDanger, ...]
    total: int


def boards(picture: Picture, now_us: int, limit: int = 100) -> list[DangerBoard]:
    """Return a board for every change that endangers something open or was warned of, the newest first."""
    found = []
    for change in reversed(picture.dangers.changes()):
        causes: tuple[Cause, ...] = ("said", "over") if (change.until_us or now_us + 1) <= now_us else ("said",)
        for cause in causes:
            made = board(picture, change, cause, now_us, limit)
            if made.total or made.asked:
                found.append(made)
    return found


def board(picture: Picture, change: Change, cause: Cause, now_us: int, limit: int = 100) -> DangerBoard:
    """Return what stands after one change."""
    ranked = picture.dangers.endangered(change, cause)
    in_danger = []
    for one in ranked[:limit]:
        entry = picture.heads.entry(one.open.version)
        live = picture.airspace.get(one.open.version)
        notice = live.notice() if live is not None else None
        in_danger.append(
            InDanger(
                activity=one.open.activity,
                author=one.open.author,
                danger_us=one.danger_us,
                sentence=one.sentence(now_us),
                state=one.open.state,
                untold=not_warned(change, one.open, entry.audience if entry is not None else ()),
                version=one.open.version,
                words=notice.words if notice is not None else "",
            )
        )
    return DangerBoard(
        asked=asked_afresh(picture, change.source, cause, now_us),
        at_once=sum(one.danger_us <= now_us for one in ranked),
        cause=cause,
        change=change,
        in_danger=tuple(in_danger),
        total=len(ranked),
    )


def asked_afresh(picture: Picture, source: str, cause: Cause, now_us: int) -> tuple[AskedAfresh, ...]:
    """Return every warning of a change with its answer and clock, in order of the ledger, queued ones last."""
    due = {(w.version, w.asked): w.due_us for w in picture.waiting.open()}
    found = []
    for given in picture.dangers.warned(source, cause):
        facts = [f for f in picture.delivery.facts(given.entry, given.recipient) if f.step in ANSWERS]
        due_us = due.get((given.entry, given.recipient))
        late = due_us is not None and now_us > due_us
        state: Literal["answered", "asked", "overdue", "queued"]
        state = "answered" if facts else "queued" if given.at_us is None else "overdue" if late else "asked"
        found.append(
            AskedAfresh(
                answer=facts[0].sentence() if facts else None,
                answered_us=facts[0].at_us if facts else None,
                asked_us=given.at_us,
                author=given.author,
                count=given.count,
                due_us=due_us,
                entry=given.entry,
                recipient=given.recipient,
                state=state,
                urgency=given.urgency,
            )
        )
    return tuple(sorted(found, key=lambda a: (a.asked_us is None, a.asked_us or 0, a.recipient)))
