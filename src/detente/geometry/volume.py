"""The nouns of space and time: Volume4D and its parts, as they stand in signed bytes (docs/formats/volume.md).

Integers only: angles in nanodegrees (WGS 84), lengths in millimetres, times in microseconds since 1970-01-01T00:00:00Z.
Bounds are closed: what touches meets. This module only says what a volume is; `rings` refuses bad ones, `separation`
compares two.
"""

from __future__ import annotations

from typing import Literal

import msgspec

NDEG = 1_000_000_000
"""Nanodegrees in one degree."""

Edge = Literal["geodesic", "parallel", "lonlat"]
"""How a polygon's or corridor's edge runs between two vertices: the WGS 84 geodesic; the line of constant true bearing
(rhumb line: along the parallel where both ends share a latitude); or straight in plain longitude and latitude."""

AltitudeDatum = Literal["ellipsoid", "geoid", "ground", "flight_level", "unknown"]


class Point(msgspec.Struct, frozen=True, array_like=True):
    """A position on WGS 84: latitude then longitude, nanodegrees; |lat| <= 90 degrees, -180 <= lon <= 180 degrees."""

    lat_ndeg: int
    lon_ndeg: int


class Polygon(msgspec.Struct, frozen=True, kw_only=True, tag="polygon", tag_field="shape", forbid_unknown_fields=True):
    """An area inside a ring of at least 3 vertices, not repeated at the end; either winding, the smaller side is meant."""

    edge: Edge
    vertices: tuple[Point, ...]


class Circle(msgspec.Struct, frozen=True, kw_only=True, tag="circle", tag_field="shape", forbid_unknown_fields=True):
    """All points within a geodesic distance of a centre. `radius_mm` > 0."""

    centre: Point
    radius_mm: int


class Corridor(
    msgspec.Struct, frozen=True, kw_only=True, tag="corridor", tag_field="shape", forbid_unknown_fields=True
):
    """All points within `half_width_mm` (geodesic) of a line of at least 2 points."""

    edge: Edge
    half_width_mm: int
    line: tuple[Point, ...]


Outline = Polygon | Circle | Corridor


class Altitude(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A height in millimetres above its datum. `uncertainty_mm` is the half-width of what the source may be off by."""

    datum: AltitudeDatum
    uncertainty_mm: int = 0
    value_mm: int


class Volume4D(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where and when: an outline, heights (None is unbounded), a closed time span, and the outline's own error.

    `error_mm` is the radius of the error circle that the stated precision implies for every point of the outline.
    """

    altitude_lower: Altitude | None = None
    altitude_upper: Altitude | None = None
    end_us: int
    error_mm: int = 0
    outline: Outline
    start_us: int


class Separation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far apart two volumes must be in every dimension at once to be apart: beyond any one of these is enough."""

    horizontal_mm: int
    time_us: int
    vertical_mm: int
