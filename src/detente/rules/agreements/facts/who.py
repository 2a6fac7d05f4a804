"""Whether an actor falls under a scope, and for which party it acts: from what parties say of groups, never from one register of truth.

An answer is `yes`, `no`, `unknown` (nobody has said) or `contested` (they say different things, or both things). The latter two never
keep a term silently: they make its verdict undetermined or contested.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec

from detente.geometry.volume import Volume4D
from detente.records.agreements.term import Who
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.rules.evidence.register import mixed_on
from detente.rules.evidence.said import plain_name

Is = Literal["contested", "no", "unknown", "yes"]
TIES = frozenset({"acts-for", "listed-as", "part-of", "same-as"})
ANSWERS_FOR = frozenset({"acts-for", "part-of", "same-as"})
MOST_STEPS = 4


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """One speaker's latest word on one tie of a group."""

    affiliation: Affiliation
    by: str
    entry: str
    said_us: int


class Ties:
    """What a viewer has been told of who is which and who is where. Later words of one speaker on one tie replace the earlier."""

    def __init__(self) -> None:
        self._ties: dict[str, dict[tuple[str, str, str], Tie]] = {}
        self._where: list[tuple[str, Whereabouts]] = []
        self._members: dict[str, set[str]] = {}

    def add(self, entry: str, said_us: int, body: Affiliation) -> str:
        """Take in one affiliation; returns the actor concerned."""
        actor = plain_name(body.actor)
        self._members.setdefault(plain_name(body.of), set()).add(actor)
        key = (body.party or body.who, body.relation, plain_name(body.of))
        known = self._ties.setdefault(actor, {})
        old = known.get(key)
        if old is None or (old.said_us, old.entry) <= (said_us, entry):
            known[key] = Tie(affiliation=body, by=key[0], entry=entry, said_us=said_us)
        return actor

    def tied_to(self, name: str) -> set[str]:
        """Return the groups of which somebody has said that they stand in some tie to a name."""
        return self._members.get(name, set())

    def add_whereabouts(self, entry: str, body: Whereabouts) -> None:
        """Take in one claim of presence."""
        self._where.append((entry, body))

    def ties(self, actor: str, at_us: int, word_of: Collection[str] = ()) -> list[Tie]:
        """Return the words on an actor in force at a moment, in order of speaker."""
        found = [
            tie
            for tie in self._ties.get(plain_name(actor), {}).values()
            if (not word_of or tie.by in word_of)
            and tie.affiliation.stance not in ("retracts", "cannot-confirm")
            and (tie.affiliation.from_us is None or tie.affiliation.from_us <= at_us)
            and (tie.affiliation.until_us is None or at_us <= tie.affiliation.until_us)
        ]
        return sorted(found, key=lambda tie: (tie.by, tie.affiliation.relation, tie.affiliation.of))

    def mixed(self, place: Volume4D, first_us: int, last_us: int) -> tuple[str, ...]:
        """Return the groups that somebody puts together on the ground of a place in a span; none if fewer than two."""
        found = mixed_on(place.outline, [body for _, body in self._where], first_us, last_us)
        return () if found is None else found.actors

    def tied(
        self, actor: str, names: Iterable[str], relations: Collection[str], at_us: int, word_of: Collection[str]
    ) -> Is:
        """Tell whether an actor is one of some names, or tied to one by what is said; ties lead on over at most four groups."""
        wanted = {plain_name(name) for name in names}
        said = _walk(self, plain_name(actor), wanted, relations, at_us, word_of, frozenset(), MOST_STEPS)
        if said == {True, False}:
            return "contested"
        return "unknown" if not said else "yes" if said == {True} else "no"


def _walk(
    register: Ties,
    actor: str,
    wanted: set[str],
    relations: Collection[str],
    at_us: int,
    word_of: Collection[str],
    seen: frozenset[str],
    steps: int,
) -> set[bool]:
    if actor in wanted:
        return {True}
    found: set[bool] = set()
    if steps == 0:
        return found
    for tie in register.ties(actor, at_us, word_of):
        of = plain_name(tie.affiliation.of)
        if tie.affiliation.relation not in relations:
            continue
        holds = tie.affiliation.stance != "denies"
        if of in wanted:
            found.add(holds)
        elif holds and of not in seen:
            found |= _walk(register, of, wanted, relations, at_us, word_of, seen | {actor}, steps - 1)
    return found


def in_scope(actor: str, who: Who, parties: Collection[str], register: Ties, at_us: int) -> Is:
    """Tell whether an actor is one that a scope includes and does not exclude. A party of the agreement is known to be none of the excluded
    unless somebody says so."""
    if not who.included and not who.excluded:
        return "yes"
    if not actor:
        return _policy(who)
    out = register.tied(actor, who.excluded, TIES, at_us, who.word_of) if who.excluded else "no"
    inn = register.tied(actor, who.included, TIES, at_us, who.word_of) if who.included else None
    if out == "contested" or inn == "contested" or (out == "yes" and inn == "yes" and actor not in who.excluded):
        return "contested"
    belongs = register.tied(actor, parties, ANSWERS_FOR, at_us, who.word_of)
    if out == "yes":
        return "contested" if inn is None and belongs in ("yes", "contested") and actor not in who.excluded else "no"
    if inn is not None:
        return inn if inn in ("yes", "no") else _policy(who)
    if out == "no" or actor in parties:
        return "yes"
    return "yes" if belongs == "yes" else _policy(who)


def _policy(who: Who) -> Is:
    return {"excluded": "no", "included": "yes", "undetermined": "unknown"}[who.unknown]  # type: ignore[return-value]


def acts_for(actor: str, bearer: str, parties: Collection[str], register: Ties, at_us: int) -> Is:
    """Tell whether an act of this actor is an act of a party that is bound. Somebody else's known man is not one's own."""
    if not actor:
        return "unknown"
    if plain_name(actor) == bearer:
        return "yes"
    own = register.tied(actor, (bearer,), ANSWERS_FOR, at_us, ())
    if own != "unknown":
        others = [p for p in parties if p != bearer and register.tied(actor, (p,), ANSWERS_FOR, at_us, ()) == "yes"]
        return "contested" if own == "yes" and others else own
    if actor in parties:
        return "no"
    if register.tied(actor, [p for p in parties if p != bearer], ANSWERS_FOR, at_us, ()) == "yes":
        return "no"
    return "unknown"
