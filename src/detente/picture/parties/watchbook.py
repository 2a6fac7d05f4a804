"""The watch's own book: hand-overs with who signed them, and trials of lines."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.known import Entry, KeyUses
from detente.records.hotline.trial import Trial
from detente.records.parties.handover import Handover
from detente.rules.hotline.roster import SignedHandover, handovers


class HandoverSignature(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One signature under a hand-over: the entry, and the officer whose key signed it, None for a station's."""

    by: str | None
    entry: str
    handover: Handover


class WatchbookState(msgspec.Struct, kw_only=True):
    """In order of the ledger."""

    said: list[HandoverSignature] = []
    trials: list[Trial] = []


class Watchbook(View):
    """What a watch writes down. Hand-overs are the viewer's own party's: nobody else is told of them."""

    name = "watchbook"
    kinds: ClassVar[frozenset[str]] = frozenset({"handover", "trial"})
    state: WatchbookState

    def __init__(self, key_use: KeyUses | None = None) -> None:
        self.state = WatchbookState()
        self._key_use = key_use

    def apply(self, known: Entry) -> None:
        """Take in one entry."""
        handover, trial = known.body(Handover), known.body(Trial)
        if trial is not None:
            self.state.trials.append(trial)
        elif handover is not None:
            use = self._key_use(known.header.key, known.index) if self._key_use is not None else None
            by = use.officer if use is not None else None
            self.state.said.append(HandoverSignature(by=by, entry=known.id, handover=handover))

    def handovers(self) -> tuple[SignedHandover, ...]:
        """Return the hand-overs with their signatures, in order."""
        return handovers([(said.entry, said.by, said.handover) for said in self.state.said])
