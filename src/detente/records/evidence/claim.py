"""A claim: who says what, from where they have it, how well it is evidenced. Contradictions are kept side by side.

Nothing here decides what is true. Support rests on origins, not on relays: `rules.evidence.origins` counts them.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.exact.rings import check_volume
from detente.geometry.volume import Volume4D
from detente.records.body import Body, Faults, Stated
from detente.records.evidence.count import Counted, check_count
from detente.records.form import second_version

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

Stance = Literal["asserts", "cannot-confirm", "denies", "observes", "retracts"]


class Claim(Body, frozen=True, kw_only=True):
    """One statement by one speaker. `who` is the speaker in words; `party` its id where it is a party, else None.

    `subject` names what the claim is about, so that claims on one matter stand together ("strikes.start"); `place` is
    where, if the claim says so; `event_class` the class of event where it reports one ("" otherwise).
    `chain` holds the relays from the one nearest the origin to the one it was read at; empty: had from the origin
    itself. `origin` is where it began, as declared; one that nobody names is "OUTLET:unnamed"; "" is the speaker.
    `implies` names other subjects that must hold if this one does, so that a denial of them is seen to bear on it.
    `actor` is who is said to have done it, `affected` who is said to have been affected by it: names of parties or groups as in
    `affiliation`; "" where the claim does not say.
    `at_stated` is when the thing happened, `said` when it was said; `report` is the report that it was split from.
    """

    about: tuple[str, ...]
    actor: str = ""
    affected: str = ""
    at_stated: Stated | None
    chain: tuple[str, ...]
    count: Counted | None
    event_class: str
    implies: tuple[str, ...]
    origin: str
    party: str | None
    place: Volume4D | None
    report: str | None
    said: Stated | None
    says: str
    source: str
    stance: Stance
    subject: str
    tag: Tag
    who: str


class Claim1(Body, frozen=True, kw_only=True):
    """A claim as version 1 had it: it did not say who acted and who was affected."""

    about: tuple[str, ...]
    at_stated: Stated | None
    chain: tuple[str, ...]
    count: Counted | None
    event_class: str
    implies: tuple[str, ...]
    origin: str
    party: str | None
    place: Volume4D | None
    report: str | None
    said: Stated | None
    says: str
    source: str
    stance: Stance
    subject: str
    tag: Tag
    who: str


def from_1(old: Claim1) -> Claim:
    """Carry a claim of version 1 forward."""
    return Claim(**{field: getattr(old, field) for field in old.__struct_fields__})


def check(claim: Claim) -> tuple[Problem, ...]:
    """Return what is wrong with a claim's form; never whether it is true."""
    faults = Faults()
    faults.ids("about", claim.about)
    faults.stated("at_stated", claim.at_stated)
    faults.stated("said", claim.said)
    faults.text("says", claim.says, needed=True)
    faults.text("who", claim.who, needed=True)
    faults.text("source", claim.source, needed=claim.tag in ("DOC", "CONF"))
    faults.name("subject", claim.subject)
    check_path(faults, claim.chain, claim.origin)
    check_count(faults, "count", claim.count)
    faults.each_once("implies", claim.implies)
    for i, subject in enumerate(claim.implies):
        faults.name(f"implies[{i}]", subject)
    if claim.subject in claim.implies:
        faults.add("implies_itself", "implies", claim.subject, "names other subjects", "Leave it out.")
    if claim.event_class:
        faults.name("event_class", claim.event_class)
    if claim.report is not None:
        faults.hash("report", claim.report)
    if claim.place is not None:
        faults.extend(check_volume(claim.place, "place"))
    if claim.party is not None:
        faults.party("party", claim.party)
    for field in ("actor", "affected"):
        if getattr(claim, field):
            faults.title(field, getattr(claim, field))
    return faults.all()


def check_path(faults: Faults, chain: tuple[str, ...], origin: str) -> None:
    """How something reached us: relays by name, each once, none of them the origin itself."""
    for i, relay in enumerate(chain):
        faults.title(f"chain[{i}]", relay)
        if chain.index(relay) < i or relay == origin:
            rule = "names each relay once, and never the origin"
            faults.add("chain_repeats", f"chain[{i}]", relay, rule, "Give the path from the origin to the last relay.")
    if origin:
        faults.title("origin", origin)


FORMS = (second_version("claim", Claim, check, Claim1, from_1),)
