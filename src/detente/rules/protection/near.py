"""Is this point inside or near a protected place? Answered from a register, without any line; never that a place is free of any.

At Kunduz on 3 October 2015 the exact coordinates lay at headquarters; the crew's own pointed at an open field, and it fell back
on a description that fitted a building some 300 to 400 m away: the hospital. So three things are alarms whatever the distance says: a
description without coordinates, something described that is not what is found at them, and a described place that is elsewhere.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from detente.geometry.exact.separation import horizontal_distance
from detente.geometry.stated.position import StatedPosition, apart_mm, say_distance
from detente.geometry.volume import Circle, Point
from detente.rules.protection.ground import Ground, ground_of
from detente.rules.protection.register import Protected, Register

EPSILON_MM: Final = 2
"""What measuring and rounding add to the stated errors (the bound on distance is 1 mm)."""

LOOK_AROUND_MM: Final = 1_000_000
"""How far around the point a protected place that fits a description is looked for: well over the 300 to 400 m of Kunduz."""

AHEAD_US: Final = 5 * 60_000_000
"""A register dated further ahead than this of the clock here: one of the two clocks is wrong, and its age cannot be told."""


class Nearness(StrEnum):
    """The answer, worst first."""

    INSIDE = "inside"
    WITHIN_BUFFER = "within the buffer of"
    NOT_NEAR = "not near"
    NO_ANSWER = "no answer"


class NearQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked. `described` is what the place is said to be, `found` what is seen at the coordinates, `described_at` where
    what was described is seen; "" and None: not said. `at_us` is the time asked about.
    """

    at_us: int
    described: str = ""
    described_at: StatedPosition | None = None
    found: str = ""
    position: StatedPosition | None = None


class NearPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One protected place that the point is inside or near. `gap_mm` is from the stated point to its edge, 0 inside.

    `allowed_mm` is what the errors of both allow. `of_described`: it is so of the described place, not of the coordinates.
    """

    allowed_mm: int
    gap_mm: int
    of_described: bool
    place: Protected
    verdict: Nearness
    when: str

    def sentence(self) -> str:
        """Say it in one line."""
        what = f"{self.place.activity} of {self.place.author}: {self.place.words or 'no words'}"
        of = "the DESCRIBED place is " if self.of_described else ""
        if self.verdict is Nearness.INSIDE:
            gap = (
                "" if self.gap_mm <= EPSILON_MM else f" (within the errors: {say_distance(self.gap_mm)} from its edge)"
            )
            return f"{of}INSIDE {what}{gap}; {self.when}"
        buffer = say_distance(self.place.buffer_mm)
        return f"{of}WITHIN THE BUFFER ({buffer}) of {what}: {say_distance(self.gap_mm)} from its edge; {self.when}"


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not fit, whatever the distance."""

    code: str
    words: str


class NearAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer with what it rests on. `age_us` is the register's at the time asked about."""

    age_us: int
    alarms: tuple[Misfit, ...]
    as_of_us: int
    hits: tuple[NearPlace, ...]
    nearest_mm: int | None
    places: int
    stale: str
    verdict: Nearness


def answer(register: Register, asked: NearQuestion) -> NearAnswer:
    """Answer from a register. From a stale one only what it does hold is said, and that it is stale; never that a point is not near."""
    stale = _stale(register, asked.at_us)
    hits, nearest = _hits(register, asked.position, asked.at_us, of_described=False)
    more, _ = _hits(register, asked.described_at, asked.at_us, of_described=True)
    every = tuple(sorted((*hits, *more), key=lambda h: (list(Nearness).index(h.verdict), h.gap_mm, h.place.id)))
    verdict = every[0].verdict if every else Nearness.NOT_NEAR
    if not every and (stale or asked.position is None):
        verdict = Nearness.NO_ANSWER
    return NearAnswer(
        age_us=asked.at_us - register.as_of_us,
        alarms=_alarms(register, asked, hits),
        as_of_us=register.as_of_us,
        hits=every,
        nearest_mm=nearest,
        places=len(register.places),
        stale=stale,
        verdict=verdict,
    )


def _stale(register: Register, at_us: int) -> str:
    """Say why the register is too old to answer from, or ""."""
    age = at_us - register.as_of_us
    if age > register.stale_after_us:
        return f"the register is {_span(age)} old; it is good for {_span(register.stale_after_us)}"
    if age < -AHEAD_US:
        return f"the register is dated {_span(-age)} ahead of the time asked about: a clock is wrong, its age cannot be told"
    return ""


def _hits(
    register: Register, position: StatedPosition | None, at_us: int, *, of_described: bool
) -> tuple[tuple[NearPlace, ...], int | None]:
    """Return the places that a position is inside or near, and how far the nearest of all is."""
    if position is None:
        return (), None
    found, nearest = [], None
    for place in register.places:
        gap = _gap_mm(position.point, place)
        nearest = gap if nearest is None else min(nearest, gap)
        allowed = position.error_mm + place.error_mm + EPSILON_MM
        if gap > place.buffer_mm + allowed:
            continue
        verdict = Nearness.INSIDE if gap <= allowed else Nearness.WITHIN_BUFFER
        when = _when(place, at_us)
        found.append(
            NearPlace(
                allowed_mm=allowed, gap_mm=gap, of_described=of_described, place=place, verdict=verdict, when=when
            )
        )
    return tuple(found), nearest


def _gap_mm(point: Point, place: Protected) -> int:
    found = horizontal_distance(Circle(centre=point, radius_mm=1), place.outline)
    assert found is not None
    return round(found.distance_m * 1000)


def _when(place: Protected, at_us: int) -> str:
    """Say how its time stands to the time asked about. A place is told whatever its time: a convoy may be early, a site not ended."""
    if at_us < place.start_us:
        return f"begins in {_span(place.start_us - at_us)}"
    if at_us > place.end_us:
        return f"its time was over {_span(at_us - place.end_us)} ago and nobody has ended it"
    return "in force"


def _alarms(register: Register, asked: NearQuestion, hits: tuple[NearPlace, ...]) -> tuple[Misfit, ...]:
    found: list[Misfit] = []
    if asked.position is None:
        words = f"{asked.described!r} is a description, not a place: nothing can be checked. Get coordinates with their datum, read back"
        return (Misfit(code="description-alone", words=words),)
    there, said = ground_of(asked.found), ground_of(asked.described)
    if Ground.UNKNOWN not in (there, said) and there is not said:
        words = f"what was described ({asked.described}: {said.value}) is not what the coordinates show ({asked.found}: {there.value})"
        found.append(Misfit(code="does-not-match", words=f"{words}. Settle which place is meant before anything else"))
    elif asked.found and asked.described and Ground.UNKNOWN in (there, said):
        words = f"{asked.described!r} and {asked.found!r} could not be compared: an officer must say whether they are one place"
        found.append(Misfit(code="not-compared", words=words))
    if asked.described_at is not None:
        apart = apart_mm(asked.position.point, asked.described_at.point)
        if apart > asked.position.error_mm + asked.described_at.error_mm + EPSILON_MM:
            words = f"what was described lies {say_distance(apart)} from the coordinates: two places, and only one was meant"
            found.append(Misfit(code="described-elsewhere", words=words))
    if not any(h.verdict is Nearness.INSIDE for h in hits):
        found += _fitting(register, asked, asked.position, said)
    return tuple(found)


def _fitting(register: Register, asked: NearQuestion, position: StatedPosition, said: Ground) -> list[Misfit]:
    """Find protected places nearby that fit the description: a crew that looks for what was described finds them."""
    if said is Ground.UNKNOWN:
        return []
    found = []
    for place in register.places:
        gap = _gap_mm(position.point, place)
        if ground_of(place.words) is said and gap <= LOOK_AROUND_MM + position.error_mm + place.error_mm:
            words = f"a protected place that fits {asked.described!r} lies {say_distance(gap)} from the coordinates: {place.words}"
            found.append((gap, Misfit(code="fits-a-protected-place", words=words)))
    return [alarm for _, alarm in sorted(found, key=lambda pair: pair[0])]


def _span(us: int) -> str:
    hours, rest = divmod(us // 60_000_000, 60)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"
