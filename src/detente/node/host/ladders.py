"""What a host keeps of ladders: which slots are taken, and what has climbed as far as its own duty officer.

The host runs the same ladders as the senders' stations, from the same entries, by its own clock; it writes nothing. A station
that dies after it has sent is climbed for all the same: what nobody answered stands on the duty officer's list. The list is a
function of entries and time, so a restart shows it as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from detente.errors import Problem, problem
from detente.node.host.examine import Examined
from detente.node.host.threads import Threads
from detente.records.body import Body
from detente.records.hotline.message import Message
from detente.records.hotline.step import LadderName, Step
from detente.records.notices.response import Response
from detente.rules.hotline.ladder import ENDS, Ladder, Matter, Slot, begins_us, ladder_of
from detente.rules.hotline.timers import StepDue, Timers

WATCHED: Final[frozenset[LadderName]] = frozenset({"stop", "urgent"})
"""Ladders that reach the host's duty officer by the entries that the host can judge."""


class HostLadders:
    """Slots taken, and urgent messages that nobody has answered. One owner, changed in place."""

    def __init__(self, rules: Mapping[str, int]) -> None:
        self._duty: dict[LadderName, Ladder] = {
            name: Ladder(
                name, tuple(r for r in ladder_of(name, rules).rungs if r.reach in ("role", "host-duty-officer"))
            )
            for name in WATCHED
        }
        self._timers = Timers(lambda matter: self._duty[matter.ladder])
        self._slots: set[tuple[str, Slot]] = set()
        self._told: dict[tuple[str, str, LadderName], StepDue] = {}

    def problems(self, step: Step, entry: Examined, threads: Threads) -> list[Problem]:
        """Return why a step may not stand: it is about another party's entry, or its slot is taken."""
        field = "facets[0].facet.body.about"
        about = threads.version(step.about)
        if about is not None and about.author != entry.author:
            # What it is about may come after it (its own submission was lost on the way); the slot is its author's alone.
            rule = "must be an entry of the author's own: a ladder is climbed by who asked"
            return [problem("step-about", field, step.about, rule, "Leave it to its author's station")]
        if step.party not in entry.audience:
            rule = "must be among the readers: nobody is called behind their back"
            return [problem("step-party", "facets[0].facet.body.party", step.party, rule, "Address it to them")]
        if (entry.author, _slot(step)) in self._slots:
            rule = f"step {step.step} of the ladder {step.ladder} at {step.party} is taken already"
            return [problem("step-taken", field, step.about, rule, "Nothing is to be done: it was called for before")]
        return []

    def take(self, entry: Examined, body: Body | None, at_us: int, *, officer: bool) -> None:
        """Take one admitted entry. `officer`: whether an officer's key signed it; a station's own hand ends no ladder."""
        if isinstance(body, Step):
            self._slots.add((entry.author, _slot(body)))
        elif isinstance(body, Message) and body.urgency in ("stop", "urgent"):
            for party in entry.audience:
                if party != entry.author:
                    self._timers.start(Matter(entry.id.hex(), party, body.urgency, begins_us(at_us, at_us)))
        elif isinstance(body, Response) and officer:
            for ladder in WATCHED:
                if body.answer in ENDS[ladder]:
                    for about in {body.version, body.about}:
                        self._timers.end(about, entry.author, ladder, at_us)
                        self._told.pop((about, entry.author, ladder), None)

    def unanswered(self, about: str) -> tuple[str, ...]:
        """Return the parties that have yet to answer an urgent message or stop; nothing for any other entry."""
        return self._timers.running_at(about)

    def duty(self, now_us: int) -> list[StepDue]:
        """Return what the duty officer of the host is told at a time: unanswered to the end of its ladder, oldest first."""
        for call in self._timers.take(now_us, 1 << 20):
            self._told[call.matter.key] = call
        return sorted(self._told.values(), key=lambda call: (call.due_us, call.matter.about, call.matter.party))

    def due_us(self) -> int | None:
        """When something more comes to the duty officer."""
        return self._timers.due_us()


def _slot(step: Step) -> Slot:
    return step.about, step.party, step.ladder, step.step
