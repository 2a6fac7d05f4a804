"""Following the host's leaves: taken in, proven by its signed checkpoint, cosigned; two histories are evidence."""

from __future__ import annotations

import copy

import msgspec

from detente.errors import EvidenceError, Refused
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint
from detente.ledger.checkpoints.cosignature import cosign, cosigner_name, witnessed
from detente.ledger.checkpoints.fork import ForkEvidence, check_against
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.genesis import genesis_leaf
from detente.ledger.leaf import leaf_size
from detente.ledger.readable import ReadableEntry
from detente.ledger.tree import Tree
from detente.node.both.registering import register
from detente.node.station.effects import Effect, Publish, SendCosignature
from detente.node.station.following.fold import believed_again
from detente.node.station.following_state import Following
from detente.node.station.inputs import CheckpointArrived, HostKeyOffered, LeavesArrived, Release, WitnessedArrived
from detente.node.station.parts.alarms import Kind
from detente.node.station.parts.checking import leaf_times
from detente.node.station.parts.durable_change import Keep
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station
from detente.picture.known import known_of
from detente.records.parties.host import HostKey

_KNOWN = msgspec.json.Decoder(ReadableEntry)


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept under `verified`."""

    at_us: int
    note: str
    size: int


def leaves_arrived(state: Station, arrived: LeavesArrived, now_us: int) -> list[Effect]:
    """Take unproven leaves into tree and copy; a later checkpoint proves them or throws them out."""
    if arrived.first != state.following.tree.size:
        return []  # asked for twice, or after a throw-out: the follower asks again from where we are
    size = leaf_size(state.me.genesis.slots)
    times = leaf_times(arrived.first, arrived.leaves, state.me.genesis.slots)
    if isinstance(times, str):
        return raise_alarm(state, "root-mismatch", f"leaf {arrived.first}", times, now_us, [arrived.leaves[:4096]])
    if arrived.first == 0 and arrived.leaves[:size] != genesis_leaf(state.me.genesis):
        words = "the host's first leaf is not that of the genesis we signed: this is another ledger"
        return raise_alarm(state, "root-mismatch", "leaf 0", words, now_us, [arrived.leaves[:size]])
    rows = [
        (index, arrived.leaves[at : at + size])
        for index, at in enumerate(range(0, len(arrived.leaves), size), arrived.first)
    ]
    state.following.tree.extend(leaf for _, leaf in rows)
    state.following.times_unjudged += times
    return [Keep(leaves=rows)]


def checkpoint_arrived(state: Station, arrived: CheckpointArrived, now_us: int) -> list[Effect]:
    """Prove the leaves we hold by the host's signed root; then say so with our cosignature, if their times are fair."""
    try:
        signed = state.open_note(arrived.note)
    except (Refused, EvidenceError) as error:
        return raise_alarm(state, "root-mismatch", "checkpoint", str(error), now_us, [arrived.note])
    return take_checkpoint(state, signed, now_us)


def take_checkpoint(state: Station, signed: SignedCheckpoint, now_us: int) -> list[Effect]:
    """As `checkpoint_arrived`, for a checkpoint whose signature holds."""
    head = signed.checkpoint
    if head.size > state.following.tree.size:
        return []  # the follower has not fetched its leaves yet
    if state.following.tree.root(head.size) != head.root:
        return _contradicted(state, signed, now_us)
    if head.size < state.following.size or (
        head.size == state.following.size and state.following.checkpoint is not None
    ):
        if head.size == state.following.size:
            state.following.cosigning.looked(now_us)
            state.following.verified_at_us = now_us
        return []  # a part of what is proven already
    new = head.size - state.following.size
    times, state.following.times_unjudged = state.following.times_unjudged[:new], state.following.times_unjudged[new:]
    state.following.checkpoint, state.following.verified_at_us = signed, now_us
    state.following.last_leaf_us = max(times, default=state.following.last_leaf_us)
    refusal = state.following.cosigning.judge(head, times, now_us)
    effects: list[Effect] = [
        Keep(
            kept=[
                ("verified", msgspec.json.encode(Verified(at_us=now_us, note=signed.data.decode(), size=head.size))),
                ("cosigning", cosigning_bytes(state.following)),
            ]
        ),
        Publish("size", str(head.size)),
    ]
    if refusal is not None:
        kind: Kind = _TIME_ALARMS.get(refusal.code, "backwards")
        effects += raise_alarm(state, kind, refusal.field, refusal.sentence(), now_us, [signed.data])
    return effects + cosignature(state, now_us)


_TIME_ALARMS: dict[str, Kind] = {
    "cosign-back-dated": "back-dated",
    "cosign-backwards": "backwards",
    "cosign-future": "post-dated",
}


def cosignature(state: Station, now_us: int) -> list[Effect]:
    """Cosign the newest proven checkpoint, unless a refusal or a fork stands."""
    if state.following.checkpoint is None or state.following.distrusted or not state.following.cosigning.may():
        return []
    name = cosigner_name(state.me.genesis.origin, state.me.party)
    line = cosign(state.following.checkpoint.checkpoint, name, state.me.cosigner_key, now_us // 1_000_000)
    note = state.following.checkpoint.note.with_lines([line])
    state.following.checkpoint = SignedCheckpoint(checkpoint=state.following.checkpoint.checkpoint, note=note)
    return [SendCosignature(note.encode())]


def host_key_offered(state: Station, arrived: HostKeyOffered, now_us: int) -> list[Effect]:
    """Take a new host key before its entry is proven: what proves *it* is the quorum of the parties' roots, not the host.

    A station that was away when the key changed meets only checkpoints that the new key signed.
    """
    try:
        entry = believed_again(*_indexed(arrived.raw))
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return []  # not an entry at all: the page it came in is judged when its leaves are proven
    known = known_of(
        entry.index, entry.received_at_us, entry.checked.id.hex(), entry.checked.header, entry.checked.facets
    )
    body = known.body(HostKey)
    if body is None or any(key.public.hex() == body.key for key in state.following.offered):
        return []
    trial = copy.deepcopy(state.identity)
    try:
        register(trial, max(entry.index, state.following.next_entry), known.header.author, known.header.key, body)
    except Refused as refused:
        return raise_alarm(state, "bad-entry", f"index {entry.index}", str(refused), now_us, [arrived.raw])
    state.following.offered.append(NoteKey(name=state.me.genesis.origin, public=bytes.fromhex(body.key)))
    return []


def _indexed(raw: bytes) -> tuple[int, bytes]:
    return _KNOWN.decode(raw).index, raw


def witnessed_arrived(state: Station, arrived: WitnessedArrived, now_us: int) -> list[Effect]:
    """Keep a checkpoint that more than half of the stations have cosigned: it dates, for strangers, all that it covers."""
    try:
        signed = state.open_note(arrived.note)
        head = signed.checkpoint
        if not 0 < head.size <= state.following.size or not witnessed(signed, state.cosigners()):
            return []
    except (Refused, EvidenceError):
        return []  # a note like any other that does not hold; the host's own are judged in `checkpoint_arrived`
    if state.following.tree.root(head.size) != head.root:
        return fork_found(state, signed, "host", now_us)
    if head.size <= state.following.witnessed_size:
        return []
    state.following.witnessed_size = head.size
    return [Keep(kept=[(f"witnessed/{head.size:016d}", signed.data)]), Publish("witnessed", str(head.size))]


def release(state: Station, arrived: Release, now_us: int) -> list[Effect]:
    """Cosign again; what was refused stays on record as an alarm."""
    state.following.cosigning.release()
    return [Keep(kept=[("cosigning", cosigning_bytes(state.following))]), *cosignature(state, now_us)]


def cosigning_bytes(following: Following) -> bytes:
    """The part of the state kept under `cosigning`."""
    held = following.cosigning
    return msgspec.json.encode({"last": held.last, "refused": list(held.refused.items()), "seen_us": held.seen_us})


def _contradicted(state: Station, signed: SignedCheckpoint, now_us: int) -> list[Effect]:
    """A root signed by the host is not that of the leaves we hold: of proven ones, a fork; of new ones, a mismatch."""
    if signed.checkpoint.size <= state.following.size:
        return fork_found(state, signed, "host", now_us)
    words = (
        f"the host signed root {signed.checkpoint.root.hex()} for size {signed.checkpoint.size}, "
        f"but the leaves it gave hash to {state.following.tree.root(signed.checkpoint.size).hex()}"
    )
    held = state.following.checkpoint.data if state.following.checkpoint is not None else b""
    kept = Tree()
    kept.extend_hashes(state.following.tree.hashes(0, 0, state.following.size))
    state.following.tree = kept
    state.following.times_unjudged = []
    about = f"size {signed.checkpoint.size}"
    return [
        Keep(cut_leaves_from=state.following.size),
        *raise_alarm(state, "root-mismatch", about, words, now_us, [signed.data, held]),
    ]


def fork_found(state: Station, other: SignedCheckpoint, shown_by: str, now_us: int) -> list[Effect]:
    """Two histories: keep both notes as evidence, stop cosigning, tell everyone."""
    if state.following.checkpoint is None:
        return []
    found = check_against(state.following.tree, state.following.checkpoint, other)
    return [] if found is None else take_fork(state, found, shown_by, now_us)


def take_fork(state: Station, found: ForkEvidence, shown_by: str, now_us: int) -> list[Effect]:
    """Hold on to evidence that convicts the host, whoever found it."""
    if state.following.fork is not None:
        return []
    state.following.fork = found
    words = (
        f"the host has signed two histories that cannot both be true (second one shown by {shown_by}); "
        "both checkpoints are kept, this station cosigns nothing more"
    )
    kept = Keep(kept=[("fork", msgspec.json.encode(found))])
    return [kept, *raise_alarm(state, "fork", "host", words, now_us, [msgspec.json.encode(found)])]
