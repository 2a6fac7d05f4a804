"""What a replay or a test does to a station: it sets the clock and cuts lines of a virtual ledger, and waits until all is done."""

from __future__ import annotations

import msgspec

from detente.api.basis import Basis
from detente.api.rehearsal import ClockAsked, Drained, DrainedAsked, LinesCut, LinkAsked
from detente.errors import Refused, problem
from detente.node.station.due import next_matter_us
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


def _virtual(engine: StationLoop) -> None:
    if not engine.parts.virtual:
        raise Refused([problem("clock-real", "", "", "is for virtual ledgers only", "Leave it")])


async def clock(engine: StationLoop, asked: ClockAsked) -> Basis:
    """Set the clock, and do nothing else."""
    _virtual(engine)
    await engine.set_clock(asked.now_us)
    return basis(engine)


async def drained(engine: StationLoop, asked: DrainedAsked) -> Drained:
    """Say whether all inputs are handled and nothing is under way, after following the host to its present end."""
    done = await engine.drain()
    return Drained(
        **msgspec.structs.asdict(basis(engine)),
        busy=engine.busy,
        drained=done,
        wake_us=next_matter_us(engine.state, engine.now_us),
    )


def link(engine: StationLoop, asked: LinkAsked) -> LinesCut:
    """Cut or mend lines, as a test of what stands without them."""
    _virtual(engine)
    engine.client.cut = not asked.host
    if asked.peers is not None:
        engine.peers.cut = set(engine.state.me.peers) - set(asked.peers)
    engine.follower.ring.set()
    return LinesCut(cut_peers=tuple(sorted(engine.peers.cut)), host=not engine.client.cut)
