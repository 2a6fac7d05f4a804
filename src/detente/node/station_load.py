"""Starting again from the own copy: what was verified once is not verified twice, but leaves must still give the proven root."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from detente.errors import EvidenceError, Problem
from detente.ledger.checkpoint import SignedCheckpoint, parse_checkpoint
from detente.ledger.cosignature import LastSeen
from detente.ledger.entry import check_submission
from detente.ledger.fork import ForkEvidence
from detente.ledger.note import parse_note
from detente.node.alarms import Alarm
from detente.node.keeping import Keep
from detente.node.lodging import Lodged
from detente.node.outbox import Queued
from detente.node.station_entries import INCLUDED, note_included
from detente.node.station_fan import queued
from detente.node.station_fold import admit, fold, judged, kept_entry, remember_urgent, track
from detente.node.station_follow import Verified
from detente.node.station_hold import held_again
from detente.node.station_ladders import is_urgent
from detente.node.station_state import Direct, Station, Unacked, Withdrawal
from detente.picture.known import Known, known_of
from detente.records.screening import Screening
from detente.records.warning import DangerWarning


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
    # By name they would go in order of their ids, and a version before the one that it replaces is refused.
    for item in sorted(_all(kept, "outbox/", Queued), key=lambda item: (item.number, item.composed_at_us)):
        state.outbox.add(msgspec.structs.replace(item, state="queued") if item.state == "sent" else item)
        if item.lodged and item.index is None:
            state.lodged_by_us.lodge(Lodged(commitment=item.commitment, lodged_at_us=now_us, party=state.me.party))
    for name, data in kept.items():
        if name.startswith("alarm/"):
            alarm = msgspec.json.decode(data, type=Alarm)
            state.alarms.raise_(alarm)
            state.alarms.names[alarm.kind, alarm.about] = name
        elif name.startswith("withdrawal/"):
            withdrawal = msgspec.json.decode(data, type=Withdrawal)
            state.withdrawals[withdrawal.commitment, withdrawal.to] = withdrawal
    for lodged in _all(kept, "lodged/", Lodged):
        state.lodged_here.lodge(lodged)
    for name, data in kept.items():
        if name.startswith("unacked/"):
            unacked = msgspec.msgpack.decode(data, type=Unacked)
            state.unacked[(unacked.id, unacked.party)] = unacked
        elif name.startswith("acked/"):
            _, about, party = name.split("/")
            answer = msgspec.json.decode(data, type=_Answered).payload
            state.acked.setdefault(bytes.fromhex(about), {})[party] = answer.received_at_us
        elif name.startswith("fan/"):
            state.fans.done.add(name[4:])
        elif name.startswith("held/"):
            held_again(state, data)
        elif name.startswith("unsound/"):
            state.unsound[int(name[8:])] = msgspec.json.decode(data, type=tuple[int, ...])
        elif name.startswith("answer/"):
            state.answers[bytes.fromhex(name[7:])] = msgspec.json.decode(data, type=Screening)
    if "fork" in kept:
        state.fork = msgspec.json.decode(kept["fork"], type=ForkEvidence)
    state.screener.restore(kept)
    if "epoch" in kept:
        state.epoch_committed = int(kept["epoch"])
    if "cosigning" in kept:
        held = msgspec.json.decode(kept["cosigning"], type=_Cosigning)
        state.cosigning.last, state.cosigning.seen_us = held.last, held.seen_us
        state.cosigning.refused = dict(held.refused)
    state.witnessed_size = max((int(name[10:]) for name in kept if name.startswith("witnessed/")), default=0)
    proven = _leaves(state, kept, leaves)
    came = [(direct, _direct_known(direct)) for direct in _all(kept, "direct/", Direct)]
    for direct, known_directly in came:
        state.direct[bytes.fromhex(direct.id)] = direct
        if is_urgent(known_directly):  # a query of ours in the ledger may be about one that is not there yet
            remember_urgent(state, known_directly)
    state.judged = int(kept.get("judged", b"0"))
    verdicts: list[tuple[str, bytes | None]] = []
    for index, _, raw in known:
        state.next_entry = index + 1
        entry = kept_entry(state, index, raw)
        if entry is None:
            continue
        admit(state, entry, now_us, own=True)
        fold(state, entry, now_us, verdicts, [], own=True)
    state.next_entry = max(state.next_entry, 1) if proven else 0
    state.folded = state.next_entry
    if state.judged < state.folded:  # a copy that a former build wrote, or the last pages of a far catch-up
        new = [(name, data) for name, data in verdicts if name.startswith("unsound/")]
        state.owed.append(Keep(kept=[*new, judged(state, state.folded)]))
    for direct, known_directly in came:
        track(state, known_directly, direct.received_at_us)
    for item in state.outbox.items.values():
        _own(state, item)
    return proven


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

    state.tree.extend(proven())
    if state.tree.size != held.size or state.tree.root() != signed.checkpoint.root:
        raise EvidenceError(
            "the leaves in the station's copy do not give the root it proved: the file was changed or cut. "
            "Move it away and let the station fetch everything anew"
        )
    state.checkpoint, state.verified_at_us = signed, held.at_us
    state.last_leaf_us = int.from_bytes(newest[-1][9:17], "big") if newest else 0
    note_included(state, b"".join(newest))
    return held.size


def _direct_known(direct: Direct) -> Known:
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
        state.slots.answered(bytes.fromhex(screening.about))
    track(state, known, item.composed_at_us)


T = TypeVar("T")


def _all(kept: Mapping[str, bytes], prefix: str, kind: type[T]) -> list[T]:
    return [msgspec.json.decode(data, type=kind) for name, data in kept.items() if name.startswith(prefix)]
