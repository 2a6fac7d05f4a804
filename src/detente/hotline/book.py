"""What a ladder asks of whoever knows who is who: rosters, lines, who stands above whom, what was agreed.

    Directory (picture) ──> Book ──> whom a step calls, on which line, after how long

A book may know nobody: calls go out all the same, in the name of the role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from detente.geometry.f3548 import time_text
from detente.hotline.channel import may_carry
from detente.hotline.ladder import Matter, Rung
from detente.records.agreement import Clock as AgreedClock
from detente.records.channel import Channel, Load
from detente.records.step import LadderName, Reach, Step

ROLE: Final[Mapping[Reach, str]] = {"director": "director", "higher-level": "higher-level"}
"""The role that is called at the party that owes the answer. A roster says who holds it."""


class Book(Protocol):
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
    """One step as it is to be recorded, and who is to read it."""

    step: Step
    audience: tuple[str, ...]


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
    me: str, matter: Matter, rung: Rung, due_us: int, now_us: int, book: Book, held_us: int | None = None
) -> Called:
    """Return the step that calls somebody now, in words that say how far it came and name who has nobody to be called.

    `held_us` is since when the station of that party is known to hold it; None says *undelivered*: nobody there is known to.
    """
    party, audience = matter.party, {me, matter.party}
    after = span(now_us - matter.since_us)
    if matter.ladder == "screening":
        far = "undelivered" if held_us is None else f"held by its station since {_utc(held_us)}"
        waited = f"{party} has not screened this after {after}: not screened, {far}."
    elif held_us is None:
        waited = f"{matter.ladder}: no answer by an officer of {party} after {after}: undelivered."
    else:
        held = f"held by the station of {party} since {_utc(held_us)}"
        waited = f"{matter.ladder}: {held}, no officer has answered after {after}."
    role, channel = ROLE.get(rung.reach), None
    names = book.on_watch(party, role, now_us) if role is not None else ()
    match rung.reach:
        case "director":
            who = f" ({', '.join(names)})" if names else f", whom no roster here names at {party}"
            words = f"Duty director{who}: take it and relay it."
        case "alternate-channel":
            line = next_line(book.channels_between(me, party), CARRIES[matter.ladder])
            channel = line.channel if line is not None else None
            words = f"Use {line.name} ({line.channel})." if line is not None else "No other line is on record: use any."
        case "higher-level":
            above = book.above(party)
            audience |= {above} if above is not None else set()
            words = f"The higher level of {party} is called{f' ({above})' if above else ''}."
        case _:
            words = "The duty officer of the host is told: reach them by any line."
    step = Step(
        about=matter.about,
        called=names,
        channel=channel,
        due_us=due_us,
        ladder=matter.ladder,
        outcome="undelivered",
        party=party,
        reach=rung.reach,
        role=role,
        since_us=matter.since_us,
        step=rung.step,
        words=f"{waited} {words}",
    )
    return Called(step, tuple(sorted(audience)))


def agreed_terms(clocks: Sequence[AgreedClock]) -> dict[str, int]:
    """Return an agreement's clocks by their names in genesis: "urgent-answer" is `urgent_answer_us`."""
    return {f"{clock.name.replace('-', '_')}_us": clock.us for clock in clocks}


def _utc(us: int) -> str:
    return time_text(us // 1_000_000 * 1_000_000)


def span(us: int) -> str:
    """Say a span in the unit that people would use: whole seconds, minutes, hours or days, rounded down."""
    seconds = max(0, us) // 1_000_000
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
