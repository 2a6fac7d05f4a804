"""Geodesics on the WGS 84 ellipsoid: the oracle between two points, and the certain bounds that save asking it.

Degrees and metres here (binary64), because that is what PROJ speaks; integers stay outside. `GEOD` is Karney's
algorithm (GeographicLib inside PROJ): within 15 nanometres of the true geodesic for any two points on Earth.

Three facts carry everything else in this package:

* A straight line through space is never longer than the geodesic; and a geodesic bends nowhere tighter than
  `RHO_MIN`, so by Schur's comparison theorem it is never longer than the arc of that radius over the same chord:
  c <= s <= 2 RHO_MIN asin(c / 2 RHO_MIN).
* Towards the ball of radius b inside the ellipsoid every path shrinks (projection onto a convex body), so it is at least b times
  the angle between its ends seen from the centre; and c^2 <= (a - b)^2 + 4 a^2 sin^2(angle / 2).
* The Gaussian curvature of the ellipsoid lies in [b^2/a^4, 1/b^2]. Below a quarter of a turn the distance from a point
  is therefore convex along any geodesic, and by Rauch's comparison a hinge of sides r, x and angle g is never narrower
  than on the sphere of radius b: no point of a geodesic line is nearer than b asin(sin(r/b) sin g) (`line_floor`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import Geod

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

GEOD: Final = Geod(ellps="WGS84")
SEMI_MAJOR_M: Final = 6378137.0
FLATTENING: Final = 1 / 298.257223563
SEMI_MINOR_M: Final = SEMI_MAJOR_M * (1 - FLATTENING)
E2: Final = FLATTENING * (2 - FLATTENING)
RHO_MIN_M: Final = SEMI_MAJOR_M * (1 - E2)
"""The smallest radius of curvature of the ellipsoid: the meridian's at the equator."""
FAR_M: Final = 9.0e6
"""Up to this distance the bounds are proven (convexity ends at a quarter turn, 9 985 km)."""
ORACLE_M: Final = 1e-7
"""What the oracle and the arithmetic around it may be off by, generously."""


def inverse(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> tuple[Floats, Floats, Floats]:
    """Return azimuth at 1 towards 2, azimuth at 2 towards 1 (degrees) and the distance (metres), element by element."""
    there, back, length = GEOD.inv(lon1, lat1, lon2, lat2)
    return there, back, length


def direct(lat: Floats, lon: Floats, azimuth: Floats, length: Floats) -> tuple[Floats, Floats, Floats]:
    """Go `length` metres along `azimuth`; return latitude, longitude and the azimuth one then travels on."""
    lon2, lat2, onward = GEOD.fwd(lon, lat, azimuth, length, return_back_azimuth=False)
    return lat2, lon2, onward


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the geodesic distance between two points, metres."""
    length: float = GEOD.inv(lon1, lat1, lon2, lat2)[2]
    return length


def to_space(lat: Floats, lon: Floats) -> Floats:
    """Return earth-centred x, y, z in metres, last axis of length 3."""
    phi, lam = np.radians(lat), np.radians(lon)
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    normal = SEMI_MAJOR_M / np.sqrt(1 - E2 * sin_phi * sin_phi)
    out = np.empty((*np.shape(phi), 3))
    out[..., 0] = normal * cos_phi * np.cos(lam)
    out[..., 1] = normal * cos_phi * np.sin(lam)
    out[..., 2] = normal * (1 - E2) * sin_phi
    return out


def longest_over(chord: Floats) -> Floats:
    """Return the longest a shortest path can be when the straight line between its ends is `chord`, metres."""
    return (
        np.asarray(2 * RHO_MIN_M * np.arcsin(np.minimum(1.0, np.asarray(chord) / (2 * RHO_MIN_M))) + ORACLE_M)
        + (np.asarray(chord) >= 2 * RHO_MIN_M) * 1e6
    )


def shortest_over(chord: Floats) -> Floats:
    """Return the shortest a path can be when the straight line between its ends is `chord`, metres: far away, more than that line."""
    square = np.maximum(np.asarray(chord) ** 2 - (SEMI_MAJOR_M - SEMI_MINOR_M) ** 2, 0.0)
    around = 2 * SEMI_MINOR_M * np.arcsin(np.minimum(1.0, np.sqrt(square) / (2 * SEMI_MAJOR_M)))
    return np.asarray(np.maximum(chord, around - ORACLE_M))


def line_floor(reach: Floats, cos_angle: Floats) -> Floats:
    """Return how near, at least, a geodesic line comes to a point `reach` metres away at an angle of that cosine."""
    sine = np.sqrt(np.maximum(0.0, 1 - cos_angle * cos_angle))
    return np.asarray(SEMI_MINOR_M * np.arcsin(np.sin(np.minimum(reach, FAR_M) / SEMI_MINOR_M) * sine))


def foot(
    lat: Floats, lon: Floats, lat0: Floats, lon0: Floats, az0: Floats, length: Floats, guess: Floats, tolerance: float
) -> tuple[Floats, Floats, Floats]:
    """Find the nearest points on geodesic segments to points: (distance, metres along, azimuth back to the point).

    Proven to within `tolerance` metres up to `FAR_M`: either the distance grows inwards from an end of the segment, and
    being convex has its minimum there; or `line_floor` at the point found shows that no point of the line is nearer by more.
    """
    along = np.clip(guess, 0.0, length)
    for _ in range(20):
        at_lat, at_lon, onward = direct(lat0, lon0, az0, along)
        towards, _, reach = inverse(at_lat, at_lon, lat, lon)
        cosine = np.cos(np.radians(towards - onward))
        ended = ((along <= 0) & (cosine <= 0)) | ((along >= length) & (cosine >= 0))
        settled = ended | (reach - line_floor(reach, cosine) <= tolerance)
        if settled.all():
            break
        angle = reach / SEMI_MINOR_M
        step = SEMI_MINOR_M * np.arctan2(np.sin(angle) * cosine, np.cos(angle))
        along = np.where(settled, along, np.clip(along + step, 0.0, length))
    return reach, along, towards
