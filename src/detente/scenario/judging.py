"""Follows the reported deals of a case from what one station's own copy of the ledger holds, and nothing else.

The player asks after every row and at every deadline; what has changed since is told once. A route is looked up in the copies of
all stations: what none of them holds, nobody was told through this ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from detente.api.evidence import AlongAsked, EvidenceHeldAsked
from detente.geometry.f3548 import rounded
from detente.geometry.volume import Circle, Corridor, Outline, Point, Polygon
from detente.rules.evidence.affected import Affected, Candidate, Interest, affected
from detente.rules.evidence.contradictions import contradictions
from detente.rules.evidence.deals import Deal, DealStanding, adjudicate, due_moments
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.register import alliances
from detente.scenario.case import Case, microseconds
from detente.scenario.compose_parts import point_of
from detente.scenario.processes import Door
from detente.scenario.questions import News, answers, known_beside
from detente.scenario.verdicts import beside, status, verdicts

NEAR_MM = 30_000_000
"""How near somebody's ground must be to a place that a report names, for the question whether to tell them."""


class RouteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who was told of a route: the notices on it (none: no record), and whose ground it passes."""

    concerned: tuple[Affected, ...]
    notices: tuple[str, ...]

    def sentence(self) -> str:
        """Say what the ledger holds of it, and who should have been told."""
        concerned = "; ".join(f"{a.party} ({a.why}, {a.distance_m / 1000:.0f} km)" for a in self.concerned)
        if self.notices:
            held = ", ".join(entry[:12] for entry in self.notices)
            return f"told by {held}; on or near the route: {concerned}"
        return f"no record: nobody was told of it through this ledger, and nobody acknowledged it. On or near the route: {concerned}"


def held_by(door: Door) -> OnRecord:
    """Return what a station holds of evidence now."""
    answer = door.ask(EvidenceHeldAsked())
    held = answer.held
    while answer.next is not None:
        answer = door.ask(EvidenceHeldAsked(start=answer.next))
        held = held.then(answer.held)
    return held


class Judge:
    """Keeps what it has told of each deal, so that only what is new is told."""

    def __init__(self, case: Case, doors: Mapping[str, Door]) -> None:
        self._case = case
        self._doors = doors
        self._deals = {name: deal_of(told) for name, told in case.deals.items()}
        self._told: set[tuple[str, ...]] = set()
        self.tasks: list[Affected] = []

    def deadlines(self) -> list[int]:
        """Return the moments at which the clock alone changes something."""
        return [at_us for deal in self._deals.values() for at_us in due_moments(deal)]

    def standings(self, name: str, now_us: int) -> tuple[DealStanding, ...]:
        """Return where each point of a deal stands by the copy of the station that keeps watch on it."""
        held = self._held(name)
        return adjudicate(self._deals[name], held.claims, now_us, alliances(held.affiliations, now_us))

    def answers(self, by: str, asked: Mapping[str, Any], now_us: int) -> list[News]:
        """Answer a question from the copy of the party that asks."""
        if "verdicts" in asked:
            rows, seen = verdicts(self._doors[by], asked["verdicts"], asked.get("terms", ()))
            return [News(evidence=(*row.evidence, *row.against), words=f"VERDICT {row.words}, {seen}") for row in rows]
        if "status" in asked:
            said, seen = status(self._doors[by], asked["status"])
            return [News(evidence=(), words=f"STATUS {words}, {seen}") for words in said]
        return answers(self._case, asked, held_by(self._doors[by]), now_us)

    def known_beside(self, by: str, asked: Mapping[str, Any], now_us: int) -> list[News]:
        """Say what several parties could conclude now, each from its own copy."""
        copies = {party: held_by(self._doors[party]) for party in asked["known"]}
        found = known_beside(self._case, by, asked, copies, self._doors[by], now_us)
        doors = {party: self._doors[party] for party in asked["known"]}
        for words, basis in beside(doors, asked["agreement"], asked.get("terms", ())) if "agreement" in asked else ():
            found.append(News(evidence=basis, words=f"COULD CONCLUDE {words}"))
        return found

    def news(self, now_us: int) -> list[News]:
        """Return what has come about since it was last asked: standings, contradictions by allies, whom to ask about telling."""
        found: list[News] = []
        for name in self._deals:
            held = self._held(name)
            allies = alliances(held.affiliations, now_us)
            for one in adjudicate(self._deals[name], held.claims, now_us, allies):
                if one.verdict != "not reported" and self._new("standing", name, one.point, one.verdict):
                    found.append(News(evidence=one.evidence, words=standing_words(one)))
                if one.verdict != "not reported":
                    found += self._tasks(name, one)
            for pair in contradictions(held.claims, allies):
                if pair.by_ally and self._new("contradiction", pair.claim.id, pair.denial.id):
                    both = (pair.claim.id, pair.denial.id)
                    found.append(News(contradicts=both, evidence=both, words=f"CONTRADICTION {pair.sentence()}"))
        return found

    def route(self, asked: Mapping[str, Any]) -> RouteAnswer:
        """Return who was told of a route in a span by any notice that any station holds, and whose ground is near it."""
        line = tuple(point_of(self._case, name) for name in asked["route"])
        outline = Corridor(edge="geodesic", half_width_mm=0, line=line)
        from_us, until_us = microseconds(asked["from"]), microseconds(asked["until"])
        ends = tuple(ndeg for point in line for ndeg in (point.lat_ndeg, point.lon_ndeg))
        along = AlongAsked(from_us=from_us, line=ends, until_us=until_us)
        told = {entry for door in self._doors.values() for entry in door.ask(along).notices}
        route = Candidate(name=" - ".join(asked["route"]), outline=outline, provenance="the question")
        near = affected([route], interests_of(self._case), int(asked["within_km"]) * 1_000_000)
        return RouteAnswer(concerned=near, notices=tuple(sorted(told)))

    def _held(self, name: str) -> OnRecord:
        return held_by(self._doors[str(self._case.deals[name]["kept_by"])])

    def _new(self, *key: str) -> bool:
        fresh = key not in self._told
        self._told.add(key)
        return fresh

    def _tasks(self, name: str, one: DealStanding) -> list[News]:
        point = next(p for p in self._case.deals[name]["points"] if p["point"] == one.point)
        if not point.get("candidates") or not self._new("tasks", name, one.point):
            return []
        candidates = [_candidate(self._case, told) for told in point["candidates"]]
        tasks = affected(candidates, interests_of(self._case), NEAR_MM)
        self.tasks += tasks
        return [News(evidence=one.evidence, words=f"TASK {task.question()}") for task in tasks]


def standing_words(one: DealStanding) -> str:
    """Say where a point stands and why."""
    settle = (
        f" What would settle it: {one.would_settle}."
        if one.would_settle and one.verdict not in ("observed", "met")
        else ""
    )
    return f"STANDING {one.point}: {one.verdict}. Why: {one.why}.{settle}"


def deal_of(told: Mapping[str, Any]) -> Deal:
    """Read a deal from its part of a case file. Errors: msgspec.ValidationError for what the format does not know."""
    points = []
    for given in told["points"]:
        point = {key: value for key, value in given.items() if key not in ("candidates", "due")}
        points.append(point | ({"due_us": microseconds(given["due"])} if "due" in given else {}))
    return msgspec.convert({"ends_with": told["ends_with"], "points": points, "title": told["title"]}, Deal)


def interests_of(case: Case) -> list[Interest]:
    """Return whose ground the case says is where."""
    return [Interest(outline=_outline(case, i), party=i["party"], why=i["why"]) for i in case.interests]


def _candidate(case: Case, told: Mapping[str, Any]) -> Candidate:
    named = case.areas[told["area"]]["name"] if "area" in told else case.places[told["at"]].name
    return Candidate(name=named, outline=_outline(case, told), provenance=told["provenance"])


def _outline(case: Case, told: Mapping[str, Any]) -> Outline:
    if "area" in told:
        return Polygon(edge="geodesic", vertices=_ring(case.areas[told["area"]]["ring"]))
    return Circle(centre=point_of(case, told["at"]), radius_mm=int(told["radius_km"]) * 1_000_000)


def _ring(corners: Sequence[str]) -> tuple[Point, ...]:
    pairs = [corner.split(",") for corner in corners]
    return tuple(Point(rounded(Decimal(lat.strip()), 9), rounded(Decimal(lon.strip()), 9)) for lat, lon in pairs)
