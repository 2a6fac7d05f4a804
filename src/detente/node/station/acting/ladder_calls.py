"""What a station does when a ladder's moment has come: the step as an entry in its slot, an alarm at the console.

A step is composed before anything else is made of it, and its slot is taken by the entry, in the queue or in the ledger. A
station that dies in between takes the same step again; one that has queued it never does.
"""

from __future__ import annotations

from collections.abc import Iterator

from detente.node.station.acting.ladders import LOUD
from detente.node.station.draft import draft_of
from detente.node.station.effects import Compose, Effect, Publish
from detente.node.station.parts.alarms import Kind
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station
from detente.records.hotline.step import LadderName
from detente.rules.hotline.callees import Called, called
from detente.rules.hotline.step_words import in_one_breath, step_words, together
from detente.rules.hotline.timers import StepDue

GROUPED_US = 600_000_000
"""One alarm for a party in this span, of ladders that many climb at once."""

AT_ONCE = 64
"""Calls made in one step of the station at most; the others follow in the next."""


def climb(state: Station, now_us: int) -> list[Effect]:
    """Make every call whose moment has come: an entry in its slot, to those concerned, and an alarm at our own console."""
    effects: list[Effect] = []
    for calls in _by_matter(state.acting.timers.take(now_us, AT_ONCE)):
        held_us = state.held_since(calls[0].matter.about, calls[0].matter.party)
        steps = [called(state.me.party, c.matter, c.rung, c.due_us, now_us, state.acting.book, held_us) for c in calls]
        for made, words in zip(steps, in_one_breath(steps), strict=True):
            audience = tuple(p for p in made.audience if p == state.me.party or p in state.identity.parties())
            effects.append(Compose(draft_of(state, made.step(words), audience, now_us)))
        effects += _alarm(state, steps, now_us)
    return effects


def calls_shown(state: Station, now_us: int) -> list[Effect]:
    """Show the calls on us that came since the last time."""
    effects: list[Effect] = []
    for (about, ladder), (author, words) in state.acting.calls_on_us.items():
        effects += raise_alarm(state, "called", f"{about} {ladder}", f"{author} calls us. {words}", now_us, by=author)
    state.acting.calls_on_us.clear()
    return effects


def _alarm(state: Station, steps: list[Called], now_us: int) -> list[Effect]:
    matter = steps[0].matter
    if matter.ladder not in LOUD:
        while_us = steps[0].due_us // GROUPED_US
        about = f"{matter.party} {matter.ladder} {while_us}"
        more = f"More that {matter.party} leaves unanswered now is not shown again: `detente watch` lists all of it."
        kind: Kind = "screening-missing" if matter.ladder == "screening" else "unanswered"
        return raise_alarm(state, kind, about, f"{step_words(steps[0])} {more}", now_us)
    reached = ", ".join(made.rung.reach for made in steps)
    shown = raise_alarm(state, "unanswered", f"{matter.about} at {matter.party}: {reached}", together(steps), now_us)
    return [*shown, Publish("ladder", matter.about)]


def _by_matter(calls: list[StepDue]) -> Iterator[list[StepDue]]:
    together: dict[tuple[str, str, LadderName], list[StepDue]] = {}
    for call in calls:
        together.setdefault(call.matter.key, []).append(call)
    yield from together.values()
