"""Who is which: what parties say of groups, laid side by side. There is no single truth to look up.

The same group may be a truce party for one side and excluded for the other, belong to two alliances, share its ground with others,
and be none of this any more next month. Every answer names whose word it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.volume import Outline
from detente.records.evidence.affiliation import Affiliation, Relation, Whereabouts
from detente.rules.evidence.contradictions import Alliance
from detente.rules.evidence.said import plain_name

Membership = Literal["contested", "excluded", "included", "unknown"]


class TieWord(msgspec.Struct, frozen=True, kw_only=True):
    """One party's or speaker's word on one tie of a group: whether it holds (`yes`), by its latest statement in force."""

    at_us: int
    by: str
    entry: str
    of: str
    relation: Relation
    yes: bool


class Mixed(msgspec.Struct, frozen=True, kw_only=True):
    """Groups that somebody puts on the same ground, and who does; each stays what it is."""

    actors: tuple[str, ...]
    by: tuple[str, ...]
    concern_only: bool


def words_on(actor: str, stated: Iterable[tuple[str, int, Affiliation]], now_us: int) -> tuple[TieWord, ...]:
    """Return what each speaker says of a group now, from (entry, when said, body); expired and superseded words are left out."""
    latest: dict[tuple[str, str, str], TieWord] = {}
    for entry, at_us, body in sorted(stated, key=lambda one: (one[1], one[0])):
        if body.actor != actor or at_us > now_us:
            continue
        by = body.party or body.who
        key = (by, body.relation, plain_name(body.of))
        if body.stance in ("retracts", "cannot-confirm") or not _in_force(body, now_us):
            latest.pop(key, None)
            continue
        latest[key] = TieWord(
            at_us=at_us, by=by, entry=entry, of=body.of, relation=body.relation, yes=body.stance != "denies"
        )
    return tuple(sorted(latest.values(), key=lambda w: (w.by, w.relation, w.of)))


def membership(
    actor: str, designation: str, by: str | None, stated: Iterable[tuple[str, int, Affiliation]], now_us: int
) -> Membership:
    """Tell whether a group falls under a designation ("excluded groups"), as `by` says; None: as all who speak say.

    Speakers that differ make it *contested*; nobody speaking makes it *unknown*. Neither is an answer to act on.
    """
    said = {
        word.yes
        for word in words_on(actor, stated, now_us)
        if plain_name(word.of) == plain_name(designation) and by in (None, word.by)
    }
    if len(said) == 2:
        return "contested"
    return "unknown" if not said else "included" if said == {True} else "excluded"


def alliances(stated: Iterable[tuple[str, int, Affiliation]], now_us: int) -> frozenset[Alliance]:
    """Return the pairs that anybody states to be allies now."""
    held = list(stated)
    return frozenset(
        frozenset((actor, word.of))
        for actor in {body.actor for _, _, body in held}
        for word in words_on(actor, held, now_us)
        if word.relation == "allied-with" and word.yes
    )


def mixed_on(ground: Outline, stated: Sequence[Whereabouts], from_us: int, until_us: int) -> Mixed | None:
    """Return the groups that are put on some ground at once in a span, or None where it is fewer than two."""
    here = [
        w
        for w in stated
        if w.stance in ("asserts", "observes")
        and w.place.start_us <= until_us
        and from_us <= w.place.end_us
        and horizontal_distance(w.place.outline, ground, w.place.error_mm) is not None
    ]
    actors = tuple(sorted({w.actor for w in here}))
    if len(actors) < 2 and not any(w.share == "mixed" for w in here):
        return None
    by = tuple(sorted({w.party or w.who for w in here}))
    return Mixed(actors=actors, by=by, concern_only=any(w.concern_only for w in here))


def _in_force(body: Affiliation, now_us: int) -> bool:
    return (body.from_us is None or body.from_us <= now_us) and (body.until_us is None or now_us <= body.until_us)
