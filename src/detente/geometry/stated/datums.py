"""Datums: the same digits on another datum are another place, by 100 m and more. So the datum is always named.

A shift is taken from PROJ's own register (no ballpark, no network, no grid files), by the operation that PROJ ranks best
for the degree square in which the place lies. What it may be off by goes into the error circle:
the published accuracy + the farthest that any other accurate operation for that square disagrees, and never under 20 m,
since old surveys are warped by that much and the register's figures are averages.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import msgspec
from pyproj import Transformer
from pyproj.exceptions import ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup

from detente.geometry.stated.position import Caution, apart_mm, at_degrees, caution, refuse, say_distance
from detente.geometry.volume import NDEG, Point

WGS84: Final = "WGS84"
FLOOR_MM: Final = 20_000
"""The least uncertainty of any change of datum."""
USABLE_M: Final = 50.0
"""Operations that claim no accuracy, or a worse one than this (999 = unknown), are not used and not compared."""


class Datum(msgspec.Struct, frozen=True, kw_only=True):
    """A geodetic datum: canonical name, EPSG code of its latitude/longitude system, ellipsoid, what else it is called.

    `mgrs`: its military grid has the same lettering as that of WGS 84.
    """

    also: tuple[str, ...]
    ellipsoid: str
    epsg: int
    mgrs: bool
    name: str


DATUMS: Final[tuple[Datum, ...]] = (
    Datum(name=WGS84, epsg=4326, ellipsoid="WGS84", mgrs=True, also=("WGS 84", "WGS 1984", "World Geodetic System 1984")),
    Datum(name="Deir ez Zor", epsg=4227, ellipsoid="clrk80ign", mgrs=False, also=("DEZ", "Levant", "Syria", "Deir-ez-Zor 1920")),
    Datum(name="ED50", epsg=4230, ellipsoid="intl", mgrs=True, also=("European 1950", "European Datum 1950", "EUR-M")),
    Datum(
        name="Pulkovo 1942", epsg=4284, ellipsoid="krass", mgrs=False,
        also=("S-42", "SK-42", "CK-42", "Soviet 1942", "System 1942", "Pulkovo"),
    ),
)  # fmt: skip
"""Those with a usable operation in PROJ's register where Detente's cases lie. Another one is one row more."""


class Shifted(msgspec.Struct, frozen=True, kw_only=True):
    """A position brought to WGS 84: where, what the shift may be off by, and the name of the operation used."""

    operation: str
    point: Point
    uncertainty_mm: int


def _key(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())


_BY_NAME: Final = {_key(name): datum for datum in DATUMS for name in (datum.name, *datum.also)}


def datum_named(name: str | None, field: str = "datum") -> Datum:
    """Return the datum of a name, however it is spelt. Refused: none named, or one that is not known."""
    known = ", ".join(datum.name for datum in DATUMS)
    if name is None or not name.strip():
        raise refuse(
            "datum-missing", field, "", "a coordinate names its datum: the same digits on two datums lie over 100 m apart",
            f"Ask the source, or read it off the map's margin; known here: {known}.",
        )  # fmt: skip
    found = _BY_NAME.get(_key(name))
    if found is None:
        raise refuse(
            "datum-unknown", field, name, f"the datum must be one of: {known}",
            "Use its usual name, or convert to WGS 84 first and say how far that may be off.",
        )  # fmt: skip
    return found


def to_wgs84(lat_ndeg: int, lon_ndeg: int, datum: Datum, field: str = "datum") -> Shifted:
    """Bring a position to WGS 84. Refused where no operation between the datums is good enough there."""
    here = Point(lat_ndeg, lon_ndeg)
    if datum.name == WGS84:
        return Shifted(operation="none", point=here, uncertainty_mm=0)
    operations = _operations(datum.epsg, _cell(lat_ndeg, 90), _cell(lon_ndeg, 180))
    points = [p for p in (_apply(operation, here) for operation in operations) if p is not None]
    if not points:
        raise refuse(
            "datum-elsewhere", field, datum.name, f"{datum.name} is not used at this place: no known shift to WGS 84 holds there",
            "Check the datum and the coordinates; one of them belongs to another country.",
        )  # fmt: skip
    spread = max(apart_mm(points[0], other) for other in points)
    uncertainty = max(FLOOR_MM, math.ceil(operations[0].accuracy * 1000) + spread)
    name = operations[0].description.replace("axis order change (2D)", "").strip(" +")
    return Shifted(operation=name, point=points[0], uncertainty_mm=uncertainty)


def if_read_as_wgs84(lat_ndeg: int, lon_ndeg: int, datum: Datum, true: Point) -> tuple[Caution, ...]:
    """Say where a reader plots digits of another datum who takes them for WGS 84."""
    if datum.name == WGS84:
        return ()
    words = f"a reader who takes these {datum.name} digits for WGS 84 plots them {{off}} off"
    return (caution("datum-mistaken", words, Point(lat_ndeg, lon_ndeg), true),)


def datum_missing_words(lat_ndeg: int, lon_ndeg: int) -> str:
    """Say how far apart the same digits lie on the datums that are used at this place: what a missing datum costs."""
    far: dict[str, int] = {}
    for datum in DATUMS[1:]:
        operations = _operations(datum.epsg, _cell(lat_ndeg, 90), _cell(lon_ndeg, 180))
        point = _apply(operations[0], Point(lat_ndeg, lon_ndeg)) if operations else None
        if point is not None:
            far[datum.name] = apart_mm(point, Point(lat_ndeg, lon_ndeg))
    if not far:
        return "the same digits on two datums lie over 100 m apart"
    listed = ", ".join(f"{name} {say_distance(mm)}" for name, mm in far.items())
    return f"here the same digits lie off WGS 84 by: {listed}"


def refuse_missing(field: str, text: str, lat_ndeg: int, lon_ndeg: int) -> Exception:
    """Make the refusal of a coordinate without a datum, with what that would cost at this place."""
    known = ", ".join(datum.name for datum in DATUMS)
    return refuse(
        "datum-missing", f"{field}.datum" if field else "datum", text,
        f"a coordinate names its datum; {datum_missing_words(lat_ndeg, lon_ndeg)}",
        f"Ask the source, or read it off the map's margin; known here: {known}.",
    )  # fmt: skip


def _cell(ndeg: int, limit: int) -> int:
    return max(-limit, min(limit - 1, ndeg // NDEG))


@lru_cache(maxsize=4096)
def _operations(epsg: int, south: int, west: int) -> tuple[Transformer, ...]:
    """Return the usable operations for one degree square, best first, as PROJ ranks them. Depends on nothing else."""
    area = AreaOfInterest(float(west), float(south), west + 1.0, south + 1.0)
    group = TransformerGroup(epsg, 4326, always_xy=True, allow_ballpark=False, area_of_interest=area)
    return tuple(t for t in group.transformers if 0 <= t.accuracy <= USABLE_M)


def _apply(operation: Transformer, point: Point) -> Point | None:
    try:
        lon, lat = operation.transform(point.lon_ndeg / NDEG, point.lat_ndeg / NDEG, errcheck=True)
    except ProjError:
        return None
    return at_degrees(float(lat), float(lon))
