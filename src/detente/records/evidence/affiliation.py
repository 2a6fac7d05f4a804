"""Who is which, and who is where: groups, what they belong to, and the ground they are on, as claims by parties.

Contested, overlapping, relative to the party that makes them, and expiring. There is no single truth to look up.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.exact.rings import check_volume
from detente.geometry.volume import Volume4D
from detente.records.body import Body, Faults
from detente.records.evidence.claim import Stance, Tag
from detente.records.form import first_version

Relation = Literal["acts-for", "allied-with", "listed-as", "none", "part-of", "same-as"]


class Affiliation(Body, frozen=True, kw_only=True):
    """`who` says that `actor` stands in `relation` to `of`, from when until when (None: no bound stated).

    `listed-as` names a designation ("UN list", "truce party", "excluded"), true only for the party that uses it;
    `none` says that no tie is known. `party` is the speaker's id where it is a party.
    """

    actor: str
    from_us: int | None
    of: str
    party: str | None
    relation: Relation
    source: str
    stance: Stance
    tag: Tag
    until_us: int | None
    who: str
    words: str


class Whereabouts(Body, frozen=True, kw_only=True):
    """`who` says that `actor` is (or is not) within `place` during its times; `share` tells whether others share the ground.

    `concern_only`: to be used to raise a concern, never to assure anybody and never to say where somebody is.
    """

    actor: str
    concern_only: bool
    party: str | None
    place: Volume4D
    share: Literal["alone", "mixed", "unknown"]
    source: str
    stance: Stance
    tag: Tag
    who: str
    words: str


def check(affiliation: Affiliation) -> tuple[Problem, ...]:
    """Return what is wrong with a claim of belonging, seen alone."""
    faults = Faults()
    faults.name("actor", affiliation.actor)
    faults.title("of", affiliation.of)
    faults.order("from_us, until_us", affiliation.from_us, affiliation.until_us)
    _check_speaker(faults, affiliation)
    if affiliation.relation != "none" and affiliation.of == affiliation.actor:
        faults.add("of_itself", "of", affiliation.of, "names something other than the actor", "Name the other.")
    return faults.all()


def check_whereabouts(whereabouts: Whereabouts) -> tuple[Problem, ...]:
    """Return what is wrong with a claim of presence, seen alone."""
    faults = Faults()
    faults.name("actor", whereabouts.actor)
    faults.extend(check_volume(whereabouts.place, "place"))
    _check_speaker(faults, whereabouts)
    return faults.all()


def _check_speaker(faults: Faults, body: Affiliation | Whereabouts) -> None:
    faults.text("who", body.who, needed=True)
    faults.text("words", body.words)
    faults.text("source", body.source, needed=body.tag in ("DOC", "CONF"))
    if body.party is not None:
        faults.party("party", body.party)


FORMS = (
    first_version("affiliation", Affiliation, check),
    first_version("whereabouts", Whereabouts, check_whereabouts),
)
