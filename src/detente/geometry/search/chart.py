"""Conformal charts of WGS 84 and how far they lie: the proofs behind every certain bound in `bounds`.

Two charts, both conformal, so that a small distance on the ground times the local scale k is a distance on the chart:

* Mercator, one for the whole world. x = a λ, y = a ψ(φ), ψ the isometric latitude, k = sqrt(1 - e² sin²φ) / cos φ.
* Lambert, one per pair, true at one parallel φ0: w = (1 - exp(-n (ψ - ψ0 + iλ))) / n with n = sin φ0, then scaled so
  that k(φ0) = 1. There k is least, so a Lambert length is never shorter than the length on the ground.

Distance. Let D be the geodesic distance of two sets, d their distance on the chart, T > 0. A point of a path of length
D <= T is s from one set and at most T - s from the other, so with M the least meridional radius its latitude is at most
min(high_a + s/M, high_b + (T - s)/M): never above min(high_a, high_b) + T/M, nor above their mean + T/2M; and so below.
On that band of latitudes: d > T max k implies D > T; d <= T min k implies D <= T (the chart's own straight line is a path
that short, and cannot leave the band before it is longer).

Edges. An edge is drawn as the chart's straight chord; the true edge stays within its *slop* h of it, point by point:

* rhumb: straight on Mercator. On Lambert its curvature is n k_mercator / (a k_lambert).
* lonlat: on Mercator off by at most a (Δφ)²/8 max|ψ''|, |ψ''| <= sec φ (tan φ + 0.0068).
* geodesic: its curvature on a conformal chart is at most |grad ln k|: on Mercator sin φ / a, on Lambert
  |sin φ - sin φ0| k_mercator / (a k_lambert). Curvature κ over a chord l <= 1/κ bends by at most κ l²/7 (the circle's
  sagitta, κ l²/8, is 8 % larger there).

So a filled ring and its drawing lie within h of each other, and distances to it differ by at most h. Source: conformal
change of metric (e.g. do Carmo, Riemannian Geometry, ch. 8); Snyder, Map Projections (USGS PP 1395), 7 and 15.
Metres and radians, float64; the rounding of these formulas is below 1e-6 m for anything drawn here.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.geometry.volume import Circle, Edge, Outline, Point, Polygon

A_M = 6378137.0
"""Equatorial radius of WGS 84, metres."""
E2 = 0.0066943799901413165
"""First eccentricity of WGS 84, squared."""
E = math.sqrt(E2)
M_MIN_M = A_M * (1 - E2)
"""Least radius of curvature on WGS 84 (of the meridian, at the equator), metres: no metre spans a larger angle."""
RAD_PER_NDEG = math.pi / 180e9
HALF_TURN_NDEG = 180_000_000_000
TURN_NDEG = 360_000_000_000

LIMIT_LAT_NDEG = 80_000_000_000
LIMIT_SPAN_LAT_NDEG = 8_000_000_000
LIMIT_SPAN_LON_NDEG = 10_000_000_000
"""A shape is drawn only inside these: there Mercator chords are shorter than 0.9 a, as the slop bounds need."""

LIMIT_LAT = math.radians(85.0)
"""Distances are bounded on a chart only below this latitude."""
MARGIN_M = 0.002
"""Kept clear on both sides of every threshold: twice the bound on the exact test's own error."""
ROUND_M = 1e-4
"""More than float64 can be off by, in metres, for anything drawn here."""
GEODESIC, PARALLEL, LONLAT = 0, 1, 2
EDGE_CODE: dict[Edge, int] = {"geodesic": GEODESIC, "parallel": PARALLEL, "lonlat": LONLAT}

Floats = NDArray[np.floating[Any]]


class Sketch(NamedTuple):
    """One outline's core as a closed ring of Mercator chords; all within `buffer_m` of the core is the outline.

    A circle's core is its centre, a corridor's its line (drawn there and back, so that no ring is ever open), a
    polygon's itself. `latitudes` and `longitudes` (ndeg, unwrapped, so beyond 180 degrees across the antimeridian) are
    the ring's vertices exactly; `ys` their Mercator ordinates in metres. `slop_m` is in chart metres.
    """

    buffer_m: float
    lat_high: float
    lat_low: float
    latitudes: list[int]
    longitudes: list[int]
    slop_m: float
    ys: list[float]


def sketch(outline: Outline, error_mm: int) -> Sketch | None:
    """Return the drawing of an outline, or None if no drawing is proven (poles, very long, wound around the axis).

    `buffer_m` includes the error circle. `lat_low` and `lat_high` bound the true core's latitudes, in radians.
    """
    edge, points, reach_mm = core(outline)
    latitudes = [p.lat_ndeg for p in points]
    low, high = min(latitudes), max(latitudes)
    if low < -LIMIT_LAT_NDEG or high > LIMIT_LAT_NDEG or high - low > LIMIT_SPAN_LAT_NDEG:
        return None
    longitudes = [p.lon_ndeg for p in points]
    if max(longitudes) - min(longitudes) > LIMIT_SPAN_LON_NDEG:
        run_on = unwrap(longitudes)
        if run_on is None or max(run_on) - min(run_on) > LIMIT_SPAN_LON_NDEG:
            return None
        longitudes = run_on
    ys = [_ordinate(lat) for lat in latitudes]
    slop_m = 0.0
    lat_low, lat_high = low * RAD_PER_NDEG, high * RAD_PER_NDEG
    if len(points) > 1 and edge != "parallel":
        steep = max(lat_high, -lat_low)
        if edge == "lonlat":
            # list[-1] starts the closing edge; a corridor's ring already closes on itself
            step = max(abs(a - b) for a, b in zip(latitudes, latitudes[-1:] + latitudes, strict=False)) * RAD_PER_NDEG
            slop_m = A_M * step * step / 8 * (math.tan(steep) + 0.0068) / math.cos(steep)
        else:
            metre = A_M * RAD_PER_NDEG
            chord2 = max(
                (x1 - x0) * (x1 - x0) * metre * metre + (y1 - y0) * (y1 - y0)
                for x0, x1, y0, y1 in zip(longitudes[-1:] + longitudes, longitudes, ys[-1:] + ys, ys, strict=False)
            )
            slop_m = (math.sin(steep) + chord2 / (7 * A_M * A_M)) * chord2 / (7 * A_M)
            bulge = 1.007 * slop_m / A_M
            lat_low, lat_high = lat_low - bulge, lat_high + bulge
    return Sketch((reach_mm + error_mm) / 1000, lat_high, lat_low, latitudes, longitudes, slop_m, ys)


def core(outline: Outline) -> tuple[Edge, list[Point], int]:
    """Return an outline as (edge reading, ring, reach in mm): all points within reach of the ring (filled) are meant."""
    if isinstance(outline, Polygon):
        return outline.edge, list(outline.vertices), 0
    if isinstance(outline, Circle):
        return "parallel", [outline.centre], outline.radius_mm
    return outline.edge, [*outline.line, *outline.line[-2:0:-1]], outline.half_width_mm


def unwrap(longitudes: list[int]) -> list[int] | None:
    """Make a ring's longitudes run on across the antimeridian, each step the short way; None if it winds round the axis."""
    raw = now = longitudes[0]
    out = [now]
    for lon in [*longitudes[1:], longitudes[0]]:
        step = lon - raw
        if step > HALF_TURN_NDEG:
            step -= TURN_NDEG
        elif step < -HALF_TURN_NDEG:
            step += TURN_NDEG
        raw, now = lon, now + step
        out.append(now)
    return out[:-1] if now == out[0] else None


def _ordinate(lat_ndeg: int) -> float:
    s = math.sin(lat_ndeg * RAD_PER_NDEG)
    return A_M * (math.atanh(s) - E * math.atanh(E * s))


def ordinates(lat_ndeg: NDArray[np.int64]) -> Floats:
    """Return the Mercator ordinates, in metres, of latitudes."""
    return A_M * isometric(np.sin(lat_ndeg * RAD_PER_NDEG))


def isometric(sin_lat: Floats) -> Floats:
    """Return the isometric latitude ψ for the sine of a geodetic latitude."""
    result: Floats = np.arctanh(sin_lat) - E * np.arctanh(E * sin_lat)
    return result


def mercator_scale(lat: Floats) -> Floats:
    """Return the Mercator chart's scale at latitudes (radians); it grows with |latitude|."""
    s = np.sin(lat)
    result: Floats = np.sqrt((1 - E2 * s * s) / (1 - s * s))
    return result
