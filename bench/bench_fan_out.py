"""A truce ends with 50 000 movements open: every recipient warned of each, the soonest danger first."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.table import Row
from tests.support.stations import GENESIS, SECOND, START_US, World, circle, notice

from detente.ledger.entry import Header
from detente.ledger.facets import Facet
from detente.ledger.leaf import Leaf, encode_leaf
from detente.node.station.inputs import EntriesArrived
from detente.node.station.parts.durable_change import Keep
from detente.picture.known import known_of
from detente.records import registry
from detente.records.notices.change import Changed
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import State
from detente.records.notices.warning import DangerWarning
from detente.storage.copy import StationCopy

MOVEMENTS = 50_000
RECIPIENTS = ("cjtf", "rus")
TRUCE = "aa" * 32


class Durable:
    """The world's copy in memory, and beside it the product's own on disk: what is kept is flushed before anything goes on."""

    def __init__(self, held, copy: StationCopy) -> None:
        self._held, self._copy = held, copy

    def __getattr__(self, name):
        return getattr(self._held, name)

    def write(self, keep: Keep) -> None:
        self._held.write(keep)
        self._copy.write(Keep(kept=keep.kept)).result()


def anybodys_leaf(index: int) -> bytes:
    """Return a leaf that is addressed to nobody here."""
    seed = index.to_bytes(32, "big")
    return encode_leaf(Leaf(index, START_US, seed, (seed, seed, seed, seed), seed[:16] * GENESIS.slots))


def filled(world: World, count: int) -> None:
    """Put open movements into the owner's picture, as if told over the last days; their leaves stand in the ledger as anybody's."""
    history, picture = world.host.history("un"), world.pictures["un"]
    for n in range(count):
        index = history.tree.size
        history.add_leaf(anybodys_leaf(index), START_US)
        started = n % 100 == 0
        body = msgspec.structs.replace(
            notice(circle(33 + n % 300 / 100, 36 + n // 300 / 100, start_us=START_US + (0 if started else n * SECOND))),
            activity=Activity.PROTECTED_MOVEMENT,
            rests_on=(TRUCE,),
            state=State.ACTIVATED if started else State.ACCEPTED,
        )
        kind, form, data = registry.write(body)
        audience = tuple(sorted(("un", *RECIPIENTS)))
        header = Header(
            audience=audience,
            author="un",
            commitments=("00" * 32,) * 4,
            key="11" * 32,
            kind=kind,
            ledger="00" * 32,
            refers_to=(TRUCE,),
            signed_at_us=START_US,
            supersedes=None,
        )
        facet = Facet(audience=audience, body=msgspec.Raw(data), form=form)
        picture.apply(known_of(index, START_US, f"{n:064x}", header, [facet, None, None, None], strict=False))
        if n % 1_000 == 999:
            world.settle()  # the station follows the leaves in pieces, as it would have


def rows(count: int = MOVEMENTS) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(("un",), pictures=True)
        filled(world, count)
        world.run(10)
        world.copies["un"] = Durable(world.copies["un"], StationCopy(Path(folder) / "copy.db"))  # type: ignore[assignment]
        took: list[tuple[float, str, int, int]] = []
        began = 0.0
        accept = world.host.accept

        def timed(party, raw, now_us):
            receipt = accept(party, raw, now_us)
            if b'"kind":"warning/1"' in raw:
                facet = msgspec.json.decode(raw)["facets"][0]["facet"]["body"]
                body = msgspec.convert(facet, DangerWarning)
                took.append(
                    (time.perf_counter() - began, body.recipient, len(body.endangered), body.endangered[-1].danger_us)
                )
            return receipt

        world.host.accept = timed
        end = Changed(
            about=(TRUCE,),
            change="ended",
            channels=(),
            effective_us=world.now_us,
            matter="truce",
            parties=(),
            stated_time=None,
            until_us=None,
            volumes=(),
            words="over",
        )
        naive = time.perf_counter()
        pairs = [(n.start_us, n.version) for n in world.pictures["un"].airspace.live()]
        pairs.sort()
        naive = time.perf_counter() - naive
        steps, folds = slowest_step(world)
        began = time.perf_counter()
        world.send("un", end, (*RECIPIENTS, "un"))
        world.run(5)
    for party in RECIPIENTS:
        assert (got := sum(n for _, to, n, _ in took if to == party)) == count, got
        dangers = [danger for _, to, _, danger in took if to == party]
        assert dangers == sorted(dangers)
    first = max(next(at for at, to, _, _ in took if to == party) for party in RECIPIENTS)
    last = max(at for at, _, _, _ in took)
    note = (
        f"{len(took)} warnings to {len(RECIPIENTS)} recipients: found, ranked, signed, flushed to the owner's copy, checked and "
        f"receipted by a host in the same process; longest step {max(steps) * 1000:.0f} ms, folding a page of warnings "
        f"{max(folds) * 1000:.0f} ms"
    )
    base = f"{naive * 1000:.0f} ms (list and sort by start, nothing sent)"
    return [
        Row(
            f"truce ends, {count} open movements: first 100 warned",
            f"{first * 1000:.0f} ms",
            base,
            f"{first / naive:.1f}",
            "reach: 200 ms",
        ),
        Row(
            f"truce ends, {count} open movements: all warned",
            f"{last:.2f} s",
            base,
            f"{last / naive:.0f}",
            f"reach: 5 s; {note}",
        ),
    ]


def slowest_step(world: World) -> tuple[list[float], list[float]]:
    """Time every step of the node from now on, those that fold a page of entries apart; the lists grow as they are taken."""
    steps: list[float] = [0.0]
    folds: list[float] = [0.0]
    give = world.give

    def timed(party, given):
        began = time.perf_counter()
        writing = world.copies[party].write
        spent = 0.0

        def write(keep):
            nonlocal spent
            at = time.perf_counter()
            writing(keep)
            spent += time.perf_counter() - at

        world.copies[party].write = write  # type: ignore[method-assign]
        try:
            give(party, given)
        finally:
            world.copies[party].write = writing  # type: ignore[method-assign]
        kind = folds if isinstance(given, EntriesArrived) else steps
        kind.append(time.perf_counter() - began - spent)

    world.give = timed  # type: ignore[method-assign]
    return steps, folds


if __name__ == "__main__":
    from bench.table import render

    print(render("Fan-out", rows(int(sys.argv[1]) if len(sys.argv) > 1 else MOVEMENTS)))
