"""What a station holds of the screenings it owes, and where each answer stands on its way.

    notice folded ──> asked, with its slot ──(one of the next few)──> worked out, kept ──(its slot)──> given: composed, queued ──> forgotten
                               ^                                            │
                               └────── own presence is stated anew ─────────┘  taken back

1. **Asked** (`acting.screenings.ask_screening`). A live notice of another party gets its slot (`Slots.ask`), a moment fixed by the notice
   alone, and a row in `asked`.
2. **Worked out** ahead of the slot (`acting.screenings.screenings`, `Screener.answer`), so that neither the answer nor the work it took
   shows in its time. It stands in `answers`, and under `answer/<id>` in the own copy; in the same change go what the screening memory now
   remembers (`desk`, `asked/<id>`, `examined/<id>`: the asker's budget is spent) and the alarms for own officers (`acting.screened`).
3. **Taken back** (`acting.screenings.presence_set`) when the watch officer states presence before the slot: what is held at the slot
   decides. `Screener.take_back` forgets the question and gives its budget back, the answer leaves `answers` and the copy, and step 2
   comes again.
4. **Given** at the slot, once (`Slots.take`): composed, sealed, and queued by `sending.send.composed`.
5. **Forgotten** (`acting.screenings.forget_asked`) when the screening is queued, or is read again in the queue or the ledger after a
   restart: `Slots.asked` alone still knows the notice, so it is never asked again.

A station that dies between 2 and 4 finds the answer in its copy and gives the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from detente.node.station.parts.answer_times import Slots
from detente.node.station.parts.screener import Screener
from detente.records.notices.screening import Screening


class AwaitingSlot(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A notice that waits for the slot of its answer."""

    asker: str
    slot_us: int


@dataclass(slots=True)
class OwnScreening:
    """Notices that wait for our answer, the answers worked out, and the epoch of the last commitment to own presence."""

    screener: Screener
    slots: Slots = field(default_factory=Slots)
    asked: dict[bytes, AwaitingSlot] = field(default_factory=dict)
    answers: dict[bytes, Screening] = field(default_factory=dict)
    epoch_committed: int | None = None
    epoch_until_us: int = 0
