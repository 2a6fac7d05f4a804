"""Verdicts in controlled English: the answer, for whom, under which reading, why, on what it rests, what would settle it.

Each answer has a sign of its own: it is a letterform, so that colour is never the only one; every absence is said to be *as seen*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from detente.records.agreements.term import Term
from detente.records.agreements.verdict import Answer, ReadAs
from detente.rules.agreements.judging.beside import qualified
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.words.plain import at, capital, listed
from detente.rules.agreements.words.vocabulary import READINGS, Vocabulary

SIGNS: Mapping[Answer, str] = {
    "breached": "✗",
    "contested": "≠",
    "kept": "✓",
    "not in force": "–",
    "pending": "…",
    "undetermined": "?",
}
SHORT = 12
NOT_VERDICTS = "These are counts of days. Whether the term is reached is its verdict, which asks for calm too."


class VerdictWords(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict in words; of several parties, where all is the same for each."""

    answer: Answer
    beside: tuple[str, ...]
    caveats: tuple[str, ...]
    changes: str
    due: str
    instance: str
    life: str
    parties: tuple[str, ...]
    reading: str
    rests_on: tuple[str, ...]
    against: tuple[str, ...]
    settles: tuple[str, ...]
    sign: str
    who: tuple[str, ...]
    why: str

    def headline(self) -> str:
        """Return the answer as it may be read alone: one beside which counts stand says so at once."""
        return f"{self.answer}, as far as single reports go" if self.beside else self.answer

    def sentence(self) -> str:
        """Say it in one line."""
        reading = f", {self.reading}" if self.reading else ""
        duty = f" ({self.instance})" if self.instance else ""
        due = f" {self.due}" if self.due else ""
        settles = f" What would settle it: {'; '.join(self.settles)}." if self.settles else ""
        caveats = "".join(f" {capital(caveat)}." for caveat in (*self.beside, *self.caveats))
        return f"{self.sign} {listed(self.who)}{duty}{reading}: {self.headline()}. {capital(self.why)}.{due}{settles}{caveats}"


def verdict_words(verdict: Verdict, term: Term | None, words: Vocabulary, say: Callable[[str], str]) -> VerdictWords:
    """Say a verdict; `say` tells what an entry says, by its id. `term` None: a term that this viewer cannot read."""
    zone = "UTC" if term is None else term.reckoning.zone
    calendar = "gregorian" if term is None else term.reckoning.calendar

    def time(at_us: int) -> str:
        return at(at_us, zone, calendar)

    return VerdictWords(
        against=tuple(say(entry) for entry in verdict.against),
        answer=verdict.answer,
        beside=qualified(verdict.beside),
        caveats=verdict.caveats,
        changes=_changes(verdict, time),
        due=_due(verdict, time),
        instance=verdict.instance[:SHORT] if len(verdict.instance) == 64 else verdict.instance,
        life=verdict.life,
        parties=(verdict.party,),
        reading=reading_words(verdict.reading, words),
        rests_on=tuple(say(entry) for entry in verdict.evidence),
        settles=verdict.settles,
        sign=SIGNS[verdict.answer],
        who=(words.name(verdict.party),),
        why=verdict.why,
    )


def merged(verdicts: Sequence[VerdictWords]) -> tuple[VerdictWords, ...]:
    """Say once what is the same for several parties, in the order of the first."""
    found: dict[VerdictWords, VerdictWords] = {}
    for verdict in verdicts:
        key = msgspec.structs.replace(verdict, parties=(), who=())
        held = found.get(key)
        if held is None:
            found[key] = verdict
        else:
            parties, who = (*held.parties, *verdict.parties), (*held.who, *verdict.who)
            found[key] = msgspec.structs.replace(held, parties=parties, who=who)
    return tuple(found.values())


def reading_words(reading: ReadAs, words: Vocabulary) -> str:
    """Say a reading: how days are counted, and by whose word it ends; "" where all readings agree."""
    said = [READINGS.get(reading.days, reading.days)] if reading.days else []  # type: ignore[call-overload]
    return listed([*said, *([f"by the word of {words.name(reading.word_of)}"] if reading.word_of else [])], "and")


def _due(v: Verdict, time: Callable[[int], str]) -> str:
    if v.answer == "breached" and v.at_us is not None and v.at_us != v.due_us:
        return f"First {time(v.at_us)}."
    if v.due_us is not None:
        return f"Due {time(v.due_us)}."
    return f"Since {time(v.at_us)}." if v.answer == "kept" and v.at_us is not None else ""


def _changes(v: Verdict, time: Callable[[int], str]) -> str:
    """Say how late a report could still change it, and how quickly it would be answered."""
    if v.open_us is None:
        return "No report can change it." if v.settled else ""
    first, last = v.open_us
    about = " ".join(
        ([f"from {time(first)}"] if first is not None else []) + ([f"up to {time(last)}"] if last is not None else [])
    )
    fast = (
        f"; at once if it comes up to {time(v.fast_until_us)}, slowly after that" if v.fast_until_us is not None else ""
    )
    return f"A report of what happened {about or 'at any time'} can still change it{fast}."
