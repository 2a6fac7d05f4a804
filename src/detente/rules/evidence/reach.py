"""Does an event fall inside a truce? By who is said to have been hit, where, and what each group is listed as by whose word.

    excluded group, or ground that only such a group is said to hold      outside the truce; humanitarian law holds all the same
    a truce party hit                                                     inside
    a truce party hit, while the actor says it meant an excluded group    inside, and told apart: neither account is dropped

Two events are never merged for being alike; each is classed by its own claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.volume import Outline
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import FOR, standing
from detente.rules.evidence.register import membership, words_on
from detente.rules.evidence.said import ClaimSaid

Reach = Literal["contested", "inside", "inside, meant for an excluded group", "outside", "unknown"]
_Group = Literal["contested", "excluded", "party", "unknown"]

SAYS: dict[Reach, str] = {
    "contested": "contested: accounts differ on who was hit, or speakers on what the group is",
    "inside": "inside the truce: a truce party was hit",
    "inside, meant for an excluded group": "a truce party was hit in an action that its author says was meant for an excluded group: "
    "inside the truce, and a class of its own",
    "outside": "outside the truce; humanitarian law protects those who take no part, all the same",
    "unknown": "unknown: nothing here says who was hit, or what that group is",
}


class Designations(msgspec.Struct, frozen=True, kw_only=True):
    """The two designations that matter, as the parties write them: of truce parties, and of groups that a truce leaves out."""

    excluded: str
    party: str


class Classed(msgspec.Struct, frozen=True, kw_only=True):
    """One event's class, the entries it rests on, and why."""

    evidence: tuple[str, ...]
    reach: Reach
    subject: str
    why: tuple[str, ...]

    def sentence(self) -> str:
        """Say the class and why."""
        return f"{self.subject}: {SAYS[self.reach]}. Why: {'; '.join(self.why) or 'no claim here says'}."


def classed(subject: str, held: OnRecord, listed: Designations, now_us: int) -> Classed:
    """Return how one event stands to a truce, from the claims on its subject that stand."""
    claims = [s for s in standing(held.claims) if s.claim.subject == subject and s.claim.stance in FOR]
    found = [_one(said, held, listed, now_us) for said in claims]
    said_by_actor = {group for said, (group, _, _) in zip(claims, found, strict=True) if _own_account(said)}
    groups = {group for group, _, _ in found}
    return Classed(
        evidence=tuple(
            dict.fromkeys(e for said, (_, _, more) in zip(claims, found, strict=True) for e in (said.id, *more))
        ),
        reach=_reach(groups, said_by_actor),
        subject=subject,
        why=tuple(dict.fromkeys(why for _, why, _ in found if why)),
    )


def _reach(groups: set[_Group], by_actor: set[_Group]) -> Reach:
    known = groups - {"unknown"}
    if known == {"party", "excluded"} and by_actor == {"excluded"}:
        return "inside, meant for an excluded group"
    if not known:
        return "unknown"
    if known == {"party"}:
        return "inside"
    return "outside" if known == {"excluded"} else "contested"


def _own_account(said: ClaimSaid) -> bool:
    return bool(said.claim.actor) and said.claim.party == said.claim.actor


def _one(said: ClaimSaid, held: OnRecord, listed: Designations, now_us: int) -> tuple[_Group, str, tuple[str, ...]]:
    """What one claim makes of who was hit: the group's standing, the reason, and the entries that say so."""
    claim = said.claim
    if claim.affected:
        group, whose, entries = _standing(claim.affected, held, listed, now_us)
        meant = f"{claim.who} says that {claim.affected} was {'meant' if _own_account(said) else 'hit'}"
        return group, f"{meant}; {whose}" if whose else meant, entries
    holders = _holders(said, held)
    if len(holders) != 1:
        return "unknown", "", ()
    actor, by, entry = holders[0]
    group, whose, entries = _standing(actor, held, listed, now_us)
    return group, f"{claim.who} says where; {by} says that {actor} alone holds that ground; {whose}", (entry, *entries)


def _standing(actor: str, held: OnRecord, listed: Designations, now_us: int) -> tuple[_Group, str, tuple[str, ...]]:
    party = membership(actor, listed.party, None, held.affiliations, now_us)
    excluded = membership(actor, listed.excluded, None, held.affiliations, now_us)
    words = [w for w in words_on(actor, held.affiliations, now_us) if w.of in (listed.party, listed.excluded) and w.yes]
    whose = f"{actor} is listed as {' and as '.join(dict.fromkeys(w.of for w in words))} by {', '.join(w.by for w in words)}"
    entries = tuple(w.entry for w in words)
    if "contested" in (party, excluded) or (party == "included" and excluded == "included"):
        return "contested", whose, entries
    if party == "included":
        return "party", whose, entries
    return ("excluded", whose, entries) if excluded == "included" else ("unknown", "", ())


def _holders(said: ClaimSaid, held: OnRecord) -> Sequence[tuple[str, str, str]]:
    """Who is said to hold, alone, the ground on which a claim puts its event: group, speaker, entry."""
    place, when = said.claim.place, said.claim.at_stated
    if place is None:
        return ()
    first = when.earliest_us if when and when.earliest_us is not None else said.at_us
    last = when.latest_us if when and when.latest_us is not None else said.at_us
    return tuple(
        (body.actor, body.who, entry)
        for entry, _, body in held.whereabouts
        if body.share == "alone"
        and body.stance in FOR
        and body.place.start_us <= last
        and first <= body.place.end_us
        and _meet(body.place.outline, place.outline)
    )


def _meet(a: Outline, b: Outline) -> bool:
    between = horizontal_distance(a, b, 0)
    return between is not None and between.distance_m == 0
