"""Accounts that may be of one event, grouped; each account stays what it is, and nobody's is made the event's.

Two accounts *may* be of one event when their times touch, their places touch (error circles included) and their classes do not differ. A
group holds accounts of which every two may be; so a long chain of near misses never becomes one event.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from detente.geometry.geodesic import distance_m
from detente.geometry.volume import NDEG, Circle, Corridor, Outline, Point
from detente.records.body import Stated
from detente.records.evidence.count import Counted
from detente.records.evidence.report import Report, Result
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import FOR, standing
from detente.rules.evidence.said import ClaimSaid

Outcome = Literal["access refused", "accounts agree", "accounts differ", "not attributable", "one account"]
REACH_M = 500_000
"""Accounts whose place is known no better than this are never grouped: they would fit everything."""


class EventAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account of something: by whom (and by which party), when at the earliest and latest, where with its error.

    `attributed_to` is who is said to have acted; None: the account does not say.
    `result` is the report's: access refused and not attributable are answers too.
    """

    attributed_to: str | None
    by: str
    count: Counted | None
    end_us: int
    error_mm: int
    event_class: str
    id: str
    party: str | None
    place: Point
    result: Result
    start_us: int


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that may be of one event, in order of time. `differ` names what they do not agree on."""

    accounts: tuple[EventAccount, ...]
    differ: tuple[str, ...]
    outcome: Outcome

    def of_party(self, party: str | None) -> tuple[EventAccount, ...]:
        """Return one party's own accounts (None: those by nobody who is a party), to stand beside the others'."""
        return tuple(a for a in self.accounts if a.party == party)

    def sentence(self) -> str:
        """Say who gives accounts, on what they differ, and what came of it."""
        by = ", ".join(dict.fromkeys(a.by for a in self.accounts))
        on = f" on {', '.join(self.differ)}" if self.differ else ""
        return f"{len(self.accounts)} account{'' if len(self.accounts) == 1 else 's'} ({by}): {self.outcome}{on}; may be one event"


def may_be_one(a: EventAccount, b: EventAccount) -> bool:
    """Tell whether two accounts may be of one event. Symmetric."""
    if a.start_us > b.end_us or b.start_us > a.end_us:
        return False
    if a.event_class and b.event_class and a.event_class != b.event_class:
        return False
    errors_m = (a.error_mm + b.error_mm) / 1000
    return errors_m <= REACH_M and _apart_m(a.place, b.place) <= errors_m


def incidents(accounts: Sequence[EventAccount]) -> tuple[Incident, ...]:
    """Return the accounts in groups, in order of time; the order in which they are given does not matter."""
    ordered = sorted(accounts, key=lambda a: (a.start_us, a.end_us, a.id))
    groups: list[list[EventAccount]] = []
    near: dict[tuple[int, int], list[int]] = defaultdict(list)
    for one in ordered:
        cells = _cells(one)
        open_groups = sorted({n for cell in cells for n in near[cell]})
        found = next((n for n in open_groups if all(may_be_one(one, other) for other in groups[n])), None)
        if found is None:
            found = len(groups)
            groups.append([])
        groups[found].append(one)
        for cell in cells:
            near[cell] = [n for n in near[cell] if n != found and _alive(groups[n], one.start_us)] + [found]
    return tuple(_incident(group) for group in groups)


def accounts(held: OnRecord) -> tuple[EventAccount, ...]:
    """Return the accounts of events: claims that stand and say where, and reports that tell of a result at a place."""
    now = held.current()
    told = [one for said in standing(now.claims) if said.claim.stance in FOR for one in _of_claim(said)]
    told += [one for entry, _, body in now.reports for one in _of_report(entry, body)]
    return tuple(told)


def _of_claim(said: ClaimSaid) -> Iterator[EventAccount]:
    claim = said.claim
    if claim.event_class and claim.place is not None:
        place, reach_mm = _around(claim.place.outline)
        first, last = _band(claim.at_stated, said.at_us)
        yield EventAccount(
            attributed_to=claim.actor or None,
            by=claim.who,
            count=claim.count,
            end_us=last,
            error_mm=reach_mm + claim.place.error_mm,
            event_class=claim.event_class,
            id=said.id,
            party=claim.party,
            place=place,
            result="account",
            start_us=first,
        )


def _of_report(entry: str, report: Report) -> Iterator[EventAccount]:
    """A report that is an account of something says it in its claims; any other result is an answer by itself."""
    if report.result != "account" and report.place is not None:
        place, reach_mm = _around(report.place.outline)
        yield EventAccount(
            attributed_to=None,
            by=report.who,
            count=None,
            end_us=report.place.end_us,
            error_mm=reach_mm + report.place.error_mm,
            event_class=report.event_class,
            id=entry,
            party=report.party,
            place=place,
            result=report.result,
            start_us=report.place.start_us,
        )


def _band(stated: Stated | None, otherwise_us: int) -> tuple[int, int]:
    first = stated.earliest_us if stated is not None else None
    last = stated.latest_us if stated is not None else None
    first, last = (last if first is None else first), (first if last is None else last)
    return (otherwise_us, otherwise_us) if first is None or last is None else (first, last)


def _around(outline: Outline) -> tuple[Point, int]:
    """Return a point of an outline, and how far from it the outline reaches at most, in millimetres: rather too far than too near."""
    if isinstance(outline, Circle):
        return outline.centre, outline.radius_mm
    line = outline.line if isinstance(outline, Corridor) else outline.vertices
    wide_mm = outline.half_width_mm if isinstance(outline, Corridor) else 0
    return line[0], math.ceil(sum(_apart_m(a, b) for a, b in pairwise(line)) * 1000) + wide_mm


def _apart_m(a: Point, b: Point) -> float:
    return distance_m(a.lat_ndeg / NDEG, a.lon_ndeg / NDEG, b.lat_ndeg / NDEG, b.lon_ndeg / NDEG)


def _cells(one: EventAccount) -> list[tuple[int, int]]:
    """The one-degree cells that the error circle may touch, generously; near a pole, every meridian."""
    reach = min(one.error_mm / 1000, REACH_M) / 110_000 + 0.01
    lat, lon = one.place.lat_ndeg / NDEG, one.place.lon_ndeg / NDEG
    shrink = math.cos(math.radians(min(89.0, abs(lat) + reach)))
    wide = 180.0 if abs(lat) + reach >= 89 else min(180.0, reach / shrink)
    rows = range(math.floor(lat - reach), math.floor(lat + reach) + 1)
    columns = range(math.floor(lon - wide), math.floor(lon + wide) + 1)
    return sorted({(row, (column + 180) % 360) for row in rows for column in columns})


def _alive(group: Sequence[EventAccount], now_us: int) -> bool:
    return all(account.end_us >= now_us for account in group)


def _incident(group: Sequence[EventAccount]) -> Incident:
    differ = []
    told = [a for a in group if a.result == "account"]
    if len({a.attributed_to for a in told if a.attributed_to}) > 1:
        differ.append("who acted")
    if len({(a.count.low, a.count.best, a.count.high) for a in told if a.count}) > 1:
        differ.append("counts")
    if any(a.result == "nothing-seen" for a in group) and told:
        differ.append("whether it happened")
    return Incident(accounts=tuple(group), differ=tuple(differ), outcome=_outcome(group, differ))


def _outcome(group: Sequence[EventAccount], differ: Sequence[str]) -> Outcome:
    results = {a.result for a in group}
    if differ:
        return "accounts differ"
    if "not-attributable" in results:
        return "not attributable"
    if "access-refused" in results:
        return "access refused"
    return "one account" if len(group) == 1 else "accounts agree"
