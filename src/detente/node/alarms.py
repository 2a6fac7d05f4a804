"""What a station's own alarms are: a kind, what it is about, words, and what is held as evidence.

An alarm is raised once per (kind, about). It is not an entry: it is this station's finding about its host or its peers, kept
in its own copy, shown on its own console.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

Kind = Literal[
    "fork",  # two checkpoints signed by the host that cannot both be true
    "root-mismatch",  # the host's leaves do not hash to the root it signed
    "withheld",  # a leaf carries our tag, and its entry was not given to us
    "bad-entry",  # an entry does not fit its leaf, its signature or its author's key
    "leaf-changed",  # the leaf of our own submission is not the one we handed in
    "receipt-broken",  # a receipt that proves nothing
    "back-dated",
    "post-dated",
    "backwards",  # times in leaves that we do not vouch for
    "not-included",  # a lodged hash is not in the ledger in time
    "host-behind",  # the host shows others a longer ledger than us
    "unanswered",  # something of ours that no officer answered in time
    "called",  # another party calls us up a ladder: something of theirs waits for us
    "refused",  # the host refused a submission of ours
    "bad-direct",  # a peer's direct message that does not hold
    "read-back-differs",  # what was said back is not what was told: by figure and digit
    "stop",  # another party asks us to stop something
    "hit",  # a notified place or movement is reported hit
    "endangered",  # something changed on which open notices rest
    "unit-unreached",  # a protected movement begins soon, and no acting unit is on record as having it
    "screening-missing",  # a party that does not screen what we notify
]


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm. `about` is an id, an index or a party, as text; `evidence` names what is kept (`evidence/...`)."""

    about: str
    at_us: int
    evidence: tuple[str, ...] = ()
    kind: Kind
    words: str


@dataclass
class Alarms:
    """Every alarm raised, in order, each (kind, about) once."""

    raised: list[Alarm] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def raise_(self, alarm: Alarm) -> bool:
        """Add an alarm; False if it stands already."""
        key = (alarm.kind, alarm.about)
        if key in self.seen:
            return False
        self.seen.add(key)
        self.raised.append(alarm)
        return True
