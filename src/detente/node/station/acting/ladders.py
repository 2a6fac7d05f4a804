"""Which ladders a station runs, from the entries it holds: begun by its own, ended by others', each step taken once.

    own entry                          waits for                   ended by
    message priority, urgent, stop     each other reader           an officer's response (`ladder.ENDS`)
    query (a response)                 who wrote what it is about  a message in reply
    warning of danger                  its recipient              an officer's response
    live notice                        each other reader           its screening; a newer version

What is due is `acting.ladder_calls`'s. Which slots are taken is known again after a restart from the ledger and the queue.
"""

from __future__ import annotations

import msgspec

from detente.ledger.entry import Header
from detente.node.station.recent import held
from detente.node.station.state import Station
from detente.picture.known import Entry
from detente.records.hotline.message import Message
from detente.records.hotline.step import LadderName, Step
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.notices.notice_state import LIVE
from detente.records.notices.response import Response
from detente.records.notices.screening import Screening
from detente.records.notices.warning import DangerWarning, Haste
from detente.rules.hotline.ladder import ENDS, Matter, begins_us

LOUD: frozenset[LadderName] = frozenset({"priority", "query", "query-urgent", "stop", "urgent"})
"""Ladders whose first call is an alarm at both consoles for each matter. Of the others many come at once: one alarm for a party."""

BY_HASTE: dict[Haste, LadderName] = {"priority": "warning", "routine": "warning-routine", "urgent": "urgent"}
"""On which ladder a warning of danger climbs."""

URGENT = ("stop", "urgent")

DIRECT: frozenset[LadderName] = frozenset({"stop", "urgent", "warning"})
"""Ladders whose steps also travel directly from station to station."""


def begun(state: Station, known: Entry, at_us: int) -> None:
    """Take one entry of ours: what it asks begins to wait, what it answers or replaces waits no more.

    `at_us` is when it was recorded, or queued while it is not; what runs since it was queued runs by the ledger's time from then on.
    """
    header = known.header
    others = [party for party in header.audience if party != header.author]
    message, response, step = known.body(Message), known.body(Response), known.body(Step)
    warning = known.body(DangerWarning)
    since_us = begins_us(header.signed_at_us, at_us)
    if message is not None and message.urgency != "routine":
        for party in others:
            state.acting.timers.start(Matter(known.id, party, message.urgency, since_us))
    elif warning is not None:
        state.acting.timers.start(Matter(known.id, warning.recipient, BY_HASTE[warning.urgency], since_us))
    elif response is not None and response.answer == "query":
        ladder: LadderName = "query-urgent" if _pressing(state, response) else "query"
        for party in _asked(state, response, others):
            state.acting.timers.start(Matter(known.id, party, ladder, since_us))
    elif step is not None:
        state.acting.timers.took(step.about, step.party, step.ladder, step.step)


def recorded(state: Station, known: Entry, seen_us: int) -> None:
    """Take one entry of ours that is in the ledger: a notice waits for its screenings, and its earlier version no more.

    `seen_us` is when we saw it there by our own clock, by which the ladder runs: the host's may be minutes behind ours, and a
    reader would be called before it can have screened.
    """
    begun(state, known, known.received_at_us)
    notice = known.body(Notice) or known.body(CoarseNotice)
    if notice is None:
        return
    if known.header.supersedes is not None:
        state.acting.timers.drop(known.header.supersedes)
    until_us = max((volume.end_us for volume in notice.volumes), default=None) if isinstance(notice, Notice) else None
    over = until_us is not None and until_us < known.received_at_us
    if notice.state in LIVE and not over:
        since_us = begins_us(seen_us, seen_us)
        for party in known.header.audience:
            if party != known.header.author:
                state.acting.timers.start(Matter(known.id, party, "screening", since_us), until_us)


def answered(state: Station, known: Entry, at_us: int) -> None:
    """Take one entry of another party: what it answers ends. Only an officer's answer does; a station's own hand does not."""
    author = known.header.author
    message, response, screening = known.body(Message), known.body(Response), known.body(Screening)
    if screening is not None:
        state.acting.timers.drop(screening.about, "screening", author)
        if not state.picture.holds(screening.about):
            state.acting.timers.end(screening.about, author, "screening", at_us)
    elif message is not None and message.in_reply_to is not None:
        for ladder in ("query", "query-urgent"):
            state.acting.timers.end(message.in_reply_to, author, ladder, at_us)
    elif response is not None and _by_officer(state, known.header.key):
        for ladder, answers in ENDS.items():
            if response.answer in answers:
                for about in {response.version, response.about}:
                    state.acting.timers.end(about, author, ladder, at_us, early=not state.picture.holds(about))


def call_us(state: Station, known: Entry, step: Step) -> None:
    """Take a step that calls us: it is shown as an alarm at our console, once for each matter, by the next `due`."""
    if step.party == state.me.party and step.ladder in LOUD:
        state.acting.calls_on_us.setdefault((step.about, step.ladder), (known.header.author, step.words))


def ask_again(state: Station) -> None:
    """Begin anew each query that stands in the ledger before what it is about: now it is known whose that is, and how urgent.

    Asked when a station has read again what its own copy holds: while it ran, it had that entry directly.
    """
    for about in state.acting.timers.running_on("query"):
        known = held(state, about)
        response = known.body(Response) if known is not None else None
        asked = held(state, response.version) if response is not None else None
        if known is not None and asked is not None and asked.index > known.index:
            state.acting.timers.drop(about, "query")
            begun(state, known, known.received_at_us)


def is_urgent(known: Entry) -> bool:
    """Whether an entry is a message marked urgent or stop, or warns of people in danger now."""
    said = known.body(Message) or known.body(DangerWarning)
    return said is not None and said.urgency in URGENT


def presses(known: Entry) -> bool:
    """Whether what asks about an entry is pressing: it is urgent, or a notice of an emergency."""
    told = known.body(Notice)
    return is_urgent(known) or (told is not None and told.emergency)


def _pressing(state: Station, query: Response) -> bool:
    """Whether a query is about something urgent, so that two days are all there is."""
    names = (query.version, query.about)
    if not state.acting.pressing.isdisjoint(names):
        return True
    return any(presses(known) for name in names if (known := held(state, name)) is not None)


def _asked(state: Station, query: Response, others: list[str]) -> list[str]:
    """Whom a query asks: who wrote what it is about; all its readers where that is not known here."""
    version = bytes.fromhex(query.version)
    found = state.following.recent.get(version) or state.find(version)
    author = _AUTHOR.decode(found[1]).header.author if found is not None else None
    if author is None and version in state.peers.direct:
        author = state.peers.direct[version].party
    return [author] if author in others else others


class _Headed(msgspec.Struct):
    header: Header


_AUTHOR = msgspec.json.Decoder(_Headed)


def _by_officer(state: Station, key: str) -> bool:
    use = state.identity.history(key)
    return use is not None and use.role == "officer"
