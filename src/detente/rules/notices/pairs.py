"""Which live notices worry each other: the table of classes, the separation in force, and the exact pairs.

A conflict is derived, never stored: `conflicts_with` gives those of one notice, `all_conflicts` those of a whole picture. Each value says
which pair, which of their volumes, when first and last, and how close in each dimension; `least_change` is asked for on demand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from detente.geometry.exact.separation import Encounter, meets
from detente.geometry.volume import Separation, Volume4D
from detente.records.notices.notice import Activity

GROUPS: dict[str, frozenset[Activity]] = {
    "activity": frozenset({Activity.AIR, Activity.GROUND, Activity.SEA, Activity.HAZARD, Activity.GUEST_ACTIVITY}),
    "protected": frozenset({Activity.PROTECTED_SITE, Activity.PROTECTED_MOVEMENT, Activity.CORRIDOR}),
    "barred": frozenset({Activity.KEEP_OUT_ZONE, Activity.LINE, Activity.TEMPORARY_CLEARANCE}),
    "presence": frozenset({Activity.OWN_PRESENCE}),
}
"""The groups of notice classes that conflicts tell apart. Every class is in exactly one."""

WORRIES: dict[frozenset[str], str] = {
    frozenset({"activity"}): "two activities too close",
    frozenset({"activity", "protected"}): "an activity too close to a protected place or movement",
    frozenset({"activity", "barred"}): "an activity inside or across a zone, line or temporary clearance",
    frozenset({"activity", "presence"}): "an activity too close to declared presence",
    frozenset({"protected", "barred"}): "a protected place or movement inside or across a zone or line",
}
"""What a pair of groups means; a pair that is not here is no conflict (two protected sites may share a street)."""

WITHIN_ONE_PARTY = frozenset({frozenset({"activity", "protected"}), frozenset({"activity", "barred"})})
"""Pairs that count even when both notices are one party's own: its units do not always read each other's lists."""


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A live notice as conflicts see it: whose it is, its class, and its volumes as this viewer may read them."""

    activity: Activity
    author: str
    notice: str
    volumes: tuple[Volume4D, ...]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Two live notices closer than the separation in force. `first` < `second` by entry id; indexes name their volumes."""

    first: str
    first_volume_index: int
    meeting: Encounter
    second: str
    second_volume_index: int
    separation: Separation
    worry: str


SeparationFor = Callable[[str, str], Separation]
"""The separation in force between two parties: from the agreement between them, or the ledger's default."""


def group_of(activity: Activity) -> str:
    """Return the group of a notice class in the table `GROUPS`."""
    return next(name for name, members in GROUPS.items() if activity in members)


def worry_of(a: Live, b: Live) -> str | None:
    """Return what it means if these two come too close, or None where their classes or their author make it no conflict."""
    pair = frozenset({group_of(a.activity), group_of(b.activity)})
    if a.author == b.author and pair not in WITHIN_ONE_PARTY:
        return None
    return WORRIES.get(pair)


def conflict_between(a: Live, b: Live, separation: Separation) -> Conflict | None:
    """Return the closest conflict between two notices, or None. The order of a and b does not matter."""
    first, second = (a, b) if a.notice < b.notice else (b, a)
    worry = worry_of(first, second)
    if worry is None:
        return None
    met = [
        (meeting, i, k)
        for i, v in enumerate(first.volumes)
        for k, w in enumerate(second.volumes)
        if (meeting := meets(v, w, separation)) is not None
    ]
    if not met:
        return None
    meeting, i, k = min(met, key=lambda m: (m[0].horizontal_mm, m[0].vertical_mm, m[0].time_us, m[1], m[2]))
    return Conflict(
        first=first.notice,
        first_volume_index=i,
        meeting=meeting,
        second=second.notice,
        second_volume_index=k,
        separation=separation,
        worry=worry,
    )


def conflicts_with(one: Live, others: Iterable[Live], separation_for: SeparationFor) -> list[Conflict]:
    """Return the conflicts of one notice with others, soonest first. `others` may be any superset of what can meet it."""
    found = (conflict_between(one, o, separation_for(one.author, o.author)) for o in others if o.notice != one.notice)
    return sorted((c for c in found if c is not None), key=lambda c: (c.meeting.first_us, c.first, c.second))


def all_conflicts(live: Iterable[Live], separation_for: SeparationFor) -> Iterator[Conflict]:
    """Yield every conflict among live notices, each pair once: the definition, on all pairs. The picture's index is the fast way."""
    notices = sorted(live, key=lambda n: n.notice)
    for i, one in enumerate(notices):
        for other in notices[i + 1 :]:
            conflict = conflict_between(one, other, separation_for(one.author, other.author))
            if conflict is not None:
                yield conflict
