"""The course of one entry at one recipient, down to the acting unit: standing, each step with its time and latency, and what
is missing. Pure; derived from facts (`steps.Fact`) and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from detente.hotline.steps import OF_OFFICE, OF_UNIT, OFFICE, UNIT, Fact, Office, Step, Unit


class Timed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact with its latency: microseconds since the entry was recorded, and since the step before it on record.

    `moved` is False for a fact that left the standing as it was: one said again, or an earlier step said late.
    """

    fact: Fact
    moved: bool
    since_before_us: int
    since_recorded_us: int


class UnitCourse(msgspec.Struct, frozen=True, kw_only=True):
    """How far the entry came at one acting unit. `missing` are expected steps that nothing shows."""

    missing: tuple[Step, ...]
    standing: Unit
    steps: tuple[Timed, ...]
    unit: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """How far one version came at one recipient. `unit_reached_us`: when an acting unit's confirmation was first recorded."""

    missing: tuple[Step, ...]
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
    facts: Sequence[Fact], party: str, version: str, *, needs_readback: bool = False, units: Iterable[str] = ()
) -> Course:
    """Return the course of one version at one recipient.

    `facts` are those of this version and party, in order of the ledger; others are left out. `units` are acting units that
    the notice itself names.
    """
    own = [f for f in facts if f.party == party and f.version == version]
    recorded = next((f.at_us for f in own if f.step is Step.RECORDED), None)
    named = {*units, *(f.unit for f in own if f.unit is not None)}
    standing, steps = _walk([f for f in own if f.unit is None], Office.NOT_RECORDED, recorded)
    expected = (*OF_OFFICE, Step.READ_BACK) if needs_readback else OF_OFFICE
    courses = tuple(_unit(unit, [f for f in own if f.unit == unit], recorded) for unit in sorted(named))
    return Course(
        missing=_missing(expected, own),
        open_queries=sum(f.step is Step.QUERIED for f in own),
        party=party,
        standing=Office(standing),
        steps=steps,
        unit_reached_us=next((f.at_us for f in own if f.step is Step.UNIT_CONFIRMED), None),
        units=courses,
        version=version,
    )


def _unit(unit: str, facts: Sequence[Fact], recorded: int | None) -> UnitCourse:
    standing, steps = _walk(facts, Unit.NAMED, recorded)
    return UnitCourse(missing=_missing(OF_UNIT, facts), standing=Unit(standing), steps=steps, unit=unit)


def _walk(facts: Sequence[Fact], standing: Office | Unit, recorded: int | None) -> tuple[str, tuple[Timed, ...]]:
    """Move a standing along its table, fact by fact."""
    steps: list[Timed] = []
    before = recorded
    for fact in facts:
        row = OFFICE[standing] if isinstance(standing, Office) else UNIT[standing]
        following = row.get(fact.step)
        steps.append(
            Timed(
                fact=fact,
                moved=following is not None,
                since_before_us=0 if before is None else fact.at_us - before,
                since_recorded_us=0 if recorded is None else fact.at_us - recorded,
            )
        )
        standing = following if following is not None else standing
        before = fact.at_us
    return standing, tuple(steps)


def _missing(expected: Sequence[Step], facts: Sequence[Fact]) -> tuple[Step, ...]:
    shown = {f.step for f in facts}
    return tuple(step for step in expected if step not in shown)
