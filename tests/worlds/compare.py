"""Play both stories of a pair and say where the observer could tell them apart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import pytest
from tests.worlds.acts import Acts
from tests.worlds.randomness import lopsidedness, unevenness
from tests.worlds.sim import Seen, Sim
from tests.worlds.stories import Pair, Step, pair

from detente.host import stream
from detente.ledger import keys
from detente.ledger.leaf import decode_leaf, tag


@dataclass
class Played:
    """What came of one story: what the observer saw, every leaf, and at which places its own tags stood."""

    seen: list[Seen]
    leaves: list[bytes]
    places: list[int] = field(default_factory=list)


async def play(story: tuple[Step, ...], observer: str, salt: int) -> Played:
    """Play one story."""
    sim = Sim(observer, salt)
    await sim.start()
    acts = Acts(sim)
    for step in story:
        await acts.do(step)
    await sim.settle()
    await sim.stop()
    return Played(seen=sim.seen, leaves=sim.leaves(), places=list(own_places(sim)))


def own_places(sim: Sim) -> list[int]:
    """The slots in which the observer finds tags for itself."""
    viewer = sim.stations[sim.observer].following.viewer
    found = []
    for data in sim.leaves():
        leaf = decode_leaf(data, sim.normal.slots)
        mine = {tag(shared, leaf.header_commitment) for shared in viewer.shared.values()}
        found += [at // 16 for at in range(0, len(leaf.tags), 16) if leaf.tags[at : at + 16] in mine]
    return found


def both(runner: asyncio.Runner, stories: Pair, salt: int = 0) -> tuple[Played, Played]:
    """Play both stories, each with random values of its own."""
    return (
        runner.run(play(stories.one, stories.observer, 2 * salt + 1)),
        runner.run(play(stories.other, stories.observer, 2 * salt + 2)),
    )


def difference(one: Played, other: Played) -> str:
    """Say where the observer first sees the two worlds differ; "" if nowhere."""
    for n, (a, b) in enumerate(zip(one.seen, other.seen, strict=False)):
        if a != b:
            return f"at {n}:\n  {a}\n  {b}"
    if len(one.seen) != len(other.seen):
        longer = max(one.seen, other.seen, key=len)
        at = min(len(one.seen), len(other.seen))
        return f"{len(one.seen)} and {len(other.seen)} things came; first more: {longer[at]}"
    return repeated(one, other)


def repeated(one: Played, other: Played) -> str:
    """Say which random value of a leaf stands in two places, in one world or in both; "" if none does."""
    known: dict[bytes, str] = {}
    for name, world in (("one", one), ("the other", other)):
        for data in world.leaves:
            index = int.from_bytes(data[1:9], "big")
            parts = [data[17 + 32 * n : 49 + 32 * n] for n in range(5)]
            parts += [data[at : at + 16] for at in range(177, len(data), 16)]
            for part in parts:
                where = f"{name}, leaf {index}"
                if part in known:
                    return f"{part.hex()} stands in {known[part]} and in {where}"
                known[part] = where
    return ""


def look(runner: asyncio.Runner, seed: int) -> tuple[str, tuple[Played, Played]]:
    """Play the pair of a seed; return how it can be told apart ("" if it cannot), and what came of it."""
    played = both(runner, pair(seed), seed)
    return difference(*played), played


def check_pairs(runner: asyncio.Runner, seeds: Sequence[int]) -> None:
    """Play pairs and fail on the first that can be told apart, or if what is random in their leaves does not look it."""
    leaves: list[bytes] = []
    places: list[int] = []
    for seed in seeds:
        found, played = look(runner, seed)
        assert not found, f"pair {seed}: {found}"
        for one in played:
            leaves += one.leaves
            places += one.places
    assert not unevenness(leaves)
    assert not lopsidedness(places)


def quicken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signature verified once is not verified again (a pure function's memo).

    Streams do not beat: a beat is due by the host's steady clock alone, and on a clock that jumps it would come with whatever
    wakes the stream next.
    """
    monkeypatch.setattr(stream, "BEAT_S", 1e9)
    monkeypatch.setattr(keys, "crypto_sign_open", lru_cache(maxsize=4096)(keys.crypto_sign_open))
