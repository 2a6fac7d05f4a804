"""The holder's private answer to "does this notice worry you?" (docs/formats/screening.md).

Everything here runs at the holder's own station. What leaves it is an `ScreeningAnswer`: one of three words, the agreement's buffer,
and an age, all of one size. The word `concern` would be a locator if it followed the hidden presence closely; so

  - presence is snapped to a coarse cell and to whole epochs before any comparison (`occupied`);
  - the buffer comes from the agreement, never from the unit;
  - urgency depends on nothing but when the notice's own activity starts;
  - within an epoch, a cell that was once answered for as empty stays empty for that asker, and an occupied cell stays
    occupied for everyone: moving a question about, or repeating it, adds nothing;
  - questions that are too small, too short, or over the day's budget are answered `not screened`.

What the asker is not told, the holder's own officers are (`AskedOfUs`): which cells raised a concern, which presence moved into
ground already answered for and was passed over, why a notice was not screened, so that a human can pick up the telephone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from detente.geometry.durations import HOUR_US
from detente.geometry.exact.separation import meets
from detente.geometry.measure import area_m2
from detente.geometry.volume import Separation, Volume4D
from detente.rules.notices.screening.budget import Price, Spending
from detente.rules.notices.screening.cells import Cell, cells_touched, outline_of

AnswerWord = Literal["concern", "none raised", "not screened"]
Urgency = Literal["routine", "priority", "urgent"]

BUDGET_SPENT = "budget spent"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What an agreement (or the ledger's default) fixes about screening. Sizes in the units their names end in.

    A volume that covers less ground than a circle of `least_size_mm` radius, or less time than `least_duration_us`,
    is not screened. `stale_after_us` is how old the holder's own review of its presence may be.
    """

    budget_m2_s_per_day: int
    buffer_mm: int
    buffer_time_us: int = 0
    buffer_vertical_mm: int = 0
    cell_ndeg: int
    epoch_us: int
    least_duration_us: int
    least_size_mm: int
    stale_after_us: int = 24 * HOUR_US

    @property
    def price(self) -> Price:
        """What fixes the price of a question."""
        return Price(buffer_mm=self.buffer_mm, epoch_us=self.epoch_us)


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Where own people are or will be. It never leaves the holder's station.

    `held_from_us` is when the station learnt it, `held_until_us` when it was withdrawn; it goes on counting to its epoch's end.
    """

    held_from_us: int
    held_until_us: int | None = None
    party: str
    volume: Volume4D


class ScreeningQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """One notice addressed to the holder: who asks, as of which moment (its slot), and what volumes it tells."""

    asked_at_us: int
    asker: str
    notice: str
    volumes: tuple[Volume4D, ...]


class ScreeningAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is told to the asker. `data_age_us` is the age of the epoch that the answer rests on, never of one unit's data."""

    answer: AnswerWord
    buffer_mm: int
    data_age_us: int | None
    reason: str
    speaks_for: tuple[str, ...]
    urgency: Urgency


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, and what only the holder's own officers may see: the cells that raised it and the presence it passed over."""

    answer: ScreeningAnswer
    raised_by: tuple[Cell, ...] = ()
    withheld: tuple[Cell, ...] = ()


class AskedOfUs(msgspec.Struct, frozen=True, kw_only=True):
    """One notice of another party as the holder's own officers see it. Nothing of this leaves the station.

    `withheld`: cells where own people are and that raise no concern for this asker before `until_us`, when the epoch ends.
    `spent_m2_s` is what the asker had spent of the day's `budget_m2_s` with this notice.
    """

    answer: AnswerWord
    asked_at_us: int
    asker: str
    budget_m2_s: int
    notice: str
    raised_by: tuple[Cell, ...] = ()
    reason: str
    spent_m2_s: int
    until_us: int
    withheld: tuple[Cell, ...] = ()


class ScreeningMemory(msgspec.Struct, frozen=True, kw_only=True):
    """All that a holder's screening rests on, as a value: presence held, questions answered so far, spending, last review."""

    asked: tuple[ScreeningQuestion, ...] = ()
    presence: tuple[Presence, ...] = ()
    reviewed_at_us: int | None = None
    speaks_for: tuple[str, ...] = ()
    spending: Spending = Spending()


def epoch_of(time_us: int, rules: Rules) -> int:
    """Return the number of the epoch that holds a time, counted from 1970-01-01T00:00:00Z."""
    return time_us // rules.epoch_us


def urgency_of(starts_us: int, now_us: int) -> Urgency:
    """Return how pressing a notice is from its own start alone: within the hour, within the day, or later."""
    ahead_us = starts_us - now_us
    return "urgent" if ahead_us <= HOUR_US else "priority" if ahead_us <= 24 * HOUR_US else "routine"


def screen(
    memory: ScreeningMemory, question: ScreeningQuestion, rules: Rules, now_us: int
) -> tuple[ScreeningMemory, Screened]:
    """Answer one question, and return the memory of having answered it, too.

    Deterministic. The answer's words and sizes depend on hidden presence only through which coarse cells it occupies in
    which epochs, and on nothing that happened after the same ground was answered for in this epoch.
    """
    refusal = _why_not(memory, question, rules, now_us)
    price = 0 if refusal else rules.price.of(question.volumes)
    spending = memory.spending.ask(question.asker, question.asked_at_us, price)
    if not refusal and spending.of(question.asker, question.asked_at_us) > rules.budget_m2_s_per_day:
        refusal = BUDGET_SPENT
    after = msgspec.structs.replace(memory, asked=_recent(memory.asked, now_us, rules), spending=spending)
    if refusal:
        return after, Screened(answer=_answer(memory, question, rules, now_us, "not screened", refusal))
    raised, withheld = _near_cells(occupied(memory.presence, rules, now_us), after.asked, question, rules)
    word: AnswerWord = "concern" if raised else "none raised"
    answered = msgspec.structs.replace(after, asked=(*after.asked, question))
    answer = _answer(memory, question, rules, now_us, word, "")
    return answered, Screened(answer=answer, raised_by=raised, withheld=withheld)


def examined(memory: ScreeningMemory, question: ScreeningQuestion, screened: Screened, rules: Rules) -> AskedOfUs:
    """Return what the holder's own officers are shown of one answer. `memory` is the one after it."""
    return AskedOfUs(
        answer=screened.answer.answer,
        asked_at_us=question.asked_at_us,
        asker=question.asker,
        budget_m2_s=rules.budget_m2_s_per_day,
        notice=question.notice,
        raised_by=screened.raised_by,
        reason=screened.answer.reason,
        spent_m2_s=memory.spending.of(question.asker, question.asked_at_us),
        until_us=(epoch_of(question.asked_at_us, rules) + 1) * rules.epoch_us,
        withheld=screened.withheld,
    )


def passed_over(memory: ScreeningMemory, rules: Rules, now_us: int) -> dict[str, tuple[Cell, ...]]:
    """Return, for each notice answered in this epoch and not over, the cells of own presence near it that its asker is not told of."""
    came = [one for one in occupied(memory.presence, rules, now_us) if one[2]]
    asked = _recent(memory.asked, now_us, rules)
    ahead = [q for q in asked if max(v.end_us for v in q.volumes) >= now_us]
    return {q.notice: _near_cells(came, asked, q, rules)[1] for q in ahead} if came else {}


def _near_cells(
    held: Iterable[tuple[Cell, int, int]], asked: Sequence[ScreeningQuestion], question: ScreeningQuestion, rules: Rules
) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Return the occupied cells near a question: those that raise a concern; those that its asker was answered for before."""
    raised: set[Cell] = set()
    withheld: set[Cell] = set()
    for cell, epoch, occupied_from_us in held:
        if not _near(cell, epoch, question, rules):
            continue
        earlier = (q for q in asked if q.asker == question.asker and q.asked_at_us < occupied_from_us)
        (withheld if any(_near(cell, epoch, q, rules) for q in earlier) else raised).add(cell)
    return tuple(sorted(raised)), tuple(sorted(withheld - raised))


def unasked(memory: ScreeningMemory, question: ScreeningQuestion, rules: Rules) -> ScreeningMemory:
    """Return the memory as if a question had not been asked: its answer was worked out before its slot and never given."""
    price = 0 if _why_not(memory, question, rules, question.asked_at_us) else rules.price.of(question.volumes)
    spending = memory.spending.refund(question.asker, question.asked_at_us, price)
    left = tuple(q for q in memory.asked if q.notice != question.notice)
    return msgspec.structs.replace(memory, asked=left, spending=spending)


def occupied(presence: Iterable[Presence], rules: Rules, now_us: int) -> list[tuple[Cell, int, int]]:
    """Return (cell, epoch of presence, first moment it counts) for all presence held at `now_us`, coarse and in order.

    Presence counts over whole epochs. One learnt before the present epoch counts from the start of time: only what came
    up within this epoch can contradict an answer given within it.
    """
    epoch_start_us = epoch_of(now_us, rules) * rules.epoch_us
    first: dict[tuple[Cell, int], int] = {}
    for held in presence:
        if held.held_from_us > now_us or (held.held_until_us is not None and held.held_until_us <= epoch_start_us):
            continue
        from_us = held.held_from_us if held.held_from_us > epoch_start_us else 0
        epochs = range(epoch_of(held.volume.start_us, rules), epoch_of(held.volume.end_us, rules) + 1)
        for cell in cells_touched(held.volume.outline, held.volume.error_mm, rules.cell_ndeg):
            for epoch in epochs:
                first[cell, epoch] = min(from_us, first.get((cell, epoch), from_us))
    return sorted((cell, epoch, from_us) for (cell, epoch), from_us in first.items())


def _near(cell: Cell, epoch: int, question: ScreeningQuestion, rules: Rules) -> bool:
    block = Volume4D(
        outline=outline_of(cell, rules.cell_ndeg),
        start_us=epoch * rules.epoch_us,
        end_us=(epoch + 1) * rules.epoch_us - 1,
    )
    separation = Separation(
        horizontal_mm=rules.buffer_mm, time_us=rules.buffer_time_us, vertical_mm=rules.buffer_vertical_mm
    )
    return any(meets(block, volume, separation) is not None for volume in question.volumes)


def too_small(volumes: Sequence[Volume4D], rules: Rules) -> str:
    """Return why a notice of these volumes is not screened whoever holds what, "" if it may be."""
    if any(v.end_us - v.start_us < rules.least_duration_us for v in volumes):
        return "shorter than the least duration"
    if any(_size_mm(v) < rules.least_size_mm for v in volumes):
        return "smaller than the least size"
    return "" if volumes else "no volume told"


def _why_not(memory: ScreeningMemory, question: ScreeningQuestion, rules: Rules, now_us: int) -> str:
    if reason := too_small(question.volumes, rules):
        return reason
    return "no current data" if is_stale(memory, rules, now_us) else ""


def is_stale(memory: ScreeningMemory, rules: Rules, now_us: int) -> bool:
    """Whether the holder's presence was not stated recently enough to answer by it."""
    return memory.reviewed_at_us is None or now_us - memory.reviewed_at_us > rules.stale_after_us


def _size_mm(volume: Volume4D) -> int:
    """Return the radius of the circle that covers as much ground as the volume's outline."""
    return int(math.sqrt(area_m2(volume.outline) / math.pi) * 1000)


def _answer(
    memory: ScreeningMemory, question: ScreeningQuestion, rules: Rules, now_us: int, word: AnswerWord, reason: str
) -> ScreeningAnswer:
    starts_us = min((v.start_us for v in question.volumes), default=now_us)
    return ScreeningAnswer(
        answer=word,
        buffer_mm=rules.buffer_mm,
        data_age_us=None if word == "not screened" else now_us - epoch_of(now_us, rules) * rules.epoch_us,
        reason=reason,
        speaks_for=memory.speaks_for,
        urgency=urgency_of(starts_us, now_us),
    )


def _recent(asked: Sequence[ScreeningQuestion], now_us: int, rules: Rules) -> tuple[ScreeningQuestion, ...]:
    epoch = epoch_of(now_us, rules)
    return tuple(q for q in asked if epoch_of(q.asked_at_us, rules) == epoch)
