"""Heights in text: a number, its unit and above what, all three said; with what it costs to take one datum for another.

The classic: a satellite receiver's height above the ellipsoid taken for height above the sea. No geoid grid is at hand, so the
difference is given as the band that holds on the whole Earth (`altitude.GEOID_MM`).
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Final

from detente.errors import require_short
from detente.geometry.altitude import misreading
from detente.geometry.stated.position import Caution, refuse
from detente.geometry.volume import Altitude, AltitudeDatum

UNITS_UM: Final = {"m": 1_000_000, "ft": 304_800, "metres": 1_000_000, "meters": 1_000_000, "feet": 304_800}
"""Micrometres in a unit: a foot is 304.8 mm exactly."""
ABOVE: Final[dict[str, AltitudeDatum]] = {
    "hae": "ellipsoid", "ellipsoid": "ellipsoid", "w84": "ellipsoid",
    "amsl": "geoid", "msl": "geoid", "geoid": "geoid", "sea level": "geoid",
    "agl": "ground", "ground": "ground",
}  # fmt: skip
_HEIGHT: Final = re.compile(
    r"^([+-]?[0-9]+(?:\.[0-9]+)?)\s*(m|ft|metres|meters|feet)\b\s*(?:above\s+)?(?:mean\s+)?(.*)$"
)
_LEVEL: Final = re.compile(r"^fl\s*([0-9]{2,3})$")


def read_height(
    text: str, datum: AltitudeDatum | None = None, field: str = "height"
) -> tuple[Altitude, tuple[Caution, ...]]:
    """Read a height such as '1500 m AMSL', '4900 ft HAE', 'FL100'. Refused: no unit, no datum, or two that differ.

    Half a unit of the last digit becomes its uncertainty.
    """
    require_short(field, text)
    tidy = " ".join(text.casefold().split())
    level = _LEVEL.match(tidy)
    if level is not None:
        value = round(Fraction(int(level[1]) * 100 * 304_800, 1000))
        return Altitude(datum="flight_level", uncertainty_mm=15_240, value_mm=value), ()
    found = _HEIGHT.match(tidy)
    if found is None:
        raise refuse("height-unread", field, text, "a height is a number with its unit, m or ft, or a flight level",
                     "Write it such as '1500 m AMSL'.")  # fmt: skip
    said = ABOVE.get(found[3].strip()) if found[3].strip() else None
    if found[3].strip() and said is None:
        raise refuse("height-datum", field, text, f"what a height is above is one of: {', '.join(ABOVE)}",
                     "Say above what: the ellipsoid (satellite receivers), the sea, or the ground.")  # fmt: skip
    if said and datum and said != datum:
        raise refuse("height-datum", field, text, f"the text says {said}, beside it stands {datum}", "Keep one.")
    above = said or datum
    if above is None:
        raise refuse("height-datum-missing", field, text, "a height says above what it is: between ellipsoid and sea lie up to 107 m",
                     "Ask the source: satellite receivers may show either; 'unknown' may be declared, and then counts as all.")  # fmt: skip
    unit = Fraction(UNITS_UM[found[2]], 1000)
    value = round(Fraction(found[1]) * unit)
    half = math.ceil(unit / (2 * 10 ** len(found[1].partition(".")[2])))
    altitude = Altitude(datum=above, uncertainty_mm=half, value_mm=value)
    return altitude, height_cautions(altitude)


def height_cautions(altitude: Altitude) -> tuple[Caution, ...]:
    """Say by how much a reader errs who takes an ellipsoid height for one above the sea, or the other way round."""
    if altitude.datum not in ("ellipsoid", "geoid"):
        return ()
    wrong = misreading(altitude, "geoid" if altitude.datum == "ellipsoid" else "ellipsoid")
    most = max(abs(wrong.least_mm), abs(wrong.most_mm))
    return (Caution(code="height-datum-mistaken", off_mm=most, words=wrong.words, would_plot=None),)
