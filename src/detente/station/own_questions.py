"""What own notices cost at those who screen them, why one was not screened, and which answers pass over own people now.

It rests on own notices and the ledger's public rules alone: an asker can count what it spent, and learns nothing here of what a holder
holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from detente.api.presence import OwnSpending
from detente.geometry.durations import DAY_US
from detente.geometry.volume import Volume4D
from detente.node.station.parts.screener import rules_of, volumes_to_screen
from detente.node.station.recent import about
from detente.node.station.state import Station
from detente.picture.known import Entry, known_of
from detente.picture.notices.screenings import ScreeningOnRecord
from detente.picture.picture import Picture
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.registry import Record
from detente.rules.notices.screening.budget import day_of
from detente.rules.notices.screening.screening import AskedOfUs, too_small

B = TypeVar("B")

UNKNOWN = "why is not told: the station that answered may hold no presence stated within a day"


class OwnQuestions:
    """What own notices cost at each recipient, each priced once."""

    def __init__(self, state: Station, picture: Picture, now: Callable[[], int]) -> None:
        self._state, self._picture, self._now = state, picture, now
        self._rules = rules_of(state.me.genesis.screening)
        self._prices: dict[tuple[str, str], int] = {}

    def spent_m2_s(self, party: str, through: str | None = None) -> int:
        """Return what own notices of a version's UTC day (of today without one) cost at a party, up to and including that version."""
        heads, after_us = self._picture.heads, self._state.me.genesis.screening.after_us
        entry = heads.entry(through) if through is not None else None
        asked_us = self._now() if entry is None else entry.received_at_us + after_us
        total, me = 0, self._state.me.party
        for identifier in self._picture.timeline.ids_since(day_of(asked_us) * DAY_US - after_us):
            one = heads.entry(identifier)
            mine = one is not None and one.kind == "notice" and one.author == me and party in one.audience
            if one is not None and mine and day_of(one.received_at_us + after_us) == day_of(asked_us):
                total += self._price(identifier, party)
            if identifier == through:
                break
        return total

    def why(self, version: str, answered: ScreeningOnRecord) -> str:
        """Say why an own notice was not screened, as far as its author can know; "" where it was, or is not our own."""
        entry = self._picture.heads.entry(version)
        if answered.answer != "not screened" or entry is None or entry.author != self._state.me.party:
            return ""
        if answered.entry is None:
            return f"{answered.party} did not answer by the deadline"
        small = too_small(self._volumes(version, answered.party), self._rules)
        if small:
            return f"our notice is {small} that is screened" if "least" in small else f"our notice has {small} to it"
        percent = self._percent(self.spent_m2_s(answered.party, version))
        if percent > 100:
            spent = f"our notices of that day have spent {percent} % of our daily budget at {answered.party}"
            return f"{spent}: the rest of the day is not screened"
        return UNKNOWN

    def rows(self) -> tuple[OwnSpending, ...]:
        """Return, for each other party, what own notices of today have spent of the daily budget there."""
        spent = {party: self.spent_m2_s(party) for party in self._state.peers.by_party}
        return tuple(
            OwnSpending(party=party, percent=self._percent(m2_s), spent_m2_s=m2_s) for party, m2_s in spent.items()
        )

    def _percent(self, spent_m2_s: int) -> int:
        return -(-100 * spent_m2_s // max(1, self._rules.budget_m2_s_per_day))

    def _price(self, identifier: str, party: str) -> int:
        found = self._prices.get((identifier, party))
        if found is None:
            volumes = self._volumes(identifier, party)
            found = 0 if too_small(volumes, self._rules) else self._rules.price.of(volumes)
            self._prices[identifier, party] = found
        return found

    def _volumes(self, identifier: str, party: str) -> tuple[Volume4D, ...]:
        held = about(self._state, identifier)
        if held is None:
            return ()
        index, entry = held
        facets = [None if opening is None else opening.facet for opening in entry.facets]
        known = known_of(index, entry.received_at_us, identifier, entry.header, facets)
        return volumes_to_screen(_body(known, party, Notice), _body(known, party, CoarseNotice))


def _body(known: Entry, party: str, kind: type[B]) -> B | None:
    """Return what a party may read of a notice in one of its forms."""
    for opened in known.opened:
        body = opened.record.body if isinstance(opened.record, Record) else None
        if isinstance(body, kind) and party in opened.audience:
            return body
    return None


def passing_over(state: Station, now_us: int) -> list[AskedOfUs]:
    """Return the answers that pass over own people now: their epoch is not over."""
    return [one for one in state.screening.screener.examined().values() if one.withheld and now_us < one.until_us]
