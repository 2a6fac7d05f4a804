"""What officers say in the outages of `away`: the bodies of their acts, and which acts an entry that somebody holds invites.

What is said of a permission counts by when it is recorded (`formats/entry.md`: a signed time is a claim), so nothing here lapses within
the hours of an outage, and nobody refuses what its host may withdraw at the same time: which came first is the host's to say.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from tests.picture import test_meetings as meetings
from tests.picture import test_permits as permits
from tests.rules.hotline.test_calls import call
from tests.support.read_back import figures_of
from tests.support.stations import circle, message, notice, response

from detente.records.agreements.meeting import Meeting, Minutes
from detente.records.agreements.permission import Permission
from detente.records.body import Body
from detente.records.hotline.call import Call
from detente.records.notices.notice import Notice
from detente.records.notices.notice_state import State
from detente.records.notices.response import Readback
from detente.records.parties.handover import Handover

PLACES = ((35.26, 40.15), (35.30, 40.20), (36.15, 36.97))
OPENING = ("stop", "urgent", "notice", "notice", "priority", "handover", "rings", "offer", "meeting")
"""What somebody may begin with, out of nothing."""

OF_A_NOTICE = ("acknowledge", "read-back", "read-back", "confirm", "query", "passed-to-unit", "rings")
OF_A_MESSAGE = ("acknowledge", "comply", "comply", "reject", "passed-to-unit", "query")


class Act(NamedTuple):
    """What an officer does, when by the true clock: an entry named by its number in the script, about others by theirs."""

    at_us: int
    party: str
    verb: str
    about: int
    choice: int
    to: tuple[str, ...]


class Made(NamedTuple):
    """What an act became: its author, the entry's id in this world, its body."""

    author: str
    entry: bytes
    body: Any


def answers_to(body: Any, party: str) -> tuple[str, ...]:
    """Return what one party may do about another's entry that it holds."""
    match body:
        case Notice():
            return OF_A_NOTICE
        case Call(countersigns=None):
            return ("countersigns",)
        case Permission():
            return ("accept",) if body.guest == party else ()
        case Meeting():
            return ("minutes",)
        case Minutes():
            return ("signs",)
    if getattr(body, "answer", "") == "query":
        return ("reply",)
    return OF_A_MESSAGE if getattr(body, "urgency", "") in ("stop", "urgent", "priority") else ()


def own_acts(body: Any) -> tuple[str, ...]:
    """Return what a party may do about an entry of its own; which of its notices it may still replace the caller knows."""
    if isinstance(body, Handover):
        return ("takes over",) if body.accepts is None else ()
    return ("withdraw",) if isinstance(body, Permission) else ()


def body_of(act: Act, number: int, about: Made | None) -> Body:
    """Return what an act says, as entry `number` of the script, about an entry of this world."""
    name = "" if about is None else about.entry.hex()
    match act.verb:
        case "notice" | "version":
            return _notice(act, number)
        case "read-back":
            assert about is not None
            volumes = tuple(figures_of(v) for v in about.body.volumes)
            volumes = volumes if act.choice % 3 else (figures_of(circle(33.0, 40.0, hours=24)),)
            said = Readback(datum="WGS84", volumes=volumes)
            return msgspec.structs.replace(response(about.entry, "read-back"), readback=said)
        case "handover" | "takes over":
            return _handover(act, name or None)
        case "reply":
            return msgspec.structs.replace(message("routine", f"reply {number}"), in_reply_to=name)
        case "stop" | "urgent" | "priority":
            return message(act.verb, f"{act.verb} {number}")
        case "rings":
            return call(about=(name,) if name else (), said_by=act.party, words=f"call {number}")
        case "countersigns":
            return call(countersigns=name, said_by=act.party, words=f"call {number}")
        case "offer":
            return permits.terms(host=act.party, guest=act.to[act.choice % 2], lapses_us=permits.UNTIL)
        case "accept" | "withdraw":
            return permits.reply(name, act.verb)
        case "meeting":
            return meetings.meeting(agreement=None, parties=tuple(sorted((act.party, *act.to))))
        case "minutes":
            return meetings.minutes(name)
        case "signs":
            return meetings.reply(name, "p1", *("p2",) * (act.choice % 2))
    assert about is not None
    unit = "Flight 1" if act.verb == "passed-to-unit" else None
    return msgspec.structs.replace(response(about.entry, act.verb), unit=unit, words="because")


def _notice(act: Act, number: int) -> Notice:
    states = (State.ACCEPTED, State.ACCEPTED, State.WITHDRAWN) if act.verb == "version" else (State.ACCEPTED,)
    made = notice(circle(*PLACES[act.choice % 3], hours=24), words=f"notice {number}")
    return msgspec.structs.replace(made, needs_readback=True, state=states[act.choice % len(states)])


def _handover(act: Act, accepts: str | None) -> Handover:
    return Handover(
        accepts=accepts,
        at_us=act.at_us,
        count=0,
        incoming="watch-2",
        open=(),
        outgoing="watch-1",
        party=act.party,
        role="watch",
        words="",
    )
