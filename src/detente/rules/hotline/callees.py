"""What a ladder asks of whoever knows who is who: rosters, lines, who stands above whom, what was agreed.

    Directory (picture) ──> Book ──> whom a step calls, on which line, after how long

A book may know nobody: calls go out all the same, in the name of the role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from detente.records.agreements.agreement import LadderTime
from detente.records.hotline.channel import Channel, Load
from detente.records.hotline.step import LadderName, Reach, Step
from detente.rules.hotline.channel import may_carry
from detente.rules.hotline.ladder import Matter, Rung

ROLE: Final[Mapping[Reach, str]] = {"director": "director", "higher-level": "higher-level"}
"""The role that is called at the party that owes the answer. A roster says who holds it."""


class Callees(Protocol):
    """Who is who, as one party's copy has it."""

    def on_watch(self, party: str, role: str, at_us: int) -> tuple[str, ...]:
        """Return the officers on watch in a role at a time; empty when the role is unmanned, or no roster says."""

    def channels_between(self, a: str, b: str) -> tuple[Channel, ...]:
        """Return the lines that join two parties."""

    def above(self, party: str) -> str | None:
        """Return the party above this one, None where none is on record."""

    def agreed(self, a: str, b: str) -> Mapping[str, int]:
        """Return the times on which two parties have agreed, by their names in genesis."""


class Called(NamedTuple):
    """One step of a ladder before it is said: how long the matter has waited, whom it calls, and who is to read it.

    `held_us` is since when the station of the party is known to hold the matter, in microseconds since 1970 UTC; None: nobody there is
    known to. `line` is the line to try and `above` the party above, both only where the rung asks for one and one is on record.
    """

    matter: Matter
    rung: Rung
    due_us: int
    now_us: int
    held_us: int | None
    names: tuple[str, ...]
    line: Channel | None
    above: str | None
    audience: tuple[str, ...]

    def step(self, words: str) -> Step:
        """Return the record of this call, in these words (`step_words`)."""
        return Step(
            about=self.matter.about,
            called=self.names,
            channel=None if self.line is None else self.line.channel,
            due_us=self.due_us,
            ladder=self.matter.ladder,
            outcome="undelivered",
            party=self.matter.party,
            reach=self.rung.reach,
            role=ROLE.get(self.rung.reach),
            since_us=self.matter.since_us,
            step=self.rung.step,
            words=words,
        )


CARRIES: Final[dict[LadderName, Load]] = {
    "priority": "routine",
    "query": "notice",
    "query-urgent": "urgent",
    "screening": "notice",
    "stop": "stop",
    "urgent": "urgent",
    "warning": "urgent",
    "warning-routine": "routine",
}
"""What a call on a ladder would put on a line."""


def next_line(lines: Sequence[Channel], load: Load) -> Channel | None:
    """Return the line to try when the usual one carried nothing: an open one that stands in for another, else any open one.

    A line that is never to carry this is not named. The machine's own way (`ledger`) is not a line to try: it is what was not answered.
    """
    usable = {
        line.channel: line
        for line in lines
        if line.state == "open" and line.means != "ledger" and may_carry(line, load) != "no"
    }
    named = [name for line in lines for name in line.alternates]
    for name in (*named, *sorted(usable)):
        if name in usable:
            return usable[name]
    return None


def called(
    me: str, matter: Matter, rung: Rung, due_us: int, now_us: int, book: Callees, held_us: int | None = None
) -> Called:
    """Return the step that calls somebody now. `held_us` is since when the station of that party is known to hold the matter."""
    party, reach = matter.party, rung.reach
    role = ROLE.get(reach)
    line = next_line(book.channels_between(me, party), CARRIES[matter.ladder]) if reach == "alternate-channel" else None
    above = book.above(party) if reach == "higher-level" else None
    return Called(
        matter=matter,
        rung=rung,
        due_us=due_us,
        now_us=now_us,
        held_us=held_us,
        names=() if role is None else book.on_watch(party, role, now_us),
        line=line,
        above=above,
        audience=tuple(sorted({me, party} | ({above} if above is not None else set()))),
    )


def agreed_terms(clocks: Sequence[LadderTime]) -> dict[str, int]:
    """Return an agreement's clocks by their names in genesis: "urgent-answer" is `urgent_answer_us`."""
    return {f"{clock.name.replace('-', '_')}_us": clock.us for clock in clocks}
