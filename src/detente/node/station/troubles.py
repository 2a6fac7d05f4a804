"""What keeps a station from going on as it should: worked out here and nowhere else, shown on every surface (`station-api.md`).

A trouble is a state, not an event: it stands as long as its cause does and is gone with it, while an alarm stays on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from detente.api.basis import Kind, Trouble
from detente.node.station.following_state import Following
from detente.node.station.state import Station

PICTURE_STANDS: Final = frozenset({"host-read-only", "not-understood"})
"""Kinds beside which the picture still follows the ledger; with any other it is not fresh."""

STUCK_US: Final = 3_000_000
"""A station that is behind and has not moved for so long is stuck."""


class Wrong(NamedTuple):
    """What the process around the node has found wrong in itself: since when, and why."""

    since_us: int
    why: str


def troubles(
    state: Station,
    now_us: int,
    own_copy: Wrong | None = None,
    work: Mapping[str, Wrong] | None = None,
    not_understood: Mapping[str, int] | None = None,
) -> list[Trouble]:
    """Return all that stands now, what stops most first. `work`: by the name of the part of the work that fails."""
    found = [
        *_own(own_copy, work or {}),
        *_host(state, now_us),
        *_stuck(state.following, now_us),
        *_incomplete(not_understood or {}),
    ]
    return sorted(found, key=lambda one: _ORDER[one.kind])


_ORDER: Final[dict[Kind, int]] = {
    "own-copy": 0,
    "fork": 1,
    "work-failed": 2,
    "host-away": 3,
    "host-refuses": 4,
    "host-nonsense": 5,
    "nothing-proven": 6,
    "host-behind": 7,
    "stuck": 8,
    "host-read-only": 9,
    "not-understood": 10,
}


def fresh(state: Station, standing: list[Trouble]) -> bool:
    """Whether the picture has all that the host has proven, and nothing stands that could hide more."""
    return state.sending.host_answers and state.following.folded >= state.following.size and not stands_still(standing)


def stands_still(standing: list[Trouble]) -> bool:
    """Whether anything of it keeps the picture from following the ledger."""
    return not {trouble.kind for trouble in standing} <= PICTURE_STANDS


def _own(own_copy: Wrong | None, work: Mapping[str, Wrong]) -> Iterator[Trouble]:
    if own_copy is not None:
        words = f"nothing can be taken in or acknowledged that it does not keep: {own_copy.why}"
        step = "Make room on the disk or mend it, then start the station again; until then use another line"
        yield Trouble(kind="own-copy", next_step=step, since_us=own_copy.since_us, words=words)
    for name, wrong in sorted(work.items()):
        words = f"a part of the station's work fails and is begun again every second ({name}): {wrong.why}"
        step = "What it shows may be old. Keep its log, start it again, and tell whoever maintains it"
        yield Trouble(kind="work-failed", next_step=step, since_us=wrong.since_us, words=words)


def _host(state: Station, now_us: int) -> Iterator[Trouble]:
    if state.following.fork is not None:
        at_us = next((a.at_us for a in state.alarms.raised if a.kind == "fork"), None)
        words = "the host has signed two histories that cannot both be true; nothing more of it is cosigned"
        step = "See `detente alarms`; take the evidence to the other parties: only they can appoint another host"
        yield Trouble(kind="fork", next_step=step, since_us=at_us, words=words)
    fault = state.sending.host_fault
    if fault is not None:
        words = f"{_HOST[fault.kind]}: {fault.why}"
        yield Trouble(
            kind=fault.kind, next_step=_HOST_STEP[fault.kind], since_us=state.sending.host_since_us, words=words
        )
    if not state.sending.host_answers:
        return  # it refused, or nobody has asked it yet: what it would show is not known
    if state.sending.unproven is not None:
        since_us, size = state.sending.unproven
        words = f"the host answers and shows size {size}, and {state.following.size} is what is proven: no more can be believed"
        step = "See `detente alarms` for what does not hold; ask the other stations and the host's duty officer"
        yield Trouble(kind="nothing-proven", next_step=step, since_us=since_us, words=words)
    for party in sorted(state.peers.ahead.reported & state.peers.ahead.notes.keys()):
        signed, since_us = state.peers.ahead.notes[party]
        words = f"the host has shown {party} size {signed.checkpoint.size} and shows us {state.following.size}"
        step = f"Ask {party} by another line what it holds; ask the host's duty officer"
        yield Trouble(kind="host-behind", next_step=step, since_us=since_us, words=words)
    if state.sending.host_read_only is not None:
        since_us, why = state.sending.host_read_only
        words = f"the host answers and takes no submissions ({why}); what we send waits here"
        step = "Urgent messages and stops still go directly. Ring the host's duty officer"
        yield Trouble(kind="host-read-only", next_step=step, since_us=since_us, words=words)


_HOST: Final[dict[Kind, str]] = {
    "host-away": "the host does not answer",
    "host-nonsense": "the host answers, and what it says cannot be used",
    "host-refuses": "the host refuses this station",
}
_HOST_STEP: Final[dict[Kind, str]] = {
    "host-away": "What is sent waits here; urgent messages and stops still go directly. Ring the host's duty officer",
    "host-nonsense": "Keep the station's log; compare with other stations; ring the host's duty officer",
    "host-refuses": "See whether the station's key is still valid (`detente keys show`); ring the host's duty officer",
}


def _stuck(following: Following, now_us: int) -> Iterator[Trouble]:
    behind = following.size - following.folded
    if behind > 0 and now_us - following.moved.since_us >= STUCK_US:
        words = f"{behind} entries are proven and not in the picture, and nothing moves"
        step = "What it shows is old. Keep its log, start it again, and tell whoever maintains it"
        yield Trouble(kind="stuck", next_step=step, since_us=following.moved.since_us, words=words)


def _incomplete(not_understood: Mapping[str, int]) -> Iterator[Trouble]:
    if not_understood:
        kinds = ", ".join(f"{count} of {kind}" for kind, count in sorted(not_understood.items()))
        words = f"entries that could not be taken in: {kinds}. Every view that they belong to is incomplete"
        step = "See `detente alarms` for whose they are; a newer version of Detente may read them"
        yield Trouble(kind="not-understood", next_step=step, since_us=None, words=words)
