"""People who go on working while the host is away for hours, and the same people doing the same with the host present.

The first world draws its acts from a seed, from what each party holds at that moment, and writes them down; the second repeats the script.
Stations restart in between, clocks are off by minutes. Entries have other ids in the two worlds (other salts), so each is known by a
name: the act that made it, or what it answers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from tests.node.station import stormy
from tests.node.station.away_acts import OPENING, Act, Made, answers_to, body_of, own_acts
from tests.node.station.stormy import PARTIES, Storm
from tests.support.shown import shown
from tests.world.world import SECOND

from detente.network.following.sync import Pace
from detente.records.hotline.step import Step
from detente.records.notices.notice import Notice
from detente.records.notices.notice_state import State
from detente.records.notices.screening import Screening
from detente.records.parties.handover import Handover

HOUR, MINUTE = 3600, 60
CALM_S = 600
"""Longer than two clocks can be apart (`Storm.skew`), so that the slowest station has answered."""


LATER = {
    f"ladder_{name}_{reach}_us": 36_000 * SECOND
    for name in ("urgent", "stop", "priority")
    for reach in ("alternate_channel", "higher_level", "host_duty_officer")
}
LATER |= {f"ladder_{name}_director_us": 30 * SECOND for name in ("query", "query_urgent")}
LATER |= {f"ladder_{name}_higher_level_us": 36_000 * SECOND for name in ("query", "query_urgent")}
RULES = {**stormy.GENESIS.rules, **LATER, "exchange_every_us": 3_600 * SECOND}
GENESIS = msgspec.structs.replace(stormy.GENESIS, rules=RULES)
"""A ledger with ladders of one short step, whose stations seldom exchange checkpoints: hours pass here."""


@dataclass(frozen=True)
class Patient(Pace):
    """Looks again within a second of the host's return, as production does, and not every second of the hours before."""

    left_s: Callable[[], float] = lambda: 0.0

    def again(self, failures: int) -> float:
        return self.left_s() + super().again(failures)


class Away(Storm):
    """A storm without faults of the lines, but with a host that leaves and comes back; requests to it hang meanwhile."""

    def __init__(self, seed: int) -> None:
        self.returns_us = 0
        pace = Patient(poll_s=300.0, watch_s=300.0, left_s=self._left_s)
        super().__init__(seed, genesis=GENESIS, pace=pace)
        self.script: list[Act] = []
        self.made: list[Made] = []

    def host_dies(self) -> None:
        """Gone without a word."""
        self.host.leaves()
        self.network.hanging.add("host")
        self.network.hangs_s = lambda within_s: within_s + self._left_s()

    def host_restarts(self) -> None:
        self.host.returns()

    def _left_s(self) -> float:
        """How long until the host returns; in which order the queues drain then is drawn anew."""
        if self.now_us >= self.returns_us:
            return 0.0
        return (self.returns_us - self.now_us) / SECOND + self.drawn.uniform(0, 0.5)

    # --- acts ---

    def act(self, act: Act) -> None:
        """Do one act, and remember it under the next number."""
        about = self.made[act.about] if act.about >= 0 else None
        body = body_of(act, len(self.made), about)
        supersedes = about.entry.hex() if about is not None and act.verb == "version" else None
        self.made.append(Made(act.party, self.station(act.party).sends(body, act.to, supersedes=supersedes), body))
        self.script.append(act)

    def draw(self) -> None:
        """Draw an act of one party from what it holds now, and do it."""
        draw = self.drawn
        party = draw.choice(PARTIES)
        others = tuple(p for p in PARTIES if p != party)
        invited = list(self._invited(party))
        begins = draw.random() < 0.3 or not invited
        verb, about = (draw.choice(OPENING), -1) if begins else draw.choice(invited)
        to = (party,) if verb in ("handover", "takes over") else others
        self.act(Act(self.now_us, party, verb, about, draw.randint(0, 5), to))

    def _invited(self, party: str) -> Iterator[tuple[str, int]]:
        """Yield what a party may do about what it holds, as (verb, number of the entry)."""
        replaced = {act.about for act in self.script if act.verb == "version"}
        for n, (author, entry, body) in enumerate(self.made):
            if author == party:
                live = isinstance(body, Notice) and body.state is State.ACCEPTED and n not in replaced
                yield from [("version", n)] * 3 * live
                yield from ((verb, n) for verb in own_acts(body))
            elif not isinstance(body, Handover) and self.station(party).holds(entry) and not self._too_soon(n):
                yield from ((verb, n) for verb in answers_to(body, party))

    def _too_soon(self, n: int) -> bool:
        """Whether an answer now could come before the first call for it, and goes through the host alone.

        While the host is away the asker cannot know of it, so the call is made, and rightly so: that call is the outage's own.
        """
        direct = getattr(self.made[n].body, "urgency", "") in ("stop", "urgent")
        return not direct and self.now_us - self.script[n].at_us < MINUTE * SECOND

    # --- what became of it ---

    def names(self) -> dict[str, str]:
        """Return a name for every entry: the act that made it, or what a station made it about."""
        found = {entry.hex(): f"act {n}" for n, (_, entry, _) in enumerate(self.made)}
        for party in PARTIES:
            for known in self.folded[party]:
                screening, step = known.body(Screening), known.body(Step)
                if screening is not None:
                    found[known.id] = f"screening of {found[screening.about]} by {known.header.author}"
                elif step is not None:
                    found[known.id] = f"step {step.step} of {step.ladder} about {found[step.about]} at {step.party}"
        return found

    @property
    def folded(self) -> dict[str, list[Any]]:
        """Every entry that a station holds, read again from its own copy."""
        from detente.ledger.readable import ReadableEntry
        from detente.picture.known import known_of

        found: dict[str, list[Any]] = {}
        for party in PARTIES:
            rows = [
                (i, msgspec.json.decode(raw, type=ReadableEntry))
                for i, (_, raw) in sorted(self.station(party).disk.known.items())
            ]
            found[party] = [
                known_of(i, k.received_at_us, k.id, k.header, [None if o is None else o.facet for o in k.facets])
                for i, k in rows
            ]
        return found

    def views(self) -> dict[str, Any]:
        """Return what every party is shown, by the names of entries."""
        names = self.names()
        found = {}
        for party in PARTIES:
            said = msgspec.json.encode(shown(self.station(party).picture, self.now_us), order="sorted").decode()
            for entry, name in names.items():
                said = said.replace(entry, name).replace(f"permission-{entry[:12]}", f"permission of {name}")
            found[party] = {view: _sorted(value) for view, value in msgspec.json.decode(said).items()}
            timers = self.station(party).state.acting.timers
            running = [
                (names[c.matter.about], c.matter.party, c.matter.ladder, list(c.taken))
                for c in timers.clocks(self.now_us)
            ]
            found[party]["ladders"] = _sorted(running)
        return found

    def faults(self) -> list[str]:
        """Everything that no outage may bring about."""
        found = []
        for party in PARTIES:
            station = self.station(party).state
            kinds = ("bad-entry", "fork", "refused", "withheld")
            found += [f"{party}: {a.words}" for a in station.alarms.raised if a.kind in kinds]
            found += [f"{party}: still in the queue: {item.kind}" for item in station.sending.outbox.items.values()]
            found += [f"{party}: still only direct: {held.id}" for held in station.peers.direct.values()]
            found += self._lapses(party)
            calls = [step for known in self.folded[party] if (step := known.body(Step)) is not None]
            found += [f"{party}: called {c.party} for a screening" for c in calls if c.ladder == "screening"]
        return found

    def _lapses(self, party: str) -> list[str]:
        view, found = self.station(party).picture, []
        for entry in self.names():
            for other in view.delivery.of(entry):
                course = view.delivery.course(entry, other)
                steps = [*course.steps, *(step for unit in course.units for step in unit.steps)]
                found += [
                    f"{party}: {t.fact.step} of {entry} took {t.took}" for t in steps if t.took and not fair(t.took)
                ]
        clocks = [c for c in view.stops.clocks() if not fair(c.lapse(self.now_us, party))]
        return found + [f"{party}: {c.sentence(self.now_us, party)}" for c in clocks]


def fair(took: Any) -> bool:
    """Whether a latency is a number only on one clock, and not below zero."""
    return took.us is None or (took.us >= 0 and took.began.by == took.ended.by)


def _sorted(value: Any) -> Any:
    """Order lists by what they say: ids order them otherwise in each world."""
    if isinstance(value, list):
        return sorted((_sorted(one) for one in value), key=lambda one: msgspec.json.encode(one))
    return {key: _sorted(one) for key, one in value.items()} if isinstance(value, dict) else value


def worked(seed: int) -> tuple[Away, Away]:
    """Play one seed twice: with the host away for hours and stations that restart, and with the host there all the time.

    Nobody acts in the minute before the host leaves: a notice of then is recorded, its screenings cannot be, and the calls for them are
    the outage's own.
    """
    draw = random.Random(f"away {seed}")
    hours = draw.randint(1, 3)
    acts = sorted(draw.randint(1, (hours + 1) * HOUR) for _ in range(draw.randint(10, 16)))
    leaves, returns = 600, 600 + hours * HOUR - draw.randint(0, 900)
    acts = [at for at in acts if not leaves - MINUTE < at <= leaves]
    events = [(at, "act") for at in acts] + [(leaves, "leaves"), (returns, "returns")]
    events += [(draw.randint(1, (hours + 1) * HOUR), "restart") for _ in range(draw.randint(1, 4))]
    with Away(seed) as away:
        start_us = away.now_us
        away.returns_us = start_us + (returns + 5) * SECOND
        away.run(5)
        for at, event in sorted(events):
            away.run_until(start_us + (at + 5) * SECOND)
            match event:
                case "act":
                    away.draw()
                case "leaves":
                    away.host_dies()
                case "returns":
                    away.host_restarts()
                case "restart":
                    away.station(draw.choice(PARTIES)).comes_back()
        end_us = away.now_us + CALM_S * SECOND
        away.run_until(end_us)
    with Away(seed) as present:
        for act in away.script:
            present.run_until(act.at_us)
            present.act(act)
        present.run_until(end_us)
    return away, present


def differences(seed: int) -> list[str]:
    """Return everything that the outage changed, but for the host's own times."""
    away, present = worked(seed)
    found = [*away.faults(), *present.faults()]
    one, other = away.views(), present.views()
    for party in PARTIES:
        for view in one[party]:
            if one[party][view] != other[party][view]:
                found.append(f"{view} at {party}: away {one[party][view]} present {other[party][view]}")
    return found


__all__ = ["differences", "worked"]
