"""The least change to one volume that clears its conflict with another: in time, in height, or in place.

Each is found on its own and proven on the changed volume by the same exact test that `meets` makes. Time and height are
exact to the microsecond and millimetre. Place: the direction comes from a flat chart (`way_out`), good to a thousandth
within 300 km; the distance along it from the exact distance on the ellipsoid, to the centimetre.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import msgspec

from detente.geometry.altitude import least_rise_mm, vertical_gap_mm
from detente.geometry.clearing.moving import delayed, moved_outline, raised
from detente.geometry.clearing.way_out import way_out
from detente.geometry.exact.rings import HIGHEST_MM, LATEST_US
from detente.geometry.exact.separation import EPSILON_MM, horizontal_distance, meets, time_gap_us
from detente.geometry.volume import NDEG, Altitude, Outline, Separation, Volume4D

SLACK_MM: Final = 10
"""The move in place may be longer than needed by this much."""
_BEARING_STEP: Final = NDEG // 1000


class LeastChange(msgspec.Struct, frozen=True, kw_only=True):
    """What clears a conflict if only the first volume changes; None where that way cannot (or is unbounded).

    All are lengths of the change, not negative: later or earlier in microseconds, up or down in millimetres (down only
    as far as the datum's zero), and a move of `distance_mm` on the true bearing `bearing_ndeg` (`moving.moved`).
    `hulled`: the outlines had too many corners to try each, so a shorter move may exist.
    """

    bearing_ndeg: int | None
    distance_mm: int | None
    down_mm: int | None
    earlier_us: int | None
    hulled: bool = False
    later_us: int | None
    up_mm: int | None

    @property
    def time_us(self) -> int | None:
        """The lesser shift in time, negative for earlier; later where they are equal."""
        return _lesser(self.later_us, self.earlier_us)

    @property
    def height_mm(self) -> int | None:
        """The lesser shift in height, negative for down; up where they are equal."""
        return _lesser(self.up_mm, self.down_mm)


def _lesser(plus: int | None, minus: int | None) -> int | None:
    if plus is None or (minus is not None and minus < plus):
        return None if minus is None else -minus
    return plus


def least_change(a: Volume4D, b: Volume4D, separation: Separation) -> LeastChange | None:
    """Return the least changes to `a` that clear its conflict with `b`; None if they do not meet."""
    return None if meets(a, b, separation) is None else clearing(a, b, separation)


def clearing(a: Volume4D, b: Volume4D, separation: Separation) -> LeastChange:
    """Return the least changes to `a` for two volumes that are known to meet."""
    place = _place(a, b, separation)
    return LeastChange(
        bearing_ndeg=place and place[1],
        distance_mm=place and place[0],
        down_mm=_down(a, b, separation),
        earlier_us=_earlier(a, b, separation),
        hulled=bool(place and place[2]),
        later_us=_later(a, b, separation),
        up_mm=_up(a, b, separation),
    )


def _later(a: Volume4D, b: Volume4D, separation: Separation) -> int | None:
    shift = b.end_us + separation.time_us + 1 - a.start_us
    changed = delayed(a, shift)
    return shift if changed.end_us <= LATEST_US and time_gap_us(changed, b) > separation.time_us else None


def _earlier(a: Volume4D, b: Volume4D, separation: Separation) -> int | None:
    shift = a.end_us - (b.start_us - separation.time_us - 1)
    changed = delayed(a, -shift)
    return shift if changed.start_us >= -LATEST_US and time_gap_us(changed, b) > separation.time_us else None


def _up(a: Volume4D, b: Volume4D, separation: Separation) -> int | None:
    bottom, top = a.altitude_lower, b.altitude_upper
    if bottom is None or top is None:
        return None
    shift = _least(lambda up: least_rise_mm(_at(bottom, up), top) > separation.vertical_mm)
    fits = shift is not None and (a.altitude_upper is None or a.altitude_upper.value_mm + shift <= HIGHEST_MM)
    return shift if fits and vertical_gap_mm(raised(a, shift or 0), b) > separation.vertical_mm else None


def _down(a: Volume4D, b: Volume4D, separation: Separation) -> int | None:
    """Down only while the lowest stated height stays above its datum's zero (or where it was): not into the ground."""
    top, bottom, lowest = a.altitude_upper, b.altitude_lower, a.altitude_lower or a.altitude_upper
    if top is None or bottom is None or lowest is None:
        return None
    shift = _least(lambda down: least_rise_mm(bottom, _at(top, -down)) > separation.vertical_mm)
    fits = shift is not None and lowest.value_mm - shift >= min(0, lowest.value_mm)
    return shift if fits and vertical_gap_mm(raised(a, -(shift or 0)), b) > separation.vertical_mm else None


def _at(altitude: Altitude, shift_mm: int) -> Altitude:
    return msgspec.structs.replace(altitude, value_mm=altitude.value_mm + shift_mm)


def _least(clears: Callable[[int], bool]) -> int | None:
    """Return the least whole number from 0 for which a rising condition holds, by doubling and halving."""
    high = 1
    while not clears(high):
        high *= 2
        if high > 4 * HIGHEST_MM:
            return None
    low = 0
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if clears(middle) else (middle + 1, high)
    return low


def _place(a: Volume4D, b: Volume4D, separation: Separation) -> tuple[int, int, bool] | None:
    """Return distance (mm) and bearing (nanodegrees) of the least move, and whether hulls stood for the outlines."""
    target_mm = separation.horizontal_mm + a.error_mm + b.error_mm + EPSILON_MM
    east, north, hulled = way_out(a.outline, b.outline, target_mm)
    bearing = round(math.degrees(math.atan2(east, north)) * 1000) % 360_000 * _BEARING_STEP
    distance = _far_enough(a.outline, b.outline, round(math.hypot(east, north) * 1000), bearing, target_mm)
    return None if distance is None else (distance, bearing, hulled)


def _far_enough(a: Outline, b: Outline, distance_mm: int, bearing_ndeg: int, target_mm: int) -> int | None:
    """Return how far along a bearing brings the outlines just beyond the target, from a first guess."""
    below, above = 0, None
    for _ in range(24):
        found = horizontal_distance(moved_outline(a, distance_mm, bearing_ndeg), b)
        missing = target_mm - (found.distance_m * 1000 if found else 0.0)
        if -SLACK_MM <= missing < 0:
            return distance_mm
        if missing < 0:
            above = distance_mm if above is None else min(above, distance_mm)
        else:
            below = max(below, distance_mm)
        step = math.ceil(missing) + SLACK_MM // 2
        if missing >= target_mm:  # still inside: nothing known but that it is not enough
            step = max(step, distance_mm // 20 + 1)
        distance_mm += step
        if above is not None and not below < distance_mm < above:
            distance_mm = (below + above) // 2
        if distance_mm > 9_000_000_000:
            return None
        if above is not None and above - below <= 2:
            return above
    return above
