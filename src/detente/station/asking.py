"""Screening as both sides' officers are shown it: what others asked of own presence, and why own notices may not be screened.

The first is made from what never leaves this station. The second rests on own notices and the ledger's public rules alone: an
asker can count what it spent, and learns nothing here of what a holder holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from detente.conflicts.budget import DAY_US, day_of
from detente.conflicts.probing import cells_words, passed_over_words, patterns
from detente.conflicts.screening import BUDGET_SPENT, AskedOfUs, too_small
from detente.geometry.volume import Volume4D
from detente.node.screener import rules_of, volumes_to_screen
from detente.node.station_recent import about
from detente.picture.known import Known, known_of
from detente.picture.screenings import Answered
from detente.records.notice import CoarseNotice, Notice
from detente.records.registry import Record
from detente.station.asked import Asked
from detente.station.http import Answer, Request, json_answer

UNKNOWN = "why is not told: the station that answered may hold no presence stated within a day"


class OwnQuestions:
    """What own notices cost at each recipient, each priced once."""

    def __init__(self, api: Asked) -> None:
        self._api = api
        self._rules = rules_of(api.state.me.genesis.screening)
        self._prices: dict[tuple[str, str], int] = {}

    def spent_m2_s(self, party: str, through: str | None = None) -> int:
        """Return what own notices of a version's UTC day (of today without one) cost at a party, up to and including that version."""
        heads, after_us = self._api.picture.heads, self._api.state.me.genesis.screening.after_us
        entry = heads.entry(through) if through is not None else None
        asked_us = self._api.engine.now_us if entry is None else entry.received_at_us + after_us
        total, me = 0, self._api.state.me.party
        for identifier in self._api.picture.timeline.ids_since(day_of(asked_us) * DAY_US - after_us):
            one = heads.entry(identifier)
            mine = one is not None and one.kind == "notice" and one.author == me and party in one.audience
            if one is not None and mine and day_of(one.received_at_us + after_us) == day_of(asked_us):
                total += self._price(identifier, party)
            if identifier == through:
                break
        return total

    def why(self, version: str, answered: Answered) -> str:
        """Say why an own notice was not screened, as far as its author can know; "" where it was, or is not our own."""
        entry = self._api.picture.heads.entry(version)
        if answered.answer != "not screened" or entry is None or entry.author != self._api.state.me.party:
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

    def rows(self) -> list[dict[str, Any]]:
        """Return, for each other party, what own notices of today have spent of the daily budget there."""
        found = []
        for party in self._api.state.peers.by_party:
            spent = self.spent_m2_s(party)
            found.append({"party": party, "percent": self._percent(spent), "spent_m2_s": spent})
        return found

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
        held = about(self._api.state, identifier)
        if held is None:
            return ()
        index, entry = held
        facets = [None if opening is None else opening.facet for opening in entry.facets]
        known = known_of(index, entry.received_at_us, identifier, entry.header, facets)
        return volumes_to_screen(_body(known, party, Notice), _body(known, party, CoarseNotice))


def _body(known: Known, party: str, kind: type[Any]) -> Any:
    """Return what a party may read of a notice in one of its forms."""
    for opened in known.opened:
        body = opened.record.body if isinstance(opened.record, Record) else None
        if isinstance(body, kind) and party in opened.audience:
            return body
    return None


def routes(api: Asked, own: OwnQuestions) -> dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]]:
    """Return the routes of this part of the local listener."""

    async def questions(request: Request) -> Answer:
        """What others asked of own presence in the last day, newest first, what each spent; what own notices spend with others."""
        screener, cell_ndeg = api.state.screening.screener, api.state.me.genesis.screening.cell_ndeg
        asked = list(screener.examined().values())
        return json_answer(
            {
                "asked": [_row(one, cell_ndeg) for one in reversed(asked)],
                "basis": api.basis(),
                "ours": own.rows(),
                "passed_over": [row["passed_over"] for row in standing(api)],
                "patterns": [
                    {**msgspec.to_builtins(p), "spent_percent": p.spent_percent, "words": p.sentence()}
                    for p in patterns(asked)
                ],
            }
        )

    return {("GET", "/local/questions"): questions}


def standing(api: Asked) -> list[dict[str, Any]]:
    """Return the answers that pass over own people now: their epoch is not over."""
    now_us, cell_ndeg = api.engine.now_us, api.state.me.genesis.screening.cell_ndeg
    held = api.state.screening.screener.examined().values()
    return [_row(one, cell_ndeg) for one in held if one.withheld and now_us < one.until_us]


def _row(one: AskedOfUs, cell_ndeg: int) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(one),
        "passed_over": passed_over_words(one, cell_ndeg) if one.withheld else None,
        "words": _words(one, cell_ndeg),
    }


def _words(one: AskedOfUs, cell_ndeg: int) -> str:
    if one.answer == "not screened":
        budget = f" ({one.spent_m2_s} of {one.budget_m2_s} m2 s)" if one.reason == BUDGET_SPENT else ""
        return f"{one.answer}: {one.reason}{budget}"
    raised = f": {cells_words(one.raised_by, cell_ndeg).rstrip(',')}" if one.raised_by else ""
    over = f"; PASSED OVER: {cells_words(one.withheld, cell_ndeg).rstrip(',')}" if one.withheld else ""
    return f"{one.answer}{raised}{over}"
