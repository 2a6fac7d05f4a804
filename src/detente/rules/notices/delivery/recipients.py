"""Who should have a notice, who has it, and who never can.

Evidence is the recipient station's own word (watermark, or an officer's answer). A party without a station may be reached through
another that answers for it, whose having it is not the party's having it; or through nobody, and then no notice will ever reach it.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from detente.records.notices.notice import Activity
from detente.rules.notices.delivery.steps import DeliveryStep, Fact

PROTECTED = frozenset({Activity.PROTECTED_MOVEMENT, Activity.PROTECTED_SITE})
"""Classes that concern everybody who acts there: every party of the ledger should have them."""


class Holds(StrEnum):
    """What the record says of one recipient and one notice."""

    AUTHOR = "its own"
    HAS = "has it"
    UNIT_HAS = "its acting unit has it"
    NO_EVIDENCE = "addressed; no evidence that it has it"
    NOT_ADDRESSED = "NOT ADDRESSED"
    THROUGH_HAS = "only through another, which has it"
    THROUGH_NOT = "only through another, which does not have it"
    NEVER = "NEVER: nobody answers for it"


class MatrixCell(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of one notice. `through` is who answers for it where that is not itself; `why` it should have the notice."""

    form: str
    holds: Holds
    party: str
    should: bool
    since_us: int | None
    through: str | None
    why: tuple[str, ...]

    @property
    def gap(self) -> bool:
        """Whether it should have the notice and there is no evidence that it has."""
        return self.should and self.holds not in (Holds.AUTHOR, Holds.HAS, Holds.UNIT_HAS)

    def sentence(self) -> str:
        """Say it in one line."""
        way = f" ({self.through})" if self.through else ""
        form = f", {self.form} only" if self.form == "coarse" else ""
        why = f"; should have it: {', '.join(self.why)}" if self.gap else ""
        return f"{self.party}: {self.holds.value}{way}{form}{why}"


class Reachability(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one party: whether it takes part still, and who answers for it (None: nobody)."""

    answered_by: str | None
    party: str


def why_should(
    activity: Activity | None, author: str, party: str, *, addressed: bool, near: bool, named: bool
) -> tuple[str, ...]:
    """Return the reasons for which a party should have a notice; empty where none is known here.

    `near`: a live notice of its own comes too close. `named`: an officer says so. What a party hides is not known here, so that
    no reason is never an assurance.
    """
    if party == author:
        return ()
    reasons = {
        "it is addressed": addressed,
        "its own notice comes too close": near,
        "protected places and movements concern every party": activity in PROTECTED,
        "an officer named it": named,
    }
    return tuple(words for words, holds in reasons.items() if holds)


def cell(
    standing: Reachability,
    author: str,
    why: tuple[str, ...],
    addressed: frozenset[str],
    facts: dict[str, tuple[Fact, ...]],
    form: str,
) -> MatrixCell:
    """Return one cell of the matrix. `facts` are those of the notice's version, by party; `addressed` its audience."""
    party, by = standing.party, standing.answered_by
    through = by if by not in (None, party) else None
    since = _since(facts.get(party, ()))
    holds = Holds.NOT_ADDRESSED
    if party == author:
        holds = Holds.AUTHOR
    elif _unit_has(facts.get(party, ())):
        holds = Holds.UNIT_HAS
    elif since is not None:
        holds = Holds.HAS
    elif by is None:
        holds = Holds.NEVER
    elif through is not None:
        since = _since(facts.get(through, ()))
        holds = Holds.THROUGH_HAS if since is not None or through == author else Holds.THROUGH_NOT
    elif party in addressed:
        holds = Holds.NO_EVIDENCE
    return MatrixCell(form=form, holds=holds, party=party, should=bool(why), since_us=since, through=through, why=why)


def _since(facts: tuple[Fact, ...]) -> int | None:
    """Return when a party first showed that it holds the notice: by any fact but that it was recorded."""
    return next((f.at_us for f in facts if f.step is not DeliveryStep.RECORDED), None)


def _unit_has(facts: tuple[Fact, ...]) -> bool:
    return any(f.step is DeliveryStep.UNIT_CONFIRMED for f in facts)
