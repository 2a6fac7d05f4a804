"""The course of one entry at one recipient, down to the acting unit: standing, each step with its time and latency, and what
is missing. Pure; derived from facts (`steps.Fact`) and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from detente.rules.hotline.lapse import Lapse, latency
from detente.rules.notices.delivery.steps import OF_OFFICE, OF_UNIT, OFFICE, UNIT, DeliveryStep, Fact, Office, Unit


class Timed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact with its latency. `took` says by whose clock; None where the entry is not recorded for that party.

    `since_recorded_us`, `since_before_us`: since the entry was recorded, and since the step before it on record, both by the
    host's clock; None where these records show no latency (`lapse.latency`). `moved` is False for a fact that left the standing
    as it was: one said again, or an earlier step said late.
    """

    fact: Fact
    moved: bool
    since_before_us: int | None
    since_recorded_us: int | None
    took: Lapse | None


class UnitCourse(msgspec.Struct, frozen=True, kw_only=True):
    """How far the entry came at one acting unit. `missing` are expected steps that nothing shows."""

    missing: tuple[DeliveryStep, ...]
    standing: Unit
    steps: tuple[Timed, ...]
    unit: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """How far one version came at one recipient. `unit_reached_us`: when an acting unit's confirmation was first recorded.

    `acknowledged_us`: since when its station holds it, as it signed directly by its own clock; None: no evidence.
    """

    acknowledged_us: int | None = None
    missing: tuple[DeliveryStep, ...]
    open_queries: int
    party: str
    standing: Office
    steps: tuple[Timed, ...]
    unit_reached_us: int | None
    units: tuple[UnitCourse, ...]
    version: str

    @property
    def alarm(self) -> str | None:
        """What is wrong and cannot wait: a read-back that differs from what was told."""
        if self.standing is not Office.MISREAD:
            return None
        return f"{self.party} read it back otherwise than it was told"

    def sentence(self) -> str:
        """Say in one line how far it came, and what is missing first."""
        if self.alarm:
            return f"ALARM: {self.alarm}"
        if not self.units:
            return f"{self.party}: {self.standing.value}; no acting unit is on record"
        units = "; ".join(f"{u.unit}: {u.standing.value}" for u in self.units)
        return f"{self.party}: {self.standing.value}; {units}"


def course_of(
    facts: Sequence[Fact],
    party: str,
    version: str,
    *,
    acknowledged_us: int | None = None,
    needs_readback: bool = False,
    units: Iterable[str] = (),
) -> Course:
    """Return the course of one version at one recipient.

    `facts` are those of this version and party, in order of the ledger; others are left out. `units` are acting units that
    the notice itself names.
    """
    own = [f for f in facts if f.party == party and f.version == version]
    clocks = _Clocks(
        acknowledged_us=acknowledged_us,
        recorded_us=next((f.at_us for f in own if f.step is DeliveryStep.RECORDED), None),
        told_us=next((f.signed_us for f in own if f.step is DeliveryStep.TOLD), None),
    )
    named = {*units, *(f.unit for f in own if f.unit is not None)}
    standing, steps = _walk([f for f in own if f.unit is None], Office.NOT_RECORDED, clocks)
    expected = (*OF_OFFICE, DeliveryStep.READ_BACK) if needs_readback else OF_OFFICE
    courses = tuple(_unit(unit, [f for f in own if f.unit == unit], clocks) for unit in sorted(named))
    return Course(
        acknowledged_us=acknowledged_us,
        missing=_missing(expected, own),
        open_queries=sum(f.step is DeliveryStep.QUERIED for f in own),
        party=party,
        standing=Office(standing),
        steps=steps,
        unit_reached_us=next((f.at_us for f in own if f.step is DeliveryStep.UNIT_CONFIRMED), None),
        units=courses,
        version=version,
    )


class _Clocks(NamedTuple):
    """When the entry was recorded (host's clock); when the party held it: acknowledged directly, or told (its own clock)."""

    acknowledged_us: int | None
    recorded_us: int | None
    told_us: int | None

    def of(self, fact: Fact) -> Lapse | None:
        if self.recorded_us is None:
            return None
        said = fact.step not in (DeliveryStep.RECORDED, DeliveryStep.TOLD)
        return latency(
            fact.party,
            self.recorded_us,
            fact.at_us,
            acknowledged_us=self.acknowledged_us if said else None,
            signed_us=fact.signed_us if said else None,
            told_signed_us=self.told_us,
        )

    def by_host(self, fact: Fact) -> int | None:
        """Since when it was recorded, by the host's clock alone."""
        found = self._replace(acknowledged_us=None).of(fact)
        return None if found is None else found.us


def _unit(unit: str, facts: Sequence[Fact], clocks: _Clocks) -> UnitCourse:
    standing, steps = _walk(facts, Unit.NAMED, clocks)
    return UnitCourse(missing=_missing(OF_UNIT, facts), standing=Unit(standing), steps=steps, unit=unit)


def _walk(facts: Sequence[Fact], standing: Office | Unit, clocks: _Clocks) -> tuple[str, tuple[Timed, ...]]:
    """Move a standing along its table, fact by fact."""
    steps: list[Timed] = []
    before: int | None = 0
    for fact in facts:
        row = OFFICE[standing] if isinstance(standing, Office) else UNIT[standing]
        following = row.get(fact.step)
        since = clocks.by_host(fact)
        steps.append(
            Timed(
                fact=fact,
                moved=following is not None,
                since_before_us=None if since is None or before is None else max(0, since - before),
                since_recorded_us=since,
                took=clocks.of(fact),
            )
        )
        standing = following if following is not None else standing
        before = since
    return standing, tuple(steps)


def _missing(expected: Sequence[DeliveryStep], facts: Sequence[Fact]) -> tuple[DeliveryStep, ...]:
    shown = {f.step for f in facts}
    return tuple(step for step in expected if step not in shown)
