"""Seeded storms: no stop is lost, no ladder stalls, no timer fires twice.

    python -m tests.node.station.test_simulation 500        try 500 new seeds; a failing one is printed and kept

A failing seed is added to `failing_seeds.txt` and tried first from then on.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.node.station import stormy
from tests.node.station.stormy import PARTIES, Sent, Storm
from tests.world.world import quietly

from detente.ledger.entry import Submission
from detente.records.hotline.step import Step
from detente.records.notices.response import Response
from detente.records.registry import REGISTRY, Record
from detente.rules.hotline.ladder import ENDS, ladder_of

KEPT = Path(__file__).parent / "failing_seeds.txt"
_KEPT_SEEDS = [int(line.split()[0]) for line in KEPT.read_text().splitlines() if line[:1].isdigit()]
SEEDS = list(dict.fromkeys([*_KEPT_SEEDS, *range(1, 7)]))


class After(NamedTuple):
    """What a storm leaves behind: the ledger's entries by index, and what each party holds of them."""

    recorded: dict[int, Submission]
    known: dict[str, set[bytes]]


def after(storm: Storm) -> After:
    """Look at a world after its storm."""
    known = {party: {entry for entry, _ in storm.station(party).disk.known.values()} for party in PARTIES}
    return After(storm.recorded(), known)


def bodies(left: After, kind: type) -> list[tuple[int, str, int, Any]]:
    """(index, author, signed at, body) of every entry of a kind in the ledger."""
    found = []
    for index, made in sorted(left.recorded.items()):
        for opening in made.facets:
            if opening is not None:
                record = REGISTRY.read(made.header.kind, opening.facet.form, opening.facet.body_bytes())
                if isinstance(record, Record) and isinstance(record.body, kind):
                    found.append((index, made.header.author, made.header.signed_at_us, record.body))
    return found


def answered(left: After, sent: Sent, party: str) -> bool:
    """Whether an answer that ends the ladder is in the ledger."""
    return any(
        author == party and body.version == sent.id.hex() and body.answer in ENDS[sent.urgency]
        for _, author, _, body in bodies(left, Response)
    )


def faults(storm: Storm, left: After) -> list[str]:
    """Everything that does not hold at the end of a storm."""
    found: list[str] = []
    steps = [(author, at, body) for _, author, at, body in bodies(left, Step)]
    slots = Counter((b.about, b.party, b.ladder, b.step) for _, _, b in steps)
    found += [f"fired {n} times: {slot}" for slot, n in slots.items() if n > 1]
    for author, at_us, body in steps:
        rung = next(r for r in ladder_of(body.ladder, stormy.GENESIS.rules).rungs if r.step == body.step)
        if at_us < body.since_us + rung.after_us:
            found.append(f"fired early: {author} {body.reach}")
    for sent in storm.sent:
        for party in (sent.author, *sent.to):
            if sent.id not in left.known[party]:
                found.append(f"LOST: {sent.urgency} of {sent.author} is not at {party}")
        for party in sent.to:
            fired = {b.step for _, _, b in steps if (b.about, b.party) == (sent.id.hex(), party)}
            if not answered(left, sent, party) and fired != {1, 2, 3, 4}:
                found.append(f"STALLED: {sent.urgency} of {sent.author} to {party}: steps {sorted(fired)}")
            running = storm.station(sent.author).state.acting.timers.running(sent.id.hex(), party, sent.urgency)
            if running is answered(left, sent, party):
                found.append(f"clock of {sent.urgency} to {party} runs: {running}, answered: {not running}")
    duty = {(c.matter.about, c.matter.party) for c in storm.host.engine.host.ladders.duty(storm.now_us)}
    wanted = {(s.id.hex(), p) for s in storm.sent for p in s.to if s.urgency != "priority" and not answered(left, s, p)}
    if duty != wanted:
        found.append(f"the host's duty officer is told of {len(duty)}, not of {len(wanted)}")
    for party in PARTIES:
        alarms = storm.station(party).alarms()
        found += [
            f"alarm twice at {party}: {a}" for a, n in Counter((a.kind, a.about) for a in alarms).items() if n > 1
        ]
        found += [f"says notified: {a.words}" for a in alarms if "notified" in a.words]
        found += [f"refused at {party}: {a.words}" for a in alarms if a.kind in ("refused", "bad-entry", "fork")]
    return found


def weathered(seed: int) -> tuple[Storm, list[str]]:
    """Play one seed and judge it; a failing one is kept and printed."""
    with Storm(seed) as storm:
        storm.storm()
        found = faults(storm, after(storm))
    if found:
        kept = KEPT.read_text()
        if not any(line.startswith(f"{seed} ") for line in kept.splitlines()):
            KEPT.write_text(f"{kept}{seed} {found[0][:120]}\n")
        print(f"seed {seed} fails: {found[:3]}"[:600])
    return storm, found


@pytest.fixture(autouse=True, scope="module")
def quiet():
    with quietly():
        yield


@pytest.mark.parametrize("seed", SEEDS)
def test_in_a_storm_no_stop_is_lost_no_ladder_stalls_and_no_timer_fires_twice(seed):
    """Stations offline, clocks off by minutes, envelopes lost, delayed and repeated, officers who never answer, host restarts."""
    _, found = weathered(seed)
    assert found == [], f"seed {seed}"


def test_the_judge_sees_what_it_is_there_to_see():
    """A step taken away, one taken twice, a message lost: each is found."""
    storm, found = weathered(2)
    assert found == []
    left = after(storm)
    silent = {(s.id.hex(), p) for s in storm.sent for p in s.to if not answered(left, s, p)}
    index = next(at for at, _, _, body in bodies(left, Step) if (body.about, body.party) in silent)
    taken = left.recorded.pop(index)
    assert any("STALLED" in f for f in faults(storm, left))
    left.recorded[index] = taken
    left.recorded[10**6] = taken
    assert any("fired 2 times" in f for f in faults(storm, left))
    del left.recorded[10**6]
    sent = storm.sent[0]
    left.known[sent.to[0]].discard(sent.id)
    assert any("LOST" in f for f in faults(storm, left))


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with quietly():
        failed = [seed for seed in range(1000, 1000 + count) if weathered(seed)[1]]
    print(f"{count} seeds, {len(failed)} failed: {failed}")
    sys.exit(bool(failed))
