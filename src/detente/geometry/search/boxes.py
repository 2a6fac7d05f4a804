"""The box of a volume: bounds in time, height, latitude and longitude that certainly hold all of it. For `grid`.

A point within B metres of a shape is within B / M of its latitudes (M the least meridional radius), and within
B / (a cos φ) of its longitudes, φ being the largest latitude reached: the radius of a parallel is at least a cos φ.
"""

from __future__ import annotations

import math

from detente.geometry.altitude import height_span_mm
from detente.geometry.search.chart import (
    A_M,
    HALF_TURN_NDEG,
    M_MIN_M,
    RAD_PER_NDEG,
    TURN_NDEG,
    Sketch,
    core,
    unwrap,
)
from detente.geometry.search.grid import LEAST, MOST, TIME_SHIFT, WHOLE_TURN, Box
from detente.geometry.volume import Outline, Separation, Volume4D

BINARY_PER_RAD = 2**31 / math.pi
MARGIN_M = 0.01
FULL_LAT = math.radians(89.0)
_NONE = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)

Angles = tuple[int, int, int, int]


def box_of(volume: Volume4D, drawn: Sketch | None, separation: Separation | None) -> Box:
    """Return the box of a volume with its error circle, widened by a separation if one is given."""
    apart = separation or _NONE
    low, high = height_span_mm(volume)
    if drawn is None:
        angles = undrawn_box(volume.outline, (volume.error_mm + apart.horizontal_mm) / 1000)
    else:
        angles = _drawn(drawn, apart.horizontal_mm / 1000)
    return Box(
        _clip((volume.start_us - apart.time_us) >> TIME_SHIFT),
        _clip((volume.end_us + apart.time_us) >> TIME_SHIFT),
        LEAST if low is None else _clip(low - apart.vertical_mm),
        MOST if high is None else _clip(high + apart.vertical_mm),
        *angles,
    )


def _clip(value: int) -> int:
    return LEAST if value < LEAST else MOST if value > MOST else value


def _drawn(drawn: Sketch, apart_m: float) -> Angles:
    # the slop bends an edge sideways too, and a chart metre is at least a metre of longitude at the equator
    return _angles(
        drawn.lat_low,
        drawn.lat_high,
        min(drawn.longitudes) * RAD_PER_NDEG - drawn.slop_m / A_M,
        max(drawn.longitudes) * RAD_PER_NDEG + drawn.slop_m / A_M,
        drawn.buffer_m + apart_m,
    )


def _angles(south: float, north: float, west: float, east: float, reach_m: float) -> Angles:
    reach_m += MARGIN_M
    turn = reach_m / M_MIN_M
    south, north = south - turn, north + turn
    farthest = max(north, -south)
    if farthest >= FULL_LAT:
        return _binary_lat(south), _binary_lat(north) + 1, 0, WHOLE_TURN
    aside = reach_m / (A_M * math.cos(farthest))
    first = math.floor((west - aside) * BINARY_PER_RAD) - 1
    width = math.floor((east + aside) * BINARY_PER_RAD) + 1 - first
    if width >= WHOLE_TURN:
        first, width = 0, WHOLE_TURN
    return _binary_lat(south) - 1, _binary_lat(north) + 1, first & WHOLE_TURN, width


def _binary_lat(lat: float) -> int:
    return math.floor(max(-2.0, min(2.0, lat)) * BINARY_PER_RAD)


def undrawn_box(outline: Outline, apart_m: float) -> Angles:
    """Bound a shape that is very long, near a pole or wound around the axis: all longitudes, and latitudes where sure."""
    edge, points, reach_mm = core(outline)
    latitudes = [p.lat_ndeg for p in points]
    low, high = min(latitudes) * RAD_PER_NDEG, max(latitudes) * RAD_PER_NDEG
    raw = [p.lon_ndeg for p in points]
    steps = [(b - a + HALF_TURN_NDEG) % TURN_NDEG - HALF_TURN_NDEG for a, b in zip(raw, raw[1:] + raw[:1], strict=True)]
    if len(points) > 1 and edge == "geodesic":
        # a point of a shortest path is within half its length of an end, and no longer than along meridian and parallel
        longest = RAD_PER_NDEG * max(
            abs(step) * math.cos(max(abs(a), abs(b)) * RAD_PER_NDEG) + abs(b - a)
            for step, a, b in zip(steps, latitudes, latitudes[1:] + latitudes[:1], strict=True)
        )
        low, high = low - longest * 0.51, high + longest * 0.51
    run_on = unwrap(raw)
    if run_on is None:
        if low > 0:
            high = math.pi / 2
        elif high < 0:
            low = -math.pi / 2
        else:
            low, high = -math.pi / 2, math.pi / 2
    elif max(run_on) - min(run_on) >= HALF_TURN_NDEG or max(map(abs, steps)) >= HALF_TURN_NDEG - 1:
        low, high = -math.pi / 2, math.pi / 2
    reach = (reach_mm / 1000 + apart_m + MARGIN_M) / M_MIN_M
    return _binary_lat(low - reach) - 1, _binary_lat(high + reach) + 1, 0, WHOLE_TURN
