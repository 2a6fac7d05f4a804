"""Which answer each recipient's screening gave to each version. Absent by its deadline it *is* "not screened"."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.parties.directory import Directory
from detente.records.notices.screening import ANSWER_MEANS, Answer, Screening


class ScreeningOnRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One recipient's answer to one version. The first answer stands; `entry` is None while there is none. `speaks_for` leaves
    out whom the party may not speak for.

    `answer` is None before the deadline has passed without an answer. `data_age_us` is as of the answer.
    """

    answer: Answer | None
    at_us: int | None
    buffer_mm: int | None
    data_age_us: int | None
    due_us: int
    entry: str | None
    party: str
    speaks_for: tuple[str, ...]

    def sentence(self) -> str:
        """Say it in one line, always with the buffer and the age that it rests on."""
        if self.answer is None:
            return f"{self.party}: not answered yet"
        if self.entry is None or self.buffer_mm is None or self.data_age_us is None:
            return f"{self.party}: {self.answer} - {ANSWER_MEANS[self.answer]}"
        whom = ", ".join(self.speaks_for) or "nobody named"
        basis = f"buffer {self.buffer_mm / 1_000_000:g} km, data {self.data_age_us // 60_000_000} min old, for {whom}"
        return f"{self.party}: {self.answer} ({basis}) - {ANSWER_MEANS[self.answer]}"


class ScreeningsState(msgspec.Struct, kw_only=True):
    """First answers by version, then by party."""

    answers: dict[str, dict[str, ScreeningOnRecord]] = {}


class Screenings(View):
    """Screening answers. `deadline_us` is the ledger's, after the notice was received."""

    name = "screenings"
    kinds: ClassVar[frozenset[str]] = frozenset({"screening"})
    state: ScreeningsState

    def __init__(self, heads: Heads, directory: Directory, deadline_us: int) -> None:
        self._directory = directory
        self.state = ScreeningsState()
        self._heads = heads
        self.deadline_us = deadline_us

    def apply(self, known: Entry) -> None:
        """Take in one entry: screenings are answers."""

    def answer(self, known: Entry, about: str) -> None:
        """Take in one screening. One after the deadline is kept too: its time shows that it was late."""
        screening = known.body(Screening)
        if screening is None:
            return
        party = known.header.author
        answers = self.state.answers.setdefault(screening.about, {})
        answers.setdefault(
            party,
            ScreeningOnRecord(
                answer=screening.answer,
                at_us=known.received_at_us,
                buffer_mm=screening.buffer_mm,
                data_age_us=screening.data_age_us,
                due_us=self._due_us(screening.about),
                entry=known.id,
                party=party,
                speaks_for=tuple(p for p in screening.speaks_for if p in self._spoken_for(party)),
            ),
        )

    def _spoken_for(self, party: str) -> set[str]:
        """Return those for whom an answer may count, as far as this viewer's party entries show."""
        return {party, *self._directory.speaks_for(party), *self._directory.binds(party)}

    def of(self, version: str, now_us: int) -> tuple[ScreeningOnRecord, ...]:
        """Return the answer of every recipient of a version, by party, as at a time."""
        entry = self._heads.entry(version)
        recipients = entry.recipients if entry else ()
        given = self.state.answers.get(version, {})
        return tuple(given.get(p) or self._absent(version, p, now_us) for p in sorted({*recipients, *given}))

    def _absent(self, version: str, party: str, now_us: int) -> ScreeningOnRecord:
        due_us = self._due_us(version)
        return ScreeningOnRecord(
            answer="not screened" if now_us > due_us else None,
            at_us=None,
            buffer_mm=None,
            data_age_us=None,
            due_us=due_us,
            entry=None,
            party=party,
            speaks_for=(),
        )

    def _due_us(self, version: str) -> int:
        entry = self._heads.entry(version)
        return (entry.received_at_us if entry else 0) + self.deadline_us
