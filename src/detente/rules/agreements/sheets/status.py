"""Where an agreement stands for each party: in its words, and in its deeds. Both are shown; neither is made out of the other.

A memorandum "suspended" whose line is in use every day is suspended in words and acted upon in deeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from detente.records.agreements.assent import Assent
from detente.records.agreements.position import Position
from detente.rules.agreements.judging.effect import Act
from detente.rules.agreements.judging.live import LiveTerm
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.judging.watching import Watching

Words = Literal[
    "assented",
    "calls it holding",
    "calls it in force",
    "calls it over",
    "calls it suspended",
    "calls it void",
    "has said nothing",
    "made reservations",
    "resumed",
    "suspended",
    "withdrew",
]
_ASSENTS: dict[str, Words] = {
    "assent": "assented",
    "reservation": "made reservations",
    "resumption": "resumed",
    "suspension": "suspended",
    "withdrawal": "withdrew",
}
_SAYS: dict[str, Words] = {
    "ended": "calls it over",
    "holding": "calls it holding",
    "in force": "calls it in force",
    "suspended": "calls it suspended",
    "void": "calls it void",
}
Deeds = Literal["acts against it", "acts on it", "acts on it and against it", "no deed seen"]


class WordsAndDeeds(msgspec.Struct, frozen=True, kw_only=True):
    """One party's standing. `since_us` is from when its words count; `deeds` are those since then, with their entries.

    `ends` are the ends it has announced, in order; `reads` the readings that it uses, by term ("" for the whole).
    """

    against: tuple[str, ...]
    deeds: Deeds
    ends: tuple[tuple[int, str], ...]
    entry: str | None
    on: tuple[str, ...]
    party: str
    reads: tuple[tuple[str, str, str], ...]
    since_us: int | None
    words: Words

    def sentence(self) -> str:
        """Say both."""
        return f"{self.party}: in words, {self.words}; in deeds, {self.deeds}"


def standings(watching: Watching, verdicts: Sequence[Verdict], now_us: int) -> tuple[WordsAndDeeds, ...]:
    """Return the standing of every party and third party at a moment, in order of party."""
    return tuple(_standing(watching, verdicts, party, now_us) for party in watching.parties())


def _standing(watching: Watching, verdicts: Sequence[Verdict], party: str, now_us: int) -> WordsAndDeeds:
    own = [a for a in watching.acts if a.party == party and a.at_us <= now_us]
    words: Words = "has said nothing"
    last: Act | None = None
    for a in own:
        said = _ASSENTS[a.body.act] if isinstance(a.body, Assent) else _SAYS.get(a.body.says)
        if said is not None:
            words, last = said, a
    since_us = None if last is None else last.at_us
    on, against = _deeds(watching, verdicts, party, since_us, now_us)
    deeds: Deeds = "no deed seen"
    if on and against:
        deeds = "acts on it and against it"
    elif on or against:
        deeds = "acts on it" if on else "acts against it"
    stated = [(a, a.body) for a in own if isinstance(a.body, Position)]
    ends = [
        (a, b.at.latest_us) for a, b in stated if b.says == "ends" and b.at is not None and b.at.latest_us is not None
    ]
    return WordsAndDeeds(
        against=against,
        deeds=deeds,
        ends=tuple((at_us, a.entry) for a, at_us in ends),
        entry=None if last is None else last.entry,
        on=on,
        party=party,
        reads=tuple((b.term, b.reading, a.entry) for a, b in stated if b.says == "reads"),
        since_us=since_us,
        words=words,
    )


def _deeds(
    watching: Watching, verdicts: Sequence[Verdict], party: str, since_us: int | None, now_us: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the entries of what the party did that the terms ask for or permit, and of what they forbid, since its words."""
    on: set[str] = set()
    against: set[str] = set()
    for live in watching.live.values():
        for weighed in live.weighed.values():
            o = weighed.occurrence
            if weighed.plays and not weighed.doubts and o.actor == party and (since_us or 0) <= o.last_us <= now_us:
                (against if _forbidden(live, o.classes) else on).update(v.entry for v in o.for_)
    for v in verdicts:
        if v.party == party and v.answer == "breached" and v.at_us is not None and v.at_us >= (since_us or 0):
            against.update(v.evidence)
    return tuple(sorted(on - against)), tuple(sorted(against))


HARMS = frozenset({"counted", "never", "then", "without"})


def _forbidden(live: LiveTerm, classes: Sequence[str]) -> bool:
    return any(role.name in HARMS and set(role.what.classes) & set(classes) for role in live.expansion.roles)
