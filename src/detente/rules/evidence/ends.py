"""When something is over, as several say it: every stated end stands beside the others, "no end" too; and what came how long after.

Nobody's end is *the* end. A claim that asserts the subject at a stated time names an end; one that denies it says that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from detente.geometry.durations import MINUTE_US
from detente.geometry.exact.separation import horizontal_distance
from detente.records.notices.notice import Activity
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import FOR, standing
from detente.rules.evidence.said import ClaimSaid

PROTECTED = (Activity.PROTECTED_MOVEMENT, Activity.PROTECTED_SITE)

Shown = Callable[[int], str]
"""How a moment is written."""


class StatedEnd(msgspec.Struct, frozen=True, kw_only=True):
    """One end, by those who state it; `at_us` None: that there is none."""

    at_us: int | None
    by: tuple[str, ...]
    entries: tuple[str, ...]


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """The ends of one subject, earliest first, "none" last; and an event's band (µs), with the protected notices that it falls on."""

    ends: tuple[StatedEnd, ...]
    event: str
    first_us: int | None
    last_us: int | None
    protected: tuple[str, ...]

    def sentences(self, show: Shown) -> tuple[str, ...]:
        """Say each end and by whom; then how long after each the event came; then what protects it, whatever the end."""
        said = [
            f"{'no end' if end.at_us is None else f'ends {show(end.at_us)}'}, by the word of {', '.join(end.by)}"
            for end in self.ends
        ]
        if self.first_us is not None and self.last_us is not None:
            said += [
                f"{self.event}: {_span(self.first_us - end.at_us, self.last_us - end.at_us)} from the end stated by {', '.join(end.by)}"
                for end in self.ends
                if end.at_us is not None
            ]
        if self.protected:
            said.append(
                f"{self.event}: the place and time of a notified protected movement or site; protected under humanitarian law "
                "regardless of any end, notified or not"
            )
        return tuple(said)


def ends(subject: str, event: str, held: OnRecord) -> Ends:
    """Return the ends that are stated of a subject, with an event ("" for none) set against each."""
    kept = standing(held.claims)
    by_time: dict[int | None, list[ClaimSaid]] = {}
    for said in sorted(kept, key=lambda s: (s.at_us, s.id)):
        if said.claim.subject != subject:
            continue
        if said.claim.stance == "denies":
            by_time.setdefault(None, []).append(said)
        elif said.claim.stance in FOR and said.claim.at_stated is not None:
            by_time.setdefault(said.claim.at_stated.latest_us, []).append(said)
    about = [s for s in kept if event and s.claim.subject == event and s.claim.stance in FOR]
    times = [s.claim.at_stated for s in about if s.claim.at_stated is not None]
    firsts = [t.earliest_us for t in times if t.earliest_us is not None]
    lasts = [t.latest_us for t in times if t.latest_us is not None]
    return Ends(
        ends=tuple(_end(at, by_time[at]) for at in sorted(by_time, key=lambda at: (at is None, at or 0))),
        event=event,
        first_us=min(firsts, default=None),
        last_us=max(lasts, default=None),
        protected=_protected(about, held),
    )


def _end(at_us: int | None, said: Sequence[ClaimSaid]) -> StatedEnd:
    return StatedEnd(at_us=at_us, by=tuple(dict.fromkeys(s.claim.who for s in said)), entries=tuple(s.id for s in said))


def _protected(about: Sequence[ClaimSaid], held: OnRecord) -> tuple[str, ...]:
    """The protected notices whose place and time some account of the event touches, its error included."""
    found = []
    for entry, _, notice in held.notices:
        if notice.activity not in PROTECTED:
            continue
        for said in about:
            place, when = said.claim.place, said.claim.at_stated
            if place is None or when is None or when.earliest_us is None or when.latest_us is None:
                continue
            if any(
                v.start_us <= when.latest_us
                and when.earliest_us <= v.end_us
                and horizontal_distance(v.outline, place.outline, v.error_mm + place.error_mm) is not None
                for v in notice.volumes
            ):
                found.append(entry)
                break
    return tuple(found)


def _span(first_us: int, last_us: int) -> str:
    """Write an offset or a band of offsets: minutes within two hours, else hours."""
    unit, name = (MINUTE_US, "min") if max(abs(first_us), abs(last_us)) <= 120 * MINUTE_US else (60 * MINUTE_US, "h")
    low, high = round(first_us / unit), round(last_us / unit)
    return f"{low:+d} {name}" if low == high else f"{low:+d} to {high:+d} {name}"
