"""What follows for a term and a party: the value, and what must be said with it.

    kept            nothing that would breach it may have happened, as this viewer sees it
    breached        what breaches it is established, and nothing that would save it may have happened
    contested       it hangs on what is said and denied, or on who somebody is, at the term's threshold on both sides
    undetermined    it hangs on what nobody has shown enough of; or nothing can be concluded from the text
    pending         its time has not passed
    not in force    it has not begun, or does not bind this party, under this reading

A verdict is never the last word: `open_us` says between which moments an event would have to lie whose report could still change it, and
`fast_until_us` until when such a report is answered at once; after that it is answered slowly, and still correctly.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from detente.records.agreements import term as tm
from detente.records.agreements.verdict import AGREED, Answer, ReadAs
from detente.rules.agreements.judging.beside import CountBeside

Life = Literal["breached", "created", "discharged", "fulfilled", "in effect", "suspended", "terminated"]


class WhatFollows(msgspec.Struct, frozen=True, kw_only=True):
    """What follows for one term and one party, for one duty ("": the term's only one), without the reading under which it follows.

    `evidence` are the least entries that it rests on; `against` those that speak against it. `why` and `settles` are words; `caveats` what
    must be said with it, above all that the text is not verified. `due_us` is the deadline, `next_us` when the clock alone changes it.
    `breaches` are the events that breach (or may); `at_us` is the first of them, or when it was kept. `by_silence`: it is kept
    because nothing was reported; `beside` are the counts that it says nothing of, because they name no single event.
    """

    against: tuple[str, ...] = ()
    answer: Answer
    at_us: int | None = None
    beside: tuple[CountBeside, ...] = ()
    breaches: tuple[str, ...] = ()
    by_silence: bool = False
    caveats: tuple[str, ...] = ()
    due_us: int | None = None
    evidence: tuple[str, ...] = ()
    fast_until_us: int | None = None
    instance: str = ""
    life: Life
    next_us: int | None = None
    open_us: tuple[int | None, int | None] | None = None
    party: str
    rule: str = ""
    settled: bool = False
    settles: tuple[str, ...] = ()
    term: str
    why: str


class Verdict(WhatFollows, frozen=True, kw_only=True):
    """What follows, and under which reading."""

    reading: ReadAs = AGREED

    @property
    def key(self) -> tuple[str, str, ReadAs, str]:
        """What a verdict is of."""
        return (self.term, self.party, self.reading, self.instance)


def caveats(term: tm.Term) -> tuple[str, ...]:
    """Return what must be said with every verdict on a term."""
    match term.wording.standing:
        case "verified":
            return ()
        case "summarised":
            return ("the text of this term is summarised, not verified",)
        case _:
            return ("the text of this term is UNKNOWN",)
