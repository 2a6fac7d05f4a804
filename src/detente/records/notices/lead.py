"""How long ahead each class of notice must be told, how long ahead it was told, and who accepted less.

Starting values from practice: protected movements 48 h, flagged emergencies 24 h (Yemen notification rules); hazards
and sea activity 3 days (INCSEA: 3 to 5 days); others minutes, after the 10 minutes that ASTM F3548-21 asks of a
constraint. A ledger's genesis may set others. A short lead is shown, never refused: a late notice is better than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from detente.records.notices.notice import Acceptance, Activity, Notice

_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


class Least(NamedTuple):
    """Least lead time of a class, and of the same class flagged as an emergency; microseconds."""

    usual_us: int
    emergency_us: int


LEAST: Mapping[Activity, Least] = MappingProxyType(
    {
        Activity.AIR: Least(10 * _MINUTE, 0),
        Activity.GROUND: Least(10 * _MINUTE, 0),
        Activity.SEA: Least(3 * _DAY, 0),
        Activity.HAZARD: Least(3 * _DAY, 0),
        Activity.OWN_PRESENCE: Least(0, 0),
        Activity.PROTECTED_SITE: Least(0, 0),
        Activity.PROTECTED_MOVEMENT: Least(48 * _HOUR, 24 * _HOUR),
        Activity.KEEP_OUT_ZONE: Least(10 * _MINUTE, 0),
        Activity.CORRIDOR: Least(10 * _MINUTE, 0),
        Activity.LINE: Least(10 * _MINUTE, 0),
        Activity.TEMPORARY_CLEARANCE: Least(10 * _MINUTE, 0),
        Activity.GUEST_ACTIVITY: Least(10 * _MINUTE, 0),
    }
)

NO_RULES: Mapping[str, int] = MappingProxyType({})


class Lead(NamedTuple):
    """The lead time of one version of a notice. `actual_us` is below zero when it was told after it began."""

    least_us: int
    actual_us: int
    accepted_by: Acceptance | None

    @property
    def short(self) -> bool:
        """Whether the notice was told later than its class allows."""
        return self.actual_us < self.least_us


def least_lead_us(activity: Activity, *, emergency: bool, rules: Mapping[str, int] = NO_RULES) -> int:
    """Return the least lead time of a class, microseconds.

    `rules` are the ledger's own (genesis), by the names "lead_<class>_us" and "lead_<class>_emergency_us" with
    underscores, e.g. "lead_protected_movement_us".
    """
    least = LEAST[activity]
    name = f"lead_{activity.value.replace('-', '_')}{'_emergency' if emergency else ''}_us"
    return rules.get(name, least.emergency_us if emergency else least.usual_us)


def lead_of(notice: Notice, told_at_us: int, rules: Mapping[str, int] = NO_RULES) -> Lead:
    """Compute the lead time of a notice that was told (recorded, or said by voice) at a given time."""
    least = least_lead_us(notice.activity, emergency=notice.emergency, rules=rules)
    return Lead(least, notice.start_us - told_at_us, notice.shorter_lead_accepted_by)
