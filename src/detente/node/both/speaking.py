"""For whom a party may speak in its screenings: itself, those it acts for, and those that are reached through it.

    party A, acts_for B          -> A speaks for B, and for those B acts for
    party B, answered_for_by A   -> A speaks for B (B has no station of its own to say so, or says so itself)

Both stand in `party` entries on the ledger, where everybody addressed can contest them; a screening alone claims nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from detente.errors import Problem, problem
from detente.records.parties.party import Party


class Speaking:
    """What the party entries so far say about who speaks for whom."""

    def __init__(self) -> None:
        self._acts_for: dict[str, tuple[str, ...]] = {}
        self._through: dict[str, str] = {}

    def heard(self, party: Party) -> None:
        """Take in a party as it stands from now on."""
        self._acts_for[party.party] = party.acts_for if party.state == "active" else ()
        if party.answered_for_by is not None and party.state == "active":
            self._through[party.party] = party.answered_for_by
        else:
            self._through.pop(party.party, None)

    def of(self, author: str) -> frozenset[str]:
        """Return the parties for which one may speak, itself included."""
        found, ahead = {author}, [author]
        while ahead:
            at = ahead.pop()
            reached = (party for party, through in self._through.items() if through == at)
            for party in (*self._acts_for.get(at, ()), *reached):
                if party not in found:
                    found.add(party)
                    ahead.append(party)
        return frozenset(found)


def not_spoken_for(named: Iterable[str], allowed: frozenset[str], author: str, field: str) -> list[Problem]:
    """Say of each party named that the author may not speak for it."""
    rule = f"must be {author}, a party it acts for, or one that is answered for by it"
    step = "Record that in a party entry first (acts_for, answered_for_by), or leave it out"
    return [
        problem("speaks-for", f"{field}[{n}]", party, rule, step)
        for n, party in enumerate(named)
        if party not in allowed
    ]
