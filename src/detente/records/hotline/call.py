"""A call: a voice call as an object - who rang whom on which line, when, what was said, and how it ended."""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults, Stated
from detente.records.form import second_version
from detente.records.notices.response import Readback, check_readback

Outcome = Literal["contact-absent", "cut", "delivered", "no-answer", "on-hold", "refused"]

DELIVERED: frozenset[Outcome] = frozenset({"delivered"})
"""The only outcome after which the message may be called delivered."""


class Caller(Body, frozen=True, kw_only=True):
    """One end of a call. `officer` and `role` are None where unknown."""

    officer: str | None
    party: str
    role: str | None


class Call(Body, frozen=True, kw_only=True):
    """One call. `said_by` is the party whose account this is; `countersigns` is another entry of the same call.

    `line` is a channel's name. `stated_time` keeps a time that is known only in words. `language` is a BCP 47 tag of the words as
    they were spoken, "" if nobody noted it; `interpreter` an officer's or a title's name, None if there was none. `readback` are
    the figures that the other end said back of what the call was about.
    """

    about: tuple[str, ...]
    at_us: int
    caller: Caller
    countersigns: str | None
    ended_us: int | None
    interpreter: str | None
    language: str
    line: str
    outcome: Outcome
    readback: Readback | None
    said_by: str
    stated_time: Stated | None
    taker: Caller
    words: str


class CallFirst(Body, frozen=True, kw_only=True):
    """Version 1: without language, interpreter and read-back."""

    about: tuple[str, ...]
    at_us: int
    caller: Caller
    countersigns: str | None
    ended_us: int | None
    line: str
    outcome: Outcome
    said_by: str
    stated_time: Stated | None
    taker: Caller
    words: str


def upcast_first(old: CallFirst) -> Call:
    """Carry a call of version 1 forward: what it did not say stays unsaid."""
    said = {name: getattr(old, name) for name in old.__struct_fields__}
    return Call(interpreter=None, language="", readback=None, **said)


def check(call: Call) -> tuple[Problem, ...]:
    """Return what is wrong with a call, seen alone."""
    faults = Faults()
    faults.ids("about", call.about)
    faults.order("at_us", call.at_us, call.ended_us)
    faults.name("line", call.line)
    faults.text("words", call.words)
    faults.party("said_by", call.said_by)
    faults.stated("stated_time", call.stated_time)
    faults.text("language", call.language)
    if call.interpreter is not None:
        faults.title("interpreter", call.interpreter)
    if call.readback is not None:
        check_readback(faults, call.readback)
        if not call.about:
            faults.add(
                "call_readback", "about", "", "a read-back is of something told", "Name the notice it was about."
            )
    if call.countersigns is not None:
        faults.hash("countersigns", call.countersigns)
    for field, end in (("caller", call.caller), ("taker", call.taker)):
        faults.party(f"{field}.party", end.party)
        for part, name in (("officer", end.officer), ("role", end.role)):
            if name is not None:
                faults.role(f"{field}.{part}", name)
    if call.caller.party == call.taker.party:
        faults.add("call_to_itself", "taker.party", call.taker.party, "a call joins two parties", "Name the other end.")
    return faults.all()


FORMS = (second_version("call", Call, check, CallFirst, upcast_first),)
