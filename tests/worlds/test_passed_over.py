"""Pairs of worlds that differ in people whom no answer tells of: the observer gets equal bytes at equal times, its prober's questions too.

In one world the holders' people move into ground for which the observer was answered `none raised` in this epoch, and their
officers are alarmed: passed over, probing. In the other nobody is there, and no alarm is raised. House F2: an alarm at the holder
must not become a signal to the asker.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.support.stations import SECOND, message
from tests.worlds.compare import both, difference
from tests.worlds.stories import CELLS, PARTIES, Pair, Step

from detente.ledger.entry import Draft
from detente.ledger.facets import Facet
from detente.node.station.acting import screened, screenings
from detente.node.station.effects import Compose
from detente.records.registry import REGISTRY
from detente.rules.notices.screening import screening

PAIRS = 3


def story_pair(seed: int) -> Pair:
    """Ask about some ground, wait, let people in (in one world), ask about the same ground a dozen times, look around."""
    draw = random.Random(seed)
    observer = draw.choice(PARTIES)
    others = tuple(party for party in PARTIES if party != observer)
    asked = [{"cell": draw.choice(CELLS), "number": draw.getrandbits(30)} for _ in range(draw.randint(1, 3))]
    one: list[Step] = []
    other: list[Step] = []
    at_us = 0

    def add(name: str, given: dict[str, Any], apart: dict[str, Any] | None = None) -> None:
        one.append(Step(at_us, name, given))
        other.append(Step(at_us, name, given if apart is None else apart))

    def ask(which: dict[str, Any], *, edit: bool) -> None:
        add("ask", {**which, "body": "notice", "edit": edit, "to": others})

    for party in others:
        add("presence", {"cells": (), "party": party, "secret": draw.getrandbits(30)})
    at_us += SECOND
    for which in asked:
        ask(which, edit=False)
        at_us += SECOND
    at_us += 10 * SECOND
    for party in others:
        secrets = [draw.getrandbits(30) for _ in range(2)]
        there = {"cells": CELLS, "party": party, "secret": secrets[0]}
        add("presence", there, {**there, "cells": (), "secret": secrets[1]})
    at_us += SECOND
    for n in range(12):
        ask(draw.choice(asked), edit=draw.random() < 0.4)
        at_us += draw.choice((SECOND // 5, SECOND, 6 * SECOND))
        if n == 6:
            add("look", {"number": draw.getrandbits(30)})
    at_us += 20 * SECOND
    add("look", {"number": draw.getrandbits(30)})
    return Pair(observer, tuple(one), tuple(other))


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count the alarms of screening at all stations of both worlds."""
    count: Counter[str] = Counter()
    whole = screened.raise_alarm

    def counting(state: Any, kind: Any, *given: Any, **more: Any) -> Any:
        count[kind] += 1
        return whole(state, kind, *given, **more)

    monkeypatch.setattr(screened, "raise_alarm", counting)
    return count


def told_apart(runner: asyncio.Runner, seed: int) -> str:
    return difference(*both(runner, story_pair(seed), seed))


def test_the_asker_cannot_tell_whether_anybody_was_passed_over_or_calls_it_a_prober(
    runner: asyncio.Runner, raised: Counter[str]
) -> None:
    """No byte, time or order of what it gets differs, while the holders' officers are alarmed in one world and not in the other."""
    for seed in range(PAIRS):
        assert not told_apart(runner, seed)
    assert raised["passed-over"] > PAIRS
    assert raised["probing"] >= PAIRS // 2


@pytest.mark.soak
@pytest.mark.parametrize("first", range(PAIRS, 297, 49))
def test_nor_in_three_hundred_pairs(runner: asyncio.Runner, first: int) -> None:
    for seed in range(first, first + 49):
        assert not told_apart(runner, seed), f"pair {seed}"


def concern_after_all(patch: pytest.MonkeyPatch) -> None:
    """The answer says that somebody came since."""
    whole = screening._near_cells

    def telling(*given: Any) -> Any:
        near, withheld = whole(*given)
        return tuple(sorted({*near, *withheld})), ()

    patch.setattr(screening, "_near_cells", telling)


def station_that_warns(patch: pytest.MonkeyPatch) -> None:
    """The alarm goes out to the asker as a message of the station's own."""
    whole = screenings.alarms_of_presence

    def warning(state: Any, now_us: int) -> Any:
        effects = whole(state, now_us)
        for asker in sorted({one.asker for one in state.screening.screener.examined().values() if one.withheld}):
            kind, form, data = REGISTRY.write(message("routine", "Own people are there"))
            facet = Facet(audience=(asker,), body=msgspec.Raw(data), form=form)
            draft = Draft(
                audience=(asker,),
                author=state.me.party,
                facets=(facet, None, None, None),
                kind=kind,
                signed_at_us=now_us,
            )
            effects.append(Compose(draft))
        return effects

    patch.setattr(screenings, "alarms_of_presence", warning)


def slot_by_alarms(patch: pytest.MonkeyPatch) -> None:
    """A station with alarms answers a little later."""
    raised = [0]
    whole, slot_us = screened.raise_alarm, screenings.slot_us

    def counting(state: Any, *given: Any, **more: Any) -> Any:
        effects = whole(state, *given, **more)
        raised[0] = len(state.alarms.raised)
        return effects

    patch.setattr(screened, "raise_alarm", counting)
    patch.setattr(screenings, "slot_us", lambda *given: slot_us(*given) + 1000 * raised[0])


@pytest.mark.parametrize("mutant", [concern_after_all, station_that_warns, slot_by_alarms], ids=lambda m: m.__name__)
def test_a_station_that_tells_is_noticed(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch, mutant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """Seeded leaks: the observer can tell the worlds apart."""
    mutant(monkeypatch)
    assert any(told_apart(runner, seed) for seed in range(PAIRS)), "nobody noticed"
