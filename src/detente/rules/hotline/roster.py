"""Who is on watch at a time in which role, where the gaps are, and who may take what is urgent. Pure functions over duties.

Any officer on watch, in whatever role, may take an `urgent` or `stop` and must relay it. A role that nobody holds is a fact to
be shown, and a message taken by somebody off watch is taken all the same: it is shown, never refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from detente.records.parties.handover import Handover, OpenMatter, What
from detente.records.parties.roster import Duty

OPEN_AT_MOST = 200
"""Matters listed in one hand-over note; the rest are counted."""

Taking = Literal["on watch", "as deputy", "not on watch", "no roster"]


class OnWatch(msgspec.Struct, frozen=True, order=True):
    """One officer on watch. `deputy` is who stands in."""

    role: str
    officer: str
    deputy: str | None
    languages: tuple[str, ...]
    until_us: int


class Gap(msgspec.Struct, frozen=True):
    """A span in which nobody holds a role, by the duties known."""

    role: str
    from_us: int
    until_us: int


def on_watch(duties: Iterable[Duty], at_us: int) -> tuple[OnWatch, ...]:
    """Return who is on watch at a time, by role and officer."""
    return tuple(
        sorted(
            OnWatch(d.role, d.officer, d.deputy, d.languages, d.until_us)
            for d in duties
            if d.from_us <= at_us <= d.until_us
        )
    )


def gaps(duties: Sequence[Duty], roles: Iterable[str], from_us: int, until_us: int) -> tuple[Gap, ...]:
    """Return the spans inside a window in which nobody holds each role, in order of role and time."""
    found: list[Gap] = []
    for role in sorted(set(roles)):
        at_us = from_us
        for duty in sorted((d for d in duties if d.role == role), key=lambda d: d.from_us):
            if duty.until_us < at_us or duty.from_us > until_us:
                continue
            if duty.from_us > at_us:
                found.append(Gap(role, at_us, duty.from_us))
            at_us = max(at_us, duty.until_us)
        if at_us < until_us:
            found.append(Gap(role, at_us, until_us))
    return tuple(found)


def may_take(duties: Sequence[Duty], officer: str, at_us: int) -> Taking:
    """Say in what standing an officer takes something urgent at a time. Nobody is turned away; it is shown."""
    if not duties:
        return "no roster"
    present = on_watch(duties, at_us)
    if any(one.officer == officer for one in present):
        return "on watch"
    return "as deputy" if any(one.deputy == officer for one in present) else "not on watch"


def matter(about: str, since_us: int, what: What, words: str) -> OpenMatter:
    """Return one open matter as it stands in a note."""
    return OpenMatter(about=about, since_us=since_us, what=what, words=words)


ORDER: dict[What, int] = {"ladder": 0, "direct": 1, "relay": 2, "approval": 3, "waiting": 4}
"""What comes first in a note: what nobody has answered, what came past the host, what was taken and not passed on."""


def note(
    found: Iterable[OpenMatter], *, party: str, role: str, outgoing: str, incoming: str, at_us: int, words: str
) -> Handover:
    """Draw a hand-over note from what is open: the most pressing first, the oldest first among equals."""
    ordered = sorted(found, key=lambda o: (ORDER[o.what], o.since_us, o.about))
    return Handover(
        accepts=None,
        at_us=at_us,
        count=len(ordered),
        incoming=incoming,
        open=tuple(ordered[:OPEN_AT_MOST]),
        outgoing=outgoing,
        party=party,
        role=role,
        words=words,
    )


class SignedHandover(NamedTuple):
    """A hand-over with its signatures. `note_by` and `accepted_by` are the officers whose keys signed, None: not yet."""

    entry: str
    note: Handover
    note_by: str | None
    accepted_by: str | None

    def sentence(self) -> str:
        """Say how it stands."""
        who = f"{self.note.outgoing} to {self.note.incoming} ({self.note.role}), {self.note.count} open"
        if self.note_by != self.note.outgoing:
            return f"{who}: NOT SIGNED by {self.note.outgoing} but by {self.note_by or 'the station'}"
        if self.accepted_by is None:
            return f"{who}: waits for {self.note.incoming} to sign"
        if self.accepted_by != self.note.incoming:
            return f"{who}: NOT SIGNED by {self.note.incoming} but by {self.accepted_by}"
        return f"{who}: signed by both"


def handovers(said: Sequence[tuple[str, str | None, Handover]]) -> tuple[SignedHandover, ...]:
    """Return hand-overs with their signatures, in order, from (entry, officer who signed, body)."""
    accepted = {body.accepts: (by, body) for _, by, body in said if body.accepts is not None}
    found = []
    for entry, by, body in said:
        if body.accepts is None:
            other = accepted.get(entry)
            same = other is not None and other[1].open == body.open and other[1].count == body.count
            found.append(SignedHandover(entry, body, by, other[0] if other is not None and same else None))
    return tuple(found)
