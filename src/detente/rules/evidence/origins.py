"""How much stands behind a claim: its independent origins, never its reprints.

Ten relays of one unnamed source add reach, not support: they are one origin. An origin that has taken its words back supports
nothing, and a reprint of what it said before does not raise it again; only its own later word does.

    DEZ24:unnamed --> DEZ24 --> South Front --> 21st Century Wire       one origin, three relays
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from detente.rules.evidence.said import ClaimSaid, is_unnamed, origin_of, plain_name, shown_names

FOR = ("asserts", "observes")


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands where on one subject, by origin, each list sorted. `relays` passed it on; `unnamed` origins are among the others.

    `for_` and `against` may share an origin that has said both. `claims` is how many claims there are: reach, no support.
    `perhaps_echo` are origins for it that also passed on another origin's word on this very subject.
    """

    against: tuple[str, ...]
    claims: int
    for_: tuple[str, ...]
    observed_by: tuple[str, ...]
    perhaps_echo: tuple[str, ...]
    relays: tuple[str, ...]
    retracted: tuple[str, ...]
    subject: str
    unnamed: tuple[str, ...]
    unsure: tuple[str, ...]

    @property
    def independent(self) -> int:
        """How many independent origins stand for it."""
        return len(self.for_)

    def sentence(self) -> str:
        """Say what stands behind the subject."""
        parts = [f"{self.subject}: {counted(self.independent, 'independent origin')}{_named(self.for_, self.unnamed)}"]
        if self.observed_by:
            parts.append(f"seen by {', '.join(self.observed_by)}")
        if self.relays:
            parts.append(f"passed on by {', '.join(self.relays)}: reach, not support")
        if self.perhaps_echo:
            parts.append(f"{', '.join(self.perhaps_echo)} may be an echo: passed on another origin's word too")
        if self.against:
            parts.append(f"denied by {', '.join(self.against)}")
        if self.unsure:
            parts.append(f"{', '.join(self.unsure)} cannot confirm")
        if self.retracted:
            parts.append(f"taken back by {', '.join(self.retracted)}")
        return "; ".join(parts)


def counted(count: int, noun: str) -> str:
    """Say a number with its noun: `1 independent origin`, `2 independent origins`, `no independent origin`."""
    return f"no {noun}" if count == 0 else f"{count} {noun}{'' if count == 1 else 's'}"


def support(all_said: Iterable[ClaimSaid]) -> dict[str, Support]:
    """Return the support of every subject, in order of subject. The order of the claims does not matter."""
    by_subject: dict[str, list[ClaimSaid]] = defaultdict(list)
    for one in all_said:
        by_subject[one.claim.subject].append(one)
    return {subject: _of_subject(subject, by_subject[subject]) for subject in sorted(by_subject)}


def standing(all_said: Sequence[ClaimSaid]) -> tuple[ClaimSaid, ...]:
    """Return the claims that have not been taken back by their own origin, in the order given; retractions are left out."""
    taken_back = _retractions(all_said)
    return tuple(s for s in all_said if s.claim.stance != "retracts" and not _gone(s, taken_back))


def _of_subject(subject: str, all_said: Sequence[ClaimSaid]) -> Support:
    names = shown_names(all_said)
    held = standing(all_said)
    origins_for = {origin_of(s.claim) for s in held if s.claim.stance in FOR}
    origins = {stance: {origin_of(s.claim) for s in held if s.claim.stance == stance} for stance in _STANCES}
    spoke = origins_for | origins["denies"] | origins["cannot-confirm"]
    passed_on = {plain_name(relay): relay for s in all_said for relay in s.claim.chain}
    echo = {plain_name(r) for s in held if s.claim.stance in FOR for r in s.claim.chain if plain_name(r) in origins_for}

    def shown(found: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(names[origin] for origin in found))

    return Support(
        against=shown(origins["denies"]),
        claims=len(all_said),
        for_=shown(origins_for),
        observed_by=shown(origins["observes"]),
        perhaps_echo=shown(echo),
        relays=tuple(sorted(name for key, name in passed_on.items() if key not in names)),
        retracted=shown({origin for _, origin in _retractions(all_said)} - spoke),
        subject=subject,
        unnamed=shown(origin for origin in origins_for if is_unnamed(origin)),
        unsure=shown(origins["cannot-confirm"]),
    )


_STANCES = ("cannot-confirm", "denies", "observes")


def _retractions(all_said: Sequence[ClaimSaid]) -> dict[tuple[str, str], int]:
    """When each origin last took its word back itself; where only relays tell of it, when the first of them did."""
    direct: dict[tuple[str, str], int] = {}
    relayed: dict[tuple[str, str], int] = {}
    for s in all_said:
        if s.claim.stance != "retracts":
            continue
        key = (s.claim.subject, origin_of(s.claim))
        if s.claim.chain:
            relayed[key] = min(s.at_us, relayed.get(key, s.at_us))
        else:
            direct[key] = max(s.at_us, direct.get(key, s.at_us))
    return relayed | direct


def _gone(one: ClaimSaid, taken_back: dict[tuple[str, str], int]) -> bool:
    """Whether the origin took this back: all it said until then, and every relay of it, whenever printed."""
    at_us = taken_back.get((one.claim.subject, origin_of(one.claim)))
    return at_us is not None and (bool(one.claim.chain) or one.at_us <= at_us)


def _named(origins: Sequence[str], unnamed: Sequence[str]) -> str:
    if not origins:
        return ""
    return f" ({', '.join(f'{name}, unnamed' if name in unnamed else name for name in origins)})".replace(
        ":unnamed, unnamed", ", who is not named"
    )
