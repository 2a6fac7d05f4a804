"""UTM and MGRS: grids in, positions out, and back. A square *is* the error: its centre and half its diagonal.

A reader plots the south-west corner (and some software silently the centre), so both are told. What was cut off is never
guessed: a grid without its 100 km letters names a place in every square.
"""

from __future__ import annotations

import math
import re
from typing import Final

from detente.errors import Refused
from detente.geometry.stated.datums import DATUMS, WGS84, Datum, if_read_as_wgs84, to_wgs84
from detente.geometry.stated.position import (
    Caution,
    StatedPosition,
    Theatre,
    apart_mm,
    at_degrees,
    caution,
    degrees,
    refuse,
    say_distance,
)
from detente.geometry.stated.squares import (
    COLUMNS,
    REFERENCE,
    ROWS,
    SIDE,
    Square,
    band_bounds,
    reference_of,
    square_of,
    utm,
    zone_of,
)
from detente.geometry.volume import NDEG, Point

LEAST_SCALE: Final = 0.9935
"""A grid metre is at most 1 / this on the ground: UTM's scale is at least 0.9996, that of the polar grids 0.994."""
EDGE_DEG: Final = 1e-5
"""Rounding to a metre may carry a position this far beyond the edge of UTM."""
GRID_MM: Final = 2
"""What the projection and the rounding to nanodegrees add."""

_BARE: Final = re.compile(
    r"^(?:(?P<zone>[0-9]{1,2})(?P<band>[C-HJ-NP-X])?\s+)?(?P<east>[0-9]{1,5})\s+(?P<north>[0-9]{1,5})$"
)
_BARE_TOGETHER: Final = re.compile(r"^(?P<zone>[0-9]{1,2})(?P<band>[C-HJ-NP-X])\s*(?P<digits>(?:[0-9]{2}){1,5})$")
_ZONELESS: Final = re.compile(r"^[A-HJ-NP-Z]{2}\s*[0-9]+\s*[0-9]+$")
_UTM: Final = re.compile(
    r"^(?P<zone>[0-9]{1,2})\s*(?P<band>NORTH|SOUTH|[C-HJ-NP-X])?[\s,]+"
    r"(?P<east>[0-9]{6,7}(?:\.[0-9]+)?)\s*(?:M\s*)?(?:E\b)?[\s,]*(?:\s|,|E)\s*(?P<north>[0-9]{1,8}(?:\.[0-9]+)?)\s*(?:M\s*)?N?$"
)
ON_WGS84: Final = DATUMS[0]


def looks_like_grid(text: str) -> bool:
    """Say whether a text is meant as UTM or MGRS, so that it gets a grid's refusals and not those of degrees."""
    tidy = text.strip().upper()
    return any(p.match(t) for p, t in ((REFERENCE, re.sub(r"\s", "", tidy)), (_ZONELESS, tidy), (_UTM, tidy))) or bool(
        (re.match(r"^[0-9]{1,2}\s*[C-HJ-NP-X]\b", tidy) and not re.search(r"[°'\".]", tidy))
        or re.match(r"^[0-9]{1,2}[C-HJ-NP-X]{1,3}", tidy)
        or (_BARE.match(tidy) and len(tidy.split()[-1]) >= 3)
    )  # fmt: skip


def read_grid(text: str, datum: Datum, *, theatre: Theatre | None = None, field: str = "grid") -> StatedPosition:
    """Read UTM or MGRS. Refused: missing zone or 100 km letters, uneven digits, no such square, a hemisphere in doubt."""
    tidy = " ".join(text.upper().split())
    if REFERENCE.match(tidy.replace(" ", "")):
        return _read_mgrs(text, tidy, datum, field)
    if _ZONELESS.match(tidy):
        raise refuse(
            "grid-zone-missing", field, text, "a grid reference starts with its zone and band, such as 37S; the 100 km letters "
            "repeat every three zones and every 2 000 km", "Ask for the zone and band.",
        )  # fmt: skip
    bare = _BARE.match(tidy) or _BARE_TOGETHER.match(tidy)
    if bare is not None:
        raise _square_missing(text, bare.groupdict(), theatre, field)
    found = _UTM.match(tidy)
    if re.match(r"^[0-9]{1,2}[A-Z]{3}[0-9]*$", tidy.replace(" ", "")) and re.search(r"[IO]", tidy):
        raise refuse(
            "grid-letters", field, text, "a grid has no letters I and O: they would be read as 1 and 0",
            "Ask for the letters again, in the spelling alphabet.",
        )  # fmt: skip
    if found is None:
        raise refuse(
            "grid-unread", field, text, "a grid is MGRS such as '37SFV 06940 05327', or UTM such as '37 north 606940 3905327'",
            "Write it in one of these two ways.",
        )  # fmt: skip
    return _read_utm(text, found.groupdict(), datum, theatre, field)


def mgrs_square(reference: str, datum: Datum, field: str = "grid") -> Square:
    """Return the square that an MGRS reference (no spaces) names. Refused where there is none, or other letters are in use."""
    if not datum.mgrs or (reference[0] in "ABYZ" and datum.name != WGS84):
        raise refuse(
            "grid-datum", field, datum.name, f"MGRS letters on {datum.name} are not those of WGS 84",
            "Give latitude and longitude, or UTM, with that datum.",
        )  # fmt: skip
    return square_of(reference, datum.ellipsoid, field)


def _read_mgrs(text: str, tidy: str, datum: Datum, field: str) -> StatedPosition:
    groups = re.fullmatch(r"[0-9]{0,2}\s*[A-Z]\s*[A-Z]{2}\s*([0-9]+) ([0-9]+)", tidy)
    if groups is not None and len(groups[1]) != len(groups[2]):
        raise refuse(
            "grid-digits", field, text, f"easting has {len(groups[1])} digits and northing {len(groups[2])}: they must have as many",
            "Ask for all digits again: one was lost or added.",
        )  # fmt: skip
    square = mgrs_square(tidy.replace(" ", ""), datum, field)
    lat, lon = square.at(0.5).lat_ndeg, square.at(0.5).lon_ndeg
    shifted = to_wgs84(lat, lon, datum, field)
    half = math.ceil(square.side / math.sqrt(2) / LEAST_SCALE * 1000) + GRID_MM
    at_corner = square.at(0.0)
    corner = to_wgs84(at_corner.lat_ndeg, at_corner.lon_ndeg, datum, field).point
    size = say_distance(round(square.side * 1000))
    words = f"the grid names a square of {size}; a reader plots its south-west corner, {{off}} from its centre"
    cautions: tuple[Caution, ...] = (caution("grid-corner", words, corner, shifted.point),)
    return StatedPosition(
        cautions=cautions + if_read_as_wgs84(lat, lon, datum, shifted.point),
        datum=datum.name,
        error_mm=half + shifted.uncertainty_mm,
        form="mgrs",
        point=shifted.point,
        stated=text,
    )


def _read_utm(
    text: str, parts: dict[str, str | None], datum: Datum, theatre: Theatre | None, field: str
) -> StatedPosition:
    zone, band = int(parts["zone"] or 0), parts["band"]
    east_text, north_text = parts["east"] or "", parts["north"] or ""
    if not 1 <= zone <= 60:
        raise refuse("grid-zone", field, text, "a UTM zone is 1 to 60", "Read the zone off the map's margin.")
    east, north = float(east_text), float(north_text)
    if not (100_000 <= east < 1_000_000 and 0 <= north <= 10_000_000):
        raise refuse(
            "utm-range", field, text, "a UTM easting is 100 000 to 999 999 m, a northing at most 10 000 000 m",
            "Easting comes first; check that no digit was lost or added.",
        )  # fmt: skip
    south = _southern(text, zone, band, (east, north), datum, theatre, field)
    lon, lat = utm(zone, south, datum.ellipsoid)(east, north, inverse=True)
    if not -80 - EDGE_DEG <= lat <= 84 + EDGE_DEG or math.isinf(lon):
        raise refuse("utm-range", field, text, "UTM reaches from 80 S to 84 N", "Check hemisphere and northing.")
    if band is not None and band not in ("NORTH", "SOUTH"):
        _check_band(text, band, lat, south, field)
    there = at_degrees(float(lat), float(lon))
    shifted = to_wgs84(there.lat_ndeg, there.lon_ndeg, datum, field)
    steps = [10.0 ** -(len(t.partition(".")[2])) for t in (east_text, north_text)]
    error = math.ceil(math.hypot(*steps) / 2 / LEAST_SCALE * 1000) + GRID_MM
    return StatedPosition(
        cautions=if_read_as_wgs84(there.lat_ndeg, there.lon_ndeg, datum, shifted.point),
        datum=datum.name,
        error_mm=error + shifted.uncertainty_mm,
        form="utm",
        point=shifted.point,
        stated=text,
    )


def _southern(
    text: str,
    zone: int,
    band: str | None,
    metres: tuple[float, float],
    datum: Datum,
    theatre: Theatre | None,
    field: str,
) -> bool:
    """Say which hemisphere is meant. A bare S is band S (32 to 40 degrees north) to some and "south" to others."""
    if band in ("NORTH", "SOUTH"):
        return band == "SOUTH"
    if band is not None and band != "S":
        return band < "N"
    both = []
    for south in (False, True):
        lon, lat = utm(zone, south, datum.ellipsoid)(*metres, inverse=True)
        both.append(at_degrees(float(lat), float(lon)) if -80 <= lat <= 84 else None)
    north_point, south_point = both
    if band == "S" and (north_point is None or not 32 * NDEG <= north_point.lat_ndeg < 40 * NDEG):
        return True
    likely = [p for p in both if p is not None and theatre is not None and theatre.holds(p)]
    if len(likely) == 1:
        return likely[0] is south_point
    far = f", {say_distance(apart_mm(north_point, south_point))} apart" if north_point and south_point else ""
    raise refuse(
        "utm-hemisphere", field, text, f"the hemisphere is in doubt{far}: S may be the band at 32 to 40 degrees north, or south",
        f"Write '{zone} north' or '{zone} south', or give the theatre's bounds.",
    )  # fmt: skip


def _check_band(text: str, band: str, lat: float, south: bool, field: str) -> None:
    """Refuse a band letter that does not hold the latitude: letter or northing is wrong. Bare N or S may be a hemisphere."""
    low, high = band_bounds(band)
    if not low - 0.01 <= lat <= high + 0.01 and not (band == "N" and not south) and not (band == "S" and south):
        raise refuse(
            "utm-band", field, text, f"band {band} runs from {low:g} to {high:g} degrees, the northing lies at {lat:.2f}",
            "Letter or northing is wrong: ask for both again.",
        )  # fmt: skip


def candidates(zone: int, band: str, digits: str, theatre: Theatre | None = None) -> tuple[str, ...]:
    """Return the references in a zone and band that end in these digits (in the theatre, if given), west to east."""
    found = []
    for letters in (column + row for column in COLUMNS[(zone - 1) % 3] for row in ROWS):
        try:
            square = square_of(f"{zone}{band}{letters}{digits}", ON_WGS84.ellipsoid)
        except Refused:
            continue  # no such square: that is what is being asked
        if theatre is None or theatre.holds(square.at(0.5)):
            found.append(f"{zone}{band}{letters}{digits}")
    return tuple(found)


def neighbours(reference: str) -> tuple[str, ...]:
    """Return the references with the same digits in the eight squares around (letters wrong by one), where they exist."""
    tidy = reference.upper().replace(" ", "")
    parts = REFERENCE.match(tidy)
    if parts is None or parts[3]:
        return ()
    own = square_of(tidy, ON_WGS84.ellipsoid)
    found = []
    for right, up in ((de, dn) for de in (-1, 0, 1) for dn in (-1, 0, 1) if de or dn):
        lat, lon = Square(own.projection, own.east + right * SIDE, own.north + up * SIDE, own.side).degrees(0.5, 0.5)
        if -80 <= lat < 84 and math.isfinite(lon):
            found.append("".join(reference_of(at_degrees(lat, lon), len(parts[6]) // 2)))
    return tuple(dict.fromkeys(found))


def mgrs_text(point: Point, digits: int = 5) -> str:
    """Write the MGRS square (WGS 84) that holds a point, `digits` of easting and of northing: '37SFV 06940 05327'."""
    return " ".join(part for part in reference_of(point, digits) if part)


def utm_text(point: Point, places: int = 0) -> str:
    """Write UTM on WGS 84 to that many decimals of a metre: '37 north 606941 3905328'. Refused beyond 80 S and 84 N."""
    lat, lon = degrees(point)
    if not -80 <= lat <= 84:
        raise refuse(
            "utm-range", "", repr(point), "UTM reaches from 80 S to 84 N", "Use MGRS there: it has polar squares."
        )
    zone, _ = zone_of(lat, lon)
    east, north = utm(zone, lat < 0, ON_WGS84.ellipsoid)(lon, lat)
    return f"{zone} {'south' if lat < 0 else 'north'} {east:.{places}f} {north:.{places}f}"


def _square_missing(text: str, parts: dict[str, str | None], theatre: Theatre | None, field: str) -> Exception:
    zone, band = parts.get("zone"), parts.get("band")
    digits = parts.get("digits") or f"{parts.get('east') or ''}{parts.get('north') or ''}"
    listed = ""
    if zone and band and len(digits) % 2 == 0 and 1 <= int(zone) <= 60:
        found = candidates(int(zone), band, digits, theatre)
        if found:
            listed = f"; it may be any of {len(found)}: {', '.join(found[:6])}{' ...' if len(found) > 6 else ''}"
    return refuse(
        "grid-square-missing", field, text,
        "the two letters of the 100 km square are missing: the same digits stand in every square, the next ones 100 km away",
        f"Ask for the letters, in the spelling alphabet{listed}.",
    )  # fmt: skip
