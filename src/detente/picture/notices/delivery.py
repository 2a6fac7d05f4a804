"""What became of an entry at each recipient: recorded, told, read, read back, passed on, confirmed by the unit, complied, refused.

Separate facts, each with the entry that shows it. None is inferred from a later one: a unit may comply with what nobody
read back. *Told* is the recipient station's watermark over the entry; before that the honest answer is "no evidence".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Entry, KeyUses
from detente.picture.notices.read_backs import ReadBacks
from detente.records.entries.watermark import Watermark
from detente.records.notices.response import OFFICER_ONLY, Response
from detente.rules.notices.delivery.course import Course, course_of
from detente.rules.notices.delivery.steps import READ_BACK_OF, STEP_OF, DeliveryStep, Fact, step_of

__all__ = ["READ_BACK_OF", "STEP_OF", "Delivery", "DeliveryStep", "Fact"]


class WatermarkSeen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One watermark that reached further than any before it from the same party."""

    at_us: int
    entry: str
    index: int
    signed_us: int
    size: int


class DeliveryState(msgspec.Struct, kw_only=True):
    """Watermarks by party, growing in size and index; responses by the version that they answer."""

    facts: dict[str, list[Fact]] = {}
    marks: dict[str, list[WatermarkSeen]] = {}


class Delivery(View):
    """Delivery of every entry to every recipient, as this viewer has it on record.

    With `key_use` (`ledger.identity.Identity.key_at`) a reading or read-back that no officer's key signed is no such fact.
    `acknowledged` returns since when a party's station holds an entry, as it signed directly, by its own clock: these answers come
    past the ledger, and whoever keeps them says so here. They stand beside the facts, and are none.
    """

    acknowledged: Callable[[str, str], int | None]

    name = "delivery"
    kinds: ClassVar[frozenset[str]] = frozenset({"erasure", "response", "watermark"})
    state: DeliveryState

    def __init__(self, heads: Heads, read_backs: ReadBacks, key_use: KeyUses | None = None) -> None:
        self.state = DeliveryState()
        self._heads = heads
        self._read_backs = read_backs
        self._key_use = key_use
        self.acknowledged = lambda entry, party: None

    def apply(self, known: Entry) -> None:
        """Take in one watermark; with an erased notice, how it was read back can no longer be shown."""
        party = known.header.author
        watermark = known.body(Watermark)
        if watermark is not None:
            marks = self.state.marks.setdefault(party, [])
            # A watermark cannot speak of leaves that come after it; one that does is held to its own index.
            size = min(watermark.size, known.index)
            if not marks or size > marks[-1].size:
                signed_us = known.header.signed_at_us
                marks.append(
                    WatermarkSeen(
                        at_us=known.received_at_us, entry=known.id, index=known.index, signed_us=signed_us, size=size
                    )
                )
        erasure = known.erasure
        if erasure is not None:
            self._erased(erasure.about)

    def answer(self, known: Entry, about: str) -> None:
        """Take in one response."""
        response = known.body(Response)
        use = self._key_use(known.header.key, known.index) if self._key_use is not None else None
        if response is not None and (use is None or use.officer or response.answer not in OFFICER_ONLY):
            fact = Fact(
                at_us=known.received_at_us,
                by_role=response.by_role,
                entry=known.id,
                index=known.index,
                officer=use.officer if use is not None else None,
                party=known.header.author,
                signed_us=known.header.signed_at_us,
                step=self._step(known.id, response),
                unit=response.unit,
                version=response.version,
            )
            self.state.facts.setdefault(response.version, []).append(fact)

    def _erased(self, about: str) -> None:
        facts = self.state.facts.get(about, [])
        for n, fact in enumerate(facts):
            if fact.step in READ_BACK_OF.values():
                facts[n] = msgspec.structs.replace(fact, step=DeliveryStep.READ_BACK_UNCHECKED)

    def _step(self, entry_id: str, response: Response) -> DeliveryStep:
        judged = self._read_backs.judged(entry_id)
        return step_of(response.answer, response.unit) if judged is None else READ_BACK_OF[judged.verdict]

    def facts(self, version: str, party: str) -> tuple[Fact, ...]:
        """Return what is on record about one version at one recipient, in order of the ledger. Empty: no evidence of any.

        That it is recorded comes first, also where the host recorded an answer before it.
        """
        entry = self._heads.entry(version)
        found = [f for f in self.state.facts.get(version, ()) if f.party == party]
        if entry is not None and party in entry.audience:
            recorded = (entry.received_at_us, version, entry.index)
            found.append(_plain(DeliveryStep.RECORDED, party, version, *recorded))
            mark = self.told_by(party, entry.index)
            if mark is not None:
                told = _plain(DeliveryStep.TOLD, party, version, mark.at_us, mark.entry, mark.index)
                found.append(msgspec.structs.replace(told, signed_us=mark.signed_us))
        return tuple(sorted(found, key=lambda f: (f.step is not DeliveryStep.RECORDED, f.index)))

    def of(self, version: str) -> dict[str, tuple[Fact, ...]]:
        """Return the facts of one version for each recipient, by party; a recipient with nothing but *recorded* is listed."""
        entry = self._heads.entry(version)
        return {} if entry is None else {party: self.facts(version, party) for party in sorted(entry.recipients)}

    def course(self, version: str, party: str, *, needs_readback: bool = False) -> Course:
        """Return how far one version came at one recipient, down to its acting units."""
        acknowledged_us = self.acknowledged(version, party)
        return course_of(
            self.facts(version, party), party, version, acknowledged_us=acknowledged_us, needs_readback=needs_readback
        )

    def told_by(self, party: str, index: int) -> WatermarkSeen | None:
        """Return the first watermark of a party that covers a ledger index, or None: no evidence."""
        marks = self.state.marks.get(party, [])
        at = bisect_right(marks, index, key=lambda m: m.size)
        return marks[at] if at < len(marks) else None


def _plain(step: DeliveryStep, party: str, version: str, at_us: int, entry: str, index: int) -> Fact:
    return Fact(
        at_us=at_us,
        by_role=None,
        entry=entry,
        index=index,
        officer=None,
        party=party,
        step=step,
        unit=None,
        version=version,
    )
