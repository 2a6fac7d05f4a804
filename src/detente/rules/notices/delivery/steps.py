"""What can become of an entry at a recipient, one fact at a time, and which standing may follow which.

Told is not read, read is not understood, understood is not passed on, passed on is not acted on. Each step is a fact with an entry
that shows it, and none is inferred from a later one. A *standing* names the furthest fact on record; the tables say how it may move:

    the party   recorded ─> told ─> read ─> read back ─> confirmed            read back otherwise: misread, until read back rightly
    the unit    named ─> passed on ─> confirmed ─> complied <─> refused       named: nobody has said that it was told anything

A read-back that could not be compared is a fact, and moves nothing. A later fact may come without the earlier ones: the standing
moves, and the missing steps are shown as missing. An earlier fact that comes late is kept, and moves nothing back.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from detente.records.notices.response import Answer


class DeliveryStep(StrEnum):
    """One fact about an entry and a recipient."""

    RECORDED = "recorded"  # it is in the ledger, addressed to the recipient
    TOLD = "told"  # fetched: the recipient's station holds it durably (watermark)
    READ = "read"  # an officer in a role has read it
    CONFIRMED = "confirmed"  # an officer in a role agrees with what it says
    READ_BACK = "read back"  # in every figure as it was told
    READ_BACK_OTHERWISE = "read back otherwise than told"
    READ_BACK_UNCHECKED = "read back, not compared"  # superseded long ago, or in a form not known here
    PASSED_TO_UNIT = "passed to unit"
    UNIT_CONFIRMED = "confirmed by unit"
    COMPLIED = "complied"
    REFUSED = "refused"
    QUERIED = "queried"


STEP_OF: Final[Mapping[Answer, DeliveryStep]] = MappingProxyType(
    {
        "acknowledge": DeliveryStep.READ,
        "comply": DeliveryStep.COMPLIED,
        "confirm": DeliveryStep.CONFIRMED,
        "passed-to-unit": DeliveryStep.PASSED_TO_UNIT,
        "query": DeliveryStep.QUERIED,
        "read-back": DeliveryStep.READ_BACK,
        "reject": DeliveryStep.REFUSED,
    }
)
"""Which fact each answer is. One to one: no answer stands for two facts. A read-back is the fact that comparing it shows."""

READ_BACK_OF: Final[Mapping[str, DeliveryStep]] = MappingProxyType(
    {
        "agrees": DeliveryStep.READ_BACK,
        "differs": DeliveryStep.READ_BACK_OTHERWISE,
        "not compared": DeliveryStep.READ_BACK_UNCHECKED,
    }
)
"""Which fact a read-back is, by what comparing it showed (`picture.notices.read_backs`)."""


def step_of(answer: Answer, unit: str | None) -> DeliveryStep:
    """Return the fact that an answer is; a confirmation given for an acting unit is the unit's."""
    return DeliveryStep.UNIT_CONFIRMED if answer == "confirm" and unit is not None else STEP_OF[answer]


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact. `entry` is the id of the entry that shows it, at `index`, received at `at_us`; `version` what it is about.

    `officer` is whose key signed it, None for a station's key, or where keys are not known here. `signed_us` is when it was signed,
    by the party's own clock; None for what the host says.
    """

    at_us: int
    by_role: str | None
    entry: str
    index: int
    officer: str | None
    party: str
    signed_us: int | None = None
    step: DeliveryStep
    unit: str | None
    version: str

    def sentence(self) -> str:
        """Say it in one line, without its time."""
        if self.step is DeliveryStep.RECORDED:
            return f"recorded at index {self.index}, addressed to {self.party}"
        if self.step is DeliveryStep.TOLD:
            return f"told: the station of {self.party} says it holds it (watermark at index {self.index})"
        role = f" in role {self.by_role}" if self.by_role else ""
        unit = f": {self.unit}" if self.unit else ""
        return f"{self.step.value} by {self.party}{role}{unit} (index {self.index})"


class Office(StrEnum):
    """How far an entry came at the party itself: its station and its officers."""

    NOT_RECORDED = "not recorded for it"
    RECORDED = "recorded"
    TOLD = "told"
    READ = "read"
    MISREAD = "misread"
    READ_BACK = "read back"
    CONFIRMED = "confirmed"
    COMPLIED = "complied, unit not named"
    REFUSED = "refused, unit not named"


class Unit(StrEnum):
    """How far an entry came at one acting unit."""

    NAMED = "named; no evidence that it was told"
    PASSED = "passed on; not confirmed by it"
    CONFIRMED = "confirmed by it"
    COMPLIED = "complied"
    REFUSED = "refused"


_ENDED = {DeliveryStep.COMPLIED: Office.COMPLIED, DeliveryStep.REFUSED: Office.REFUSED}
_SAID_BACK = {DeliveryStep.READ_BACK: Office.READ_BACK, DeliveryStep.READ_BACK_OTHERWISE: Office.MISREAD}

_UNREAD = {
    DeliveryStep.TOLD: Office.TOLD,
    DeliveryStep.READ: Office.READ,
    DeliveryStep.CONFIRMED: Office.CONFIRMED,
    **_SAID_BACK,
    **_ENDED,
}

OFFICE: Final[Mapping[Office, Mapping[DeliveryStep, Office]]] = MappingProxyType(
    {
        # What came directly from station to station may be read, and answered, before the ledger has it.
        Office.NOT_RECORDED: {DeliveryStep.RECORDED: Office.RECORDED, **_UNREAD},
        Office.RECORDED: _UNREAD,
        Office.TOLD: {DeliveryStep.READ: Office.READ, DeliveryStep.CONFIRMED: Office.CONFIRMED, **_SAID_BACK, **_ENDED},
        Office.READ: {DeliveryStep.CONFIRMED: Office.CONFIRMED, **_SAID_BACK, **_ENDED},
        # Whoever says that it agrees, after reading back something else, agrees with something else.
        Office.MISREAD: {DeliveryStep.READ_BACK: Office.READ_BACK, **_ENDED},
        Office.READ_BACK: {
            DeliveryStep.CONFIRMED: Office.CONFIRMED,
            DeliveryStep.READ_BACK_OTHERWISE: Office.MISREAD,
            **_ENDED,
        },
        Office.CONFIRMED: {DeliveryStep.READ_BACK_OTHERWISE: Office.MISREAD, **_ENDED},
        Office.COMPLIED: {DeliveryStep.REFUSED: Office.REFUSED},
        Office.REFUSED: {DeliveryStep.COMPLIED: Office.COMPLIED},
    }
)
"""What each fact makes of a party's standing; a fact that is not in its row leaves it as it is."""

UNIT: Final[Mapping[Unit, Mapping[DeliveryStep, Unit]]] = MappingProxyType(
    {
        Unit.NAMED: {
            DeliveryStep.PASSED_TO_UNIT: Unit.PASSED,
            DeliveryStep.UNIT_CONFIRMED: Unit.CONFIRMED,
            DeliveryStep.COMPLIED: Unit.COMPLIED,
            DeliveryStep.REFUSED: Unit.REFUSED,
        },
        Unit.PASSED: {
            DeliveryStep.UNIT_CONFIRMED: Unit.CONFIRMED,
            DeliveryStep.COMPLIED: Unit.COMPLIED,
            DeliveryStep.REFUSED: Unit.REFUSED,
        },
        Unit.CONFIRMED: {DeliveryStep.COMPLIED: Unit.COMPLIED, DeliveryStep.REFUSED: Unit.REFUSED},
        Unit.COMPLIED: {DeliveryStep.REFUSED: Unit.REFUSED},
        Unit.REFUSED: {DeliveryStep.COMPLIED: Unit.COMPLIED},
    }
)
"""What each fact makes of an acting unit's standing."""

OF_OFFICE: Final = (DeliveryStep.RECORDED, DeliveryStep.TOLD, DeliveryStep.READ)
"""Steps that every recipient is expected to show, in order; `READ_BACK` where the notice asks for it."""

OF_UNIT: Final = (DeliveryStep.PASSED_TO_UNIT, DeliveryStep.UNIT_CONFIRMED)
"""Steps that every acting unit is expected to show, in order."""
