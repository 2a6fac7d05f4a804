"""What a station holds of the screenings it owes, and where each answer stands on its way.

    notice folded ──> asked, with its slot ──(one of the next few)──> answer worked out and kept ──(slot)──> composed ──> queued
      `station_fold.ask_screening`      ^        `station_clock`                    │                `station_clock`   `station_send`
                                        └──────── own presence is stated anew ──────┘
                                                      `station_clock.presence_set`

1. **Asked.** A live notice of another party gets its slot (`Slots.ask`) and a row in `asked`; a moment fixed by the notice alone.
2. **Worked out** ahead of the slot (`Screener.answer`), so that neither the answer nor the work it took shows in its time. It stands in
   `answers` and under `answer/<id>` in the own copy, together with what the screening memory now remembers (`desk`, `asked/<id>`,
   `examined/<id>`: the budget of that asker is spent) and with the alarms for own officers (`station_screened`), in one change.
3. **Taken back** when the watch officer states presence before the slot: what is held at the slot decides. `Screener.take_back` forgets
   the question and gives its budget back; the answer leaves `answers` and the copy; step 2 comes again.
4. **Given** at the slot, once (`Slots.take`): composed, sealed, queued.
5. **Forgotten** when the screening is queued, or is found in the ledger or in the queue after a restart (`station_fold.forget_asked`):
   `Slots.asked` alone still knows the notice, so it is never asked again.

A station that dies between 2 and 4 finds the answer in its copy and gives the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from detente.node.screener import Screener
from detente.node.slots import Slots
from detente.records.screening import Screening


class Asked(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A notice that waits for the slot of its answer."""

    asker: str
    slot_us: int


@dataclass(slots=True)
class OwnScreening:
    """Notices that wait for our answer, the answers worked out, and the epoch of the last commitment to own presence."""

    screener: Screener
    slots: Slots = field(default_factory=Slots)
    asked: dict[bytes, Asked] = field(default_factory=dict)
    answers: dict[bytes, Screening] = field(default_factory=dict)
    epoch_committed: int | None = None
    epoch_until_us: int = 0
