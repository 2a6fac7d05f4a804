"""Which claims cannot both hold, kept side by side. Nobody wins: what is shown is who says what, and who is whose ally.

A claim contradicts a denial of its own subject, and a denial of any subject that it implies:

    N2  SDF denies          talks.exist
    s9  coalition asserts   talks.captives   implies talks.exist       contradicts N2; the coalition is the SDF's ally
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from detente.rules.evidence.origins import FOR, standing
from detente.rules.evidence.said import ClaimSaid, origin_of

Alliance = frozenset[str]
"""Two parties that somebody has stated to be allies. Whose statement that is, the register of who is which tells."""


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """One claim against one denial. `by_ally`: the claim is by an ally of the party that denies; then the denial is hard to hold.

    `subject` is what is denied; the claim is of it, or of something that implies it. `own_words` : one origin says both.
    """

    by_ally: bool
    claim: ClaimSaid
    denial: ClaimSaid
    own_words: bool
    subject: str

    def sentence(self) -> str:
        """Say both sides, the earlier first; say who is an ally of whom; never who is right."""
        said = f"{self.claim.claim.who} says: {self.claim.claim.says}"
        denied = f"{self.denial.claim.who} denies {self.subject}: {self.denial.claim.says}"
        first, second = (said, denied) if self.claim.at_us < self.denial.at_us else (denied, said)
        flag = (
            f". {self.claim.claim.who} is an ally of {self.denial.claim.who}, whose denial it contradicts"
            if self.by_ally
            else ""
        )
        return f"{first} / {second}{flag}{'. One origin has said both' if self.own_words else ''}"


def contradictions(all_said: Sequence[ClaimSaid], alliances: Collection[Alliance] = ()) -> tuple[Contradiction, ...]:
    """Return every pair of a claim and a denial that bears on it, in order of time; what was taken back counts no more.

    A pair of reprints of the same two origins on the same subject is one contradiction: the earliest of each stands for it.
    """
    held = sorted(standing(all_said), key=lambda s: (s.at_us, s.id))
    denials = [s for s in held if s.claim.stance == "denies"]
    found: dict[tuple[str, str, str, str], Contradiction] = {}
    for one in held:
        if one.claim.stance not in FOR:
            continue
        for denial in denials:
            subject = denial.claim.subject
            if subject != one.claim.subject and subject not in one.claim.implies:
                continue
            key = (origin_of(one.claim), one.claim.subject, origin_of(denial.claim), subject)
            found.setdefault(key, _pair(one, denial, alliances))
    return tuple(sorted(found.values(), key=_when))


def denied_by(subject: str, all_said: Sequence[ClaimSaid]) -> tuple[ClaimSaid, ...]:
    """Return the standing denials that bear on a subject: of itself, or of what those who claim it say it implies."""
    held = standing(all_said)
    implied = {subject}.union(*(s.claim.implies for s in held if s.claim.subject == subject))
    return tuple(s for s in held if s.claim.stance == "denies" and s.claim.subject in implied)


def allied(a: str | None, b: str | None, alliances: Iterable[Alliance]) -> bool:
    """Tell whether two different parties are stated to be allies."""
    return a is not None and b is not None and a != b and frozenset((a, b)) in set(alliances)


def _pair(one: ClaimSaid, denial: ClaimSaid, alliances: Collection[Alliance]) -> Contradiction:
    return Contradiction(
        by_ally=allied(one.claim.party, denial.claim.party, alliances),
        claim=one,
        denial=denial,
        own_words=origin_of(one.claim) == origin_of(denial.claim),
        subject=denial.claim.subject,
    )


def _when(found: Contradiction) -> tuple[int, str, str]:
    return max(found.claim.at_us, found.denial.at_us), found.claim.id, found.denial.id
