"""Which entries say that something changed on which others' notices rest: one function for each kind of record.

A newer version of a zone, line or of anything that is rested on; a party that departs or loses who answers for it; a channel that
closes or opens; a change as somebody states it. Looked at before the other views take the entry in, so that both sides of the
change are there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.notices.airspace import Airspace, LiveNotice
from detente.picture.parties.directory import Directory
from detente.records.agreements.agreement import Agreement
from detente.records.agreements.assent import Assent
from detente.records.agreements.permission import PermissionReply
from detente.records.agreements.position import Position
from detente.records.body import Stated
from detente.records.hotline.channel import Channel
from detente.records.notices.change import Changed, ChangeKind
from detente.records.notices.notice import Activity, CoarseNotice, Notice
from detente.records.notices.notice_state import LIVE
from detente.records.parties.party import Party
from detente.records.protection.lifeline import Lifeline
from detente.rules.notices.changes.fan_out import Change

RELIED_ON = frozenset(
    {Activity.KEEP_OUT_ZONE, Activity.LINE, Activity.CORRIDOR, Activity.TEMPORARY_CLEARANCE, Activity.HAZARD}
)
"""Classes of notice that change what is around them, also for who does not name them."""


class Before:
    """The views as they stand before an entry is taken in; `heads` has it already."""

    def __init__(self, heads: Heads, airspace: Airspace, directory: Directory) -> None:
        self.heads = heads
        self.airspace = airspace
        self.directory = directory


def change_in(known: Entry, before: Before) -> Change | None:
    """Return the change that an entry says, or None."""
    for opened in known.opened:
        body: Any = getattr(opened.record, "body", None)
        step = CHANGES.get(type(body))
        if step is not None:
            return step(known, body, tuple(sorted({*opened.audience, known.header.author})), before)
    return None


def _stated(known: Entry, body: Changed, readers: tuple[str, ...], before: Before) -> Change | None:
    return Change(
        about=tuple(before.airspace.first_of(entry) for entry in body.about),
        by=known.header.author,
        change=body.change,
        channels=body.channels,
        effective_us=body.effective_us,
        ground=body.volumes,
        index=known.index,
        matter=body.matter,
        parties=body.parties,
        readers=readers,
        source=known.id,
        until_us=_ahead(known, body.until_us if body.change == "paused" else body.effective_us),
        words=body.words,
    )


def _notice(known: Entry, body: Notice | CoarseNotice, readers: tuple[str, ...], before: Before) -> Change | None:
    old = before.heads.entry(known.header.supersedes) if known.header.supersedes else None
    if old is None or old.superseded_by != known.id:
        return None
    was = before.airspace.get(old.first)
    if was is None or not _matters(before, was, old.first):
        return None
    kind = _notice_change(was, body)
    if kind is None:
        return None
    ground = was.volumes() if was.activity in RELIED_ON else ()
    if kind == "moved" and isinstance(body, Notice) and was.activity in RELIED_ON:
        ground = (*ground, *body.volumes)
    return Change(
        about=(old.first,),
        by=known.header.author,
        change=kind,
        effective_us=known.received_at_us,
        ground=ground,
        index=known.index,
        matter=f"notice-{old.first[:12]}",
        readers=readers,
        source=known.id,
        words=getattr(body, "words", ""),
    )


def _matters(before: Before, was: LiveNotice, first: str) -> bool:
    return was.activity in RELIED_ON or before.airspace.rested_on(first) or before.airspace.rested_on(was.version)


def _notice_change(was: LiveNotice, body: Notice | CoarseNotice) -> ChangeKind | None:
    if body.state not in LIVE:
        return "ended"
    full = was.notice()
    if full is None or not isinstance(body, Notice):
        return "moved" if was.coarse_notice() != body else None
    return "moved" if (full.volumes, full.users) != (body.volumes, body.users) else None


def _channel(known: Entry, body: Channel, readers: tuple[str, ...], before: Before) -> Change | None:
    was = before.directory.account_of(body.channel, known.header.author)
    if was is None or (was.state, was.parties) == (body.state, body.parties):
        return None
    kinds: dict[str, ChangeKind] = {"closed": "ended", "open": "resumed", "suspended": "suspended"}
    old = known.header.supersedes
    return Change(
        about=() if old is None else (before.airspace.first_of(old),),
        by=known.header.author,
        change=kinds[body.state] if was.state != body.state else "moved",
        channels=(body.channel,),
        effective_us=known.received_at_us,
        index=known.index,
        matter=_matter(f"line-{body.channel}"),
        parties=tuple(sorted({*was.parties, *body.parties})),
        readers=readers,
        source=known.id,
        words=body.words,
    )


def _party(known: Entry, body: Party, readers: tuple[str, ...], before: Before) -> Change | None:
    was = before.directory.party(body.party)
    if was is None:
        return None
    relied = (was.state, was.answered_for_by, was.acts_for, was.station_key is None)
    if relied == (body.state, body.answered_for_by, body.acts_for, body.station_key is None):
        return None
    return Change(
        by=known.header.author,
        change="ended" if body.state == "departed" else "owner-changed",
        effective_us=known.received_at_us,
        index=known.index,
        matter=f"party-{body.party}",
        parties=(body.party,),
        readers=readers,
        source=known.id,
        words=body.words,
    )


def _agreement(known: Entry, body: Agreement, readers: tuple[str, ...], before: Before) -> Change | None:
    """A first version begins something, with the end that its text sets; a later version amends it."""
    ends_us = _moment(body.ends)
    return Change(
        about=(before.airspace.first_of(known.id),),
        by=known.header.author,
        change="started" if known.header.supersedes is None else "moved",
        effective_us=_moment(body.begins) or known.received_at_us,
        index=known.index,
        matter=_matter(f"agreement-{body.agreement}"),
        parties=tuple(sorted({*body.parties, *(third.party for third in body.thirds)})),
        readers=readers,
        source=known.id,
        until_us=_ahead(known, ends_us),
        words=body.title,
    )


def _said_of(known: Entry, about: str, by: str, at: Stated | None, kind: ChangeKind, before: Before) -> Change:
    """A party's own word on an agreement. That another still calls it in force does not take the danger away."""
    effective_us = _moment(at) or known.received_at_us
    first = before.airspace.first_of(about)
    return Change(
        about=(first,),
        by=by,
        change=kind,
        effective_us=effective_us,
        index=known.index,
        matter=f"agreement-{first[:12]}",
        readers=(),
        source=known.id,
        until_us=_ahead(known, effective_us),
        words="",
    )


def _position(known: Entry, body: Position, readers: tuple[str, ...], before: Before) -> Change | None:
    kind = SAYS.get(body.says) or POWERS.get(body.power)
    if kind is None or body.term:
        return None
    made = _said_of(known, body.about, body.party, body.at, kind, before)
    return msgspec.structs.replace(made, readers=readers, words=body.words)


def _assent(known: Entry, body: Assent, readers: tuple[str, ...], before: Before) -> Change | None:
    kind = ACTS.get(body.act)
    if kind is None:
        return None
    made = _said_of(known, body.about, body.party, body.at, kind, before)
    return msgspec.structs.replace(made, readers=readers, words=body.words)


def _permission(known: Entry, body: PermissionReply, readers: tuple[str, ...], before: Before) -> Change | None:
    """A host takes back what it offered or granted: what rests on it has lost its ground."""
    terms = before.heads.entry(body.about)
    if body.answer != "withdraw" or terms is None or terms.author != known.header.author:
        return None
    made = _said_of(known, body.about, known.header.author, None, "ended", before)
    return msgspec.structs.replace(made, matter=f"permission-{body.about[:12]}", readers=readers, words=body.words)


def _lifeline(known: Entry, body: Lifeline, readers: tuple[str, ...], before: Before) -> Change | None:
    if known.header.supersedes is None:
        return None
    kind = LIFELINES[body.state]
    made = _said_of(known, known.header.supersedes, known.header.author, None, kind, before)
    return msgspec.structs.replace(made, matter=_matter(f"lifeline-{body.lifeline}"), readers=readers, words=body.words)


LIFELINES: dict[str, ChangeKind] = {"closed": "ended", "open": "resumed", "restricted": "suspended"}
SAYS: dict[str, ChangeKind] = {"ended": "ended", "ends": "ended", "suspended": "suspended", "void": "ended"}
POWERS: dict[str, ChangeKind] = {
    "end": "ended", "extend": "extended", "reset": "moved", "suspend": "suspended", "withdraw": "ended",
}  # fmt: skip
ACTS: dict[str, ChangeKind] = {"resumption": "resumed", "suspension": "suspended", "withdrawal": "ended"}
"""What a party says of an agreement, or does to its being bound, as a change to those who rely on it."""


def _moment(at: Stated | None) -> int | None:
    """The earliest instant that a stated time may mean: who relies on it is warned for the worst."""
    return None if at is None else at.earliest_us if at.earliest_us is not None else at.latest_us


def _ahead(known: Entry, at_us: int | None) -> int | None:
    """A moment that was still to come when it was said: when it comes, those concerned are warned again."""
    return at_us if at_us is not None and at_us > known.received_at_us else None


def _matter(text: str) -> str:
    return text[:64]


CHANGES: dict[type, Callable[[Entry, Any, tuple[str, ...], Before], Change | None]] = {
    Agreement: _agreement,
    Assent: _assent,
    Changed: _stated,
    Channel: _channel,
    CoarseNotice: _notice,
    Lifeline: _lifeline,
    Notice: _notice,
    Party: _party,
    PermissionReply: _permission,
    Position: _position,
}
"""Which records may say a change, and how it is read off them."""
