"""A claim: who says what, from which source, how well it is evidenced. Contradictions are kept side by side.

Nothing here decides what is true.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.rings import check_volume
from detente.geometry.volume import Volume4D
from detente.records.body import Body, Faults, Stated

Tag = Literal["CONF", "DOC", "ILL", "INF", "MEM+", "MEM?", "MEM~"]

TAG_MEANS: dict[Tag, str] = {
    "CONF": "documented, but sources conflict",
    "DOC": "documented",
    "ILL": "illustrative filler, so that a replay can run",
    "INF": "inferred from documented facts",
    "MEM+": "recalled without re-reading, sure",
    "MEM?": "recalled, unsure",
    "MEM~": "recalled, fairly sure",
}


class Claim(Body, frozen=True, kw_only=True):
    """One statement by one speaker. `who` is the speaker in words; `party` its id where it takes part, else None.

    `subject` names what the claim is about, so that claims on one matter stand together ("strikes.start"); `place` is
    where, if the claim says so. `count` with `unit` is a number claimed; numbers of different speakers are never added.
    """

    about: tuple[str, ...]
    at_stated: Stated | None
    count: int | None
    party: str | None
    place: Volume4D | None
    says: str
    source: str
    stance: Literal["affirms", "denies", "doubts", "reports"]
    subject: str
    tag: Tag
    unit: str
    who: str


def check(claim: Claim) -> tuple[Problem, ...]:
    """Return what is wrong with a claim's form; never whether it is true."""
    faults = Faults()
    faults.ids("about", claim.about)
    faults.stated("at_stated", claim.at_stated)
    faults.text("says", claim.says, needed=True)
    faults.text("who", claim.who, needed=True)
    faults.text("source", claim.source, needed=claim.tag in ("DOC", "CONF"))
    faults.name("subject", claim.subject)
    faults.text("unit", claim.unit, needed=claim.count is not None)
    faults.at_least("count", claim.count, 0)
    if claim.place is not None:
        faults.extend(check_volume(claim.place, "place"))
    if claim.party is not None:
        faults.party("party", claim.party)
    return faults.all()
