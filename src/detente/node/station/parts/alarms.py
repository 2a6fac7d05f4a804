"""What a station's own alarms are: a kind, what it is about, words, and what is held as evidence.

An alarm is raised once per (kind, about). It is not an entry: it is this station's finding about its host or its peers, kept
in its own copy, shown on its own console.

What another party can bring about at will (`by`) is bounded: `SINGLY` alarms of a kind in `SPAN_US`, then one that counts,
raised again at ten times as many. A stop is never counted away, and neither is a read-back that differs: each is somebody's danger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

SINGLY = 5
"""Alarms of one kind that one party brings about and that are raised one by one in `SPAN_US`."""

SPAN_US = 3_600_000_000

Kind = Literal[
    "fork",  # two checkpoints signed by the host that cannot both be true
    "root-mismatch",  # the host's leaves do not hash to the root it signed
    "withheld",  # a leaf carries our tag, and its entry was not given to us
    "bad-entry",  # an entry does not fit its leaf, its signature or its author's key
    "unsound",  # a body breaks the rules of its record: kept as evidence against its author, not taken in
    "unfoldable",  # an entry at which taking-in raised: kept, and what rests on it is incomplete
    "leaf-changed",  # the leaf of our own submission is not the one we handed in
    "receipt-broken",  # a receipt that proves nothing
    "back-dated",
    "post-dated",
    "backwards",  # times in leaves that we do not vouch for
    "not-included",  # a lodged hash is not in the ledger in time
    "host-away",  # the host does not answer, and submissions of ours wait for it
    "host-behind",  # the host shows others a longer ledger than us
    "unanswered",  # something of ours that no officer answered in time
    "called",  # another party calls us up a ladder: something of theirs waits for us
    "refused",  # the host refused a submission of ours
    "bad-direct",  # a peer's direct message that does not hold
    "read-back-differs",  # what was said back is not what was told: by figure and digit
    "stop",  # another party asks us to stop something
    "hit",  # a notified place or movement is reported hit
    "erased-in-use",  # an entry that others must still reckon with was erased all the same
    "endangered",  # something changed on which open notices rest
    "unit-unreached",  # a protected movement begins soon, and no acting unit is on record as having it
    "passed-over",  # own people are where another party is told of no concern in this epoch
    "probing",  # another party's questions spend its budget, or come back to the same ground
    "screening-missing",  # a party that does not screen what we notify
]


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm. `about` is an id, an index or a party, as text; `evidence` names what is kept (`evidence/...`).

    `by` is the party that brought it about where that is known, "" otherwise. `closed` says why there is nothing left to do about
    it, and `closed_at_us` since when; "" and None while it stands.
    """

    about: str
    at_us: int
    by: str = ""
    closed: str = ""
    closed_at_us: int | None = None
    evidence: tuple[str, ...] = ()
    kind: Kind
    words: str


@dataclass
class Alarms:
    """Every alarm raised, in order, each (kind, about) once. `spans`: since when and how many, by kind and party."""

    raised: list[Alarm] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    spans: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """Under which name each is kept."""

    def standing(self) -> int:
        """Count the alarms that are not closed."""
        return sum(not alarm.closed for alarm in self.raised)

    def close(self, kind: Kind, about: str, why: str, at_us: int) -> tuple[str, Alarm] | None:
        """Close an alarm that stands; return the name it is kept under and what it is now, or None if none stands."""
        for at, alarm in enumerate(self.raised):
            if (alarm.kind, alarm.about) == (kind, about) and not alarm.closed:
                self.raised[at] = closed = msgspec.structs.replace(alarm, closed=why, closed_at_us=at_us)
                return self.names.get((kind, about), ""), closed
        return None

    def raise_(self, alarm: Alarm) -> bool:
        """Add an alarm; False if it stands already."""
        key = (alarm.kind, alarm.about)
        if key in self.seen:
            return False
        self.seen.add(key)
        self.raised.append(alarm)
        if alarm.by:
            self._count(alarm)
        return True

    def bounded(self, alarm: Alarm) -> Alarm | None:
        """Return what is to be raised: the alarm; one that counts those like it, without its evidence; or nothing."""
        if not alarm.by or (alarm.kind, alarm.about) in self.seen:
            return alarm
        since_us, count = self.spans.get((alarm.kind, alarm.by), (alarm.at_us, 0))
        if alarm.at_us - since_us >= SPAN_US or count < SINGLY:
            return alarm
        self._count(alarm)
        shown = SINGLY + 1
        while shown <= count:
            shown *= 10
        if count + 1 != shown:
            return None
        words = (
            f"{alarm.by} has brought about {shown} alarms of this kind within the hour; further ones are counted, not shown. "
            f"The newest: {alarm.words}"
        )
        return Alarm(about=f"{alarm.by}: {shown} since {since_us}", at_us=alarm.at_us, kind=alarm.kind, words=words)

    def _count(self, alarm: Alarm) -> None:
        since_us, count = self.spans.get((alarm.kind, alarm.by), (alarm.at_us, 0))
        if alarm.at_us - since_us >= SPAN_US:
            since_us, count = alarm.at_us, 0
        self.spans[alarm.kind, alarm.by] = (since_us, count + 1)
