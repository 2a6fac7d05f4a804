"""Coordinates in text: decimal degrees, degrees-minutes-seconds, degrees-minutes, UTM and MGRS in; a `StatedPosition` out.

The digits are exact (fractions, rounded half-even to whole nanodegrees); half a unit of the last digit written becomes the
error circle. The datum is an argument without a default, because silence about it costs 100 m and more.
What would go wrong if a reader took the text for something else stands in the position's `cautions`, with metres.
"""

from __future__ import annotations

from fractions import Fraction

from detente.errors import require_short
from detente.geometry.stated.angles import Angle, Pair, read_pair, tidy
from detente.geometry.stated.datums import Datum, datum_named, if_read_as_wgs84, refuse_missing, to_wgs84
from detente.geometry.stated.grids import looks_like_grid, mgrs_text, read_grid, utm_text
from detente.geometry.stated.position import (
    Caution,
    Form,
    Order,
    StatedPosition,
    Theatre,
    angle_error_mm,
    apart_mm,
    caution,
    refuse,
    say_distance,
)
from detente.geometry.volume import NDEG, Point


def read_position(
    text: str,
    *,
    datum: str | None,
    declared_error_mm: int = 0,
    field: str = "",
    order: Order = "lat,lon",
    theatre: Theatre | None = None,
) -> StatedPosition:
    """Read one position in any of the five ways; `declared_error_mm` is what its source says on top of the digits.

    Refused (each with field, value, rule, next step): no or unknown datum, text that can be read in no way or in two, grids
    without zone or 100 km letters, latitude and longitude that fall into the theatre only when swapped.
    """
    require_short(field, text)
    if declared_error_mm < 0:
        raise refuse(
            "error-negative", field, declared_error_mm, "an error is a radius, at least 0", "Give it in millimetres."
        )
    grid = looks_like_grid(tidy(text))
    if datum is None or not datum.strip():
        if grid:
            datum_named(datum, f"{field}.datum" if field else "datum")
        pair = read_pair(text, order, field)
        raise refuse_missing(field, text, *_ndeg(pair))
    on = datum_named(datum, f"{field}.datum" if field else "datum")
    if grid:
        position = read_grid(tidy(text), on, theatre=theatre, field=field)
    else:
        position = _read_angles(text, on, order, theatre, field)
    _check_theatre(position, theatre, field)
    return _with_error(position, text, declared_error_mm)


def _with_error(position: StatedPosition, text: str, declared_error_mm: int) -> StatedPosition:
    return StatedPosition(
        cautions=position.cautions,
        datum=position.datum,
        error_mm=position.error_mm + declared_error_mm,
        form=position.form,
        point=position.point,
        stated=text,
    )


def _read_angles(text: str, datum: Datum, order: Order, theatre: Theatre | None, field: str) -> StatedPosition:
    pair = read_pair(text, order, field)
    lat, lon = _ndeg(pair)
    shifted = to_wgs84(lat, lon, datum, field)
    swapped = _swapped(pair, shifted.point, datum, theatre, text, field)
    return StatedPosition(
        cautions=(
            *swapped,
            *misreadings(pair, datum, shifted.point),
            *if_read_as_wgs84(lat, lon, datum, shifted.point),
        ),
        datum=datum.name,
        error_mm=angle_error_mm(lat, pair.lat.half, pair.lon.half) + shifted.uncertainty_mm,
        form=pair.lat.way,
        point=shifted.point,
        stated=text,
    )


def _ndeg(pair: Pair) -> tuple[int, int]:
    return round(pair.lat.exact * NDEG), round(pair.lon.exact * NDEG)


def _swapped(
    pair: Pair, point: Point, datum: Datum, theatre: Theatre | None, text: str, field: str
) -> tuple[Caution, ...]:
    """Refuse figures that lie in the theatre only when swapped; caution where both orders do."""
    if theatre is None or pair.lettered or abs(pair.lon.exact) > 90:
        return ()
    other = Point(round(pair.lon.exact * NDEG), round(pair.lat.exact * NDEG))
    if not theatre.holds(other) or other == point:
        return ()
    off = say_distance(apart_mm(other, point))
    if not theatre.holds(point):
        raise refuse(
            "swapped", field, text, f"read as latitude, longitude this lies outside the theatre, {off} from where it lies swapped",
            "Latitude and longitude look swapped: put them in order, or write N/S and E/W.",
        )  # fmt: skip
    return (caution("order", "without N/S and E/W; swapped it lies in the theatre too, {off} off", other, point),)


def misreadings(pair: Pair, datum: Datum, true: Point) -> tuple[Caution, ...]:
    """Return where readers plot these figures who mistake minutes and seconds for decimals, or the other way round."""
    found = []
    for code, words, lat, lon in _other_ways(pair):
        if abs(lat.exact) <= 90 and abs(lon.exact) <= 180:
            point = to_wgs84(*_ndeg(Pair(lat, lon, pair.lettered)), datum).point
            found.append(caution(code, words, point, true))
    return tuple(found)


def _other_ways(pair: Pair) -> list[tuple[str, str, Angle, Angle]]:
    lat, lon = pair.lat, pair.lon
    if lat.way == "dms":
        return [
            (
                "seconds-as-decimals",
                "minutes and seconds read as decimals of a degree lie {off} off",
                _join(lat),
                _join(lon),
            ),
            ("seconds-as-minutes", "seconds read as decimals of a minute lie {off} off", _join2(lat), _join2(lon)),
        ]
    if lat.way == "dm":
        return [("minutes-as-decimals", "minutes read as decimals of a degree lie {off} off", _join(lat), _join(lon))]
    split = _split(lat), _split(lon)
    if split[0] is None or split[1] is None:
        return []
    words = "if these decimals are really minutes and seconds, the place lies {off} off"
    return [("decimals-are-seconds", words, split[0], split[1])]


def _join(angle: Angle) -> Angle:
    """36 43 4.91 -> 36.430491: minutes and seconds in two digits each, run on behind the point."""
    return angle.rewritten(angle.figures[0] + "." + "".join(_two(f) for f in angle.figures[1:]))


def _join2(angle: Angle) -> Angle:
    """36 43 4.91 -> 36 43.0491."""
    return angle.rewritten(angle.figures[0], angle.figures[1] + "." + _two(angle.figures[2]))


def _two(figure: str) -> str:
    whole, _, rest = figure.partition(".")
    return whole.zfill(2) + rest


def _split(angle: Angle) -> Angle | None:
    """36.430491 -> 36 43 04.91, or None where minutes or seconds would be 60 or more."""
    whole, _, rest = angle.figures[0].partition(".")
    if len(rest) < 4:
        return None
    seconds = rest[2:4] + ("." + rest[4:] if rest[4:] else "")
    if int(rest[:2]) >= 60 or Fraction(seconds) >= 60:
        return None
    return angle.rewritten(whole, rest[:2], seconds)


def _check_theatre(position: StatedPosition, theatre: Theatre | None, field: str) -> None:
    if theatre is not None and not theatre.holds(position.point):
        raise refuse(
            "outside-theatre", field, position.stated, "the place lies outside the theatre",
            "Check hemisphere, order, zone and datum; or enter it without a theatre if it is meant.",
        )  # fmt: skip


def write_position(point: Point, form: Form, places: int) -> str:
    """Write a WGS 84 point so that `read_position` reads it back to within the error circle it then gives.

    `places` are decimals of the last unit (decimal, dm, dms, utm), or digits of easting and of northing (mgrs).
    """
    if form == "mgrs":
        return mgrs_text(point, places)
    if form == "utm":
        return utm_text(point, places)
    units = {"decimal": 0, "dm": 1, "dms": 2}.get(form)
    if units is None:
        raise refuse(
            "form", "form", form, "a coordinate is written as decimal, dm, dms, utm or mgrs", "Choose one of these."
        )
    lat = _write(point.lat_ndeg, units, places) + ("S" if point.lat_ndeg < 0 else "N")
    return lat + " " + _write(point.lon_ndeg, units, places) + ("W" if point.lon_ndeg < 0 else "E")


def _write(ndeg: int, units: int, places: int) -> str:
    """Round once, in the last unit, so that 59.99 seconds carry into the minute and not to 60."""
    steps = round(Fraction(abs(ndeg) * 60**units * 10**places, NDEG))
    last, scale = steps, 60 * 10**places
    parts = []
    for mark in ("'", '"')[:units][::-1]:
        last, rest = divmod(last, scale)
        parts.append(_fixed(rest, places) + mark)
        places, scale = 0, 60
    return _fixed(last, places) + "°" + "".join(reversed(parts))


def _fixed(steps: int, places: int) -> str:
    whole, rest = divmod(steps, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)
