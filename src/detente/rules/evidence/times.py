"""Do several stated times for one event fit together, and would a whole-hour slip explain the one that does not?

Public records of one event often differ by exactly a zone conversion (Deir ez-Zor, 17 September 2016: 15:55-16:56 in
print, one hour from every other account). Nothing here decides which is true: it lays the claims side by side and
names the slip that would reconcile them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import msgspec

from detente.errors import Refused
from detente.geometry.durations import HOUR_US
from detente.geometry.zones import check_stated

SLIPS_US = tuple(h * HOUR_US for h in (1, -1, 2, -2, 3, -3))
"""Shifts tried, nearest first: the errors that zone tables and summer time make."""


class TimeClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One account of when something happened: a closed span in microseconds since 1970 UTC, and the text and zone it was stated in."""

    claim: str
    end_us: int
    start_us: int
    stated: str
    who: str
    zone: str


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that contradicts others as printed, and agrees with more of them if its clock is `shift_us` off."""

    agrees_then: tuple[str, ...]
    claim: str
    shift_us: int


class TimeReport(msgspec.Struct, frozen=True, kw_only=True):
    """Which claims agree (their spans touch) and which do not, each pair in order of input; and the slips that would explain it.

    `against_zone` are claims whose stated offset contradicts the zone they name.
    """

    against_zone: tuple[str, ...] = ()
    agree: tuple[tuple[str, str], ...]
    disagree: tuple[tuple[str, str], ...]
    slips: tuple[Slip, ...]

    def sentence(self) -> str:
        """Say which agree, which do not, and what slip would explain it; it never says which is true."""
        parts = [f"{a} and {b} agree" for a, b in self.agree] + [
            f"{a} and {b} cannot both be true" for a, b in self.disagree
        ]
        parts += [
            f"{s.claim} would agree with all others if its clock is {s.shift_us // HOUR_US:+d} h off"
            for s in self.slips
        ]
        parts += [f"{claim} states an offset that its zone did not have then" for claim in self.against_zone]
        return "; ".join(parts)


def compare_times(claims: Sequence[TimeClaim]) -> TimeReport:
    """Compare every pair after conversion to UTC; the claim that contradicts most others is tried with whole-hour slips.

    A slip is named only if it leaves that claim with no contradiction at all while every other claim stands as printed;
    where several claims contradict equally many, each is tried, and more than one slip may be named.
    The result does not depend on the order of the claims except in the order it lists them.
    """
    pairs = list(combinations(claims, 2))
    agree = tuple((a.claim, b.claim) for a, b in pairs if _touch(a, b, 0))
    disagree = tuple((a.claim, b.claim) for a, b in pairs if not _touch(a, b, 0))
    against = {c.claim: sum(c.claim in pair for pair in disagree) for c in claims}
    most = max(against.values(), default=0)
    slips = []
    for one in claims:
        others = [c for c in claims if c is not one]
        if not most or against[one.claim] < most:
            continue
        shift = next((s for s in SLIPS_US if all(_touch(one, other, s) for other in others)), None)
        if shift is not None:
            slips.append(Slip(agrees_then=tuple(c.claim for c in others), claim=one.claim, shift_us=shift))
    against_zone = tuple(c.claim for c in claims if _against_zone(c))
    return TimeReport(against_zone=against_zone, agree=agree, disagree=disagree, slips=tuple(slips))


def _against_zone(claim: TimeClaim) -> bool:
    try:
        check_stated(claim.stated, claim.zone, claim.claim)
    except Refused:
        return True
    return False


def _touch(a: TimeClaim, b: TimeClaim, shift_us: int) -> bool:
    return a.start_us + shift_us <= b.end_us and b.start_us <= a.end_us + shift_us
