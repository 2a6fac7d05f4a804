"""The direct listener: what other stations, and witnesses' clients, may ask (docs/formats/station-api.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from detente.errors import UNREADABLE, Unavailable
from detente.ledger.checkpoints.cosignature import cosign, cosigner_name
from detente.ledger.checkpoints.note import Note
from detente.ledger.checkpoints.witness import Followed, WitnessReply, accepted, decide
from detente.node.station.inputs import DirectArrived
from detente.node.station.parts.durable_change import Keep
from detente.station.engine import StationLoop
from detente.station.http import App, LocalReply, LocalRequest

KINDS = ("checkpoint", "evidence", "lodge", "unlodge", "urgent")
DIRECT_BYTES = 512 << 10
"""The largest envelope: an urgent entry, or two checkpoints as evidence, has far less."""
CATCH_UP_S = 2.0


class _Witnessed(msgspec.Struct):
    root: bytes
    size: int


def direct_app(engine: StationLoop) -> App:
    """Return the application for the direct listener."""

    async def newest(request: LocalRequest) -> LocalReply:
        held = engine.state.following.checkpoint
        return (
            LocalReply(status=204, body=b"")
            if held is None
            else LocalReply(body=held.data, kind="text/plain; charset=utf-8")
        )

    async def witness(request: LocalRequest) -> LocalReply:
        found = await add_checkpoint(engine, request.body)
        return LocalReply(body=found.body, kind=found.content_type, status=found.status)

    routes: dict[tuple[str, str], Callable[[LocalRequest], Awaitable[LocalReply]]] = {
        ("GET", "/direct/checkpoint"): newest,
        ("POST", "/add-checkpoint"): witness,
    }
    for kind in KINDS:
        routes["POST", f"/direct/{kind}"] = _envelope(engine, kind)
    return App(routes, most=DIRECT_BYTES)


def _envelope(engine: StationLoop, kind: str) -> Callable[[LocalRequest], Awaitable[LocalReply]]:
    async def take(request: LocalRequest) -> LocalReply:
        sender = _sender(request.body)
        if sender in engine.peers.cut:
            raise Unavailable(f"the line to {sender} is cut (test)")
        return LocalReply(body=await engine.reply_to(DirectArrived(kind, request.body)))

    return take


class _From(msgspec.Struct):
    from_: str = msgspec.field(name="from", default="")


def _sender(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_From).from_
    except UNREADABLE:
        return ""


async def add_checkpoint(engine: StationLoop, body: bytes) -> WitnessReply:
    """Cosign a checkpoint for whoever brings it (tlog-witness), if it is one that we have followed leaf by leaf."""
    state = engine.state
    kept = engine.parts.copy.kept("witness").get("witness")
    last = msgspec.msgpack.decode(kept, type=_Witnessed) if kept else None
    origin = state.me.genesis.origin
    keys = tuple(state.host_keys())
    known = Followed(keys=keys) if last is None else Followed(keys=keys, root=last.root, size=last.size)
    found = decide(body, {origin: known})
    if isinstance(found, WitnessReply):
        return found
    head = found.checkpoint
    engine.follower.ring.set()
    end = asyncio.get_running_loop().time() + CATCH_UP_S
    while state.following.size < head.size and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.02)
    if (
        state.following.size < head.size
        or state.following.tree.root(head.size) != head.root
        or not state.following.cosigning.may()
        or state.following.distrusted
    ):
        text = "this station has not followed that checkpoint leaf by leaf, or does not vouch for its times\n"
        return WitnessReply(body=text.encode(), status=422)
    value = msgspec.msgpack.encode(_Witnessed(root=head.root, size=head.size))
    await asyncio.wrap_future(engine.parts.copy.write(Keep(kept=[("witness", value)])))
    line = cosign(head, cosigner_name(origin, state.me.party), state.me.cosigner_key, engine.now_us // 1_000_000)
    return accepted(Note(signatures=(line,), text=found.note.text).signatures)
