"""Starting again from the own copy: what was verified once is not verified twice, but leaves must still give the proven root."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

import msgspec

from detente.errors import EvidenceError, Problem
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, parse_checkpoint
from detente.ledger.checkpoints.cosignature import LastSeen
from detente.ledger.checkpoints.fork import ForkEvidence
from detente.ledger.checkpoints.note import parse_note
from detente.ledger.entry import check_submission
from detente.node.station.acting.fan_out import queued
from detente.node.station.acting.ladders import ask_again, is_urgent
from detente.node.station.acting.urgent import remember_urgent, track
from detente.node.station.following.entries import INCLUDED, note_included
from detente.node.station.following.fold import admit, fold, judged, kept_entry
from detente.node.station.following.leaves import Verified
from detente.node.station.following_state import Following
from detente.node.station.parts.alarms import Alarm, Alarms
from detente.node.station.parts.durable_change import Keep
from detente.node.station.parts.lodging import Lodged
from detente.node.station.parts.outbox import Queued
from detente.node.station.peers_state import Direct, Peers, Unacked
from detente.node.station.screening_state import OwnScreening
from detente.node.station.sending.approval import held_again
from detente.node.station.sending_state import Sending, Withdrawal
from detente.node.station.state import Station
from detente.picture.known import Entry, known_of
from detente.records.notices.screening import Screening
from detente.records.notices.warning import DangerWarning


class _Cosigning(msgspec.Struct):
    last: LastSeen | None
    refused: list[tuple[int, Problem]]
    seen_us: int | None


class _Acked(msgspec.Struct):
    received_at_us: int


class _Answered(msgspec.Struct):
    payload: _Acked


def load(
    state: Station,
    kept: Mapping[str, bytes],
    leaves: Iterable[bytes],
    known: Iterable[tuple[int, bytes, bytes]],
    now_us: int,
) -> int:
    """Bring a fresh state to where the copy stands; return the index from which leaves in the copy are not proven.

    `leaves` are all held, from index 0; `known` are (index, id, bytes) in order. Raises EvidenceError when the leaves do not
    give the root that was proven: the file was changed.
    """
    _alarms(state.alarms, kept)
    _sending(state.sending, kept, state.me.party, now_us)
    _peers(state.peers, kept)
    _following(state.following, kept)
    _screening(state.screening, kept)
    state.acting.fans.done |= {name[4:] for name in kept if name.startswith("fan/")}
    proven = _leaves(state, kept, leaves)
    came = [(direct, _direct_known(direct)) for direct in state.peers.direct.values()]
    for _, known_directly in came:
        if is_urgent(known_directly):  # a query of ours in the ledger may be about one that is not there yet
            remember_urgent(state.acting, bytes.fromhex(known_directly.id))
    _fold_again(state, known, proven, now_us)
    for direct, known_directly in came:
        track(state, known_directly, direct.received_at_us)
    for item in state.sending.outbox.items.values():
        _own(state, item)
    return proven


def _alarms(alarms: Alarms, kept: Mapping[str, bytes]) -> None:
    for name, data in _named(kept, "alarm/"):
        alarm = msgspec.json.decode(data, type=Alarm)
        alarms.raise_(alarm)
        alarms.names[alarm.kind, alarm.about] = f"alarm/{name}"


def _sending(sending: Sending, kept: Mapping[str, bytes], me: str, now_us: int) -> None:
    # By name they would go in order of their ids, and a version before the one that it replaces is refused.
    for item in sorted(_all(kept, "outbox/", Queued), key=lambda item: (item.number, item.composed_at_us)):
        sending.outbox.add(msgspec.structs.replace(item, state="queued") if item.state == "sent" else item)
        if item.lodged and item.index is None:
            sending.lodged_by_us.lodge(Lodged(commitment=item.commitment, lodged_at_us=now_us, party=me))
    for withdrawal in _all(kept, "withdrawal/", Withdrawal):
        sending.withdrawals[withdrawal.commitment, withdrawal.to] = withdrawal
    for _, data in _named(kept, "held/"):
        held_again(sending, data)


def _peers(peers: Peers, kept: Mapping[str, bytes]) -> None:
    for lodged in _all(kept, "lodged/", Lodged):
        peers.lodged_here.lodge(lodged)
    for _, data in _named(kept, "unacked/"):
        unacked = msgspec.msgpack.decode(data, type=Unacked)
        peers.unacked[(unacked.id, unacked.party)] = unacked
    for name, data in _named(kept, "acked/"):
        about, party = name.split("/")
        answer = msgspec.json.decode(data, type=_Answered).payload
        peers.acked.setdefault(bytes.fromhex(about), {})[party] = answer.received_at_us
    for direct in _all(kept, "direct/", Direct):
        peers.direct[bytes.fromhex(direct.id)] = direct


def _following(following: Following, kept: Mapping[str, bytes]) -> None:
    for index, data in _named(kept, "unsound/"):
        following.unsound[int(index)] = msgspec.json.decode(data, type=tuple[int, ...])
    following.judged = int(kept.get("judged", b"0"))
    if "fork" in kept:
        following.fork = msgspec.json.decode(kept["fork"], type=ForkEvidence)
    if "cosigning" in kept:
        held = msgspec.json.decode(kept["cosigning"], type=_Cosigning)
        following.cosigning.last, following.cosigning.seen_us = held.last, held.seen_us
        following.cosigning.refused = dict(held.refused)
    following.witnessed_size = max((int(size) for size, _ in _named(kept, "witnessed/")), default=0)


def _screening(screening: OwnScreening, kept: Mapping[str, bytes]) -> None:
    for notice, data in _named(kept, "answer/"):
        screening.answers[bytes.fromhex(notice)] = msgspec.json.decode(data, type=Screening)
    screening.screener.restore(kept)
    if "epoch" in kept:
        screening.epoch_committed = int(kept["epoch"])


def _fold_again(state: Station, known: Iterable[tuple[int, bytes, bytes]], proven: int, now_us: int) -> None:
    following = state.following
    verdicts: list[tuple[str, bytes | None]] = []
    for index, _, raw in known:
        following.next_entry = index + 1
        entry = kept_entry(state, index, raw)
        if entry is None:
            continue
        admit(state, entry, now_us, own=True)
        fold(state, entry, now_us, verdicts, [], own=True)
    following.next_entry = following.folded = max(following.next_entry, 1) if proven else 0
    ask_again(state)
    if following.judged < following.folded:  # a copy that a former build wrote, or the last pages of a far catch-up
        new = [(name, data) for name, data in verdicts if name.startswith("unsound/")]
        state.owed.append(Keep(kept=[*new, judged(state.following, following.folded)]))


def _leaves(state: Station, kept: Mapping[str, bytes], leaves: Iterable[bytes]) -> int:
    if "verified" not in kept:
        return 0
    held = msgspec.json.decode(kept["verified"], type=Verified)
    note = parse_note(held.note.encode())
    signed = SignedCheckpoint(checkpoint=parse_checkpoint(note.text), note=note)
    newest: deque[bytes] = deque(maxlen=INCLUDED)

    def proven() -> Iterable[bytes]:
        for n, leaf in enumerate(leaves):
            if n == held.size:
                return
            newest.append(leaf)
            yield leaf

    state.following.tree.extend(proven())
    if state.following.tree.size != held.size or state.following.tree.root() != signed.checkpoint.root:
        raise EvidenceError(
            "the leaves in the station's copy do not give the root it proved: the file was changed or cut. "
            "Move it away and let the station fetch everything anew"
        )
    state.following.checkpoint, state.following.verified_at_us = signed, held.at_us
    state.following.last_leaf_us = int.from_bytes(newest[-1][9:17], "big") if newest else 0
    note_included(state, b"".join(newest))
    return held.size


def _direct_known(direct: Direct) -> Entry:
    facets = [None if opening is None else opening.facet for opening in direct.entry.facets]
    return known_of(0, direct.received_at_us, direct.id, direct.entry.header, facets)


def _own(state: Station, item: Queued) -> None:
    """Take up what a queued entry of ours means: its ladder, the slot of a step, a screening already given."""
    if item.kind not in ("approval", "message", "response", "screening", "step", "warning"):
        return
    checked = check_submission(item.raw, state.me.genesis.slots, state.ledger)
    known = known_of(0, item.composed_at_us, item.id.hex(), checked.header, checked.facets, unsound=())
    screening, warning = known.body(Screening), known.body(DangerWarning)
    if warning is not None:
        queued(state, warning, known.id)
    if screening is not None:
        state.screening.slots.answered(bytes.fromhex(screening.about))
    track(state, known, item.composed_at_us)


T = TypeVar("T")


def _all(kept: Mapping[str, bytes], prefix: str, kind: type[T]) -> list[T]:
    return [msgspec.json.decode(data, type=kind) for _, data in _named(kept, prefix)]


def _named(kept: Mapping[str, bytes], prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yield what is kept under names with a prefix, by the rest of its name."""
    return ((name.removeprefix(prefix), data) for name, data in kept.items() if name.startswith(prefix))
