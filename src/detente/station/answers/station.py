"""The station itself: where it stands, what it has found wrong, and the files that it makes or keeps."""

from __future__ import annotations

import msgspec

from detente.api.station import (
    AlarmRow,
    AlarmRows,
    AlarmsAsked,
    BundleAsked,
    EvidenceAsked,
    Health,
    HealthAsked,
    OutboxRow,
    PeerRow,
    RegisterAsked,
    ReleaseAsked,
    StationStatus,
    StatusAsked,
    ToldCount,
    UnacknowledgedRow,
    Vouching,
)
from detente.errors import Refused
from detente.node.station.due import next_matter_us
from detente.node.station.inputs import Release
from detente.node.station.troubles import fresh
from detente.station.answers.basis import basis
from detente.station.answers.bundle import bundle_bytes
from detente.station.answers.finding import not_found, own_officer
from detente.station.engine import StationLoop
from detente.station.registering import register_bytes


def health(engine: StationLoop, asked: HealthAsked) -> Health:
    """Say whether the station goes on as it should; nothing of what entries say, for it asks for no token."""
    standing = engine.troubles()
    return Health(
        fresh=fresh(engine.state, standing),
        size=engine.state.following.size,
        status="trouble" if standing else "ok",
        troubles=tuple(standing),
    )


def status(engine: StationLoop, asked: StatusAsked) -> StationStatus:
    """Say where the station stands."""
    state = engine.state
    held = state.following.checkpoint
    return StationStatus(
        **msgspec.structs.asdict(basis(engine)),
        alarms=state.alarms.standing(),
        busy=engine.busy,
        checkpoint=None if held is None else held.data.decode(),
        cosigning=state.following.cosigning.may() and not state.following.distrusted,
        direct_held=tuple(entry.hex() for entry in state.peers.direct),
        distrusted=state.following.distrusted,
        failed=engine.failed,
        host_since_us=state.sending.host_since_us,
        ledger=state.ledger.hex(),
        lodged_here=len(state.peers.lodged_here.open) + len(state.peers.lodged_here.overdue),
        missing={str(index): author for index, author in state.following.missing.items()},
        officers=_officers(engine),
        origin=state.me.genesis.origin,
        outbox=tuple(
            OutboxRow(id=item.id.hex(), kind=item.kind, problems=item.problems, state=item.state)
            for item in state.sending.outbox.items.values()
        ),
        party=state.me.party,
        peers={
            party: PeerRow(answered_at_us=p.answered_at_us, reachable=p.reachable, size=p.size)
            for party, p in state.peers.by_party.items()
        },
        told=ToldCount(
            count=sum(told.count for told in state.following.told.values()), size=state.following.next_entry
        ),
        unacknowledged=tuple(UnacknowledgedRow(id=entry.hex(), party=party) for entry, party in state.peers.unacked),
        wake_us=next_matter_us(state, engine.now_us),
    )


def _officers(engine: StationLoop) -> tuple[str, ...]:
    """Officers that can sign here now: a revoked one has its key file still, and is not among them."""
    size = max(engine.state.following.next_entry, 1)
    held = engine.parts.officers.items()
    return tuple(sorted(officer for officer, key in held if engine.state.identity.key_at(key.public, size) is not None))


def alarms(engine: StationLoop, asked: AlarmsAsked) -> AlarmRows:
    """Return every alarm, with those that are closed."""
    raised = engine.state.alarms.raised
    return AlarmRows(alarms=tuple(AlarmRow(**msgspec.structs.asdict(alarm)) for alarm in raised), basis=basis(engine))


def evidence(engine: StationLoop, asked: EvidenceAsked) -> bytes:
    """Return the bytes that an alarm rests on."""
    name = f"evidence/{asked.name}"
    found = engine.parts.copy.kept(name).get(name)
    if found is None:
        raise Refused([not_found(asked.name)])
    return found


async def bundle(engine: StationLoop, asked: BundleAsked) -> bytes:
    """Return the investigator's file, made from the own copy and signed by the station."""
    return await bundle_bytes(engine, asked.words)


def register(engine: StationLoop, asked: RegisterAsked) -> bytes:
    """Return the protected places that we may read, dated and signed by the station."""
    return register_bytes(engine)


async def release(engine: StationLoop, asked: ReleaseAsked) -> Vouching:
    """Cosign again: an officer has looked at the times that were refused."""
    await engine.give_and_wait(Release(own_officer(engine, asked.officer)))
    return Vouching(cosigning=engine.state.following.cosigning.may())
