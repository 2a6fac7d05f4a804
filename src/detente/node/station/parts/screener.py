"""The seam between a station and its private screen: who answers notices, and how the answer becomes a record.

The screen itself is `rules.notices.screening.screening`. A station without data answers "not screened" through the very same path, at the
same time and with the same length.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from detente.geometry.durations import DAY_US
from detente.geometry.volume import Volume4D
from detente.ledger.genesis import ScreeningRules
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.notices.screening import Screening, padded
from detente.records.notices.sealed import SealedPresence
from detente.records.notices.sealed import padded as padded_sealed
from detente.rules.notices.screening.coarse import volumes_of
from detente.rules.notices.screening.screening import (
    AskedOfUs,
    Presence,
    Rules,
    ScreeningMemory,
    ScreeningQuestion,
    epoch_of,
    examined,
    is_stale,
    occupied,
    passed_over,
    screen,
    unasked,
)

MOST_EXAMINED = 2_000
"""Answers of the last day that own officers are shown at most; the oldest go first."""


class Screener(Protocol):
    """Answers notices from presence that never leaves the station. Deterministic; remembers what it answered."""

    def answer(self, notice: str, asker: str, volumes: tuple[Volume4D, ...], slot_us: int) -> Screening:
        """Return the one answer to a notice (id in hex), as of its slot; it may be worked out before."""

    def take_back(self, notice: str, asker: str, volumes: tuple[Volume4D, ...], slot_us: int) -> None:
        """Forget an answer that was worked out and not given; it will be asked for again."""

    def review(self, presence: tuple[Presence, ...], speaks_for: tuple[str, ...], now_us: int) -> None:
        """Take the watch officer's statement of presence; it replaces the one before."""

    def examined(self) -> Mapping[str, AskedOfUs]:
        """Return, by notice, what own officers are shown of the answers of the last day, the oldest first. None of it leaves."""

    def passed_over(self, now_us: int) -> tuple[AskedOfUs, ...]:
        """Return what has become worse for notices answered in this epoch since own presence was stated; remember it."""

    def stale(self, now_us: int) -> bool:
        """Whether a notice that comes now is not screened for want of presence stated within the day."""

    def commitment(self, now_us: int) -> SealedPresence:
        """Return the body to commit to for the epoch that holds `now_us`; of one length, changed or not."""

    def next_epoch_us(self, now_us: int) -> int:
        """Return when the next epoch begins."""

    def changes(self) -> list[tuple[str, bytes | None]]:
        """Return what to keep, by name (None: remove), to remember all that changed since the last call."""

    def restore(self, kept: Mapping[str, bytes]) -> None:
        """Take back everything kept under the names that `changes` gave."""


class HolderScreener:
    """The default screener: one memory under one set of rules."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.memory = ScreeningMemory()
        self._kept: dict[str, ScreeningQuestion] = {}
        self._examined: dict[str, AskedOfUs] = {}
        self._new: dict[str, AskedOfUs | None] = {}
        """What is examined and not handed over to be kept yet; None: forgotten."""

    def answer(self, notice: str, asker: str, volumes: tuple[Volume4D, ...], slot_us: int) -> Screening:
        question = ScreeningQuestion(asked_at_us=slot_us, asker=asker, notice=notice, volumes=volumes)
        self.memory, screened = screen(self.memory, question, self.rules, slot_us)
        self._remember(examined(self.memory, question, screened, self.rules))
        arrived = screened.answer
        return padded(
            Screening(
                about=notice,
                answer=arrived.answer,
                buffer_mm=arrived.buffer_mm,
                data_age_us=None if arrived.answer == "not screened" else arrived.data_age_us,
                epoch=epoch_of(slot_us, self.rules),
                padding="",
                speaks_for=tuple(sorted(arrived.speaks_for)),
                urgency=arrived.urgency,
            )
        )

    def take_back(self, notice: str, asker: str, volumes: tuple[Volume4D, ...], slot_us: int) -> None:
        question = ScreeningQuestion(asked_at_us=slot_us, asker=asker, notice=notice, volumes=volumes)
        self.memory = unasked(self.memory, question, self.rules)
        self._forget(notice)

    def examined(self) -> Mapping[str, AskedOfUs]:
        return self._examined

    def passed_over(self, now_us: int) -> tuple[AskedOfUs, ...]:
        worse = []
        for notice, cells in passed_over(self.memory, self.rules, now_us).items():
            held = self._examined.get(notice)
            if held is not None and (more := set(held.withheld) | set(cells)) != set(held.withheld):
                worse.append(msgspec.structs.replace(held, withheld=tuple(sorted(more))))
        for one in worse:
            self._remember(one)
        return tuple(worse)

    def stale(self, now_us: int) -> bool:
        return is_stale(self.memory, self.rules, now_us)

    def _remember(self, one: AskedOfUs) -> None:
        self._examined[one.notice] = self._new[one.notice] = one
        for notice in [n for n, e in self._examined.items() if e.asked_at_us < one.asked_at_us - DAY_US]:
            self._forget(notice)
        while len(self._examined) > MOST_EXAMINED:
            self._forget(next(iter(self._examined)))

    def _forget(self, notice: str) -> None:
        self._examined.pop(notice, None)
        self._new[notice] = None

    def review(self, presence: tuple[Presence, ...], speaks_for: tuple[str, ...], now_us: int) -> None:
        """What is stated again stays as it was held; what is not stated any more counts as withdrawn from now on."""
        stated = {_what(p) for p in presence}
        held = tuple(
            msgspec.structs.replace(p, held_until_us=now_us)
            if p.held_until_us is None and _what(p) not in stated
            else p
            for p in self.memory.presence
        )
        known = {_what(p) for p in held if p.held_until_us is None}
        new = tuple(
            msgspec.structs.replace(p, held_from_us=now_us, held_until_us=None)
            for p in presence
            if _what(p) not in known
        )
        self.memory = msgspec.structs.replace(
            self.memory, presence=held + new, reviewed_at_us=now_us, speaks_for=tuple(sorted(set(speaks_for)))
        )

    def commitment(self, now_us: int) -> SealedPresence:
        epoch = epoch_of(now_us, self.rules)
        cells = {
            (cell.row, cell.column) for cell, e, _ in occupied(self.memory.presence, self.rules, now_us) if e == epoch
        }
        body = SealedPresence(cell_ndeg=self.rules.cell_ndeg, cells=tuple(sorted(cells)), epoch=epoch, padding="")
        return padded_sealed(body)

    def next_epoch_us(self, now_us: int) -> int:
        return (epoch_of(now_us, self.rules) + 1) * self.rules.epoch_us

    def changes(self) -> list[tuple[str, bytes | None]]:
        asked = {f"asked/{question.notice}": question for question in self.memory.asked}
        new = [(name, msgspec.msgpack.encode(q)) for name, q in asked.items() if name not in self._kept]
        old = [(name, None) for name in self._kept if name not in asked]
        self._kept = asked
        shown = [(f"examined/{n}", None if e is None else msgspec.json.encode(e)) for n, e in self._new.items()]
        self._new = {}
        return [("desk", msgspec.msgpack.encode(msgspec.structs.replace(self.memory, asked=()))), *new, *old, *shown]

    def restore(self, kept: Mapping[str, bytes]) -> None:
        if "desk" not in kept:
            return
        asked = [
            msgspec.msgpack.decode(data, type=ScreeningQuestion)
            for name, data in kept.items()
            if name.startswith("asked/")
        ]
        asked.sort(key=lambda question: (question.asked_at_us, question.notice))
        memory = msgspec.msgpack.decode(kept["desk"], type=ScreeningMemory)
        self.memory = msgspec.structs.replace(memory, asked=tuple(asked))
        self._kept = {f"asked/{question.notice}": question for question in asked}
        shown = [
            msgspec.json.decode(data, type=AskedOfUs) for name, data in kept.items() if name.startswith("examined/")
        ]
        self._examined = {one.notice: one for one in sorted(shown, key=lambda one: (one.asked_at_us, one.notice))}


def rules_of(rules: ScreeningRules) -> Rules:
    """Return a ledger's default screening rules as the screen wants them."""
    return Rules(
        budget_m2_s_per_day=rules.budget_m2_s_per_day,
        buffer_mm=rules.buffer_mm,
        cell_ndeg=rules.cell_ndeg,
        epoch_us=rules.epoch_us,
        least_duration_us=rules.least_duration_us,
        least_size_mm=rules.least_size_mm,
    )


def volumes_to_screen(full: Notice | None, coarse: CoarseNotice | None) -> tuple[Volume4D, ...]:
    """Return what a notice tells us of where and when: the full form's volumes, else the coarse cells, else nothing."""
    if full is not None:
        return full.volumes
    return volumes_of(coarse) if coarse is not None else ()


def _what(presence: Presence) -> tuple[str, bytes]:
    return presence.party, msgspec.json.encode(presence.volume)
