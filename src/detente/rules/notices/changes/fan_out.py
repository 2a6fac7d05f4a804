"""When a truce, zone, line, channel, owner or permission changes: which open notices it endangers, how soon, and who is asked to answer.

    a change ──> candidates (what rests on it; what lies on its ground; whose line or owner it is) ──> ranked, soonest danger first
                                                                      own ones ──> warnings, one recipient at a time

Pure rules on plain values; where candidates come from is `picture.notices.endangered`, who sends is `node.station.acting.fan_out`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

from detente.geometry.volume import Volume4D
from detente.records.notices.change import WORSE, ChangeKind
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import LIVE, State
from detente.records.notices.warning import MAX_ENDANGERED, Cause, DangerWarning, Endangered, Haste

Why = Literal["names it", "on its ground", "of its parties", "over its line"]
"""How a notice rests on what changed: it names it in `rests_on`; it meets its ground; it is between its parties; its line carries it."""

FIRST_WARNED = 100
"""Notices in the first warning to each recipient: small, so that it leaves at once."""

SOON_US = 3_600_000_000
"""Danger within this span is asked about as a priority."""

UNDER_WAY = frozenset({State.ACTIVATED, State.NONCONFORMING, State.CONTINGENT})

EXPOSED: dict[Activity, int] = {
    Activity.PROTECTED_MOVEMENT: 0,
    Activity.OWN_PRESENCE: 1,
    Activity.GUEST_ACTIVITY: 1,
    Activity.GROUND: 1,
    Activity.AIR: 1,
    Activity.SEA: 1,
    Activity.PROTECTED_SITE: 2,
    Activity.CORRIDOR: 3,
    Activity.HAZARD: 3,
    Activity.TEMPORARY_CLEARANCE: 3,
    Activity.KEEP_OUT_ZONE: 4,
    Activity.LINE: 4,
}
"""Of two in danger at one moment, who comes first: people on the road, people at work, people at a place, then open ways and zones."""

RELIES = frozenset(a for a, order in EXPOSED.items() if order < 4)
"""Classes in which somebody relies on what others keep to; a zone or line is itself what is relied on."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change, however it was said. `about` are the first versions of what changed; `source` is the entry that says it, at `index`.

    `by` is the party whose word it is; another may have passed it on.
    `readers` are the parties that may know of it. `ground` is where, `parties` whose, `channels` over which line; each empty when
    the change is not of that sort. `until_us` is its announced end.
    """

    about: tuple[str, ...] = ()
    by: str
    change: ChangeKind
    channels: tuple[str, ...] = ()
    effective_us: int
    ground: tuple[Volume4D, ...] = ()
    index: int
    matter: str
    parties: tuple[str, ...] = ()
    readers: tuple[str, ...]
    source: str
    until_us: int | None = None
    words: str

    @property
    def worse(self) -> bool:
        """Whether people may be in danger now who were not before."""
        return self.change in WORSE

    def begins_us(self, cause: Cause) -> int:
        """When it holds from: as stated, or, for its own announced end, from that."""
        return self.until_us if cause == "over" and self.until_us is not None else self.effective_us


class OpenNotice(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One live notice as this rule sees it: whose, until when, who may read it in full, and why it is looked at."""

    activity: Activity
    author: str
    end_us: int
    index: int
    readers: tuple[str, ...]
    start_us: int
    state: State
    version: str
    why: Why


class Ranked(msgspec.Struct, frozen=True, kw_only=True, array_like=True, order=True, gc=False):
    """One endangered notice, in the order in which to warn: sorts by danger, then exposure, then age in the ledger."""

    danger_us: int
    exposed: int
    index: int
    open: OpenNotice = msgspec.field()

    def sentence(self, now_us: int) -> str:
        """Say in a few words how soon and why."""
        soon = "now" if self.danger_us <= now_us else f"in {(self.danger_us - now_us) // 60_000_000} min"
        return f"{what_words(self.open.activity, self.open.author, self.open.state)}: {soon}; {self.open.why}"


def what_words(activity: Activity, author: str, state: State) -> str:
    """Say in a few words what is endangered."""
    return f"{activity} of {author}, {'under way' if state in UNDER_WAY else str(state)}"


Touch = Callable[[Activity, State, int, int, int, Why], tuple[int, int] | None]
"""From class, state, first and last moment, ledger index and why: when somebody is in danger, and how exposed; None: not touched."""


def touch(change: Change, cause: Cause) -> Touch:
    """Return the test of one change, to be asked of many notices.

    Not touched: what is over before the change holds, what was said after the change by people who could know of it, and zones
    and lines, which nobody travels by, unless they name what changed. What is under way is in danger from the change on.
    """
    begins_us = change.begins_us(cause)
    last_index = change.index if cause == "said" else None

    def test(
        activity: Activity, state: State, start_us: int, end_us: int, index: int, why: Why
    ) -> tuple[int, int] | None:
        if end_us < begins_us or state not in LIVE or (last_index is not None and index > last_index):
            return None
        if why != "names it" and activity not in RELIES:
            return None
        return begins_us if state in UNDER_WAY or start_us < begins_us else start_us, EXPOSED[activity]

    return test


def endangered(change: Change, cause: Cause, one: OpenNotice) -> Ranked | None:
    """Return a notice with the moment from which somebody is in danger there, or None when the change does not touch it."""
    at = touch(change, cause)(one.activity, one.state, one.start_us, one.end_us, one.index, one.why)
    return None if at is None else Ranked(danger_us=at[0], exposed=at[1], index=one.index, open=one)


def haste(change: Change, cause: Cause, danger_us: int, now_us: int) -> Haste:
    """Return how fast an answer is asked: urgent for people in danger now, priority within the hour, else routine."""
    if not change.worse and cause == "said":
        return "routine"
    if danger_us <= now_us:
        return "urgent"
    return "priority" if danger_us <= now_us + SOON_US else "routine"


def warned_parties(change: Change, one: OpenNotice) -> tuple[str, ...]:
    """Return the recipients that may be told automatically: those who may read both the change and the whole notice.

    Whoever may read only one of them would learn from the warning that the other exists.
    """
    return tuple(p for p in one.readers if p != one.author and p in change.readers)


def not_warned(change: Change, one: OpenNotice, audience: Iterable[str]) -> tuple[str, ...]:
    """Return the other recipients of the notice, whom its owner has to think of: they may not read the change, or not the notice."""
    warned = {one.author, *warned_parties(change, one)}
    return tuple(p for p in audience if p not in warned)


def warnings(
    change: Change,
    cause: Cause,
    ranked: Iterable[Ranked],
    steps: dict[str, int],
    already: frozenset[tuple[str, int]] | set[tuple[str, int]],
    now_us: int,
) -> Iterator[DangerWarning]:
    """Yield the warnings of one owner's notices, soonest danger first: each to one recipient, of one urgency.

    `steps` counts the warnings to each recipient so far and is brought up; `already` holds (recipient, ledger index of the
    notice's version) of what was warned of before. The first warning to each recipient is small, so that it leaves at once.
    """
    waiting: dict[str, list[Ranked]] = {}
    for one in ranked:
        for party in warned_parties(change, one.open):
            if (party, one.index) in already:
                continue
            held = waiting.setdefault(party, [])
            room = FIRST_WARNED if steps.get(party, 0) == 0 else MAX_ENDANGERED
            if held and (
                len(held) >= room or _haste(change, cause, held[0], now_us) != _haste(change, cause, one, now_us)
            ):
                yield _warning(change, cause, party, held, steps, now_us)
                held = waiting[party] = []
            held.append(one)
    for party, held in sorted(waiting.items()):
        if held:
            yield _warning(change, cause, party, held, steps, now_us)


def _haste(change: Change, cause: Cause, one: Ranked, now_us: int) -> Haste:
    return haste(change, cause, one.danger_us, now_us)


def _warning(
    change: Change, cause: Cause, party: str, held: list[Ranked], steps: dict[str, int], now_us: int
) -> DangerWarning:
    step = steps.get(party, 0)
    steps[party] = step + 1
    said = f"{change.matter}: {change.change}, says {change.by}"
    what = said if cause == "said" else f"{change.matter}: the announced end has come ({change.by})"
    many = f"{len(held)} open notice{'s' if len(held) > 1 else ''} of ours rest{'' if len(held) > 1 else 's'} on it"
    return DangerWarning(
        about=change.source,
        cause=cause,
        effective_us=change.begins_us(cause),
        endangered=tuple(Endangered(danger_us=one.danger_us, version=one.open.version) for one in held),
        matter=change.matter,
        recipient=party,
        step=step,
        urgency=_haste(change, cause, held[0], now_us),
        words=f"{what}. {many}. Tell your acting units and acknowledge again.",
    )
