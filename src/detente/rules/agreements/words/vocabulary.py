"""The words of one agreement: what it calls parties, groups, terms and kinds of events. What it has no word for is quoted by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from detente.records.agreements.agreement import Agreement, Word
from detente.records.agreements.term import Deadline, Reading, Reckoning, Span, What
from detente.records.body import Stated
from detente.rules.agreements.words.plain import at, listed, many, number

READINGS: Mapping[Reading, str] = {
    "calendar": "calendar days, the first one counted",
    "calendar-after": "calendar days, the first one not counted",
    "elapsed": "24 hours each",
    "qualifying": "days in a row that each qualify",
}


_ANSWERS: Mapping[str, tuple[str, str]] = {
    "acknowledge": ("an acknowledgement", "acknowledge"),
    "comply": ("compliance", "comply"),
    "confirm": ("a confirmation", "confirm"),
    "passed-to-unit": ("word that it was passed to the unit", "pass it to the unit"),
    "query": ("a query", "query"),
    "read-back": ("a read-back", "read back"),
    "reject": ("a rejection", "reject"),
}
_ACTS: Mapping[str, tuple[str, str]] = {
    "assent": ("an act of assent ({})", "put an act of assent on record ({})"),
    "call": ("a call ({})", "call ({})"),
    "message": ("a message ({})", "send a message ({})"),
    "notice": ("a notice ({})", "give notice ({})"),
    "position": ("a statement ({})", "state ({})"),
    "power": ("a declared {}", "declare a {}"),
}
"""What signed acts are called where the agreement has no word of its own: by the record, and what stands after the dot."""


class Vocabulary:
    """Words by name. `names` are what parties are called where the agreement itself has no word for them."""

    def __init__(self, words: Iterable[Word] = (), names: Mapping[str, str] | None = None) -> None:
        self._words = {word.name: word for word in words}
        self._names = dict(names or {})

    def name(self, of: str) -> str:
        """Call a party, a group or a term."""
        word = self._words.get(of)
        return word.noun if word is not None else self._names.get(of, of)

    def people(self, names: Sequence[str], last: str = "and") -> str:
        """Call several."""
        return listed([self.name(name) for name in names], last)

    def noun(self, what: What, last: str = "or") -> str:
        """Call a kind of event: `an attack`, `aid access by the UN`."""
        kinds = listed([self.noun_of(name) for name in what.classes], last)
        return f"{kinds} by {self.people(what.by, 'or')}" if what.by else kinds

    def verb(self, what: What) -> str:
        """Say what is done, after must, may or must not."""
        return listed([self._verb(name) for name in what.classes], "or")

    def noun_of(self, name: str) -> str:
        """Call one class of events."""
        word = self._words.get(name)
        return word.noun if word is not None else _standard(name)[0] or f"“{name}”"

    def _verb(self, name: str) -> str:
        word = self._words.get(name)
        verb = word.verb if word is not None else _standard(name)[1]
        return verb or f"bring about {self.noun_of(name)}"


def _standard(name: str) -> tuple[str, str]:
    """Return noun and verb of a signed act, "" for what is none."""
    record, dot, rest = name.partition(".")
    if not dot:
        return _ANSWERS.get(name, ("", ""))
    noun, verb = _ACTS.get(record, ("", ""))
    what = rest.replace("-", " ")
    return noun.format(what), verb.format(what)


def vocabulary_of(agreement: Agreement, names: Mapping[str, str] | None = None) -> Vocabulary:
    """Return the words of an agreement."""
    return Vocabulary(agreement.vocabulary, names)


def span(of: Span) -> str:
    """Say a length of time: `one hour`, `seven days`."""
    return many(of.count, of.unit[:-1])


def span_read(of: Span) -> str:
    """Say a length with all its readings: nothing is left to the reader."""
    return f"{span(of)}, read {readings(of)}" if of.readings else span(of)


def readings(of: Span) -> str:
    """Say how days are read: `as 24 hours each`, `in two ways (...)`."""
    if len(of.readings) == 1:
        return f"as {READINGS[of.readings[0]]}"
    ways = "; ".join(READINGS[reading] for reading in of.readings)
    return f"in {number(len(of.readings))} ways ({ways})"


def stated(time: Stated, reckoning: Reckoning) -> str:
    """Say a stated time: as stated, and the instant, or both instants that it may mean."""
    found = sorted({t for t in (time.earliest_us, time.latest_us) if t is not None})
    if not found:
        return f"“{time.text}” (no instant is known for it)"
    instants = [at(t, reckoning.zone, reckoning.calendar) for t in found]
    if len(found) == 1:
        return instants[0]
    return f"“{time.text}” (some time from {instants[0]} to {instants[1]})"


def deadline(by: Deadline, reckoning: Reckoning, after: str = "") -> str:
    """Say by when."""
    if by.at is not None:
        return f"by {stated(by.at, reckoning)}"
    if by.after is not None:
        return f"within {span_read(by.after)}{f' after {after}' if after else ''}"
    return ""
