"""How long ahead each recipient and each acting unit really knew, against what the class asks, and who accepted less.

A notice recorded two days ahead and passed to the crew ten minutes before it starts has a lead of ten minutes where it matters.
The least lead of each class is `records.notices.lead`; a `stop` has no start, so its rule is the time within which the acting unit
must have it: five minutes, the time in which activity stopped once the right officer had the message at Deir ez-Zor [AP].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from detente.records.notices.lead import NO_RULES, least_lead_us
from detente.records.notices.notice import Activity, Notice
from detente.rules.hotline.lapse import ClockReading, clock_words
from detente.rules.notices.delivery.steps import DeliveryStep, Fact

STOP_UNIT_US: Final = 5 * 60_000_000
"""Within what time of being recorded a stop must be confirmed by the acting unit; the ledger's rule "stop_unit_us" sets another."""

STANDING: Final = frozenset({Activity.OWN_PRESENCE, Activity.PROTECTED_SITE})
"""Classes that begin when they are told, and so have no lead: what counts is that the acting unit has them."""

MEASURED: Final = (
    DeliveryStep.RECORDED,
    DeliveryStep.TOLD,
    DeliveryStep.READ,
    DeliveryStep.PASSED_TO_UNIT,
    DeliveryStep.UNIT_CONFIRMED,
)
"""The steps at which a lead is measured: each is the lead of whoever was reached by it."""


class LeadAt(msgspec.Struct, frozen=True, kw_only=True):
    """The lead that one step left, microseconds before the first volume; below zero when it came after. None: no such fact."""

    at_us: int | None
    lead_us: int | None
    short: bool
    step: DeliveryStep
    unit: str | None


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Who accepted a shorter lead, as the author says; `confirmed`: an officer of that party has confirmed the notice since."""

    confirmed: bool
    officer: str
    party: str
    role: str
    words: str

    def sentence(self, author: str) -> str:
        """Say it in one line; an acceptance that only the author tells of is told as that."""
        who = f"{self.party} ({self.officer}, {self.role})"
        if self.party == author:
            return f"a shorter lead was accepted by {who}, of the author's own side: {self.words}"
        if self.confirmed:
            return f"a shorter lead was accepted by {who}, who confirmed the notice: {self.words}"
        return f"{author} says that {who} accepted a shorter lead; no evidence of it from {self.party}: {self.words}"


class Leads(msgspec.Struct, frozen=True, kw_only=True):
    """The leads of one notice at one recipient."""

    accepted: Accepted | None
    at: tuple[LeadAt, ...]
    least_us: int
    party: str

    @property
    def short(self) -> bool:
        """Whether anybody that was reached had less than the class asks."""
        return any(lead.short for lead in self.at)


def leads_of(
    notice: Notice, author: str, facts: Sequence[Fact], party: str, rules: Mapping[str, int] = NO_RULES
) -> Leads:
    """Return the leads of a notice at one recipient, from the facts on record about that version there; a standing one has none."""
    own = [f for f in facts if f.party == party]
    least = least_lead_us(notice.activity, emergency=notice.emergency, rules=rules)
    found = []
    for step in () if notice.activity in STANDING else MEASURED:
        of_step = [f for f in own if f.step is step]
        for unit in sorted({f.unit for f in of_step}, key=str) or [None]:
            at = next((f.at_us for f in of_step if f.unit == unit), None)
            lead = None if at is None else notice.start_us - at
            found.append(LeadAt(at_us=at, lead_us=lead, short=lead is not None and lead < least, step=step, unit=unit))
    return Leads(accepted=_accepted(notice, facts), at=tuple(found), least_us=least, party=party)


def _accepted(notice: Notice, facts: Sequence[Fact]) -> Accepted | None:
    said = notice.shorter_lead_accepted_by
    if said is None:
        return None
    confirmed = any(f.step is DeliveryStep.CONFIRMED and f.party == said.party for f in facts)
    return Accepted(confirmed=confirmed, officer=said.officer, party=said.party, role=said.role, words=said.words)


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a stop reached its acting unit in time, by the clock that `by` names. `late_us` is how long after its time, or so far; 0
    when in time, None where only another clock could tell.
    """

    by: str
    due_us: int
    late_us: int | None
    reached_us: int | None


def stop_reach(
    began: ClockReading, reached: ClockReading | None, now: ClockReading, rules: Mapping[str, int] = NO_RULES
) -> Reach:
    """Return whether an acting unit confirmed a stop within its time; until then the time runs."""
    due = began.at_us + rules.get("stop_unit_us", STOP_UNIT_US)
    end = now if reached is None else reached
    return Reach(
        by=clock_words(began.by),
        due_us=due,
        late_us=max(0, end.at_us - due) if end.by == began.by else None,
        reached_us=None if reached is None else reached.at_us,
    )
