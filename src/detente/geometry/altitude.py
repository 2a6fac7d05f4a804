"""Heights above different datums, compared with an honest uncertainty band (docs/formats/volume.md, "Heights").

Every height is turned into a band above the WGS 84 ellipsoid that is certain to hold the true height. There is no geoid
grid, terrain model or weather here: the band is the worst that the whole Earth offers. Two heights above the *same* datum
are compared directly, so that the band costs nothing in the normal case; `unknown` is never the same datum as anything.
"""

from __future__ import annotations

from typing import Final, get_args

import msgspec

from detente.geometry.volume import Altitude, AltitudeDatum, Volume4D

GEOID_MM: Final = (-107_000, 86_000)
"""Height of the geoid above the ellipsoid, least and most on Earth (EGM96: -106.99 to 85.39 m; EGM2008: -106.9 to 85.8)."""
TERRAIN_MM: Final = (-450_000, 8_849_000)
"""Height of the ground above the geoid: the shore of the Dead Sea (-440 m and sinking a metre a year), and Everest."""
PRESSURE_MM: Final = (-1_300_000, 650_000)
"""True height minus pressure altitude at the sea's surface: 870 hPa (the lowest ever measured) to 1 085 hPa."""
TEMPERATURE_PERCENT: Final = (-16, 10)
"""Further error per height from the air's temperature: 4 % for each 10 degrees (ICAO Doc 8168), 40 colder to 25 warmer."""

DATUMS: Final[tuple[AltitudeDatum, ...]] = get_args(AltitudeDatum)


class Misreading(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong if a height above one datum is taken for a height above another, in millimetres and in words.

    The true height minus the height believed lies between `least_mm` and `most_mm`.
    """

    least_mm: int
    most_mm: int
    words: str


def offset_mm(datum: AltitudeDatum, value_mm: int) -> tuple[int, int]:
    """Return the least and the most that must be added to a height above `datum` to get the height above the ellipsoid."""
    if datum == "ellipsoid":
        return 0, 0
    if datum == "geoid":
        return GEOID_MM
    if datum == "ground":
        return GEOID_MM[0] + TERRAIN_MM[0], GEOID_MM[1] + TERRAIN_MM[1]
    if datum == "flight_level":
        height = max(0, value_mm)
        low = GEOID_MM[0] + PRESSURE_MM[0] + height * TEMPERATURE_PERCENT[0] // 100
        return low, GEOID_MM[1] + PRESSURE_MM[1] - (-height * TEMPERATURE_PERCENT[1] // 100)
    each = [offset_mm(known, value_mm) for known in DATUMS if known != "unknown"]
    return min(low for low, _ in each), max(high for _, high in each)


def band_mm(altitude: Altitude) -> tuple[int, int]:
    """Return the heights above the ellipsoid between which this altitude certainly lies, millimetres, both ends included."""
    low, high = offset_mm(altitude.datum, altitude.value_mm)
    return altitude.value_mm + low - altitude.uncertainty_mm, altitude.value_mm + high + altitude.uncertainty_mm


def least_rise_mm(lower: Altitude, upper: Altitude) -> int:
    """Return the least that `lower` may stand above `upper`, millimetres; negative where it may stand below."""
    if lower.datum == upper.datum != "unknown":
        return lower.value_mm - lower.uncertainty_mm - upper.value_mm - upper.uncertainty_mm
    return band_mm(lower)[0] - band_mm(upper)[1]


def vertical_gap_mm(a: Volume4D, b: Volume4D) -> int:
    """Return the least vertical distance between two volumes, millimetres; 0 where they may share a height.

    A bound that is None is unbounded. The order of a and b does not matter.
    """
    gap = 0
    if a.altitude_lower is not None and b.altitude_upper is not None:
        gap = max(gap, least_rise_mm(a.altitude_lower, b.altitude_upper))
    if b.altitude_lower is not None and a.altitude_upper is not None:
        gap = max(gap, least_rise_mm(b.altitude_lower, a.altitude_upper))
    return gap


def height_span_mm(volume: Volume4D) -> tuple[int | None, int | None]:
    """Return heights above the ellipsoid that certainly enclose the volume (None is unbounded): for a coarse index only.

    Two volumes whose spans are apart by more than a separation are apart; the reverse does not hold (`vertical_gap_mm`).
    """
    low = None if volume.altitude_lower is None else band_mm(volume.altitude_lower)[0]
    high = None if volume.altitude_upper is None else band_mm(volume.altitude_upper)[1]
    return low, high


def misreading(altitude: Altitude, taken_for: AltitudeDatum) -> Misreading:
    """Say by how much one is wrong who takes this altitude for a height above `taken_for`.

    The classic one: a satellite receiver's ellipsoid height taken for height above the sea.
    """
    true_low, true_high = offset_mm(altitude.datum, altitude.value_mm)
    read_low, read_high = offset_mm(taken_for, altitude.value_mm)
    if altitude.datum == taken_for != "unknown":
        return Misreading(least_mm=0, most_mm=0, words=f"{altitude.datum} is what it says")
    least, most = true_low - read_high, true_high - read_low
    words = (
        f"{altitude.value_mm / 1000:g} m above {NAMES[altitude.datum]}, taken for height above {NAMES[taken_for]}, "
        f"is wrong by {least / 1000:+.0f} to {most / 1000:+.0f} m: name the datum, or the whole band counts"
    )
    return Misreading(least_mm=least, most_mm=most, words=words)


NAMES: Final[dict[AltitudeDatum, str]] = {
    "ellipsoid": "the WGS 84 ellipsoid",
    "geoid": "mean sea level (geoid)",
    "ground": "the ground",
    "flight_level": "the 1013.25 hPa level",
    "unknown": "an unknown datum",
}
