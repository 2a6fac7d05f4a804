"""Which roles and officers a party has, and which of those that somebody names are nobody's: a role misspelt is called by nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from detente.errors import Problem, nearest, problem
from detente.records.hotline.duress import Duress
from detente.records.parties.approval import ApprovalRule
from detente.records.parties.handover import Handover
from detente.records.parties.roster import Duty, Roster
from detente.rules.hotline.callees import ROLE

WATCH: Final = "watch"
"""The role that answers first, and the one of an officer of whom nothing else is said."""

CALLED: Final = ROLE["director"]
"""The role that a ladder calls first; quiet words are for it where nothing else is said."""

USUAL: Final = frozenset({WATCH, *ROLE.values()})
"""Roles that the product itself knows: whoever founds a party or registers an officer names any other as new."""


class OwnNames(NamedTuple):
    """A party's officers with a key in force, with their roles, and its duties on record."""

    party: str
    officers: Mapping[str, frozenset[str]]
    duties: tuple[Duty, ...]

    @property
    def roles(self) -> frozenset[str]:
        """Every role that somebody holds, by key or by roster."""
        return frozenset().union(*self.officers.values(), (duty.role for duty in self.duties))

    def roles_of(self, officer: str, at_us: int) -> frozenset[str]:
        """The roles an officer holds at a time: by its key, and by the roster while it is on watch."""
        on = (d.role for d in self.duties if d.officer == officer and d.from_us <= at_us <= d.until_us)
        return self.officers.get(officer, frozenset()) | frozenset(on)


def strangers(body: object, own: OwnNames, field: str) -> Iterator[Problem]:
    """Yield a problem for each role or officer named in a body of one's own that is nobody's. `field` is where the body stands."""
    match body:
        case Roster() if body.party == own.party:
            for n, duty in enumerate(body.duties):
                yield from _officer(duty.officer, own, f"{field}.duties[{n}].officer")
                yield from role(duty.role, own.roles | USUAL, f"{field}.duties[{n}].role")
        case Handover():
            yield from _officer(body.incoming, own, f"{field}.incoming")
            yield from _officer(body.outgoing, own, f"{field}.outgoing")
            yield from role(body.role, own.roles, f"{field}.role")
        case ApprovalRule():
            for n, need in enumerate(body.needs):
                yield from role(need.role, own.roles, f"{field}.needs[{n}].role")
        case Duress():
            for n, one in enumerate(body.for_roles):
                yield from role(one, own.roles, f"{field}.for_roles[{n}]")


def role(name: str, known: Iterable[str], field: str, step: str = "Name one of these") -> Iterator[Problem]:
    """Yield a problem if a role is not among those known."""
    if name not in (held := sorted(known)):
        rule = f"must be a role that somebody holds: {', '.join(held) or 'nobody holds any'}"
        yield problem("role-unknown", field, name, rule, nearest(name, held) or step)


def _officer(name: str, own: OwnNames, field: str) -> Iterator[Problem]:
    if name not in own.officers:
        rule = f"must be an officer of {own.party} with a key that is valid now: {', '.join(sorted(own.officers)) or 'none'}"
        step = nearest(name, own.officers) or "Make and register the key first (`detente keys`)"
        yield problem("officer-unknown", field, name, rule, step)
