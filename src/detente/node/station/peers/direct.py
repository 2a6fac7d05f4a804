"""The other stations: envelopes that come and go directly, their checkpoints, and hashes they leave with us."""

from __future__ import annotations

import contextlib
from typing import TypeVar

import msgspec

from detente.errors import UNREADABLE, EvidenceError, Problem, Refused, problem, unreadable
from detente.geometry.f3548 import time_text
from detente.ledger.canonical import Count, Hex32
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, parse_checkpoint
from detente.ledger.checkpoints.cosignature import keep_known_lines
from detente.ledger.checkpoints.fork import ForkEvidence, verify_fork
from detente.ledger.checkpoints.note import parse_note
from detente.ledger.readable import Delivered
from detente.ledger.shown import may_read
from detente.node.both.envelope import Envelope, read_envelope, require_signed
from detente.node.both.roles import roles_for
from detente.node.station.acting.ladders import is_urgent
from detente.node.station.acting.stops import stop_arrived
from detente.node.station.acting.urgent import track
from detente.node.station.effects import Effect, Publish, Reply, SendDirect
from detente.node.station.following.leaves import fork_found, take_fork
from detente.node.station.inputs import DirectAnswered, DirectArrived, PeerCheckpoint, PeerUnreachable
from detente.node.station.parts.alarms import SPAN_US
from detente.node.station.parts.checking import check_delivered
from detente.node.station.parts.durable_change import Keep
from detente.node.station.parts.lodging import Lodged, rows
from detente.node.station.peers_state import Direct, Peers
from detente.node.station.raising import raise_alarm
from detente.node.station.recent import about
from detente.node.station.sending.send import envelope
from detente.node.station.sending.withdraw import Unlodge, answered, unlodged
from detente.node.station.state import Station
from detente.picture.known import Entry, known_of
from detente.records.registry import Unknown

HELD_AT_MOST = 200
FRESH_US = 86_400_000_000
"""How far the time of an envelope may be from our clock."""

LODGED_AT_MOST = 2_000
"""Of each other party."""


class _Urgent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entry: Delivered


class _Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: str


class _Lodge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    commitment: Hex32
    lodged_at_us: Count


class _Acked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Hex32
    received_at_us: Count


def direct_arrived(state: Station, arrived: DirectArrived, now_us: int) -> list[Effect]:
    """Take what another station sends directly; raises Refused for what is not properly signed by it."""
    sent = _opened(state, arrived.kind, arrived.data)
    _require_fresh(sent, now_us)
    step = {
        "checkpoint": _checkpoint,
        "evidence": _evidence,
        "lodge": _lodge,
        "unlodge": _unlodge,
        "urgent": _urgent,
    }.get(arrived.kind)
    if step is None:
        raise Refused([_bad("kind", "kind", arrived.kind, "is checkpoint, evidence, lodge, unlodge or urgent")])
    _seen(state.peers, sent.from_, now_us)
    return step(state, sent, arrived.data, now_us)


def direct_answered(state: Station, arrived: DirectAnswered, now_us: int) -> list[Effect]:
    """Take another station's answer: an acknowledgement counts only under its station's signature."""
    try:
        answer = _opened(state, arrived.kind, arrived.data)
        if answer.from_ != arrived.party:
            raise Refused([_bad("from", "from", answer.from_, f"must be {arrived.party}, who was asked")])
        _seen(state.peers, arrived.party, now_us)
        if arrived.kind == "urgent":
            return _acked(state, arrived, _payload(answer, _Acked), now_us)
        if arrived.kind == "unlodge":
            return answered(state, arrived.about, arrived.party)
        if arrived.kind == "checkpoint":
            note = _payload(answer, _Checkpoint).note
            return peer_checkpoint(state, PeerCheckpoint(arrived.party, note.encode()), now_us) if note else []
    except Refused as refused:
        about = f"{arrived.party} {now_us // SPAN_US}"
        return raise_alarm(state, "bad-direct", about, str(refused), now_us, [arrived.data], by=arrived.party)
    return []


def peer_unreachable(state: Station, arrived: PeerUnreachable, now_us: int) -> list[Effect]:
    """Another station did not answer; urgent entries are tried again on the next tick."""
    peer = state.peers.by_party.get(arrived.party)
    if peer is None or not peer.reachable:
        return []
    peer.reachable = False
    return [Publish("peer", arrived.party)]


def peer_checkpoint(state: Station, arrived: PeerCheckpoint, now_us: int) -> list[Effect]:
    """Hold another station's checkpoint against our own tree: the check that a host which forks cannot pass."""
    try:
        signed = state.open_note(arrived.note)
    except (Refused, EvidenceError) as error:
        about, words = f"{arrived.party} {now_us // SPAN_US}", f"its checkpoint does not hold: {error}"
        return raise_alarm(state, "bad-direct", about, words, now_us, [arrived.note], by=arrived.party)
    peer = state.peers.by_party.get(arrived.party)
    if peer is not None:
        peer.size = max(peer.size or 0, signed.checkpoint.size)
    if signed.checkpoint.size > state.following.size:
        state.peers.ahead.take(arrived.party, signed, now_us)
        return [Publish("ahead", str(signed.checkpoint.size))]
    return _judge(state, arrived.party, signed, now_us)


def judge_ahead(state: Station, now_us: int) -> list[Effect]:
    """Judge the larger checkpoints kept so far, as far as our own proven size now reaches."""
    effects: list[Effect] = []
    for party, signed in state.peers.ahead.judgeable(state.following.size):
        effects += _judge(state, party, signed, now_us)
    return effects


def _judge(state: Station, party: str, signed: SignedCheckpoint, now_us: int) -> list[Effect]:
    effects = fork_found(state, signed, party, now_us)
    return effects + tell_evidence(state, now_us) if effects else _witness(state, signed)


def _witness(state: Station, signed: SignedCheckpoint) -> list[Effect]:
    """Keep other stations' cosignatures of the checkpoint that we hold ourselves."""
    held = state.following.checkpoint
    if held is not None and signed.checkpoint == held.checkpoint:
        try:
            lines = keep_known_lines(signed.note, list(state.cosigners().values()))
        except EvidenceError:
            return []
        state.following.checkpoint = SignedCheckpoint(checkpoint=held.checkpoint, note=held.note.with_lines(lines))
    return []


def tell_evidence(state: Station, now_us: int) -> list[Effect]:
    """Send the fork evidence we hold to every other station."""
    found = state.following.fork
    if found is None:
        return []
    payload = msgspec.to_builtins(found)
    return [
        SendDirect(party, "evidence", b"fork", envelope(state, payload, "evidence", party, now_us))
        for party in state.peers.by_party
    ]


# --- what arrives ---


def _checkpoint(state: Station, sent: Envelope, data: bytes, now_us: int) -> list[Effect]:
    effects = peer_checkpoint(state, PeerCheckpoint(sent.from_, _payload(sent, _Checkpoint).note.encode()), now_us)
    note = state.following.checkpoint.data.decode() if state.following.checkpoint is not None else ""
    return [*effects, Reply(envelope(state, {"note": note}, "checkpoint", sent.from_, now_us))]


def _evidence(state: Station, sent: Envelope, data: bytes, now_us: int) -> list[Effect]:
    """Evidence convicts by itself: it does not matter who brings it."""
    found = _payload(sent, ForkEvidence)
    try:
        _convicts(state, found)
    except EvidenceError as error:
        raise Refused([_bad("evidence", "payload", "", f"must convict the host: {error}")]) from error
    known = state.following.fork is not None
    effects = take_fork(state, found, sent.from_, now_us)
    effects += [] if known else tell_evidence(state, now_us)
    return [*effects, Reply(envelope(state, {}, "evidence", sent.from_, now_us))]


def _convicts(state: Station, found: ForkEvidence) -> None:
    """Require that the evidence convicts one of the host keys that were in force at the two sizes."""
    keys = {}
    for note in (found.first, found.second):
        key = state.host_key(parse_checkpoint(parse_note(note.encode()).text).size)
        keys[key.public] = key
    *others, last = keys.values()
    for key in others:
        with contextlib.suppress(EvidenceError):
            verify_fork(found, key)
            return
    verify_fork(found, last)


def _lodge(state: Station, sent: Envelope, data: bytes, now_us: int) -> list[Effect]:
    asked = _payload(sent, _Lodge)
    item = Lodged(commitment=bytes.fromhex(asked.commitment), lodged_at_us=now_us, party=sent.from_)
    kept: list[Effect] = []
    dropped = (
        state.peers.lodged_here.drop_oldest(sent.from_)
        if state.peers.lodged_here.of(sent.from_) >= LODGED_AT_MOST
        else None
    )
    if dropped is not None:
        kept.append(Keep(kept=[(name, None) for name in rows(dropped, sent.from_)]))
    _room(state.peers.lodged_here.of(sent.from_), LODGED_AT_MOST)
    settled = item.commitment in state.following.included or (item.party, item.commitment) in state.peers.withdrawn_here
    if not settled and state.peers.lodged_here.lodge(item):
        kept.append(Keep(kept=[(rows(item.commitment, item.party)[0], msgspec.json.encode(item))]))
    answer = {"commitment": asked.commitment, "received_at_us": now_us}
    return [*kept, Reply(envelope(state, answer, "lodge", sent.from_, now_us))]


def _unlodge(state: Station, sent: Envelope, data: bytes, now_us: int) -> list[Effect]:
    return unlodged(state, sent, _payload(sent, Unlodge), now_us)


def _urgent(state: Station, sent: Envelope, data: bytes, now_us: int) -> list[Effect]:
    """Take an entry before the ledger has it: same signed bytes, same checks, own durable copy, then the acknowledgement."""
    entry = _payload(sent, _Urgent).entry
    checked = check_delivered(entry, state.following.viewer)
    header = checked.header
    if header.author != sent.from_ or not may_read(header, state.me.party):
        raise Refused([_bad("entry", "payload.entry.header.author", header.author, f"must be {sent.from_}, to us")])
    state.identity.signer_of(header, max(state.following.next_entry, 1), roles_for(header.kind))
    identifier = checked.id.hex()
    known = known_of(0, now_us, identifier, header, checked.facets)
    _require_sound(known)
    if not (is_urgent(known) or known.kind in ("response", "step")):
        rule = "must be an urgent message or warning, an answer to one, or a call up its ladder"
        raise Refused([_bad("entry", "payload.entry", known.kind, rule)])
    first_us = state.peers.acked.get(checked.id, {}).get(state.me.party, now_us)
    answer = envelope(state, {"id": identifier, "received_at_us": first_us}, "urgent", sent.from_, now_us)
    if checked.id in state.peers.direct or state.has_entry(identifier):
        return [Reply(answer)]
    _room(sum(held.party == sent.from_ for held in state.peers.direct.values()), HELD_AT_MOST)
    held = Direct(entry=entry, id=identifier, party=sent.from_, received_at_us=now_us)
    state.peers.direct[checked.id] = held
    state.peers.acked.setdefault(checked.id, {})[state.me.party] = now_us
    kept = [(f"direct/{identifier}", msgspec.json.encode(held)), (f"acked/{identifier}/{state.me.party}", answer)]
    stop_arrived(state, known)
    track(state, known, now_us)
    return [Keep(kept=kept), Reply(answer), Publish("direct", identifier)]


def _require_sound(known: Entry) -> None:
    """Refuse a body that breaks its record's rules: nothing begins here by what the ledger would not show either."""
    for opened in known.opened:
        record = opened.record
        if isinstance(record, Unknown) and record.faulty:
            field = f"payload.entry.facets[{opened.position}].facet.body"
            raise Refused(msgspec.structs.replace(p, field=f"{field}.{p.field}".rstrip(".")) for p in record.problems)


def _acked(state: Station, arrived: DirectAnswered, answer: _Acked, now_us: int) -> list[Effect]:
    if answer.id != arrived.about.hex():
        raise Refused([_bad("id", "payload.id", answer.id, f"must be {arrived.about.hex()}")])
    signed_us = _signed_us(state, arrived.about)
    if signed_us is not None and not signed_us - FRESH_US < answer.received_at_us < now_us + FRESH_US:
        rule = f"must lie less than a day from {time_text(signed_us)}, when it was signed, and from now"
        raise Refused([_bad("received_at_us", "payload.received_at_us", answer.received_at_us, rule)])
    state.peers.unacked.pop((arrived.about, arrived.party), None)
    kept: list[tuple[str, bytes | None]] = [(f"unacked/{answer.id}/{arrived.party}", None)]
    acked = state.peers.acked.setdefault(arrived.about, {})
    if answer.received_at_us < acked.get(arrived.party, answer.received_at_us + 1):  # asked twice, it may answer twice
        acked[arrived.party] = answer.received_at_us
        kept.append((f"acked/{answer.id}/{arrived.party}", arrived.data))
    return [Keep(kept=kept), Publish("acked", answer.id)]


def _signed_us(state: Station, entry: bytes) -> int | None:
    """When an entry of ours was signed, by our clock; None where nothing of it is here any more."""
    item = state.sending.outbox.items.get(entry)
    if item is not None:
        return item.composed_at_us
    found = about(state, entry.hex())
    return None if found is None else found[1].header.signed_at_us


def _room(held: int, most: int) -> None:
    """One party must not fill another's copy: what it sends directly and never puts into the ledger is limited."""
    if held >= most:
        rule = f"at most {most} of one party are held outside the ledger"
        raise Refused([problem("too-fast", "", held, rule, "Wait until the host lives, or until some are included.")])


# --- envelopes ---


def _opened(state: Station, kind: str, data: bytes) -> Envelope:
    sent = read_envelope(data, kind=kind, ledger=state.ledger, me=state.me.party)
    key = state.station_key_of(sent.from_)
    if key is None:
        raise Refused([_bad("from", "from", sent.from_, "is a party of this ledger with a station key")])
    require_signed(sent, key)
    return sent


def _require_fresh(sent: Envelope, now_us: int) -> None:
    """Refuse what was sent a day or more from now by our clock: somebody may be playing it again.

    What was sent since is known again by its id (an entry), its commitment (a hash) or its size (a checkpoint). A day, because
    a clock set to the wrong zone is off by up to 14 hours, and a stop must not wait for it to be mended.
    """
    if abs(sent.sent_at_us - now_us) >= FRESH_US:
        rule = f"must lie within 24 h of the clock of the station asked, which shows {time_text(now_us)}"
        step = "Set the clock of the station that sent it; what is in the ledger arrives by the host."
        raise Refused([problem("direct-old", "sent_at_us", time_text(sent.sent_at_us), rule, step)])


T = TypeVar("T")


def _payload(sent: Envelope, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(sent.payload, type=kind)
    except UNREADABLE as error:
        raise Refused([_bad("payload", "payload", "", unreadable(error))]) from None


def _seen(peers: Peers, party: str, now_us: int) -> None:
    peer = peers.by_party.get(party)
    if peer is not None:
        peer.reachable, peer.answered_at_us = True, now_us


def _bad(code: str, field: str, value: object, rule: str) -> Problem:
    return problem(f"direct-{code}", field, value, rule, "See docs/formats/station-api.md, Direct endpoints.")
