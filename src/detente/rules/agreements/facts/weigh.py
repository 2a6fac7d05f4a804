"""What an occurrence is worth to one role of one term: established, possible, or nothing; and what it is that is in doubt.

Three questions, each with its own doubt: is there evidence at the signed threshold; is it in scope (who, whom, where); is it timed.
The weakest answer decides. Nothing that is in doubt is dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.geodesic import distance_m
from detente.geometry.volume import NDEG, Circle, Corridor, Outline, Point, Polygon, Volume4D
from detente.records.agreements.term import Evidence, Term
from detente.rules.agreements.facts.events import Occurrence, Voice
from detente.rules.agreements.facts.who import Is, Ties, acts_for, in_scope

LEAST_MM_PER_DEGREE = 110_500_000
"""A degree of latitude is nowhere shorter than this (WGS 84: 110 574 m at the equator)."""


class Uncertainty(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is only possible. `contested`: two words stand against each other; otherwise there is too little."""

    contested: bool
    settles: str
    """What would settle it."""
    why: str


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """What an occurrence is worth, with its doubts; for one that is nothing, why in `why`."""

    doubts: tuple[Uncertainty, ...] = ()
    why: str = ""


def weigh(
    occurrence: Occurrence, term: Term, parties: Collection[str], register: Ties, *, whole_scope: bool = True
) -> Weight:
    """Weigh an occurrence for a term, whoever's it is. `whole_scope` False: only the evidence (excuses, what is asked for)."""
    if occurrence.recorded_us is not None:
        return Weight()
    doubts: list[Uncertainty] = []
    why = _evidence(occurrence, term.evidence, doubts)
    at_us = occurrence.last_us
    if not why and whole_scope:
        actor = in_scope(occurrence.actor, term.scope.actors, parties, register, at_us)
        why = _scoped(actor, occurrence.actor, "by", doubts)
        affected = in_scope(occurrence.affected, term.scope.affected, parties, register, at_us)
        why = why or _scoped(affected, occurrence.affected, "on", doubts)
        why = why or _mixed(occurrence, term, register, doubts)
    if not why:
        why = _area(occurrence.place, term, doubts)
    if not why and not occurrence.timed:
        doubts.append(Uncertainty(contested=False, settles="when it happened, with its zone", why="nobody says when"))
    return Weight(doubts=tuple(doubts), why=why)


def whose(occurrence: Occurrence, name: str, bearer: str, parties: Collection[str], register: Ties) -> Weight:
    """Weigh whether the act of a named actor is a bearer's."""
    found = acts_for(name, bearer, parties, register, occurrence.last_us)
    doubts: list[Uncertainty] = []
    why = ""
    if found == "no":
        why = f"{name or 'nobody named'} does not act for {bearer}"
    elif found == "contested":
        settles = f"whether {name} acts for {bearer}, by those whose word counts"
        doubts.append(
            Uncertainty(contested=True, settles=settles, why=f"whether {name} acts for {bearer} is contested")
        )
    elif found == "unknown":
        who = name or "who did it"
        words = "it is not attributed" if not name else f"nobody says for whom {name} acts"
        doubts.append(Uncertainty(contested=False, settles=f"who it was: {who}", why=words))
    return Weight(doubts=tuple(doubts), why=why)


def enough(voices: Sequence[Voice], evidence: Evidence) -> bool:
    """Tell whether voices reach the threshold of a term."""
    counted = eligible(voices, evidence)
    if len({voice.origin for voice in counted}) < evidence.origins:
        return False
    return not evidence.all_of or {voice.party for voice in counted} >= set(evidence.declared_by)


def eligible(voices: Sequence[Voice], evidence: Evidence) -> list[Voice]:
    """Return the voices of those who may declare."""
    return [v for v in voices if not evidence.declared_by or v.party in evidence.declared_by]


def _evidence(occurrence: Occurrence, evidence: Evidence, doubts: list[Uncertainty]) -> str:
    """Weigh for and against at the same threshold. One-sided enough is established; both enough is contested."""
    if not occurrence.for_:
        return "nobody says that it happened"
    is_enough, against = enough(occurrence.for_, evidence), enough(occurrence.against, evidence)
    if is_enough and not against:
        return ""
    names = ", ".join(v.origin for v in occurrence.against)
    if is_enough:
        settles = f"a later word of one side, or of another origin that may declare, on {occurrence.id}"
        doubts.append(Uncertainty(contested=True, settles=settles, why=f"{occurrence.id}: said, and denied by {names}"))
        return ""
    have = len({v.origin for v in eligible(occurrence.for_, evidence)})
    who = f" of {', '.join(evidence.declared_by)}" if evidence.declared_by else ""
    of = " each" if evidence.all_of else ""
    why = f"{occurrence.id}: {have} of {evidence.origins} independent origins{who}{of}"
    if occurrence.against:
        why += f"; denied by {names}"
    if occurrence.unsure:
        why += f"; {', '.join(v.origin for v in occurrence.unsure)} cannot confirm"
    need = max(evidence.origins - have, 1)
    settles = f"{need} more independent origin{'' if need == 1 else 's'}{who} on {occurrence.id}"
    doubts.append(Uncertainty(contested=False, settles=settles, why=why))
    return ""


def _scoped(found: Is, name: str, how: str, doubts: list[Uncertainty]) -> str:
    if found == "no":
        return f"{how} {name or 'nobody named'}: outside the scope"
    if found == "contested":
        why = f"whether {name} is inside the scope is contested"
        doubts.append(Uncertainty(contested=True, settles=f"whose word on what {name} is counts", why=why))
    elif found == "unknown":
        why = f"{how} {name}: nobody says what it is" if name else f"nobody says {how} whom"
        doubts.append(Uncertainty(contested=False, settles=f"{how} whom, and what group that is", why=why))
    return ""


def _mixed(occurrence: Occurrence, term: Term, register: Ties, doubts: list[Uncertainty]) -> str:
    """An act of nobody named, on ground where somebody puts an excluded group beside others: it may have been theirs."""
    if occurrence.actor or occurrence.place is None or not term.scope.actors.excluded:
        return ""
    actors = register.mixed(occurrence.place, occurrence.first_us, occurrence.last_us)
    at_us = occurrence.last_us
    excluded = [a for a in actors if in_scope(a, term.scope.actors, (), register, at_us) in ("no", "contested")]
    if excluded and len(actors) > 1:
        why = f"on this ground are {', '.join(actors)}, of whom {', '.join(excluded)} may be outside the scope"
        doubts.append(Uncertainty(contested=False, settles="which of the groups on this ground it was", why=why))
    return ""


def _area(place: Volume4D | None, term: Term, doubts: list[Uncertainty]) -> str:
    area = term.scope.area
    if not area:
        return ""
    if place is None:
        match term.scope.unplaced:
            case "excluded":
                return "nobody says where: outside the scope"
            case "undetermined":
                doubts.append(Uncertainty(contested=False, settles="where it happened", why="nobody says where"))
        return ""
    touching = [outline for outline in area if touches(place.outline, outline, place.error_mm)]
    if not touching:
        return "outside the area"
    if not any(inside(place, outline) for outline in touching):
        why = "its place reaches over the edge of the area"
        doubts.append(Uncertainty(contested=False, settles="where it happened, more exactly", why=why))
    return ""


def touches(place: Outline, area: Outline, error_mm: int) -> bool:
    """Tell whether a place, with its error, touches an area. Two circles are told at once, the rest exactly."""
    if isinstance(place, Circle) and isinstance(area, Circle):
        return _apart_mm(place.centre, area.centre) <= place.radius_mm + area.radius_mm + error_mm
    return horizontal_distance(place, area, error_mm) is not None


Band = tuple[int, int]
"""Latitudes, nanodegrees, from south to north."""


def band_of(area: Sequence[Outline]) -> Band | None:
    """Return latitudes beyond which nothing touches an area of circles; None where that is not so simple, or everywhere is meant."""
    ends = [(c.centre.lat_ndeg, reach(c.radius_mm)) for c in area if isinstance(c, Circle)]
    if not area or len(ends) < len(area):
        return None
    return min(lat - up for lat, up in ends), max(lat + up for lat, up in ends)


def beyond(occurrence: Occurrence, band: Band | None) -> bool:
    """Tell, quickly and only where it is certain, that an occurrence lies outside."""
    place = occurrence.place
    if band is None or place is None or not isinstance(place.outline, Circle):
        return False
    up = reach(place.outline.radius_mm + place.error_mm)
    lat = place.outline.centre.lat_ndeg
    return lat + up < band[0] or lat - up > band[1]


def reach(radius_mm: int) -> int:
    """Return how many nanodegrees of latitude a distance is at most."""
    return radius_mm * NDEG // LEAST_MM_PER_DEGREE + 1


def inside(place: Volume4D, area: Outline) -> bool:
    """Tell whether a whole place, with its error, lies in an area. For circles exact to a millimetre; for others by eight points of the rim
    of each corner's error circle, and never by less."""
    outline, error_mm = place.outline, place.error_mm
    if isinstance(outline, Circle) and isinstance(area, Circle):
        return _apart_mm(outline.centre, area.centre) + outline.radius_mm + error_mm <= area.radius_mm
    return all(touches(Circle(centre=point, radius_mm=1), area, 0) for point in _rim(outline, error_mm))


def _rim(outline: Outline, error_mm: int) -> list[Point]:
    match outline:
        case Circle(centre=centre, radius_mm=radius_mm):
            return _around(centre, radius_mm + error_mm)
        case Polygon(vertices=vertices):
            return [point for vertex in vertices for point in _around(vertex, error_mm)]
        case Corridor(line=line, half_width_mm=half_width_mm):
            return [point for vertex in line for point in _around(vertex, half_width_mm + error_mm)]


def _around(centre: Point, radius_mm: int) -> list[Point]:
    if radius_mm <= 0:
        return [centre]
    from math import cos, pi, radians, sin

    lat_m = 111_320.0
    lon_m = max(lat_m * cos(radians(centre.lat_ndeg / NDEG)), 1.0)
    step = [(sin(k * pi / 4), cos(k * pi / 4)) for k in range(8)]
    return [
        Point(
            centre.lat_ndeg + round(north * radius_mm / 1000 / lat_m * NDEG),
            centre.lon_ndeg + round(east * radius_mm / 1000 / lon_m * NDEG),
        )
        for north, east in step
    ]


def _apart_mm(a: Point, b: Point) -> float:
    return distance_m(a.lat_ndeg / NDEG, a.lon_ndeg / NDEG, b.lat_ndeg / NDEG, b.lon_ndeg / NDEG) * 1000
