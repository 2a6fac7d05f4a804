"""What could be concluded from what one party is known to have been told: the same folds, over its entries alone.

Two parties stand next to each other. Where they differ, one had been told what the other had not; that is all that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from detente.rules.evidence.contradictions import Contradiction, contradictions
from detente.rules.evidence.counts import Reconciled, wholes
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import Support, support
from detente.rules.evidence.register import alliances


class Concluded(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a party's entries at a time: support by subject, contradictions, counts that run from the beginning."""

    contradictions: tuple[Contradiction, ...]
    counts: tuple[Reconciled, ...]
    entries: int
    support: Mapping[str, Support]


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """One matter as each party could see it, in words by party; `differ` tells whether those are not the same."""

    differ: bool
    matter: str
    words: Mapping[str, str]

    def sentence(self) -> str:
        """Say it for each party, or once for all."""
        if not self.differ:
            return f"{self.matter}, alike for {' and '.join(self.words)}: {next(iter(self.words.values()))}"
        return f"{self.matter}. " + " | ".join(f"{party}: {words}" for party, words in self.words.items())


NOTHING = "no evidence that it was told anything of this"


def conclude(held: OnRecord, at_us: int) -> Concluded:
    """Return what follows from some entries, as they stood at a time."""
    seen = held.until(at_us).current()
    return Concluded(
        contradictions=contradictions(seen.claims, alliances(seen.affiliations, at_us)),
        counts=wholes([body for _, _, body in seen.bulletins]),
        entries=len(seen.recorded),
        support=support(seen.claims),
    )


def beside(concluded: Mapping[str, Concluded]) -> tuple[Beside, ...]:
    """Return every matter on which any of the parties could conclude something, those on which they differ first."""
    found = [
        _matter(
            subject,
            {p: c.support[subject].sentence() if subject in c.support else NOTHING for p, c in concluded.items()},
        )
        for subject in sorted({s for c in concluded.values() for s in c.support})
    ]
    found += [
        _matter(matter, {p: _said(c, matter) for p, c in concluded.items()})
        for matter in sorted({_about(pair) for c in concluded.values() for pair in c.contradictions})
    ]
    found += [
        _matter(matter, {p: _counted(c, matter) for p, c in concluded.items()})
        for matter in sorted({_whose(one) for c in concluded.values() for one in c.counts})
    ]
    return tuple(sorted(found, key=lambda b: not b.differ))


def _matter(matter: str, words: Mapping[str, str]) -> Beside:
    plain = {party: text.removeprefix(f"{matter}: ") for party, text in words.items()}
    return Beside(differ=len(set(plain.values())) > 1, matter=matter, words=plain)


def _about(pair: Contradiction) -> str:
    return f"contradiction on {pair.subject}"


def _said(concluded: Concluded, matter: str) -> str:
    return _or_nothing([pair.sentence() for pair in concluded.contradictions if _about(pair) == matter])


def _whose(one: Reconciled) -> str:
    return f"count of {one.total.unit} by {one.who}"


def _counted(concluded: Concluded, matter: str) -> str:
    return _or_nothing([one.sentence() for one in concluded.counts if _whose(one) == matter])


def _or_nothing(words: Sequence[str]) -> str:
    return " / ".join(dict.fromkeys(words)) or NOTHING
