"""Sending: the queue to the host, its receipts, and what is lodged with others when it delays or refuses."""

from __future__ import annotations

import msgspec

from detente.errors import EvidenceError, Refused
from detente.ledger.checkpoints.checkpoint import parse_checkpoint
from detente.ledger.checkpoints.note import parse_note
from detente.ledger.checkpoints.proof import parse_proof
from detente.ledger.entry import Checked, check_submission, encode_submission
from detente.ledger.facets import Openings
from detente.ledger.readable import Delivered, delivered_to
from detente.ledger.receipt import check_receipt, read_receipt
from detente.ledger.shown import leaf_is_ours
from detente.node.both.envelope import seal_envelope
from detente.node.station.acting.ladders import DIRECT, is_urgent
from detente.node.station.acting.screenings import forget_asked
from detente.node.station.acting.urgent import answers_urgent, track
from detente.node.station.effects import Effect, Publish, SendDirect, Submit
from detente.node.station.following.leaves import take_checkpoint
from detente.node.station.inputs import Composed, HostAnswered, HostMode, HostRefused, HostUnreachable, Receipted
from detente.node.station.parts.durable_change import Keep
from detente.node.station.parts.lodging import Lodged
from detente.node.station.parts.outbox import Queued
from detente.node.station.peers_state import Unacked
from detente.node.station.raising import raise_alarm
from detente.node.station.sending_state import HostFault
from detente.node.station.state import Station
from detente.picture.known import Entry, known_of
from detente.records.hotline.step import Step
from detente.records.notices.response import Response
from detente.records.notices.screening import Screening

NOT_LODGED = frozenset({"watermark"})
"""Kinds not worth an alarm at every station when they come late: the next one says it all again."""

JUST_PROVEN_US = 3_000_000
"""A size below what a receipt has proven meanwhile means nothing for so long: the host was asked before."""


def composed(state: Station, arrived: Composed, now_us: int) -> list[Effect]:
    """Take a sealed submission into the queue; urgent ones also go straight to the stations they are addressed to."""
    raw = encode_submission(arrived.submission)
    checked = check_submission(raw, state.me.genesis.slots, state.ledger)
    if checked.id in state.sending.outbox.items:
        return []
    header = checked.header
    known = known_of(0, now_us, checked.id.hex(), header, checked.facets, unsound=())  # judged when it was drafted
    urgent = _goes_direct(state, known)
    item = Queued(
        commitment=checked.header_commitment,
        composed_at_us=now_us,
        id=checked.id,
        kind=known.kind,
        leaf=checked.header_commitment + b"".join(checked.commitments) + checked.tags,
        raw=raw,
        supersedes=bytes.fromhex(header.supersedes) if header.supersedes is not None else None,
        urgent=urgent,
    )
    state.sending.outbox.add(item)
    item = state.sending.outbox.items[item.id]
    kept: list[tuple[str, bytes | None]] = [(f"outbox/{item.id.hex()}", msgspec.json.encode(item))]
    kept += _own_records(state, known, item.id, arrived.kept)
    direct: list[Effect] = []
    track(state, known, now_us)
    if urgent:
        direct = _send_direct(state, checked, arrived, kept, now_us)
    return [Keep(kept=kept), *direct, *submit(state, now_us), Publish("queued", item.id.hex())]


def _own_records(state: Station, known: Entry, entry: bytes, openings: Openings) -> list[tuple[str, bytes | None]]:
    """What an own entry settles as soon as it is queued: a screening's slot, an epoch's commitment, openings to keep."""
    kept: list[tuple[str, bytes | None]] = []
    screening = known.body(Screening)
    if screening is not None:
        state.screening.slots.answered(bytes.fromhex(screening.about))
        forget_asked(state.screening, screening.about, kept)
    if any(openings):
        kept.append((f"opened/{entry.hex()}", msgspec.json.encode(openings)))
    for opening in openings:
        if opening is not None and known.kind == "sealed" and opening.facet.form == "presence":
            epoch = msgspec.json.decode(opening.facet.body, type=_Epoch).epoch
            kept.append(("epoch", str(epoch).encode()))
    return kept


def _goes_direct(state: Station, known: Entry) -> bool:
    """Whether an own entry also travels directly: an urgent message or warning, an answer to one, a call up its ladder."""
    response, step = known.body(Response), known.body(Step)
    if is_urgent(known):
        return True
    if response is not None:
        return answers_urgent(state.acting, response)
    return step is not None and step.ladder in DIRECT


def _send_direct(
    state: Station, checked: Checked, arrived: Composed, kept: list[tuple[str, bytes | None]], now_us: int
) -> list[Effect]:
    effects: list[Effect] = []
    for party in checked.header.audience:
        if party == state.me.party or party not in state.peers.by_party:
            continue
        data = envelope(state, _Urgent(delivered_to(arrived.submission, party)), "urgent", party, now_us)
        unacked = Unacked(data=data, id=checked.id, party=party, tried_at_us=now_us)
        state.peers.unacked[(checked.id, party)] = unacked
        kept.append((f"unacked/{checked.id.hex()}/{party}", msgspec.msgpack.encode(unacked)))
        effects.append(SendDirect(party, "urgent", checked.id, data))
    return effects


def envelope(state: Station, payload: object, kind: str, to: str, now_us: int) -> bytes:
    """Sign a payload for another station."""
    return seal_envelope(
        payload,
        kind=kind,
        sender=state.me.party,
        to=to,
        ledger=state.ledger,
        key=state.me.station_key,
        now_us=now_us,
    )


def submit(state: Station, now_us: int) -> list[Effect]:
    """Hand the host what waits for it, unless a request is under way or the host has just failed to answer."""
    items = state.sending.outbox.sendable(now_us)
    return [Submit(tuple((item.id, item.raw) for item in items))] if items else []


def receipted(state: Station, arrived: Receipted, now_us: int) -> list[Effect]:
    """Check a receipt against what we handed in: signature, proof, and every tag and commitment of the leaf."""
    state.sending.outbox.in_flight.discard(arrived.id)
    _host_is_there(state, now_us)
    state.sending.host_read_only = None
    item = state.sending.outbox.items.get(arrived.id)
    if item is None:
        return submit(state, now_us)
    slots = state.me.genesis.slots
    try:
        receipt = read_receipt(arrived.receipt)
        checked = check_submission(item.raw, slots, state.ledger)
        salt = _header_salt(item.raw)
        if receipt.id != item.id.hex():
            raise EvidenceError(f"the receipt is for entry {receipt.id}, not for {item.id.hex()}")
        shown = check_receipt(receipt, slots, salt, *state.host_keys())
    except (Refused, EvidenceError) as error:
        state.sending.outbox.unreachable(now_us)  # ask again, but not at once
        if (size := _size_of(arrived.receipt)) > state.following.next_entry:
            return [Publish("ahead", str(size))]  # perhaps by a host key that we have yet to read of
        return raise_alarm(state, "receipt-broken", item.id.hex(), str(error), now_us, [arrived.receipt, item.raw])
    changed: list[Effect] = []
    if not leaf_is_ours(shown.leaf, checked):
        words = f"the host's leaf for our entry {receipt.id} is not the one handed in: a tag was changed"
        changed = raise_alarm(state, "leaf-changed", receipt.id, words, now_us, [arrived.receipt, item.raw])
    done = state.sending.outbox.receipted(arrived.id, shown.leaf.index)
    effects: list[Effect] = take_checkpoint(state, shown.signed, now_us)
    if done is not None:
        kept = (f"outbox/{done.id.hex()}", msgspec.json.encode(done))
        effects.insert(0, Keep(kept=[kept, (f"receipt/{done.id.hex()}", arrived.receipt)]))
        effects.append(Publish("receipt", done.id.hex()))
    return changed + effects + submit(state, now_us)


def host_refused(state: Station, arrived: HostRefused, now_us: int) -> list[Effect]:
    """The officer is told why; the hash is lodged, for a refusal may also be a pretext."""
    _host_is_there(state, now_us)
    item = state.sending.outbox.refused(arrived.id, arrived.problems)
    if item is None:
        return submit(state, now_us)
    words = f"the host refused our {item.kind} {item.id.hex()}: {' / '.join(arrived.problems)}"
    kept: list[Effect] = [Keep(kept=[(f"outbox/{item.id.hex()}", msgspec.json.encode(item))])]
    alarm = raise_alarm(state, "refused", item.id.hex(), words, now_us)
    return [*kept, *alarm, *lodge_delayed(state, now_us), *submit(state, now_us)]


def host_unreachable(state: Station, arrived: HostUnreachable, now_us: int) -> list[Effect]:
    """What was under way goes again later; what the officers see says how old it is."""
    state.sending.outbox.unreachable(now_us)
    state.sending.host_fault = HostFault(kind=arrived.kind, why=arrived.why)
    if not state.sending.host_answers and state.sending.host_since_us is not None:
        return []
    state.sending.host_answers, state.sending.host_since_us = False, now_us
    return [Publish("host", "unreachable")]


def host_mode(state: Station, arrived: HostMode, now_us: int) -> list[Effect]:
    """A host that reads and does not write is no silent one: what we send waits, and everybody here is told why."""
    if not arrived.read_only:
        state.sending.host_read_only = None
    else:
        since_us = state.sending.host_read_only[0] if state.sending.host_read_only else now_us
        state.sending.host_read_only = (since_us, arrived.read_only)
    return []


def host_answered(state: Station, arrived: HostAnswered, now_us: int) -> list[Effect]:
    """The line to the host stands."""
    effects: list[Effect] = [] if state.sending.host_answers else [Publish("host", "reachable")]
    _host_is_there(state, now_us)
    if arrived.size is not None and arrived.size == state.following.size:
        state.following.cosigning.looked(now_us)
        state.following.verified_at_us = now_us
    _judge_answer(state, arrived.size, now_us)
    return effects + submit(state, now_us)


def _judge_answer(state: Station, size: int | None, now_us: int) -> None:
    """Note a size that the host shows and does not prove, or one below what it has proven before."""
    proven_us = now_us - (state.following.verified_at_us or 0)
    if size is None or (size < state.following.size and proven_us < JUST_PROVEN_US):
        return
    if size == state.following.size:
        state.sending.unproven = None
    else:
        state.sending.unproven = (state.sending.unproven[0] if state.sending.unproven else now_us, size)


def _host_is_there(state: Station, now_us: int) -> None:
    if not state.sending.host_answers:
        state.sending.host_answers, state.sending.host_since_us, state.sending.host_fault = True, now_us, None
        state.sending.outbox.retry_at_us = 0


def lodge_delayed(state: Station, now_us: int) -> list[Effect]:
    """Leave the hash of each delayed or refused submission with the other stations."""
    effects: list[Effect] = []
    for item in state.sending.outbox.delayed(now_us, state.timing.delay_us):
        effects.append(Keep(kept=[(f"outbox/{item.id.hex()}", msgspec.json.encode(item))]))
        if item.kind in NOT_LODGED:
            continue
        state.sending.lodged_by_us.lodge(Lodged(commitment=item.commitment, lodged_at_us=now_us, party=state.me.party))
        payload = {"commitment": item.commitment.hex(), "lodged_at_us": now_us}
        for party in state.peers.by_party:
            effects.append(
                SendDirect(party, "lodge", item.commitment, envelope(state, payload, "lodge", party, now_us))
            )
    return effects


def _size_of(receipt: bytes) -> int:
    """Return the size of the checkpoint that a receipt stands under; 0 if it cannot be read."""
    try:
        proof = parse_proof(read_receipt(receipt).proof.encode())
        return parse_checkpoint(parse_note(proof.checkpoint).text).size
    except Refused:
        return 0


class _Salt(msgspec.Struct):
    header_salt: str


def _header_salt(raw: bytes) -> bytes:
    return bytes.fromhex(msgspec.json.decode(raw, type=_Salt).header_salt)


class _Urgent(msgspec.Struct, frozen=True):
    entry: Delivered


class _Epoch(msgspec.Struct):
    epoch: int
