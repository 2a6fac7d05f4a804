"""Screening others' notices from own presence: asked for, worked out ahead, given at the slot. The life of an answer: `screening_state`."""

from __future__ import annotations

import msgspec

from detente import errors
from detente.node.station.acting.screened import alarms_of_answer, alarms_of_presence, kept_at_once
from detente.node.station.draft import draft_of
from detente.node.station.effects import Compose, Effect
from detente.node.station.inputs import PresenceSet
from detente.node.station.parts.answer_times import slot_us
from detente.node.station.parts.screener import volumes_to_screen
from detente.node.station.recent import notice_volumes
from detente.node.station.screening_state import AwaitingSlot, OwnScreening
from detente.node.station.state import Station
from detente.picture.fold import Fault
from detente.picture.known import Entry
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.notices.notice_state import LIVE
from detente.records.notices.screening import Screening

AT_ONCE = 4
"""Notices screened in one step at most: a screen may take a millisecond or two."""


def ask_screening(state: Station, known: Entry, now_us: int) -> None:
    """Give a live notice its slot; the answer is worked out before the slot, so that neither shows in the other."""
    identifier = bytes.fromhex(known.id)
    full, coarse = known.body(Notice), known.body(CoarseNotice)
    told = full or coarse
    if told is None or told.state not in LIVE:
        return
    volumes = volumes_to_screen(full, coarse)
    if all(volume.end_us < now_us for volume in volumes):
        return  # over before we saw it: nobody can still be warned, and no answer reads as "not screened"
    after_us = state.me.genesis.screening.after_us
    slot = slot_us(known.received_at_us, now_us, after_us)
    if not state.screening.slots.ask(identifier, slot):
        return
    author = known.header.author
    state.screening.asked[identifier] = AwaitingSlot(asker=author, slot_us=slot)


def presence_set(state: Station, arrived: PresenceSet, now_us: int) -> list[Effect]:
    """Take the watch officer's statement of presence. It stays here."""
    own, kept = state.screening, list[tuple[str, bytes | None]]()
    for notice in [n for n in own.answers if n in own.slots.waiting and n in own.asked]:
        asked, volumes = own.asked[notice], notice_volumes(state, notice.hex())
        own.screener.take_back(notice.hex(), asked.asker, volumes, asked.slot_us)
        del own.answers[notice]  # worked out ahead, and not given yet: what is held at the slot decides
        kept.append((f"answer/{notice.hex()}", None))
    own.screener.review(arrived.presence, arrived.speaks_for, now_us)
    alarms = alarms_of_presence(state, now_us)
    return kept_at_once([*kept, *own.screener.changes()], alarms)


def screenings(state: Station, now_us: int) -> list[Effect]:
    """Answer what is due, and work out beforehand what comes next; a backlog is worked off a few at a time."""
    own = state.screening
    effects: list[Effect] = []
    kept: list[tuple[str, bytes | None]] = []
    alarms: list[Effect] = []
    for notice in own.slots.first(AT_ONCE):
        if notice not in own.answers:
            own.answers[notice] = _answer(state, notice)
            kept.append((f"answer/{notice.hex()}", msgspec.json.encode(own.answers[notice])))
            alarms += alarms_of_answer(state, notice.hex(), now_us)
    if kept:
        effects += kept_at_once([*kept, *own.screener.changes()], alarms)
    for notice in own.slots.take(now_us, AT_ONCE):
        effects.append(Compose(draft_of(state, own.answers[notice], (own.asked[notice].asker,), now_us)))
    return effects


def _answer(state: Station, notice: bytes) -> Screening:
    """Work out one answer. A notice at which that raises reads "not screened", as one that tells no volume."""
    asked, name = state.screening.asked[notice], notice.hex()
    try:
        return state.screening.screener.answer(name, asked.asker, notice_volumes(state, name), asked.slot_us)
    except errors.SURVIVED as error:
        state.following.faults.append(
            Fault(
                author=asked.asker,
                entry=name,
                index=0,
                kind="notice",
                view="screening",
                words=f"{type(error).__name__}: {error}"[:400],
            )
        )
        return state.screening.screener.answer(name, asked.asker, (), asked.slot_us)


def epoch(state: Station, now_us: int) -> list[Effect]:
    """Once in every epoch commit to own presence, changed or not: the leaf says no more than that an epoch began."""
    own = state.screening
    if state.following.checkpoint is None or now_us < own.epoch_until_us:
        return []
    own.epoch_until_us = own.screener.next_epoch_us(now_us)
    body = own.screener.commitment(now_us)
    if own.epoch_committed == body.epoch:
        return []
    own.epoch_committed = body.epoch
    return [Compose(draft_of(state, body, (state.me.party,), now_us, sealed=True))]


def forget_asked(screening: OwnScreening, about: str, kept: list[tuple[str, bytes | None]]) -> None:
    """A notice has its one answer: nothing more is kept for it."""
    screening.asked.pop(bytes.fromhex(about), None)
    if screening.answers.pop(bytes.fromhex(about), None) is not None:
        kept.append((f"answer/{about}", None))
