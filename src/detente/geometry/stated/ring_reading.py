"""Rings and lines from a list of stated positions: closed or not, in one order, with one error circle for all.

Formats differ in whether a ring repeats its first position at the end. Here it never does; a repeat is dropped with a word, a
near-repeat (a slip of one digit closes nothing) is refused with the distance. What the ring must be otherwise is for
`rings` to say.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from detente.errors import Problem, Refused
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.position import Caution, Order, StatedPosition, Theatre, apart_mm, one, say_distance
from detente.geometry.volume import Edge, Point, Polygon


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """A ring as read: the polygon, the error circle that holds for every corner, and what a reader might mistake."""

    cautions: tuple[Caution, ...]
    error_mm: int
    polygon: Polygon


def read_positions(
    texts: Sequence[str],
    *,
    datum: str | None,
    field: str = "vertices",
    order: Order = "lat,lon",
    theatre: Theatre | None = None,
) -> tuple[StatedPosition, ...]:
    """Read every position of a list, and refuse all that are wrong at once, each with its index."""
    positions: list[StatedPosition] = []
    problems: list[Problem] = []
    for i, text in enumerate(texts):
        try:
            positions.append(read_position(text, datum=datum, field=f"{field}[{i}]", order=order, theatre=theatre))
        except Refused as refusal:
            problems.extend(refusal.problems)
    if problems:
        raise Refused(problems)
    return tuple(positions)


def read_ring(
    texts: Sequence[str],
    *,
    datum: str | None,
    edge: Edge,
    closed: bool | None = None,
    field: str = "vertices",
    order: Order = "lat,lon",
    theatre: Theatre | None = None,
) -> Ring:
    """Read a polygon. `closed` says what the source's format promises: True repeats the first position, False does not, None is unknown."""
    positions = read_positions(texts, datum=datum, field=field, order=order, theatre=theatre)
    points, cautions = open_ring(
        [p.point for p in positions], closed, max((p.error_mm for p in positions), default=0), field
    )
    return Ring(
        cautions=(*cautions, *(c for p in positions for c in p.cautions)),
        error_mm=max(p.error_mm for p in positions),
        polygon=Polygon(edge=edge, vertices=points),
    )


def open_ring(
    points: Sequence[Point], closed: bool | None, error_mm: int, field: str = "vertices"
) -> tuple[tuple[Point, ...], tuple[Caution, ...]]:
    """Return the ring without its repeated end. Refused: a promise of closing that is not kept, an end that nearly meets the start."""
    repeated = len(points) > 1 and points[0] == points[-1]
    ring = tuple(points[:-1] if repeated else points)
    end = f"{field}[{len(points) - 1}]"
    if len(ring) < 3:
        rule = f"a ring has at least 3 different corners, here are {len(ring)}" + (
            " and a repeat of the first" if repeated else ""
        )
        raise Refused([one("ring-short", field, len(points), rule, "Give the missing corners; a line is a corridor.")])
    gap = apart_mm(points[0], points[-1])
    if not repeated and (closed or gap <= 2 * error_mm):
        rule = (
            "the last position must repeat the first"
            if closed
            else "the last position is the first again, or another one, and not within its error"
        )
        raise Refused(
            [one("ring-nearly-closed" if gap <= 2 * error_mm else "ring-not-closed", end, f"{say_distance(gap)} from the first", rule,
                 "Repeat the first position digit by digit, or leave the end out; perhaps the list was cut short.")]
        )  # fmt: skip
    if repeated and closed is False:
        rule = "this format does not repeat the first position"
        raise Refused([one("ring-repeats", end, "same as the first", rule, "Leave the last position out.")])
    if not repeated:
        return ring, ()
    words = "the last position repeats the first: read as a closed ring, the repeat is left out"
    return ring, (Caution(code="ring-closed", off_mm=0, words=words, would_plot=None),)
